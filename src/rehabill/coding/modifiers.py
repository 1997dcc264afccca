"""Modifiers of a line: discipline, assistant, KX, separate services, telehealth and notices, in the payer's order."""

from itertools import permutations

from msgspec import UNSET

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Step
from rehabill.base.money import dollars
from rehabill.coding.assistants import REASONS, Part
from rehabill.coding.drafts import Draft
from rehabill.coding.record import discipline_of
from rehabill.model.claim import Context
from rehabill.model.terms import Discipline
from rehabill.model.visit import Visit
from rehabill.pricing.allowed import Item, allowed
from rehabill.pricing.fee import Where
from rehabill.pricing.price import earlier_items

DISCIPLINE_MODIFIER: dict[Discipline, str] = {"PT": "GP", "OT": "GO", "SLP": "GN"}
ASSISTANT_MODIFIER: dict[Discipline, str] = {"PT": "CQ", "OT": "CO"}
TELEHEALTH_MODIFIER = {"video": "95", "audio": "93"}
_MOST = 4  # SV101 holds four modifiers


def add_modifiers(drafts: list[Draft], visit: Visit, edition: Edition, where: Where, steps: list[Step]) -> None:
    """Give every draft its modifiers. The order of `drafts` is the order of the lines: KX depends on it."""
    for draft in drafts:
        _discipline(draft, edition)
        _assistant(draft, edition)
        _not_covered(draft, visit.context, edition)
    _separate_services(drafts, edition, visit, steps)
    if visit.telehealth:
        _telehealth(drafts, visit, edition, steps)
    if edition.profile.kx != "off":
        _therapy_threshold(drafts, visit, edition, where, steps)


def in_order(draft: Draft, edition: Edition, steps: list[Step]) -> tuple[str, ...]:
    """The payer's order, at most four; what does not fit is named in a step."""
    if len(draft.modifiers) < 2:
        return tuple(draft.modifiers)
    ranked = sorted(draft.modifiers, key=edition.modifier_rank)
    if len(ranked) > _MOST:
        left_out = ", ".join(ranked[_MOST:])
        steps.append(Step("modifiers", "{}: a line holds four modifiers; {} does not fit", (draft.code, left_out)))
    return tuple(ranked[:_MOST])


def _discipline(draft: Draft, edition: Edition) -> None:
    if edition.profile.therapy_modifier:
        modifier = DISCIPLINE_MODIFIER[draft.service.discipline]
        draft.modifiers.add(modifier)
        draft.steps.append(
            Step("modifiers", "{} gets {}: it is furnished under a {} plan of care",
                 (draft.code, modifier, draft.service.discipline), ("medicare.therapy.discipline_modifier",))
        )  # fmt: skip


def _assistant(draft: Draft, edition: Edition) -> None:
    if not draft.part.assistant:
        return
    modifier = ASSISTANT_MODIFIER.get(draft.service.discipline)
    if modifier:
        draft.modifiers.add(modifier)
        draft.steps.append(
            Step("assistants", "{} gets {}: " + _reason(draft.part, edition), (draft.code, modifier),
                 ("medicare.therapy.assistant_modifier", "medicare.therapy.de_minimis_percent"))
        )  # fmt: skip


def _reason(part: Part, edition: Edition) -> str:
    return REASONS[part.why].format(percent=edition.number("medicare.therapy.de_minimis_percent"))


def _not_covered(draft: Draft, context: Context, edition: Edition) -> None:
    """GY says to Medicare that the service is no benefit; GX beside it that the patient was told so in writing."""
    if not edition.profile.abn or edition.law.statuses.get(draft.code) != "N":
        return
    draft.modifiers.add("GY")
    draft.steps.append(
        Step("modifiers", "{} gets GY: the fee schedule lists it as not covered", (draft.code,),
             ("medicare.pfs.status_noncovered", "medicare.abn"))
    )  # fmt: skip
    if context.abn_on_file is True:
        draft.modifiers.add("GX")
        draft.steps.append(
            Step("modifiers", "{} gets GX: a voluntary notice is on file", (draft.code,), ("medicare.abn",))
        )


