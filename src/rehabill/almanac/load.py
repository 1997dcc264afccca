"""The compiled almanac of this package, read once."""

from functools import cache
from importlib import resources

import msgspec

from rehabill.almanac import schema
from rehabill.almanac.edition import Almanac


@cache
def load() -> Almanac:
    data = resources.files("rehabill.almanac").joinpath("almanac.msgpack").read_bytes()
    return Almanac(msgspec.msgpack.decode(data, type=schema.Almanac))
