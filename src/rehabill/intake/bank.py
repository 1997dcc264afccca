"""Bank statements: a bank's CSV or its OFX (also called QFX, QBO), told apart by what stands in the file."""

import re

from rehabill.intake import bank_csv, bank_ofx
from rehabill.intake.table import Sheet
from rehabill.model.bank import BankLine

_OFX = re.compile(rb"OFXHEADER|<OFX>", re.IGNORECASE)
_HEAD = 4096


def read(data: bytes, account: str = "") -> Sheet[BankLine]:
    """Every line of the statement, or what is wrong with it. `account`: whose it is, where the file does not say.

    Raises `InputError` when the file is neither.
    """
    if _OFX.search(data[:_HEAD]):
        return bank_ofx.read(data, account)
    return bank_csv.read(data, account)
