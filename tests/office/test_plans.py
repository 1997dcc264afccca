"""How the databases find rows: by what tells them apart, never among all rows of a practice."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.office.conftest import ON_POSTGRESQL, WEEK
from tests.office.office_cli import run

from rehabill.office import statistics
from rehabill.office.claims.models import Claim
from rehabill.office.guards.install import install
from rehabill.office.practices.models import Practice
from rehabill.office.practices.owned import owned_models

TABLES = {model._meta.db_table for model in owned_models()}
FEW = {
    "practices_location", "practices_payerenrolment", "practices_payeridentity", "practices_charge",
    "people_therapist", "people_referringprovider", "people_credential", "money_close", "money_bankline",
    "money_payment", "exchange_partner",
}  # fmt: skip
"""Short tables: all of a practice's rows may be read."""


@pytest.fixture
def plans() -> Iterator[dict[str, str]]:
    """Statement → what SQLite does for it, of everything the test runs that finds rows."""
    found: dict[str, str] = {}

    def explained(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql not in found and sql.startswith(("SELECT", "UPDATE", "DELETE")):
            first = next(iter(params), ()) if many else params
            rows = context["connection"].connection.execute(
                "EXPLAIN QUERY PLAN " + sql.replace("%s", "?").replace("%%", "%"), tuple(first or ())
            )
            found[sql] = "\n".join(row[3] for row in rows)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        yield found


def among_all(sql: str, plan: str) -> list[str]:
    """Steps that go through a whole table, or all rows of a practice; the first rows of a list, in order, do not."""
    found: list[str] = []
    if "LIMIT" in sql and "TEMP B-TREE" not in plan:
        return found
    for step in plan.split("\n"):
        of = re.match(r"(SCAN|SEARCH) (\w+)", step)
        table = of[2] if of else ""
        if table in TABLES - FEW and (of[1] == "SCAN" or step.endswith("(practice_id=?)")):
            found.append(step)
    return found


@pytest.mark.skipif(ON_POSTGRESQL, reason="of SQLite; PostgreSQL counts its rows")
@pytest.mark.parametrize(
    "verb",
    [
        ("bill", "--out", "OUT", "--created", "2026-03-09T08:00"),
        ("post", WEEK / "remittance.835", "--on", "2026-04-01"),
        ("claim", "show", "EX0302-01"),
        ("claim", "timeline", "EX0302-01"),
        ("claim", "list"),
        ("patient", "show", "EX-001"),
        ("patient", "pay", "EX-001", "20.00", "--on", "2026-04-02", "--method", "cash"),
    ],
    ids=lambda verb: " ".join(str(word) for word in verb[:2]),
)
def test_nothing_is_looked_for_among_all_of_the_practice(
    practice: Practice, plans: dict[str, str], tmp_path: Path, verb: tuple[object, ...]
) -> None:
    run("import", "visits", WEEK / "visits.csv", WEEK / "visits.jsonl")
    if verb[0] != "bill":
        run("bill", "--out", tmp_path / "before", "--created", "2026-03-09T08:00")
        assert Claim.objects.exists()
    if verb[0] != "post":
        run("post", WEEK / "remittance.835", "--on", "2026-04-01")
    plans.clear()
    answer = run(*(tmp_path if word == "OUT" else word for word in verb))
    assert answer.code in (0, 1), answer.err
    assert plans
    wrong = {sql: steps for sql, plan in plans.items() if (steps := among_all(sql, plan))}
    assert not wrong


@pytest.mark.skipif(ON_POSTGRESQL, reason="of SQLite")
def test_the_test_sees_a_search_among_all(practice: Practice, plans: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.execute("ANALYZE sqlite_schema")
        list(Claim.objects.filter(id__in=range(500)))
        install()
    assert any(among_all(sql, plan) for sql, plan in plans.items())


def test_rows_of_a_key() -> None:
    assert statistics.rows_per_key(["practice_id", "number"], is_unique=True, is_partial=False) == [10**6, 10**6, 1]
    assert statistics.rows_per_key(["practice_id", "owes"], is_unique=False, is_partial=False) == [
        10**6,
        10**6,
        200_000,
    ]
    assert statistics.rows_per_key(["claim_id"], is_unique=False, is_partial=False) == [10**6, 4]
