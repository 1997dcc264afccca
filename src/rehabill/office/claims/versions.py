"""A claim corrected or taken back: a new version, which never changes, and in the books the difference it makes."""

import datetime as dt
from collections.abc import Iterable, Sequence

import msgspec
from django.db import transaction
from django.db.models import Q

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import InputError
from rehabill.edi.claim_837p import ClaimWriter
from rehabill.engine.life_cycle.move import frequency, has_version, move, start
from rehabill.engine.life_cycle.table import PREPARING
from rehabill.engine.post.owed import Moved, charged, effects
from rehabill.engine.scrub import scrub
from rehabill.ledger.entry import entry
from rehabill.model.books import BookedClaim, BookedLine, BookedPayer, Decided
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.model.claim import ClaimLine as LineRecord
from rehabill.model.party import Person
from rehabill.model.practice import Practice as PracticeRecord
from rehabill.model.priced import PricedClaim
from rehabill.model.standing import Event, Standing
from rehabill.office.claims.billing import profiles
from rehabill.office.claims.booking import booked, payers
from rehabill.office.claims.context import units_of
from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.making import Version, add_versions
from rehabill.office.claims.models import Claim, ClaimEvent, ClaimLine, ClaimVersion
from rehabill.office.coverage.models import AuthorizationUse
from rehabill.office.money.journal import write
from rehabill.office.money.ledger import check_open
from rehabill.office.money.models import Decision, Owed
from rehabill.office.money.opened import OPENED
from rehabill.office.practices.records import practice_record
from rehabill.office.visits.models import Visit
from rehabill.office.visits.turn import take_turn
from rehabill.office.worklists.credits import close_paid_back
from rehabill.office.worklists.models import Task
from rehabill.pricing.price import price


def correct(
    claim: Claim, new: ClaimRecord, why: str, by: str, at: dt.datetime, almanac: Almanac, today: dt.date
) -> ClaimVersion:
    """The claim as it should have been: goes out with the next file, in place of what the insurer has (frequency 7), or
    as a new claim where it has nothing. Raises `InputError` with all that is wrong, `IllegalTransition`.
    """
    with transaction.atomic():
        before = Before(claim, today)
        standing = before.standing
        events: list[Event | str] = ["corrected"] if standing is None else [*_begin(standing), "released"]
        new = before.fitted(new, standing and _moved(standing, _begin(standing)))
        _check(new, before, almanac, today)
        priced = price(new, almanac)
        books = booked(new, priced, before.practice, almanac)
        books = before.with_joined(books, almanac)
        books = _with_dropped_lines(books, before.version.booked)
        standings = _standings(before.claim.standings, books)
        version = before.enter(new, priced, books, standings, events, why, by, at)
        _count_again(before.claim, new)
        done = f"Corrected by version {version.number}."
        Task.objects.filter(claim=before.claim, state="open", action="denied").update(
            state="done", closed_at=at, closed_by=by, closed_why=done
        )
        Visit.objects.filter(id=before.claim.visit_id).update(why="")
    return version


def void(claim: Claim, why: str, by: str, at: dt.datetime, almanac: Almanac, today: dt.date) -> ClaimVersion:
    """Take the claim back: by a version that asks for it (frequency 8) where the insurer has it, at once where it never
    did. Raises `InputError`, `IllegalTransition`.
    """
    with transaction.atomic():
        before = Before(claim, today)
        standing, old = before.standing, before.version
        if not any(line.charge_cents for line in old.booked.lines):
            raise InputError("", f"claim {claim.number} is voided already: nothing of it is charged")
        new, events = old.record, list[Event | str](["voided"])
        if standing is not None and has_version(standing):
            begun: list[Event] = [*_given_up(standing), "withdrawn"]
            new = before.fitted(before.last_sent, _moved(standing, begun))
            refuse(before.writer(almanac, today).problems(new))
            events = [*begun, "released"]
        nothing = tuple(msgspec.structs.replace(line, charge_cents=0) for line in old.booked.lines)
        books = msgspec.structs.replace(old.booked, lines=nothing)
        version = before.enter(new, old.priced, books, before.claim.standings, events, why, by, at)
        AuthorizationUse.objects.filter(visit=before.claim.visit_id).delete()
        Visit.objects.filter(id=before.claim.visit_id).update(why=f"its claim was voided: {why}")
    return version


def join(claim: Claim, payer: BookedPayer, why: str, by: str, at: dt.datetime, today: dt.date) -> None:
    """Another insurer of the claim, in its turn: what was the patient's share is its to pay now. Nothing goes out: the
    version before is what the others have. Raises `InputError`.
    """
    with transaction.atomic():
        before = Before(claim, today)
        old = before.version
        books = with_payers(old.booked, [payer])
        standings = tuple(
            sorted((*before.claim.standings, start(payer.order)), key=lambda one: _TURNS.index(one.order))
        )
        before.enter(old.record, old.priced, books, standings, [], why, by, at)
        record([Happened(claim.id, None, "insurer_added", why)], by, at)


