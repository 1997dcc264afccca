"""A rule as a page a biller can read: what it asks, why, what to do, and every value of law it rests on."""

import inspect
from collections.abc import Iterable, Iterator
from datetime import date
from importlib import import_module

from rehabill.almanac import schema
from rehabill.almanac.edition import shown
from rehabill.almanac.load import load
from rehabill.rules.catalog import message, messages_of
from rehabill.rules.rule import Rule

_PARTS = ("What", "Why", "Fix")
_MEANING = {"error": "the payer refuses the claim, or it is unlawful", "warning": "likely wrong, or money is lost",
            "info": "worth knowing"}  # fmt: skip


def page(rule: Rule) -> str:
    """The rule's page in Markdown, from the rule, its messages and the almanac of this package."""
    blocks = [
        f"# {rule.id} {rule.slug}",
        f"{message(rule.id, 'title')}.",
        _particulars(rule),
        *(f"**{part}.** {text}" for part, text in explained(rule)),
        "## Law",
        *_law(rule, load().data),
        "## Messages",
        table(("Name", "Text"), ((f"`{say}`", text) for say, text in messages_of(rule.id).items())),
    ]
    return "\n\n".join(blocks) + "\n"


def explained(rule: Rule) -> Iterator[tuple[str, str]]:
    """What, Why and Fix of the rule's docstring, each as one paragraph beginning with a capital."""
    text = inspect.cleandoc(import_module(rule.check.__module__).__doc__ or "")
    part, words = "", list[str]()
    for line in [*text.splitlines()[1:], "end:"]:
        head, colon, rest = line.partition(":")
        if colon and (head in _PARTS or line == "end:"):
            if part:
                yield part, _sentence(words)
            part, words = head, [rest]
        else:
            words.append(line)


def _sentence(words: list[str]) -> str:
    text = " ".join(" ".join(words).split())
    return text[:1].upper() + text[1:]


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table; bars inside cells are escaped."""
    lines = [_row(head), _row(("---",) * len(head)), *map(_row, rows)]
    return "\n".join(lines)


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _particulars(rule: Rule) -> str:
    runs = ", ".join(_runs_on(rule)) or "every claim"
    return table(
        ("", ""),
        [
            ("Severity", f"{rule.severity}: {_MEANING[rule.severity]}"),
            ("Topic", rule.topic),
            ("Runs on", runs),
            ("Since", f"rehabill {rule.since}"),
        ],
    )


def _runs_on(rule: Rule) -> Iterator[str]:
    """Codes, modifiers and roles by name; circumstances, which are phrases, as they are."""
    marks = sorted(trigger for trigger in rule.triggers if " " not in trigger)
    if marks:
        yield f"claims with {', '.join(marks)}"
    yield from sorted(f"claims where {trigger}" for trigger in rule.triggers if " " in trigger)


def _first(value: schema.Value) -> str:
    return str(value.first) if value.dated else "not known"


def _law(rule: Rule, almanac: schema.Almanac) -> Iterator[str]:
    if not rule.law:
        yield "No dated value: the rule compares what the claim itself says."
    for name in rule.law:
        kind, _, rest = name.partition(".")
        if kind == "payer":
            yield from _setting(rest, almanac)
        elif kind == "table":
            yield from _table(rest, almanac)
        else:
            yield from _parameter(name, almanac)


def _parameter(name: str, almanac: schema.Almanac) -> Iterator[str]:
    parameter = almanac.parameters[name]
    yield f"### `{name}`"
    yield f"{parameter.label}."
    yield table(
        ("From", "To", "Value", "Source"),
        (
            (
                _first(value), _day(value.last, ""), shown(parameter.unit, value.value),
                almanac.sources[value.source].cite + ("" if value.verified else " *(unverified)*"),
            )
            for value in parameter.values
        ),
    )  # fmt: skip


def _setting(name: str, almanac: schema.Almanac) -> Iterator[str]:
    yield f"### Payer setting `{name}`"
    yield table(
        ("Payer", "From", "To", "Value", "Source", "Confirm with the payer"),
        (
            (
                payer, _day(row.first, ""), _day(row.last, ""),
                shown("flag" if isinstance(row.value, bool) else "text", row.value),
                almanac.sources[row.source].cite, "yes" if row.confirm else "no",
            )
            for payer, profile in sorted(almanac.payers.items())
            for row in profile.settings[name]
        ),
    )  # fmt: skip


def _table(name: str, almanac: schema.Almanac) -> Iterator[str]:
    age = almanac.tables[name]
    yield f"### Table `{name}`"
    note = f" {age.note[:1].upper()}{age.note[1:]}." if age.note else ""
    yield f"Covers {age.first} to {age.last}, from {almanac.sources[age.source].cite}.{note} Next: {age.next}."


def _day(day: date | None, otherwise: str) -> str:
    return otherwise if day is None else day.isoformat()
