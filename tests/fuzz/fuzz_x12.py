"""Any bytes through everything that reads X12: nothing raises, nothing is lost, nothing is silent.

make fuzz            ten minutes; the corpus begins with our own files and, where they are there, other people's
make fuzz SECONDS=60
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["rehabill"]):
    from rehabill.base.finding import Finding
    from rehabill.edi.check import check_file
    from rehabill.edi.read_837p import read_837p
    from rehabill.edi.remittance_835 import remittances
    from rehabill.x12.document import read, write
    from rehabill.x12.scan import batches

ROOT = Path(__file__).parents[2]
CORPUS = (
    ROOT / "examples" / "x12",
    ROOT / "tests" / "golden" / "837p",
    ROOT.parent / "shared" / "samples" / "x12",
)
FOUND = ROOT / "out" / "fuzz"
"""What made something fail is kept here."""
LONGEST = 100_000


def one_input(data: bytes) -> None:
    document = read(data)
    assert write(document) == data, "something was lost"
    segments = [segment.text for interchange in document.interchanges for segment in interchange.segments]
    assert any(segments) or document.faults, "silence"
    told: list[Finding] = []
    halves = [data[: len(data) // 2], data[len(data) // 2 :]]
    assert [text for batch in batches(halves, told) for text in batch.segments] == segments, "chunks matter"
    check_file([data])
    remittances(data)
    for _ in read_837p([data], told):
        pass


def corpus(folder: Path) -> None:
    """Every file we have, in one folder, as the fuzzer wants them."""
    files = [file for root in CORPUS for file in sorted(root.rglob("*")) if file.is_file()]
    for number, file in enumerate(files):
        data = file.read_bytes()
        if len(data) <= LONGEST:
            (folder / f"{number:04d}").write_bytes(data)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as seeds:
        corpus(Path(seeds))
        FOUND.mkdir(parents=True, exist_ok=True)
        options = [f"-artifact_prefix={FOUND}/", f"-max_len={LONGEST}", "-timeout=25"]
        atheris.Setup([*sys.argv, seeds, *options], one_input)
        atheris.Fuzz()
