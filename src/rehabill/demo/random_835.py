"""Files with which payers might answer claims over some weeks, drawn from a seeded generator.

First most claims are decided, then come what was left out, second halves and secondary payers, at last what is taken
back and decided anew. Each file is valid and balanced by itself, so they may be posted in any order.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from random import Random

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import RehabillError
from rehabill.demo.payer_835 import (
    DENIED,
    PayingPayer,
    PaymentDetails,
    Refusal,
    Sent,
    as_assistants,
    decide,
    decide_as_next,
    every_unit_reduced,
    in_the_year_before,
    payment,
    provider_adjustment,
)
from rehabill.demo.people import FIRST, LAST
from rehabill.demo.retold_835 import (
    at_claim_level,
    correction,
    forwarded,
    in_parts,
    reversal,
    with_interest,
    without_line_days,
    without_line_ids,
    without_lines,
    without_modifiers,
)
from rehabill.demo.write_835 import write_835
from rehabill.model.claim import Claim, ClaimLine
from rehabill.model.party import Person
from rehabill.model.practice import Practice
from rehabill.model.priced import PricedClaim, PricedLine
from rehabill.model.remittance import ProviderAdjustment, Remittance, RemittanceClaim
from rehabill.pricing.price import price

REFUSALS = (
    Refusal("CO", "97", ("N20",)), Refusal("CO", "16", ("N290", "MA130")), Refusal("CO", "119", ("N362",)),
    Refusal("PR", "119", ("N130",)), Refusal("CO", "197", ("N54",)), Refusal("CO", "96", ("N95",)),
    Refusal("PR", "96", ("N130",)), Refusal("CO", "50", ("N115",)), Refusal("CO", "151", ("N362",)),
    Refusal("CO", "4", ("N519",)), Refusal("CO", "236"), Refusal("OA", "18", ("N522",)),
)  # fmt: skip
"""Of a line: bundled, something missing, too much, no authorization, not covered, not necessary, a duplicate."""
WHOLE_REFUSALS = (
    Refusal("CO", "29", ("N211",)), Refusal("OA", "109", ("N104",)), Refusal("CO", "22"), Refusal("PR", "27"),
    Refusal("PR", "31"), Refusal("CO", "B7"), Refusal("CO", "197"),
)  # fmt: skip
"""Of a claim: too late, another payer's, no coverage, no enrolment, no authorization."""
_SUPPOSITIONS = (every_unit_reduced, as_assistants, in_the_year_before)
_TWISTS = (without_line_ids, without_modifiers, without_line_days)
_ROUNDS = 3
_DAYS_BETWEEN = 9


def random_answers(
    sent: Sequence[Sent],
    payers: Mapping[str, PayingPayer],
    practice: Practice,
    almanac: Almanac,
    first_day: dt.date,
    chance: Random,
) -> list[bytes]:
    """At most three files for the claims sent, one after the other, beginning with payments of `first_day`.

    `payers` by profile: those of every claim's `payer` and, where it is to answer, its `secondary_payer`.
    """
    files = []
    for number, payments in enumerate(random_payments(sent, payers, practice, almanac, first_day, chance), 1):
        created = dt.datetime.combine(max(one.production_date or first_day for one in payments), dt.time(6))
        files.append(write_835(payments, practice, created, number))
    return files


def random_payments(
    sent: Sequence[Sent],
    payers: Mapping[str, PayingPayer],
    practice: Practice,
    almanac: Almanac,
    first_day: dt.date,
    chance: Random,
) -> list[list[Remittance]]:
    """What `random_answers` writes, file by file."""
    weeks = _Weeks(payers, practice, almanac, first_day, chance)
    for one in sent:
        weeks.answer(one)
    for profile in payers:
        if chance.random() < 0.15:
            weeks.tell(0, profile, decide(_never_sent(chance, first_day), weeks.details(0, profile)))
    return [payments for number in range(_ROUNDS) if (payments := weeks.payments(number))]


