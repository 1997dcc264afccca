"""What must hold of every coded visit, whatever was done: checked against the law written out a second time here.

The oracles below share no code with the engine: the total-time rule enumerates every allocation and keeps those the
manual allows; the assistant's test is 42 CFR 410.60(a)(4) with C2, C14 and C15 spelt out case by case.
"""

import datetime as dt
from collections import Counter
from itertools import product

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rehabill.almanac.load import load
from rehabill.base.finding import Step
from rehabill.coding.code import code
from rehabill.model.claim import Claim, ClaimLine
from rehabill.model.coded import CodedLine, CodedVisit
from rehabill.model.visit import Treatment, Visit
from rehabill.pricing.price import price

CHECK = settings(max_examples=200, derandomize=True, deadline=None)
ALMANAC = load()

POOL = ["97110", "97112", "97116", "97140", "97530", "97535", "97032", "97035", "97750", "97542"]
UNTIMED = ["97012", "97016", "97161", "97164", "G0283"]
SPANS = ["97129", "97130", "96125", "97550", "97551"]
ODD = ["97010", "97014", "97762", "97037", "S8990", "G8978", "97799"]
DAYS = [
    dt.date(2019, 12, 31), dt.date(2020, 1, 1), dt.date(2021, 12, 31), dt.date(2022, 1, 1), dt.date(2024, 3, 9),
    dt.date(2025, 6, 2), dt.date(2026, 3, 4), dt.date(2027, 2, 1),
]  # fmt: skip

minutes = st.one_of(st.integers(1, 60), st.sampled_from([7, 8, 14, 15, 16, 22, 23, 30]))
givers = st.sampled_from(["PT", "PT", "PTA"])
timed = st.builds(Treatment, code=st.sampled_from(POOL), minutes=minutes, by=givers)
few_codes = st.builds(Treatment, code=st.sampled_from(POOL[:4]), minutes=minutes, by=givers)
few_timed = st.lists(few_codes, min_size=1, max_size=6)
anything = st.builds(
    Treatment,
    code=st.sampled_from(POOL + UNTIMED + SPANS + ODD),
    minutes=st.integers(0, 75),
    by=st.sampled_from(["PT", "PT", "PTA", "OT", "OTA", "STUDENT", "AIDE"]),
    with_=st.sampled_from([None, None, None, ("PT",), ("OT",)]),
    mode=st.sampled_from(["one_on_one", "one_on_one", "one_on_one", "group", "concurrent", "unattended"]),
    patients=st.sampled_from([None, 1, 2, 4]),
)
contexts = st.sampled_from([{}, {"therapy_ytd_cents": 0}, {"therapy_ytd_cents": 246000}, {"therapy_ytd_cents": 300000}])


def visit_of(treatments: list[Treatment], day: dt.date = DAYS[6], payer: str = "medicare-b", **rest: object) -> Visit:
    return msgspec.structs.replace(Visit(date=day, payer=payer, treatments=tuple(treatments)), **rest)


def coded(visit: Visit) -> CodedVisit:
    return code(visit, ALMANAC.edition(visit.payer, visit.date))


def units_of(result: CodedVisit) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in result.lines:
        found[line.code] += line.units
    return found


def spent(treatments: list[Treatment]) -> Counter[str]:
    found: Counter[str] = Counter()
    for treatment in treatments:
        found[str(treatment.code)] += treatment.minutes or 0
    return found


# --- the total-time rule --------------------------------------------------------------------------------


def units_table(total: int) -> int:
    """The manual's table, counted up: 8 minutes are the first unit, every further 15 one more."""
    units, threshold = 0, 8
    while total >= threshold:
        units, threshold = units + 1, threshold + 15
    return units


