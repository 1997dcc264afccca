"""`rehabill claim list|show|timeline`: the claims of the books. Included by `claim_verb`."""

import datetime as dt
from typing import TYPE_CHECKING, get_args

import click

from rehabill.almanac.load import load
from rehabill.base.money import dollars
from rehabill.cli.books import now, practice_option
from rehabill.cli.lists import after_option, asked, from_to_options, limit_option, more, write_rows
from rehabill.cli.page import Cents, fields, heading, say, table
from rehabill.cli.records import json_option
from rehabill.cli.x12.files import counted, write_json
from rehabill.engine.life_cycle.table import STATUSES
from rehabill.model.standing import InsuranceStatus, WhoOwes

if TYPE_CHECKING:
    from rehabill.office.claims.detail import Shown, ShownLine
    from rehabill.office.claims.listing import Listed, Sort
    from rehabill.office.claims.timeline import Happening, Story, Timeline

_SORTS = ("newest", "oldest", "open", "number")


@click.command("list")
@click.option("--state", type=click.Choice(get_args(InsuranceStatus)), default=None,
              help="Where they stand with their insurer.")  # fmt: skip
@click.option("--owes", type=click.Choice(get_args(WhoOwes)), default=None, help="Whose move it is.")
@click.option("--payer", default="", help="First billed to this payer.")
@click.option("--patient", default="", metavar="NUMBER", help="Of one patient.")
@from_to_options("Treated")
@click.option("--over", type=click.IntRange(0), default=None, metavar="DAYS",
              help="Open, and treated more than so many days ago.")  # fmt: skip
@click.option("--sort", type=click.Choice(_SORTS), default="newest", show_default=True,
              help="By day of treatment, by what is open (the most first), or by number.")  # fmt: skip
