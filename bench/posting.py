"""Remittances → held or not, seen before or not, which claim is meant, entries and tasks: all that needs no database.

    .venv/bin/python bench/posting.py

Claims of four lines (`rehabill.demo`): paid, denied, taken back and corrected, adjusted as a whole. Each is posted to a
claim of ours as billed, priced and with a patient; a second time it is one more decision about a claim that has one.
"""

import argparse
import datetime as dt
import gc
import statistics
import time
import timeit
from collections.abc import Callable

import msgspec

from rehabill.demo.x12_files import remittance_835
from rehabill.edi.remittance_835 import remittances
from rehabill.engine.post.claim import post_claim
from rehabill.engine.post.envelope import envelope_findings
from rehabill.engine.post.find import choose, keys
from rehabill.engine.post.hold import hold
from rehabill.engine.post.payers import payer_of, payment_of
from rehabill.engine.post.payment import claim_payments, digest
from rehabill.model.books import BookedClaim, BookedLine, BookedPayer
from rehabill.model.priced import PricedLine
from rehabill.model.remittance import RemittanceClaim, RemittanceLine

DAY = dt.date(2026, 7, 1)


def booked(told: RemittanceClaim) -> BookedClaim:
    """The claim that a remittance's claim answers."""
    assert told.patient is not None
    return BookedClaim(
        claim_number=told.claim_number,
        patient="EX-1",
        payers=(BookedPayer("payer", "P"), BookedPayer("supplement", "S")),
        lines=tuple(_line(number, line) for number, line in enumerate(told.lines, 1)),
        member_ids=(told.patient.id,),
        last_name=told.patient.name,
    )


def _line(number: int, line: RemittanceLine) -> BookedLine:
    allowed = abs(line.allowed_cents or 0)
    expected = PricedLine(number, line.code, line.modifiers, 1, allowed, (), allowed, allowed, 0)
    return BookedLine(
        line_id=line.line_id, date=line.first_day or DAY, code=line.code, modifiers=line.modifiers,
        charge_cents=abs(line.charge_cents), expected=expected,
    )  # fmt: skip


def microseconds(work: Callable[[], object], claims: int, rounds: int) -> list[float]:
    """Processor time for one claim, in each round."""
    times = []
    for _ in range(rounds):
        gc.collect()
        begun = time.process_time()
        work()
        times.append((time.process_time() - begun) / claims * 1e6)
    return times


def calibration() -> float:
    """Nanoseconds to build one frozen struct here and now: these rates move with the machine and its other work."""

    class Line(msgspec.Struct, frozen=True, gc=False):
        code: str
        units: int
        charge_cents: int

    return min(timeit.repeat(lambda: Line("97110", 2, 6000), number=100_000, repeat=5)) * 1e4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    data = b"".join(remittance_835(options.claims, 1))
    found, findings = remittances(data)
    claims = [(one, payment_of(one, {}, DAY)) for one in found]
    paired = [(told, booked(told), payment) for one, payment in claims for told in one.claims]
    again = [
        (told, msgspec.structs.replace(ours, decided=post_claim(told, ours, payment).decided), payment)
        for told, ours, payment in paired
    ]
    assert hold(found, [*findings, *envelope_findings([data])]) == ()
    gc.freeze()
    steps: dict[str, Callable[[], object]] = {
        "read": lambda: remittances(data),
        "held or not": lambda: hold(found, envelope_findings([data])),
        "seen before or not": lambda: [
            digest(part) for one in found for part in claim_payments(one.claims, payer_of(one), one.trace_number)
        ],
        "which claim": lambda: [(keys(told, ("claim_number",)), choose(told, [ours])) for told, ours, _ in paired],
        "entry and tasks": lambda: [post_claim(told, ours, payment) for told, ours, payment in paired],
        "the same, decided before": lambda: [post_claim(told, ours, payment) for told, ours, payment in again],
    }
    print(
        f"{options.claims} claims of four lines, one process, processor time; median (min to max) of {options.rounds}"
    )
    whole = 0.0
    for name, work in steps.items():
        times = microseconds(work, len(paired), options.rounds)
        median = statistics.median(times)
        whole += median if name != "the same, decided before" else 0
        print(f"  {name:26} {median:6.1f} µs a claim ({min(times):.1f} to {max(times):.1f})")
    print(f"  {'all but the last':26} {whole:6.1f} µs a claim: {1e6 / whole:,.0f} claims/s without a database")
    print(f"calibration: {calibration():.0f} ns to build a frozen struct of three fields")


if __name__ == "__main__":
    main()
