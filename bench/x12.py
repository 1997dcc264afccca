"""X12 against its peers: the same generated files, one process each, rounds that alternate, answers compared.

    make bench-x12                                  # 1k, 10k and 100k claims
    python bench/x12.py --sizes 1000 --rounds 3     # quicker
    python bench/x12.py --only 'remittance → Arrow'

Each contestant reads a small file first (imports, tables, caches), then the measured one, from disk to the last total.
What a contestant answers (claims, charged, paid, out of balance) is compared with what the generator knows; wrong
answers are shown beside the speed. Peers live in `.venv-peers`, so that none of them touches ours. The machine's speed
moves: rounds alternate between contestants, and ratios are medians of ratios within a round.

A contestant is a function that takes the path and returns a function to be timed, which returns an `Answer`. One that
cannot be imported is left out, and said so.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv-peers" / "bin" / "python"
Answer = dict[str, int | None]
"""claims, charge_cents, paid_cents, unbalanced; None for what a contestant does not tell."""
Prepared = Callable[[], Answer]
CHUNK = 1 << 20


def answer(claims: int, charge: Any = None, paid: Any = None, unbalanced: int | None = None) -> Answer:
    """Cents from whatever a contestant counts in."""
    return {
        "claims": claims,
        "charge_cents": None if charge is None else round(charge),
        "paid_cents": None if paid is None else round(paid),
        "unbalanced": unbalanced,
    }


# --------------------------------------------------------------------------------------------------- ours, 835


def ours_835_typed(path: str) -> Prepared:
    from rehabill.base.finding import Finding
    from rehabill.edi.remittance_835 import read_835
    from rehabill.model.remittance import RemittanceClaim

    def run() -> Answer:
        findings: list[Finding] = []
        claims = charge = paid = 0
        with Path(path).open("rb") as file:
            for event in read_835(iter(lambda: file.read(CHUNK), b""), findings):
                if isinstance(event, RemittanceClaim):
                    claims += 1
                    charge += event.charge_cents
                    paid += event.paid_cents
        return answer(claims, charge, paid, sum(one.topic == "balance" for one in findings))

    return run


def ours_835_arrow(path: str) -> Prepared:
    from rehabill.audit import read_remittances

    return lambda: _arrow_835(read_remittances(path))


def ours_835_arrow_stream(path: str) -> Prepared:
    from rehabill.audit import iter_remittances

    return lambda: _added([_arrow_835(part) for part in iter_remittances(path)])


def ours_835_arrow_two(path: str) -> Prepared:
    from rehabill.audit import iter_remittances

    return lambda: _added([_arrow_835(part) for part in iter_remittances(path, workers=2)])


def _arrow_835(got: Any) -> Answer:
    import pyarrow.compute as pc

    wrong = sum(
        len(table) - (pc.sum(table["is_balanced"]).as_py() or 0) for table in (got.payments, got.claims, got.lines)
    )
    claims = got.claims
    return answer(
        len(claims), pc.sum(claims["charge_cents"]).as_py() or 0, pc.sum(claims["paid_cents"]).as_py() or 0, wrong
    )


def _added(parts: list[Answer]) -> Answer:
    return {name: sum(part[name] or 0 for part in parts) for name in parts[0]}


# -------------------------------------------------------------------------------------------------- ours, 837P


def ours_837_typed(path: str) -> Prepared:
    from rehabill.base.finding import Finding
    from rehabill.edi.read_837p import read_837p

    def run() -> Answer:
        faults: list[Finding] = []
        claims = charge = 0
        with Path(path).open("rb") as file:
            for submitted in read_837p(iter(lambda: file.read(CHUNK), b""), faults):
                claims += 1
                for line in submitted.claim.lines:
                    charge += line.charge_cents or 0  # type: ignore[operator]
        return answer(claims, charge)

    return run


def ours_837_arrow(path: str) -> Prepared:
    from rehabill.audit import read_claims

    return lambda: _arrow_837(read_claims(path))


def ours_837_arrow_stream(path: str) -> Prepared:
    from rehabill.audit import iter_claims

    return lambda: _added([_arrow_837(part) for part in iter_claims(path)])


def _arrow_837(got: Any) -> Answer:
    import pyarrow.compute as pc

    wrong = len(got.claims) - (pc.sum(got.claims["is_balanced"]).as_py() or 0)
    return answer(len(got.claims), pc.sum(got.claims["charge_cents"]).as_py() or 0, None, wrong)


def ours_837_write(path: str) -> Prepared:
    """The claims of the file as structs, written again with all of the writer's cleaning and checks."""
    import datetime as dt

    from rehabill.almanac.load import load
    from rehabill.edi.claim_837p import PayerX12
    from rehabill.edi.read_837p import read_837p

    with Path(path).open("rb") as file:
        claims = [one.claim for one in read_837p(iter(lambda: file.read(CHUNK), b""), [])]
    practice = _practice(claims)
    day, almanac = dt.date(2026, 6, 15), load()
    payers = {name: PayerX12.of(almanac.edition(name, day)) for name in {claim.payer for claim in claims}}
    return _write(claims, practice, payers)