_TURNS = "PST"


def with_payers(books: BookedClaim, more: Sequence[BookedPayer]) -> BookedClaim:
    in_turn = sorted((*books.payers, *more), key=lambda one: _TURNS.index(one.order))
    return msgspec.structs.replace(books, payers=tuple(in_turn))


class Before:
    """The claim before a new version of it, locked, with its present one."""

    def __init__(self, claim: Claim, today: dt.date) -> None:
        take_turn()
        check_open(today)
        self.today = today
        self.claim = Claim.objects.select_for_update(no_key=True).get(id=claim.id)
        if ClaimEvent.objects.filter(claim=claim, kind=OPENED).exists():
            message = (
                f"claim {claim.number} was brought over with what was open of it: correct it where it was billed, or"
                f" write the rest off (`rehabill claim write-off {claim.number}`)"
            )
            raise InputError("", message)
        self.version: ClaimVersion = self.claim.versions.get(number=self.claim.version)
        self.practice: PracticeRecord = practice_record(self.claim.practice, self.claim.service_day)

    @property
    def standing(self) -> Standing | None:
        """With the insurer that the present version is for; None for a claim without insurers."""
        order = self.version.record.sequence
        return next((one for one in self.claim.standings if one.order == order), None)

    @property
    def last_sent(self) -> ClaimRecord:
        """What the insurer has: a correction that has not gone out it does not know."""
        sent: ClaimVersion | None = self.claim.versions.filter(submissions__isnull=False).order_by("-number").first()
        record: ClaimRecord = (sent or self.version).record
        return record

    def with_joined(self, books: BookedClaim, almanac: Almanac) -> BookedClaim:
        """With the insurers that no record names, because they joined the claim by answering it."""
        named = {one.order for one in payers(self.version.record, self.practice, almanac)}
        there = {one.order for one in books.payers}
        joined = [one for one in self.version.booked.payers if one.order not in named | there]
        return with_payers(books, joined) if joined else books

    def writer(self, almanac: Almanac, today: dt.date) -> ClaimWriter:
        return ClaimWriter(self.practice, profiles(almanac, today))

    def fitted(self, new: ClaimRecord, standing: Standing | None) -> ClaimRecord:
        """The record with what follows from its being another version of this claim."""
        old, patient = self.version.record, self.claim.patient.number
        said = new.patient.id if isinstance(new.patient, Person) else new.patient
        if said not in (None, patient):
            raise InputError(
                "patient.id", "a correction is for the same patient: void this claim and bill the right one"
            )
        if new.payer != old.payer or new.sequence != old.sequence:
            message = "a correction goes to the same payer in the same turn: void this claim and bill the right payer"
            raise InputError("payer", message)
        which = "1" if standing is None else frequency(standing)
        return msgspec.structs.replace(
            new,
            id=old.id,
            patient=old.patient if new.patient is None or isinstance(new.patient, str) else new.patient,
            claim_number=self.claim.number,
            frequency=which,
            payer_claim_number=None
            if which == "1"
            else new.payer_claim_number or self.claim.payer_claim_number or None,
            lines=self._numbered(new.lines),
        )

    def _numbered(self, lines: Sequence[LineRecord]) -> tuple[LineRecord, ...]:
        """Insurers tell lines by their numbers: none stands on two claims."""
        given = {one.line_id for one in lines if one.line_id}
        others = ClaimLine.objects.filter(line_id__in=given).exclude(version__claim=self.claim)
        if taken := sorted(set(others.values_list("line_id", flat=True))):
            raise InputError("lines", f"{', '.join(taken)} is the number of another claim's line: leave it out")
        used = set(self.claim.versions.values_list("lines__line_id", flat=True))
        return _numbered(lines, self.version.booked.lines, used)

    def enter(
        self,
        new: ClaimRecord,
        priced: PricedClaim | None,
        books: BookedClaim,
        standings: tuple[Standing, ...],
        events: Sequence[Event | str],
        why: str,
        by: str,
        at: dt.datetime,
    ) -> ClaimVersion:
        """The version, what it moves in the books, and its events."""
        claim, number = self.claim, self.claim.version + 1
        edition = priced.edition if priced else self.version.edition
        (id_,) = add_versions([Version(claim.id, number, new, books, priced, edition, why)], by, at)
        claim.version, claim.standings = number, standings
        claim.therapist_npi, claim.service_day = (new.rendering_npi or "")[:10], books.lines[0].date
        claim.save(update_fields=["version", "standings", "therapist_npi", "service_day"])
        Owed.objects.filter(claim=claim).update(therapist_npi=claim.therapist_npi, service_day=claim.service_day)
        moved = self._difference(books)
        if moved:
            write([entry(self.today, "correction", f"{claim.number}/{number}", moved, why)], by, at)
        order = new.sequence if self.standing is not None else None
        record([Happened(claim.id, order, event, why, edition=edition) for event in events], by, at)
        close_paid_back(Q(claim=claim), at)
        claim.refresh_from_db()
        made: ClaimVersion = ClaimVersion.objects.get(id=id_)
        return made

    def _difference(self, books: BookedClaim) -> Moved:
        """The books of a claim follow from its charges and all decisions: what they say now against what they said."""
        told: Iterable[tuple[Decided, ...]] = (
            Decision.objects.filter(claim=self.claim).order_by("id").values_list("decided", flat=True)
        )
        decided = [one for some in told for one in some]
        moved: Moved = {}
        for of, sign in ((books, 1), (self.version.booked, -1)):
            for part in (charged(of), effects(of, decided)):
                for place, cents in part.items():
                    moved[place] = moved.get(place, 0) + sign * cents
        if sum(moved.values()):
            raise InputError("other_insurance", "an insurer that has decided the claim cannot be taken off it")
        return {place: cents for place, cents in moved.items() if cents}


