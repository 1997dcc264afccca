"""Which claim status says what one of our findings says; the table is data: `acknowledge_277ca.toml`."""

import re
from functools import cache
from importlib import resources

import msgspec

from rehabill.base.finding import Finding, Position

_INDEX = re.compile(r"\[\d+\]")
_LINE = re.compile(r"(?:^|\.)lines\[(\d+)\]")
_OTHERWISE_CATEGORY = "A7"


class Told(msgspec.Struct, frozen=True):
    """One or two status codes, and whom they are about."""

    codes: tuple[str, ...]
    entity: str = ""


class _Table(msgspec.Struct, frozen=True):
    categories: dict[str, tuple[str, ...]]
    rules: dict[str, Told]
    places: dict[str, Told]
    paths: dict[str, Told]
    topics: dict[str, Told]


@cache
def table() -> _Table:
    data = resources.files("rehabill.edi").joinpath("acknowledge_277ca.toml").read_bytes()
    return msgspec.toml.decode(data, type=_Table)


@cache
def _category_by_rule() -> dict[str, str]:
    return {rule: category for category, rules in table().categories.items() for rule in rules}


def composites(finding: Finding) -> tuple[str, ...]:
    """The finding as statuses: `A7:562:82`."""
    category = _category_by_rule().get(finding.rule, _OTHERWISE_CATEGORY)
    told = _told(finding)
    return tuple(":".join((category, code, told.entity)).rstrip(":") for code in told.codes)


def line_of(finding: Finding) -> int | None:
    """The service line it is about, from 0."""
    found = _LINE.search(finding.path)
    return int(found[1]) if found else None


def _told(finding: Finding) -> Told:
    known = table()
    found = known.rules.get(finding.rule)
    if found is None and isinstance(finding.at, Position):
        found = _by_place(finding.at)
    if found is None:
        found = _by_path(finding.path)
    return found or known.topics[finding.topic]


def _by_place(at: Position) -> Told | None:
    places = table().places
    for key in (at.element, at.element.partition("-")[0], at.segment):
        found = places.get(f"{at.loop} {key}") if key else None
        if found is not None:
            return found
    return None


def _by_path(path: str) -> Told | None:
    return table().paths.get(_INDEX.sub("", path).rpartition(".")[2])
