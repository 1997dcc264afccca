"""What the therapist recorded, treatment by treatment: which code, whose minutes, or why it earns nothing.

Minutes given together with an assistant or a directed student are the therapist's (C15, C32); what the payer does
not count stays on record with its reason.
"""

import datetime as dt
import re

import msgspec

from rehabill.almanac.edition import Edition
from rehabill.almanac.schema import Code
from rehabill.base.errors import InputError
from rehabill.base.finding import Step
from rehabill.coding import words
from rehabill.model.coded import NotBilled, Suggestion
from rehabill.model.terms import Discipline, Role
from rehabill.model.visit import Treatment, Visit

THERAPISTS = frozenset({"PT", "OT", "SLP"})
ASSISTANTS = frozenset({"PTA", "OTA"})
DISCIPLINE_OF: dict[str, Discipline] = {"PT": "PT", "PTA": "PT", "OT": "OT", "OTA": "OT", "SLP": "SLP"}
GROUP_CODE = "97150"
BY_TIME = frozenset({"quarter_hour", "span", "whole"})
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One treatment that counts. `minutes` is None when none were recorded."""

    index: int
    code: Code
    discipline: Discipline
    minutes: int | None
    by_assistant: bool
    treatment: Treatment


class Reading(msgspec.Struct):
    """Everything read of a visit's treatments."""

    entries: list[Entry] = []
    not_billed: list[NotBilled] = []
    suggestions: list[Suggestion] = []
    steps: list[Step] = []

    def leave(self, index: int, code: str | None, minutes: int | None, reason: Step, invalid: bool = False) -> None:
        law = reason.because[0] if reason.because else None
        self.not_billed.append(NotBilled((index,), code, minutes, reason, law, invalid))


def read(visit: Visit, edition: Edition) -> Reading:
    """Read every treatment of a visit. Raises `InputError` for times of day that are none."""
    reading = Reading([], [], [], [])
    discipline = discipline_of(visit)
    for index, treatment in enumerate(visit.treatments):
        minutes = _minutes(index, treatment)
        code = _code(index, treatment, minutes, visit, edition, discipline, reading)
        if code is not None:
            _admit(index, treatment, code, minutes, edition, discipline, reading)
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


def _minutes(index: int, treatment: Treatment) -> int | None:
    """The minutes stated, else those between start and end."""
    if treatment.start is None and treatment.end is None:
        return treatment.minutes
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


def _code(
    index: int,
    treatment: Treatment,
    minutes: int | None,
    visit: Visit,
    edition: Edition,
    discipline: Discipline,
    reading: Reading,
) -> str | None:
    """The code given, or the one its words mean; None when it went to what is not billed."""
    if treatment.code and (stated := treatment.code.strip()):
        return stated.upper()
    if not treatment.text or not treatment.text.strip():
        reason = Step("words", "neither a code nor words say what was done")
        reading.leave(index, None, minutes, reason)
        return None
    found = words.suggest(
        treatment.text,
        on=visit.date,
        discipline=discipline,
        payer_family="medicare" if edition.profile.family == "medicare" else "other",
        purpose=treatment.purpose,
        encounter=treatment.encounter,
        region=treatment.region,
        mode=treatment.mode,
        patients=treatment.patients,
        minutes=minutes,
    )
    reading.suggestions.append(Suggestion(index, found.codes, found.confidence, found.why, found.ask, found.together))
    if found.codes and found.ask is None:
        reading.steps.append(Step("words", "treatment {} is {}: {}", (index + 1, found.codes[0], found.why)))
        return found.codes[0]
    question = Step("words", "{}", (found.ask or found.why,))
    reading.leave(index, None, minutes, question)
    return None


