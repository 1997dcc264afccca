"""Integer prices against the published formula worked out a second time, in Decimal, from the raw CSV files.

The oracle shares no code with the engine: it reads the tables itself, explodes lines to single units, ranks them,
rounds where CMS rounds (once for a unit), and divides the money step by step as the statute does.
"""

import csv
import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rehabill.almanac
from rehabill.almanac.load import load
from rehabill.model.claim import Claim, ClaimLine, Context
from rehabill.model.priced import PricedClaim
from rehabill.pricing.price import price

CHECK = settings(max_examples=300, derandomize=True, deadline=None)
TABLES = Path(rehabill.almanac.__file__).parent / "tables"
CENT = Decimal("0.01")

# What the publisher printed: dollars per relative value unit, first day in force.
FACTORS = [
    ("2020-01-01", "36.0896"), ("2021-01-01", "34.8931"), ("2022-01-01", "34.6062"), ("2023-01-01", "33.8872"),
    ("2024-01-01", "32.7442"), ("2024-03-09", "33.2875"), ("2025-01-01", "32.3465"), ("2026-01-01", "33.4009"),
]  # fmt: skip
QUALIFYING_2026 = "33.5675"
DEDUCTIBLES = {2020: 198, 2021: 203, 2022: 233, 2023: 226, 2024: 240, 2025: 257, 2026: 283}
SEQUESTRATION = [("2013-04-01", 2), ("2020-05-01", 0), ("2022-04-01", 1), ("2022-07-01", 2)]
FACILITY = {"02", "19", "21", "22", "31"}


def _rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


RELEASED = {row["release"]: row["effective"] for row in _rows("rvu_releases.csv")}
RVUS = _rows("rvu.csv")
BY_CODE: dict[str, list[dict[str, str]]] = {}
for _row in RVUS:
    BY_CODE.setdefault(_row["code"], []).append(_row)
GPCIS: dict[str, list[dict[str, str]]] = {}
for _row in _rows("gpci.csv"):
    GPCIS.setdefault(_row["locality"], []).append(_row)


def _in_force(rows: list[dict[str, str]], day: dt.date, since: str) -> dict[str, str] | None:
    """The newest row of the year not after the day; before the year's first, that one (C7)."""
    of_year = sorted((row for row in rows if row[since][:4] == str(day.year)), key=lambda row: row[since])
    begun = [row for row in of_year if row[since] <= day.isoformat()]
    return begun[-1] if begun else (of_year[0] if of_year else None)


def rvu(code: str, day: dt.date) -> dict[str, str] | None:
    return _in_force([{**row, "since": RELEASED[row["release"]]} for row in BY_CODE.get(code, [])], day, "since")


def gpci(locality: str | None, day: dt.date) -> tuple[Decimal, Decimal, Decimal]:
    if locality is None:
        return Decimal(1), Decimal(1), Decimal(1)
    row = _in_force(GPCIS[locality], day, "effective")
    assert row is not None
    return Decimal(row["work"]), Decimal(row["pe"]), Decimal(row["mp"])


def factor(day: dt.date, qualifying: bool) -> Decimal:
    if qualifying and day.year == 2026:
        return Decimal(QUALIFYING_2026)
    return Decimal([value for since, value in FACTORS if since <= day.isoformat()][-1])


def cents(amount: Decimal) -> int:
    return int(amount.quantize(CENT, ROUND_HALF_UP) * 100)


def share(amount: int, percent: int) -> int:
    return int((Decimal(amount) * percent / 100).quantize(Decimal(1), ROUND_HALF_UP))


class Unit(NamedTuple):
    line: int
    expense_rvu: Decimal
    full: int
    reduced: int
    ranked: bool


def units_of(claim: Claim, number: int, line: ClaimLine, day: dt.date) -> list[Unit] | None:
    row = rvu(line.code, day)
    if row is None:
        return None
    work, expense, mp = gpci(claim.locality, day)
    is_facility = claim.place_of_service in FACILITY
    pe = Decimal(row["facility_pe"] if is_facility else row["nonfacility_pe"])
    rate = factor(day, claim.qp) * (Decimal(1) if claim.participating else Decimal("0.95"))
    rest = Decimal(row["work"]) * work + Decimal(row["mp"]) * mp
    full = cents(rate * (rest + pe * expense))
    reduced = cents(rate * (rest + pe * expense / 2))
    one = Unit(number, Decimal(row["nonfacility_pe"]), full, reduced, row["mppr_indicator"] == "5")
    return [one] * line.units


