"""Kills the program at random points and looks at what is left: `python -m tests.office.soak.stage JOB POINTS SEED`.

The job is `bill`, `post` or `sync`, in a process of its own, with the books where the environment says. For every
point the books are put back as they were, a child works on them and is killed, a second child does the same work to its
end, and a third tells what the books say then. That must be what they say after work that nobody killed. Half of the
points are places (before or after a statement, a commit, a file's sync or renaming), half are moments. The last line is
a JSON object.
"""

import datetime as dt
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tests.office.soak.books_of import Books

_MONDAY = dt.datetime(2026, 3, 9, 8, 0, tzinfo=dt.UTC)
_FRIDAY = dt.datetime(2026, 3, 13, 8, 0, tzinfo=dt.UTC)
ROOT = Path(__file__).parents[3]
WEEK = ROOT / "examples" / "week"
BILL = ("bill", "--created", "2026-03-09T08:00", "--out")
_MAKE = (
    ("init", str(WEEK / "practice.yaml")),
    ("import", "visits", str(WEEK / "visits.csv"), str(WEEK / "visits.jsonl")),
)


class Ended(NamedTuple):
    """How a child ended."""

    killed: bool
    code: int
    seconds: float


def child(work: Callable[[], object], kill_after: float | None = None) -> Ended:
    """Do it in a fork, so that all is imported already; kill it after some seconds."""
    begun = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _work_and_leave(work)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    code = -1 if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return Ended(os.WIFSIGNALED(status), code, time.monotonic() - begun)


def _work_and_leave(work: Callable[[], object]) -> None:
    from django.db import connection

    code = 0
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        work()
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException as error:
        print(repr(error), file=sys.stderr)
        code = 99
    connection.close()
    os._exit(code)


def rehabill(*arguments: str) -> Callable[[], object]:
    """A verb of the command line."""
    from rehabill.cli.main import cli

    return lambda: cli(arguments)


