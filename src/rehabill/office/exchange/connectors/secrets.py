"""Secrets, from where the settings say they are."""

import os
import stat
from pathlib import Path

from rehabill.base.errors import InputError

_HOW = "write it as env:NAME, file:PATH or keyring:SERVICE/NAME"


def secret(reference: str, field: str) -> str:
    """The secret itself. Raises `InputError` naming the field and where it was looked for, never what was found."""
    kind, _, name = reference.partition(":")
    if kind == "env" and name:
        return _of_environment(name, field)
    if kind == "file" and name:
        return _of_file(Path(name).expanduser(), field)
    if kind == "keyring" and "/" in name:
        service, _, user = name.partition("/")
        return _of_keyring(service, user, field)
    raise InputError(field, f"this names no place of a secret, and the secret itself must not stand here: {_HOW}")


def _of_environment(name: str, field: str) -> str:
    found = os.environ.get(name)
    if not found:
        raise InputError(field, f"the environment has no {name}: set it before you exchange files")
    return found


def _of_file(path: Path, field: str) -> str:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(field, f"{path} cannot be read ({type(error).__name__})") from None
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputError(field, f"others may read {path}: `chmod 600 {path}`")
    if not text.strip():
        raise InputError(field, f"{path} is empty")
    return text if "PRIVATE KEY" in text else text.strip()


def _of_keyring(service: str, name: str, field: str) -> str:
    try:
        import keyring
    except ModuleNotFoundError:
        raise InputError(field, "secrets of the system's keyring need `pip install keyring`") from None
    found = keyring.get_password(service, name)
    if not found:
        raise InputError(field, f"the keyring has nothing for {name} at {service}: `keyring set {service} {name}`")
    return str(found)
