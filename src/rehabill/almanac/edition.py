"""One payer's law over one interval of days, compiled once: dict reads instead of searches.

All effective dates of the almanac cut time into intervals. `Law` holds what is the same for every payer in an
interval, `Edition` joins it with one payer's profile. Both are immutable once built, but for a memo of what follows
from them, which other layers may keep on an edition (the same question always has the same answer).
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Hashable
from typing import Any, TypeVar

from rehabill.almanac import schema
from rehabill.almanac.profile import Profile
from rehabill.almanac.resolve import profile_of, resolve_settings
from rehabill.almanac.schema import FIRST_DAY
from rehabill.base.errors import InputError, NotInForce
from rehabill.base.finding import LawRef
from rehabill.base.money import dollars

_ONE_DAY = dt.timedelta(days=1)
_MEMO_SIZE = 20_000
T = TypeVar("T")


class ReleaseRow:
    """The relative values in force for a code, and whether they were carried back from later in the year."""

    __slots__ = ("carried_back", "rvu")

    def __init__(self, rvu: schema.Rvu, carried_back: bool) -> None:
        self.rvu = rvu
        self.carried_back = carried_back


class Law:
    """What holds for every payer from `first` to `last`."""

    def __init__(self, almanac: schema.Almanac, first: dt.date, last: dt.date, release: str) -> None:
        self.almanac = almanac
        self.first = first
        self.last = last
        self.release = release
        self.values = {
            name: value
            for name, parameter in almanac.parameters.items()
            if (value := _in_force(parameter.values, first, release)) is not None
        }
        self.codes = {
            code.code: code
            for code in almanac.codes
            if (code.first is None or code.first <= first) and (code.last is None or first <= code.last)
        }
        self.all_codes = {code.code: code for code in almanac.codes}
        self.add_ons = {code.add_on_to: code for code in self.codes.values() if code.add_on_to}
        self.mue = _mue(almanac, first)
        self.pairs = _pairs(almanac, first)
        self.rvus = _rvus(almanac, first)
        self.statuses = _statuses(almanac, first)
        self.gpcis = _gpcis(almanac, first)
        self.release_effective = {row.release: row.effective for row in almanac.releases}
        telehealth = self.values.get("medicare.telehealth.codes")
        self.telehealth_codes = frozenset(str(telehealth.value).split()) if telehealth else frozenset()


class Edition:
    """The law as one payer applies it in one interval."""

    def __init__(self, law: Law, profile: Profile, settings: dict[str, schema.Setting]) -> None:
        self.law = law
        self.profile = profile
        self.settings = settings
        self.values = law.values
        self.codes = law.codes
        self.mue = law.mue if profile.mue else {}
        self.pairs = law.pairs if profile.ncci else {}
        self.rvus = law.rvus
        self.gpcis = law.gpcis
        self._rank = {modifier: place for place, modifier in enumerate(profile.modifier_order)}
        self.memo: dict[Any, Any] = {}

    def remember(self, key: Hashable, answer: T) -> T:
        """Keep an answer that follows from this edition and `key` alone; look it up in `memo`. Bounded."""
        if len(self.memo) >= _MEMO_SIZE:
            self.memo.clear()
        self.memo[key] = answer
        return answer

    def modifier_rank(self, modifier: str) -> tuple[int, str]:
        """Sorts modifiers into the payer's order; those it does not name come last."""
        return self._rank.get(modifier, len(self._rank)), modifier

    def stamp(self, on: dt.date) -> str:
        """`medicare-b@2026-03-04+2026.11`: enough to reproduce the answer."""
        found: str | None = self.memo.get(on)
        if found is None:
            found = self.remember(on, f"{self.profile.name}@{on.isoformat()}+{self.law.release}")
        return found

    def value(self, name: str) -> Any:
        """The value of a parameter. Raises `NotInForce`."""
        try:
            return self.values[name].value
        except KeyError:
            raise self._not_in_force(name) from None

    def pair_is_certain(self, pair: schema.Pair) -> bool:
        """False before the table's own day when an earlier row had ended or was void: the first day is unknown."""
        return pair.after is None or self.law.first >= self.law.almanac.tables["ptp_pairs"].as_of

    def known(self, name: str) -> bool:
        return name in self.values

    def number(self, name: str) -> int:
        """The value of a parameter that is a number. Raises `NotInForce`."""
        number: int = self.value(name)
        return number

    def flag(self, name: str) -> bool:
        """The value of a flag; False on days before it was first stated."""
        held = self.values.get(name)
        return bool(held.value) if held else False

    def cite(self, name: str) -> LawRef:
        """A parameter, table (`table.mue`) or profile setting (`payer.kx`) as shown to a person."""
        if name.startswith("payer."):
            return self._cite_setting(name.removeprefix("payer."))
        if name.startswith("table."):
            return self._cite_table(name.removeprefix("table."))
        held = self.values.get(name)
        if held is None:
            raise self._not_in_force(name)
        parameter = self.law.almanac.parameters[name]
        return LawRef(
            name=name,
            value=_in_short(parameter.unit, shown(parameter.unit, held.value)),
            since=held.first.isoformat() if held.dated else None,
            source=self.law.almanac.sources[held.source].cite,
            verified=held.verified,
        )

    def _cite_setting(self, name: str) -> LawRef:
        setting = self.settings[name]
        return LawRef(
            name=f"payer.{self.profile.name}.{name}",
            value=shown("flag" if isinstance(setting.value, bool) else "text", setting.value),
            since=setting.first.isoformat() if setting.first else None,
            source=self.law.almanac.sources[setting.source].cite,
            verified=not setting.confirm,
        )

    def _cite_table(self, name: str) -> LawRef:
        table = self.law.almanac.tables[name]
        age = f"covers {table.first} to {table.last}; next: {table.next}"
        return LawRef(
            name=f"table.{name}",
            value=table.note or name,
            since=table.first.isoformat(),
            source=self.law.almanac.sources[table.source].cite,
            table_age=age if self.law.first > table.last or self.law.first < table.first else None,
        )

    def _not_in_force(self, name: str) -> NotInForce:
        parameter = self.law.almanac.parameters.get(name)
        if parameter is None:
            return NotInForce(name, self.law.first, "the almanac has no such parameter")
        spans = "; ".join(f"{value.first} to {value.last or 'today'}" for value in parameter.values)
        return NotInForce(name, self.law.first, f"the almanac holds {spans}")