def oracle(claim: Claim, day: dt.date, deductible_left: int) -> tuple[list[dict[str, int]], int]:
    """Amounts of one day's lines, and the deductible left after them."""
    units: list[Unit] = []
    for number, line in enumerate(claim.lines):
        units += units_of(claim, number, line, day) or []
    ranked = sorted((unit for unit in units if unit.ranked), key=lambda unit: (unit.expense_rvu, unit.full))
    in_full = ranked[-1] if ranked else None
    first_done = False
    fulls, mpprs = [0] * len(claim.lines), [0] * len(claim.lines)
    for unit in units:
        fulls[unit.line] += unit.full
        if not unit.ranked:
            continue
        assert in_full is not None
        is_top = (unit.expense_rvu, unit.full) == (in_full.expense_rvu, in_full.full)
        if is_top and not first_done:
            first_done = True
            continue
        mpprs[unit.line] += unit.full - unit.reduced
    found = []
    since = [percent for first, percent in SEQUESTRATION if first <= day.isoformat()][-1]
    for line, full, mppr in zip(claim.lines, fulls, mpprs, strict=True):
        allowed = full - mppr
        if isinstance(line.charge_cents, int):
            allowed = min(allowed, line.charge_cents)
        deductible = min(deductible_left, allowed)
        deductible_left -= deductible
        patient = deductible + share(allowed - deductible, 20)
        assisted = bool({"CQ", "CO"} & set(line.modifiers)) and day >= dt.date(2022, 1, 1)
        assistant = share(allowed - patient, 15) if assisted else 0
        sequestered = share(allowed - patient - assistant, since)
        found.append(
            {"full": full, "mppr": mppr, "allowed": allowed, "patient": patient, "assistant": assistant,
             "sequestration": sequestered, "payer": allowed - patient - assistant - sequestered}
        )  # fmt: skip
    return found, deductible_left


def told(priced: PricedClaim) -> list[dict[str, int | None]]:
    return [
        {"full": line.full_cents, "allowed": line.allowed_cents, "patient": line.patient_cents,
         "payer": line.payer_cents, **{kind: sum(r.cents for r in line.reductions if r.kind == kind)
                                       for kind in ("mppr", "assistant", "sequestration")}}
        for line in priced.lines
    ]  # fmt: skip


def payable(code: str, year: int) -> bool:
    rows = [row for row in BY_CODE[code] if RELEASED[row["release"]][:4] == str(year)]
    return bool(rows) and all(
        row["status"] in "AR" and Decimal(row["nonfacility_pe"]) + Decimal(row["work"]) > 0 for row in rows
    )


CODES = {year: sorted(code for code in BY_CODE if payable(code, year)) for year in range(2020, 2027)}
COMMON = ["97110", "97112", "97140", "97530", "97161"]
EDGES = [
    dt.date(2020, 4, 30), dt.date(2020, 5, 1), dt.date(2021, 12, 31), dt.date(2022, 1, 1), dt.date(2022, 3, 31),
    dt.date(2022, 4, 1), dt.date(2022, 6, 30), dt.date(2022, 7, 1), dt.date(2024, 3, 8), dt.date(2024, 3, 9),
    dt.date(2025, 1, 1), dt.date(2025, 9, 30), dt.date(2026, 1, 1), dt.date(2026, 12, 31),
]  # fmt: skip
days = st.one_of(st.sampled_from(EDGES), st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31)))


@st.composite
def claims(draw: st.DrawFn) -> tuple[Claim, dt.date]:
    day = draw(days)
    here = sorted(code for code, rows in GPCIS.items() if any(row["effective"][:4] == str(day.year) for row in rows))
    line = st.builds(
        ClaimLine,
        date=st.just(day),
        code=st.one_of(st.sampled_from(COMMON), st.sampled_from(CODES[day.year])),
        units=st.integers(1, 6),
        modifiers=st.sampled_from([("GP",), ("GP", "CQ"), ("GO", "CO"), ("GP", "KX")]),
        charge_cents=st.one_of(st.just(msgspec.UNSET), st.none(), st.integers(0, 30_000)),
    )
    met = draw(st.one_of(st.just(msgspec.UNSET), st.integers(0, 30_000)))
    claim = Claim(
        payer="medicare-b",
        lines=tuple(draw(st.lists(line, min_size=1, max_size=6))),
        locality=draw(st.one_of(st.none(), st.sampled_from(here))),
        qp=draw(st.booleans()),
        participating=draw(st.booleans()),
        place_of_service=draw(st.sampled_from(["11", "12", "10", "02", "22", "31"])),
        context=Context(deductible_met_cents=met),
    )
    return claim, day


