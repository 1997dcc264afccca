"""Names and places that stand for nobody: short lists to draw from."""

LAST = (
    "ABERNATH", "ALDERTON", "ASHCOMBE", "BAXLEY", "BELLWOOD", "BIRCHALL", "BRACKEN", "CALDERO", "CARRAWAY", "CLEARY",
    "COBBLER", "CRANDON", "DELLWOOD", "DRUMMOND", "EASTLAKE", "ELMSTEAD", "FAIRBURN", "FENWICK", "GALLOWAY", "GARNET",
    "GLENROSE", "HADLOW", "HARTWELL", "HOLLIS", "INGRAM", "IVORY", "JESSUP", "KELLERTON", "KINGSBY", "LANGFORD",
    "LINDEN", "LOCKWOOD", "MARLOWE", "MEADOWS", "MORROW", "NETTLES", "NORTHCOT", "OAKES", "ORMOND", "PEMBERLY",
    "PENROSE", "QUIMBY", "RADCLIF", "REDFERN", "ROSEWOOD", "SEABROOK", "SHERWIN", "STANMORE", "TALBOT", "THORNE",
    "UNDERHAY", "VALE", "VICKERY", "WAKELEY", "WESTBROOK", "WHITFORD", "WILLOW", "WYNDHAM", "YARDLEY", "ZELLER",
)  # fmt: skip
FIRST = (
    "ALEX", "ARDEN", "ARIEL", "AUBREY", "BLAIR", "BRETT", "CAMERON", "CASEY", "CHRIS", "DALE", "DANA", "DEVON", "DREW",
    "ELLIOT", "EMERY", "FINLEY", "FRANCES", "GLENN", "HARPER", "HAYDEN", "HOLLIS", "JAMIE", "JESSE", "JORDAN", "KAI",
    "KENDALL", "KERRY", "LANE", "LEE", "LESLIE", "LOGAN", "LYNN", "MARION", "MORGAN", "NOEL", "PARKER", "PAT", "PEYTON",
    "QUINN", "REESE", "RILEY", "ROBIN", "ROWAN", "SAGE", "SAM", "SHAWN", "SIDNEY", "SKYLER", "TAYLOR", "TERRY", "TRACY",
    "VAL", "WREN",
)  # fmt: skip
STREETS = (
    "EXAMPLE ST", "SAMPLE AVE", "SPECIMEN RD", "FICTION LN", "PLACEHOLDER BLVD", "NOWHERE CT", "INVENTED WAY",
    "MADEUP DR", "PRETEND PL", "IMAGINARY TER",
)  # fmt: skip
CITIES = (
    "EXAMPLETON", "SAMPLE FALLS", "FICTION CITY", "SPECIMEN SPRINGS", "NOWHERE", "INVENTED RIDGE", "PRETEND HARBOR",
    "MADEUP MILLS",
)  # fmt: skip
ORGANISATIONS = ("EXAMPLE THERAPY", "SAMPLE CLINIC", "FICTION REHAB", "SPECIMEN CARE", "INVENTED HEALTH")

ZIP_BEGINS = {
    "AK": "995", "AL": "350", "AR": "720", "AS": "967", "AZ": "850", "CA": "900", "CO": "800", "CT": "060", "DC": "200",
    "DE": "197", "FL": "320", "GA": "300", "GU": "969", "HI": "967", "IA": "500", "ID": "832", "IL": "600", "IN": "460",
    "KS": "660", "KY": "400", "LA": "700", "MA": "010", "MD": "206", "ME": "039", "MI": "480", "MN": "550", "MO": "630",
    "MP": "969", "MS": "386", "MT": "590", "NC": "270", "ND": "580", "NE": "680", "NH": "030", "NJ": "070", "NM": "870",
    "NV": "889", "NY": "100", "OH": "430", "OK": "730", "OR": "970", "PA": "150", "PR": "006", "RI": "028", "SC": "290",
    "SD": "570", "TN": "370", "TX": "750", "UT": "840", "VA": "201", "VI": "008", "VT": "050", "WA": "980", "WI": "530",
    "WV": "247", "WY": "820",
}  # fmt: skip
"""The first three digits of ZIP codes of a state."""