def ours_837_write_every_loop(path: str) -> Prepared:
    """As many claims as the file has, of ten kinds that between them have every situational loop."""
    from every_loop import practice, varied

    claims = [varied(number) for number in range(Path(path).read_bytes().count(b"~CLM*"))]
    return _write(claims, *practice())


def _write(claims: list[Any], practice: Any, payers: dict[str, Any]) -> Prepared:
    import datetime as dt

    from rehabill.edi.claim_837p import Envelope, iter_837p

    envelope = Envelope(control_number=1, created=dt.datetime(2026, 6, 15, 8, 0))

    def run() -> Answer:
        held: list[int] = []
        pieces = 0
        for _ in iter_837p(claims, practice, payers, envelope, lambda index, *_: held.append(index)):
            pieces += 1
        return answer(pieces - 2, None, None, len(held))  # the envelope begins and ends in pieces of its own

    return run


def _practice(claims: list[Any]) -> Any:
    """A practice that knows everybody in these claims: the writer sends nobody it has no name for."""
    import msgspec

    from rehabill.cli.practice import read_practice
    from rehabill.model.practice import Location, Provider

    practice = read_practice(ROOT / "examples" / "week" / "practice.yaml")
    lines = [line for claim in claims for line in claim.lines]
    rendering = {one.rendering_npi for one in [*claims, *lines]} - {None}
    referring = {one.referring_npi for one in claims} - {None}
    places = {claim.location for claim in claims} - {None}
    named = {"first": "Jo", "last": "Exámple-Núñez", "taxonomy": "225100000X", "discipline": "PT"}
    return msgspec.structs.replace(
        practice,
        providers=tuple(Provider(npi=npi, **named) for npi in sorted(rendering)),
        referring=tuple(Provider(npi=npi, **named) for npi in sorted(referring)),
        locations=tuple(Location(name=name, address=practice.address) for name in sorted(places)),
    )


def ours_837_check(path: str) -> Prepared:
    from rehabill.edi.check import check_file

    def run() -> Answer:
        data = Path(path).read_bytes()
        chunks = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]
        errors = [one for one in check_file(chunks).all_findings() if one.severity == "error" and one.status == "fail"]
        return answer(data.count(b"~CLM*"), None, None, len(errors))

    return run


# ------------------------------------------------------------------------------------------------------- peers


def oxedi_stream(path: str) -> Prepared:
    import oxedi
    import pyarrow as pa
    import pyarrow.compute as pc

    def run() -> Answer:
        claims = wrong = 0
        charge = paid = 0
        for batch in oxedi.stream(Path(path).read_bytes()):
            table = pa.table(batch.tables["claims"])
            claims += len(table)
            charge += (pc.sum(table["charge_amount"]).as_py() or 0) * 100
            paid += (pc.sum(table["payment_amount"]).as_py() or 0) * 100
            wrong += len(batch.diagnostics)
        return answer(claims, charge, paid, wrong)

    return run


def oxedi_arrow(path: str) -> Prepared:
    import oxedi
    import pyarrow as pa
    import pyarrow.compute as pc

    def run() -> Answer:
        result = oxedi.parse(Path(path).read_bytes())
        tables = {name: pa.table(result.tables[name]) for name in result.tables.keys()}  # noqa: SIM118
        claims = tables["claims"]
        return answer(
            len(claims), pc.sum(claims["charge_amount"]).as_py() * 100, pc.sum(claims["payment_amount"]).as_py() * 100,
            len(result.diagnostics),
        )  # fmt: skip

    return run


def openx12_835(path: str) -> Prepared:
    from openx12 import x835

    def run() -> Answer:
        claims = x835.parse(Path(path).read_text()).claims
        charge = sum(one["total_claim_charge"] for one in claims) * 100
        return answer(len(claims), charge, sum(one["claim_payment_amount"] for one in claims) * 100)

    return run


def openx12_837(path: str) -> Prepared:
    from openx12 import x837p

    def run() -> Answer:
        read = x837p.parse(Path(path).read_text())
        return answer(len(read.claims), read.total_billed * 100)

    return run


