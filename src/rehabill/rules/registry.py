"""All rules, found by their file names, indexed by the codes and modifiers that trigger them."""

import pkgutil
from functools import cache
from importlib import import_module

import msgspec

import rehabill.rules
from rehabill.model.claim import Claim
from rehabill.rules.rule import Rule
from rehabill.rules.triggers import tokens_of


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


@cache
def _for_tokens(tokens: frozenset[str]) -> Awake:
    awake = [rule for rule in all_rules() if not rule.triggers or not rule.triggers.isdisjoint(tokens)]
    return Awake(tuple(rule for rule in awake if rule.by_shape), tuple(rule for rule in awake if not rule.by_shape))


@cache
def _known_triggers() -> frozenset[str]:
    return frozenset(token for rule in all_rules() for token in rule.triggers)


def rules_for(claim: Claim) -> Awake:
    """The rules that can matter to a claim, by what is on it (`triggers.py`)."""
    return _for_tokens(frozenset(tokens_of(claim, _known_triggers())))
