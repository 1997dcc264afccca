"""What was sent, found again by what answers it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rehabill.model.books import Order
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.office.bulk import among
from rehabill.office.claims.models import ClaimVersion
from rehabill.office.exchange.models import File, Submission


class WentOut(NamedTuple):
    """A claim in a file: `version` counts those that went to the same insurer, from 1; None: the last."""

    submission: int
    claim: int
    number: str
    order: Order
    version: int | None


def files_of(interchanges: Iterable[str]) -> list[File]:
    """Our files of those control numbers, in the order they were written."""
    return list(File.objects.filter(is_ours=True, interchange__in=set(interchanges) - {""}).order_by("id"))


def last_files_of(claims: Sequence[str]) -> list[File]:
    """The files in which these claims went out last."""
    rows = Submission.objects.filter(version__claim__number__in=among("text", list(claims))).order_by("id")
    last = dict(rows.values_list("version__claim__number", "file"))
    return list(File.objects.filter(id__in=set(last.values())).order_by("id"))


def claims_of(file: File) -> dict[str, WentOut]:
    """Every claim of a file of ours, by its number."""
    rows = Submission.objects.filter(file=file).order_by("id").values_list(
        "id", "version__claim", "version__claim__number", "version__number", "version__claim__version"
    )  # fmt: skip
    of_one = {one[1]: ("P", 1) for one in rows if one[4] == 1}
    ranked = _ranked([one[1] for one in rows if one[4] > 1])
    return {
        name: WentOut(id_, claim, name, *(of_one.get(claim) or ranked[claim, number]))  # type: ignore[arg-type]
        for id_, claim, name, number, _ in rows
    }


def _ranked(claims: Sequence[int]) -> dict[tuple[int, int], tuple[Order, int]]:
    """(insurer, how many of its versions had gone out by then), for each version of the claims that went out."""
    found: dict[tuple[int, int], tuple[Order, int]] = {}
    if not claims:
        return found
    rows = (
        ClaimVersion.objects.filter(claim__in=among("bigint", claims), submissions__isnull=False)
        .distinct()
        .order_by("claim", "number")
    )
    counts: dict[tuple[int, Order], int] = {}
    for claim, number, record in rows.values_list("claim_id", "number", "record"):
        key = (claim, record.sequence)
        counts[key] = counts.get(key, 0) + 1
        found[claim, number] = (record.sequence, counts[key])
    return found


class Last(NamedTuple):
    """What went to an insurer last, to ask about it or to send it again."""

    claim: int
    order: Order
    version: int
    record: ClaimRecord
    payer_claim_number: str


def last_of(claims: Sequence[tuple[int, Order]]) -> list[Last]:
    """In the order asked for; nothing of a claim of which nothing went to that insurer."""
    rows = (
        ClaimVersion.objects.filter(claim__in=among("bigint", [one for one, _ in claims]), submissions__isnull=False)
        .distinct()
        .order_by("number")
    )
    found: dict[tuple[int, Order], Last] = {}
    for id_, claim, record, number in rows.values_list("id", "claim_id", "record", "claim__payer_claim_number"):
        theirs = number if record.sequence == "P" else ""
        found[claim, record.sequence] = Last(claim, record.sequence, id_, record, theirs)
    return [found[one] for one in claims if one in found]
