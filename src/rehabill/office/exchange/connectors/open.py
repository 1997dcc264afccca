"""One way to a connector, whichever it is. Its library is loaded only when it is wanted."""

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

from rehabill.base.errors import InputError
from rehabill.office.exchange.connectors.connector import Connector
from rehabill.office.exchange.connectors.layouts import layout_named
from rehabill.office.exchange.connectors.pace import Paced
from rehabill.office.exchange.connectors.settings import PartnerSettings


def open_connector(partner: str, settings: PartnerSettings) -> Connector:
    """Raises `InputError` naming the field of the settings that is missing; connects when it is entered."""
    check_settings(settings)
    return Paced(lambda: _plain(partner, settings), settings)


def _plain(partner: str, settings: PartnerSettings) -> Connector:
    if settings.connector == "folder":
        from rehabill.office.exchange.connectors.folder import FolderConnector

        return FolderConnector(partner, Path(settings.path).expanduser(), layout_named(settings.layout))
    if settings.connector == "sftp":
        from rehabill.office.exchange.connectors.sftp import SftpConnector

        return SftpConnector(partner, settings, layout_named(settings.layout))
    from rehabill.office.exchange.connectors.http_api import HttpConnector

    return HttpConnector(partner, settings)


def check_settings(settings: PartnerSettings) -> None:
    """Raises `InputError` for the first that is missing or wrong."""
    layout_named(settings.layout)
    if settings.connector == "folder":
        _wanted("by.path", settings.path, "the folder is missing")
    elif settings.connector == "sftp":
        _wanted("by.host", settings.host, "the partner's host is missing")
        _wanted("by.user", settings.user, "the user's name at the partner is missing")
        _wanted("by.password", settings.password or settings.key or "", "say where the password or the key is")
        message = (
            "the fingerprint of the partner's host key is missing (SHA256:…): ask the partner for it. Without it "
            "nothing is sent, for anybody could be at the other end"
        )
        _wanted("by.host_keys", "".join(settings.host_keys), message)
    else:
        _wanted("by.url", settings.url, "the address of the API is missing")
        _wanted("by.token", settings.token or "", "say where the token is")
        _check_url(settings.url)


def _wanted(field: str, value: str, message: str) -> None:
    if not value:
        raise InputError(field, message)


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return
    raise InputError("by.url", "claims go over https only (http is for a program on this machine)")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
