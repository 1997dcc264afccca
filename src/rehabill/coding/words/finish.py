"""Last steps of an answer: codes the note writes out, treatment of several patients at once, nobody in attendance."""

import msgspec

from rehabill.coding.words.decide import Case, Verdict, resolve
from rehabill.coding.words.match import Reading, number
from rehabill.coding.words.model import in_force
from rehabill.coding.words.result import Asked, Suggestion
from rehabill.coding.words.tokens import LIMIT
from rehabill.coding.words.vocabulary import Vocabulary


def first_then(code: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    return (code, *(c for c in codes if c != code))


def literal(
    vocabulary: Vocabulary, case: Case, reading: Reading, found: Suggestion, verdicts: list[Verdict]
) -> Suggestion:
    """A code written in the note is that code, if it existed that day."""
    written = list(dict.fromkeys(h.entry.id for h in reading.found if h.entry.role == "literal" and h.state == "done"))
    if not written:
        return found
    live = [c for c in written if in_force(vocabulary.lexicon.codes[c], case.on)]
    dead = [c for c in written if c not in live]
    now = [c for code in dead for c in resolve(vocabulary.lexicon, case, vocabulary.lexicon.codes[code].now)]
    firm = dict.fromkeys(v.codes[0] for v in verdicts if v.codes and v.weight > 1 and v.settled)
    apart = [c for c in firm if c not in written] if len(written) == 1 and len(firm) > 1 else []
    codes = tuple(dict.fromkeys((*live, *now, *apart)))
    if dead:
        ask = f"The note names {', '.join(dead)}, not in force on {case.on}"
        ask += f": is {' or '.join(now)} meant?" if now else ": which service was it?"
        return Suggestion(codes, 0.5, f"The note names {', '.join(dead)}, which could not be billed that day", ask)
    if len(codes) > 1:
        ask = f"The note names {', '.join(codes)}: how many minutes belong to each?"
        return Suggestion(codes, 0.6, "The note names several codes", ask)
    return Suggestion(codes, 0.97, f"The note names {codes[0]} itself")


def attended(vocabulary: Vocabulary, asked: Asked, found: Suggestion) -> Suggestion:
    """With nobody in attendance only what needs nobody is left."""
    if asked.mode != "unattended" or not found.codes or found.codes[0] in vocabulary.lexicon.supervised:
        return found
    kept = any(code in vocabulary.lexicon.supervised for code in found.codes)
    if kept and found.ask is not None:
        return found
    return Suggestion((), 0.85, f"{found.codes[0]} needs the therapist in constant attendance, and nobody was")


def grouped(vocabulary: Vocabulary, asked: Asked, reading: Reading, found: Suggestion) -> Suggestion:
    """Two or more at once is group treatment; how many must be known, and one alone is no group."""
    by_mode = asked.mode in ("group", "concurrent")
    said = any("group" in h.entry.flags and h.state == "done" for h in reading.found)
    patients = asked.patients or _patients(asked.text[:LIMIT].lower(), said or by_mode)
    if not (by_mode or said or (patients or 0) > 1):
        return found
    if patients == 1:
        return _one_alone(found) if by_mode or said else found
    if not found.codes and not (said and _nothing_read(reading)):
        return found
    question = "How many patients were treated at the same time? Group needs at least two."
    if found.codes and found.codes[0] in vocabulary.lexicon.group_exempt and found.codes[0] != "97150":
        return msgspec.structs.replace(found, ask=question) if by_mode and not patients and found.ask is None else found
    code = "92508" if asked.discipline == "SLP" else "97150"
    why = f"two or more treated at once is group treatment, {code} for each, whatever they did"
    if not patients:
        return Suggestion(first_then(code, found.codes), 0.6, why, question)
    return Suggestion(first_then(code, found.codes), 0.92, f"{why}; {patients} patients", patients=patients)


def _one_alone(found: Suggestion) -> Suggestion:
    """A group of one is one patient treated alone: the service has its own code."""
    why = f"{found.why}; one patient alone is no group"
    return msgspec.structs.replace(found, why=why, confidence=min(found.confidence, 0.8))


def _nothing_read(reading: Reading) -> bool:
    return not any(h.entry.role in ("none", "status") for h in reading.found)


def _patients(raw: str, group: bool) -> int | None:
    if not group:
        return None
    others = number(raw, "others")
    if others is not None:
        return int(others) + 1
    if "another p" in raw:
        return 2
    many = number(raw, "patients")
    many = number(raw, "group_of") if many is None else many
    return int(many) if many and many < 100 else None