@after_option
@limit_option
@practice_option
@json_option
def list_(
    state: str | None, owes: str | None, payer: str, patient: str, first: dt.date | None, last: dt.date | None,
    over: int | None, sort: "Sort", after: str, limit: int, slug: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Claims, a page at a time."""
    with asked(slug):
        from rehabill.office.claims.listing import Wanted, page

        found = page(Wanted(
            state=state or "", owes=owes or "", payer=payer, patient=patient, first=first, last=last, over=over,
            today=now().date(), sort=sort, after=after, limit=limit,
        ))  # fmt: skip
    if as_json:
        write_rows(found.rows)
        return
    table(
        ("claim", "day", "patient", "payer", "stands", "owes", "charge", "paid", "open"),
        [
            (one.number, one.service_day, f"{one.patient} {one.patient_name}", one.payer, one.label,
             one.owes.replace("_", " "), Cents(one.charge_cents), Cents(one.paid_cents), Cents(one.open_cents))
            for one in found.rows
        ],
    )  # fmt: skip
    more(found.after, len(found.rows))


def _money(one: "Listed | ShownLine") -> tuple[Cents, ...]:
    return Cents(one.charge_cents), Cents(one.paid_cents), Cents(one.adjusted_cents), Cents(one.open_cents)


@click.command("show")
@click.argument("number")
@practice_option
@json_option
def show(number: str, slug: str | None, as_json: bool) -> None:
    """One claim: where it stands, its lines to the cent, its insurers, versions and tasks."""
    with asked(slug):
        from rehabill.office.claims.detail import show as shown

        found = shown(number)
    if as_json:
        write_json(found)
        return
    _show(found)


def _show(found: "Shown") -> None:
    from rehabill.office.claims.words import owes, paid

    one = found.claim
    _head(one)
    fields([
        ("now", f"{owes(one.owes)}, {paid(one.paid)}"),
        ("visit", found.visit), ("therapist", found.therapist_npi), ("sent", one.sent_on),
        ("last event", one.acted_on), ("payer's number", found.payer_claim_number),
        ("patient owes", Cents(found.patient_owes_cents)),
    ])  # fmt: skip
    _lines(found.lines)
    if found.insurers:
        heading("Insurers")
        table(
            ("turn", "payer", "versions sent", "paid", "owes", "stands", ""),
            [
                (
                    each.turn,
                    each.payer,
                    each.sent,
                    Cents(each.paid_cents),
                    Cents(each.owes_cents),
                    each.status,
                    STATUSES[each.status],
                )
                for each in found.insurers
            ],
        )
    if found.versions:
        heading("Versions")
        table(
            ("version", "made", "by", "frequency", "charge", "law", "why"),
            [
                (str(each.number), _moment(each.at), each.by, each.frequency, Cents(each.charge_cents), each.edition,
                 each.why)
                for each in found.versions
            ],
        )  # fmt: skip
    if found.tasks:
        heading("Tasks")
        table(
            ("task", "what", "amount", "due", "why"),
            [(str(each.id), each.action, Cents(each.cents), each.due_on, each.why) for each in found.tasks],
        )


def _head(one: "Listed") -> None:
    say(f"{one.number}  {one.patient} {one.patient_name}  {one.service_day}  {one.payer}  {one.label}", "bold")


def _lines(lines: "tuple[ShownLine, ...]") -> None:
    if not lines:
        return
    heading("Lines")
    total = [sum(column) for column in zip(*(_money(one) for one in lines), strict=True)]
    table(
        ("line", "day", "code", "modifiers", "units", "expected", "charge", "paid", "adjusted", "open", "suspense"),
        [
            (one.line, one.date, one.code, " ".join(one.modifiers), one.units, Cents(one.expected_cents or 0),
             *_money(one), Cents(one.suspense_cents))
            for one in lines
        ],
        [("all", "", "", "", "", "", *(Cents(cents) for cents in total),
          Cents(sum(one.suspense_cents for one in lines)))],
    )  # fmt: skip


@click.command("timeline")
@click.argument("number")
@practice_option
@json_option
def timeline(number: str, slug: str | None, as_json: bool) -> None:
    """One claim's story: the therapist's minutes, lines, versions, answers, payments, deposits; every entry once."""
    with asked(slug):
        from rehabill.office.claims.timeline import timeline as told

        found = told(number, load())
    if as_json:
        write_json(found)
        return
    _head(found.claim)
    if found.story:
        _story(found.story)
    _lines(found.lines)
    heading("What happened")
    for one in found.happenings:
        _happening(one)
    _sums(found)


def _story(story: "Story") -> None:
    heading(f"Visit {story.visit}, {story.date}, therapist {story.therapist_npi}")
    units = {one.line: f"{one.code} × {one.units}" for one in story.lines}
    table(
        ("", "code", "minutes", "by", "what was written", "became"),
        [
            (one.number, one.code, one.minutes, one.by, one.text,
             ", ".join(f"line {line}: {units[line]}" for line in one.lines) or f"not billed: {one.not_billed}")
            for one in story.treatments
        ],
    )  # fmt: skip
    say(f"  coded by {story.edition}", "dim")


def _happening(one: "Happening") -> None:
    who = f", {one.by}" if one.by else ""
    number = f"entry {one.entry}, {one.day}: " if one.entry is not None else ""
    law = f" ({one.edition})" if one.edition else ""
    say(f"  {_moment(one.at)}{who}  {number}{one.what}{law}")
    if one.why:
        say(f"      {one.why}", "dim")
    for move in one.moves:
        party = f" {move.turn} {move.party}".replace("  ", " ") if move.party else ""
        about = " ".join(part for part in (move.line, move.reason) if part)
        say(f"      {dollars(move.cents):>12}  {move.title}{party}{f' ({about})' if about else ''}", "cyan")
    if one.open_cents is not None:
        say(f"      {dollars(one.open_cents):>12}  open after it")


def _sums(found: "Timeline") -> None:
    sums = found.sums
    parts = [
        ("paid by insurers", sums.insurers_paid_cents), ("paid by the patient", sums.patient_paid_cents),
        ("taken back", sums.taken_back_cents),
        ("adjusted", sums.adjusted_cents), ("open", sums.open_cents), ("unexplained", sums.unexplained_cents),
    ]  # fmt: skip
    told = " + ".join(f"{dollars(cents)} {name}" for name, cents in parts if cents or name == "open")
    entries = counted(sum(one.entry is not None for one in found.happenings), "entry").replace("entrys", "entries")
    heading(f"{dollars(sums.charge_cents)} charged = {told}  (by {entries})")
    for who, cents in found.open_by.items():
        say(f"  {dollars(cents)} open: {who}")


def _moment(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
