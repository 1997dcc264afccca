"""Two practices in one database: neither sees, changes or deletes anything of the other, nor gives it anything."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models import F, ForeignKey
from tests.office.conftest import ON_POSTGRESQL
from tests.office.tenants import furnished, rows

from rehabill.office.bulk import insert
from rehabill.office.guards.role import as_owner
from rehabill.office.guards.spec import APPEND_ONLY, belongs_to
from rehabill.office.practices.owned import Owned, OwnedManager, owned_models
from rehabill.office.practices.scope import NoPractice, working_in
from rehabill.office.visits.models import Visit

pytestmark = pytest.mark.django_db
CHANGEABLE = [model for model in owned_models() if model not in APPEND_ONLY]


def each(of: list[type[Owned]]) -> Any:
    return pytest.mark.parametrize("model", of, ids=lambda model: model.__name__)


class Tenants(NamedTuple):
    ours: int
    theirs: int
    of_theirs: dict[type[Owned], set[Any]]
    """Keys of all their rows, by table."""


@pytest.fixture(scope="module")
def both(django_db_setup: None, django_db_blocker: Any) -> Iterator[Tenants]:
    """Made once, for it takes a while, and taken back in the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        ours, theirs = furnished("ours"), furnished("theirs")
        with working_in(theirs.id):
            of_theirs = {model: rows(model) for model in owned_models()}
        yield Tenants(ours.id, theirs.id, of_theirs)
        transaction.set_rollback(True)


@pytest.fixture
def tenants(both: Tenants) -> Iterator[Tenants]:
    """Inside of ours. What a test does is taken back."""
    with transaction.atomic(), working_in(both.ours):
        yield both
        transaction.set_rollback(True)


def is_refused(
    work: Callable[[], Any], by: type[Exception] | tuple[type[Exception], ...], match: str | None = None
) -> None:
    with pytest.raises(by, match=match), transaction.atomic():
        work()
        connection.check_constraints()


def contents(model: type[Owned]) -> list[Any]:
    return sorted(model.objects.values_list(), key=str)


QUERIES: dict[str, Callable[[Any], Any]] = {
    "all": lambda objects: list(objects.all()),
    "get": lambda objects: objects.get(pk=1),
    "first": lambda objects: objects.first(),
    "count": lambda objects: objects.count(),
    "exists": lambda objects: objects.exists(),
    "values": lambda objects: list(objects.values()),
    "in_bulk": lambda objects: objects.in_bulk(),
    "aggregate": lambda objects: objects.aggregate(n=models.Count("pk")),
    "iterator": lambda objects: list(objects.iterator()),
    "raw": lambda objects: list(objects.raw("SELECT 1 AS id")),
    "update": lambda objects: objects.update(practice=1),
    "delete": lambda objects: objects.all().delete(),
    "create": lambda objects: objects.create(),
    "bulk_create": lambda objects: objects.bulk_create([objects.model()]),
    "none": lambda objects: objects.none(),
    "union": lambda objects: list(objects.all().union(objects.all())),
}


@each(owned_models())
@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_outside_of_a_practice_there_is_no_query(model: type[Owned], query: Callable[[Any], Any]) -> None:
    for objects in (model.objects, model._default_manager, model._base_manager):
        assert isinstance(objects, OwnedManager)
        with pytest.raises(NoPractice):
            query(objects)


@each(owned_models())
def test_no_manager_sees_anything_of_the_other(tenants: Tenants, model: type[Owned]) -> None:
    theirs = tenants.of_theirs[model]
    assert theirs
    for objects in (model.objects, model._default_manager, model._base_manager):
        assert {row.practice_id for row in objects.all()} == {tenants.ours}
        assert not objects.filter(pk__in=list(theirs)).exists()
        assert objects.filter(practice=tenants.theirs).count() == 0
        assert objects.count() == len(objects.values_list("pk")) == len(list(objects.iterator()))
        for key in theirs:
            with pytest.raises(model.DoesNotExist):
                objects.get(pk=key)


@each(owned_models())
def test_nothing_leads_from_a_row_to_the_other_practice(tenants: Tenants, model: type[Owned]) -> None:
    """Forward and backward relations, one at a time and joined."""
    for row in model.objects.select_related():
        for field in model._meta.get_fields():
            if not field.is_relation or field.related_model is None or field.name == "practice":
                continue
            found = _related(row, field)
            assert {one.practice_id for one in found if isinstance(one, Owned)} <= {tenants.ours}


