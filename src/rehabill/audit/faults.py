"""What a bulk reader says about a file: one row a fault, with the byte it stands at."""

import msgspec
import pyarrow as pa

KINDS = {
    "not-x12": "{why}",
    "header-unreadable": "{why}.",
    "header-odd": "The interchange header (ISA) is read, but {why}.",
    "no-envelope": "The transaction set stands without an envelope (ISA, GS): it is read as it is.",
    "text-outside": "Text stands outside any interchange.",
    "cut-short": "The file ends inside a segment, which is left out: what it says may be incomplete.",
    "trailer-unterminated": "The last segment has no terminator.",
    "segment-too-long": "No segment terminator in {count} characters: the rest is not read.",
    "not-a-segment": "No segment of X12 begins like this: it is left out.",
    "other-set": "A transaction set {value} is not what this reader reads: it is left out.",
    "no-set": "There is no transaction set {value} in the file: nothing could be read.",
    "outside-set": "It stands outside any transaction set; it is read, without a payment or sender of its own.",
    "set-not-closed": "The transaction set is not closed: what came after may be missing.",
    "set-count": "The transaction set says {said} segments and has {found}.",
    "control-number": "{value} does not repeat the control number of its header.",
    "outside-claim": "It stands outside any claim: it is left out.",
    "not-an-amount": "'{value}' is not an amount of money.",
    "negative-zero": "'{value}' is read as zero.",
    "missing-amount": "The amount is missing.",
    "missing-value": "A value that every such segment must have is missing.",
    "not-a-date": "'{value}' is not a date.",
    "not-a-quantity": "'{value}' is not a quantity.",
}
SCHEMA = pa.schema([
    pa.field("byte", pa.int64()), pa.field("kind", pa.string()), pa.field("segment", pa.string()),
    pa.field("element", pa.string()), pa.field("message", pa.string()),
])  # fmt: skip
_LONGEST = 40


class Fault(msgspec.Struct, frozen=True):
    byte: int
    kind: str
    message: str
    segment: str = ""
    element: str = ""


def fault(byte: int, kind: str, segment: str = "", element: str = "", **facts: str | int) -> Fault:
    """One fault in words; what is quoted from the file is shortened."""
    for name, value in facts.items():
        if isinstance(value, str) and name != "why" and len(value) > _LONGEST:
            facts[name] = value[:_LONGEST] + "…"
    return Fault(byte, kind, KINDS[kind].format(**facts), segment, element)


def table(faults: list[Fault]) -> pa.Table:
    """The faults by place."""
    ordered = sorted(faults, key=lambda one: one.byte)
    columns = [[getattr(one, name) for one in ordered] for name in SCHEMA.names]
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
    )