def x12sdk_835(path: str) -> Prepared:
    from x12sdk.io import X12ModelReader

    def run() -> Answer:
        claims = charge = paid = 0
        with X12ModelReader(path) as reader:
            for one in reader.models():
                for header in one.loop_2000:
                    for claim in header.loop_2100:
                        claims += 1
                        charge += claim.clp_segment.total_claim_charge_amount * 100
                        paid += claim.clp_segment.claim_payment_amount * 100
        return answer(claims, charge, paid)

    return run


def x12sdk_837(path: str) -> Prepared:
    from x12sdk.io import X12ModelReader

    def run() -> Answer:
        claims = charge = 0
        with X12ModelReader(path) as reader:
            for one in reader.models():
                for billing in one.loop_2000a:
                    for subscriber in billing.loop_2000b or []:
                        patients = [subscriber, *(subscriber.loop_2000c or [])]
                        for claim in (claim for patient in patients for claim in patient.loop_2300 or []):
                            claims += 1
                            charge += claim.clm_segment.total_claim_charge_amount * 100
        return answer(claims, charge)

    return run


def edi_835_parser_835(path: str) -> Prepared:
    import warnings

    warnings.simplefilter("ignore")
    import edi_835_parser

    def run() -> Answer:
        claims = [claim for one in edi_835_parser.parse(path).transaction_sets for claim in one.claims]
        charge = sum(float(one.claim.charge_amount) for one in claims) * 100
        return answer(len(claims), charge, sum(float(one.claim.paid_amount) for one in claims) * 100)

    return run


def pyx12_check(path: str) -> Prepared:
    import io
    import logging
    import warnings

    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    from pyx12.params import ParamsBase
    from pyx12.x12n_document import x12n_document

    def run() -> Answer:
        is_good = x12n_document(param=ParamsBase(), src_file=path, fd_997=io.StringIO(), fd_html=None)
        return answer(Path(path).read_bytes().count(b"~CLM*"), None, None, 0 if is_good else 1)

    return run


# ---------------------------------------------------------------------------------------------------- contests

Contestant = tuple[str, int]
"""Its function here, and the largest file it is given: slow ones would take minutes over more."""
ALL = 10**9
TASKS: dict[str, tuple[str, str, dict[str, Contestant]]] = {
    "remittance → typed, balanced, streaming": ("835", "oxedi", {
        "rehabill": ("ours_835_typed", ALL), "oxedi": ("oxedi_stream", ALL), "x12sdk": ("x12sdk_835", 1_000),
        "openx12": ("openx12_835", 10_000), "edi-835-parser": ("edi_835_parser_835", 1_000),
    }),
    "remittance → Arrow, balanced": ("835", "oxedi", {
        "rehabill": ("ours_835_arrow", ALL), "rehabill, in parts": ("ours_835_arrow_stream", ALL),
        "rehabill, 2 workers": ("ours_835_arrow_two", ALL), "oxedi": ("oxedi_arrow", ALL),
    }),
    "claims → typed": ("837", "openx12", {
        "rehabill": ("ours_837_typed", ALL), "x12sdk": ("x12sdk_837", 1_000), "openx12": ("openx12_837", 10_000),
    }),
    "claims → Arrow, balanced": ("837", "openx12", {
        "rehabill": ("ours_837_arrow", ALL), "rehabill, in parts": ("ours_837_arrow_stream", ALL),
        "openx12": ("openx12_837", 10_000),
    }),
    "claims written as 837P": ("837", "claims of the file", {
        "every situational loop": ("ours_837_write_every_loop", ALL), "claims of the file": ("ours_837_write", ALL),
    }),
    "full check of claims": ("837", "pyx12", {
        "rehabill": ("ours_837_check", ALL), "pyx12": ("pyx12_check", 1_000),
    }),
}  # fmt: skip


def worker(function: str, warm: str, path: str) -> None:
    """Runs one contestant once, in its own process, and prints what came of it."""
    try:
        prepare: Callable[[str], Prepared] = globals()[function]
        prepare(warm)()
    except (ImportError, AttributeError, TypeError) as error:
        print(json.dumps({"missing": f"{type(error).__name__}: {error}"}))
        return
    run = prepare(path)
    begun = time.perf_counter()
    try:
        found = run()
    except Exception as error:
        print(json.dumps({"failed": f"{type(error).__name__}: {error}"[:200]}))
        return
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb(), "answer": found}))


