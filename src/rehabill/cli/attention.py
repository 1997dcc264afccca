"""What a billing run leaves for a person to look at."""

import msgspec


class Attention(msgspec.Struct, frozen=True, kw_only=True):
    """A visit a person must look at, in words."""

    name: str
    state: str
    why: str
    day: str = ""
    patient: str = ""
    payer: str = ""
    charged: str = ""