def _admit(
    index: int,
    treatment: Treatment,
    code: str,
    minutes: int | None,
    edition: Edition,
    discipline: Discipline,
    reading: Reading,
) -> None:
    """Make an `Entry` of a treatment, or leave it out with the reason."""
    code = _as_the_payer_calls_it(index, code, edition, reading)
    if treatment.mode in ("group", "concurrent"):
        grouped = _as_group(index, treatment, code, minutes, edition, reading)
        if grouped is None:
            return
        code = grouped
    known = _valid(index, code, minutes, edition, reading)
    if known is None:
        return
    giver = _giver(index, treatment, known, minutes, edition, discipline, reading)
    if giver is None:
        return
    by_assistant, own = giver
    if minutes == 0:
        reading.leave(index, code, 0, Step("units", "no minutes were spent on it"))
        return
    if minutes is None and known.basis in BY_TIME:
        reason = Step("units", "{} is counted by time, and its minutes were not recorded", (known.code,),
                      ("medicare.therapy.total_time_rule",))  # fmt: skip
        reading.leave(index, known.code, None, reason)
        return
    reading.entries.append(Entry(index, known, own, minutes, by_assistant, treatment))


def _as_the_payer_calls_it(index: int, code: str, edition: Edition, reading: Reading) -> str:
    """Unattended stimulation has one code for Medicare and another elsewhere: 97014 becomes G0283 where it must."""
    if code == "97014" and edition.profile.unattended_stimulation == "G0283":
        reading.steps.append(
            Step("codes", "treatment {}: {} reports unattended stimulation to this payer as {}",
                 (index + 1, code, "G0283"), ("medicare.unattended_stimulation", "payer.unattended_stimulation"))
        )  # fmt: skip
        return "G0283"
    return code


def _as_group(
    index: int, treatment: Treatment, code: str, minutes: int | None, edition: Edition, reading: Reading
) -> str | None:
    """Two or more patients at once are 97150 for each of them, whatever each of them did.

    A supervised modality needs no one-on-one contact and stays what it is; an evaluation is never a group's.
    """
    known = edition.codes.get(code)
    is_group_code = known is not None and known.basis == "group"
    if known is not None and not known.direct_contact and not is_group_code:
        return code
    if known is not None and known.evaluation:
        reason = Step("codes", "{} is an evaluation of one patient; it was recorded as {}", (code, treatment.mode),
                      ("medicare.therapy.direct_contact",))  # fmt: skip
        reading.leave(index, code, minutes, reason)
        return None
    if is_group_code and treatment.patients is None:
        return code  # the count is asked for when the claim is checked
    law = "medicare.therapy.group" if treatment.mode == "group" else "medicare.therapy.concurrent"
    if treatment.patients is None:
        reason = Step(
            "codes", "how many patients were treated at once? Two or more are group therapy (97150)", (), (law,)
        )
        reading.leave(index, code, minutes, reason)
        return None
    if treatment.patients < edition.number("medicare.therapy.group"):
        reason = Step("codes", "recorded as {} with {} patient: not a group, and not recorded as one-on-one",
                      (treatment.mode, treatment.patients), (law,))  # fmt: skip
        reading.leave(index, code, minutes, reason)
        return None
    if is_group_code:
        return code
    reading.steps.append(
        Step("codes", "treatment {}: {} patients at once, so {} is billed as {}, one unit for this patient",
             (index + 1, treatment.patients, code, GROUP_CODE), (law,))
    )  # fmt: skip
    return GROUP_CODE


def _valid(index: int, code: str, minutes: int | None, edition: Edition, reading: Reading) -> Code | None:
    """The code as the almanac holds it that day; otherwise the reason it cannot be billed."""
    known = edition.codes.get(code)
    if known is None:
        ended = edition.law.all_codes.get(code)
        reading.leave(index, code, minutes, not_in_force(code, ended, edition.law.first), invalid=True)
        return None
    if edition.profile.pfs_status:
        if code.startswith("S"):
            reason = Step("codes", "{} is an S code: never for Medicare", (code,), ("medicare.s_codes",))
            reading.leave(index, code, minutes, reason, invalid=True)
            return None
        status = edition.law.statuses.get(code, "")
        if status == "B":
            reason = Step("codes", "{} is bundled: never paid apart and never billed to the patient", (code,),
                          ("medicare.pfs.status_bundled",))  # fmt: skip
            reading.leave(index, code, minutes, reason)
            return None
        if status == "I":
            reason = Step("codes", "{} is not valid for Medicare", (code,), ("medicare.pfs.status_invalid",))
            reading.leave(index, code, minutes, reason, invalid=True)
            return None
    return known