def _related(row: Owned, field: Any) -> list[Any]:
    if field.concrete:
        return [getattr(row, field.name)]
    accessor = field.get_accessor_name()
    if accessor is None:
        return []
    if field.one_to_one:
        return [getattr(row, accessor, None)]
    return list(getattr(row, accessor).all())


def test_no_table_that_practices_share_leads_to_what_they_own() -> None:
    """Such a query would be narrowed to no practice: `User.objects.values("tasks__why")`."""
    shared = [model for model in apps.get_models() if not issubclass(model, Owned)]
    open_ways = {
        f"{model.__name__}.{field.name}"
        for model in shared
        for field in model._meta.get_fields()
        if field.is_relation and field.related_model is not None and issubclass(field.related_model, Owned)
    }
    assert open_ways == set()


@each(CHANGEABLE)
def test_the_others_rows_are_neither_changed_nor_deleted(tenants: Tenants, model: type[Owned]) -> None:
    theirs = tenants.of_theirs[model]
    with working_in(tenants.theirs):
        before = contents(model)
        held = list(model.objects.all())
    field = next(one for one in model._meta.local_concrete_fields if not one.primary_key and one.name != "practice")
    change = {field.attname: getattr(held[0], field.attname)}
    assert model.objects.filter(pk__in=list(theirs)).update(**change) == 0
    assert model.objects.filter(pk__in=list(theirs)).delete()[0] == 0
    assert model.objects.bulk_update(held, [field.name]) == 0
    for row in held:
        is_refused(row.save, NoPractice)
        is_refused(lambda row=row: row.save(update_fields=[field.name]), DatabaseError, "did not affect any rows")
    with working_in(tenants.theirs):
        assert contents(model) == before


@each(owned_models())
def test_nothing_is_written_for_the_other_practice(tenants: Tenants, model: type[Owned]) -> None:
    def copy() -> Owned:
        found = model.objects.first()
        assert found is not None
        found.practice_id = tenants.theirs
        found._state.adding = True
        return found

    is_refused(copy().save, NoPractice)
    is_refused(lambda: copy().save(force_insert=True), NoPractice)
    is_refused(lambda: model.objects.bulk_create([copy()]), NoPractice)
    is_refused(lambda: model.objects.update(practice=tenants.theirs), NoPractice)
    is_refused(lambda: model.objects.update(practice=F("practice") + 1), NoPractice)


@each(owned_models())
def test_an_insert_that_says_another_practice_is_refused_by_the_database(tenants: Tenants, model: type[Owned]) -> None:
    """PostgreSQL knows in which practice one works; SQLite sees that the row's own things are another's."""
    if not ON_POSTGRESQL and not belongs_to(model):
        pytest.skip("nothing in the row tells SQLite whose it is")
    names = [field.name for field in model._meta.local_concrete_fields]
    values = _fresh(model, tenants.ours) | {"practice_id": tenants.theirs}
    row = tuple(values[field.column] for field in model._meta.local_concrete_fields)
    is_refused(lambda: insert(model, names, [row]), DatabaseError, "row-level security|rehabill: ")


def relations() -> list[Any]:
    return [
        pytest.param(model, column, parent, id=f"{model.__name__}.{column}")
        for model in owned_models()
        for column, parent in belongs_to(model)
    ]


@pytest.mark.parametrize(("model", "column", "parent"), relations())
def test_a_row_belongs_to_nothing_of_another_practice(
    tenants: Tenants, model: type[Owned], column: str, parent: str
) -> None:
    """Even for the owner of the tables: a foreign key alone would let it pass."""
    table = model._meta.db_table
    with as_owner(), connection.cursor() as cursor:
        _without_other_constraints(table)
        cursor.execute(f"SELECT max(id) FROM {parent} WHERE practice_id = %s", [tenants.theirs])
        (theirs,) = cursor.fetchone()
        names = [field.name for field in model._meta.local_concrete_fields]
        values = _fresh(model, tenants.ours) | {column: theirs}
        row = tuple(values[field.column] for field in model._meta.local_concrete_fields)
        is_refused(lambda: insert(model, names, [row]), IntegrityError, "of another practice")
        update = f"UPDATE {table} SET {column} = %s WHERE practice_id = %s"
        why = "never changed" if model in APPEND_ONLY else "of another practice"
        is_refused(lambda: cursor.execute(update, [theirs, tenants.ours]), IntegrityError, why)


