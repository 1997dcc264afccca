"""A coded visit told as a person would tell it: each line, why, under which law, since when, from which source."""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import LawRef, Step
from rehabill.base.money import dollars
from rehabill.model.coded import CodedVisit
from rehabill.model.priced import PricedClaim
from rehabill.rules.rule import cited

_ORDER = ("words", "codes", "minutes", "units", "assistants", "modifiers", "kx", "price")


def explain(coded: CodedVisit, priced: PricedClaim | None, edition: Edition) -> Iterator[str]:
    """Lines of text, plain enough to read aloud."""
    name = f"Visit {coded.id}" if coded.id is not None else "This visit"
    yield f"{name} on {coded.date} for {edition.profile.label} ({coded.edition})"
    yield ""
    on_lines = {id(step) for line in coded.lines for step in line.because}
    used: dict[str, None] = {}
    shared = [step for step in coded.steps if id(step) not in on_lines]
    for step in sorted(shared, key=_rank):
        yield f"  {_sentence(step)}"
        used |= dict.fromkeys(step.because)
    for line in coded.lines:
        yield ""
        modifiers = " ".join(line.modifiers)
        title = edition.law.all_codes[line.code].name
        yield f"  Line {line.line}: {line.code} {modifiers} × {line.units}".rstrip() + f"  {title}"
        for step in line.because:
            yield f"    {_sentence(step)}"
            used |= dict.fromkeys(step.because)
        if priced is not None:
            yield f"    {_price(priced, line.line)}"
            used |= dict.fromkeys(cut.law for cut in priced.lines[line.line - 1].reductions if cut.law)
    if coded.not_billed:
        yield ""
        yield "  Not billed, kept on record:"
        for left in coded.not_billed:
            what = left.code or "no code"
            minutes = "" if left.minutes is None else f", {left.minutes} min"
            yield f"    {what}{minutes}: {left.reason.what()}"
            used |= dict.fromkeys(left.reason.because)
    if priced is not None and priced.lines:
        yield ""
        yield from _totals(priced)
        for step in priced.steps:
            yield f"    {_sentence(step)}"
            used |= dict.fromkeys(step.because)
    yield ""
    yield "  Law:"
    for ref in cited(edition, used):
        yield f"    {_law(ref)}"


def _rank(step: Step) -> int:
    return _ORDER.index(step.stage) if step.stage in _ORDER else len(_ORDER)


def _sentence(step: Step) -> str:
    text = step.what()
    return text[:1].upper() + text[1:] + ("" if text.endswith(("?", ".")) else ".")


def _price(priced: PricedClaim, number: int) -> str:
    line = priced.lines[number - 1]
    if line.allowed_cents is None or line.full_cents is None:
        return f"No price: {line.no_data}."
    parts = [f"Allowed {dollars(line.allowed_cents)}"]
    if line.full_cents != line.allowed_cents:
        parts.append(f"of {dollars(line.full_cents)}")
    cuts = ", ".join(f"{cut.kind} −{dollars(cut.cents)}" for cut in line.reductions)
    if cuts:
        parts.append(f"({cuts})")
    shares = f"payer {dollars(line.payer_cents or 0)}, patient {dollars(line.patient_cents or 0)}"
    return f"{' '.join(parts)}: {shares}."


def _totals(priced: PricedClaim) -> Iterator[str]:
    yield (
        f"  In all: allowed {dollars(priced.allowed_cents)}, payer {dollars(priced.payer_cents)}, "
        f"patient {dollars(priced.patient_cents)}"
    )


def _law(ref: LawRef) -> str:
    since = f", since {ref.since}" if ref.since else ", first day not known"
    mark = "" if ref.verified else " [unverified]"
    age = f" [{ref.table_age}]" if ref.table_age else ""
    return f"{ref.name} = {ref.value}{since}. {ref.source}{mark}{age}"
