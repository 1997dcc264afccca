"""Bank statements as banks write them: CSV of many kinds, OFX of both versions."""

import datetime as dt
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ofxtools.Parser import OFXTree

from rehabill.base.errors import InputError
from rehabill.intake import bank
from rehabill.model.bank import BankLine

DAY = dt.date(2026, 3, 20)
ACH = "MEDICARE HCCLAIMPMT TRN*1*EFT0012345*1512345678~"

CHASE = f"""Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #
CREDIT,03/20/2026,"{ACH}",1234.50,ACH_CREDIT,5000.00,,
DEBIT,03/20/2026,"RENT",-900.00,ACH_DEBIT,3765.50,,
CHECK,03/20/2026,"CHECK 204",-15.25,CHECK_PAID,3750.25,204,
"""
BANK_OF_AMERICA = f"""Description,,Summary Amt.
Beginning balance as of 03/01/2026,,"3,000.00"
Total credits,,"1,234.50"

Date,Description,Amount,Running Bal.
03/20/2026,"{ACH}","1,234.50","4,234.50"
"""
CITI = f"""Status,Date,Description,Debit,Credit
Cleared,03/20/2026,"{ACH}",,1234.50
Pending,03/20/2026,"COFFEE",4.00,
Cleared,03/20/2026,"FEE",12.00,
"""
CAPITAL_ONE = f"""Account Number,Transaction Description,Transaction Date,Transaction Type,Transaction Amount,Balance
6789,"{ACH}",03/20/2026,Credit,1234.50,5000.00
6789,FEE,03/20/2026,Debit,12.00,4988.00
"""
SCHWAB = f""""Transactions  for Checking account XXXXXX-6789 as of 03/25/2026"
"Date","Status","Type","CheckNumber","Description","Withdrawal","Deposit","RunningBalance"
"03/20/2026","Posted","ACH","","{ACH}","","$1,234.50","$5,000.00"
"03/20/2026","Posted","CHECK","204","Check Paid","$15.25","","$4,984.75"
"""
SPREADSHEET = f"""Posted Date;,Memo,Amount
2026-03-20,{ACH},"$1,234.50"
2026-03-20,fee,($12.00)
2026-03-20,fee,12.00-
"""


def lines(data: str | bytes, account: str = "") -> list[BankLine]:
    sheet = bank.read(data if isinstance(data, bytes) else data.encode(), account)
    assert all(isinstance(row.found, BankLine) for row in sheet.rows), sheet
    return [row.found for row in sheet.rows]  # type: ignore[misc]


def told(data: str) -> list[tuple[int, str]]:
    return [(one.cents, one.reference) for one in lines(data)]


@pytest.mark.parametrize("data", [CHASE, BANK_OF_AMERICA, CAPITAL_ONE, SCHWAB, SPREADSHEET])
def test_each_bank_tells_the_same_deposit(data: str) -> None:
    first = lines(data)[0]
    assert (first.day, first.cents, first.description) == (DAY, 123_450, ACH)


def test_money_out_is_negative_however_the_bank_says_it() -> None:
    assert told(CHASE)[1:] == [(-90_000, ""), (-1_525, "204")]
    assert told(CAPITAL_ONE)[1:] == [(-1_200, "")]
    assert told(SCHWAB)[1:] == [(-1_525, "204")]
    assert told(SPREADSHEET)[1:] == [(-1_200, ""), (-1_200, "")]


def test_a_pending_line_is_told_and_not_taken() -> None:
    first, pending, fee = bank.read(CITI.encode()).rows
    assert isinstance(first.found, BankLine) and isinstance(fee.found, BankLine) and fee.found.cents == -1_200
    assert isinstance(pending.found, InputError) and pending.found.path == "row 3: status"


def test_columns_that_nothing_is_read_from_are_told() -> None:
    assert bank.read(CHASE.encode()).ignored == ("Balance",)
    assert bank.read(SCHWAB.encode()).ignored == ("RunningBalance",)


