"""A paper EOB, typed as YAML (`intake.eob`), posted the way of an 835.

What does not add up was most likely typed wrongly, so it is told with its place, and nothing is kept: neither the file
nor a task. An EOB that does not add up on paper either is posted when a person says so; the difference is in suspense.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from difflib import get_close_matches

import msgspec
import yaml
from django.db import transaction
from django.db.models import Sum

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.engine.post.find import plain
from rehabill.engine.post.hold import Held
from rehabill.engine.post.payers import identifiers
from rehabill.intake import eob
from rehabill.model.remittance import Remittance
from rehabill.office.exchange.models import File
from rehabill.office.money.ledger import check_open
from rehabill.office.money.models import Decision, Payment, PaymentFile, ProviderMove
from rehabill.office.money.posting.claims import find
from rehabill.office.money.posting.desk import Desk
from rehabill.office.money.posting.file import post_remittances
from rehabill.office.money.posting.outcome import FileOutcome
from rehabill.office.money.posting.payers import Identities
from rehabill.office.people.models import Patient
from rehabill.office.practices.models import PayerEnrolment
from rehabill.office.visits.turn import take_turn

_X12 = re.compile(rb"\bISA[^A-Za-z0-9\s]")
_HEAD = 1024
_MOST = 1_000_000
"""Bytes: nobody types more."""
_RULE = "EOB"
_NAME = "name "
_ALIKE = 0.85
"""From here on (difflib's ratio) two names may be one and a slip of the finger."""
_NEITHER = "this is neither a remittance (835, which begins with ISA) nor an EOB typed as YAML"


class _TakeBack(Exception):
    """Nothing of it is kept."""


def is_typed(data: bytes) -> bool:
    """Whether a file is no X12: then it must be an EOB that was typed."""
    return not _X12.search(data[:_HEAD])


def post_eob(
    name: str, data: bytes, almanac: Almanac, by: str, at: dt.datetime, dry_run: bool = False, anyway: bool = False
) -> FileOutcome:
    """Post it in one transaction, nothing twice. Raises `InputError` at the first field that cannot be read.

    Held when it does not add up, or looks mistyped; `anyway`: a claim or line need not add up, and the payer is who it
    is. Held, too, when more than the payment would be posted: then some of it is in the books already, told in other
    words. Raises `InputError`, too, for a closed month.
    """
    check_open(at.date())
    outcome = FileOutcome(name=name, state="posted", sha256=hashlib.sha256(data).hexdigest())
    typed = eob.read(_loaded(data))
    wrong = [one for one in typed.unbalanced if not anyway or one.path == "amount"]
    outcome.held = tuple(Held(_RULE, str(one)) for one in wrong)
    if not outcome.held:
        try:
            with transaction.atomic():
                _post(typed.remittance, data, outcome, anyway, Desk(by, at, almanac, Identities(), at.date()))
                if dry_run or outcome.held:
                    raise _TakeBack
        except _TakeBack:
            pass
    if outcome.held:
        outcome.state, outcome.payments = "held", []
    return outcome


def _post(told: Remittance, data: bytes, outcome: FileOutcome, anyway: bool, desk: Desk) -> None:
    take_turn()
    told = _known(told, desk.identities)
    outcome.held = () if anyway else (*_mistyped(told, desk.identities), *_of_others(told))
    if outcome.held:
        return
    file, _ = File.objects.get_or_create(
        sha256=outcome.sha256,
        defaults={"name": outcome.name, "kind": "EOB", "is_ours": False, "content": data, "at": desk.at, "by": desk.by},
    )
    post_remittances([told], file, outcome, desk)
    outcome.held = tuple(_more_than_paid(file, told.amount_cents))


def _loaded(data: bytes) -> object:
    if len(data) > _MOST:
        raise InputError("", _NEITHER)
    try:
        loaded: object = yaml.load(data.decode("utf-8-sig"), Loader=yaml.BaseLoader)
    except UnicodeDecodeError:
        raise InputError("", _NEITHER) from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "this is no YAML"
        raise InputError(where, f"{problem}: {_NEITHER}") from None
    if not isinstance(loaded, dict):
        raise InputError("", _NEITHER)
    return loaded


def _known(told: Remittance, identities: Identities) -> Remittance:
    """With the name and tax number that the payer's remittances have: the check told by an 835 is the same payment."""
    enrolled = PayerEnrolment.objects.filter(payer=told.payer.name).values_list("name", flat=True).first()
    if enrolled:
        told = msgspec.structs.replace(told, payer=msgspec.structs.replace(told.payer, name=enrolled))
    ours = identities.learned.get(f"name {' '.join(told.payer.name.upper().split())}", set())
    numbers = [
        identity.removeprefix("tax number ")
        for identity, payers in identities.learned.items()
        if identity.startswith("tax number ") and payers & ours
    ]
    if told.payer_tax_id or len(numbers) != 1:
        return told
    return msgspec.structs.replace(told, payer_tax_id=numbers[0])


def _mistyped(told: Remittance, identities: Identities) -> Iterator[Held]:
    """A payer's name with a slip in it would make another payment of the same check."""
    if any(one in identities.learned for one in identifiers(told)):
        return
    names = {identity.removeprefix(_NAME): identity for identity in identities.learned if identity.startswith(_NAME)}
    for alike in get_close_matches(told.payer.name.upper(), names, n=1, cutoff=_ALIKE):
        why = f"payer: is '{told.payer.name}' {alike}? If it is another payer, post it --anyway."
        yield Held(_RULE, why)
    same = Payment.objects.filter(trace=told.trace_number, amount_cents=told.amount_cents).exclude(amount_cents=0)
    for one in same[:1]:
        why = (
            f"payer: payment {told.trace_number} of {dollars(told.amount_cents)} was posted from {one.payer}, not from"
            f" '{told.payer.name}'. If this is another payment, post it --anyway."
        )
        yield Held(_RULE, why)


def _of_others(told: Remittance) -> Iterator[Held]:
    """A claim that is found by its number or its lines, and is another patient's than the paper names."""
    found = find(told.claims)
    patients = Patient.objects.in_bulk({ours.patient for ours in found if ours})
    for at, (one, ours) in enumerate(zip(told.claims, found, strict=True)):
        if ours is None or one.patient is None or not one.patient.name:
            continue
        known = patients[ours.patient]
        told_as, known_as = _initials(one.patient.name, one.patient.first), _initials(known.last, known.first)
        if all(not first or not second or first == second for first, second in zip(told_as, known_as, strict=True)):
            continue
        named = ", ".join(part for part in (one.patient.name, one.patient.first) if part)
        why = (
            f"claims[{at}].patient: it names {named}, and claim {ours.booked.claim_number} is of {known.last},"
            f" {known.first}. If that is one person, post it --anyway."
        )
        yield Held(_RULE, why)


def _initials(last: str, first: str) -> tuple[str, str]:
    """The last name, and how the first begins: payers shorten first names as they like."""
    return plain(last), plain(first)[:1]


def _more_than_paid(file: File, cents: int) -> list[Held]:
    payment = PaymentFile.objects.select_related("payment").get(file=file).payment
    claims = Decision.objects.filter(payment=payment).aggregate(of=Sum("paid_cents"))["of"] or 0
    moved = ProviderMove.objects.filter(payment=payment).aggregate(of=Sum("cents"))["of"] or 0
    if claims - moved == cents:
        return []
    names = File.objects.filter(payments__payment=payment).exclude(id=file.id).values_list("name", flat=True)
    before = f"; it came before in {', '.join(sorted(set(names)))}" if names else ""
    why = (
        f"payment {payment.trace} is {dollars(cents)}, and with this {dollars(claims - moved)} of it would be posted:"
        f" some of its claims are in the books already, told otherwise{before}."
    )
    return [Held(_RULE, why)]
