"""Realistic X12 files of an outpatient therapy practice, balanced to the cent by construction.

The same `n` and `seed` always give the same bytes. Every claim has four lines. Nobody in them exists.
"""

from collections.abc import Callable, Iterator
from random import Random

from rehabill.base.money import decimal_amount, two_decimals
from rehabill.demo.people import FIRST, LAST, PAYERS, PLACES, STREETS, mbi, npi

CLAIMS_PER_SET = 500
SETS_PER_GROUP = 8
_CLAIMS_PER_HEADER = 60
_SETS_WITH_CENTS = 3
"""Every third set writes `120.00` instead of `120`, as many payers do."""

_CODES = (
    (("97110", 6_400), ("97112", 6_900), ("97140", 5_800), ("97116", 5_600)),
    (("97110", 6_400), ("97112", 6_900), ("97140", 5_800), ("97535", 6_600)),
    (("97161", 16_500), ("97110", 6_400), ("97112", 6_900), ("97116", 5_600)),
    (("97110", 6_400), ("97530", 7_200), ("97112", 6_900), ("97535", 6_600)),
    (("97164", 11_000), ("97110", 6_400), ("97112", 6_900), ("97535", 6_600)),
)
_DIAGNOSES = ("M25561", "M6281", "M5450", "R2689", "M25512", "M79671", "R262", "M542", "M25551", "M1711", "Z9181")
_DENIALS = (
    ("CO", "197", "N54"),
    ("CO", "16", "N290"),
    ("CO", "97", "N130"),
    ("PR", "119", "N362"),
    ("OA", "18", "N522"),
)
_DAYS = tuple(f"2026{month:02d}{day:02d}" for month in (3, 4, 5) for day in range(2, 29))
_TRANSFER = "ACH*CCP*01*999999992*DA*123456*1999999999**01*999988880*DA*98765"
_NO_MONEY = "NON***********"
_ISA_DATE, _CREATED, _LATER = "260615", "20260615", "20260617"


def _header(kind: str, group: str, version: str, number: int) -> str:
    return (
        f"ISA*00*          *00*          *ZZ*REHABDEMOSENDER*ZZ*REHABDEMORECEIV*{_ISA_DATE}*0800*^*00501"
        f"*{number:09d}*0*T*:~GS*{group}*REHABDEMOSENDER*REHABDEMORECEIV*{_CREATED}*0800*{number}*X*{version}~"
    )


def _trailer(sets: int, number: int) -> str:
    return f"GE*{sets}*{number}~IEA*1*{number:09d}~"


def _sizes(n: int) -> Iterator[int]:
    """How many claims each set has."""
    while n > 0:
        yield min(n, CLAIMS_PER_SET)
        n -= CLAIMS_PER_SET


# ---------------------------------------------------------------------------------------------------------------- 835


def remittance_835(n: int, seed: int = 0) -> Iterator[bytes]:
    """An 835 file of `n` claims (CLP), in blocks: paid, denied, reversed and corrected, crossed over, with adjustments
    of the line, of the claim and of the provider.
    """
    chance = Random(f"835 {n} {seed}")
    group = sets = 0
    for number, size in enumerate(_sizes(n), 1):
        if sets == 0:
            group += 1
            yield _header("835", "HP", "005010X221A1", group).encode()
        sets += 1
        yield _remittance(size, number, chance).encode()
        if sets == SETS_PER_GROUP:
            yield _trailer(sets, group).encode()
            sets = 0
    if sets:
        yield _trailer(sets, group).encode()


_Line = tuple[str, int, int, int, list[tuple[str, str, int]], str]
"""Procedure, charge, allowed, paid, adjustments, remark."""