def deductible_left(claim: Claim, day: dt.date) -> int:
    met = claim.context.deductible_met_cents
    return max(0, DEDUCTIBLES[day.year] * 100 - met) if isinstance(met, int) else 0


@CHECK
@given(claims())
def test_integer_price_is_the_decimal_price(drawn: tuple[Claim, dt.date]) -> None:
    claim, day = drawn
    expected, _ = oracle(claim, day, deductible_left(claim, day))
    priced = price(claim, load())
    assert told(priced) == expected
    assert priced.complete
    for line in priced.lines:
        row, inputs = rvu(line.code, day), line.inputs
        assert row is not None and inputs is not None
        expense = row["facility_pe" if claim.place_of_service in FACILITY else "nonfacility_pe"]
        shown = (inputs.work_rvu, inputs.pe_rvu, inputs.mp_rvu, inputs.conversion_factor, inputs.release)
        assert shown == (row["work"], expense, row["mp"], str(factor(day, claim.qp)), row["release"])
        indices = (Decimal(inputs.work_gpci), Decimal(inputs.pe_gpci), Decimal(inputs.mp_gpci))
        assert indices == gpci(claim.locality, day)
        assert inputs.carried_back == (row["since"] > day.isoformat())
    assert priced.allowed_cents == sum(row["allowed"] for row in expected)
    assert priced.payer_cents + priced.patient_cents <= priced.allowed_cents <= priced.full_cents


@CHECK
@given(claims(), st.integers(1, 40))
def test_two_days_are_two_reductions_and_one_deductible(drawn: tuple[Claim, dt.date], later: int) -> None:
    claim, day = drawn
    after = day + dt.timedelta(days=later)
    if after.year != day.year or factor(after, claim.qp) != factor(day, claim.qp):
        return
    second = tuple(msgspec.structs.replace(line, date=after) for line in claim.lines)
    both = msgspec.structs.replace(claim, lines=claim.lines + second)
    first_rows, left = oracle(claim, day, deductible_left(claim, day))
    second_rows, _ = oracle(msgspec.structs.replace(claim, lines=second), after, left)
    assert told(price(both, load())) == first_rows + second_rows


@CHECK
@given(claims(), st.sampled_from(["medicare-b", "medicare-advantage", "commercial", "self-pay"]))
def test_money_adds_up_on_every_line(drawn: tuple[Claim, dt.date], payer: str) -> None:
    claim, _ = drawn
    priced = price(msgspec.structs.replace(claim, payer=payer), load())
    for line in priced.lines:
        if line.allowed_cents is None:
            assert line.no_data and line.payer_cents is None and line.patient_cents is None
            continue
        cut = {reduction.kind: reduction.cents for reduction in line.reductions}
        assert line.payer_cents is not None and line.patient_cents is not None and line.full_cents is not None
        assert line.allowed_cents == (
            line.payer_cents + line.patient_cents + cut.get("assistant", 0) + cut.get("sequestration", 0)
        )
        ceiling = line.full_cents - cut.get("mppr", 0) - cut.get("contract", 0)
        charge = line.charge_cents if line.charge_cents is not None else ceiling
        assert line.allowed_cents == min(charge, ceiling)
        assert 0 <= line.deductible_cents <= line.patient_cents
        assert all(cents_ > 0 for cents_ in cut.values())


@CHECK
@given(claims())
def test_the_order_of_lines_changes_no_total(drawn: tuple[Claim, dt.date]) -> None:
    claim, _ = drawn
    plain = tuple(msgspec.structs.replace(line, charge_cents=None) for line in claim.lines)
    forward = price(msgspec.structs.replace(claim, lines=plain), load())
    backward = price(msgspec.structs.replace(claim, lines=plain[::-1]), load())
    assert forward.allowed_cents == backward.allowed_cents


@pytest.mark.parametrize("year", range(2020, 2027))
def test_every_locality_prices_the_commonest_codes(year: int) -> None:
    day = dt.date(year, 11, 3)
    localities = [name for name, rows in GPCIS.items() if any(row["effective"][:4] == str(year) for row in rows)]
    assert len(localities) > 100
    for locality in localities:
        lines = tuple(
            ClaimLine(date=day, code=code, units=units, modifiers=("GP",))
            for code, units in (("97530", 1), ("97110", 2), ("97140", 1))
        )
        claim = Claim(payer="medicare-b", lines=lines, locality=locality)
        assert told(price(claim, load())) == oracle(claim, day, 0)[0], locality