class Steps:
    """Counts the places at which work can be cut off; at one of them it kills its own process."""

    def __init__(self, at: int | None = None) -> None:
        self.count = 0
        self._at = at

    def step(self) -> None:
        self.count += 1
        if self.count == self._at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, work: Callable[[], object], told: Path) -> Callable[[], object]:
        """The same work, counted; the count is written to `told`."""
        return lambda: self._watched(work, told)

    def _watched(self, work: Callable[[], object], told: Path) -> None:
        from django.db import connection
        from django.db.backends.base.base import BaseDatabaseWrapper

        for where, name in ((BaseDatabaseWrapper, "_commit"), (os, "fsync"), (os, "replace"), (os, "rename")):
            setattr(where, name, self._around(getattr(where, name)))
        try:
            with connection.execute_wrapper(self._statement):
                work()
        finally:
            told.write_text(str(self.count))

    def _around(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*arguments: Any, **options: Any) -> Any:
            self.step()
            made = real(*arguments, **options)
            self.step()
            return made

        return stepped

    def _statement(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.step()
        made = execute(*arguments)
        self.step()
        return made


def in_a_round(moment: dt.datetime) -> Callable[[], object]:
    """One round with the partners, at that moment."""

    def work() -> None:
        from rehabill.almanac.load import load
        from rehabill.office.books import entered
        from rehabill.office.exchange.connectors.open import open_connector
        from rehabill.office.exchange.sync import Exchange

        with entered() as practice:
            told = Exchange(practice, load(), lambda: moment, "test", open_connector).round()
        assert not told.troubles, told.troubles

    return work


def _made(work: Callable[[], object]) -> None:
    ended = child(work)
    assert ended.code in (0, 1), ended


class House:
    """A partner behind a folder: it got the claims of one file, and has answers of every kind to them."""

    def __init__(self, home: Path) -> None:
        self._root = home / "house"
        self._kept = home / "house-as-it-was"
        for name in ("in", "out"):
            (self._root / name).mkdir(parents=True)
        self._described = home / "partners.yaml"
        by = f"{{connector: folder, path: {self._root}}}"
        text = f"house: {{name: Example Clearinghouse, usage: T, takes: [837P, '276'], by: {by}}}"
        self._described.write_text(text)

    def furnish(self, out: Path) -> None:
        """A file of claims went on Monday and is answered in part; more claims are ready."""
        for arguments in (_MAKE[0], ("partner", "add", str(self._described)),
                          ("import", "visits", str(WEEK / "visits.csv")), (*BILL, str(out))):  # fmt: skip
            _made(rehabill(*arguments))
        _made(in_a_round(_MONDAY))
        _made(self._answer)
        for arguments in (("import", "visits", str(WEEK / "visits.jsonl")), (*BILL, str(out))):
            _made(rehabill(*arguments))
        shutil.copytree(self._root, self._kept)

    def _answer(self) -> None:
        from tests.office.exchange.receiver import Receiver

        receiver = Receiver(self._root)
        (sent,) = receiver.take()
        receiver.give("1.999", receiver.receipt(sent))
        receiver.give("2.277", receiver.acceptance(sent, 10))
        receiver.give("3.835", (WEEK / "remittance.835").read_bytes())
        receiver.give("4-again.835", (WEEK / "remittance.835").read_bytes())
        receiver.give("5.txt", b"A letter.")

    def put_back(self) -> None:
        shutil.rmtree(self._root)
        shutil.copytree(self._kept, self._root)

    def holds(self) -> list[list[str]]:
        files = sorted(path for path in self._root.rglob("*") if path.is_file())
        return [[str(path.relative_to(self._root)), path.read_text()] for path in files]


class Job:
    """What is done to the books, from where, and how they are compared."""

    def __init__(self, kind: str, home: Path, seed: int) -> None:
        self.books = Books(home)
        self.out = home / "out"
        self._told = home / "told"
        self._files = [home / f"{number}.835" for number in range(len(_said(seed)))]
        for path, data in zip(self._files, _said(seed), strict=True):
            path.write_bytes(data)
        self._house = House(home) if kind == "sync" else None
        made = {"bill": [*_MAKE], "post": [*_MAKE, (*BILL, str(self.out))], "sync": []}[kind]
        for arguments in made:
            _made(rehabill(*arguments))
        if self._house:
            self._house.furnish(self.out)
        self.books.keep()
        posting = ("post", *map(str, self._files), "--on", "2026-04-01")
        self._work = {"bill": rehabill(*BILL, str(self.out)), "post": rehabill(*posting), "sync": in_a_round(_FRIDAY)}[
            kind
        ]

    def put_back(self) -> None:
        self.books.put_back()
        shutil.rmtree(self.out, ignore_errors=True)
        if self._house:
            self._house.put_back()

    def run(self, steps: Steps | None = None, kill_after: float | None = None) -> Ended:
        return child(steps.watch(self._work, self._told) if steps else self._work, kill_after)

    @property
    def steps(self) -> int:
        return int(self._told.read_text())

    def says(self) -> str:
        """All that is in the books, and the files of claims put down."""
        ended = child(lambda: self._told.write_text(self.books.told()))
        assert ended.code == 0, "the books could not be read"
        sent = [[path.name, path.read_text()] for path in sorted(self.out.glob("*837*"))]
        exchanged = self._house.holds() if self._house else []
        said = json.loads(self._told.read_text())
        return json.dumps({**said, "files of claims": sent, "files at the partner": exchanged})


def _difference(expected: str, said: str) -> str:
    """The first row that is not the same; empty: all are."""
    for table, rows in json.loads(expected).items():
        now = json.loads(said).get(table, [])
        if rows != now:
            pairs = zip([*rows, *[None] * len(now)], [*now, *[None] * len(rows)], strict=True)
            return next(f"in {table} {one!r}, and not {other!r}" for one, other in pairs if one != other)
    return ""


def _said(seed: int) -> list[bytes]:
    from tests.unit.test_payer_835 import files

    return [(WEEK / "remittance.835").read_bytes(), *files(seed)]


def _killed_at_a_place(job: Job, chance: Random, steps: float) -> None:
    job.put_back()
    ended = job.run(Steps(chance.randint(1, int(steps))))
    assert ended.killed, ended


def _killed_at_a_moment(job: Job, chance: Random, seconds: float) -> None:
    """A busy machine may be done sooner than it was: then an earlier moment is taken."""
    moment = chance.uniform(0, seconds)
    while True:
        job.put_back()
        if job.run(kill_after=moment).killed:
            return
        moment *= 0.7


def main(kind: str, points: int, seed: int) -> dict[str, object]:
    """Raises `AssertionError` where the books are not the same."""
    from rehabill.office.start import start

    start()
    from rehabill.almanac.load import load
    from rehabill.cli import bill_books, post_verb  # noqa: F401  no child should have to import them
    from rehabill.office.exchange import sync  # noqa: F401

    load()
    job = Job(kind, Path(os.environ["REHABILL_HOME"]), seed)
    job.put_back()
    ended = job.run(Steps())
    assert ended.code in (0, 1), ended
    steps, expected = job.steps, job.says()
    job.put_back()
    seconds = job.run().seconds
    chance, again = Random(seed), 0
    for point in range(points):
        kill = _killed_at_a_moment if point % 2 else _killed_at_a_place
        kill(job, chance, seconds if point % 2 else steps)
        again += job.says() == expected
        after = job.run()
        assert after.code in (0, 1), (point, after)
        wrong = _difference(expected, job.says())
        assert not wrong, f"point {point} of seed {seed}: without the kill the books say {wrong}"
    return {"job": kind, "database": job.books.kind, "killed": points, "steps": steps,
            "whole_already": again, "same_after": points, "seconds": round(seconds, 2)}  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
