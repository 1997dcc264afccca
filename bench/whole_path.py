"""Visits → codes, units, modifiers → scrub → price → 837P, in one process; start-up; memory while streaming.

    make bench

20,000 visits of four treatments each (any minutes from 8 to 30, every fifth with an assistant, every fourth near the KX
threshold), decoded from JSON Lines as `rehabill bill` reads them. Steps are recorded and not rendered, as in `bill`.
"""

import argparse
import datetime as dt
import gc
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Iterator
from pathlib import Path

import msgspec

from rehabill.almanac.load import load
from rehabill.cli.practice import read_practice
from rehabill.edi.claim_837p import Envelope, PayerX12, iter_837p
from rehabill.engine.bill import bill
from rehabill.model.claim import Claim
from rehabill.model.decode import decode
from rehabill.model.visit import Visit

ROOT = Path(__file__).resolve().parent.parent
PRACTICE = ROOT / "examples" / "week" / "practice.yaml"
CODES = ("97110", "97112", "97116", "97140", "97530", "97535")


def visit(number: int, therapist: str, referring: str) -> dict[str, object]:
    """One of many visits; any minutes from 8 to 30, so that remembering helps only where real work repeats."""
    treatments = []
    minutes = random.Random(number)
    for place in range(4):
        treatment: dict[str, object] = {"code": CODES[(number + place) % 6], "minutes": minutes.randint(8, 30)}
        if number % 5 == 0 and place == 1:
            treatment["by"] = "PTA"
        treatments.append(treatment)
    return {
        "id": f"B{number:06d}",
        "date": f"2026-03-{2 + number % 5:02d}",
        "payer": "medicare-b",
        "discipline": "PT",
        "place_of_service": "11",
        "diagnoses": ["M25.561", "M62.81"],
        "rendering_npi": therapist,
        "referring_npi": referring,
        "patient": {
            "id": f"P{number:06d}", "first": "Pat", "last": f"Example{number % 997}", "birth_date": "1950-01-02",
            "sex": "F",
            "address": {"line1": "1 Example Street", "city": "Birmingham", "state": "AL", "zip": "352030001"},
        },
        "subscriber": {"member_id": "1EG4TE5MK73"},
        "treatments": treatments,
        "context": {
            "therapy_ytd_cents": 240_000 if number % 4 == 0 else 90_000, "deductible_met_cents": 28_300,
            "visits_since_progress_report": number % 9, "abn_on_file": False, "prior_claims": [],
            "plan_of_care": {"starts": "2026-02-16", "ends": "2026-05-15", "certified_on": "2026-02-20"},
        },
    }  # fmt: skip


def whole_path(lines: list[bytes], counts: dict[str, int]) -> int:
    """Bytes of 837P for the visits given; counts the states of the claims."""
    almanac, practice = load(), read_practice(PRACTICE)
    payers = {"medicare-b": PayerX12.of(almanac.edition("medicare-b", dt.date(2026, 3, 2)))}
    today = dt.date(2026, 3, 9)

    def claims() -> Iterator[Claim]:
        for line in lines:
            billed = bill(decode(line, Visit), practice, almanac, today)
            counts[billed.state] = counts.get(billed.state, 0) + 1
            if billed.state == "ready":
                yield billed.claim

    envelope = Envelope(control_number=1, created=dt.datetime(2026, 3, 9, 8))
    return sum(len(piece) for piece in iter_837p(claims(), practice, payers, envelope))


def calibration() -> float:
    """Nanoseconds to build one frozen struct here and now: these rates move with the machine and its other work."""

    class Line(msgspec.Struct, frozen=True, gc=False):
        code: str
        units: int
        charge_cents: int

    return min(timeit.repeat(lambda: Line("97110", 2, 6000), number=100_000, repeat=5)) * 1e4


def start_up() -> float:
    """Seconds from the shell to the first coded visit, median of seven."""
    one = b'{"date":"2026-03-04","payer":"medicare-b","treatments":[{"code":"97110","minutes":33}]}\n'
    times = []
    for _ in range(7):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-m", "rehabill", "code", "--json"], input=one, check=True, capture_output=True)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def streaming_memory(lines: list[bytes]) -> float:
    """Peak megabytes of `rehabill bill` over all the visits."""
    with tempfile.TemporaryDirectory() as folder:
        visits = Path(folder) / "visits.jsonl"
        visits.write_bytes(b"\n".join(lines) + b"\n")
        command = [sys.executable, "-m", "rehabill", "bill", str(visits), "--practice", str(PRACTICE)]
        subprocess.run([*command, "--out", folder, "--created", "2026-03-09"], check=False, capture_output=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    practice = read_practice(PRACTICE)
    therapist, referring = practice.providers[0].npi, practice.referring[0].npi
    lines = [json.dumps(visit(number, therapist, referring)).encode() for number in range(options.claims)]
    whole_path(lines[:200], {})
    gc.collect()
    gc.freeze()
    rates = []
    for _ in range(options.rounds):
        counts: dict[str, int] = {}
        begun, used = time.perf_counter(), time.process_time()
        size = whole_path(lines, counts)
        wall, cpu = time.perf_counter() - begun, time.process_time() - used
        rates.append((options.claims / wall, options.claims / cpu))
    print(f"visits → code + scrub + price + 837P, {options.claims} four-treatment visits, one process")
    print(f"  states: {counts}; {size / 1e6:.1f} MB of 837P")
    for name, column in (("wall clock", 0), ("processor time", 1)):
        values = sorted(rate[column] for rate in rates)
        print(f"  {name}: {statistics.median(values):,.0f} claims/s (min {values[0]:,.0f}, max {values[-1]:,.0f})")
    print(f"  calibration: {calibration():.0f} ns to build a frozen struct of three fields")
    print(f"start to first answer: {start_up():.3f} s")
    print(f"peak memory of `rehabill bill` over {options.claims} visits: {streaming_memory(lines):.0f} MB")


if __name__ == "__main__":
    main()
