"""A piece of an 835 to Arrow tables, with every balance worked out on the way."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from rehabill.audit.bulk import Balance, Part
from rehabill.audit.envelopes import NAMES as ENVELOPE
from rehabill.audit.envelopes import Envelopes, Owners, envelopes, last_of, owners
from rehabill.audit.pieces import Piece
from rehabill.audit.segments import (
    Amounts,
    Bools,
    Ints,
    Span,
    Text,
    Words,
    column,
    component,
    flagged,
    modifiers,
    quantity_column,
    remapped,
    repeated,
    scattered,
    scattered_amounts,
    summed,
    thousandths_of,
    word,
)

NAMES = (*ENVELOPE, "LX", "PLB", "CLP", "SVC", "CAS", "NM1", "REF", "DTM", "AMT", "LQ", "MOA", "BPR", "TRN", "N1")
_OPENERS = ("LX", "PLB", "CLP", "SVC")


def read_piece(piece: Piece) -> Part:
    return _Reader(piece).part()


class _Reader:
    def __init__(self, piece: Piece) -> None:
        text = self.text = Text(piece, NAMES)
        self.envelopes: Envelopes = envelopes(text, "835")
        self.shift = 1 if self.envelopes.first_is_carried else 0
        """Set numbers here less this are payment numbers."""
        found: Owners = owners(text, _OPENERS, self.envelopes)
        self.owner, self.openers = found.opener, found
        self._elements: dict[tuple[str, int], Span] = {}
        self._days: Amounts | None = None
        self._named: dict[str, tuple[Ints, Ints, Words]] = {}
        kind_of = {name: NAMES.index(name) + 1 for name in NAMES}
        is_claim, is_line = found.kind == kind_of["CLP"], found.kind == kind_of["SVC"]
        last = last_of(~is_line)
        inside = is_claim[last] & (last >= 0)
        claim = np.where(inside, (np.cumsum(is_claim) - 1)[last] if len(last) else 0, -1)
        is_line &= inside
        line = np.where(is_line, np.cumsum(is_line) - 1, -1)
        self.claim_of_opener, self.line_of_opener, self.set_of_opener = claim, line, found.set
        self.claims, self.lines = text.keep(found.rows[is_claim]), text.keep(found.rows[is_line])
        self.claim_of_line = claim[is_line]
        self.set_of_claim = found.set[is_claim]
        for row in np.flatnonzero((found.kind == kind_of["SVC"]) & ~inside):
            text.fault(int(found.rows[row]), "outside-claim")

    def part(self) -> Part:
        text, found = self.text, self.envelopes
        adjustments, line_adjusted, claim_adjusted, line_odd, claim_odd = self.adjustments()
        lines, _ = self.line_table(line_adjusted, line_odd)
        claims, paid = self.claim_table(claim_adjusted, claim_odd)
        provider, adjusted, adjusted_odd = self.provider_table()
        tables = {
            "payments": self.payment_table(), "claims": claims, "lines": lines, "adjustments": adjustments,
            "remarks": self.remark_table(), "provider_adjustments": provider,
        }  # fmt: skip
        count = len(found.sets)
        in_set = self.set_of_claim >= 0
        for row in self.claims[~in_set].tolist():
            text.fault(row, "outside-set")
        group = self.set_of_claim[in_set]
        sums = summed(paid.cents[in_set], group, count)
        unknown = flagged(group[~paid.known[in_set]], count) | adjusted_odd
        numbers = np.bincount(group, minlength=count)
        balances = [
            Balance(int(numbers[at]), int(sums[at]), int(adjusted[at]), not unknown[at], found.segments[at])
            for at in range(count)
        ]
        carried = found.first_is_carried
        return Part(tables, balances, carried, found.closed_at, found.is_open, text.faults)

    # ------------------------------------------------------------------------------------------------------- where

    def within(self, rows: Ints) -> tuple[Ints, Ints]:
        """The claim and the line of segments; -1 for none."""
        opener = self.owner[rows]
        claim = self.claim_of_opener[opener]
        line = self.line_of_opener[opener]
        if len(opener) and opener[0] < 0:
            claim, line = np.where(opener < 0, -1, claim), np.where(opener < 0, -1, line)
        return claim, line

    def in_header(self, rows: Ints) -> tuple[Ints, Ints]:
        """Of those rows, those in the heading of a set, and its number."""
        opener = self.owner[rows]
        rows, opener = rows[opener >= 0], opener[opener >= 0]
        number = self.set_of_opener[opener]
        here = (number >= 0) & (self.openers.kind[opener] == 1 + NAMES.index("ST"))
        return rows[here], number[here]

    # ------------------------------------------------------------------------------------------------------ tables

    def adjustments(self) -> tuple[pa.Table, Ints, Ints, Bools, Bools]:
        """CAS: up to six reasons a segment, each a row; what they sum to by line and by claim."""
        text = self.text
        rows = text.rows("CAS")
        claim, line = self.within(rows)
        if len(claim) and claim.min() < 0:
            for row in rows[claim < 0]:
                text.fault(row, "outside-claim")
            rows, line, claim = rows[claim >= 0], line[claim >= 0], claim[claim >= 0]
        count = text.count[rows]
        place, nth = repeated(np.clip((count + 1) // 3, 1, 6))
        first = 3 * nth + 2
        at, count = text.first[rows][place], count[place]
        reason, amount = text.cell(at, count, first), text.cell(at, count, first + 1)
        quantity = text.cell(at, count, first + 2)
        empty = (reason.length == 0) & (amount.length == 0)
        if empty.any():
            empty &= ~((first == 2) & (quantity.length == 0))
            empty &= quantity.length == 0
            place, first = place[~empty], first[~empty]
            reason, amount, quantity = reason.pick(~empty), amount.pick(~empty), quantity.pick(~empty)
        cents = text.amounts_of(amount, rows[place], first + 1, True)
        for one in np.flatnonzero(reason.length == 0):
            text.fault(int(rows[place[one]]), "missing-value", int(first[one]))
        of_claim, of_line = claim[place], line[place]
        counted, known, odd = text.looked_up(quantity, thousandths_of)
        for one in np.flatnonzero(odd):
            text.fault(int(rows[place[one]]), "not-a-quantity", int(first[one]) + 2, value=text.quoted(quantity, one))
        groups = text.codes(text.element(rows, 1))
        table = pa.table({
            "claim": column(of_claim), "line": column(of_line, pa.int64(), of_line >= 0),
            "group": pa.DictionaryArray.from_arrays(groups.indices.take(column(place)), groups.dictionary),
            "reason": text.codes(reason), "amount_cents": cents.column(),
            "quantity": quantity_column(Amounts(counted, known)),
        })  # fmt: skip
        lines, claims = len(self.lines), len(self.claims)
        by_claim = summed(cents.cents, of_claim, claims)
        of_lines = of_line >= 0
        if of_lines.all():
            by_line = summed(cents.cents, of_line, lines)
        else:
            by_line = summed(cents.cents[of_lines], of_line[of_lines], lines)
        if cents.known.all():
            return table, by_line, by_claim, np.zeros(lines, bool), np.zeros(claims, bool)
        wrong = ~cents.known
        line_odd, claim_odd = flagged(of_line[wrong & of_lines], lines), flagged(of_claim[wrong], claims)
        return table, by_line, by_claim, line_odd, claim_odd

    def line_table(self, adjusted: Ints, odd: Bools) -> tuple[pa.Table, Amounts]:
        text, rows = self.text, self.lines
        charge, paid = text.amounts(rows, 2, True), text.amounts(rows, 3, True)
        procedure = text.strings(text.element(rows, 1)).dictionary_encode()
        mark = chr(text.component)
        code = remapped(procedure, lambda value: component(value, mark, 1))
        text.missing(code, rows, 1)
        submitted = text.element(rows, 6)
        difference = charge.cents - adjusted - paid.cents
        known = charge.known & paid.known & ~odd
        day, first, last = (self.days_of(code, True) for code in ("472", "150", "151"))
        no_day = ~day.known & first.known
        day = Amounts(np.where(no_day, first.cents, day.cents), day.known | first.known)
        until = Amounts(np.where(last.known, last.cents, day.cents), last.known | day.known)
        table = pa.table({
            "claim": column(self.claim_of_line),
            "procedure": code,
            "modifiers": remapped(procedure, lambda value: modifiers(value, mark)),
            "code_set": remapped(procedure, lambda value: component(value, mark, 0)),
            "charge_cents": charge.column(), "paid_cents": paid.column(),
            "units_paid": quantity_column(text.quantities(rows, 5)),
            "revenue_code": text.codes(text.element(rows, 4)),
            "submitted_procedure": remapped(
                text.strings(submitted).dictionary_encode(), lambda value: component(value, mark, 1)
            ),
            "units_submitted": quantity_column(text.quantities(rows, 7)),
            "service_date": day.days(),
            "service_until": until.days(),
            "line_id": text.strings(self.references("6R")),
            "allowed_cents": self.amounts_named("B6", True).column(),
            "adjusted_cents": column(adjusted),
            "difference_cents": column(difference, pa.int64(), known),
            "is_balanced": column(difference == 0, pa.bool_(), known),
            "byte": column(text.byte(text.begun[rows])),
        })  # fmt: skip
        return table, paid

    def claim_table(self, adjusted: Ints, odd: Bools) -> tuple[pa.Table, Amounts]:
        text, rows = self.text, self.claims
        charge, paid = text.amounts(rows, 3, True), text.amounts(rows, 4, True)
        difference = charge.cents - adjusted - paid.cents
        known = charge.known & paid.known & ~odd
        patient, insured, corrected, rendering, crossover = self.people("QC", "IL", "74", "82", "TT")
        received, begun, until = (self.days_of(code, False) for code in ("050", "232", "233"))
        payment = self.set_of_claim - self.shift
        lines = np.bincount(self.claim_of_line, minlength=len(rows))
        table = pa.table({
            "payment": column(payment, pa.int64(), self.set_of_claim >= 0),
            "claim_id": text.strings(text.element(rows, 1)), "status": text.codes(text.element(rows, 2)),
            "charge_cents": charge.column(), "paid_cents": paid.column(),
            "patient_part_cents": text.amounts(rows, 5).column(),
            "filing": text.codes(text.element(rows, 6)),
            "payer_claim_id": text.strings(text.element(rows, 7)),
            "place_of_service": text.codes(text.element(rows, 8)), "frequency": text.codes(text.element(rows, 9)),
            "patient_last": text.strings(patient.named(3)), "patient_first": text.strings(patient.named(4)),
            "patient_id": text.strings(patient.named(9)), "insured_id": text.strings(insured.named(9)),
            "corrected_id": text.strings(corrected.named(9)), "rendering_npi": text.codes(rendering.named(9)),
            "crossover_name": text.codes(crossover.named(3)), "crossover_id": text.codes(crossover.named(9)),
            "received": received.days(),
            "service_from": begun.days(),
            "service_until": until.days(),
            "coverage_cents": self.amounts_named("AU", False).column(),
            "interest_cents": self.amounts_named("I", False).column(),
            "lines": column(lines), "adjusted_cents": column(adjusted),
            "difference_cents": column(difference, pa.int64(), known),
            "is_balanced": column(difference == 0, pa.bool_(), known),
            "byte": column(text.byte(text.begun[rows])),
        })  # fmt: skip
        return table, paid

    def people(self, *codes: str) -> "list[_Party]":
        """NM1 of claims, by the party's code."""
        return [_Party(self, *self.named("NM1", code, False)) for code in codes]

    def named(self, name: str, code: str, of_lines: bool) -> tuple[Ints, Ints]:
        """Which segments of that name have `code` as their first element, and whose they are: lines' or claims'."""
        if name not in self._named:
            rows = self.text.rows(name)
            self._named[name] = *self.within(rows), self.text.words(self.text.element(rows, 1))
        claim, line, words = self._named[name]
        at = np.flatnonzero(words == word(code))
        group = line[at] if of_lines else claim[at]
        here = group >= 0
        if not of_lines:
            here &= line[at] < 0
        if not here.all():
            at, group = at[here], group[here]
        return at, group

    def element(self, name: str, number: int) -> Span:
        """An element of all segments of that name."""
        key = name, number
        if key not in self._elements:
            self._elements[key] = self.text.element(self.text.rows(name), number)
        return self._elements[key]

    def references(self, code: str) -> Span:
        at, line = self.named("REF", code, True)
        return scattered(self.element("REF", 2).pick(at), line, len(self.lines))

    def amounts_named(self, code: str, of_lines: bool) -> Amounts:
        at, group = self.named("AMT", code, of_lines)
        amounts = self.text.amounts_of(self.element("AMT", 2).pick(at), self.text.rows("AMT")[at], 2, True)
        return scattered_amounts(amounts, group, len(self.lines if of_lines else self.claims))

    def days_of(self, code: str, of_lines: bool) -> Amounts:
        if self._days is None:
            self._days = self.text.dates(self.element("DTM", 2), self.text.rows("DTM"), 2)
        at, group = self.named("DTM", code, of_lines)
        days = Amounts(self._days.cents[at], self._days.known[at])
        return scattered_amounts(days, group, len(self.lines if of_lines else self.claims))

    def remark_table(self) -> pa.Table:
        """LQ*HE of lines and MOA03 to 07 of claims."""
        text = self.text
        rows = text.rows("LQ")
        claim, line = self.within(rows)
        rows, claim, line = rows[claim >= 0], claim[claim >= 0], line[claim >= 0]
        spans, claims, lines = [text.element(rows, 2)], [claim], [line]
        rows = text.rows("MOA")
        claim, line = self.within(rows)
        rows, claim = rows[claim >= 0], claim[claim >= 0]
        for number in range(3, 8):
            some = text.count[rows] >= number
            if not some.any():
                break
            spans.append(text.element(rows[some], number))
            claims.append(claim[some])
            lines.append(np.full(int(some.sum()), -1))
        span = Span(np.concatenate([one.start for one in spans]), np.concatenate([one.length for one in spans]))
        claim, line = np.concatenate(claims), np.concatenate(lines)
        order = np.argsort(span.start, kind="stable")
        order = order[span.length[order] > 0]
        claim, line = claim[order], line[order]
        return pa.table({
            "claim": column(claim), "line": column(line, pa.int64(), line >= 0),
            "remark": text.codes(span.pick(order)),
        })  # fmt: skip

    def provider_table(self) -> tuple[pa.Table, Ints, Bools]:
        """PLB: up to six reasons and amounts a segment; what they sum to by set."""
        text = self.text
        rows = text.rows("PLB")
        number = self.set_of_opener[self.owner[rows]] if len(rows) else rows
        count = len(self.envelopes.sets)
        sums, odd = np.zeros(count, np.int64), np.zeros(count, bool)
        place, nth = repeated(np.clip((text.count[rows] - 1) // 2, 1, 6))
        first = 2 * nth + 3
        at, many = text.first[rows][place], text.count[rows][place]
        reason, amount = text.cell(at, many, first), text.cell(at, many, first + 1)
        some = (reason.length > 0) | (amount.length > 0)
        place, first, reason, amount = place[some], first[some], reason.pick(some), amount.pick(some)
        cents = text.amounts_of(amount, rows[place], first + 1, True)
        number = number[place]
        for row in rows[place[number < 0]].tolist():
            text.fault(row, "outside-set")
        inside = number >= 0
        sums += summed(cents.cents[inside], number[inside], count)
        odd |= flagged(number[inside & ~cents.known], count)
        year = text.dates(text.element(rows, 2), rows, 2)
        reasons, mark = text.strings(reason).to_pylist(), chr(text.component)
        table = pa.table({
            "payment": column(number - self.shift, pa.int64(), inside),
            "provider_id": _taken(text.strings(text.element(rows, 1)), place),
            "fiscal_year_end": column(year.cents[place].astype(np.int32), pa.date32(), year.known[place]),
            "reason": pa.array([component(one, mark, 0) for one in reasons], pa.string()).dictionary_encode(),
            "reference": pa.array([component(one, mark, 1) for one in reasons], pa.string()),
            "amount_cents": cents.column(), "byte": column(text.byte(text.begun[rows[place]])),
        })  # fmt: skip
        return table, sums, odd

    def payment_table(self) -> pa.Table:
        """One row for each set that begins in this piece. Sums and balance come when the set is whole."""
        text, count = self.text, len(self.envelopes.sets)
        header = {name: self.in_header(text.rows(name)) for name in ("BPR", "TRN", "N1")}
        claim, _, words = self._named["DTM"]
        header["DTM"] = self.in_header(text.rows("DTM")[(claim < 0) & (words == word("405"))])
        rows, number = header["BPR"]
        paid = scattered_amounts(text.amounts(rows, 2, True), number, count)
        for one in np.flatnonzero(~flagged(number, count)):
            text.fault(self.envelopes.sets[int(one)].row, "missing-amount")

        def of(name: str, element: int, code: str = "") -> Span:
            rows, number = header[name]
            if code:
                here = text.words(text.element(rows, 1)) == word(code)
                rows, number = rows[here], number[here]
            return scattered(text.element(rows, element), number, count)

        def day(name: str, element: int, code: str = "") -> pa.Array:
            rows, number = header[name]
            if code:
                here = text.words(text.element(rows, 1)) == word(code)
                rows, number = rows[here], number[here]
            days = scattered_amounts(text.dates(text.element(rows, element), rows, element), number, count)
            return days.days()

        sets = self.envelopes.sets
        table = pa.table({
            "interchange_control": pa.array([one.interchange_control for one in sets], pa.string()),
            "group_control": pa.array([one.group_control for one in sets], pa.string()),
            "set_control": pa.array([one.control for one in sets], pa.string()),
            "handling": text.codes(of("BPR", 1)), "paid_cents": paid.column(),
            "credit_or_debit": text.codes(of("BPR", 3)), "method": text.codes(of("BPR", 4)),
            "payment_date": day("BPR", 16), "trace_number": text.strings(of("TRN", 2)),
            "production_date": day("DTM", 2, "405"),
            "payer_name": text.strings(of("N1", 2, "PR")), "payer_id": text.strings(of("N1", 4, "PR")),
            "payee_name": text.strings(of("N1", 2, "PE")), "payee_id": text.strings(of("N1", 4, "PE")),
            "byte": pa.array([-1 if one.byte is None else one.byte for one in sets], pa.int64()),
        })  # fmt: skip
        return table.slice(self.shift)


class _Party(NamedTuple):
    reader: _Reader
    at: Ints
    claim: Ints

    def named(self, number: int) -> Span:
        return scattered(self.reader.element("NM1", number).pick(self.at), self.claim, len(self.reader.claims))


def _taken(values: pa.Array, places: Ints) -> pa.Array:
    return values.take(column(places))