def test_the_account_is_the_banks_else_the_one_given() -> None:
    assert lines(CAPITAL_ONE, "checking")[0].account == "6789"
    assert lines(CHASE, "checking")[0].account == "checking"


def test_the_same_statement_twice_and_one_that_overlaps_give_the_same_ids() -> None:
    head, copay = "Date,Description,Amount\n", "03/20/2026,CARD COPAY,20.00\n"
    first = lines(head + copay + copay + "03/20/2026,OTHER,5.00\n")
    again = lines(head + "03/19/2026,BEFORE,1.00\n" + copay + copay)
    ids = [one.id for one in first]
    assert len(set(ids)) == 3, "two copays of one day are two lines"
    assert [one.id for one in again][1:] == ids[:2]
    assert lines(head + copay, "other")[0].id != ids[0]


@pytest.mark.parametrize(
    ("row", "path", "message"),
    [
        ("13/20/2026,x,5.00", "row 2: date", "is no date"),
        (",x,5.00", "row 2: date", "the day is missing"),
        ("03/20/2026,x,", "row 2: amount", "the amount is missing"),
        ("03/20/2026,x,5,00", "row 2", "must stand in quotes"),
        ("03/20/2026,x,1.234", "row 2: amount", "no amount of dollars"),
        ('03/20/2026,x,"1,23"', "row 2: amount", "no amount of dollars"),
        ("03/20/2026,x,-(5.00)", "row 2: amount", "no amount of dollars"),
        ("03/20/2026,x,(-5.00)", "row 2: amount", "more than one sign"),
        (f"03/20/2026,x,{'9' * 12}", "row 2: amount", "more money than there is"),
        ("03/20/2026,x,.", "row 2: amount", "no amount of dollars"),
        ("03/20/2026,x,٣", "row 2: amount", "no amount of dollars"),
    ],
)
def test_a_row_that_cannot_be_read_is_located_and_stops_no_other(row: str, path: str, message: str) -> None:
    bad, good = bank.read(f"Date,Description,Amount\n{row}\n03/20/2026,y,5.00\n".encode()).rows
    assert isinstance(bad.found, InputError) and bad.found.path == path and message in bad.found.message
    assert isinstance(good.found, BankLine) and good.found.cents == 500


@pytest.mark.parametrize(
    "data", [b"", b"a,b\n1,2\n", b"Date,Description\n", b"Date,Debit\n", b"\xff\xfe\x00D", b"%PDF-1.7"]
)
def test_what_is_no_statement_is_said_so(data: bytes) -> None:
    with pytest.raises(InputError) as error:
        bank.read(data)
    assert error.value.path == "header"
    assert "first row" in error.value.message or "UTF-16" in error.value.message


TRANSACTIONS = (
    ("CREDIT", "20260320120000.000[-5:EST]", "1234.50", "F1", "", "MEDICARE", "TRN*1*EFT0012345*15123456 & 78"),
    ("CHECK", "20260320", "-15.25", "F2", "204", "CHECK", ""),
    ("CREDIT", "20260321000000", "+20", "F3", "", "CARD", "COPAY"),
)


