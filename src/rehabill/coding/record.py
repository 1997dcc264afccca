"""What the therapist recorded, treatment by treatment: which code, whose minutes, or why it earns nothing.

Minutes given together with an assistant or a directed student are the therapist's (C15, C32); what the payer does
not count stays on record with its reason.
"""

import datetime as dt
import re
from operator import attrgetter

import msgspec

from rehabill.almanac.edition import Edition
from rehabill.almanac.schema import Code
from rehabill.base.errors import InputError
from rehabill.base.finding import Step
from rehabill.coding import words
from rehabill.coding.services import Service
from rehabill.model.coded import NotBilled, Suggestion
from rehabill.model.terms import Discipline, Role
from rehabill.model.visit import Treatment, Visit

THERAPISTS = frozenset({"PT", "OT", "SLP"})
ASSISTANTS = frozenset({"PTA", "OTA"})
DISCIPLINE_OF: dict[str, Discipline] = {"PT": "PT", "PTA": "PT", "OT": "OT", "OTA": "OT", "SLP": "SLP"}
GROUP_CODE = "97150"
BY_TIME = frozenset({"quarter_hour", "span", "whole"})
_DISTINCT_FROM = attrgetter("distinct_from")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


class Kind(msgspec.Struct, frozen=True, gc=False):
    """What a treatment is, whatever its minutes: its code, whether they are an assistant's, of whose discipline."""

    code: Code
    by_assistant: bool
    discipline: Discipline
    service: str
    """Discipline and code: treatments of which these are the same are one service."""


def read(visit: Visit, edition: Edition) -> "Reading":
    """Read every treatment of a visit. Raises `InputError` for times of day that are none."""
    reading = Reading(visit, edition)
    for index, treatment in enumerate(visit.treatments):
        by_the_clock = treatment.start is not None or treatment.end is not None
        reading.take(index, treatment, _minutes(index, treatment) if by_the_clock else treatment.minutes)
    return reading


def discipline_of(visit: Visit) -> Discipline:
    """The visit's discipline: as said, else of who treated (PT before OT before SLP)."""
    if visit.discipline:
        return visit.discipline
    given = {DISCIPLINE_OF[t.by] for t in visit.treatments if t.by in DISCIPLINE_OF}
    for discipline in ("OT", "SLP"):
        if given == {discipline}:
            return discipline
    return "PT"


def says_separate(visit: Visit) -> bool:
    """Whether any treatment is recorded as separate from another."""
    return any(map(_DISTINCT_FROM, visit.treatments))


def _minutes(index: int, treatment: Treatment) -> int | None:
    """The minutes stated, else those between start and end."""
    start, end = _clock(index, "start", treatment.start), _clock(index, "end", treatment.end)
    if treatment.minutes is not None or start is None or end is None:
        return treatment.minutes
    if end < start:
        raise InputError(f"treatments[{index}].end", f"ends at {treatment.end}, before it starts at {treatment.start}")
    return end - start


def _clock(index: int, name: str, text: str | None) -> int | None:
    if text is None:
        return None
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise InputError(f"treatments[{index}].{name}", f"'{text}' is no time of day as HH:MM")
    return int(match.group(1)) * 60 + int(match.group(2))


