"""Any bytes in, the same bytes out; separators, noise and broken envelopes; always a result or a located fault."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabill.base.finding import Finding
from rehabill.x12.document import Document, read, write
from rehabill.x12.scan import batches, shown

SHARED = Path(__file__).parents[3] / "shared"
SAMPLES = SHARED / "samples"
needs_shared = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"other people's files are not there ({SAMPLES})")

ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260309*0800*^*00501*000000007*0*T*:~"
FILE = (
    ISA + "GS*HP*SENDER*RECEIVER*20260309*0800*7*X*005010X221A1~ST*835*0001~BPR*I*0*C*NON************20260309~"
    "SE*3*0001~GE*1*7~IEA*1*000000007~"
)


def rules(document: Document) -> list[str]:
    return [fault.rule for fault in document.faults]


def texts(document: Document) -> list[str]:
    return [segment.text for interchange in document.interchanges for segment in interchange.segments]


class TestSeparators:
    @pytest.mark.parametrize("element", ["*", "|", "\x1d", "+"])
    @pytest.mark.parametrize("terminator", ["~", "\n", "\r", "'", "\x1c", "!"])
    def test_whatever_the_header_declares(self, element: str, terminator: str) -> None:
        data = FILE.replace("*", element).replace("~", terminator).encode()
        document = read(data)
        assert not document.faults
        assert [one.control for one in document.sets()] == ["0001"]
        assert write(document) == data

    @pytest.mark.parametrize("noise", ["\n", "\r\n", "\r", "\n\n", "\n   "])
    def test_line_ends_between_segments_are_no_data(self, noise: str) -> None:
        data = FILE.replace("~", "~" + noise).encode()
        document = read(data)
        assert not document.faults
        assert texts(document) == texts(read(FILE.encode()))
        assert write(document) == data

    def test_lines_broken_every_eighty_characters(self) -> None:
        data = "\r\n".join(FILE[begin : begin + 80] for begin in range(0, len(FILE), 80)).encode()
        document = read(data)
        assert texts(document) == texts(read(FILE.encode()))
        assert write(document) == data

    def test_line_end_as_terminator_after_a_carriage_return(self) -> None:
        document = read(FILE.replace("~", "\r\n").encode())
        assert not document.faults
        assert [one.id for one in document.sets()] == ["835"]

    def test_separators_change_from_one_interchange_to_the_next(self) -> None:
        second = FILE.replace("*", "|").replace("~", "\n").replace(":", ">")
        document = read((FILE + second).encode())
        assert not document.faults
        assert [one.delimiters.element for one in document.interchanges] == ["*", "|"]
        assert [one.id for one in document.sets()] == ["835", "835"]

    def test_the_repetition_separator_is_a_letter_in_old_versions(self) -> None:
        document = read(FILE.replace("*^*00501*", "*U*00401*").encode())
        assert document.interchanges[0].delimiters.repetition == ""


class TestBrokenFiles:
    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (b"", "empty"),
            (b" \r\n\x1a", "empty"),
            (b"PK\x03\x04rest", "zip"),
            (b"%PDF-1.7", "PDF"),
            (b"<html><body>", "web page"),
            (b'{"id": 1}', "JSON"),
            (FILE.encode("utf-16"), "UTF-16"),
            (b"hello", "No interchange header"),
        ],
    )
    def test_what_is_no_x12_says_what_it_is(self, data: bytes, says: str) -> None:
        document = read(data)
        assert rules(document) == ["X100"]
        assert says in document.faults[0].message
        assert write(document) == data

    def test_a_file_cut_short_keeps_what_came(self) -> None:
        for length in range(1, len(FILE)):
            data = FILE[:length].encode()
            document = read(data)
            assert write(document) == data
            assert document.interchanges or document.faults
            if not FILE[:length].endswith("~"):
                assert document.faults, length

    def test_the_last_terminator_is_missing(self) -> None:
        document = read(FILE[:-1].encode())
        assert rules(document) == ["X107"]
        assert document.faults[0].severity == "warning"
        assert texts(document)[-1] == "IEA*1*000000007"

    def test_text_around_interchanges_is_told_and_kept(self) -> None:
        data = f"Dear biller,\n{FILE}\n-- scanned --\n{FILE}bye".encode()
        document = read(data)
        assert rules(document) == ["X103", "X103", "X103"]
        assert [fault.at.byte for fault in document.faults if fault.at] == [0, data.index(b"-- "), data.index(b"bye")]
        assert write(document) == data

    def test_the_mark_that_begins_utf_8_is_no_text(self) -> None:
        assert not read(b"\xef\xbb\xbf" + FILE.encode()).faults

    def test_a_header_that_is_not_padded_is_read_and_told(self) -> None:
        document = read(FILE.replace("SENDER         ", "SENDER").encode())
        assert rules(document) == ["X102"]
        assert [one.id for one in document.sets()] == ["835"]

    def test_a_header_with_impossible_separators(self) -> None:
        document = read(FILE.replace("*T*:~", "*T*AA").encode())
        assert rules(document)[0] == "X101"

    def test_an_interchange_without_trailer_ends_where_the_next_begins(self) -> None:
        document = read((FILE[: FILE.index("IEA")] + FILE).encode())
        assert len(document.interchanges) == 2

    def test_a_set_without_envelope_is_read_as_it_is(self) -> None:
        bare = FILE[FILE.index("ST*") : FILE.index("GE*")]
        document = read(bare.encode())
        assert rules(document) == ["X108"]
        assert [(one.id, one.control) for one in document.sets()] == [("835", "0001")]
        assert write(document) == bare.encode()

    def test_binary_data_may_hold_separators(self) -> None:
        inside = "<a>~IEA*1~ISA*</a>"
        data = FILE.replace("SE*3", f"BIN*{len(inside)}*{inside}~SE*4").encode()
        document = read(data)
        assert not document.faults
        assert f"BIN*{len(inside)}*{inside}" in texts(document)
        assert write(document) == data

    def test_a_wrong_length_of_binary_data_is_told(self) -> None:
        assert "X105" in rules(read(FILE.replace("SE*3", "BIN*999*abc~SE*4").encode()))


def test_positions_are_bytes_of_the_file() -> None:
    data = b"\r\n" + FILE.replace("~", "~\r\n").encode()
    for interchange in read(data).interchanges:
        for segment in interchange.segments:
            noise = len(segment.piece) - len(segment.piece.lstrip("\r\n"))
            assert data[segment.byte + noise :].startswith(segment.text.encode())


def test_names_in_utf_8_and_latin_1_are_shown_as_written() -> None:
    assert shown("Núñez".encode().decode("latin-1")) == "Núñez"
    assert shown("Núñez".encode("latin-1").decode("latin-1")) == "Núñez"


PIECES = st.sampled_from(
    [ISA, FILE, "ST*835*0001~", "SE*2*0001~", "GE*1*7~", "IEA*1*000000007~", "~", "\r\n", "*",
     "BIN*5*ab~cd~", "BIN*9*a~", "\xff", "\0", "ISA", "ISA*00*", " ", "NM1*QC*1*DOE*JO~", "text"]
)  # fmt: skip
FILES = st.one_of(
    st.lists(PIECES, max_size=12).map(lambda pieces: "".join(pieces).encode("latin-1")), st.binary(max_size=300)
)


@given(FILES)
def test_nothing_is_lost_and_nothing_is_silent(data: bytes) -> None:
    document = read(data)
    assert write(document) == data
    assert texts(document) or document.faults


@given(FILES, st.integers(1, 200))
def test_chunks_make_no_difference(data: bytes, size: int) -> None:
    whole, told = read(data), list[Finding]()
    parts = batches((data[begin : begin + size] for begin in range(0, len(data), size)), told)
    assert [text for batch in parts for text in batch.segments] == texts(whole)
    assert told == whole.faults


@needs_shared
def test_other_peoples_files() -> None:
    with (SAMPLES / "x12" / "EXPECTED.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 100
    for row in rows:
        data = (SAMPLES / row["local_path"]).read_bytes()
        document = read(data)
        assert write(document) == data, row["local_path"]
        if row["parse_ok"] != "y":
            assert document.faults, row["local_path"]
            continue
        found = [
            len(document.interchanges),
            sum(len(list(one.groups())) for one in document.interchanges),
            len(list(document.sets())),
            sum(text != "" for text in texts(document)),
        ]
        assert found == [int(row[name]) for name in ("n_isa", "n_gs", "n_st", "n_segments")], row["local_path"]
