"""`rehabill bank`: statements of the bank, and which payments stand in them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.cli.books import now, practice_option, who
from rehabill.cli.lists import asked
from rehabill.cli.page import Cents, heading, say, table
from rehabill.cli.records import CLEAN, FINDINGS, UNREADABLE, json_option
from rehabill.cli.x12.files import chunks, counted, name_of, write_json

if TYPE_CHECKING:
    from rehabill.office.money.deposits import Found, Reconciled, SeenLine
    from rehabill.office.money.statements import Statement

_SIGNS = {"trace": "trace number", "payer": "amount and payer", "batch": "comes to it"}


@click.command("bank")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--account", default="", metavar="NUMBER", help="Whose statement it is, where the file does not say.")
@click.option("--match", "match", type=int, metavar="LINE", help="Say what a line is: with --payment.")
@click.option("--payment", "payments", multiple=True, metavar="PAYMENT", help="With --match: as the list names it.")
@click.option("--anyway", is_flag=True, help="With --match: although the amounts differ.")
@click.option("--undo", type=int, metavar="LINE", help="Take a line's match back.")
@click.option("--aside", type=int, metavar="LINE", help="A line that is no payment of claims: not listed any more.")
@click.option("--why", default="", help="With --undo and --aside: why; it stays on record.")
@practice_option
@json_option
def command(
    files: tuple[Path, ...], account: str, match: int | None, payments: tuple[str, ...], anyway: bool,
    undo: int | None, aside: int | None, why: str, slug: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Statements (CSV with a row of headers, OFX, QFX) into the books, each line once; payments are found in them.

    A payment is matched by its trace number, by amount and payer, or as one of the checks, or of a day's cards, that
    come to a deposit, and only where one answer is left. Without a file what came since is matched. What is left on
    both sides is listed; exit code 1: a payment could be one of several lines, or its line has another amount.
    """
    by_hand = [one for one in (match, undo, aside) if one is not None]
    if len(by_hand) > 1 or (by_hand and files):
        raise click.UsageError("a statement, --match, --undo or --aside: one at a time")
    if (match is not None) != bool(payments):
        raise click.UsageError("--match and --payment go together")
    if (undo is not None or aside is not None) != bool(why):
        raise click.UsageError("--undo and --aside need --why, which goes with nothing else")
    with asked(slug):
        if match is not None:
            _match(match, payments, anyway, as_json)
        elif undo is not None:
            _undo(undo, why, as_json)
        elif aside is not None:
            _aside(aside, why, as_json)
        else:
            raise SystemExit(_statements(files, account, as_json))


def _statements(files: tuple[Path, ...], account: str, as_json: bool) -> int:
    from rehabill.office.money.deposits import match
    from rehabill.office.money.statements import take_statement

    code = CLEAN
    for path in files:
        try:
            taken = take_statement(path.name, b"".join(chunks(path)), account, who(), now())
        except InputError as wrong:
            _wrong(path, wrong, as_json)
            code = UNREADABLE
            continue
        for each in taken.wrong:
            _wrong(path, each, as_json)
            code = UNREADABLE
        _taken(path, taken, as_json)
    done = match(who(), now())
    if as_json:
        _write(done)
    else:
        _show(done)
    return max(code, FINDINGS if any(one.lines for one in done.payments) else CLEAN)


def _wrong(path: Path, wrong: InputError, as_json: bool) -> None:
    if as_json:
        place = {"line": None, "path": wrong.path, "message": wrong.message, "file": name_of(path)}
        write_json({"id": None, "error": place})
    else:
        click.echo(f"{name_of(path)}: {wrong}", err=True)


def _taken(path: Path, taken: "Statement", as_json: bool) -> None:
    if taken.ignored:
        click.echo(f"{name_of(path)}: nothing was read from the columns {', '.join(taken.ignored)}", err=True)
    if as_json:
        write_json({"what": "statement", "name": taken.name, "lines": taken.lines, "new": taken.new})
        return
    known = taken.lines - taken.new
    say(f"{name_of(path)}: {counted(taken.lines, 'line')}, {taken.new} new"
        f"{f', {known} in the books before' if known else ''}", "bold")  # fmt: skip


def _write(done: "Reconciled") -> None:
    for what, rows in (("matched", done.found), ("payment", done.payments), ("line", done.lines)):
        for one in rows:
            _row(what, one)


def _row(what: str, one: msgspec.Struct) -> None:
    told: dict[str, Any] = msgspec.to_builtins(one)
    write_json({"what": what, **told})


def _show(done: "Reconciled") -> None:
    if done.found:
        heading(f"Found at the bank: {counted(sum(len(one.payments) for one in done.found), 'payment')}")
        _found(done.found)
    if done.payments:
        heading("Told as paid, not seen at the bank")
        table(
            ("payment", "who", "day", "by", "amount", "could be line", "why not"),
            [
                (
                    one.payment,
                    one.who,
                    one.day,
                    one.method,
                    Cents(one.cents),
                    " ".join(map(str, one.lines)),
                    one.why if one.lines else "",
                )
                for one in done.payments
            ],
            [("all", "", "", "", Cents(sum(one.cents for one in done.payments)), "", "")],
        )
    came = [one for one in done.lines if one.cents > 0]
    if came:
        heading("Came to the bank, for no payment that was told")
        _lines(came)
    went = [one for one in done.lines if one.cents < 0]
    if went:
        say(f"{counted(len(went), 'line')} of {dollars(sum(one.cents for one in went))} went out for no payment that"
            " was told: --json lists them.", "dim")  # fmt: skip
    if not (done.payments or came):
        say("Every payment that was told is at the bank, and nothing else came.", "green")


def _found(found: "tuple[Found, ...]") -> None:
    table(
        ("line", "day", "amount", "payment", "who", "of it", "by", "entry"),
        [
            (str(one.line.line), one.line.day, Cents(one.line.cents), told.payment, told.who, Cents(told.cents),
             _SIGNS.get(one.why, one.why), str(one.entry))
            for one in found
            for told in one.payments
        ],
    )  # fmt: skip


def _lines(lines: "list[SeenLine]") -> None:
    table(
        ("line", "day", "amount", "what the bank says", "reference", "undone because"),
        [(str(one.line), one.day, Cents(one.cents), one.description, one.reference, one.why) for one in lines],
        [("all", "", Cents(sum(one.cents for one in lines)), "", "", "")],
    )


def _match(line: int, payments: tuple[str, ...], anyway: bool, as_json: bool) -> None:
    from rehabill.office.money.deposits import match_by_hand

    found = match_by_hand(line, payments, who(), now(), anyway=anyway)
    if as_json:
        _row("matched", found)
    else:
        _found((found,))


def _undo(line: int, why: str, as_json: bool) -> None:
    from rehabill.office.money.deposits import undo

    seen = undo(line, why, who(), now())
    if as_json:
        _row("line", seen)
    else:
        again = "it is matched again only by --match" if seen.state == "by_hand" else "it is listed again"
        say(f"Line {line} of {seen.day}, {dollars(seen.cents)}, is matched to nothing; {again}.")


def _aside(line: int, why: str, as_json: bool) -> None:
    from rehabill.office.money.deposits import set_aside

    seen = set_aside(line, why)
    if as_json:
        _row("line", seen)
    else:
        say(f"Line {line} of {seen.day}, {dollars(seen.cents)}, is set aside; --undo brings it back.")
