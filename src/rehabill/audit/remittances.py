"""A piece of an 835 to Arrow tables, with every balance worked out on the way."""

import numpy as np
import pyarrow as pa

from rehabill.audit.adjustments import adjustments
from rehabill.audit.arrays import Span, flagged, repeated
from rehabill.audit.bulk import Part, balances
from rehabill.audit.columns import Amounts, column, part, rows_of
from rehabill.audit.pieces import Piece
from rehabill.audit.remittance_loops import Loops


def read_piece(piece: Piece) -> Part:
    loops = Loops(piece)
    found = loops.envelopes
    adjusted, of_claims, of_lines = _adjustments(loops)
    lines = _lines(loops, of_lines)
    claims, paid = _claims(loops, of_claims)
    provider, taken = _provider_adjustments(loops)
    tables = {
        "payments": _payments(loops), "claims": claims, "lines": lines, "adjustments": adjusted,
        "remarks": _remarks(loops), "provider_adjustments": provider,
    }  # fmt: skip
    for row in loops.claims[loops.set_of_claim < 0]:
        loops.text.fault(row, "outside-set")
    return Part(tables, balances(found, loops.set_of_claim, paid, taken), found, loops.text.faults)


def _payments(loops: Loops) -> pa.Table:
    """One row for each set that begins in this piece. Sums and balance come when the set is whole."""
    text, sets = loops.text, loops.envelopes.sets
    at, number = loops.heading("BPR")
    rows = text.rows("BPR")[at]
    paid = text.amounts_of(text.of("BPR", 2).pick(at), rows, 2, True).scattered(number, len(sets))
    paid_on = text.dates(text.of("BPR", 16).pick(at), rows, 16).scattered(number, len(sets))
    for one in np.flatnonzero(~flagged(number, len(sets))):
        text.fault(sets[one].row, "missing-amount")
    at, number = loops.heading("DTM", "405")
    produced_on = loops.all_days.pick(at).scattered(number, len(sets))

    def of(name: str, element: int, code: str = "") -> Span:
        at, number = loops.heading(name, code)
        return text.of(name, element).pick(at).scattered(number, len(sets))

    table = pa.table({
        **loops.envelopes.columns(parties=False),
        "handling": text.codes(of("BPR", 1)), "paid_cents": paid.column(),
        "credit_or_debit": text.codes(of("BPR", 3)), "method": text.codes(of("BPR", 4)),
        "payment_date": paid_on.days(), "trace_number": text.strings(of("TRN", 2)),
        "production_date": produced_on.days(),
        "payer_name": text.strings(of("N1", 2, "PR")), "payer_id": text.strings(of("N1", 4, "PR")),
        "payee_name": text.strings(of("N1", 2, "PE")), "payee_id": text.strings(of("N1", 4, "PE")),
        "byte": loops.envelopes.bytes(),
    })  # fmt: skip
    return table.slice(loops.shift)


def _claims(loops: Loops, adjusted: Amounts) -> tuple[pa.Table, Amounts]:
    text, rows = loops.text, loops.claims
    charge, paid = text.amounts(rows, 3, True), text.amounts(rows, 4, True)
    received, begun, until = (loops.days(code).days() for code in ("050", "232", "233"))
    table = pa.table({
        "payment": column(loops.set_of_claim - loops.shift, pa.int64(), loops.set_of_claim >= 0),
        "claim_id": text.strings(text.element(rows, 1)), "status": text.codes(text.element(rows, 2)),
        "charge_cents": charge.column(), "paid_cents": paid.column(),
        "patient_part_cents": text.amounts(rows, 5).column(),
        "filing": text.codes(text.element(rows, 6)),
        "payer_claim_id": text.strings(text.element(rows, 7)),
        "place_of_service": text.codes(text.element(rows, 8)), "frequency": text.codes(text.element(rows, 9)),
        "patient_last": text.strings(loops.value("NM1", "QC", 3)),
        "patient_first": text.strings(loops.value("NM1", "QC", 4)),
        "patient_id": text.strings(loops.value("NM1", "QC", 9)),
        "insured_id": text.strings(loops.value("NM1", "IL", 9)),
        "corrected_id": text.strings(loops.value("NM1", "74", 9)),
        "rendering_npi": text.codes(loops.value("NM1", "82", 9)),
        "crossover_name": text.codes(loops.value("NM1", "TT", 3)),
        "crossover_id": text.codes(loops.value("NM1", "TT", 9)),
        "received": received, "service_from": begun, "service_until": until,
        "coverage_cents": loops.money("AU").column(), "interest_cents": loops.money("I").column(),
        "lines": column(np.bincount(loops.claim_of_line, minlength=len(rows))),
        "adjusted_cents": column(adjusted.cents), **charge.less(adjusted, paid).balance(),
        "byte": column(text.byte(text.begun[rows])),
    })  # fmt: skip
    return table, paid


