"""People, payers and practices that do not exist, drawn from a seeded generator."""

from random import Random

from rehabill.base.ids import npi_is_valid

LAST = (
    "ABBOTT", "BARNES", "CASTILLO", "DRAKE", "ELLISON", "FONTAINE", "GARZA", "HOLLOWAY", "IVERSON", "JARVIS",
    "KEATING",
    "LOMAX", "MERCADO", "NORWOOD", "OAKLEY", "PRUITT", "QUINTANA", "ROWLAND", "SAMPSON", "TRAVERS", "UNDERHILL",
    "VANCE", "WHITLOCK", "YARBROUGH", "ZIMMER", "O'DELL", "ST CLAIR", "LEE-WARD",
)  # fmt: skip
FIRST = (
    "ADA", "BRUNO", "CORA", "DARIO", "EDITH", "FELIX", "GRETA", "HUGO", "INES", "JONAS", "KARA", "LEON", "MILA", "NOEL",
    "OLGA", "PETRA", "QUINN", "ROSA", "SVEN", "TARA", "ULA", "VIGGO", "WANDA", "XENIA", "YVES", "ZOE",
)  # fmt: skip
STREETS = ("EXAMPLE ST", "SAMPLE AVE", "SPECIMEN RD", "FICTION LN", "PLACEHOLDER BLVD", "NOWHERE CT")
PLACES = (
    ("BIRMINGHAM", "AL", "352030001"), ("TULSA", "OK", "741030001"), ("DAYTON", "OH", "454020001"),
    ("SPOKANE", "WA", "992010001"), ("MACON", "GA", "312010001"), ("RENO", "NV", "895010001"),
)  # fmt: skip
PAYERS = (
    ("EXAMPLE MEDICARE CONTRACTOR", "00999", "MB"), ("SAMPLE MUTUAL HEALTH", "99001", "CI"),
    ("FICTION HEALTH PLAN", "99002", "HM"), ("SPECIMEN BLUE PLAN", "99003", "BL"),
)  # fmt: skip
_LETTERS, _DIGITS = "ACDEFGHJKMNPQRTUVWXY", "0123456789"
_MBI_KINDS = {"C": "123456789", "A": _LETTERS, "D": _DIGITS, "E": _LETTERS + _DIGITS}


def npi(number: int) -> str:
    """A well-formed NPI: nine digits from `number` and the check digit that fits."""
    stem = f"1{number % 100_000_000:08d}"
    return next(stem + digit for digit in "0123456789" if npi_is_valid(stem + digit))


def mbi(chance: Random) -> str:
    """A Medicare number of the right form."""
    return "".join(chance.choice(_MBI_KINDS[kind]) for kind in "CAEDAEDAADD")
