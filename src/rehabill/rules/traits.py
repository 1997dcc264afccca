"""What a code is, as bits worked out once for each edition, so that a rule sees at a glance whether it has work."""

from rehabill.almanac.edition import Edition
from rehabill.almanac.schema import Code
from rehabill.rules.case import Case, Line
from rehabill.rules.code_sets import kept, outside_table

UNKNOWN = 1
"""Not known to be valid that day: not in the table, not in force, or the table does not cover the day."""
BUNDLED = 2
INVALID = 4
NONCOVERED = 8
"""Fee schedule status B, I (or an S code), N under a payer that goes by them."""
THERAPY = 16
"""Always and sometimes therapy codes: in a therapist's hands both are therapy."""
EVALUATION = 32
GROUP = 64
TIMED = 128
"""Counted by time: in pooled 15 minutes, spans, whole steps or bands."""
POOLED = 256
ONCE = 512
"""Without time and one unit a day; not those of which Medicare's own limit takes several (areas, instruments)."""
OWN_DISCIPLINE = 1024
"""Belongs to one discipline: reserved by CMS to one modifier, or a speech-language code."""
ADD_ON = 2048
"""Stands only beside its base of the same day; remote monitoring's further 20 minutes of a month are not one."""
UNLISTED = 4096
"""Names no particular service (CPT's unlisted codes)."""

_STATUSES = {"B": BUNDLED, "I": INVALID, "N": NONCOVERED}
_RESERVED = ("medicare.therapy.codes_gp", "medicare.therapy.codes_go", "medicare.therapy.codes_gn")
_UNLISTED_CODES = "cpt.unlisted_codes"


def traits_of(line: Line) -> int:
    return traits(line.edition).get(line.line.code, UNKNOWN)


def any_traits(case: Case) -> int:
    """The traits of all lines together."""
    return case.of_shape("traits", _any_traits)


def _any_traits(case: Case) -> int:
    found = 0
    for line in case.lines:
        found |= traits(line.edition).get(line.line.code, UNKNOWN)
    return found


def traits(edition: Edition) -> dict[str, int]:
    return kept(edition, "rules.traits", _traits)


def _traits(edition: Edition) -> dict[str, int]:
    outside = UNKNOWN if outside_table(edition, "codes") else 0
    found = {name: outside | _of_code(edition, code) for name, code in edition.codes.items()}
    for name in _RESERVED:
        for code in _listed(edition, name):
            found[code] = found.get(code, UNKNOWN) | OWN_DISCIPLINE
    for code in _listed(edition, _UNLISTED_CODES):
        found[code] = found.get(code, UNKNOWN) | UNLISTED
    if edition.profile.pfs_status:
        _add_statuses(edition, found)
    return found


def _of_code(edition: Edition, code: Code) -> int:
    limit = edition.law.mue.get(code.code)
    timeless = code.basis in ("untimed", "group")
    return (
        (THERAPY if code.therapy != "none" else 0)
        | (EVALUATION if code.evaluation else 0)
        | (GROUP if code.basis == "group" else 0)
        | (TIMED if code.basis in ("quarter_hour", "span", "whole", "band") else 0)
        | (POOLED if code.basis == "quarter_hour" else 0)
        | (ONCE if timeless and not code.unlisted and (limit is None or limit.value <= 1) else 0)
        | (OWN_DISCIPLINE if code.disciplines == ("SLP",) else 0)
        | (ADD_ON if code.add_on_to and code.basis != "whole" else 0)
    )


def _add_statuses(edition: Edition, found: dict[str, int]) -> None:
    """A code that had ended or not begun is left out: that is all there is to say of it."""
    for code, status in edition.law.statuses.items():
        if status in _STATUSES and (code in edition.codes or code not in edition.law.all_codes):
            found[code] = found.get(code, UNKNOWN) | _STATUSES[status]


def _listed(edition: Edition, name: str) -> list[str]:
    return str(edition.value(name)).split() if edition.known(name) else []
