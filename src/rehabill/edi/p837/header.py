"""The practice's side, made once: envelope, submitter and receiver, billing provider, payers, other providers."""

import msgspec

from rehabill.base.errors import InputError
from rehabill.edi.p837 import fields
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.profile import FILING_INDICATORS, VERSION, Envelope, PayerX12
from rehabill.model.practice import Contact, Location, Practice, Provider
from rehabill.x12.envelope import Interchange
from rehabill.x12.segment import fitting


class Payer(msgspec.Struct, frozen=True):
    """One payer, compiled: its segments of loop 2010BB and what it wants."""

    name: str
    filing: str
    loop_2010bb: str
    taxonomy: bool
    """PRV in the billing level: the payer wants it and the practice has one."""
    taxonomy_of_person: bool
    frequency_7_8: bool
    initial_treatment_date: bool
    subscriber_is_patient: bool
    unlisted_codes: frozenset[str] = frozenset()


def interchange(practice: Practice, envelope: Envelope) -> Interchange:
    """Who sends to whom, from the practice's agreement. Raises `InputError` naming the practice's field."""
    if not 0 < envelope.control_number < 10**9:
        raise InputError("envelope.control_number", "the interchange number must have one to nine digits")
    group = envelope.group_number if envelope.group_number is not None else envelope.control_number
    if not 0 < group < 10**9:
        raise InputError("envelope.group_number", "the group number must have one to nine digits")
    if not 0 < envelope.transaction_number < 10**9:
        raise InputError("envelope.transaction_number", "the transaction number must have one to nine digits")
    sender, receiver = practice.submitter, practice.receiver
    mine = fitting(sender.id, 2, 15, "practice.submitter.id", "the submitter's number")
    theirs = fitting(receiver.id, 2, 15, "practice.receiver.id", "the receiver's number")
    return Interchange(
        sender_qualifier=_qualifier(sender.qualifier, "practice.submitter.qualifier"),
        sender_id=mine,
        receiver_qualifier=_qualifier(receiver.qualifier, "practice.receiver.qualifier"),
        receiver_id=theirs,
        group_sender=_group_id(sender.group_id, mine, "practice.submitter.group_id"),
        group_receiver=_group_id(receiver.group_id, theirs, "practice.receiver.group_id"),
        control_number=envelope.control_number,
        group_number=group,
        created=envelope.created,
        usage=practice.usage,
        functional_id="HC",
        version=VERSION,
        set_id="837",
    )


def _qualifier(value: str, path: str) -> str:
    if value not in {"01", "14", "20", "27", "28", "29", "30", "33", "ZZ"}:
        raise InputError(path, f"'{value}' is not a kind of interchange number (usually ZZ)")
    return value


def _group_id(value: str | None, otherwise: str, path: str) -> str:
    return otherwise if value is None else fitting(value, 2, 15, path, "the group's number")


def loops_1000(practice: Practice, faults: Faults) -> str:
    """1000A and 1000B: who submits, with a contact; who receives."""
    upper = practice.upper_case
    sender, receiver = practice.submitter, practice.receiver
    sender_name = fields.name(sender.name, 60, "practice.submitter.name", "the submitter's name", faults, upper)
    number = fields.identifier(
        sender.etin or sender.id, "practice.submitter.id", "the submitter's number", faults, 2, 80
    )
    contact = _contact(sender.contact, "practice.submitter.contact", "the submitter's contact", faults, upper)
    receiver_name = fields.name(receiver.name, 60, "practice.receiver.name", "the receiver's name", faults, upper)
    theirs = fields.identifier(
        receiver.etin or receiver.id, "practice.receiver.id", "the receiver's number", faults, 2, 80
    )
    return f"NM1*41*2*{sender_name}*****46*{number}~{contact}NM1*40*2*{receiver_name}*****46*{theirs}~"


def _contact(contact: Contact, path: str, whose: str, faults: Faults, upper: bool) -> str:
    person = fields.name(contact.name, 60, f"{path}.name", whose, faults, upper)
    phone = fields.telephone(contact.phone, f"{path}.phone", whose, faults)
    mail = fields.optional(contact.email, 256, False)
    return f"PER*IC*{person}*{phone}*EM*{mail}~" if mail else f"PER*IC*{person}*{phone}~"


