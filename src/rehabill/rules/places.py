"""Where a line was furnished: its own place of service, else the claim's."""

from rehabill.rules.case import Case, Line


def place_of(case: Case, line: Line) -> str | None:
    """The place of service that counts for the line; None when neither line nor claim names one."""
    place = line.line.place_of_service or case.claim.place_of_service
    return place if isinstance(place, str) and place else None


def place_path(line: Line) -> str:
    return line.path("place_of_service") if line.line.place_of_service else "place_of_service"