def not_in_force(code: str, ended: Code | None, on: dt.date) -> Step:
    """Why a code is not billable on a day, with its successor where there is one."""
    if ended is None:
        text = "{} is not in the therapy code table; check it and bill it by hand if it is right"
        return Step("codes", text, (code,), ("table.codes",))
    if ended.last is not None and ended.last < on:
        successors = " or ".join(ended.successors)
        return Step("codes", "{} ended on {}{}", (code, ended.last.isoformat(),
                    f"; {successors} took its place" if successors else ""), ("table.codes",))  # fmt: skip
    first = ended.first.isoformat() if ended.first else "an unknown day"
    return Step("codes", "{} begins on {}", (code, first), ("table.codes",))


def _giver(
    index: int,
    treatment: Treatment,
    code: Code,
    minutes: int | None,
    edition: Edition,
    discipline: Discipline,
    reading: Reading,
) -> tuple[bool, Discipline] | None:
    """(minutes are an assistant's, whose discipline), or None when nobody's minutes count."""
    by: Role = treatment.by or discipline
    jointly = treatment.with_ or ()
    if treatment.mode == "unattended" and code.basis == "group":
        reason = Step("minutes", "{} needs the therapist's constant attendance; this was unattended", (code.code,),
                      ("medicare.therapy.group",))  # fmt: skip
        reading.leave(index, code.code, minutes, reason)
        return None
    if treatment.mode == "unattended" and code.direct_contact:
        reason = Step("minutes", "{} needs direct contact throughout; this was unattended", (code.code,),
                      ("medicare.therapy.direct_contact",))  # fmt: skip
        reading.leave(index, code.code, minutes, reason)
        return None
    if by in ("STUDENT", "AIDE"):
        giver = _helper(index, by, jointly, code, minutes, edition, discipline, reading)
        if giver is None:
            return None
        by_assistant, own = giver
    else:
        own = DISCIPLINE_OF[by]
        by_assistant = by in ASSISTANTS and own not in jointly
        if jointly and any(DISCIPLINE_OF.get(other, own) != own for other in jointly):
            reading.steps.append(
                Step("minutes", "treatment {}: given together with {}; these minutes may be billed by one discipline "
                     "only", (index + 1, " and ".join(jointly)), ("medicare.therapy.cotreatment",))
            )  # fmt: skip
    if by_assistant and code.evaluation:
        reason = Step("minutes", "{} is an evaluation: an assistant may not furnish it", (code.code,),
                      ("medicare.therapy.evaluation_by_therapist",))  # fmt: skip
        reading.leave(index, code.code, minutes, reason)
        return None
    return by_assistant, own


def _helper(
    index: int,
    by: str,
    jointly: tuple[Role, ...],
    code: Code,
    minutes: int | None,
    edition: Edition,
    discipline: Discipline,
    reading: Reading,
) -> tuple[bool, Discipline] | None:
    """A student's or aide's time: the professional's who directs it in the room, else what the payer says."""
    directing = [role for role in jointly if role in DISCIPLINE_OF]
    therapist = next((role for role in directing if role in THERAPISTS), None)
    if directing:
        role = therapist or directing[0]
        text = "treatment {}: the {} took part while the {} directed it in the room; the minutes are the {}'s"
        reading.steps.append(Step("minutes", text, (index + 1, by.lower(), role, role), ("medicare.therapy.students",)))
        return therapist is None, DISCIPLINE_OF[role]
    law = "medicare.therapy.students" if by == "STUDENT" else "medicare.therapy.aides"
    setting = "student_minutes" if by == "STUDENT" else "aide_minutes"
    if getattr(edition.profile, setting) == "warn":
        reading.steps.append(
            Step("minutes", "treatment {}: given by {} alone; this payer's profile counts it, confirm with the payer",
                 (index + 1, _a(by)), (f"payer.{setting}",))
        )  # fmt: skip
        return False, discipline
    reason = Step("minutes", "{} alone gave it: {} minutes earn nothing", (_a(by).capitalize(), _own(by)), (law,))
    reading.leave(index, code.code, minutes, reason)
    return None


def _a(by: str) -> str:
    return "a student" if by == "STUDENT" else "an aide"


def _own(by: str) -> str:
    return "a student's" if by == "STUDENT" else "an aide's"
