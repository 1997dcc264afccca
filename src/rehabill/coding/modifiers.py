"""Modifiers of a line: discipline, assistant, KX, separate services, telehealth and notices, in the payer's order."""

from itertools import permutations

import msgspec
from msgspec import UNSET

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Step
from rehabill.base.money import dollars
from rehabill.coding.assistants import REASONS
from rehabill.coding.drafts import Draft
from rehabill.coding.record import discipline_of, says_separate
from rehabill.model.terms import Discipline
from rehabill.model.visit import Visit
from rehabill.pricing.allowed import Item, allowed
from rehabill.pricing.fee import Where
from rehabill.pricing.price import earlier_items

DISCIPLINE_MODIFIER: dict[Discipline, str] = {"PT": "GP", "OT": "GO", "SLP": "GN"}
ASSISTANT_MODIFIER: dict[Discipline, str] = {"PT": "CQ", "OT": "CO"}
TELEHEALTH_MODIFIER = {"video": "95", "audio": "93"}
_MOST = 4  # SV101 holds four modifiers


class Standing(msgspec.Struct, frozen=True, gc=False):
    """The modifiers a line has for what it is and who gave it, and why."""

    modifiers: tuple[str, ...]
    steps: tuple[Step, ...]


def add_modifiers(drafts: list[Draft], visit: Visit, edition: Edition, where: Where, steps: list[Step]) -> None:
    """Give every draft its modifiers. The order of `drafts` is the order of the lines: KX depends on it."""
    notice = visit.context.abn_on_file is True
    for draft in drafts:
        standing = _standing(draft, notice, edition)
        draft.modifiers = standing.modifiers
        draft.steps += standing.steps
    _separate_services(drafts, edition, visit, steps)
    if visit.telehealth:
        _telehealth(drafts, visit, edition, steps)
    if edition.profile.kx != "off":
        _therapy_threshold(drafts, visit, edition, where, steps)


def in_order(draft: Draft, edition: Edition) -> tuple[str, ...]:
    """The payer's order, at most four; what does not fit is named in a step."""
    key = ("order", draft.modifiers)
    ranked: tuple[str, ...] | None = edition.memo.get(key)
    if ranked is None:
        ranked = edition.remember(key, tuple(sorted(draft.modifiers, key=edition.modifier_rank)))
    if len(ranked) > _MOST:
        left_out = ", ".join(ranked[_MOST:])
        draft.steps.append(
            Step("modifiers", "{}: a line holds four modifiers; {} does not fit", (draft.code, left_out))
        )
    return ranked[:_MOST]


def _standing(draft: Draft, notice: bool, edition: Edition) -> Standing:
    """Discipline, assistant, notice. Nothing but what is in the key decides it, and lines of a kind come by the
    thousand, so it is worked out once.
    """
    by_assistant = draft.part.why if draft.part.assistant else None
    key = ("standing", draft.code, draft.service.discipline, by_assistant, notice)
    found: Standing | None = edition.memo.get(key)
    if found is None:
        added = [
            *_discipline(draft, edition),
            *_assistant(draft, edition),
            *_not_covered(draft, notice, edition),
        ]
        found = Standing(tuple(modifier for modifier, _ in added), tuple(step for _, step in added))
        edition.remember(key, found)
    return found


Added = list[tuple[str, Step]]
"""Modifiers, each with the step that says why."""


def _discipline(draft: Draft, edition: Edition) -> Added:
    if not edition.profile.therapy_modifier:
        return []
    discipline = draft.service.discipline
    modifier = DISCIPLINE_MODIFIER[discipline]
    text = "{} gets {}: it is furnished under a {} plan of care"
    law = ("medicare.therapy.discipline_modifier",)
    return [(modifier, Step("modifiers", text, (draft.code, modifier, discipline), law))]


def _assistant(draft: Draft, edition: Edition) -> Added:
    modifier = ASSISTANT_MODIFIER.get(draft.service.discipline)
    if not draft.part.assistant or modifier is None:
        return []
    reason = REASONS[draft.part.why].format(percent=edition.number("medicare.therapy.de_minimis_percent"))
    law = ("medicare.therapy.assistant_modifier", "medicare.therapy.de_minimis_percent")
    return [(modifier, Step("assistants", "{} gets {}: " + reason, (draft.code, modifier), law))]


def _not_covered(draft: Draft, notice: bool, edition: Edition) -> Added:
    """GY says to Medicare that the service is no benefit; GX beside it that the patient was told so in writing."""
    if not edition.profile.abn or edition.law.statuses.get(draft.code) != "N":
        return []
    text = "{} gets GY: the fee schedule lists it as not covered"
    law = ("medicare.pfs.status_noncovered", "medicare.abn")
    added = [("GY", Step("modifiers", text, (draft.code,), law))]
    if notice:
        text = "{} gets GX: a voluntary notice is on file"
        added.append(("GX", Step("modifiers", text, (draft.code,), ("medicare.abn",))))
    return added


def _separate_services(drafts: list[Draft], edition: Edition, visit: Visit, steps: list[Step]) -> None:
    """59 (or its X form) on the second code of a pair that allows it, only where the record shows it separate."""
    if len(drafts) < 2 or not says_separate(visit):
        return
    for (number, first), (other, second) in permutations(enumerate(drafts, start=1), 2):
        pair = edition.pairs.get((first.code, second.code))
        if pair is None or not _recorded_separate(first, second):
            continue
        _note_separate(first, other)
        _note_separate(second, number)
        if pair.indicator == 1:
            _separate(first, second, edition.pair_is_certain(pair), edition, steps)