def _remittance(size: int, number: int, chance: Random) -> str:
    """One set: one payment to one practice."""
    cents = two_decimals if number % _SETS_WITH_CENTS == 0 else decimal_amount
    payer, payer_id, filing = PAYERS[number % len(PAYERS)]
    filing = "12" if filing in ("CI", "BL") else filing
    city, state, postal = PLACES[number % len(PLACES)]
    blocks: list[str] = []
    total = count = 0
    header = 0
    while count < size:
        if count >= header * _CLAIMS_PER_HEADER:
            header += 1
            blocks.append(f"LX*{header}~")
        identity = f"RB{number:05d}-{count:04d}"
        patient = _patient_835(chance, payer_id == "00999")
        draw = chance.random()
        lines = [_paid_line(item, chance, draw) for item in _CODES[chance.randrange(len(_CODES))]]
        day = _DAYS[chance.randrange(len(_DAYS))]
        paid = _claim(blocks, identity, lines, patient, filing, draw, count, number, day, cents)
        count += 1
        if draw > 0.97 and size - count >= 2:
            total += paid
            reversed_lines = [
                (code, -charge, -allowed, -part, [(g, r, -a) for g, r, a in adjustments], remark)
                for code, charge, allowed, part, adjustments, remark in lines
            ]
            total += _claim(blocks, identity, reversed_lines, patient, filing, -1.0, count, number, day, cents)
            corrected = [_paid_line((line[0].split(":")[1], line[1]), chance, 0.5) for line in lines]
            paid = _claim(blocks, identity, corrected, patient, filing, 0.5, count + 1, number, day, cents)
            count += 2
        total += paid
    adjustments, taken = _provider_adjustments(number, cents, chance, total)
    amount = total - taken
    tax = f"99{number % 10_000_000:07d}"
    body = (
        f"ST*835*{number:04d}~"
        f"BPR*{'I' if amount else 'H'}*{cents(amount)}*C*{_TRANSFER if amount else _NO_MONEY}*{_LATER}~"
        f"TRN*1*EFT{number:08d}*1999999999~"
        f"DTM*405*{_CREATED}~"
        f"N1*PR*{payer}~N3*{number} {STREETS[number % 6]}~N4*{city}*{state}*{postal}~REF*2U*{payer_id}~"
        f"PER*CX*CUSTOMER CARE*TE*5555550100~PER*BL*EDI SUPPORT*TE*5555550101*EM*EDI@PAYER.EXAMPLE~"
        f"N1*PE*EXAMPLE PHYSICAL THERAPY*XX*{npi(number)}~N3*1 {STREETS[0]}~N4*BIRMINGHAM*AL*352030001~"
        f"REF*TJ*{tax}~" + "".join(blocks) + adjustments
    )
    return f"{body}SE*{body.count('~') + 1}*{number:04d}~"


def _patient_835(chance: Random, medicare: bool) -> str:
    last, first = LAST[chance.randrange(len(LAST))], FIRST[chance.randrange(len(FIRST))]
    member = mbi(chance) if medicare else f"XM{chance.randrange(10**9):09d}"
    patient = f"NM1*QC*1*{last}*{first}*{first[0]}***MI*{member}~"
    if not medicare and chance.random() < 0.2:
        patient += f"NM1*IL*1*{last}*{FIRST[chance.randrange(len(FIRST))]}****MI*{member}~"
    return patient


def _paid_line(item: tuple[str, int], chance: Random, draw: float) -> _Line:
    code, charge = item
    modifiers = ":GP" if draw < 0.8 else (":GP:KX" if draw < 0.9 else ":GP:CQ:KX")
    procedure = f"HC:{code}{modifiers}"
    if 0.05 <= draw < 0.12:
        group, reason, remark = _DENIALS[chance.randrange(len(_DENIALS))]
        return procedure, charge, 0, 0, [(group, reason, charge)], remark
    allowed = charge * chance.randrange(40, 75) // 100
    adjustments = [("CO", "45", charge - allowed)]
    paid = allowed
    if draw < 0.3:
        deductible = min(paid, chance.randrange(1, 4_000))
        adjustments.append(("PR", "1", deductible))
        paid -= deductible
    coinsurance = paid // 5
    if coinsurance:
        adjustments.append(("PR", "2", coinsurance))
        paid -= coinsurance
    sequestered = paid // 50
    if sequestered and draw < 0.6:
        adjustments.append(("CO", "253", sequestered))
        paid -= sequestered
    return procedure, charge, allowed, paid, adjustments, ("N782" if draw > 0.9 else "")


