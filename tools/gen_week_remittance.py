"""Write the answer of the example week's payers.

python tools/gen_week_remittance.py            # writes examples/week/remittance.835
python tools/gen_week_remittance.py --check    # exits 1 when it is not what the payers would say

The week is billed as `make run` does. Most claims are paid as they are priced; what is not is the table below.
"""

import datetime as dt
import sys
from pathlib import Path

import msgspec

from rehabill.almanac.edition import Almanac
from rehabill.almanac.load import load
from rehabill.cli.practice import read_practice
from rehabill.cli.visits import read_visits
from rehabill.demo.payer_835 import (
    PaymentDetails,
    Refusal,
    Sent,
    as_assistants,
    decide,
    every_unit_reduced,
    paying_payers,
    payment,
    provider_adjustment,
)
from rehabill.demo.retold_835 import correction, reversal, with_interest
from rehabill.demo.write_835 import write_835
from rehabill.engine.bill import bill
from rehabill.model.practice import Practice
from rehabill.model.remittance import Remittance, RemittanceClaim
from rehabill.pricing.price import price

WEEK = Path(__file__).parents[1] / "examples" / "week"
FILE = WEEK / "remittance.835"
BILLED = dt.date(2026, 3, 9)
CREATED = dt.datetime(2026, 3, 31, 6, 0)

DENIED_LINE = ("EX0304-03", 2)
"""97750, bundled into 97530 although 59 stands on it."""
DENIED_CLAIM = "EX0303-13"
"""No authorization, says the payer; there is one."""
EVERY_UNIT_REDUCED = "EX0302-06"
"""The day's first unit too."""
TAKEN_FOR_ASSISTANTS = "EX0304-01"
"""Taken back and paid right a week later."""
PAID_LATE, INTEREST = "EX0302-09", 83
TAKEN_BACK, OVERPAID = "EX0302-08", 1_240
COPAYS = {"medicare-b": 0, "medicare-advantage": 2_000, "commercial": 2_500}
PAID_ON = {
    "medicare-b": dt.date(2026, 3, 24), "medicare-advantage": dt.date(2026, 3, 25), "commercial": dt.date(2026, 3, 26),
}  # fmt: skip
CORRECTED_ON = dt.date(2026, 3, 31)


def claims_sent(practice: Practice, almanac: Almanac) -> dict[str, Sent]:
    """The week's claims that are ready, by number."""
    found = {}
    for record in read_visits([WEEK / "visits.csv", WEEK / "visits.jsonl"]):
        billed = bill(record.value, practice, almanac, BILLED)
        if billed.state == "ready":
            claim = msgspec.structs.replace(billed.claim, submitted=BILLED)
            found[str(claim.claim_number)] = Sent(claim, billed.priced)
    return found


def remittance() -> bytes:
    """The file: a payment of each payer, and a second one of Medicare's."""
    practice, almanac = read_practice(WEEK / "practice.yaml"), load()
    sent = claims_sent(practice, almanac)
    payers = paying_payers(practice, almanac, BILLED)
    made: list[Remittance] = []
    for profile, day in PAID_ON.items():
        details = PaymentDetails(
            payer=payers[profile], practice=practice, trace=_trace(day), paid_on=day,
            method="CHK" if profile == "commercial" else "ACH",
        )  # fmt: skip
        told = [_decided(one, details, almanac) for one in sent.values() if one.claim.payer == profile]
        moved = []
        if profile == "commercial":
            about = next(one.payer_claim_number for one in told if one.claim_number == PAID_LATE)
            moved = [provider_adjustment(details, "L6", about, -INTEREST)]
        elif profile == "medicare-advantage":
            moved = [provider_adjustment(details, "WO", TAKEN_BACK, OVERPAID)]
        made.append(payment(details, told, moved))
    wrong = next(one for one in made[0].claims if one.claim_number == TAKEN_FOR_ASSISTANTS)
    later = PaymentDetails(
        payer=payers["medicare-b"], practice=practice, trace=_trace(CORRECTED_ON), paid_on=CORRECTED_ON
    )
    right = decide(sent[TAKEN_FOR_ASSISTANTS], later)
    made.append(payment(later, [reversal(wrong), correction(right, wrong)]))
    return write_835(made, practice, CREATED)


def _trace(day: dt.date) -> str:
    return f"EX{day:%Y%m%d}01"


def _decided(sent: Sent, details: PaymentDetails, almanac: Almanac) -> RemittanceClaim:
    number, count = sent.claim.claim_number, len(sent.claim.lines)
    refusals = {}
    if number == DENIED_LINE[0]:
        refusals = {DENIED_LINE[1]: Refusal("CO", "97", ("N20",))}
    elif number == DENIED_CLAIM:
        refusals = dict.fromkeys(range(1, count + 1), Refusal("CO", "197", ("N54",)))
    elif number == EVERY_UNIT_REDUCED:
        sent = Sent(sent.claim, price(every_unit_reduced(sent.claim), almanac))
    elif number == TAKEN_FOR_ASSISTANTS:
        sent = Sent(sent.claim, price(as_assistants(sent.claim), almanac))
    told = decide(sent, details, refusals, COPAYS[sent.claim.payer])
    return with_interest(told, INTEREST) if number == PAID_LATE else told


def main(arguments: list[str]) -> int:
    made = remittance()
    if "--check" in arguments:
        if FILE.exists() and FILE.read_bytes() == made:
            return 0
        print(f"{FILE.relative_to(WEEK.parents[1])} is not what the payers would say: run `make gen`", file=sys.stderr)
        return 1
    FILE.write_bytes(made)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
