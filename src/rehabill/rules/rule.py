"""What a rule is: a plain `check` and the `RULE` that names it, says when it runs and words its findings."""

from collections.abc import Callable, Iterable

import msgspec

from rehabill.almanac.edition import Edition
from rehabill.base.errors import NotInForce
from rehabill.base.finding import Edit, Finding, Fix, LawRef, Severity, Status, Topic
from rehabill.rules.case import Case
from rehabill.rules.catalog import message

Check = Callable[["Case", Edition], Iterable[Finding]]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """`triggers`: what can make the rule matter: codes, modifiers, givers, or words of `triggers.py` (empty: every
    claim).

    `law`: names of the values of law it rests on, cited with every finding that the edition can cite.
    `since`: the version of rehabill that first had the rule. Ids are never reused.
    """

    id: str
    slug: str
    topic: Topic
    severity: Severity
    check: Check
    law: tuple[str, ...] = ()
    triggers: frozenset[str] = frozenset()
    by_shape: bool = False
    """Whether it finds anything depends only on the payer's law of the day, the shape of the claim (`Case.of_shape`)
    and what was billed for the same day before: a shape once found clean, alone on its day, needs no second look."""
    since: str = "0.1.0"

    def fail(
        self, edition: Edition, path: str, *, severity: Severity | None = None, fix: Fix | None = None,
        say: str = "fail", law: tuple[str, ...] | None = None, **facts: object,
    ) -> Finding:  # fmt: skip
        """The rule is broken at `path`. `say` names the message of the YAML twin, `facts` fill it."""
        return self._finding(edition, path, "fail", severity, fix, say, law, facts)

    def no_data(
        self, edition: Edition, path: str, *, severity: Severity | None = None, say: str = "no_data",
        law: tuple[str, ...] | None = None, **facts: object,
    ) -> Finding:  # fmt: skip
        """The rule cannot decide: something it needs was not given or is not in the almanac."""
        return self._finding(edition, path, "no_data", severity, None, say, law, facts)

    def bypassed(
        self, edition: Edition, path: str, *, say: str = "bypassed", law: tuple[str, ...] | None = None, **facts: object
    ) -> Finding:
        """A modifier or exception allows what the rule would refuse."""
        return self._finding(edition, path, "bypassed", None, None, say, law, facts)

    def _finding(
        self, edition: Edition, path: str, status: Status, severity: Severity | None, fix: Fix | None, say: str,
        law: tuple[str, ...] | None, facts: dict[str, object],
    ) -> Finding:  # fmt: skip
        return Finding(
            rule=self.id,
            slug=self.slug,
            topic=self.topic,
            severity=severity or self.severity,
            status=status,
            path=path,
            message=message(self.id, say).format(**facts),
            law=tuple(cited(edition, self.law if law is None else law)),
            fix=fix,
        )


def cited(edition: Edition, names: Iterable[str]) -> Iterable[LawRef]:
    """The values in force of the names given; a value not in force that day has nothing to cite."""
    for name in names:
        try:
            yield edition.cite(name)
        except NotInForce:
            continue


def add(path: str, value: str) -> Edit:
    return Edit(path, add=value)


def remove(path: str, value: str) -> Edit:
    return Edit(path, remove=value)


def put(path: str, value: str | int) -> Edit:
    return Edit(path, set=value)


def drop(path: str) -> Edit:
    return Edit(path, drop=True)


def safe(*edits: Edit) -> Fix:
    return Fix("safe", edits)


def review(*edits: Edit, advice: str | None = None) -> Fix:
    return Fix("review", edits, advice)


def display(advice: str) -> Fix:
    return Fix("display", (), advice)
