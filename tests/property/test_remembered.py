"""What an edition remembers (kinds of treatment, modifiers, a day's price) is what it would work out anew."""

import datetime as dt

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabill.almanac.edition import Almanac
from rehabill.almanac.load import load
from rehabill.coding.code import code
from rehabill.engine.claims import claim_of
from rehabill.model.claim import Context
from rehabill.model.visit import Treatment, Visit
from rehabill.pricing.price import price

DAYS = [dt.date(2019, 12, 31), dt.date(2023, 5, 2), dt.date(2026, 3, 4)]
GIVERS = [None, None, "PT", "PTA", "OT", "OTA", "STUDENT"]

treatments = st.builds(
    Treatment,
    code=st.sampled_from(["97110", "97140", "97530", "97161", "97150", "97014", "97129", "97130", "20560", "97762"]),
    minutes=st.one_of(st.none(), st.integers(0, 60)),
    by=st.sampled_from(GIVERS),
    with_=st.sampled_from([None, None, ("PT",), ("OT",)]),
    mode=st.sampled_from(["one_on_one", "one_on_one", "group", "unattended"]),
    patients=st.sampled_from([None, 1, 3]),
    region=st.sampled_from([None, "knee"]),
)
contexts = st.builds(
    Context,
    therapy_ytd_cents=st.sampled_from([0, 240_000, 244_000, 300_000]),
    deductible_met_cents=st.sampled_from([0, 20_000, 28_300]),
    abn_on_file=st.booleans(),
)
visits = st.builds(
    Visit,
    id=st.just("V"),
    date=st.sampled_from(DAYS),
    payer=st.sampled_from(["medicare-b", "medicare-b", "commercial", "self-pay"]),
    treatments=st.lists(treatments, min_size=1, max_size=5).map(tuple),
    discipline=st.sampled_from([None, "PT", "OT"]),
    telehealth=st.sampled_from([None, None, "video"]),
    participating=st.booleans(),
    context=contexts,
)


def _answer(visit: Visit, almanac: Almanac) -> bytes:
    coded = code(visit, almanac.edition(visit.payer, visit.date))
    return msgspec.json.encode((coded, price(claim_of(visit, coded), almanac)))


@settings(max_examples=150, deadline=None)
@given(visits, st.integers(1, 60))
def test_an_almanac_that_has_seen_much_says_what_a_new_one_says(visit: Visit, minutes: int) -> None:
    other = tuple(msgspec.structs.replace(treatment, minutes=minutes) for treatment in visit.treatments)
    for seen in (visit, msgspec.structs.replace(visit, treatments=other)):
        assert _answer(seen, load()) == _answer(seen, Almanac(load().data))
