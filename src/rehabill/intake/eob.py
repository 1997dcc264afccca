"""A paper explanation of benefits (EOB), typed by a biller, as the same `Remittance` that an 835 is read to.

What is typed is YAML or JSON, already loaded (YAML with every scalar as text, as `yaml.BaseLoader` does):

    payer: Plain Health            # as the books know it
    check: "1001"                  # or  eft: …  or, when nothing is paid,  notice: number or day of the letter
    date: 2026-03-20               # or 3/20/2026
    amount: 83.60                  # of the whole payment
    claims:
      - claim: PT-1                # our number; or the patient and the day, see below
        payer_claim: ICN-1         # the payer's number, where it tells one
        as: primary                # primary, secondary, tertiary, denied, reversal
        lines:
          - code: 97110 GP         # with modifiers
            date: 2026-03-02
            units: 2
            charge: 100
            allowed: 70            # where told
            paid: 54.60
            adjustments: {CO-45: 30.00, PR-2: 14.00, CO-253: 1.40}
            remarks: [N130]
    provider_adjustments:          # positive is taken from the practice
      - {reason: WO, reference: claim of May, amount: 12.30}

Without our number a claim has `patient: Last, First` (or `patient_id`, `member_id`) and `date`. A claim told without
lines has its own `charge`, `paid` and `adjustments`; with lines these may stand as well, and are then checked. In a
reversal every amount is negative. Signs are those of the 835: positive adjustments lower the payment.
"""

import re
from collections.abc import Mapping

import msgspec

from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.intake.cells import amount, day
from rehabill.model.decode import convert
from rehabill.model.remittance import (
    Adjustment,
    Payee,
    Payer,
    ProviderAdjustment,
    Reference,
    Remittance,
    RemittanceClaim,
    RemittanceLine,
    RemittanceParty,
    Source,
)

Dollars = str | int | float
_STATUS = {"primary": "1", "secondary": "2", "tertiary": "3", "denied": "4", "reversal": "22"}
_REASON = re.compile(r"(CO|CR|OA|PI|PR)[- ]?([A-Z]?\d{1,3})", re.ASCII)
_CODE = re.compile(r"[A-Z0-9]{5}( [A-Z0-9]{2}){0,4}", re.ASCII)