def _claim(
    blocks: list[str], identity: str, lines: list[_Line], patient: str, filing: str, draw: float, count: int,
    number: int, day: str, cents: Callable[[int], str],
) -> int:  # fmt: skip
    """Adds one claim payment to `blocks`; its paid amount."""
    charge = sum(line[1] for line in lines)
    paid = sum(line[3] for line in lines)
    patient_part = sum(amount for line in lines for group, _, amount in line[4] if group == "PR")
    claim_level = ""
    if 0.12 <= draw < 0.18 and paid > 200:
        kept = paid // 10
        claim_level = f"CAS*OA*23*{cents(kept)}~"
        paid -= kept
        if draw < 0.14 and paid > 200:
            claim_level = f"CAS*OA*23*{cents(kept)}**100*{cents(100)}~"
            paid -= 100
    status = "22" if draw < 0 else "4" if 0.05 <= draw < 0.12 else "19" if 0.18 <= draw < 0.25 else "1"
    payers_number = f"{26_000_000_000 + number * 100_000 + count}"
    patients = f"*{cents(patient_part)}" if patient_part else "*"
    parts = [
        f"CLP*{identity}*{status}*{cents(charge)}*{cents(paid)}{patients}*{filing}*{payers_number}*11*1~",
        claim_level, patient,
        f"NM1*82*1*{_bearer(_therapist(number))}****XX*{_therapist(number)}~",
    ]  # fmt: skip
    if status == "19":
        parts.append("NM1*TT*2*FICTION SUPPLEMENT*****PI*55001~")
    if filing == "MB":
        parts.append("MOA***MA01*MA18~" if status == "19" else "MOA***MA01~")
    parts.append(f"DTM*232*{day}~DTM*233*{day}~DTM*050*20260601~")
    allowed_in_all = sum(line[2] for line in lines)
    if allowed_in_all > 0:
        parts.append(f"AMT*AU*{cents(allowed_in_all)}~")
    for place, (procedure, line_charge, allowed, line_paid, adjustments, remark) in enumerate(lines, 1):
        parts.append(f"SVC*{procedure}*{cents(line_charge)}*{cents(line_paid)}**1~DTM*472*{day}~")
        grouped: dict[str, str] = {}
        for group, reason, amount in adjustments:
            grouped[group] = (
                f"{grouped[group]}**{reason}*{cents(amount)}" if group in grouped else f"{reason}*{cents(amount)}"
            )
        for group, trios in grouped.items():
            parts.append(f"CAS*{group}*{trios}~")
        parts.append(f"REF*6R*{identity[2:]}L{place}~")
        if allowed > 0:
            parts.append(f"AMT*B6*{cents(allowed)}~")
        if remark:
            parts.append(f"LQ*HE*{remark}~")
    blocks.append("".join(parts))
    return paid


_THERAPISTS: dict[int, str] = {}


def _therapist(number: int) -> str:
    key = number % 40
    if key not in _THERAPISTS:
        _THERAPISTS[key] = npi(20_000_000 + key)
    return _THERAPISTS[key]


def _bearer(provider: str) -> str:
    """The name that goes with an NPI."""
    number = int(provider)
    return f"{LAST[number % len(LAST)]}*{FIRST[number // 10 % len(FIRST)]}"


def _provider_adjustments(number: int, cents: Callable[[int], str], chance: Random, total: int) -> tuple[str, int]:
    """PLB segments and what they take from the payment."""
    if number % 4 == 0 or total < 50_000:
        return "", 0
    provider = npi(number)
    interest, recovered = -chance.randrange(10, 400), chance.randrange(1_000, 20_000)
    if number % 4 == 1:
        return f"PLB*{provider}*20261231*L6:INTEREST*{cents(interest)}~", interest
    if number % 4 == 2:
        pairs = f"WO:RB{number:05d}-0001*{cents(recovered)}*L6*{cents(interest)}"
        return f"PLB*{provider}*20261231*{pairs}~", recovered + interest
    carried = -chance.randrange(100, 900)
    pairs = f"72:REFUND {number}*{cents(recovered)}*FB:{number}*{cents(carried)}"
    return f"PLB*{provider}*20261231*{pairs}~", recovered + carried


