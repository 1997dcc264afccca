"""`rehabill eligibility`: is the patient covered, and for what; asked of payers (270), and what they said (271)."""

import datetime as dt

import click

from rehabill.almanac.load import load
from rehabill.base.money import dollars
from rehabill.cli.books import now, practice_option, who
from rehabill.cli.lists import DAY, asked
from rehabill.cli.page import say, table
from rehabill.cli.records import CLEAN, FINDINGS, json_option
from rehabill.cli.x12.files import counted, write_json
from rehabill.model.eligibility import Share, VisitLimit


@click.group("eligibility")
def command() -> None:
    """Coverage: ask payers, show what they said."""


@command.command("ask")
@click.argument("patients", nargs=-1, metavar="[PATIENT…]")
@click.option("--seen", type=click.IntRange(1, 366), metavar="DAYS",
              help="Everybody who had a visit in the last DAYS days and was not asked about since.")  # fmt: skip
@click.option("--on", "day", type=DAY, metavar="DAY", help="As of that day (today).")
@practice_option
@json_option
def ask(patients: tuple[str, ...], seen: int | None, day: dt.date | None, slug: str | None, as_json: bool) -> None:
    """Queue questions (270) about the policies of patients; they go with the next sync. Exit code 1: some cannot."""
    if bool(patients) == bool(seen):
        raise click.UsageError("name patients, or --seen DAYS")
    with asked(slug) as practice:
        from django.db import transaction

        from rehabill.office.exchange import eligibility
        from rehabill.office.visits.turn import take_turn

        moment = now()
        on = day or moment.date()
        with transaction.atomic():
            take_turn()
            policies = (
                eligibility.policies_of_seen(on - dt.timedelta(days=seen), on)
                if seen
                else eligibility.policies_of(patients, on)
            )
            told = eligibility.ask(practice, policies, on, load(), moment, who(), moment.astimezone(dt.UTC))
    if as_json:
        write_json({"asked": told.asked, "wrong": told.wrong})
    else:
        say(f"{counted(told.asked, 'question')} about coverage on {on}: rehabill sync sends them.")
        for line in told.wrong:
            say(line, "red")
    raise SystemExit(FINDINGS if told.wrong else CLEAN)


@command.command("show")
@click.argument("patient")
@practice_option
@json_option
def show(patient: str, slug: str | None, as_json: bool) -> None:
    """What payers last said of the patient's coverage, with the day that was asked about."""
    with asked(slug):
        from rehabill.office.coverage.models import Benefits
        from rehabill.office.people.listing import patient as known

        known(patient)
        rows = list(
            Benefits.objects.filter(policy__patient__number=patient)
            .select_related("policy")
            .order_by("policy__order", "policy", "-day", "-id")
        )
    if as_json:
        for one in rows:
            write_json({"payer": one.policy.payer, "day": one.day, "coverage": one.coverage, "answer": one.answer})
        return
    if not rows:
        say(f"Nobody was asked about {patient}: rehabill eligibility ask {patient}")
    for one in {row.policy_id: row for row in reversed(rows)}.values():
        _one(one)


def _one(row: "object") -> None:
    from rehabill.office.coverage.models import Benefits

    assert isinstance(row, Benefits)
    say(f"{row.policy.payer}, as of {row.day}", "bold")
    if row.answer is None:
        say("  asked, not answered yet")
        return
    answer, therapy = row.answer, row.answer.therapy
    say(f"  {answer.sentence}")
    lines = [_visits(one) for one in therapy.visits] + [_share(one) for one in therapy.shares]
    if therapy.authorization is not None:
        lines.append(("authorisation", "needed" if therapy.authorization else "not needed", "", ""))
    if therapy.not_covered:
        lines.append(("therapy", "not covered", "", ""))
    lines += [("other insurer", one.name, one.role, "") for one in therapy.other_insurers]
    lines += [("therapy dollars", dollars(one.cents), "not verified", "") for one in therapy.medicare_amounts]
    if therapy.medicaid_pays_share:
        lines.append(("patient's share", "Medicaid's (QMB): do not bill the patient", "not verified", ""))
    table(("what", "how much", "", "network"), lines, indent=2)
    for message in therapy.messages:
        say(f"  {message}", "dim")


def _network(inside: bool | None) -> str:
    return "" if inside is None else "in" if inside else "out"


def _visits(one: VisitLimit) -> tuple[str, str, str, str]:
    parts = [f"{count} {word}" for count, word in ((one.allowed, "allowed"), (one.used, "used"), (one.left, "left"))
             if count is not None]  # fmt: skip
    return "visits", ", ".join(parts), "read from a message" if one.from_text else "", _network(one.in_network)


def _share(one: Share) -> tuple[str, str, str, str]:
    amount = dollars(one.cents) if one.cents is not None else f"{float(one.fraction or 0):.0%}"
    level = {"IND": "individual", "FAM": "family"}.get(one.level, "")
    remains = "remaining" if one.left else ""
    return one.kind.replace("_", " "), amount, " ".join(filter(None, (level, remains))), _network(one.in_network)