class Almanac:
    """Editions by payer and day, each compiled once and kept."""

    def __init__(self, data: schema.Almanac) -> None:
        self.data = data
        self.cuts = _cuts(data)
        self.codes = {code.code: code for code in data.codes}
        """Every procedure code the table ever held."""
        self._laws: dict[tuple[int, str], Law] = {}
        self._editions: dict[tuple[str, int, str], Edition] = {}
        self._by_day: dict[tuple[str, dt.date, str | None], Edition] = {}

    def edition(self, payer: str, on: dt.date, release: str | None = None) -> Edition:
        """The edition in force for a payer on a day, as known at an almanac release (default: the newest).

        Raises `InputError` for a payer without a profile or a day before the almanac begins.
        """
        found = self._by_day.get((payer, on, release))
        if found is None:
            found = self._by_day[payer, on, release] = self._edition(payer, on, release or self.data.release)
        return found

    def _edition(self, payer: str, on: dt.date, release: str) -> Edition:
        interval = bisect_right(self.cuts, on) - 1
        key = (payer, interval, release)
        found = self._editions.get(key)
        if found is None:
            found = self._editions[key] = self._compile(payer, interval, on, release)
        return found

    def law(self, on: dt.date, release: str | None = None) -> Law:
        return self._law(bisect_right(self.cuts, on) - 1, on, release or self.data.release)

    def _law(self, interval: int, on: dt.date, release: str) -> Law:
        if interval < 0:
            raise InputError("date", f"the almanac begins on {FIRST_DAY}; it holds no law for {on}")
        found = self._laws.get((interval, release))
        if found is None:
            last = self.cuts[interval + 1] - _ONE_DAY if interval + 1 < len(self.cuts) else dt.date.max
            found = self._laws[interval, release] = Law(self.data, self.cuts[interval], last, release)
        return found

    def _compile(self, name: str, interval: int, on: dt.date, release: str) -> Edition:
        payer = self.data.payers.get(name)
        if payer is None:
            known = ", ".join(sorted(self.data.payers))
            raise InputError("payer", f"there is no payer profile called '{name}'; the profiles are {known}")
        law = self._law(interval, on, release)
        return Edition(law, profile_of(payer, law.first, release), resolve_settings(payer, law.first, release))


def _in_force(values: tuple[schema.Value, ...], on: dt.date, release: str) -> schema.Value | None:
    """The value in force, of those known by `release`; a later release's word replaces an earlier one's."""
    best: schema.Value | None = None
    for value in values:
        if value.known > release or value.first > on or (value.last is not None and on > value.last):
            continue
        if best is None or (value.known, value.first) > (best.known, best.first):
            best = value
    return best


