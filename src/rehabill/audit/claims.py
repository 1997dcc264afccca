"""A piece of an 837P to Arrow tables: claims, lines, diagnoses, providers, and what other payers did, kept apart."""

import numpy as np
import pyarrow as pa

from rehabill.audit.adjustments import adjustments
from rehabill.audit.arrays import Ints, Span, last_of, repeated, word
from rehabill.audit.bulk import Part, balances
from rehabill.audit.claim_loops import CLAIM, LEVEL, LINE, OTHER_PAYER, PAYMENT, Loops
from rehabill.audit.columns import Amounts, Composites, column, either, rows_of
from rehabill.audit.pieces import Piece

_DIAGNOSES = frozenset({"ABK", "ABF", "BK", "BF"})


def read_piece(piece: Piece) -> Part:
    loops = Loops(piece)
    found = loops.envelopes
    lines, charge = _lines(loops)
    claims, charged = _claims(loops, charge)
    adjusted, by_other, by_payment = _adjustments(loops)
    tables = {
        "sets": _sets(loops), "claims": claims, "lines": lines, "diagnoses": _diagnoses(loops),
        "providers": _providers(loops), "other_payers": _other_payers(loops, by_other),
        "other_payments": _other_payments(loops, charge, by_payment), "adjustments": adjusted,
    }  # fmt: skip
    for row in loops.claims[loops.set_of_claim < 0]:
        loops.text.fault(row, "outside-set")
    return Part(tables, balances(found, loops.set_of_claim, charged), found, loops.text.faults)


def _sets(loops: Loops) -> pa.Table:
    """One row for each set that begins in this piece."""
    text, count = loops.text, len(loops.envelopes.sets)
    rows = text.rows("BHT")
    opener = loops.openers.opener[rows]
    number = np.where(opener >= 0, loops.openers.set[opener], -1) if len(rows) else rows
    rows, number = rows[number >= 0], number[number >= 0]
    purpose, batch, use = (text.element(rows, one).scattered(number, count) for one in (2, 3, 6))
    table = pa.table({
        **loops.envelopes.columns(parties=True),
        "purpose": text.codes(purpose), "batch_id": text.strings(batch), "use": text.codes(use),
        "byte": loops.envelopes.bytes(),
    })  # fmt: skip
    return table.slice(loops.shift)


def _lines(loops: Loops) -> tuple[pa.Table, Amounts]:
    text, count = loops.text, len(loops.lines)
    at, line = loops.places("SV1").at(LINE)
    rows = text.keep(text.rows("SV1")[at])

    def of(number: int) -> Span:
        return text.element(rows, number).scattered(line, count)

    for row in np.delete(loops.lines, line):
        text.fault(row, "missing-amount")
    charge = text.amounts(rows, 2, True).scattered(line, count)
    units = text.quantities(rows, 4).scattered(line, count)
    procedure = text.composites(of(1))
    code = procedure.part(1)
    text.required(code.take(column(line)), rows, 1)
    first, last = loops.days("472", LINE)
    table = pa.table({
        "claim": column(loops.claim_of_line), "number": text.codes(text.element(loops.lines, 1)),
        "procedure": code, "modifiers": procedure.modifiers(), "code_set": procedure.part(0),
        "description": procedure.part(6),
        "charge_cents": charge.column(), "unit": text.codes(of(3)), "units": units.quantities(),
        "place_of_service": text.codes(of(5)), "pointers": text.composites(of(7)).words(),
        "service_date": first.days(), "service_until": last.days(),
        "line_id": text.strings(loops.value("REF", "6R", 2, LINE)),
        "authorization": text.strings(loops.value("REF", "G1", 2, LINE)),
        "rendering_npi": text.codes(loops.value("NM1", "82", 9, LINE)),
        "referring_npi": text.codes(loops.value("NM1", "DN", 9, LINE)),
        "byte": column(text.byte(text.begun[loops.lines])),
    })  # fmt: skip
    return table, charge


