"""A practice's books into a folder: its tables with the files that came and went, or its journal for beancount."""

from collections.abc import Iterator
from pathlib import Path

from rehabill.ledger.beancount import export
from rehabill.ledger.entry import Entry as Made
from rehabill.office.exchange.models import File
from rehabill.office.export.columns import ROWS_AT_ONCE
from rehabill.office.export.folder import whole_folder
from rehabill.office.export.formats import Format, write_table
from rehabill.office.export.moment import one_moment
from rehabill.office.export.tables import tables
from rehabill.office.money.entries import read_entries
from rehabill.office.money.models import Entry

FILES = "files"
JOURNAL = "journal.beancount"


def export_tables(out: Path, form: Format) -> dict[str, int]:
    """Every table, and `files/` with the bytes of every file under its hash; returns how many there are of each.
    Raises `InputError` for a folder that is not empty, `OSError`.
    """
    with whole_folder(out) as folder, one_moment():
        counts = {table.name: write_table(table, folder, form) for table in tables()}
        _write_files(folder / FILES)
    return counts


def export_journal(out: Path) -> int:
    """All entries into `journal.beancount`; returns how many. Raises as `export_tables`."""
    with whole_folder(out) as folder, one_moment():
        with (folder / JOURNAL).open("w", encoding="utf-8") as file:
            file.writelines(export(Journal()))
        return Entry.objects.count()


class Journal:
    """The entries of the books in their order, read anew each time one goes through them."""

    def __iter__(self) -> Iterator[Made]:
        last = 0
        rows = Entry.objects.order_by("id").values_list("id", flat=True)
        while numbers := list(rows.filter(id__gt=last)[:ROWS_AT_ONCE]):
            last = numbers[-1]
            yield from read_entries(numbers).values()


def _write_files(folder: Path) -> None:
    """One at a time: each may be large."""
    folder.mkdir()
    for number in File.objects.order_by("id").values_list("id", flat=True):
        sha256, content = File.objects.values_list("sha256", "content").get(id=number)
        (folder / sha256).write_bytes(bytes(content))