def _separate_services(drafts: list[Draft], edition: Edition, visit: Visit, steps: list[Step]) -> None:
    """59 (or its X form) on the second code of a pair that allows it, only where the record shows it separate."""
    if len(drafts) < 2:
        return
    for first, second in permutations(drafts, 2):
        pair = edition.pairs.get((first.code, second.code))
        if pair is None or not _recorded_separate(first, second):
            continue
        first.separate_from += (second,)
        second.separate_from += (first,)
        if pair.indicator == 1:
            _separate(first, second, edition.pair_is_certain(pair), edition, steps)


def _separate(first: Draft, second: Draft, certain: bool, edition: Edition, steps: list[Step]) -> None:
    modifier = edition.profile.separate_service_modifier
    if not certain:
        steps.append(
            Step("modifiers", "{} with {}: whether the pair was in force that day is not known; no {} added",
                 (first.code, second.code, modifier), ("table.ptp_pairs",))
        )  # fmt: skip
        return
    second.modifiers.add(modifier)
    second.steps.append(
        Step("modifiers", "{} gets {}: NCCI pairs it with {}, allows a modifier, and the record shows it separate",
             (second.code, modifier, first.code), ("medicare.ncci.ptp", "table.ptp_pairs"))
    )  # fmt: skip


def _recorded_separate(one: Draft, other: Draft) -> bool:
    return any(
        index in entry.treatment.distinct_from
        for these, those in ((one.service, other.service), (other.service, one.service))
        for entry in these.entries
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
        draft.modifiers.add(modifier)
        law = ("medicare.telehealth.place_of_service",) if medicare else ("payer.telehealth",)
        draft.steps.append(
            Step("modifiers", "{} gets {}: furnished by {}", (draft.code, modifier, visit.telehealth), law)
        )


def threshold_name(discipline: Discipline | None) -> str:
    """The yearly threshold a discipline counts toward: OT has its own, all others share one."""
    return "medicare.therapy.kx_threshold_ot" if discipline == "OT" else "medicare.therapy.kx_threshold_pt_slp"


def _therapy_threshold(drafts: list[Draft], visit: Visit, edition: Edition, where: Where, steps: list[Step]) -> None:
    """KX on the line whose allowed amount takes the year above the threshold, and on every later one (C3, C16)."""
    if not drafts:
        return
    name = threshold_name(discipline_of(visit))
    before = visit.context.therapy_ytd_cents
    if not edition.known(name):
        steps.append(Step("kx", "KX is not decided: no threshold is known for {}", (visit.date.year,)))
        return
    if before is UNSET or before is None:
        steps.append(Step("kx", "KX is not decided: this year's therapy dollars so far were not given", (), (name,)))
        return
    threshold = edition.number(name)
    total = int(before)
    earlier = earlier_items(visit.context, visit.payer, visit.date)
    amounts = allowed(edition, [Item(draft.code, draft.part.units) for draft in drafts], where, earlier)
    unpriced = []
    for draft, amount in zip(drafts, amounts, strict=True):
        if threshold_name(draft.service.discipline) != name:
            draft.steps.append(
                Step("kx", "{}: KX is not decided: the year's dollars given are not those of {}",
                     (draft.code, draft.service.discipline))
            )  # fmt: skip
            continue
        total += amount.allowed_cents
        if not amount.priced:
            unpriced.append(draft.code)
        if total > threshold and "GY" not in draft.modifiers:
            _above(draft, visit.context.abn_on_file is True and edition.profile.abn, total, name)
    if total <= threshold and unpriced:
        steps.append(
            Step("kx", "KX is not decided: the year stands at {} without {}, whose price is not known",
                 (dollars(total), ", ".join(unpriced)), (name,))
        )  # fmt: skip
    elif total <= threshold:
        steps.append(
            Step("kx", "no KX: {} with this visit does not exceed {}", (dollars(total), dollars(threshold)), (name,))
        )


def _above(draft: Draft, notice: bool, total: int, name: str) -> None:
    if notice:
        draft.modifiers.add("GA")
        draft.steps.append(
            Step("kx", "{} gets GA and no KX: the year stands at {}, above the threshold, and an ABN is on file",
                 (draft.code, dollars(total)), (name, "medicare.abn"))
        )  # fmt: skip
        return
    draft.modifiers.add("KX")
    draft.steps.append(
        Step("kx", "{} gets KX: with it the year stands at {}, above the threshold; KX attests that the record shows "
             "the need", (draft.code, dollars(total)), (name,))
    )  # fmt: skip
