"""`rehabill patient pay|refund|settle`: money between patients and the practice. Included by `patient_verb`."""

import datetime as dt
from typing import TYPE_CHECKING, get_args

import click

from rehabill.base.money import dollars
from rehabill.cli.amounts import AMOUNT, on, on_option
from rehabill.cli.books import now, practice_option, who
from rehabill.cli.lists import asked, write_rows
from rehabill.cli.page import Cents, say, table
from rehabill.cli.records import json_option
from rehabill.cli.x12.files import write_json
from rehabill.engine.post.patient import Method

if TYPE_CHECKING:
    from rehabill.office.money.patient_money import Done, Settled

_method_option = click.option("--method", type=click.Choice(get_args(Method)), required=True)
_reference_option = click.option("--reference", default="", metavar="NUMBER",
                                 help="Of the check, or of the card's receipt.")  # fmt: skip
_claim_option = click.option("--claim", "claims", multiple=True, metavar="NUMBER", help="What it is for.")


@click.command("pay")
@click.argument("patient")
@click.argument("cents", metavar="AMOUNT", type=AMOUNT)
@_method_option
@_reference_option
@_claim_option
@click.option("--visit", "visits", multiple=True, metavar="NUMBER", help="A copay at this visit, billed or not.")
@on_option
@practice_option
@json_option
def pay(
    patient: str, cents: int, method: Method, reference: str, claims: tuple[str, ...], visits: tuple[str, ...],
    day: dt.date | None, slug: str | None, as_json: bool,
) -> None:  # fmt: skip
    """PATIENT pays AMOUNT (25, 25.00, $25).

    It is laid on what the patient owes: of the claims and visits named, else the oldest first. What is left is paid
    ahead; a visit's copay waits until its claim leaves the patient something to pay. The same reference, day and amount
    twice is refused. To take a payment back (a check without funds): `rehabill ledger reverse ENTRY`.
    """
    with asked(slug):
        from rehabill.office.money.patient_money import Given
        from rehabill.office.money.patient_money import pay as paid

        given = Given(patient=patient, cents=cents, day=on(day), method=method, reference=reference, claims=claims,
                      visits=visits)  # fmt: skip
        done = paid(given, who(), now())
    _tell(done, "paid", as_json)


@click.command("refund")
@click.argument("patient")
@click.argument("cents", metavar="AMOUNT", type=AMOUNT)
@_method_option
@_reference_option
@_claim_option
@on_option
@practice_option
@json_option
def refund(
    patient: str, cents: int, method: Method, reference: str, claims: tuple[str, ...], day: dt.date | None,
    slug: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Give AMOUNT of what PATIENT has paid ahead, or too much, back.

    What the patient owes is taken from it first; more than is left is refused.
    """
    with asked(slug):
        from rehabill.office.money.patient_money import Given
        from rehabill.office.money.patient_money import refund as refunded

        given = Given(patient=patient, cents=cents, day=on(day), method=method, reference=reference, claims=claims)
        done = refunded(given, who(), now())
    _tell(done, "refunded", as_json)


@click.command("settle")
@click.argument("patients", nargs=-1)
@on_option
@practice_option
@json_option
def settle(patients: tuple[str, ...], day: dt.date | None, slug: str | None, as_json: bool) -> None:
    """Lay what PATIENTS (none named: all) have paid ahead on what they owe, the oldest first.

    A copay goes to its own claim first, and elsewhere only when no insurer owes anything of that claim any more.
    `rehabill post` does the same for all.
    """
    with asked(slug):
        from rehabill.office.money.patient_money import check_day, settle_credit

        at, settled_on = now(), on(day)
        check_day(settled_on, at)
        found = settle_credit(patients, settled_on, who(), at)
    if as_json:
        write_rows(found)
    else:
        show_settled(found)


def show_settled(found: "list[Settled]") -> None:
    if not found:
        say("No money that was paid ahead can be laid on what is owed.")
        return
    table(
        ("patient", "entry", "day", "claim", "owes less", "paid ahead", "still paid ahead"),
        [
            (one.patient, str(one.entry), one.day, claim, Cents(-_of(one, claim, "owed")),
             Cents(-_of(one, claim, "credit")), Cents(one.credit_cents))
            for one in found
            for claim in dict.fromkeys(each.claim for each in (*one.owed, *one.credit))
        ],
    )  # fmt: skip


def _of(one: "Settled", claim: str, what: str) -> int:
    return sum(each.cents for each in getattr(one, what) if each.claim == claim)


def _tell(done: "Done", word: str, as_json: bool) -> None:
    if as_json:
        write_json(done)
        return
    one = done.settled
    number = f" {done.reference}" if done.reference else ""
    say(f"{one.patient} {word} {dollars(abs(done.cents))} by {done.method}{number} on {one.day}: entry {one.entry}")
    for each in one.owed:
        say(f"  {dollars(-each.cents)} on claim {each.claim}" if each.claim else f"  {dollars(-each.cents)} owed")
    for each in one.credit:
        whose = f"for claim {each.claim}" if each.claim else "for nothing yet"
        say(f"  {dollars(-each.cents)} paid ahead {whose}" if each.cents < 0
            else f"  {dollars(each.cents)} of what was paid ahead {whose}")  # fmt: skip
    say(f"  owes {dollars(one.owed_cents)}, has paid ahead {dollars(one.credit_cents)}", "dim")
    if done.same:
        word = "payment" if done.cents > 0 else "refund"
        say(f"Another {word} of this amount on this day is in the books: if it is the same, take one back with"
            f" `rehabill ledger reverse {one.entry}`.", "yellow")  # fmt: skip