def _claims(loops: Loops, line_charge: Amounts) -> tuple[pa.Table, Amounts]:
    text, rows, count = loops.text, loops.claims, len(loops.claims)
    charge = text.amounts(rows, 2, True)
    in_lines = line_charge.summed(loops.claim_of_line, count)
    where, related = text.composites(text.element(rows, 5)), text.composites(text.element(rows, 11))
    onset, initial, accident = (loops.days(code, CLAIM)[0].days() for code in ("431", "454", "439"))
    table = pa.table({
        "set": column(loops.set_of_claim - loops.shift, pa.int64(), loops.set_of_claim >= 0),
        "claim_id": text.strings(text.element(rows, 1)), "charge_cents": charge.column(),
        "place_of_service": where.part(0), "frequency": where.part(2), "related_cause": related.part(0),
        **_people(loops),
        "authorization": text.strings(loops.value("REF", "G1", 2, CLAIM)),
        "referral": text.strings(loops.value("REF", "9F", 2, CLAIM)),
        "original_claim_id": text.strings(loops.value("REF", "F8", 2, CLAIM)),
        "clearinghouse_id": text.strings(loops.value("REF", "D9", 2, CLAIM)),
        "onset": onset, "initial_treatment": initial, "accident": accident,
        "patient_paid_cents": loops.money("F5", CLAIM).column(),
        "referring_npi": text.codes(loops.value("NM1", "DN", 9, CLAIM)),
        "rendering_npi": text.codes(loops.value("NM1", "82", 9, CLAIM)),
        "facility_npi": text.codes(loops.value("NM1", "77", 9, CLAIM)),
        "lines": column(np.bincount(loops.claim_of_line, minlength=count)),
        "line_charge_cents": column(in_lines.cents), **charge.less(in_lines).balance(),
        "byte": column(text.byte(text.begun[rows])),
    })  # fmt: skip
    return table, charge


def _people(loops: Loops) -> dict[str, pa.Array]:
    """Payer, billing provider, subscriber and patient of each claim, from the levels it stands under."""
    text, count = loops.text, len(loops.levels)
    subscriber, billing = loops.subscriber, loops.billing
    is_patient = loops.patient >= 0
    person = np.where(is_patient, loops.patient, subscriber)
    last, first = _name(loops, 3), _name(loops, 4)
    at, level = loops.places("DMG").at(LEVEL)
    born = text.dates(text.of("DMG", 2).pick(at), text.rows("DMG")[at], 2).scattered(level, count).days()
    sex = text.codes(text.of("DMG", 3).pick(at).scattered(level, count))
    at, level = loops.places("SBR").at(LEVEL)
    order, to_insured, filing = (text.codes(text.of("SBR", one).pick(at).scattered(level, count)) for one in (1, 2, 9))
    at, level = loops.places("PAT").at(LEVEL)
    to_subscriber = text.codes(text.of("PAT", 1).pick(at).scattered(level, count))

    def named(role: str, number: int, levels: Ints) -> pa.Array:
        return _of(text.codes(loops.value("NM1", role, number, LEVEL)), levels)

    relation = either(_of(to_subscriber, loops.patient), _of(to_insured, subscriber), is_patient)
    return {
        "payer_order": _of(order, subscriber), "filing": _of(filing, subscriber),
        "payer_name": named("PR", 3, subscriber), "payer_id": named("PR", 9, subscriber),
        "billing_name": named("85", 3, billing), "billing_npi": named("85", 9, billing),
        "billing_taxonomy": _of(text.codes(loops.value("PRV", "BI", 3, LEVEL)), billing),
        "subscriber_last": _of(last, subscriber), "subscriber_first": _of(first, subscriber),
        "subscriber_id": _of(text.strings(loops.value("NM1", "IL", 9, LEVEL)), subscriber),
        "patient_is_subscriber": column(~is_patient, pa.bool_(), subscriber >= 0), "relation": relation,
        "patient_last": _of(last, person), "patient_first": _of(first, person),
        "patient_birth": _of(born, person), "patient_sex": _of(sex, person),
    }  # fmt: skip


def _of(values: pa.Array, levels: Ints) -> pa.Array:
    """Values of levels for each claim; null where it has no such level."""
    return values.take(rows_of(levels))


def _name(loops: Loops, number: int) -> pa.Array:
    """A name of the subscriber or the patient, by level."""
    insured, by_insured = loops.coded("NM1", "IL", LEVEL)
    patient, by_patient = loops.coded("NM1", "QC", LEVEL)
    at, level = np.concatenate((insured, patient)), np.concatenate((by_insured, by_patient))
    order = np.argsort(at, kind="stable")
    span = loops.text.of("NM1", number).pick(at[order])
    return loops.text.strings(span.scattered(level[order], len(loops.levels)))