class _Weeks:
    """Who tells what in which round."""

    def __init__(
        self,
        payers: Mapping[str, PayingPayer],
        practice: Practice,
        almanac: Almanac,
        first_day: dt.date,
        chance: Random,
    ) -> None:
        self.payers = payers
        self.practice = practice
        self.almanac = almanac
        self.first_day = first_day
        self.chance = chance
        self.told: dict[tuple[int, str], list[RemittanceClaim]] = {}
        self.owed: dict[str, int] = {}
        """What a payer could not take back yet, by payer."""

    def details(self, number: int, profile: str) -> PaymentDetails:
        payer = self.payers[profile]
        return PaymentDetails(
            payer=payer,
            practice=self.practice,
            trace=f"{payer.id}T{self.first_day:%y%j}{number}",
            paid_on=self.first_day + dt.timedelta(days=_DAYS_BETWEEN * number),
            method="CHK" if profile == "commercial" and number else "ACH",
        )

    def tell(self, number: int, profile: str, told: RemittanceClaim) -> None:
        self.told.setdefault((number, profile), []).append(told)

    def answer(self, sent: Sent) -> None:
        """All that is ever said of one claim."""
        chance, profile = self.chance, sent.claim.payer
        number = int(chance.random() < 0.15)
        plain = self._decided(sent, self.details(number, profile))
        after = sent.claim.secondary_payer
        passed_on = any(one.group == "PR" for line in plain.lines for one in line.adjustments)
        if after and after in self.payers and passed_on and plain.status != DENIED:
            if chance.random() < 0.7:
                plain = forwarded(plain, self.payers[after])
            self.tell(number + 1, after, self._decided_next(sent, after, number + 1, plain))
        if len(plain.lines) > 1 and chance.random() < 0.1:
            parts = in_parts(plain, chance.randrange(1, len(plain.lines)))
            for later, part in enumerate(parts):
                self.tell(number + later, profile, part)
            return
        told = self._retold(plain)
        self.tell(number, profile, told)
        if chance.random() < (0.5 if plain.status == DENIED else 0.15):
            again = decide(sent, self.details(number + 1, profile))
            self.tell(number + 1, profile, reversal(told))
            self.tell(number + 1, profile, correction(self._retold(again), told))

    def _decided(self, sent: Sent, details: PaymentDetails) -> RemittanceClaim:
        chance, count = self.chance, len(sent.claim.lines)
        copay = chance.choice((0, 0, 2_000, 3_500)) if sent.priced.patient_cents == 0 else 0
        names_mppr = chance.random() < 0.3
        draw = chance.random()
        if draw < 0.1:
            refusal = chance.choice(WHOLE_REFUSALS)
            return decide(sent, details, dict.fromkeys(range(1, count + 1), refusal))
        if draw < 0.25:
            return decide(sent, details, {chance.randrange(count) + 1: chance.choice(REFUSALS)}, copay, names_mppr)
        if draw < 0.4:
            sent = self._short(sent)
        return decide(sent, details, {}, copay, names_mppr)

    def _short(self, sent: Sent) -> Sent:
        """As a payer prices it that makes a mistake, where that can be priced."""
        try:
            supposed = self.chance.choice(_SUPPOSITIONS)(sent.claim)
            return Sent(sent.claim, price(supposed, self.almanac))
        except RehabillError:
            return sent

    def _decided_next(self, sent: Sent, profile: str, number: int, first: RemittanceClaim) -> RemittanceClaim:
        left = self.chance.choice((0, 0, 500, 2_000, 1_000_000))
        return decide_as_next(sent, self.details(number, profile), first, left, self.chance.random() < 0.3)

    def _retold(self, told: RemittanceClaim) -> RemittanceClaim:
        chance = self.chance
        if chance.random() < 0.1:
            reason = chance.choice((("PR", "1"), ("PR", "2"), ("PR", "3"), ("CO", "45"), ("CO", "253")))
            told = at_claim_level(told, *reason)
        if chance.random() < (0.5 if told.status == DENIED else 0.03):
            return without_lines(told)
        for twist in _TWISTS:
            if chance.random() < 0.1:
                told = twist(told)
        return told

    # ------------------------------------------------------------------------------------------------ the payments

    def payments(self, number: int) -> list[Remittance]:
        """One of each payer that has something to tell in this round."""
        made = []
        for profile in self.payers:
            claims = self.told.get((number, profile), [])
            if not claims:
                continue
            details = self.details(number, profile)
            moved = self._moved(details, claims)
            if carried := self.owed.get(profile):
                moved.append(provider_adjustment(details, "FB", details.trace, carried))
            one = payment(details, claims, moved)
            self.owed[profile] = -sum(move.cents for move in one.provider_adjustments[len(moved) :])
            made.append(one)
        return made

    def _moved(self, details: PaymentDetails, claims: list[RemittanceClaim]) -> list[ProviderAdjustment]:
        """Interest, money taken back for a claim, and the rarer kinds. Interest is told at its claim too."""
        chance, moved = self.chance, []
        at = chance.randrange(len(claims))
        about = claims[at]
        if chance.random() < 0.25 and about.paid_cents > 0:
            cents = chance.randrange(1, 500)
            claims[at] = with_interest(about, cents)
            moved.append(provider_adjustment(details, "L6", about.payer_claim_number, -cents))
        if chance.random() < 0.2:
            reference = chance.choice((about.claim_number, about.payer_claim_number))
            moved.append(provider_adjustment(details, "WO", reference, chance.randrange(100, 9_000)))
        for reason, most in (("72", 5_000), ("CS", 900), ("J1", 300), ("AP", 20_000)):
            if chance.random() < 0.07:
                cents = chance.choice((-1, 1)) * chance.randrange(1, most)
                moved.append(provider_adjustment(details, reason, f"{reason}-{details.trace}", cents))
        return moved


def _never_sent(chance: Random, day: dt.date) -> Sent:
    """A claim of somebody else's, that came to us."""
    number = f"XU{chance.randrange(10**8):08d}"
    patient = Person(last=chance.choice(LAST), first=chance.choice(FIRST))
    line = ClaimLine(
        date=day - dt.timedelta(days=20), code="97110", units=1, modifiers=("GP",), charge_cents=6_000,
        line_id=f"{number}-1",
    )  # fmt: skip
    priced = PricedLine(1, line.code, line.modifiers, 1, None, (), None, None, None)
    claim = Claim(payer="", claim_number=number, patient=patient, lines=(line,))
    return Sent(claim, PricedClaim(None, "", "", "", (priced,), 0, 0, 0, 0, False, ()))