def ofx1(rows: tuple[tuple[str, ...], ...] = TRANSACTIONS, head: str = "CHARSET:1252") -> str:
    body = "".join(
        f"<STMTTRN>\n<TRNTYPE>{kind}\n<DTPOSTED>{day}\n<TRNAMT>{amount}\n<FITID>{number}\n"
        + (f"<CHECKNUM>{check}\n" if check else "")
        + f"<NAME>{name}\n"
        + (f"<MEMO>{memo.replace('&', '&amp;')}\n" if memo else "")
        + "</STMTTRN>\n"
        for kind, day, amount, number, check, name, memo in rows
    )
    return (
        f"OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\n{head}\nCOMPRESSION:NONE\n"
        "OLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>"
        "<DTSERVER>20260325<LANGUAGE>ENG<INTU.BID>3000</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1"
        "<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>123456789<ACCTID>0006789"
        "<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20260301<DTEND>20260325\n"
        f"{body}</BANKTRANLIST><LEDGERBAL><BALAMT>5000<DTASOF>20260325</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    )


def ofx2() -> str:
    body = "".join(
        f"<STMTTRN><TRNTYPE>{kind}</TRNTYPE><DTPOSTED>{day}</DTPOSTED><TRNAMT>{amount}</TRNAMT><FITID>{number}</FITID>"
        + (f"<CHECKNUM>{check}</CHECKNUM>" if check else "")
        + f"<PAYEE><NAME>{name}</NAME><ADDR1>1 Main</ADDR1><CITY>Denver</CITY><STATE>CO</STATE>"
        "<POSTALCODE>80202</POSTALCODE><PHONE>5550100</PHONE></PAYEE>"
        + (f"<MEMO>{memo.replace('&', '&amp;')}</MEMO>" if memo else "")
        + "</STMTTRN>"
        for kind, day, amount, number, check, name, memo in TRANSACTIONS
    )
    inner = "<OFX>" + ofx1().partition("<OFX>")[2]
    start, end = inner.index("<STMTTRN>"), inner.rindex("</STMTTRN>") + len("</STMTTRN>")
    closed = re.sub(r"<([A-Z0-9.]+)>([^<\n]+)", r"<\1>\2</\1>", inner[:start])
    tail = re.sub(r"<([A-Z0-9.]+)>([^<\n]+)", r"<\1>\2</\1>", inner[end:])
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
        '<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
        f"{closed}{body}{tail}"
    )


@pytest.mark.parametrize("data", [ofx1(), ofx1().replace("\n", "\r\n"), ofx2()], ids=["SGML", "CRLF", "XML"])
def test_ofx_of_both_versions(data: str) -> None:
    first, check, card = lines(data)
    assert first == BankLine(DAY, 123_450, "MEDICARE TRN*1*EFT0012345*15123456 & 78", "", "0006789", first.id)
    assert (check.cents, check.reference, check.description) == (-1_525, "204", "CHECK")
    assert (card.day, card.cents, card.description) == (dt.date(2026, 3, 21), 2_000, "CARD COPAY")
    assert [one.id for one in lines(data)] == [one.id for one in lines(ofx1())], "the version makes no difference"


def by_ofxtools(data: str) -> list[tuple[object, ...]]:
    """(number, day, cents, description, reference, account) of each transaction, as ofxtools reads them."""
    tree = OFXTree()
    tree.parse(io.BytesIO(data.encode()))
    (statement,) = tree.convert().statements
    return [
        (one.fitid, one.dtposted.date(), int(one.trnamt * 100),
         " ".join(filter(None, (one.name or one.payee.name, one.memo))), one.checknum or "", statement.account.acctid)
        for one in statement.transactions
    ]  # fmt: skip


def by_us(data: str) -> list[tuple[object, ...]]:
    return [
        (one.id.split("/")[1], one.day, one.cents, one.description, one.reference, one.account) for one in lines(data)
    ]


@pytest.mark.filterwarnings("ignore:Encountered private extension tag")
@pytest.mark.parametrize("data", [ofx1(), ofx2()], ids=["SGML", "XML"])
def test_ofxtools_reads_the_same(data: str) -> None:
    assert by_us(data) == by_ofxtools(data)


words = st.text("ABC*& 019", min_size=1, max_size=20).map(lambda text: f"x{text.strip()}")
transactions = st.tuples(
    st.sampled_from(["CREDIT", "DEBIT", "CHECK"]),
    st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)).map("{:%Y%m%d}".format),
    st.decimals(-99_999, 99_999, places=2).map(str), words, st.sampled_from(["", "204"]), words, st.just("") | words,
)  # fmt: skip


@pytest.mark.filterwarnings("ignore:Encountered private extension tag")
@given(st.lists(transactions, min_size=1, max_size=4, unique_by=lambda one: one[3]))
def test_ofxtools_reads_any_the_same(rows: list[tuple[str, ...]]) -> None:
    escaped = tuple(
        tuple(cell.replace("&", "&amp;") if at in (3, 5) else cell for at, cell in enumerate(row)) for row in rows
    )
    data = ofx1(escaped)
    assert by_us(data) == by_ofxtools(data)