class _Line(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    code: str
    date: str = ""
    units: int = 1
    line: str = ""
    charge: Dollars
    allowed: Dollars | None = None
    paid: Dollars
    adjustments: dict[str, Dollars] = {}
    remarks: tuple[str, ...] = ()


class _Claim(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    claim: str = ""
    patient: str = ""
    patient_id: str = ""
    member_id: str = ""
    date: str = ""
    payer_claim: str = ""
    as_: str = msgspec.field(default="primary", name="as")
    charge: Dollars | None = None
    paid: Dollars | None = None
    adjustments: dict[str, Dollars] = {}
    remarks: tuple[str, ...] = ()
    lines: tuple[_Line, ...] = ()


class _Moved(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    reason: str
    reference: str = ""
    amount: Dollars


class _Typed(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    payer: str
    payer_id: str = ""
    payer_tax_id: str = ""
    check: str = ""
    eft: str = ""
    notice: str = ""
    date: str
    amount: Dollars
    claims: tuple[_Claim, ...] = ()
    provider_adjustments: tuple[_Moved, ...] = ()


class Eob(msgspec.Struct, frozen=True):
    """The remittance, and what of its money does not add up: each with where it was typed. Posted as it stands, such
    money goes to suspense, as an 835's does.
    """

    remittance: Remittance
    unbalanced: tuple[InputError, ...]


def read(raw: object) -> Eob:
    """What was typed. Raises `InputError` at the first field that cannot be read."""
    typed = convert(raw, _Typed, strict=False)
    method, trace = _paid_by(typed)
    cents = _cents(typed.amount, "amount")
    if method == "NON" and cents:
        raise InputError("notice", "a notice pays nothing; name the check or the transfer (eft) that paid")
    unbalanced: list[InputError] = []
    claims = tuple(_claim(one, number, unbalanced) for number, one in enumerate(typed.claims))
    moved = tuple(
        _moved(one, f"provider_adjustments[{number}]") for number, one in enumerate(typed.provider_adjustments)
    )
    explained = sum(one.paid_cents for one in claims) - sum(one.cents for one in moved)
    if explained != cents:
        message = (
            f"the payment is {dollars(cents)}, but its claims less provider adjustments come to {dollars(explained)}: "
            f"{dollars(abs(cents - explained))} {'too little' if explained < cents else 'too much'} is typed below"
        )
        unbalanced.append(InputError("amount", message))
    remittance = Remittance(
        set_control="", version="", handling="H" if method == "NON" else "I", amount_cents=cents, method=method,
        payment_date=day(typed.date, "date"), trace_number=trace, payer_tax_id=typed.payer_tax_id,
        payer=Payer(name=typed.payer, id=typed.payer_id), payee=Payee(), source=Source(0, 0, 0, 0), claims=claims,
        provider_adjustments=moved,
    )  # fmt: skip
    return Eob(remittance, tuple(unbalanced))


def _paid_by(typed: _Typed) -> tuple[str, str]:
    """(method, number)."""
    told = [
        (how, number) for how, number in (("CHK", typed.check), ("ACH", typed.eft), ("NON", typed.notice)) if number
    ]
    if len(told) != 1:
        raise InputError(
            "check", "name one of: the check's number (check), the transfer's (eft), the letter's (notice)"
        )
    return told[0]


def _claim(typed: _Claim, number: int, unbalanced: list[InputError]) -> RemittanceClaim:
    where = f"claims[{number}]"
    if typed.as_ not in _STATUS:
        raise InputError(f"{where}.as", f"must be one of {', '.join(_STATUS)}")
    _check_named(typed, where)
    lines = tuple(_line(one, typed, f"{where}.lines[{at}]", unbalanced) for at, one in enumerate(typed.lines))
    own = _adjustments(typed.adjustments, where)
    charge = _cents(typed.charge, f"{where}.charge") if typed.charge is not None else None
    paid = _cents(typed.paid, f"{where}.paid") if typed.paid is not None else None
    less = sum(one.cents for one in own)
    if lines:
        charge = _agreed(charge, sum(line.charge_cents for line in lines), f"{where}.charge", "charged", unbalanced)
        paid = _agreed(paid, sum(line.paid_cents for line in lines) - less, f"{where}.paid", "paid", unbalanced)
    elif charge is None or paid is None:
        raise InputError(where, "a claim without lines needs its own charge and paid")
    else:
        _check_balance(charge, less, paid, where, unbalanced)
    return RemittanceClaim(
        claim_number=typed.claim, status=_STATUS[typed.as_], charge_cents=charge, paid_cents=paid,
        patient_responsibility_cents=_share([*own, *(one for line in lines for one in line.adjustments)]),
        filing_indicator="", payer_claim_number=typed.payer_claim, place_of_service="", frequency="",
        patient=_patient(typed), adjustments=own, lines=lines, source=Source(0, 0, number, 0),
        references=(Reference("EA", typed.patient_id),) if typed.patient_id else (), remarks=_upper(typed.remarks),
        statement_from=day(typed.date, f"{where}.date") if typed.date else None,
    )  # fmt: skip


def _check_named(typed: _Claim, where: str) -> None:
    if typed.claim:
        return
    if not (typed.patient or typed.patient_id or typed.member_id):
        raise InputError(
            f"{where}.claim", "is missing; or name the patient (patient, patient_id or member_id) and date"
        )
    if not (typed.date or (typed.lines and all(line.date for line in typed.lines))):
        raise InputError(f"{where}.date", "is missing: without the claim's number, the patient and the day find it")


def _line(typed: _Line, claim: _Claim, where: str, unbalanced: list[InputError]) -> RemittanceLine:
    code, *modifiers = _code(typed.code, f"{where}.code")
    adjustments = _adjustments(typed.adjustments, where)
    charge, paid = _cents(typed.charge, f"{where}.charge"), _cents(typed.paid, f"{where}.paid")
    _check_balance(charge, sum(one.cents for one in adjustments), paid, where, unbalanced)
    on = typed.date or claim.date
    return RemittanceLine(
        kind="HC", code=code, modifiers=tuple(modifiers), charge_cents=charge, paid_cents=paid,
        units_paid=typed.units, units_submitted=None, submitted=None, revenue_code="",
        first_day=day(on, f"{where}.date") if on else None, last_day=None, adjustments=adjustments,
        line_id=typed.line, remarks=_upper(typed.remarks),
        allowed_cents=_cents(typed.allowed, f"{where}.allowed") if typed.allowed is not None else None,
    )  # fmt: skip


def _moved(typed: _Moved, where: str) -> ProviderAdjustment:
    return ProviderAdjustment("", None, typed.reason.upper(), typed.reference, _cents(typed.amount, f"{where}.amount"))


def _agreed(told: int | None, sums: int, where: str, word: str, unbalanced: list[InputError]) -> int:
    """A claim's own figure, which its lines must come to; not told, it is theirs."""
    if told is not None and told != sums:
        message = f"the claim says {dollars(told)} {word}, its lines and its own adjustments come to {dollars(sums)}"
        unbalanced.append(InputError(where, message))
    return sums if told is None else told


def _check_balance(charge: int, adjusted: int, paid: int, where: str, unbalanced: list[InputError]) -> None:
    rest = charge - adjusted - paid
    if rest:
        message = (
            f"charged {dollars(charge)}, less adjustments of {dollars(adjusted)}, leaves {dollars(charge - adjusted)}; "
            f"paid is {dollars(paid)}: {dollars(abs(rest))} is not explained"
        )
        unbalanced.append(InputError(where, message))


def _adjustments(typed: Mapping[str, Dollars], where: str) -> tuple[Adjustment, ...]:
    found = []
    for reason, cents in typed.items():
        at = f"{where}.adjustments"
        match = _REASON.fullmatch(reason.strip().upper())
        if match is None:
            raise InputError(at, f"'{reason}' is no adjustment: write its group and reason, such as CO-45 or PR-2")
        found.append(Adjustment(match[1], match[2], _cents(cents, f"{at}.{reason}")))
    return tuple(found)


def _code(typed: str, where: str) -> list[str]:
    plain = " ".join(re.split(r"[\s:,-]+", typed.strip().upper()))
    if not _CODE.fullmatch(plain):
        raise InputError(where, "must be a procedure code and at most four modifiers, such as 97110 GP KX")
    return plain.split()


def _patient(typed: _Claim) -> RemittanceParty | None:
    if not (typed.patient or typed.member_id):
        return None
    last, _, first = typed.patient.partition(",")
    return RemittanceParty(
        name=last.strip(), first=first.strip(), id=typed.member_id, id_kind="MI" if typed.member_id else ""
    )


def _share(adjustments: list[Adjustment]) -> int:
    return sum(one.cents for one in adjustments if one.group == "PR")


def _upper(remarks: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one.strip().upper() for one in remarks)


def _cents(typed: Dollars, where: str) -> int:
    return amount(str(typed).strip(), where)
