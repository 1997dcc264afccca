"""An oracle: slow plain Python over Decimals, written from the format alone. It shares no code with the readers."""

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "x12"


def segments(data: bytes) -> list[tuple[int, list[str], str]]:
    """(byte, elements, component separator) of each segment of a well-formed file with fixed-width ISAs."""
    text = data.decode("latin-1")
    start = re.search(r"ISA[^\w\s]", text)
    assert start is not None
    found, at = [], start.start()
    while at < len(text):
        if text.startswith("ISA", at):
            element, component, terminator = text[at + 3], text[at + 104], text[at + 105]
        if text[at] in "\r\n" and text[at] != terminator:
            at += 1
            continue
        end = text.find(terminator, at)
        if end < 0:
            break
        raw = text[at:end]
        for noise in "\r\n":
            if noise != terminator:
                raw = raw.replace(noise, "")
        if raw.strip():
            found.append((at, [shown(one) for one in raw.split(element)], component))
        at = end + 1
    return found


def shown(text: str) -> str:
    """UTF-8 where the bytes are that."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeDecodeError:
        return text


def money(text: str) -> int | None:
    """Cents, or None for what is no amount."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    plain = text.removeprefix("-")
    if not plain.replace(".", "", 1).isdigit() or not plain.isascii():
        return None
    if value.as_tuple().exponent < -2:  # type: ignore[operator]
        return None
    return int(value * 100)