def _without_other_constraints(table: str) -> None:
    """PostgreSQL looks at what is unique, and at checks, before the guards: taken away until the test's rollback."""
    if not ON_POSTGRESQL:
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('u', 'c')", [table]
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index"
            " WHERE indrelid = %s::regclass AND indisunique AND NOT indisprimary",
            [table],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _fresh(model: type[Owned], practice: int) -> dict[str, Any]:
    """The values of a row there, with keys that no row has, as the database takes them."""
    with connection.cursor() as cursor:
        columns = ", ".join(f'"{field.column}"' for field in model._meta.local_concrete_fields)
        cursor.execute(f"SELECT {columns} FROM {model._meta.db_table} WHERE practice_id = %s LIMIT 1", [practice])
        values = dict(zip([name for name, *_ in cursor.description], cursor.fetchone(), strict=True))
    found = dict[str, Any]()
    for field in model._meta.local_concrete_fields:
        value = values[field.column]
        if field.name in ("id", "number") and isinstance(value, int):
            value += 1_000_000
        elif isinstance(value, str) and not isinstance(field, ForeignKey) and re.fullmatch(r"[\w/-]{1,9}", value):
            value = f"~{value}"[: field.max_length]
        found[field.column] = value
    return found


@each(CHANGEABLE)
def test_a_row_keeps_its_practice_and_its_number(tenants: Tenants, model: type[Owned]) -> None:
    table = model._meta.db_table
    with as_owner(), connection.cursor() as cursor:
        for change in (f"practice_id = {tenants.theirs}", "id = id + 1000000"):
            sql = f"UPDATE {table} SET {change} WHERE practice_id = %s"
            is_refused(lambda sql=sql: cursor.execute(sql, [tenants.ours]), IntegrityError, "keeps its number")


@pytest.mark.skipif(ON_POSTGRESQL, reason="REPLACE is SQLite's")
@each(CHANGEABLE)
def test_no_row_takes_the_place_of_anothers(tenants: Tenants, model: type[Owned]) -> None:
    table = model._meta.db_table
    columns = [f'"{field.column}"' for field in model._meta.local_concrete_fields if field.column != "id"]
    for verb in ("INSERT OR REPLACE", "REPLACE"):
        sql = (
            f"{verb} INTO {table} (id, {', '.join(columns)}) SELECT %s, {', '.join(columns)} FROM {table} WHERE id = %s"
        )
        values = [min(tenants.of_theirs[model]), min(rows(model))]
        with connection.cursor() as cursor:
            is_refused(lambda c=cursor, s=sql, v=values: c.execute(s, v), IntegrityError, "keeps its number")


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has no row-level security")
@each(owned_models())
def test_raw_sql_of_the_role_meets_only_its_own_rows(tenants: Tenants, model: type[Owned]) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT practice_id FROM {table}")
        assert cursor.fetchall() == [(tenants.ours,)]
        if model not in APPEND_ONLY:
            for sql in (f"UPDATE {table} SET practice_id = practice_id", f"DELETE FROM {table}"):
                cursor.execute(f"{sql} WHERE practice_id = {tenants.theirs}")
                assert cursor.rowcount == 0
        cursor.execute("SELECT set_config('rehabill.practice', '', false)")
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == (0,)
        is_refused(lambda: cursor.execute(f"TRUNCATE {table} CASCADE"), DatabaseError, "permission denied")


def test_a_new_connection_in_the_middle_of_work_sees_the_same(tenants: Tenants) -> None:
    """What a practice is told to is told to the database again when the session's practice changes."""
    with working_in(tenants.theirs):
        assert rows(Visit) == tenants.of_theirs[Visit]
        with working_in(tenants.ours):
            assert not rows(Visit) & tenants.of_theirs[Visit]
        assert rows(Visit) == tenants.of_theirs[Visit]
    assert not rows(Visit) & tenants.of_theirs[Visit]
