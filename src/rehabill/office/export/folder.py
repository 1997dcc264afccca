"""A folder that appears whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rehabill.base.errors import InputError


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder beside it to write into, which gets its name at the end; what failed leaves nothing behind.

    Raises `InputError` for one that holds something already: exports of two moments are not mixed.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError("", f"{out} is there already: name a folder that is new or empty")
    out = out.resolve()
    if out == Path.cwd():
        raise InputError("", "this is the folder you work in: name a new one inside it")
    draft = out.with_name(f".{out.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)  # of a run that was stopped
    draft.mkdir(parents=True, mode=0o700)
    try:
        yield draft
        if out.exists():
            out.rmdir()
        draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