def test_a_number_that_the_bank_gives_twice_loses_no_line_and_doubles_none() -> None:
    first, second, third = TRANSACTIONS
    renamed = (*second[:3], "F1", *second[4:])
    assert len(lines(ofx1((first, renamed, third, first)))) == 3


def test_a_line_without_a_number_goes_by_what_it_says() -> None:
    bare = (*TRANSACTIONS[2][:3], "", *TRANSACTIONS[2][4:])
    data = ofx1((bare, bare))
    assert len({one.id for one in lines(data)}) == 2 and lines(data) == lines(data)


@pytest.mark.parametrize(
    ("column", "text", "path"),
    [(1, "20261320", "transaction 1: DTPOSTED"), (1, "", "transaction 1: DTPOSTED"), (2, "", "transaction 1: TRNAMT"),
     (2, "12,5", "transaction 1: TRNAMT")],
)  # fmt: skip
def test_a_transaction_that_cannot_be_read_is_located(column: int, text: str, path: str) -> None:
    wrong = list(TRANSACTIONS[0])
    wrong[column] = text
    bad, good = bank.read(ofx1((tuple(wrong), TRANSACTIONS[1])).encode()).rows
    assert isinstance(bad.found, InputError) and bad.found.path == path
    assert isinstance(good.found, BankLine)


def test_letters_of_windows() -> None:
    rows = ((*TRANSACTIONS[1][:5], "José", ""),)
    assert lines(ofx1(rows).encode("cp1252"))[0].description == "José"
    assert lines(ofx1(rows, "CHARSET:NONE").encode())[0].description == "José"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"OFXHEADER:100\n<OFX></OFX>", "no bank statement"),
        (ofx1().replace("USD", "CAD").encode(), "not in US dollars"),
    ],
)
def test_an_ofx_file_without_a_statement_in_dollars(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        bank.read(data)


def answers(data: bytes) -> None:
    try:
        sheet = bank.read(data)
    except InputError as error:
        assert error.message
        return
    assert len({row.found.id for row in sheet.rows if isinstance(row.found, BankLine)}) == sum(
        isinstance(row.found, BankLine) for row in sheet.rows
    )
    assert all(row.found.path for row in sheet.rows if isinstance(row.found, InputError))


@given(st.binary(max_size=200))
def test_any_bytes_are_answered(data: bytes) -> None:
    answers(data)


@given(st.text(alphabet='0123/-,."()$ \n\rabc\x00é\udc80', max_size=100))
def test_any_text_under_a_good_header_is_answered(text: str) -> None:
    answers(b"Date,Description,Amount,Status\n" + text.encode("utf-8", "surrogateescape"))


@given(st.text(alphabet="<>/&;!?[]-ATRNFID09. \n", max_size=120))
def test_any_text_in_an_ofx_file_is_answered(text: str) -> None:
    answers(f"<OFX><STMTRS><STMTTRN><DTPOSTED>20260320<TRNAMT>5<FITID>1{text}</STMTTRN></STMTRS></OFX>".encode())


def test_a_byte_that_no_database_keeps_spoils_its_row_alone() -> None:
    sheet = bank.read(b"Date,Description,Amount\n2026-03-20,A\x00B,1.00\n2026-03-20,fee,2.00\n")
    assert [str(row.found) for row in sheet.rows if isinstance(row.found, InputError)] == [
        "row 2: description: holds a byte that is not UTF-8 text; save the file as CSV UTF-8"
    ]
    assert [row.found.cents for row in sheet.rows if isinstance(row.found, BankLine)] == [200]


def test_a_statement_in_ofx_keeps_no_such_byte() -> None:
    (one,) = lines(
        b"<OFX><STMTRS><STMTTRN><DTPOSTED>20260320<TRNAMT>1.00<FITID>F1<NAME>A\x00B</STMTTRN></STMTRS></OFX>"
    )
    assert one.description == "A\ufffdB"
