"""One at a time exchanges files for a practice: a row says who does, and until when without a sign of life."""

import datetime as dt
import os
import socket
from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from rehabill.base.errors import RehabillError
from rehabill.office.exchange.models import Lease

FOR = dt.timedelta(minutes=5)


class Busy(RehabillError):
    """Somebody else exchanges files at present."""


class Held:
    """A lease that was taken. `clock` tells the moment: a rehearsal has its own."""

    def __init__(self, holder: str, clock: Callable[[], dt.datetime]) -> None:
        self.holder = holder
        self._clock = clock

    def renew(self) -> None:
        """A sign of life, before each step that others must not take too. Raises `Busy` when it was lost."""
        if not Lease.objects.filter(holder=self.holder).update(until=self._clock() + FOR):
            raise Busy("the work was handed to somebody else, because this process was silent too long")

    def give_back(self) -> None:
        Lease.objects.filter(holder=self.holder).update(holder="", until=self._clock())


def this_process() -> str:
    """Host, process and when it was started: so that on the same host a dead holder is known as dead."""
    return f"{socket.gethostname()}/{os.getpid()}/{_started(os.getpid())}"


def take(holder: str, clock: Callable[[], dt.datetime]) -> Held:
    """Raises `Busy`."""
    with transaction.atomic():
        Lease.objects.get_or_create(defaults={"until": clock()})
        row = Lease.objects.select_for_update().get()
        if row.holder not in ("", holder) and row.until > clock() and not is_dead(row.holder):
            host, process, *_ = row.holder.split("/")
            raise Busy(f"another process ({process} on {host}) exchanges files for this practice at present")
        row.holder, row.until = holder, clock() + FOR
        row.save()
    return Held(holder, clock)


def is_dead(holder: str) -> bool:
    """Of this machine, and ended; of others nothing is known."""
    host, process, started = holder.rsplit("/", 2)
    return host == socket.gethostname() and _started(int(process)) != started


def _started(process: int) -> str:
    """When a process was started, in the system's own measure; empty where there is none, or none can be told."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="latin-1").rsplit(")", 1)[1].split()[19]
    except OSError:
        pass
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return ""
    except OSError:
        pass
    return "running"