def peak_mb() -> float:
    """Of this process alone: `getrusage` begins with what the parent had."""
    status = Path("/proc/self/status")
    if status.exists():
        found = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        if found:
            return int(found[0].split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def play(function: str, warm: Path, path: Path) -> dict[str, Any]:
    interpreter = sys.executable if function.startswith("ours_") else str(PEERS)
    if not Path(interpreter).exists():
        return {"missing": f"no {PEERS.relative_to(ROOT)} (make bench-x12 makes it)"}
    call = [interpreter, __file__, "--worker", function, str(warm), str(path)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        return {"failed": (done.stderr.strip().splitlines() or ["no answer"])[-1][:200]}
    result: dict[str, Any] = json.loads(lines[-1])
    return result


def generate(folder: Path, sizes: list[int]) -> dict[tuple[str, int], tuple[Path, Answer]]:
    """The files, and the answers that are right: counted by a plain pass over the text."""
    from rehabill.demo.x12_files import claims_837p, remittance_835

    made = {}
    for size in sizes:
        for kind, write, mark in (("835", remittance_835, "CLP*"), ("837", claims_837p, "CLM*")):
            path = folder / f"{size}.{kind}"
            with path.open("wb") as file:
                for block in write(size, 20_260_615):
                    file.write(block)
            claims = [line.split("*") for line in path.read_text().split("~") if line.startswith(mark)]
            at = 3 if kind == "835" else 2
            right = answer(len(claims), sum(_cents(one[at]) for one in claims), None, 0)
            if kind == "835":
                right["paid_cents"] = sum(_cents(one[4]) for one in claims)
            made[kind, size] = path, right
    return made


def _cents(text: str) -> int:
    whole, _, part = text.removeprefix("-").partition(".")
    cents = int(whole or "0") * 100 + int((part + "00")[:2])
    return -cents if text.startswith("-") else cents


def wrong(found: Answer, right: Answer) -> str:
    """What a contestant answers otherwise than it should; it need not answer everything."""
    return ", ".join(
        f"{name} {value} instead of {right[name]}"
        for name, value in found.items()
        if value is not None and right[name] is not None and value != right[name]
    )


def contest(name: str, sizes: list[int], rounds: int, made: dict[tuple[str, int], tuple[Path, Answer]]) -> None:
    kind, measure, contestants = TASKS[name]
    from whole_path import calibration

    print(f"\n{name}   (calibration: {calibration():.0f} ns to build a struct)")
    print(f"  {'claims':>8}  {'':24}{'claims/s':>10}{'best':>10}{'file MB/s':>11}{'peak MB':>9}   × {measure}")
    warm = made[kind, min(size for _, size in made)][0]
    for size in sizes:
        path, right = made[kind, size]
        able = {who: function for who, (function, most) in contestants.items() if size <= most}
        for who in contestants.keys() - able.keys():
            most = contestants[who][1]
            print(f"  {size:>8,}  {who:24}left out: runs with at most {most:,} claims, because more take it minutes")
        results: dict[str, list[dict[str, Any]]] = {who: [] for who in able}
        for turn in range(rounds):
            for who in list(able)[:: 1 if turn % 2 == 0 else -1]:
                if results[who] and "seconds" not in results[who][-1]:
                    continue
                results[who].append(play(able[who], warm, path))
        seconds = {who: [one["seconds"] for one in got if "seconds" in one] for who, got in results.items()}
        for who, got in results.items():
            last = got[-1]
            if not seconds[who]:
                print(f"  {size:>8,}  {who:24}left out: {last.get('missing') or last.get('failed')}")
                continue
            middle = statistics.median(seconds[who])
            pairs = list(zip(seconds[who], seconds.get(measure, []), strict=False))
            ratio = f"{statistics.median(other / own for own, other in pairs):>8.2f}" if pairs else ""
            print(
                f"  {size:>8,}  {who:24}{size / middle:>10,.0f}{size / min(seconds[who]):>10,.0f}"
                f"{path.stat().st_size / middle / 1e6:>11.1f}{max(one['peak_mb'] for one in got):>9.0f}{ratio}"
                f"   {wrong(last['answer'], right)}".rstrip()
            )


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        worker(*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help="part of a task's name")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        made = generate(Path(folder), sorted({*options.sizes, 1_000}))
        sizes = ", ".join(f"{size:,}" for size in options.sizes)
        print(f"files of {sizes} claims made in {time.perf_counter() - begun:.1f} s")
        for name in TASKS:
            if not options.only or options.only in name:
                contest(name, options.sizes, options.rounds, made)


if __name__ == "__main__":
    main()
