"""Which directories a partner has: where our files go, where its files wait, and what becomes of them."""

from functools import cache
from importlib import resources

import msgspec
import yaml

from rehabill.base.errors import InputError


class Layout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`done`: below the directory a file was fetched from, where it is moved once we have it; empty: it is deleted."""

    put: str
    get: tuple[str, ...]
    part: str = ".{name}.part"
    """The temporary name, which the partner ignores."""
    done: str = ""
    source: str
    verified: bool

    def temporary(self, name: str) -> str:
        return self.part.format(name=name)


@cache
def layouts() -> dict[str, Layout]:
    """By name, of `layouts.yaml`."""
    text = resources.files("rehabill.office.exchange.connectors").joinpath("layouts.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), dict[str, Layout])


def layout_named(name: str) -> Layout:
    """Raises `InputError`."""
    if name not in layouts():
        raise InputError("by.layout", f"there is no layout {name!r}; there are {', '.join(sorted(layouts()))}")
    return layouts()[name]
