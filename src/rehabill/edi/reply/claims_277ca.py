"""277CA (005010X214): which claims of our file were taken in, told by the payer or by somebody on the way to it."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from rehabill.base.money import dollars
from rehabill.edi.reply.faults import finding
from rehabill.edi.reply.loops import Found, Loop, Received
from rehabill.edi.reply.pieces import Reader, value
from rehabill.edi.reply.statuses import claim_status, states
from rehabill.edi.reply.verdict import sentence, verdict
from rehabill.model.claim_status import ClaimBatch, ClaimStatus, ProviderStatus
from rehabill.model.submitted import Party

_REFUSED = frozenset({"rejected", "not_found"})


def claim_batches(whole: Received) -> Iterator[ClaimBatch]:
    """One for each of our files that is answered."""
    reader = Reader(whole)
    for source_loop in whole.root.under("2000A"):
        head = _head(reader, source_loop)
        for loop in source_loop.under("2000B"):
            yield _batch(reader, head, source_loop, loop)


class _Head(NamedTuple):
    """Who answers, and what was received when."""

    source: Party | None
    file_reference: str | None
    received: dt.date | None
    processed: dt.date | None

    @property
    def who(self) -> str:
        return self.source.name if self.source else ""


def _head(reader: Reader, loop: Loop) -> _Head:
    file = loop.first("2200A")
    if file is None:
        return _Head(reader.party(loop.first("2100A")), None, None, None)
    days: list[dt.date | None] = []
    for kind in ("050", "009"):
        segment = file.take("DTP", kind)
        period = reader.period(segment) if segment else None
        days.append(period.first if period else None)
    return _Head(reader.party(loop.first("2100A")), value(file.take("TRN")), *days)


class _Totals:
    """QTY and AMT of a level, as they are said."""

    def __init__(self, reader: Reader, loop: Loop | None, accepted: str, rejected: str) -> None:
        self.reader = reader
        self.places: dict[str, Found] = {}
        self.accepted = self._count(loop, accepted)
        self.rejected = self._count(loop, rejected)
        self.accepted_cents = self._sum(loop, "YU")
        self.rejected_cents = self._sum(loop, "YY")

    def _count(self, loop: Loop | None, kind: str) -> int | None:
        found = self._take(loop, "QTY", kind)
        return self.reader.count(found, 2) if found else None

    def _sum(self, loop: Loop | None, kind: str) -> int | None:
        found = self._take(loop, "AMT", kind)
        return self.reader.cents(found, 2) if found else None

    def _take(self, loop: Loop | None, name: str, kind: str) -> Found | None:
        found = loop.take(name, kind) if loop else None
        if found is not None:
            self.places[name + kind] = found
        return found

    def check(self, claims: list[ClaimStatus], who: str, kinds: tuple[str, str]) -> None:
        """Against the claims listed; a level that lists none (rejected as a whole) has nothing to be held against."""
        if not claims:
            return
        refused = [claim for claim in claims if claim.verdict in _REFUSED]
        taken = [claim for claim in claims if claim.verdict not in _REFUSED]
        self._compare("QTY" + kinds[0], "A120", self.accepted, len(taken), "accepted", who, str)
        self._compare("QTY" + kinds[1], "A120", self.rejected, len(refused), "rejected", who, str)
        self._compare("AMTYU", "A121", self.accepted_cents, _charges(taken), "accepted", who, dollars)
        self._compare("AMTYY", "A121", self.rejected_cents, _charges(refused), "rejected", who, dollars)

    def _compare(
        self, place: str, kind: str, said: int | None, found: int | None, what: str, who: str,
        shown: Callable[[int], str],
    ) -> None:  # fmt: skip
        if said is None or found is None or said == found:
            return
        self.reader.whole.tell(
            kind, self.places[place], place[:3] + "02", "", who=who, said=shown(said), what=what, found=shown(found)
        )


def _charges(claims: list[ClaimStatus]) -> int | None:
    charges = [claim.charge_cents for claim in claims]
    return None if None in charges else sum(charge or 0 for charge in charges)


def _batch(reader: Reader, head: _Head, above: Loop, loop: Loop) -> ClaimBatch:
    batch = loop.first("2200B")
    source = head.source
    providers: list[ProviderStatus] = []
    claims: list[ClaimStatus] = []
    for level in loop.under("2000C"):
        provider, its_claims = _provider(reader, level, source)
        providers.append(provider)
        claims.extend(its_claims)
    totals = _Totals(reader, batch, "90", "AA")
    totals.check(claims, "The file's total", ("90", "AA"))
    _tell_twice(reader, claims)
    told = states(reader, batch, "", True) if batch else ()
    found = verdict(told, True)
    return ClaimBatch(
        answer=reader.whole.submission,
        source=source,
        from_payer=_is_payer(source),
        file_reference=head.file_reference,
        received=head.received,
        processed=head.processed,
        submitter=reader.party(loop.first("2100B")),
        batch_reference=value(batch.take("TRN")) if batch else None,
        states=told,
        verdict=found,
        sentence=sentence(found, told, head.who) if told else "",
        accepted=totals.accepted,
        rejected=totals.rejected,
        accepted_cents=totals.accepted_cents,
        rejected_cents=totals.rejected_cents,
        providers=tuple(providers),
        claims=tuple(claims),
        at=reader.whole.at(loop.opening),
        other=(*above.other("2000B"), *loop.other("2200D")),
    )


def _is_payer(source: Party | None) -> bool:
    return source is not None and source.role == "PR"


def _provider(reader: Reader, loop: Loop, source: Party | None) -> tuple[ProviderStatus, list[ClaimStatus]]:
    provider = reader.party(loop.first("2100C"))
    claims = list(_claims(reader, loop, source, provider))
    whole = loop.first("2200C")
    totals = _Totals(reader, whole, "QA", "QC")
    totals.check(claims, "The billing provider's total", ("QA", "QC"))
    told = states(reader, whole, "", True) if whole else ()
    found = verdict(told, True)
    return ProviderStatus(
        provider=provider,
        reference=value(whole.take("TRN")) if whole else None,
        states=told,
        verdict=found,
        sentence=sentence(found, told, source.name if source else "") if told else "",
        accepted=totals.accepted,
        rejected=totals.rejected,
        accepted_cents=totals.accepted_cents,
        rejected_cents=totals.rejected_cents,
    ), claims


def _claims(reader: Reader, loop: Loop, source: Party | None, provider: Party | None) -> Iterator[ClaimStatus]:
    for level in loop.under("2000D"):
        patient = reader.party(level.first("2100D"))
        for below in level.under("2200D"):
            yield claim_status(
                reader, below, is_acknowledgment=True, source=source, from_payer=_is_payer(source), patient=patient,
                provider=provider,
            )  # fmt: skip


def _tell_twice(reader: Reader, claims: list[ClaimStatus]) -> None:
    seen: set[str] = set()
    for claim in claims:
        number = claim.claim_number or ""
        if number and number in seen:
            reader.whole.findings.append(finding("A124", msgspec.structs.replace(claim.at, element="TRN02")))
        seen.add(number)
