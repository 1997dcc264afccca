"""A rule that sleeps through a claim would have said nothing of it: triggers are never narrower than their rules."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabill.almanac.load import load
from rehabill.base.errors import InputError
from rehabill.model.claim import Claim
from rehabill.model.decode import convert
from rehabill.rules.case import Case
from rehabill.rules.registry import all_rules, rules_for
from rehabill.rules.triggers import LONG, SOON

TODAY = dt.date(2026, 3, 20)
CODES = [
    "97110", "97140", "97530", "97750", "97150", "97161", "97010", "97014", "20560", "97762", "97039", "97550", "97551",
    "96125", "98966", "98980", "9711O",
]  # fmt: skip
MODIFIERS = ["GP", "GO", "GN", "CQ", "CO", "KX", "GA", "GX", "59", "XS", "95", "GT", "52", "ZZ"]
DIAGNOSES = ["M25.561", "M62.81", "M25.56", "m25561", "W19.XXXA", " V00.01", "XYZ", ""]
NPIS = ["1999999984", "1888888884", "1888888887", "12", "", None]

days = st.integers(-120, 500).map(lambda back: (TODAY - dt.timedelta(days=back)).isoformat())
maybe_days = st.one_of(st.none(), days)


def given_or_not(**fields: st.SearchStrategy) -> st.SearchStrategy:
    return st.fixed_dictionaries({}, optional=fields)


lines = st.fixed_dictionaries(
    {
        "code": st.sampled_from(CODES),
        "units": st.integers(0, 4),
        "modifiers": st.lists(st.sampled_from(MODIFIERS), max_size=5),
    },
    optional={
        "minutes": st.one_of(st.none(), st.integers(0, 70)),
        "by": st.sampled_from(["PT", "PTA", "OT", "OTA", "AIDE", "STUDENT"]),
        "assistant_minutes": st.sampled_from([None, 0, 10]),
        "charge_cents": st.sampled_from([None, 0, -1, 1000, 20_000]),
        "diagnosis_pointers": st.one_of(st.none(), st.lists(st.integers(0, 13), max_size=5)),
        "patients": st.sampled_from([None, 1, 2]),
        "place_of_service": st.sampled_from(["11", "02", "22", "xx"]),
        "description": st.sampled_from(["", "words"]),
        "date": days,
    },
)
contexts = given_or_not(
    therapy_ytd_cents=st.sampled_from([None, -5, 0, 150_000, 240_000, 247_000, 299_000, 400_000]),
    visits_since_progress_report=st.sampled_from([None, 0, 9, 10]),
    plan_of_care=st.one_of(st.none(), given_or_not(starts=maybe_days, ends=maybe_days, certified_on=maybe_days)),
    authorization=st.one_of(st.none(), given_or_not(codes=st.just(["97110"]), visits_left=st.integers(0, 1))),
    telehealth=st.sampled_from([None, "video", "audio"]),
    abn_on_file=st.sampled_from([None, True, False]),
    other_care=st.sampled_from([None, "home_health", "snf_part_a", "hospice"]),
    prior_claims=st.one_of(
        st.none(), st.lists(st.builds(lambda line, date: {"date": date, "lines": [line]}, lines, days))
    ),
)
claims = st.builds(
    lambda rest, day, several, lines: {
        **rest, "date": day, "lines": lines if several else [{**line, "date": day} for line in lines],
    },
    given_or_not(
        submitted=days,
        discipline=st.sampled_from(["PT", "OT", "SLP"]),
        diagnoses=st.one_of(st.none(), st.lists(st.sampled_from(DIAGNOSES), max_size=13)),
        referring_npi=st.sampled_from(NPIS),
        rendering_npi=st.sampled_from(NPIS),
        place_of_service=st.sampled_from([None, "", "11", "12", "02", "21", "99"]),
        frequency=st.sampled_from(["1", "7", "8", "x"]),
        telehealth=st.sampled_from(["video", "audio"]),
        qp=st.booleans(),
        unbilled=st.lists(st.builds(dict, code=st.sampled_from(CODES[:3]), minutes=st.integers(1, 20)), max_size=2),
        patient=given_or_not(birth_date=days),
        context=contexts,
    ),
    days,
    st.booleans(),
    st.lists(lines, min_size=1, max_size=4),
)  # fmt: skip


@settings(max_examples=300)
@given(claims, st.sampled_from(sorted(load().data.payers)))
def test_a_rule_that_sleeps_would_have_said_nothing(raw, payer) -> None:
    case = Case(convert({**raw, "payer": payer}, Claim), load(), TODAY)
    edition = case.days[case.first_day][0].edition
    awake = rules_for(case)
    for rule in set(all_rules()).difference(awake.by_shape, awake.others):
        try:
            assert list(rule.check(case, edition)) == [], rule.id
        except InputError:
            pytest.fail(f"{rule.id} refuses the claim")


def test_soon_and_long_are_no_longer_than_the_law_is() -> None:
    data = load().data
    for payer in data.payers.values():
        for setting in payer.settings["timely_filing"]:
            if setting.value != "none":
                number, unit = str(setting.value).split()
                assert int(number) * (30 if unit == "months" else 1) >= SOON.days, payer
    for value in data.parameters["medicare.poc.certification_days"].values:
        assert value.value >= SOON.days
    for value in data.parameters["medicare.poc.recertification_days"].values:
        assert value.value >= LONG.days
