"""The specs: strictly read, complete, quick to load, and what our sample files are made of."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehabill.x12.scan import batches
from rehabill.x12.spec import (
    MANY,
    PERSONAL,
    CompositeSpec,
    ElementSpec,
    LoopSpec,
    SegmentSpec,
    load,
    meanings,
    names,
    segments,
    spec_for,
)
from rehabill.x12.spec.compile import HERE, SpecError, compile_folder

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "x12"
NOT_OURS = {"837d", "837i", "997", "expected"}

SMALL = """
set: "999"
group: FA
name: small
versions: [005010X231A1]
situations: {late: it is late}
body:
  - ST R 1 opens the set: [R 999, R, R]
  - loop 2000 S >1 answer:
      - AK2 R 1 answered ? late: [R 837, R, S]
      - HI S 1 codes: [[R, R ABK, R @icd10cm ~date, N7], [S, R ABF, R, N7], 9 more, N]
      - REF S 2 a number: [R F8 G1, R 1..20 =npi ~id, N2]
      - REF S 1 another number: [R 9F, R, N, [S x3, R 2U, R, N4]]
      - NM1 S 1 person: [R IL, "R 1 ?late", S, S, S, N, S, S MI, S, N3]
  - SE R 1 closes the set: [R, R]
"""


def compiled(tmp_path: Path, sheet: str, **tables: str) -> dict[str, object]:
    for name in ("elements", "segments", "codes"):
        shutil.copy(HERE / f"{name}.yaml", tmp_path)
    for name, words in tables.items():
        with (tmp_path / f"{name}.yaml").open("a", encoding="utf-8") as file:
            file.write(words)
    (tmp_path / "small.yaml").write_text(sheet, encoding="utf-8")
    return dict(compile_folder(tmp_path).specs)


def every(body: tuple[SegmentSpec | LoopSpec, ...], loop: str = "") -> Iterator[tuple[str, SegmentSpec]]:
    for node in body:
        if isinstance(node, LoopSpec):
            yield from every(node.body, node.id)
        else:
            yield loop, node


def places(segment: SegmentSpec) -> Iterator[ElementSpec]:
    for element in segment.elements:
        yield from element.parts if isinstance(element, CompositeSpec) else (element,)


def find(spec: str, loop: str, id: str, code: str = "") -> SegmentSpec:
    for at, segment in every(load(spec).body):
        if (at, segment.id) == (loop, id) and (not code or (segment.key and code in segment.key.codes)):
            return segment
    raise AssertionError(f"{spec} {loop} {id} {code}")


def test_a_sheet_says_what_it_is_read_as(tmp_path: Path) -> None:
    spec = compiled(tmp_path, SMALL)["small"]
    loop = spec.body[1]  # type: ignore[attr-defined]
    answered, codes, number, another, person = loop.body
    assert (loop.id, loop.repeat, loop.usage, loop.opener) == ("2000", MANY, "S", answered)
    assert (answered.when, answered.only) == ("late", False)
    assert [composite.usage for composite in codes.elements] == ["R", *["S"] * 10, "N"]
    assert codes.elements[0].parts[1].list == "icd10cm"
    assert (codes.key.element, codes.key.component, codes.key.codes) == (1, 1, frozenset({"ABK"}))
    second = number.elements[1]
    assert (second.low, second.high, second.form, second.personal) == (1, 20, "npi", "id")
    assert another.elements[3].repeat == 3
    assert person.elements[1].when == "late"
    assert number.is_keyed(["REF", "G1", "7"])
    assert not number.is_keyed(["REF", "9F", "7"])
    assert codes.is_keyed(["HI", "ABK:M545^ABF:M546"])
    assert not codes.is_keyed(["HI"])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("R 999, R, R]", "R 999, R]", "2 elements are given, ST has 3"),
        ("[R, R]", "[R, R, R]", "3 elements are given, SE has 2"),
        ("R ABF, R, N7", "R ABF, R, N6", "8 components are given, C022 has 9"),
        ("AK2 R 1 answered", "AKX R 1 answered", "there is no segment AKX in segments.yaml"),
        ("AK2 R 1 answered", "AK2 X 1 answered", "is not 'ID usage repeat name'"),
        ("AK2 R 1 answered", "AK2 R 0 answered", "is not 'ID usage repeat name'"),
        ("[R 837, R, S]", "[R 837, R, Q]", "begins with none of R, S and N"),
        ("[R 837, R, S]", "[R 837, R, N 7]", "what is not used says nothing more"),
        ("R 837,", "R 837 837,", "the code 837 is listed twice"),
        ("R 837,", "R 8371,", "the code 8371 is not 3 to 3 characters long"),
        ("R 837,", "R abc,", "neither a code nor a mark"),
        ("@icd10cm", "@icd11", "there is no list 'icd11'"),
        ("=npi", "=upin", "there is no form 'upin'"),
        ("~id", "~shoe", "there is no kind of personal data 'shoe'"),
        ("~id", "~id ~name", "says ~ twice"),
        ("1..20", "1..99", "1..99 is not within 1..50"),
        ("R 9F", "R G1", "nothing tells REF 'a number' from REF 'another number'"),
        ("? late", "? early", "the situation 'early' is not explained"),
        ("{late: it is late}", "{late: it is late, early: it is early}", "no entry uses the situation early"),
        ("versions:", "unit: '2100'\nversions:", "unit names the loop 2100, which is not there"),
        ("versions:", "version:", "unknown field `version`"),
        ("[R, R]", "R", "must hold a list of elements"),
        ("[R, R]", "[3 more, R]", "'3 more' has nothing before it"),
        ("[S x3, R 2U, R, N4]", "S", "the composite C040 is a list"),
        ("[S x3, R 2U, R, N4]", "[S 2U, R 2U, R, N4]", "a composite itself has a usage"),
        ("[R 837, R, S]", "[R 837, R, [S, R]]", "data element 1705 has no components"),
        (
            "- SE R 1 closes",
            "- loop 2000 S 1 again: [{AK2 R 1 answered: [R, R, S]}]\n  - SE R 1 closes",
            "stands twice",
        ),
        ("- SE R 1 closes the set: [R, R]", "- SE", "is not one entry with its list"),
        ("name: small", "name: small\nname: other", "'name' is stated twice"),
        ("body:", "body: [", "is not valid YAML"),
        ("body:", "shapes: {x: &idle [R]}\nbody:", "nothing points at &idle"),
    ],
)
def test_a_slip_names_its_file_and_entry(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in SMALL
    with pytest.raises(SpecError) as error:
        compiled(tmp_path, SMALL.replace(old, new, 1))
    assert "small.yaml" in str(error.value)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("table", "words", "says"),
    [
        ("elements", "\n2: [N0, 1, 6]\n", "'2' is stated twice"),
        ("elements", "\n99999: [N0, 1, 6]\n", "nothing uses 99999"),
        ("elements", "\n99999: [N0, 6, 1]\n", "6..1 is no length"),
        ("elements", "\n99999: [XX, 1, 6]\n", "elements.yaml 99999"),
        ("segments", "\n  C999X: {name: x, elements: [99999 x]}\n", "there is no data element 99999"),
        ("segments", "\n  C999X: {name: x, elements: ['98']}\n", "98 has no name"),
        ("segments", "\n  C999X: {name: x, elements: [98 x], relations: [P0102]}\n", "'P0102' is not a relation"),
        ("segments", "\n  C999X: {name: x, elements: [98 x], key: 2}\n", "the key 2 is none of its 1 places"),
        ("codes", "\n99999: {A: b}\n", "codes.yaml 99999: there is no such data element"),
        ("codes", "\n2: {01: b}\n", "codes.yaml 2: must hold codes and meanings, both texts"),
    ],
)
def test_a_slip_in_the_tables_is_named(tmp_path: Path, table: str, words: str, says: str) -> None:
    with pytest.raises(SpecError) as error:
        compiled(tmp_path, SMALL, **{table: words})
    assert says in str(error.value)


def test_two_sheets_cannot_speak_for_one_version(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(SMALL, encoding="utf-8")
    with pytest.raises(SpecError, match=r"small\.yaml: other\.yaml speaks for 999 005010X231A1 already"):
        compiled(tmp_path, SMALL)


def test_the_shipped_file_is_what_the_yaml_says() -> None:
    done = subprocess.run([sys.executable, "-m", "rehabill.x12.spec.compile", "--check"], check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("transaction", "version", "purpose", "name"),
    [
        ("837", "005010X222A1", "", "837p"),
        ("837", "005010X222A2", "", "837p"),
        ("837", "005010X223A2", "", None),
        ("835", "005010X221A1", "", "835"),
        ("277", "005010X214", "", "277ca"),
        ("277", "005010X212", "", "277"),
        ("278", "005010X217", "13", "278"),
        ("278", "005010X217", "11", "278r"),
        ("278", "005010X217", "", "278"),
        ("999", "005010X231", "", "999"),
        ("271", "005010X279", "", "271"),
        ("850", "004010", "", None),
    ],
)
def test_a_spec_is_found_by_set_version_and_purpose(transaction: str, version: str, purpose: str, name: str) -> None:
    found = spec_for(transaction, version, purpose)
    assert (found.id if found else None) == name


def test_what_the_guide_says_where_therapists_feel_it() -> None:
    assert find("837p", "2400", "SV1").elements[2].codes == {"MJ", "UN"}  # type: ignore[union-attr]
    assert next(node.repeat for node in claim().body if isinstance(node, LoopSpec) and node.id == "2400") == 50
    f8 = find("837p", "2300", "REF", "F8")
    assert (f8.when, f8.only) == ("changes_an_earlier_claim", True)
    assert find("837p", "2010BA", "DMG").when == "patient_is_subscriber"
    assert find("837p", "2300", "DTP", "439").when == "accident"
    assert find("835", "1000A", "PER", "BL").usage == "R"
    assert find("835", "2100", "CAS").elements[0].codes == {"CO", "OA", "PI", "PR"}  # type: ignore[union-attr]
    assert find("271", "2110C", "EB").elements[2].repeat == 99
    assert load("278").unverified and load("275").unverified and not load("837p").unverified


def claim() -> LoopSpec:
    loops = [node for node in load("837p").body if isinstance(node, LoopSpec)]
    while loops:
        loop = loops.pop()
        if loop.id == "2300":
            return loop
        loops += [node for node in loop.body if isinstance(node, LoopSpec)]
    raise AssertionError


@pytest.mark.parametrize("name", names())
def test_every_name_is_ours_and_every_code_has_a_meaning(name: str) -> None:
    for loop, segment in every(load(name).body):
        assert segment.name[0].islower() or segment.name.split()[0].isupper(), (loop, segment.id, segment.name)
        for place in places(segment):
            known = meanings().get(place.number, {})
            silent = {code for code in place.codes if code not in known}
            assert not silent or place.number == "1328", (loop, segment.id, place.name, silent)


@pytest.mark.parametrize("name", sorted(set(names()) - {"envelope", "ta1", "999"}))
def test_people_are_marked(name: str) -> None:
    """Whoever is a patient, subscriber, relative or dependent has a marked name, id, birth and address."""
    people = {"IL", "QC", "03", "74", "GB"}
    for loop, segment in every(load(name).body):
        kinds = {place.personal for place in places(segment)}
        assert kinds <= {*PERSONAL, ""}
        if segment.id == "NM1" and segment.key and segment.key.codes <= people:
            assert {"name"} <= kinds, (loop, segment.name)
            assert all(place.personal for place in places(segment) if place.number == "67" and place.usage != "N")
        if segment.id == "DMG":
            assert "birth" in kinds, (loop, segment.name)
        if loop in {"2010BA", "2010CA", "2330A", "2100C", "2100D", "2010C", "2010D"} and segment.id in ("N3", "N4"):
            assert name in ("276", "277", "277ca") or "address" in kinds, (loop, segment.name)


def test_the_standard_has_every_segment_of_every_spec() -> None:
    for name in names():
        for _, segment in every(load(name).body):
            definition = segments()[segment.id]
            assert len(definition.elements) == len(segment.elements)
            assert definition.relations == segment.relations


def test_loading_is_quick() -> None:
    """Fifteen milliseconds for the largest spec, the file around it included; six times that, for a busy machine."""
    script = (
        "import time, msgspec; import rehabill.x12.spec as s; t = time.perf_counter(); s.load('837p'); "
        "print(time.perf_counter() - t)"
    )
    taken = min(
        float(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout)
        for _ in range(3)
    )
    assert taken < 0.090


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the sample files ({SAMPLES}) are not on this machine")
def test_our_samples_are_made_of_these_segments() -> None:
    seen: dict[str, set[str]] = {}
    for path in sorted(SAMPLES.rglob("*")):
        if path.is_file() and path.parent.name not in NOT_OURS and path.suffix not in (".csv", ".md"):
            for name, ids in sample_segments(path.read_bytes()):
                seen.setdefault(name, set()).update(ids)
    assert set(seen) >= {"837p", "835", "999", "270", "271", "276", "277", "278", "278r"}
    for name, ids in seen.items():
        known = {segment.id for _, segment in every(load(name).body)}
        assert ids <= known, f"{name}: {sorted(ids - known)}"


def sample_segments(data: bytes) -> Iterator[tuple[str, set[str]]]:
    """Each transaction set of a file that has a spec, with the ids of its segments."""
    group, spec, ids = "", None, set[str]()
    for batch in batches([data], []):
        rows = [segment.split(batch.delimiters.element) for segment in batch.segments]
        for row, after in zip(rows, [*rows[1:], [""]], strict=False):
            if row[0] == "GS":
                group = row[8] if len(row) > 8 else ""
            elif row[0] == "ST" and len(row) > 1:
                purpose = after[2] if after[0] == "BHT" and len(after) > 2 else ""
                spec, ids = spec_for(row[1], row[3] if len(row) > 3 else group, purpose), set()
            if spec is not None and row[0]:
                ids.add(row[0])
            if row[0] == "SE" and spec is not None:
                yield spec.id, ids
                spec = None
