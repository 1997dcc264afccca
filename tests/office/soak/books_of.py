"""The books under test: kept aside, put back, and told in full."""

import json
import os
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

_KEPT = "{}_kept"
_OF_ATTEMPTS = ("exchange_egress", "exchange_lease")
"""What tells each attempt, and who was at it: a killed one is an attempt too."""
_COUNTS_ATTEMPTS = ("exchange_transmission", "attempts")


class Books:
    """In a file of SQLite, or in a database of PostgreSQL that `REHABILL_DATABASE_URL` names."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._address = os.environ.get("REHABILL_DATABASE_URL", "")
        self.kind = "postgresql" if self._address else "sqlite"
        self._name = urlsplit(self._address).path.lstrip("/")
        self._kept = _KEPT.format(self._name)
        if self._address:
            self._order(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)", f"CREATE DATABASE {self._name}")

    def keep(self) -> None:
        """As they are now: what `put_back` puts back."""
        if self._address:
            self._order(
                f"DROP DATABASE IF EXISTS {self._kept} WITH (FORCE)",
                f"ALTER DATABASE {self._name} RENAME TO {self._kept}",
            )
            return
        for path in self._files():
            shutil.copy(path, path.with_name(f"kept-{path.name}"))

    def put_back(self) -> None:
        """Whatever was done to them since, also where a killed program left a journal of the database."""
        if self._address:
            drop = f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)"
            self._order(drop, f"CREATE DATABASE {self._name} TEMPLATE {self._kept} STRATEGY file_copy")
            return
        for path in self._files():
            path.unlink()
        for kept in self._home.glob("kept-*"):
            shutil.copy(kept, self._home / kept.name.removeprefix("kept-"))

    def told(self) -> str:
        """Every row of every table, its own number and those it points to by rank: numbers may be skipped. Raises
        `AssertionError` where the books are not in order by themselves.
        """
        from rehabill.office.books import entered
        from rehabill.office.money.rebuild import differences
        from rehabill.office.practices.owned import owned_models

        with entered():
            wrong = list(differences())
            assert not wrong, wrong[0]
            models = [model for model in owned_models() if model._meta.db_table not in _OF_ATTEMPTS]
            models.sort(key=lambda model: model._meta.db_table)
            ranks = {model: {pk: rank for rank, pk in enumerate(_numbers(model))} for model in models}
            return json.dumps({model._meta.db_table: _rows(model, ranks) for model in models}, default=str)

    def _files(self) -> list[Path]:
        return list(self._home.glob("books.sqlite3*"))

    def _order(self, *statements: str) -> None:
        import psycopg

        address = urlunsplit(urlsplit(self._address)._replace(path="/postgres"))
        with psycopg.connect(address, autocommit=True) as server:
            for statement in statements:
                server.execute(statement)  # type: ignore[call-overload]


def _numbers(model: Any) -> list[Any]:
    return list(model.objects.order_by("pk").values_list("pk", flat=True))


def _rows(model: Any, ranks: dict[Any, dict[Any, int]]) -> list[list[Any]]:
    table = model._meta.db_table
    fields = [one for one in model._meta.local_fields if (table, one.attname) != _COUNTS_ATTEMPTS]
    rows = model.objects.order_by("pk").values_list(*(field.attname for field in fields))
    return [[_by_rank(field, value, model, ranks) for field, value in zip(fields, row, strict=True)] for row in rows]


def _by_rank(field: Any, value: Any, model: Any, ranks: dict[Any, dict[Any, int]]) -> Any:
    target = field.related_model if field.is_relation else model if field.primary_key else None
    return ranks[target].get(value, value) if target in ranks else value
