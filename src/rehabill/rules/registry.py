"""All rules, found by their file names, woken by what stands on a claim."""

import pkgutil
from functools import cache
from importlib import import_module

import msgspec

import rehabill.rules
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule
from rehabill.rules.triggers import circumstances_of, marks_of


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule in the order of its id."""
    names = sorted(info.name for info in pkgutil.iter_modules(rehabill.rules.__path__) if info.name.startswith("pt"))
    rules: list[Rule] = [import_module(f"rehabill.rules.{name}").RULE for name in names]
    for name, rule in zip(names, rules, strict=True):
        if not name.startswith(f"{rule.id.lower()}_"):
            raise ValueError(f"rules/{name}.py holds {rule.id}")
    return tuple(rules)


@cache
def rule(id_or_slug: str) -> Rule | None:
    wanted = id_or_slug.casefold()
    return next((found for found in all_rules() if wanted in (found.id.casefold(), found.slug)), None)


class Awake(msgspec.Struct, frozen=True):
    """The rules that can matter to a claim, each kind in the order of its id."""

    by_shape: tuple[Rule, ...]
    others: tuple[Rule, ...]


def rules_for(case: Case) -> Awake:
    """The rules that can matter to a claim, by what is on it (`triggers.py`)."""
    return _awake(case.of_shape("marks", _known_marks), circumstances_of(case))


def _known_marks(case: Case) -> frozenset[str]:
    """Those of a claim's marks that any rule names."""
    return marks_of(case) & _known_triggers()


@cache
def _known_triggers() -> frozenset[str]:
    return frozenset(trigger for rule in all_rules() for trigger in rule.triggers)


@cache
def _awake(marks: frozenset[str], circumstances: frozenset[str]) -> Awake:
    """A rule that looks at the shape alone is woken by the shape alone."""
    there = marks | circumstances
    return Awake(
        tuple(rule for rule in all_rules() if rule.by_shape and _wakes(rule, marks)),
        tuple(rule for rule in all_rules() if not rule.by_shape and _wakes(rule, there)),
    )


def _wakes(rule: Rule, there: frozenset[str]) -> bool:
    return not rule.triggers or not rule.triggers.isdisjoint(there)