def day(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%Y%m%d").date()


def trios(elements: list[str]) -> list[tuple[str, str, int | None]]:
    """(group, reason, cents) of a CAS."""
    found = []
    for at in range(2, min(len(elements), 20), 3):
        reason, amount = elements[at], elements[at + 1] if at + 1 < len(elements) else ""
        if reason or amount:
            found.append((elements[1], reason, money(amount)))
    return found


def remittances(data: bytes) -> list[dict[str, Any]]:
    """Payments with claims with lines, as the segments come."""
    payments: list[dict[str, Any]] = []
    claim = line = payment = None
    for byte, elements, component in segments(data):
        name, *rest = elements
        values = [*rest, *[""] * 20]
        if name == "ST":
            payment = {"control": values[1], "claims": [], "plb": [], "byte": byte, "paid": None, "trace": None}
            payments.append(payment)
            claim = line = None
        elif name in ("SE", "LX", "PLB", "GE", "IEA"):
            claim = line = None
        if name == "BPR":
            payment["paid"] = money(values[1])
        elif name == "TRN":
            payment["trace"] = values[1]
        elif name == "PLB":
            payment["plb"] += [
                (values[at].split(component)[0], money(values[at + 1])) for at in range(2, 14, 2) if values[at]
            ]
        elif name == "CLP":
            claim = {
                "byte": byte, "id": values[0], "status": values[1], "charge": money(values[2]),
                "paid": money(values[3]), "part": money(values[4]), "payer_id": values[6], "cas": [], "lines": [],
                "nm1": {}, "dtm": {}, "amt": {},
                "remarks": [],
            }  # fmt: skip
            payment["claims"].append(claim)
            line = None
        elif name == "SVC" and claim is not None:
            parts = values[0].split(component)
            line = {
                "byte": byte, "procedure": parts[1] if len(parts) > 1 else None, "modifiers": " ".join(parts[2:6]),
                "charge": money(values[1]), "paid": money(values[2]), "cas": [], "dtm": {}, "ref": {}, "amt": {},
                "remarks": [],
            }  # fmt: skip
            claim["lines"].append(line)
        elif claim is not None:
            owner = line or claim
            if name == "CAS":
                owner["cas"] += trios(elements)
            elif name == "DTM":
                owner["dtm"].setdefault(values[0], values[1])
            elif name == "AMT":
                owner["amt"].setdefault(values[0], money(values[1]))
            elif name == "REF" and line is not None:
                line["ref"].setdefault(values[0], values[1])
            elif name == "NM1" and line is None:
                claim["nm1"].setdefault(values[0], values)
            elif name == "LQ":
                owner["remarks"].append(values[1])
            elif name == "MOA":
                claim["remarks"] += [one for one in values[2:7] if one]
    return payments


def claims(data: bytes) -> list[dict[str, Any]]:
    """Claims of an 837P with lines, and what other payers did, as the segments come."""
    found: list[dict[str, Any]] = []
    levels: dict[str, dict[str, Any]] = {}
    claim = line = other = svd = party = None
    for byte, elements, component in segments(data):
        name, *rest = elements
        values = [*rest, *[""] * 20]
        if name in ("ST", "HL", "SE"):
            claim = line = other = svd = party = None
        if name == "ST":
            levels = {}
        elif name == "HL":
            levels[values[2]] = {"nm1": {}, "sbr": None, "dmg": None}
            for lower in {"20": ("22", "23"), "22": ("23",)}.get(values[2], ()):
                levels.pop(lower, None)
            level = levels[values[2]]
        elif name == "CLM":
            place = (values[4].split(component) + [""] * 3)[:3]
            claim = {
                "byte": byte, "id": values[0], "charge": money(values[1]), "pos": place[0], "frequency": place[2],
                "lines": [], "hi": [], "ref": {}, "nm1": {}, "others": [], "levels": dict(levels), "amt": {},
            }  # fmt: skip
            found.append(claim)
            line = other = svd = party = None
        elif claim is None:
            if name == "NM1" and levels:
                level["nm1"].setdefault(values[0], values)
            elif name == "SBR":
                level["sbr"] = values
            elif name == "DMG":
                level["dmg"] = values
        elif name == "SBR":
            other = {"filing": values[8], "cas": [], "amt": {}, "nm1": {}}
            claim["others"].append(other)
            line = svd = party = None
        elif name == "LX":
            line = {"byte": byte, "number": values[0], "charge": None, "ref": {}, "nm1": {}, "svd": [], "dtp": {}}
            claim["lines"].append(line)
            other = svd = party = None
        elif name == "SVD":
            svd = {"payer": values[0], "paid": money(values[1]), "cas": []}
            line["svd"].append(svd)
            party = None
        elif name == "NM1":
            party = values
            (svd or line or other or claim).setdefault("nm1", {}).setdefault(values[0], values)
        elif name == "LIN":
            party = values
        elif name == "SV1":
            parts = values[0].split(component)
            line |= {
                "procedure": parts[1] if len(parts) > 1 else None, "charge": money(values[1]),
                "modifiers": " ".join(one for one in parts[2:6] if one),
                "pointers": " ".join(one for one in values[6].split(component) if one),
            }  # fmt: skip
        elif name == "HI":
            pairs = [one.split(component)[:2] for one in rest if one]
            claim["hi"] += [tuple(pair) for pair in pairs if pair[0] in ("ABK", "ABF", "BK", "BF")]
        elif name == "CAS":
            (svd or other)["cas"] += trios(elements)
        elif name == "AMT":
            owner = other or claim if line is None else line
            owner.setdefault("amt", {}).setdefault(values[0], money(values[1]))
        elif name == "REF" and party is None and svd is None:
            (line or (None if other else claim) or {"ref": {}})["ref"].setdefault(values[0], values[1])
        elif name == "DTP" and line is not None and svd is None:
            line["dtp"].setdefault(values[0], values[2])
    return found


class Oracle:
    remittances = staticmethod(remittances)
    claims = staticmethod(claims)
    segments = staticmethod(segments)
    money = staticmethod(money)
    day = staticmethod(day)


@pytest.fixture
def oracle() -> type[Oracle]:
    return Oracle


@pytest.fixture
def samples() -> Path:
    """Files that others published: not in this repository."""
    if not SAMPLES.is_dir():
        pytest.skip(f"NOT TESTED against published files: {SAMPLES} is not there")
    return SAMPLES
