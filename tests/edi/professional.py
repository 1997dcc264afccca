"""A practice and claims for the tests of the 837P, and what two validators and our reader say of the files."""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import msgspec
from pyx12.params import ParamsBase
from pyx12.x12n_document import x12n_document

from rehabill.base.finding import Finding
from rehabill.edi.check import check_file
from rehabill.edi.claim_837p import Envelope, PayerX12, problems, write_837p
from rehabill.edi.read_837p import read_837p
from rehabill.model.claim import Claim
from rehabill.model.practice import Practice, Provider

GOLDEN = Path(__file__).parents[1] / "golden" / "837p"
_SETUP = json.loads((GOLDEN / "practice.json").read_text())
THERAPIST, COLLEAGUE = "1333333338", "1666666668"
REFERRER, PHYSICIAN, ORDERER = "1444444446", "1777777776", "1888888884"
_GIVEN = msgspec.convert(_SETUP["practice"], Practice)
PRACTICE = msgspec.structs.replace(
    _GIVEN,
    providers=(
        *_GIVEN.providers,
        Provider(npi=COLLEAGUE, first="Cole", last="Colleague", taxonomy="225100000X", discipline="PT"),
    ),
    referring=(
        *_GIVEN.referring,
        Provider(npi=PHYSICIAN, first="Phil", last="Physician"),
        Provider(npi=ORDERER, first="Ada", last="Orders", middle="B"),
    ),
)
PROFILES = msgspec.convert(_SETUP["profiles"], dict[str, PayerX12])
PAYERS = {account.payer_id: name for name, account in PRACTICE.payers.items()}
ENVELOPE = Envelope(control_number=42, created=dt.datetime(2026, 3, 31, 17, 5))


def golden(name: str, index: int = 0) -> Claim:
    text = (GOLDEN / f"{name}.json").read_text()
    return msgspec.convert(json.loads(text)["claims"][index], Claim)


def changed(value: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(value, **fields)


def with_lines(claim: Claim, *changes: dict[str, Any]) -> Claim:
    """The claim with its first lines changed, one by one."""
    lines = [changed(line, **change) for line, change in zip(claim.lines, changes, strict=False)]
    return changed(claim, lines=(*lines, *claim.lines[len(lines) :]))


def faults(claim: Claim, practice: Practice = PRACTICE) -> dict[str, str]:
    found: dict[str, str] = {}
    for fault in problems(claim, practice, PROFILES):
        found[fault.path] = f"{found.get(fault.path, '')} {fault.message}".strip()
    return found


def accepted(*claims: Claim, practice: Practice = PRACTICE) -> list[str]:
    """The segments of a file of these claims, with which two validators and our reader find nothing wrong."""
    data = write_837p(claims, practice, PROFILES, ENVELOPE)
    report = io.StringIO()
    assert x12n_document(ParamsBase(), io.StringIO(data.decode("ascii")), io.StringIO(), None, fd_json=report), (
        report.getvalue()
    )
    assert [(one.rule, one.message) for one in check_file([data]).all_findings()] == []
    read_back(*claims, practice=practice)
    return data.decode("ascii").split("~")


def read_back(*claims: Claim, practice: Practice = PRACTICE) -> list[Claim]:
    told: list[Finding] = []
    data = write_837p(claims, practice, PROFILES, ENVELOPE)
    got = [one.claim for one in read_837p([data], told, payers=PAYERS)]
    assert told == [] and len(got) == len(claims)
    return got
