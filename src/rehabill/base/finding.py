"""What the program says about a claim: findings with law and fix, and steps that explain a decision."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

Severity = Literal["error", "warning", "info"]
Status = Literal["fail", "bypassed", "no_data"]
Verdict = Literal["pass", "fail", "no_data"]
Grade = Literal["safe", "review", "display"]
Topic = Literal[
    "ncci", "mue", "units", "modifiers", "therapy_modifier", "assistant", "kx", "review_threshold",
    "code_validity", "diagnosis", "pointer", "plan_of_care", "progress_report", "referring", "provider",
    "timely_filing", "telehealth", "place_of_service", "group", "evaluation", "student", "duplicate", "abn",
    "authorization", "eligibility", "documentation", "format", "balance",
]  # fmt: skip


class LawRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """One value of law as used: its name, the value shown to a person, the first day in force, where it stands."""

    name: str
    value: str
    since: str | None
    source: str
    verified: bool = True
    table_age: str | None = None


class Edit(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change to a claim at `path`: `add` a value to a list, `remove` one such value from it, `set` a field, or
    `drop` a line. The edits of a fix apply in order, to the claim as the finding saw it.
    """

    path: str
    add: str | None = None
    remove: str | None = None
    set: str | int | None = None
    drop: bool = False


class Fix(msgspec.Struct, frozen=True, omit_defaults=True):
    """`safe`: may be applied unseen; `review`: a person decides; `display`: advice without an edit."""

    grade: Grade
    edits: tuple[Edit, ...] = ()
    advice: str | None = None


class Position(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where in an X12 file: the byte from 0, the set's control number, the segment's number in that set (ST is 1)."""

    byte: int
    segment: str = ""
    element: str = ""
    """As the field's people write it: `NM109`, `SV101-3`."""
    loop: str = ""
    set_control: str = ""
    number: int = 0
    claim: str = ""
    """Our number of the claim (CLM01, CLP01 …) or of whatever the set is about."""


class Finding(msgspec.Struct, frozen=True):
    """One rule's word on one place of a claim. `path` counts lines from 0; `message` counts them from 1."""

    rule: str
    slug: str
    topic: Topic
    severity: Severity
    status: Status
    path: str
    message: str
    law: tuple[LawRef, ...] = ()
    fix: Fix | None = None
    at: Position | UnsetType = UNSET
    """Only of findings in an X12 file."""


Fact = str | int | None


class Step(msgspec.Struct, frozen=True, gc=False):
    """One decision on the way: kept as a template and its facts, put into words only when asked.

    `because` names the values of law used; the edition resolves them to value, first day and source.
    """

    stage: str
    template: str
    facts: tuple[Fact, ...] = ()
    because: tuple[str, ...] = ()

    def what(self) -> str:
        """The step as a sentence."""
        return self.template.format(*self.facts)
