"""Results as the plain data of the command-line contract: steps put into words, law looked up."""

from collections.abc import Iterable
from typing import Any

import msgspec

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding, Step
from rehabill.engine.scrub import Scrubbed
from rehabill.model.coded import CodedVisit
from rehabill.model.priced import PricedClaim
from rehabill.model.visit import Visit
from rehabill.rules.rule import cited

_TOTALS = ("full_cents", "allowed_cents", "payer_cents", "patient_cents")


def coded_visit(
    visit: Visit, coded: CodedVisit, findings: Iterable[Finding], edition: Edition | None
) -> dict[str, Any]:
    """`rehabill code`: the coded visit, which `rehabill price` takes as it is. Without an edition the steps stay
    untold: putting them into words costs more than the coding.
    """
    out: dict[str, Any] = {
        "id": coded.id,
        "edition": coded.edition,
        "date": coded.date,
        "payer": coded.payer,
        "discipline": coded.discipline,
        "place_of_service": coded.place_of_service,
        "lines": [
            {
                "line": line.line,
                "code": line.code,
                "modifiers": line.modifiers,
                "units": line.units,
                "minutes": line.minutes,
                "assistant_minutes": line.assistant_minutes,
                "treatments": line.treatments,
                **({"because": [step.what() for step in line.because]} if edition else {}),
            }
            for line in coded.lines
        ],
        "not_billed": [
            {
                "treatments": left.treatments,
                "code": left.code,
                "minutes": left.minutes,
                "reason": left.reason.what(),
                "law": left.law,
            }
            for left in coded.not_billed
        ],
        "suggestions": [
            {
                "treatment": suggestion.treatment,
                "codes": suggestion.codes,
                "confidence": suggestion.confidence,
                "why": suggestion.why,
                "ask": suggestion.ask,
                **({"together": True} if suggestion.together else {}),
            }
            for suggestion in coded.suggestions
        ],
        "findings": list(findings),
    }
    if edition is not None:
        out["steps"] = steps(coded.steps)
        out["law"] = laws(coded.steps, edition)
    for name in ("locality", "qp", "participating", "telehealth"):
        out[name] = getattr(visit, name)
    context = msgspec.to_builtins(visit.context)
    if context:
        out["context"] = context
    return out


def priced_claim(priced: PricedClaim, edition: Edition | None) -> dict[str, Any]:
    """`rehabill price`: amounts with the inputs of the formula beside each line."""
    out: dict[str, Any] = msgspec.to_builtins(priced)
    out["totals"] = {name: out[name] for name in _TOTALS}
    out["steps"] = steps(priced.steps)
    if edition is not None:
        names = dict.fromkeys(reduction.law for line in priced.lines for reduction in line.reductions if reduction.law)
        names |= dict.fromkeys(name for step in priced.steps for name in step.because)
        out["law"] = {ref.name: ref for ref in cited(edition, names)}
        effective = edition.law.release_effective
        for line in out["lines"]:
            if line["inputs"]:
                line["inputs"]["release_effective"] = effective[line["inputs"]["release"]]
    return out


def amounts(priced: PricedClaim) -> dict[str, Any]:
    """The totals and the lines' amounts alone."""
    totals = {name: getattr(priced, name) for name in _TOTALS}
    names = ("line", "full_cents", "allowed_cents", "payer_cents", "patient_cents")
    return {**totals, "lines": [{name: getattr(line, name) for name in names} for line in priced.lines]}


def scrubbed_claim(result: Scrubbed) -> dict[str, Any]:
    """`rehabill scrub`."""
    return {
        "id": result.id,
        "edition": result.edition,
        "verdict": result.verdict,
        "findings": result.findings,
    }


def steps(found: Iterable[Step]) -> list[dict[str, Any]]:
    return [{"stage": step.stage, "what": step.what(), "because": step.because} for step in found]


def laws(found: Iterable[Step], edition: Edition) -> dict[str, Any]:
    """Every value of law the steps rest on, with its first day and source."""
    names = dict.fromkeys(name for step in found for name in step.because)
    return {ref.name: ref for ref in cited(edition, names)}


def needs_action(findings: Iterable[Finding]) -> bool:
    """Whether a finding asks for exit code 1: it failed, as error or warning."""
    return any(finding.status == "fail" and finding.severity != "info" for finding in findings)