def _note_separate(draft: Draft, number: int) -> None:
    if number not in draft.separate_from:
        draft.separate_from += (number,)


def _separate(first: Draft, second: Draft, certain: bool, edition: Edition, steps: list[Step]) -> None:
    modifier = edition.profile.separate_service_modifier
    if not certain:
        steps.append(
            Step("modifiers", "{} with {}: whether the pair was in force that day is not known; no {} added",
                 (first.code, second.code, modifier), ("table.ptp_pairs",))
        )  # fmt: skip
        return
    if modifier not in second.modifiers:
        second.modifiers += (modifier,)
    second.steps.append(
        Step("modifiers", "{} gets {}: NCCI pairs it with {}, allows a modifier, and the record shows it separate",
             (second.code, modifier, first.code), ("medicare.ncci.ptp", "table.ptp_pairs"))
    )  # fmt: skip


def _recorded_separate(one: Draft, other: Draft) -> bool:
    return any(
        index in treatment.distinct_from
        for these, those in ((one.service, other.service), (other.service, one.service))
        for treatment in these.given
        for index in those.treatments
    )


def _telehealth(drafts: list[Draft], visit: Visit, edition: Edition, steps: list[Step]) -> None:
    modifier = TELEHEALTH_MODIFIER[visit.telehealth or "video"]
    medicare = edition.profile.telehealth == "medicare"
    if medicare and not edition.flag("medicare.telehealth.therapists"):
        steps.append(
            Step("modifiers", "therapists may not furnish Medicare telehealth on this day: no {} added", (modifier,),
                 ("medicare.telehealth.therapists",))
        )  # fmt: skip
        return
    for draft in drafts:
        if medicare and draft.code not in edition.law.telehealth_codes:
            steps.append(
                Step("modifiers", "{} is not on Medicare's telehealth list: no {} added", (draft.code, modifier),
                     ("medicare.telehealth.codes",) if edition.known("medicare.telehealth.codes") else ())
            )  # fmt: skip
            continue
        draft.modifiers += (modifier,)
        law = ("medicare.telehealth.place_of_service",) if medicare else ("payer.telehealth",)
        draft.steps.append(
            Step("modifiers", "{} gets {}: furnished by {}", (draft.code, modifier, visit.telehealth), law)
        )


def threshold_name(discipline: Discipline | None) -> str:
    """The yearly threshold a discipline counts toward: OT has its own, all others share one."""
    return "medicare.therapy.kx_threshold_ot" if discipline == "OT" else "medicare.therapy.kx_threshold_pt_slp"


class Threshold(msgspec.Struct, frozen=True, gc=False):
    """The year's threshold a discipline counts toward, and how a person reads it."""

    name: str
    cents: int
    shown: str


def _threshold(edition: Edition, discipline: Discipline) -> Threshold | None:
    """None where the almanac knows none for the year."""
    key = ("threshold", discipline)
    found: Threshold | None = edition.memo.get(key)
    if found is None and edition.known(name := threshold_name(discipline)):
        cents = edition.number(name)
        found = edition.remember(key, Threshold(name, cents, dollars(cents)))
    return found


def _therapy_threshold(drafts: list[Draft], visit: Visit, edition: Edition, where: Where, steps: list[Step]) -> None:
    """KX on the line whose allowed amount takes the year above the threshold, and on every later one (C3, C16)."""
    if not drafts:
        return
    discipline = discipline_of(visit)
    threshold = _threshold(edition, discipline)
    before = visit.context.therapy_ytd_cents
    if threshold is None:
        steps.append(Step("kx", "KX is not decided: no threshold is known for {}", (visit.date.year,)))
        return
    if before is UNSET or before is None:
        text = "KX is not decided: this year's therapy dollars so far were not given"
        steps.append(Step("kx", text, (), (threshold.name,)))
        return
    total = int(before)
    earlier = earlier_items(visit.context, visit.payer, visit.date)
    amounts = allowed(edition, [Item(draft.code, draft.part.units) for draft in drafts], where, earlier)
    unpriced = []
    for draft, amount in zip(drafts, amounts, strict=True):
        own = draft.service.discipline
        if own != discipline and threshold_name(own) != threshold.name:
            text = "{}: KX is not decided: the year's dollars given are not those of {}"
            draft.steps.append(Step("kx", text, (draft.code, own)))
            continue
        total += amount.allowed_cents
        if not amount.priced:
            unpriced.append(draft.code)
        if total > threshold.cents and "GY" not in draft.modifiers:
            _above(draft, visit.context.abn_on_file is True and edition.profile.abn, total, threshold)
    if total <= threshold.cents:
        steps.append(_not_exceeded(total, threshold, unpriced))


def _not_exceeded(total: int, threshold: Threshold, unpriced: list[str]) -> Step:
    if unpriced:
        text = "KX is not decided: the year stands at {} without {}, whose price is not known"
        return Step("kx", text, (dollars(total), ", ".join(unpriced)), (threshold.name,))
    text = "no KX: {} with this visit does not exceed {}"
    return Step("kx", text, (dollars(total), threshold.shown), (threshold.name,))


def _above(draft: Draft, notice: bool, total: int, threshold: Threshold) -> None:
    """KX; where an advance notice is on file, GA in its place."""
    modifier, law = ("GA", (threshold.name, "medicare.abn")) if notice else ("KX", (threshold.name,))
    text = (
        "{} gets GA and no KX: the year stands at {}, above the threshold, and an ABN is on file"
        if notice
        else "{} gets KX: with it the year stands at {}, above the threshold; KX attests that the record shows the need"
    )
    draft.modifiers += (modifier,)
    draft.steps.append(Step("kx", text, (draft.code, dollars(total)), law))