def billing_loops(practice: Practice, faults: Faults) -> tuple[str, str]:
    """2000A without its HL, 2010AA and 2010AB: (without, with) the taxonomy code, which some payers want."""
    upper = practice.upper_case
    last = fields.name(practice.name, 60, "practice.name", "the practice's name", faults, upper)
    first = ""
    if practice.is_person:
        first = fields.name(practice.first, 35, "practice.first", "the practitioner's first name", faults, upper)
    number = fields.npi(practice.npi, "practice.npi", "the practice", faults)
    text = f"NM1*85*{1 if practice.is_person else 2}*{last}*{first}****XX*{number}~"
    text += fields.address(practice.address, "practice.address", "the practice", faults, upper, nine=True, street=True)
    tax = practice.tax_id.replace("-", "")
    if not (len(tax) == 9 and tax.isascii() and tax.isdigit()):
        message = f"the practice's tax number ('{practice.tax_id}') must have nine digits"
        faults.append(InputError("practice.tax_id", message))
    text += f"REF*{practice.tax_id_kind}*{tax}~"
    # A contact like the submitter's says nothing new and stays out.
    if practice.contact is not None and practice.contact != practice.submitter.contact:
        text += _contact(practice.contact, "practice.contact", "the practice's contact", faults, upper)
    if practice.pay_to is not None and practice.pay_to != practice.address:
        text += f"NM1*87*{1 if practice.is_person else 2}~"
        text += fields.address(practice.pay_to, "practice.pay_to", "the pay-to address", faults, upper)
    code = fields.taxonomy(practice.taxonomy, "practice.taxonomy", faults)
    return text, f"PRV*BI*PXC*{code}~{text}" if code else text


def payer(key: str, practice: Practice, profile: PayerX12 | None, faults: Faults) -> Payer | None:
    """The payer of that name, from the practice's account and its profile; None, with a fault, without them."""
    account = practice.payers.get(key)
    if account is None:
        faults.append(InputError("payer", f"the practice has no account with the payer '{key}' (practice.payers)"))
    if profile is None:
        faults.append(InputError("payer", f"there is no profile of the payer '{key}'"))
    if account is None or profile is None:
        return None
    path = f"practice.payers.{key}"
    upper = practice.upper_case
    title = fields.name(account.name, 60, f"{path}.name", "the payer's name", faults, upper)
    number = fields.identifier(account.payer_id, f"{path}.payer_id", "the payer's number", faults, 2, 80)
    filing = account.filing_indicator or profile.filing_indicator
    if filing not in FILING_INDICATORS:
        faults.append(InputError(f"{path}.filing_indicator", f"'{filing}' is not a kind of insurance (SBR09)"))
    where = ""
    if account.address is not None:
        where = fields.address(account.address, f"{path}.address", "the payer", faults, upper)
    wanted = account.send_taxonomy and profile.send_taxonomy
    return Payer(
        name=title,
        filing=filing,
        loop_2010bb=f"NM1*PR*2*{title}*****PI*{number}~{where}",
        taxonomy=wanted and bool(practice.taxonomy),
        taxonomy_of_person=wanted,
        frequency_7_8=profile.accepts_frequency_7_8,
        initial_treatment_date=profile.send_initial_treatment_date,
        subscriber_is_patient=profile.subscriber_is_patient,
        unlisted_codes=profile.unlisted_codes,
    )


def provider(entity: str, who: Provider, path: str, faults: Faults, upper: bool, taxonomy: bool) -> str:
    """NM1 of a person with an NPI (DN referring, 82 rendering, DQ supervising), with PRV for a rendering one."""
    last = fields.name(who.last, 60, path, f"the last name of the provider {who.npi}", faults, upper)
    first = fields.name(who.first, 35, path, f"the first name of the provider {who.npi}", faults, upper)
    middle = fields.optional(who.middle, 25, upper)
    number = fields.npi(who.npi, path, f"{last}, {first}", faults)
    text = f"NM1*{entity}*1*{last}*{first}*{middle}***XX*{number}~"
    code = fields.taxonomy(who.taxonomy, path, faults) if taxonomy else ""
    return f"{text}PRV*PE*PXC*{code}~" if code else text


def practice_as_provider(practice: Practice, path: str, faults: Faults, taxonomy: bool) -> str:
    """NM1*82 of the practice itself, on a line that it gave while somebody else gave the rest of the claim."""
    upper = practice.upper_case
    last = fields.name(practice.name, 60, path, "the practice's name", faults, upper)
    first = fields.optional(practice.first, 35, upper) if practice.is_person else ""
    text = f"NM1*82*{1 if practice.is_person else 2}*{last}*{first}****XX*{practice.npi}~"
    code = practice.taxonomy if taxonomy else ""
    return f"{text}PRV*PE*PXC*{code}~" if code else text


def place(location: Location, path: str, practice: Practice, faults: Faults) -> str:
    """2310C. Empty when it is the billing address.

    The NPI goes only when it belongs to an organisation outside the practice: its own subpart's never does.
    """
    if location.address == practice.address:
        return ""
    upper = practice.upper_case
    title = fields.name(location.name, 60, f"{path}.name", "the name of the place of service", faults, upper)
    number = ""
    if location.npi is not None and location.npi != practice.npi:
        number = "*****XX*" + fields.npi(location.npi, f"{path}.npi", f"the location '{title}'", faults)
    where = fields.address(
        location.address, f"{path}.address", f"the location '{title}'", faults, upper, nine=True, street=True
    )
    return f"NM1*77*2*{title}{number}~{where}"