def allowed_allocations(by_code: Counter[str]) -> list[dict[str, int]]:
    """Every allocation the manual leaves open: whole quarter hours stand, the rest goes to larger remainders first."""
    names = sorted(by_code)
    whole = {name: by_code[name] // 15 for name in names}
    rest = {name: by_code[name] % 15 for name in names}
    wanted = units_table(sum(by_code.values()))
    found = []
    for extras in product((0, 1), repeat=len(names)):
        given_ = {name: extra for name, extra in zip(names, extras, strict=True) if extra}
        if any(rest[name] == 0 for name in given_):
            continue
        if sum(whole.values()) + len(given_) != wanted:
            continue
        smallest = min((rest[name] for name in given_), default=99)
        if any(rest[name] > smallest for name in names if name not in given_):
            continue
        found.append({name: whole[name] + given_.get(name, 0) for name in names})
    return found


@CHECK
@given(st.lists(timed, min_size=1, max_size=8), st.sampled_from(DAYS))
def test_units_are_an_allocation_the_manual_allows(treatments: list[Treatment], day: dt.date) -> None:
    by_code = spent(treatments)
    allowed = allowed_allocations(by_code)
    assert allowed, by_code
    result = coded(visit_of(treatments, day))
    billed = units_of(result)
    assert {name: billed[name] for name in by_code} in allowed
    assert sum(billed.values()) == units_table(sum(by_code.values()))
    is_tie = any(step.stage == "units" and "tie" in step.what() for step in result.steps)
    assert is_tie == (len(allowed) > 1)


@CHECK
@given(st.lists(timed, min_size=1, max_size=8))
def test_midpoint_never_pools(treatments: list[Treatment]) -> None:
    billed = units_of(coded(visit_of(treatments, payer="commercial")))
    for name, total in spent(treatments).items():
        alone = coded(visit_of([Treatment(code=name, minutes=total)], payer="commercial"))
        assert billed[name] == units_of(alone)[name] == units_table(total)


# --- assistants -----------------------------------------------------------------------------------------


def marked_units(day: dt.date, units: int, therapist: int, assistant: int) -> int:
    """How many of a code's units carry CQ, by the law's own cases."""
    if day < dt.date(2020, 1, 1) or assistant == 0 or units == 0:
        return 0
    own, helped = therapist // 15, assistant // 15
    spare, spare_helped = therapist % 15, assistant % 15
    left = units - own - helped
    over_ten_percent = 10 * spare_helped > spare + spare_helped
    if left == 0:
        return helped
    if day < dt.date(2022, 1, 1):
        return helped + (left if over_ten_percent else 0)
    if left == 1:
        return helped + (0 if spare >= 8 else int(over_ten_percent))
    assert left == 2
    if 9 <= spare <= 14 and 9 <= spare_helped <= 14 and 23 <= spare + spare_helped <= 28:
        return helped + 1
    return helped + (1 if spare >= 8 else 2)


@CHECK
@given(few_timed, st.sampled_from(DAYS))
def test_assistant_units_are_the_regulations(treatments: list[Treatment], day: dt.date) -> None:
    result = coded(visit_of(treatments, day))
    billed = units_of(result)
    for name in spent(treatments):
        own = sum(t.minutes or 0 for t in treatments if t.code == name and t.by == "PT")
        helped = sum(t.minutes or 0 for t in treatments if t.code == name and t.by == "PTA")
        marked = sum(line.units for line in result.lines if line.code == name and "CQ" in line.modifiers)
        assert marked == marked_units(day, billed[name], own, helped), (name, own, helped)


@CHECK
@given(st.integers(0, 90), st.integers(0, 90), st.sampled_from(DAYS))
def test_untimed_services_are_judged_as_a_whole(own: int, helped: int, day: dt.date) -> None:
    assume(own + helped > 0)
    treatments = [
        Treatment(code="97016", minutes=spent_, by=by) for by, spent_ in (("PT", own), ("PTA", helped)) if spent_
    ]
    (line,) = coded(visit_of(treatments, day)).lines
    assert ("CQ" in line.modifiers) == (day >= dt.date(2020, 1, 1) and 10 * helped > own + helped)


@CHECK
@given(st.lists(anything, min_size=1, max_size=6), st.sampled_from(DAYS))
def test_no_assistant_modifier_without_an_assistant(treatments: list[Treatment], day: dt.date) -> None:
    result = coded(visit_of(treatments, day))
    for line in result.lines:
        helpers = {treatments[index].by for index in line.treatments}
        assert "CQ" not in line.modifiers or ("PTA" in helpers and "GP" in line.modifiers)
        assert "CO" not in line.modifiers or ("OTA" in helpers and "GO" in line.modifiers)
        assert day >= dt.date(2020, 1, 1) or not {"CQ", "CO"} & set(line.modifiers)


# --- every visit ----------------------------------------------------------------------------------------


def _every_step(result: CodedVisit) -> list[Step]:
    return [
        *result.steps, *(step for line in result.lines for step in line.because),
        *(left.reason for left in result.not_billed),
    ]  # fmt: skip


payers = st.sampled_from(["medicare-b", "medicare-b", "medicare-advantage", "commercial", "self-pay"])


@CHECK
@given(st.lists(anything, max_size=7), st.sampled_from(DAYS), payers, contexts)
def test_every_minute_is_accounted_for_once(
    treatments: list[Treatment], day: dt.date, payer: str, context: dict[str, int]
) -> None:
    visit = visit_of(treatments, day, payer)
    visit = msgspec.structs.replace(visit, context=msgspec.structs.replace(visit.context, **context))
    result = coded(visit)
    on_lines = sum(line.minutes or 0 for line in result.lines)
    left = sum(row.minutes or 0 for row in result.not_billed)
    assert on_lines + left == sum(treatment.minutes or 0 for treatment in treatments)
    named = Counter(index for row in result.not_billed for index in row.treatments)
    placed = {index for line in result.lines for index in line.treatments}
    assert set(named) | placed == set(range(len(treatments)))
    assert not set(named) & placed, "a treatment is both billed and not billed"
    assert max(named.values(), default=0) <= 1


@CHECK
@given(st.lists(anything, max_size=7), st.sampled_from(DAYS), payers, contexts)
def test_every_line_is_well_formed_and_explained(
    treatments: list[Treatment], day: dt.date, payer: str, context: dict[str, int]
) -> None:
    visit = visit_of(treatments, day, payer)
    visit = msgspec.structs.replace(visit, context=msgspec.structs.replace(visit.context, **context))
    edition = ALMANAC.edition(payer, day)
    result = code(visit, edition)
    assert [line.line for line in result.lines] == list(range(1, len(result.lines) + 1))
    assert len({(line.code, line.discipline, line.modifiers) for line in result.lines}) == len(result.lines)
    for line in result.lines:
        assert line.units > 0
        assert len(line.modifiers) == len(set(line.modifiers)) <= 4
        assert not {"KX", "GA"} <= set(line.modifiers)
        assert len({"GP", "GO", "GN"} & set(line.modifiers)) == (payer.startswith("medicare"))
        assert line.because, "no reason is given"
        _justified(line, result)
    for step in _every_step(result):
        assert "{" not in step.what()
        for law in step.because:
            assert edition.cite(law).source


def _justified(line: CodedLine, result: CodedVisit) -> None:
    """All units but the last rest on whole quarter hours; the last on at least a minute (the total earned it)."""
    if line.code in POOL and line.minutes is not None:
        assert line.minutes >= 15 * (line.units - 1) + 1, line
    if line.code in UNTIMED:
        same = [other for other in result.lines if other.code == line.code and other.discipline == line.discipline]
        assert same == [line] and line.units == 1


@CHECK
@given(st.data(), st.lists(anything, min_size=1, max_size=6), st.sampled_from(DAYS), payers, contexts)
def test_the_order_of_treatments_changes_nothing(
    data: st.DataObject, treatments: list[Treatment], day: dt.date, payer: str, context: dict[str, int]
) -> None:
    order = data.draw(st.permutations(range(len(treatments))))
    new_index = {old: new for new, old in enumerate(order)}
    distinct = data.draw(st.lists(st.tuples(st.sampled_from(order), st.sampled_from(order)), max_size=2))
    for one, other in distinct:
        if one != other:
            treatments[one] = msgspec.structs.replace(treatments[one], distinct_from=(other,))

    def moved_to(old: int) -> Treatment:
        others = tuple(new_index[other] for other in treatments[old].distinct_from)
        return msgspec.structs.replace(treatments[old], distinct_from=others)

    moved = [moved_to(old) for old in order]

    def told(given_: list[Treatment], name: dict[int, int]) -> tuple[list[object], list[object]]:
        visit = visit_of(given_, day, payer)
        result = coded(msgspec.structs.replace(visit, context=msgspec.structs.replace(visit.context, **context)))
        lines = [
            (line.code, line.modifiers, line.units, line.minutes, line.assistant_minutes, line.distinct_from,
             tuple(sorted(name[index] for index in line.treatments)))
            for line in result.lines
        ]  # fmt: skip
        left = [
            (row.code, row.minutes, row.law, row.invalid, tuple(sorted(name[index] for index in row.treatments)))
            for row in result.not_billed
        ]
        return lines, sorted(left, key=repr)

    same = {index: index for index in range(len(treatments))}
    assert told(treatments, new_index) == told(moved, same)


@CHECK
@given(st.lists(timed, min_size=1, max_size=6), st.integers(230000, 260000))
def test_kx_once_begun_never_stops(treatments: list[Treatment], before: int) -> None:
    visit = visit_of(treatments)
    visit = msgspec.structs.replace(visit, context=msgspec.structs.replace(visit.context, therapy_ytd_cents=before))
    flags = ["KX" in line.modifiers for line in coded(visit).lines]
    assert flags == sorted(flags), "a line after the first KX lacks it"
    if before >= 248000:
        assert all(flags)


# --- every small case, not only random ones -------------------------------------------------------------


@pytest.mark.parametrize("day", [dt.date(2021, 12, 31), dt.date(2022, 1, 1)])
def test_every_pair_of_minutes_up_to_half_an_hour(day: dt.date) -> None:
    for own, helped in product(range(31), range(1, 31)):
        treatments = [Treatment(code="97110", minutes=m, by=by) for by, m in (("PT", own), ("PTA", helped)) if m]
        result = coded(visit_of(treatments, day))
        marked = sum(line.units for line in result.lines if "CQ" in line.modifiers)
        units = sum(line.units for line in result.lines)
        assert units == units_table(own + helped), (own, helped)
        assert marked == marked_units(day, units, own, helped), (own, helped)


# C14: (total, assistant) up to 60 minutes where the regulation asks for CQ and the preamble's rounding would not.
ROUNDED_AWAY = {(29, 3), (39, 4), (48, 5), (49, 5), (58, 6), (59, 6)}


def test_the_ten_percent_standard_is_strict_and_its_other_reading_is_named() -> None:
    named = set()
    for total in range(1, 61):
        for helped in range(1, total + 1):
            treatments = [
                Treatment(code="97016", minutes=m, by=by) for by, m in (("PT", total - helped), ("PTA", helped)) if m
            ]
            (line,) = coded(visit_of(treatments)).lines
            assert ("CQ" in line.modifiers) == (10 * helped > total), (total, helped)
            if any("84 FR 62702" in step.what() for step in line.because):
                named.add((total, helped))
    assert named == ROUNDED_AWAY


@CHECK
@given(st.lists(timed, min_size=2, max_size=5, unique_by=lambda treatment: treatment.code))
def test_where_the_rule_leaves_a_choice_the_one_that_pays_most_is_taken(treatments: list[Treatment]) -> None:
    """One giver per code, so that every allocation is a claim that can be priced as it stands."""
    visit = visit_of(treatments)
    allowed = allowed_allocations(spent(treatments))
    assume(len(allowed) > 1)

    def net(units: dict[str, int]) -> int:
        lines = [
            ClaimLine(date=visit.date, code=str(t.code), units=units[str(t.code)],
                      modifiers=("GP", "CQ") if t.by == "PTA" else ("GP",))
            for t in treatments if units[str(t.code)]
        ]  # fmt: skip
        priced = price(Claim(payer="medicare-b", lines=tuple(lines)), ALMANAC)
        return priced.payer_cents + priced.patient_cents

    billed = units_of(coded(visit))
    chosen = net({name: billed[name] for name in allowed[0]})
    assert chosen >= max(map(net, allowed)) - len(treatments), "more than the rounding of each line is lost"