def _begin(standing: Standing) -> list[Event]:
    """How a correction begins. One of a void that has not gone out gives that up first: the insurer would be told to
    take back what is billed anew.
    """
    if standing.void and standing.status in PREPARING:
        return [*_given_up(standing), "corrected"]
    return ["changed"] if standing.status in PREPARING else ["corrected"]


def _given_up(standing: Standing) -> list[Event]:
    """A version that waits to go out, and will not."""
    return ["dropped"] if standing.status in (*PREPARING, "rejected") else []


def _moved(standing: Standing, events: Sequence[Event]) -> Standing:
    for event in events:
        standing = move(standing, event)
    return standing


def _numbered(new: Sequence[LineRecord], old: Sequence[BookedLine], taken: set[str]) -> tuple[LineRecord, ...]:
    """Lines without a number get that of the same service before, also of one that was dropped since, or one that no
    line ever had.
    """
    given = {line.line_id for line in new if line.line_id}
    free = [line for line in old if line.line_id not in given]
    stem = old[0].line_id.rsplit("-", 1)[0]
    found, count = [], 0
    for line in new:
        if line.line_id is None:
            same = next((one for one in free if (one.code, one.date) == (line.code, line.date)), None)
            if same is not None:
                free.remove(same)
                line = msgspec.structs.replace(line, line_id=same.line_id)
            else:
                while (number := f"{stem}-{(count := count + 1)}") in taken | given:
                    pass
                given.add(number)
                line = msgspec.structs.replace(line, line_id=number)
        found.append(line)
    return tuple(found)


def _check(new: ClaimRecord, before: Before, almanac: Almanac, today: dt.date) -> None:
    """A correction goes in when it can go out: nothing that would be held is made a version."""
    scrubbed = scrub(new, almanac, today)
    errors = [
        InputError(one.path, f"{one.rule} {one.message}")
        for one in scrubbed.findings
        if one.status == "fail" and one.severity == "error"
    ]
    faults = before.writer(almanac, today).problems(new) if before.standing is not None else ()
    refuse((*errors, *faults))


def refuse(faults: Sequence[InputError]) -> None:
    """Raises the first as `InputError`, with the others in its words."""
    if faults:
        more = "".join(f"; {fault}" for fault in faults[1:])
        raise InputError(faults[0].path, f"{faults[0].message}{more}")


def _with_dropped_lines(new: BookedClaim, old: BookedClaim) -> BookedClaim:
    """Lines that are no longer charged stay known: insurers still take back what they decided of them."""
    kept = {line.line_id for line in new.lines}
    dropped: list[BookedLine] = [
        msgspec.structs.replace(line, charge_cents=0, expected=None) for line in old.lines if line.line_id not in kept
    ]
    return msgspec.structs.replace(new, lines=(*new.lines, *dropped)) if dropped else new


def _standings(old: tuple[Standing, ...], books: BookedClaim) -> tuple[Standing, ...]:
    """An insurer that comes to the claim waits for its turn; one that is taken off it must not have been asked yet."""
    known = {one.order: one for one in old}
    found = tuple(known.get(payer.order) or start(payer.order) for payer in books.payers)
    if any(one.status != "waiting" for one in old if one not in found):
        raise InputError("other_insurance", "an insurer that was asked already cannot be taken off the claim")
    return found


def _count_again(claim: Claim, new: ClaimRecord) -> None:
    """Units used of an authorisation are those of the present version."""
    for use in AuthorizationUse.objects.filter(visit=claim.visit_id).select_related("authorization"):
        use.units = units_of(new, use.authorization.codes)
        use.save(update_fields=["units"])
