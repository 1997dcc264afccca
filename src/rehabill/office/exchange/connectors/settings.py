"""How a partner is reached, as `partners.yaml` says it. Secrets stand elsewhere: here is only where to find them."""

from typing import Literal

import msgspec

Secret = str
"""`env:NAME`, `file:PATH` or `keyring:SERVICE/NAME`; never the secret itself."""


class PartnerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`path`: the folder, or on SFTP the directory under which the layout lies. `host_keys`: fingerprints
    (`SHA256:…`) or key lines (`ssh-ed25519 AAAA…`), without which nothing is sent over SFTP.
    """

    connector: Literal["folder", "sftp", "http"]
    layout: str = "plain"
    """Which directories there are, by a name in `layouts.yaml`."""
    path: str = ""
    host: str = ""
    port: int = 22
    user: str = ""
    host_keys: tuple[str, ...] = ()
    password: Secret | None = None
    key: Secret | None = None
    key_passphrase: Secret | None = None
    url: str = ""
    token: Secret | None = None
    webhook_secret: Secret | None = None
    timeout_seconds: int = 30
    attempts: int = 4
    """Of one operation, with growing pauses between."""
    per_minute: int | None = None
    """At most so many operations."""
