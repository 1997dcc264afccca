"""Files that were held, and whose payments came whole in another file."""

import datetime as dt

from rehabill.edi.remittance_835 import remittances
from rehabill.engine.post.payers import payer_of
from rehabill.office.exchange.models import File
from rehabill.office.money.models import Payment
from rehabill.office.worklists.models import Task

_SOURCE = "file "


def close_held(at: dt.datetime) -> None:
    """The tasks of held files are done of which every payment is in the books by now. After a file was posted."""
    for task in Task.objects.filter(action="file_held", state="open", source__startswith=_SOURCE):
        file = File.objects.filter(id=int(task.source.removeprefix(_SOURCE))).first()
        told = remittances(bytes(file.content))[0] if file else ()
        keys = {f"{payer_of(one)}/{one.trace_number}" for one in told}
        if keys and Payment.objects.filter(key__in=keys).count() == len(keys):
            Task.objects.filter(id=task.id).update(
                state="done", closed_at=at, closed_why="Its payments came in another file."
            )
