"""Conditions between the elements of a segment, as the standard states them for it (P, R, E, C, L)."""

from collections.abc import Sequence

from rehabill.x12.spec.schema import CompositeSpec, ElementSpec, Relation


def holds(relation: Relation, values: Sequence[str]) -> bool:
    """Does the condition hold for these values? Places count from 1; those past the end are empty."""
    given = [place <= len(values) and values[place - 1] != "" for place in relation.places]
    match relation.kind:
        case "P":
            return all(given) or not any(given)
        case "R":
            return any(given)
        case "E":
            return sum(given) <= 1
        case "C":
            return not given[0] or all(given)
        case "L":
            return not given[0] or any(given[1:])


def unsettled(relations: Sequence[Relation], places: Sequence[ElementSpec | CompositeSpec]) -> tuple[Relation, ...]:
    """Those conditions that the usages alone (required, not used) do not already settle as holding."""
    return tuple(relation for relation in relations if not _is_settled(relation, places))


def _is_settled(relation: Relation, places: Sequence[ElementSpec | CompositeSpec]) -> bool:
    usages = [places[place - 1].usage if place <= len(places) else "N" for place in relation.places]
    required, unused = [usage == "R" for usage in usages], [usage == "N" for usage in usages]
    match relation.kind:
        case "P":
            return all(required) or all(unused)
        case "R":
            return any(required)
        case "E":
            return sum(unused) >= len(usages) - 1
        case "C":
            return unused[0] or all(required[1:])
        case "L":
            return unused[0] or any(required[1:])


def in_words(relation: Relation, names: Sequence[str]) -> str:
    """The condition as a person would say it, with the elements' names."""
    first, rest = names[0], ", ".join(names[1:])
    match relation.kind:
        case "P":
            return f"{', '.join(names)} go together: all of them or none"
        case "R":
            return f"one of {', '.join(names)} must be given"
        case "E":
            return f"only one of {', '.join(names)} may be given"
        case "C":
            return f"with {first} must come {rest}"
        case "L":
            return f"with {first} must come one of {rest}"