def _diagnoses(loops: Loops) -> pa.Table:
    """Diagnoses of claims, in order. Other lists of HI (conditions, procedures) are not diagnoses."""
    text = loops.text
    at, claim = loops.places("HI").at(CLAIM)
    rows = text.rows("HI")[at]
    which, nth = repeated(text.count[rows])
    span = text.cell(text.first[rows][which], text.count[rows][which], nth + 1)
    some = span.length > 0
    which, found = which[some], text.composites(span.pick(some))
    code_set = found.part(0)
    wanted = [one in _DIAGNOSES for one in code_set.dictionary.to_pylist()] + [False]
    kept = np.flatnonzero(np.array(wanted)[code_set.indices.fill_null(-1).to_numpy()])
    claim = claim[which[kept]]
    begins = last_of(np.diff(claim, prepend=-1) != 0)
    found = Composites(found.whole.take(column(kept)), found.mark)
    return pa.table({
        "claim": column(claim), "position": column(np.arange(len(claim)) - begins + 1),
        "code_set": found.part(0), "diagnosis": found.part(1),
    })  # fmt: skip


def _providers(loops: Loops) -> pa.Table:
    """Providers of claims and of lines, and billing and pay-to providers; not those another payer names."""
    text, places = loops.text, loops.places("NM1")
    role = text.qualifiers("NM1")
    is_ours = (places.where == CLAIM) | (places.where == LINE)
    is_ours |= (places.where == LEVEL) & ((role == word("85")) | (role == word("87")))
    begun = text.begun[text.rows("NM1")]
    at = np.flatnonzero(is_ours & (begun >= text.body))
    return pa.table({
        "claim": rows_of(places.of[CLAIM][at]), "line": rows_of(places.of[LINE][at]),
        "role": text.codes(text.of("NM1", 1).pick(at)),
        "last_or_organization": text.codes(text.of("NM1", 3).pick(at)),
        "first": text.codes(text.of("NM1", 4).pick(at)), "npi": text.codes(text.of("NM1", 9).pick(at)),
        "byte": column(text.byte(begun[at])),
    })  # fmt: skip


def _other_payers(loops: Loops, adjusted: Amounts) -> pa.Table:
    """The other payers of a claim."""
    text, rows = loops.text, loops.others
    return pa.table({
        "claim": column(loops.claim_of_other), "payer_order": text.codes(text.element(rows, 1)),
        "relation": text.codes(text.element(rows, 2)), "filing": text.codes(text.element(rows, 9)),
        "payer_name": text.codes(loops.value("NM1", "PR", 3, OTHER_PAYER)),
        "payer_id": text.codes(loops.value("NM1", "PR", 9, OTHER_PAYER)),
        "insured_id": text.strings(loops.value("NM1", "IL", 9, OTHER_PAYER)),
        "paid_cents": loops.money("D", OTHER_PAYER).column(),
        "patient_owes_cents": loops.money("EAF", OTHER_PAYER).column(),
        "not_covered_cents": loops.money("A8", OTHER_PAYER).column(),
        "adjusted_cents": adjusted.column(), "byte": column(text.byte(text.begun[rows])),
    })  # fmt: skip


def _other_payments(loops: Loops, charge: Amounts, adjusted: Amounts) -> pa.Table:
    """What other payers paid on lines (SVD), and whether that and their adjustments make the charge."""
    text, rows, line = loops.text, loops.payments, loops.line_of_payment
    paid = text.amounts(rows, 2, True)
    procedure = text.composites(text.element(rows, 3))
    return pa.table({
        "line": column(line), "payer_id": text.codes(text.element(rows, 1)), "paid_cents": paid.column(),
        "procedure": procedure.part(1), "modifiers": procedure.modifiers(),
        "units": text.quantities(rows, 5).quantities(),
        "paid_on": loops.days("573", PAYMENT)[0].days(), "adjusted_cents": column(adjusted.cents),
        **charge.pick(line).less(paid, adjusted).balance(),
        "byte": column(text.byte(text.begun[rows])),
    })  # fmt: skip


def _adjustments(loops: Loops) -> tuple[pa.Table, Amounts, Amounts]:
    """Other payers' CAS; what they sum to by other payer and by their word on a line."""
    text, places = loops.text, loops.places("CAS")
    ours = (places.where == OTHER_PAYER) | (places.where == PAYMENT)
    for row in text.rows("CAS")[~ours]:
        text.fault(row, "outside-claim")
    found = adjustments(text, text.rows("CAS")[ours])
    other, payment = (places.of[where][ours][found.place] for where in (OTHER_PAYER, PAYMENT))
    table = pa.table({"other_payer": rows_of(other), "other_payment": rows_of(payment), **found.columns})
    by_other = found.cents.summed(other, len(loops.others))
    return table, by_other, found.cents.summed(payment, len(loops.payments))
