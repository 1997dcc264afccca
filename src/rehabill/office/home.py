"""The user's data folder: the books of a practice that has no database server, and the key that signs its sessions."""

import os
import secrets
from pathlib import Path

import platformdirs


def home() -> Path:
    """`REHABILL_HOME`, or the place where this system keeps a program's data."""
    named = os.environ.get("REHABILL_HOME")
    return Path(named).expanduser() if named else platformdirs.user_data_path("rehabill", appauthor=False)


def secret_key() -> str:
    """`REHABILL_SECRET_KEY`, or the key in the data folder; before there is one, a key for this process alone."""
    named = os.environ.get("REHABILL_SECRET_KEY")
    if named:
        return named
    try:
        return _key_file().read_text(encoding="ascii")
    except FileNotFoundError:
        return secrets.token_urlsafe(50)


def make_home() -> None:
    """The data folder and its key, readable to their owner alone. What is there already stays."""
    home().mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(_key_file(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50))


def _key_file() -> Path:
    return home() / "secret-key"
