"""The compiled specs of this package, read once; each transaction is decoded when it is first asked for."""

from functools import cache
from importlib import resources

import msgspec

from rehabill.x12.spec.schema import Package, SegmentDefinition, TransactionSpec


@cache
def package() -> Package:
    data = resources.files("rehabill.x12.spec").joinpath("specs.msgpack").read_bytes()
    return msgspec.msgpack.decode(data, type=Package)


@cache
def load(name: str) -> TransactionSpec:
    """A spec by its own name: `837p`, `835`, `999`, `ta1`, `277ca`, `276`, `277`, `270`, `271`, `278`, `278r`, `275`,
    `envelope`. Raises `KeyError` for any other.
    """
    return msgspec.msgpack.decode(package().specs[name], type=TransactionSpec)


@cache
def segments() -> dict[str, SegmentDefinition]:
    """Every segment the standard has for our transactions, by its id."""
    return msgspec.msgpack.decode(package().segments, type=dict[str, SegmentDefinition])


@cache
def meanings() -> dict[str, dict[str, str]]:
    """What codes say, in our words: by the number of the data element (or `507`, the claim status categories)."""
    return msgspec.msgpack.decode(package().meanings, type=dict[str, dict[str, str]])


def names() -> tuple[str, ...]:
    """The specs there are."""
    return tuple(package().index)


def spec_for(transaction: str, version: str, purpose: str = "") -> TransactionSpec | None:
    """The spec of a transaction set (ST01) in a version (ST03, or GS08 where ST03 is absent).

    `purpose` is BHT02: a 278 is a request or an answer by it alone. Without it, the request is taken.

    >>> spec_for("837", "005010X222A2").id, spec_for("277", "005010X214").id, spec_for("278", "005010X217", "11").id
    ('837p', '277ca', '278r')
    """
    found = [
        (name, purposes)
        for name, (set_id, versions, purposes) in package().index.items()
        if set_id == transaction and version in versions
    ]
    if not found:
        return None
    for name, purposes in found:
        if purpose in purposes:
            return load(name)
    return load(found[0][0])
