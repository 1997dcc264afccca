"""Where the books are: PostgreSQL by `REHABILL_DATABASE_URL`, else one SQLite file."""

import os
from pathlib import Path
from typing import Any

import dj_database_url

_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; "
    "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
)
"""Readers go on while one writes; what is committed is on the disk; REPLACE fires the triggers that refuse deletion.
64 MiB of pages, and what a statement needs to take itself back, are held in memory.
"""
_WAIT_SECONDS = 30


def database(home: Path) -> dict[str, Any]:
    """Django's settings of the one database. Transactions on SQLite take the write lock when they begin: two writers
    wait for each other instead of failing half-way.
    """
    url = os.environ.get("REHABILL_DATABASE_URL") or f"sqlite:///{home / 'books.sqlite3'}"
    found: dict[str, Any] = dict(dj_database_url.parse(url))
    if found["ENGINE"].endswith("sqlite3"):
        found["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": _WAIT_SECONDS, "init_command": _PRAGMAS}
    return found