# --------------------------------------------------------------------------------------------------------------- 837P


def claims_837p(n: int, seed: int = 0) -> Iterator[bytes]:
    """An 837P file of `n` claims, in blocks: subscribers and dependents, replacements, authorisations, secondary claims
    with the first payer's answer, providers of the claim and of the line.
    """
    chance = Random(f"837P {n} {seed}")
    group = sets = 0
    for number, size in enumerate(_sizes(n), 1):
        if sets == 0:
            group += 1
            yield _header("837", "HC", "005010X222A1", group).encode()
        sets += 1
        yield _claims(size, number, chance).encode()
        if sets == SETS_PER_GROUP:
            yield _trailer(sets, group).encode()
            sets = 0
    if sets:
        yield _trailer(sets, group).encode()


def _claims(size: int, number: int, chance: Random) -> str:
    """One set, with two practices when it has room for them."""
    parts = [
        f"ST*837*{number:04d}*005010X222A1~BHT*0019*00*{number:06d}*{_CREATED}*0800*CH~"
        "NM1*41*2*EXAMPLE BILLING SERVICE*****46*REHABDEMO~PER*IC*EDI DESK*TE*5555550102~"
        "NM1*40*2*EXAMPLE CLEARINGHOUSE*****46*DEMOCH~"
    ]
    level = practice = 0
    for place in range(size):
        if place % 300 == 0:
            level += 1
            practice = level
            city, state, postal = PLACES[(number + place) % len(PLACES)]
            parts.append(
                f"HL*{level}**20*1~PRV*BI*PXC*261QP2000X~"
                f"NM1*85*2*EXAMPLE PHYSICAL THERAPY {number % 90 + 1}*****XX*{npi(number + place)}~"
                f"N3*{place + 1} {STREETS[place % 6]}~N4*{city}*{state}*{postal}~"
                f"REF*EI*99{number % 10_000_000:07d}~"
            )
        level += 1
        level = _subscriber(parts, level, practice, f"RB{number:05d}-{place:04d}", number, chance)
    body = "".join(parts)
    return f"{body}SE*{body.count('~') + 1}*{number:04d}~"


def _subscriber(parts: list[str], level: int, practice: int, identity: str, number: int, chance: Random) -> int:
    """Adds one subscriber with one claim; the last number of the hierarchy it used."""
    payer, payer_id, filing = PAYERS[chance.randrange(len(PAYERS))]
    draw = chance.random()
    medicare = filing == "MB"
    secondary = draw < 0.1 and not medicare
    dependent = 0.1 <= draw < 0.22 and not medicare
    member = mbi(chance) if medicare else f"XM{chance.randrange(10**9):09d}"
    last, first = LAST[chance.randrange(len(LAST))], FIRST[chance.randrange(len(FIRST))]
    city, state, postal = PLACES[chance.randrange(len(PLACES))]
    street = f"{chance.randrange(1, 9_999)} {STREETS[chance.randrange(6)]}"
    home = f"N3*{street}~N4*{city}*{state}*{postal}~"
    year, month, day, sex = chance.randrange(1935, 1999), chance.randrange(1, 10), chance.randrange(10, 20), "FM"
    born = f"DMG*D8*{year}0{month}{day}*{sex[chance.randrange(2)]}~"
    relation, children = ("", 1) if dependent else ("18", 0)
    parts.append(
        f"HL*{level}*{practice}*22*{children}~SBR*{'S' if secondary else 'P'}*{relation}*******{filing}~"
        f"NM1*IL*1*{last}*{first}****MI*{member}~{home}{born}"
        f"NM1*PR*2*{payer}*****PI*{payer_id}~"
    )
    if dependent:
        parts.append(
            f"HL*{level + 1}*{level}*23*0~PAT*19~NM1*QC*1*{last}*{FIRST[chance.randrange(len(FIRST))]}~{home}"
            f"DMG*D8*20{chance.randrange(10, 24)}0{chance.randrange(1, 10)}1{chance.randrange(10)}*F~"
        )
        level += 1
    replaces = 0.3 <= draw < 0.34 and not medicare
    _claim_837p(parts, identity, draw, (secondary, replaces), (last, first, member, home), number, chance)
    return level