def _cuts(data: schema.Almanac) -> list[dt.date]:
    days = {FIRST_DAY, *(table.as_of for table in data.tables.values() if table.as_of > FIRST_DAY)}

    def begins(day: dt.date | None) -> None:
        if day is not None and day > FIRST_DAY:
            days.add(day)

    def ends(day: dt.date | None) -> None:
        if day is not None and FIRST_DAY <= day < dt.date.max:
            days.add(day + _ONE_DAY)

    for parameter in data.parameters.values():
        for value in parameter.values:
            begins(value.first)
            ends(value.last)
    for code in data.codes:
        begins(code.first)
        ends(code.last)
    for row in data.mue:
        begins(row.release)
    for pair in data.pairs:
        ends(pair.last)
    for release in data.releases:
        begins(release.effective)
        days.add(dt.date(release.effective.year, 1, 1))
    for gpci in data.gpcis:
        begins(gpci.effective)
        days.add(dt.date(gpci.effective.year, 1, 1))
    for year in {gpci.effective.year for gpci in data.gpcis}:
        days.add(dt.date(year + 1, 1, 1))
    for payer in data.payers.values():
        for rows in payer.settings.values():
            for setting in rows:
                begins(setting.first)
                ends(setting.last)
    for table in data.tables.values():
        begins(table.first)
        ends(table.last)
    return sorted(days)


def _mue(almanac: schema.Almanac, on: dt.date) -> dict[str, schema.Mue]:
    """The newest table published by `on`; before the first one, the first (its age is told by `table.mue`)."""
    found: dict[str, schema.Mue] = {}
    for row in sorted(almanac.mue, key=lambda row: row.release):
        if row.code not in found or row.release <= on:
            found[row.code] = row
    return found


def _pairs(almanac: schema.Almanac, on: dt.date) -> dict[tuple[str, str], schema.Pair]:
    """Pairs that may be in force on a day: of several rows of a pair, the one that ended first after it."""
    found: dict[tuple[str, str], schema.Pair] = {}
    for pair in almanac.pairs:
        if pair.last is not None and pair.last < on:
            continue
        key = (pair.column1, pair.column2)
        held = found.get(key)
        if held is None or (pair.last or dt.date.max) < (held.last or dt.date.max):
            found[key] = pair
    return found


def _rvus(almanac: schema.Almanac, on: dt.date) -> dict[str, ReleaseRow]:
    """The release in force; a year's first known release stands for its earlier days and says so."""
    effective = {row.release: row.effective for row in almanac.releases}
    newest: dict[str, tuple[dt.date, schema.Rvu]] = {}
    earliest: dict[str, tuple[dt.date, schema.Rvu]] = {}
    for rvu in almanac.rvus:
        day = effective[rvu.release]
        if day.year != on.year:
            continue
        if day <= on and (rvu.code not in newest or day > newest[rvu.code][0]):
            newest[rvu.code] = (day, rvu)
        if rvu.code not in earliest or day < earliest[rvu.code][0]:
            earliest[rvu.code] = (day, rvu)
    return {
        code: ReleaseRow(newest[code][1], False) if code in newest else ReleaseRow(rvu, True)
        for code, (_, rvu) in earliest.items()
    }


def _statuses(almanac: schema.Almanac, on: dt.date) -> dict[str, str]:
    """Each code's status in the fee schedule: the newest printed by a day, else the first one there is.

    A price is never taken from another year; that a code is bundled or invalid does not lapse with a missing file.
    """
    effective = {row.release: row.effective for row in almanac.releases}
    found: dict[str, str] = {}
    for rvu in sorted(almanac.rvus, key=lambda rvu: effective[rvu.release]):
        if rvu.code not in found or effective[rvu.release] <= on:
            found[rvu.code] = rvu.status
    return found


def _gpcis(almanac: schema.Almanac, on: dt.date) -> dict[str, schema.Gpci]:
    found: dict[str, schema.Gpci] = {}
    for row in sorted(almanac.gpcis, key=lambda row: row.effective):
        if row.effective.year == on.year and (row.locality not in found or row.effective <= on):
            found[row.locality] = row
    return found


def _in_short(unit: str, value: str) -> str:
    """A long list of codes is told by its ends: a finding is for reading."""
    codes = value.split() if unit == "codes" else []
    return f"{len(codes)} codes, {codes[0]} to {codes[-1]}" if len(codes) > 12 else value


def shown(unit: str, value: int | str | bool) -> str:
    """A value of law as a person reads it."""
    if unit == "cents":
        return dollars(int(value))
    if unit == "percent":
        return f"{value}%"
    if unit == "ten_thousandths":
        return f"{int(value) // 10_000}.{int(value) % 10_000:04d}"
    if unit == "flag":
        return "yes" if value else "no"
    if unit in ("days", "months"):
        return f"{value} {unit}"
    return str(value)
