"""The shapes of the almanac: what the YAML and CSV files say, once loaded and checked.

Two time axes run through all of it: `first`/`last` are the days a value is in force; `known` is the almanac's
release ("2026.11") that first held it, so that an old answer can be reproduced.
"""

from datetime import date
from typing import Literal

import msgspec

FIRST_RELEASE = "2026.11"
FIRST_DAY = date(2016, 1, 1)
"""The almanac holds no law for an earlier day."""

Basis = Literal["quarter_hour", "span", "whole", "band", "untimed", "region", "group"]
"""How a code's units are counted: in pooled 15-minute steps; by more than half of a stated time; by a whole stated
time; inside a range of minutes; once a day; once for each body region; once for each patient of a group."""

Tier = Literal["official", "copy", "secondary", "memory"]
Unit = Literal["cents", "percent", "days", "months", "count", "flag", "text", "codes", "ten_thousandths"]


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cite: str
    tier: Tier


class Value(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One value of one parameter, from `first` to `last` (None: until further notice)."""

    first: date
    last: date | None
    value: int | str | bool
    source: str
    verified: bool
    known: str
    dated: bool = True
    """False: in force when the almanac begins; the real first day is not known."""


class Parameter(msgspec.Struct, frozen=True):
    label: str
    unit: Unit
    values: tuple[Value, ...]


class Code(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A procedure code a therapist bills; `name` is in our own words."""

    code: str
    name: str
    disciplines: tuple[str, ...]
    first: date | None
    last: date | None
    successors: tuple[str, ...]
    therapy: Literal["always", "sometimes", "none"]
    basis: Basis
    unit_minutes: int
    max_minutes: int
    add_on_to: str | None
    direct_contact: bool
    evaluation: bool
    unlisted: bool
    source: str
    verified: bool


class Mue(msgspec.Struct, frozen=True, gc=False, array_like=True):
    code: str
    release: date
    value: int
    mai: int
    source: str


class Pair(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An NCCI pair: `column2` is not paid beside `column1`. The first day is not known."""

    column1: str
    column2: str
    indicator: int
    last: date | None
    after: date | None
    """The last day of an earlier row of the same pair: before the table's own day nothing is known past it."""


class Rvu(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Relative values in hundredths."""

    code: str
    release: str
    work: int
    nonfacility_pe: int
    facility_pe: int
    mp: int
    mppr_indicator: str
    status: str
    pctc: str


class Release(msgspec.Struct, frozen=True, gc=False, array_like=True):
    release: str
    effective: date
    source: str


class Gpci(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Geographic indices of a locality (`MAC-number`) in thousandths."""

    locality: str
    state: str
    name: str
    effective: date
    work: int
    pe: int
    mp: int
    source: str


class TableAge(msgspec.Struct, frozen=True):
    first: date
    last: date
    as_of: date
    """The day for which the publisher issued it; before that it tells only what it still remembers."""
    source: str
    next: str
    note: str | None = None


class Setting(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One dated value of one setting of a payer profile."""

    first: date | None
    last: date | None
    value: str | bool
    source: str
    confirm: bool
    known: str


class Payer(msgspec.Struct, frozen=True):
    name: str
    label: str
    family: Literal["medicare", "commercial", "self-pay"]
    settings: dict[str, tuple[Setting, ...]]
    """Inherited settings included."""


class Almanac(msgspec.Struct, frozen=True):
    release: str
    sources: dict[str, Source]
    parameters: dict[str, Parameter]
    tables: dict[str, TableAge]
    codes: tuple[Code, ...]
    mue: tuple[Mue, ...]
    pairs: tuple[Pair, ...]
    rvus: tuple[Rvu, ...]
    releases: tuple[Release, ...]
    gpcis: tuple[Gpci, ...]
    facility_places: frozenset[str]
    places: frozenset[str]
    payers: dict[str, Payer]