class Reading:
    """Takes treatments one by one; each counts toward its service, or is left out with the reason."""

    def __init__(self, visit: Visit, edition: Edition) -> None:
        self.visit = visit
        self.edition = edition
        self.discipline = discipline_of(visit)
        self.by_name: dict[str, Service] = {}
        self.not_billed: list[NotBilled] = []
        self.suggestions: list[Suggestion] = []
        self.steps: list[Step] = []

    def services(self) -> list[Service]:
        """What counts, in the order of discipline and code, whatever the order of the treatments."""
        return [self.by_name[name] for name in sorted(self.by_name)]

    def take(self, index: int, treatment: Treatment, minutes: int | None) -> None:
        """One treatment to its service; what stops it says so in `Left`.

        A clinic gives the same kinds of treatment all day. One that was read without a word to say of it follows from
        its code, mode, givers and patients alone, and is remembered.
        """
        key = (
            "kind", self.discipline, treatment.code, treatment.mode, treatment.by, treatment.with_, treatment.patients,
        )  # fmt: skip
        kind: Kind | None = self.edition.memo.get(key)
        code = kind.code.code if kind else None
        try:
            if kind is None:
                said = len(self.steps)
                named, patients = self._code(index, treatment, minutes)
                code = self._as_the_payer_calls_it(index, named)
                if treatment.patients is None and patients is not None:
                    treatment = msgspec.structs.replace(treatment, patients=patients)
                if treatment.mode in ("group", "concurrent"):
                    code = self._as_group(index, treatment, code)
                kind = self._kind(index, treatment, self._valid(code))
                if len(self.steps) == said:
                    self.edition.remember(key, kind)
            if not minutes:
                self._measured(kind.code, minutes)
        except _Left as left:
            law = left.reason.because[0] if left.reason.because else None
            self.not_billed.append(NotBilled((index,), code, minutes, left.reason, law, left.invalid))
            return
        self._count(kind, index, treatment, minutes)

    def _count(self, kind: Kind, index: int, treatment: Treatment, minutes: int | None) -> None:
        own, helped = (0, minutes) if kind.by_assistant else (minutes, 0)
        service = self.by_name.get(kind.service)
        if service is None:
            self.by_name[kind.service] = Service(kind.code, kind.discipline, own, helped, (index,), (treatment,))
        else:
            service.add(own, helped, index, treatment)

    def _kind(self, index: int, treatment: Treatment, code: Code) -> Kind:
        by_assistant, discipline = self._giver(index, treatment, code)
        return Kind(code, by_assistant, discipline, f"{discipline} {code.code}")

    def _say(self, stage: str, text: str, facts: tuple[str | int | None, ...], *law: str) -> None:
        self.steps.append(Step(stage, text, facts, law))

    def _code(self, index: int, treatment: Treatment, minutes: int | None) -> tuple[str, int | None]:
        """The code given, or the one its words mean; and how many patients the words speak of."""
        if treatment.code and (stated := treatment.code.strip()):
            return stated.upper(), None
        if not treatment.text or not treatment.text.strip():
            raise _Left(Step("words", "neither a code nor words say what was done"))
        found = words.suggest(
            treatment.text,
            on=self.visit.date,
            discipline=self.discipline,
            payer_family="medicare" if self.edition.profile.family == "medicare" else "other",
            purpose=treatment.purpose,
            encounter=treatment.encounter,
            region=treatment.region,
            mode=treatment.mode,
            patients=treatment.patients,
            minutes=minutes,
        )
        suggestion = Suggestion(index, found.codes, found.confidence, found.why, found.ask, found.together)
        self.suggestions.append(suggestion)
        if not found.codes or found.ask is not None:
            raise _Left(Step("words", "{}", (found.ask or found.why,)))
        self._say("words", "treatment {} is {}: {}", (index + 1, found.codes[0], found.why))
        return found.codes[0], found.patients

    def _as_the_payer_calls_it(self, index: int, code: str) -> str:
        """Unattended stimulation has one code for Medicare and another elsewhere: 97014 becomes G0283 there."""
        if code != "97014" or self.edition.profile.unattended_stimulation == code:
            return code
        wanted = self.edition.profile.unattended_stimulation
        text = "treatment {}: {} reports unattended stimulation to this payer as {}"
        laws = ("medicare.unattended_stimulation", "payer.unattended_stimulation")
        self._say("codes", text, (index + 1, code, wanted), *laws)
        return wanted

    def _as_group(self, index: int, treatment: Treatment, code: str) -> str:
        """Two or more patients at once are 97150 for each of them, whatever each of them did.

        A supervised modality needs no one-on-one contact and stays what it is; an evaluation is never a group's.
        """
        known, patients = self.edition.codes.get(code), treatment.patients
        is_group_code = known is not None and known.basis == "group"
        if known is not None and not known.direct_contact and not is_group_code:
            return code
        if known is not None and known.evaluation:
            text = "{} is an evaluation of one patient; it was recorded as {}"
            raise _Left(Step("codes", text, (code, treatment.mode), ("medicare.therapy.direct_contact",)))
        if is_group_code and patients is None:
            return code  # the count is asked for when the claim is checked
        law = "medicare.therapy.group" if treatment.mode == "group" else "medicare.therapy.concurrent"
        if patients is None:
            text = "how many patients were treated at once? Two or more are group therapy (97150)"
            raise _Left(Step("codes", text, (), (law,)))
        if patients < self.edition.number("medicare.therapy.group"):
            text = "recorded as {} with {} patient: not a group, and not recorded as one-on-one"
            raise _Left(Step("codes", text, (treatment.mode, patients), (law,)))
        if not is_group_code:
            text = "treatment {}: {} patients at once, so {} is billed as {}, one unit for this patient"
            self._say("codes", text, (index + 1, patients, code, GROUP_CODE), law)
        return GROUP_CODE if not is_group_code else code

    def _valid(self, code: str) -> Code:
        """The code as the almanac holds it that day."""
        known = self.edition.codes.get(code)
        if known is None:
            ended = self.edition.law.all_codes.get(code)
            raise _Left(not_in_force(code, ended, self.edition.law.first), invalid=True)
        if not self.edition.profile.pfs_status:
            return known
        if code.startswith("S"):
            text = "{} is an S code: never for Medicare"
            raise _Left(Step("codes", text, (code,), ("medicare.s_codes",)), invalid=True)
        status = self.edition.law.statuses.get(code)
        if status == "B":
            text = "{} is bundled: never paid apart and never billed to the patient"
            raise _Left(Step("codes", text, (code,), ("medicare.pfs.status_bundled",)))
        if status == "I":
            text = "{} is not valid for Medicare"
            raise _Left(Step("codes", text, (code,), ("medicare.pfs.status_invalid",)), invalid=True)
        return known

    def _giver(self, index: int, treatment: Treatment, code: Code) -> tuple[bool, Discipline]:
        """(whether the minutes are an assistant's, whose discipline they are of)."""
        by: Role = treatment.by or self.discipline
        jointly = treatment.with_ or ()
        if treatment.mode == "unattended" and code.basis == "group":
            text = "{} needs the therapist's constant attendance; this was unattended"
            raise _Left(Step("minutes", text, (code.code,), ("medicare.therapy.group",)))
        if treatment.mode == "unattended" and code.direct_contact:
            text = "{} needs direct contact throughout; this was unattended"
            raise _Left(Step("minutes", text, (code.code,), ("medicare.therapy.direct_contact",)))
        if by in ("STUDENT", "AIDE"):
            by_assistant, discipline = self._helper(index, by, jointly)
        else:
            discipline = DISCIPLINE_OF[by]
            by_assistant = by in ASSISTANTS and discipline not in jointly
            if jointly and any(DISCIPLINE_OF.get(other, discipline) != discipline for other in jointly):
                text = "treatment {}: given together with {}; these minutes may be billed by one discipline only"
                self._say("minutes", text, (index + 1, " and ".join(jointly)), "medicare.therapy.cotreatment")
        if by_assistant and code.evaluation:
            text = "{} is an evaluation: an assistant may not furnish it"
            raise _Left(Step("minutes", text, (code.code,), ("medicare.therapy.evaluation_by_therapist",)))
        return by_assistant, discipline

    def _helper(self, index: int, by: str, jointly: tuple[Role, ...]) -> tuple[bool, Discipline]:
        """A student's or aide's time: the professional's who directs it in the room, else what the payer says."""
        directing = [role for role in jointly if role in DISCIPLINE_OF]
        therapist = next((role for role in directing if role in THERAPISTS), None)
        if directing:
            role = therapist or directing[0]
            text = "treatment {}: the {} took part while the {} directed it in the room; the minutes are the {}'s"
            self._say("minutes", text, (index + 1, by.lower(), role, role), "medicare.therapy.students")
            return therapist is None, DISCIPLINE_OF[role]
        one = "a student" if by == "STUDENT" else "an aide"
        profile = self.edition.profile
        if (profile.student_minutes if by == "STUDENT" else profile.aide_minutes) == "warn":
            text = "treatment {}: given by {} alone; this payer's profile counts it, confirm with the payer"
            self._say("minutes", text, (index + 1, one), f"payer.{by.lower()}_minutes")
            return False, self.discipline
        law = "medicare.therapy.students" if by == "STUDENT" else "medicare.therapy.aides"
        text = "{} alone gave it: {}'s minutes earn nothing"
        raise _Left(Step("minutes", text, (one.capitalize(), one), (law,)))

    def _measured(self, code: Code, minutes: int | None) -> None:
        """A code counted by time needs its minutes."""
        if minutes == 0:
            raise _Left(Step("units", "no minutes were spent on it"))
        if minutes is None and code.basis in BY_TIME:
            text = "{} is counted by time, and its minutes were not recorded"
            raise _Left(Step("units", text, (code.code,), ("medicare.therapy.total_time_rule",)))


class _Left(Exception):
    """A treatment that earns nothing, with the reason; `invalid`: the code itself may not be billed that day."""

    def __init__(self, reason: Step, invalid: bool = False) -> None:
        self.reason = reason
        self.invalid = invalid
        super().__init__(reason.what())


def not_in_force(code: str, ended: Code | None, on: dt.date) -> Step:
    """Why a code is not billable on a day, with its successor where there is one."""
    if ended is None:
        text = "{} is not in the therapy code table; check it and bill it by hand if it is right"
        return Step("codes", text, (code,), ("table.codes",))
    if ended.last is not None and ended.last < on:
        after = f"; {' or '.join(ended.successors)} took its place" if ended.successors else ""
        return Step("codes", "{} ended on {}{}", (code, ended.last.isoformat(), after), ("table.codes",))
    first = ended.first.isoformat() if ended.first else "an unknown day"
    return Step("codes", "{} begins on {}", (code, first), ("table.codes",))