def _lines(loops: Loops, adjusted: Amounts) -> pa.Table:
    text, rows = loops.text, loops.lines
    charge, paid = text.amounts(rows, 2, True), text.amounts(rows, 3, True)
    procedure = text.composites(text.element(rows, 1))
    code = procedure.part(1)
    text.required(code, rows, 1)
    day, first, last = (loops.days(code, True) for code in ("472", "150", "151"))
    day = day.otherwise(first)
    return pa.table({
        "claim": column(loops.claim_of_line),
        "procedure": code, "modifiers": procedure.modifiers(), "code_set": procedure.part(0),
        "charge_cents": charge.column(), "paid_cents": paid.column(),
        "units_paid": text.quantities(rows, 5).quantities(),
        "revenue_code": text.codes(text.element(rows, 4)),
        "submitted_procedure": text.composites(text.element(rows, 6)).part(1),
        "units_submitted": text.quantities(rows, 7).quantities(),
        "service_date": day.days(), "service_until": last.otherwise(day).days(),
        "line_id": text.strings(loops.value("REF", "6R", 2, True)),
        "allowed_cents": loops.money("B6", True).column(),
        "adjusted_cents": column(adjusted.cents), **charge.less(adjusted, paid).balance(),
        "byte": column(text.byte(text.begun[rows])),
    })  # fmt: skip


def _adjustments(loops: Loops) -> tuple[pa.Table, Amounts, Amounts]:
    """CAS of claims and lines; what they sum to by claim (with those of its lines) and by line."""
    text, rows = loops.text, loops.text.rows("CAS")
    claim, line = loops.within("CAS")
    if len(claim) and claim.min() < 0:
        for row in rows[claim < 0]:
            text.fault(row, "outside-claim")
        rows, line, claim = rows[claim >= 0], line[claim >= 0], claim[claim >= 0]
    found = adjustments(text, rows)
    claim, line = claim[found.place], line[found.place]
    table = pa.table({"claim": column(claim), "line": rows_of(line), **found.columns})
    return table, found.cents.summed(claim, len(loops.claims)), found.cents.summed(line, len(loops.lines))


def _remarks(loops: Loops) -> pa.Table:
    """LQ*HE of lines and MOA03 to 07 of claims."""
    text, places = loops.text, [loops.within("LQ")]
    spans = [text.of("LQ", 2)]
    rows = text.rows("MOA")
    for number in range(3, 8):
        some = text.count[rows] >= number
        if not some.any():
            break
        claim, _ = loops.within("MOA")
        spans.append(text.element(rows[some], number))
        places.append((claim[some], np.full(len(spans[-1].start), -1)))
    span = Span(np.concatenate([one.start for one in spans]), np.concatenate([one.length for one in spans]))
    claim, line = (np.concatenate(one) for one in zip(*places, strict=True))
    order = np.argsort(span.start, kind="stable")
    order = order[(span.length[order] > 0) & (claim[order] >= 0)]
    return pa.table({
        "claim": column(claim[order]), "line": rows_of(line[order]), "remark": text.codes(span.pick(order)),
    })  # fmt: skip


def _provider_adjustments(loops: Loops) -> tuple[pa.Table, Amounts]:
    """PLB: up to six reasons and amounts a segment; what they sum to by set."""
    text, rows = loops.text, loops.text.rows("PLB")
    place, nth = repeated(np.clip((text.count[rows] - 1) // 2, 1, 6))
    first = 2 * nth + 3
    at, many = text.first[rows][place], text.count[rows][place]
    reason, amount = text.cell(at, many, first), text.cell(at, many, first + 1)
    some = (reason.length > 0) | (amount.length > 0)
    place, first, reason, amount = place[some], first[some], reason.pick(some), amount.pick(some)
    cents = text.amounts_of(amount, rows[place], first + 1, True)
    number = loops.sets_of(rows)[place]
    for row in rows[place[number < 0]]:
        text.fault(row, "outside-set")
    year = text.dates(text.element(rows, 2), rows, 2)
    reasons, mark = [one or "" for one in text.strings(reason).to_pylist()], chr(text.component)
    table = pa.table({
        "payment": column(number - loops.shift, pa.int64(), number >= 0),
        "provider_id": text.strings(text.element(rows, 1)).take(column(place)),
        "fiscal_year_end": year.pick(place).days(),
        "reason": pa.array([part(one, mark, 0) for one in reasons], pa.string()).dictionary_encode(),
        "reference": pa.array([part(one, mark, 1) for one in reasons], pa.string()),
        "amount_cents": cents.column(), "byte": column(text.byte(text.begun[rows[place]])),
    })  # fmt: skip
    return table, cents.summed(number, len(loops.envelopes.sets))