def _claim_837p(
    parts: list[str], identity: str, draw: float, kind: tuple[bool, bool], subscriber: tuple[str, str, str, str],
    number: int, chance: Random,
) -> None:  # fmt: skip
    day = _DAYS[chance.randrange(len(_DAYS))]
    lines = [
        (code, charge * units, units)
        for code, charge in _CODES[chance.randrange(len(_CODES))]
        for units in (1 if code.startswith("9716") else chance.randrange(1, 3),)
    ]
    charge = sum(line[1] for line in lines)
    secondary, replaced = kind
    parts.append(f"CLM*{identity}*{decimal_amount(charge)}***11:B:{7 if replaced else 1}*Y*A*Y*Y~")
    if draw > 0.7:
        parts.append("DTP*454*D8*20260302~")
    if 0.4 <= draw < 0.45:
        parts.append("PWK*OZ*BM***AC*ATT" + identity[2:7] + "~")
    if 0.5 <= draw < 0.6:
        parts.append("AMT*F5*20~")
    if 0.34 <= draw < 0.5:
        parts.append(f"REF*G1*AUTH{chance.randrange(10**6):06d}~")
    if replaced:
        parts.append(f"REF*F8*26{chance.randrange(10**9):09d}~")
    if draw > 0.95:
        parts.append("NTE*ADD*SEEN TWICE ON ONE DAY BY PLAN OF CARE~")
    picked = chance.randrange(len(_DIAGNOSES) - 3)
    diagnoses = _DIAGNOSES[picked : picked + 1 + chance.randrange(1, 4)]
    parts.append("HI*ABK:" + "*ABF:".join(diagnoses) + "~")
    doctor = _therapist(chance.randrange(20))
    parts.append(f"NM1*DN*1*{_bearer(doctor)}****XX*{doctor}~")
    therapist = _therapist(20 + chance.randrange(20))
    parts.append(f"NM1*82*1*{_bearer(therapist)}****XX*{therapist}~PRV*PE*PXC*225100000X~")
    if 0.6 <= draw < 0.65:
        parts.append("NM1*77*2*EXAMPLE POOL~N3*2 SAMPLE AVE~N4*TULSA*OK*741030001~")
    shares = [(cost * 11 // 20, cost * 3 // 10, cost - cost * 11 // 20 - cost * 3 // 10) for _, cost, _ in lines]
    if secondary:
        last, first, member, home = subscriber
        parts.append(
            f"SBR*P*18*******CI~AMT*D*{decimal_amount(sum(share[0] for share in shares))}~OI***Y***Y~"
            f"NM1*IL*1*{last}*{first}****MI*P{member}~{home}"
            "NM1*PR*2*SPECIMEN FIRST PAYER*****PI*99900~"
        )
    pointers = ":".join(str(place) for place in range(1, len(diagnoses) + 1))
    for place, (code, cost, units) in enumerate(lines, 1):
        modifiers = "GP" if draw < 0.8 else "GP:KX" if draw < 0.9 else "GP:CQ:KX"
        parts.append(
            f"LX*{place}~SV1*HC:{code}:{modifiers}*{decimal_amount(cost)}*UN*{units}***{pointers}~"
            f"DTP*472*D8*{day}~REF*6R*{identity[2:]}L{place}~"
        )
        if place == 4 and 0.65 <= draw < 0.7:
            other = _therapist(20 + number % 20)
            parts.append(f"NM1*82*1*{_bearer(other)}****XX*{other}~")
        if secondary:
            paid, written_off, owed = shares[place - 1]
            parts.append(
                f"SVD*99900*{decimal_amount(paid)}*HC:{code}:{modifiers}**{units}~"
                f"CAS*CO*45*{decimal_amount(written_off)}~CAS*PR*2*{decimal_amount(owed)}~DTP*573*D8*20260610~"
            )
