"""What a file holds is read off its own envelopes, and a file that was cut is never taken for whole."""

import pytest

from rehabill.office.exchange.typed import Incomplete, kinds_of

ISA = "ISA*00*          *00*          *ZZ*EXCLEARING     *ZZ*EXCLINIC1      *260320*1000*^*00501*{:09d}*0*T*:~"


def interchange(number: int, functional: str, version: str, body: str = "ST*1*0001~SE*2*0001~") -> str:
    return (
        f"{ISA.format(number)}GS*{functional}*A*B*20260320*1000*{number}*X*{version}~{body}"
        f"GE*1*{number}~IEA*1*{number:09d}~"
    )


RECEIPT = interchange(1, "FA", "005010X231A1")
ACCEPTANCE = interchange(2, "HN", "005010X214")
TA1 = f"{ISA.format(3)}TA1*000000001*260320*1000*A*000~IEA*0*000000003~"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (RECEIPT, ("999",)),
        (ACCEPTANCE, ("277CA",)),
        (interchange(4, "HN", "005010X212"), ("277",)),
        (interchange(4, "HP", "005010X221A1"), ("835",)),
        (interchange(4, "HB", "005010X279A1"), ("271",)),
        (interchange(4, "ZZ", "005010"), ("OTHER",)),
        (TA1, ("TA1",)),
        (RECEIPT + ACCEPTANCE + TA1, ("999", "277CA", "TA1")),
        ("\n".join((RECEIPT, ACCEPTANCE)), ("999", "277CA")),
        (RECEIPT.replace("~", "~\r\n") + ACCEPTANCE.replace("~", "~\r\n"), ("999", "277CA")),
        (RECEIPT.replace("~", "\n") + ACCEPTANCE.replace("~", "\n"), ("999", "277CA")),
        (RECEIPT.replace("*", "|") + ACCEPTANCE, ("999", "277CA")),
        ("\n\n" + RECEIPT, ("999",)),
        ("ï»¿" + RECEIPT, ("999",)),
        (RECEIPT.rstrip("~"), ("999",)),
        ("", ()),
        ("A letter about ISA and IEA.", ()),
        ("Dear ISA*", ()),
    ],
)
def test_kinds(text: str, kinds: tuple[str, ...]) -> None:
    assert kinds_of(text.encode("latin-1")) == kinds


@pytest.mark.parametrize("ending", ["~", "~\n", "\n"])
def test_no_beginning_of_a_file_is_taken_for_all_of_it(ending: str) -> None:
    """But for one that ends where an interchange does: nobody can tell that more follows."""
    parts = [one.replace("~", ending) for one in (RECEIPT, ACCEPTANCE, TA1)]
    text = "".join(parts)
    ends, at = set(), 0
    for part in parts:
        at += len(part)
        bare = at - len(ending)
        ends |= set(range(bare, at + 3))  # with or without its last terminator, and the first letters of the next
    for size in range(3, len(text)):
        if size not in ends:
            with pytest.raises(Incomplete):
                kinds_of(text[:size].encode())
