"""Many claims to one interchange, streaming: levels, counts and control numbers are kept as the text goes by."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from rehabill.base.errors import InputError
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.header import interchange
from rehabill.edi.p837.profile import MAX_CLAIMS_PER_LEVEL, MAX_CLAIMS_PER_SET, Envelope, PayerX12
from rehabill.edi.p837.writer import ClaimWriter, Rendered
from rehabill.model.claim import Claim
from rehabill.model.practice import Practice
from rehabill.x12 import envelope as x12
from rehabill.x12.segment import count_segments

Held = Callable[[int, Claim, tuple[InputError, ...]], None]
"""Told of each claim left out: its number in the batch (from 0), the claim, everything that is wrong with it."""


class _Sets:
    """Transaction sets in the making: what is open now, and what has been counted."""

    def __init__(self, writer: ClaimWriter, header: x12.Interchange, first: int) -> None:
        self._writer = writer
        self._header = header
        self._next = first
        self.count = 0
        self._control = ""
        self._claims = self._segments = 0
        self._forget_levels()

    def _forget_levels(self) -> None:
        self._hl = 0
        self._billing_hl = self._subscriber_hl = 0
        self._taxonomy: bool | None = None
        self._subscriber = self._patient = ""
        self._at_level = 0

    def add(self, claim: Rendered) -> str:
        """The text of the claim with the levels it opens, and a new set when the open one is full."""
        before = ""
        if not self._control:
            before = self._open()
        elif self._claims == MAX_CLAIMS_PER_SET:
            before = self.close() + self._open()
        text = self._levels(claim) + claim.body
        self._segments += count_segments(text)
        self._claims += 1
        self._at_level += 1
        return before + text

    def _levels(self, claim: Rendered) -> str:
        """HL segments and the loops under them, from the first level in which this claim differs from the last."""
        text = ""
        if claim.taxonomy is not self._taxonomy:
            self._hl += 1
            self._billing_hl = self._hl
            self._taxonomy = claim.taxonomy
            self._subscriber = ""
            text = f"HL*{self._hl}**20*1~{self._writer.billing[claim.taxonomy]}"
        full = self._at_level == MAX_CLAIMS_PER_LEVEL
        if claim.subscriber != self._subscriber or (full and not claim.patient):
            self._hl += 1
            self._subscriber_hl = self._hl
            self._subscriber = claim.subscriber
            self._patient = ""
            self._at_level = 0
            below = 1 if claim.patient else 0
            text += f"HL*{self._hl}*{self._billing_hl}*22*{below}~{claim.subscriber}"
        if claim.patient and (claim.patient != self._patient or full):
            self._hl += 1
            self._patient = claim.patient
            self._at_level = 0
            text += f"HL*{self._hl}*{self._subscriber_hl}*23*0~{claim.patient}"
        return text

    def _open(self) -> str:
        self._control = x12.set_control(self._next)
        if len(self._control) > 9:
            raise InputError("envelope.transaction_number", "the transaction numbers have run out of nine digits")
        self._next += 1
        self.count += 1
        self._claims = 0
        self._forget_levels()
        header = self._header
        text = x12.st(header, self._control)
        # The batch's own reference: unlike any other set's, because the two control numbers are.
        text += f"BHT*0019*00*{header.control_number:09d}{self._control}*{header.created:%Y%m%d*%H%M}*CH~"
        text += self._writer.loops_1000
        self._segments = count_segments(text)
        return text

    def close(self) -> str:
        return x12.se(self._segments + 1, self._control)


def iter_837p(
    claims: Iterable[Claim],
    practice: Practice,
    profiles: Mapping[str, PayerX12],
    envelope: Envelope,
    held: Held | None = None,
) -> Iterator[str]:
    """Pieces of one interchange, in order; nothing at all when no claim can be sent.

    A claim with faults goes to `held` and is left out; without `held` it raises `InputError` at its path
    (`claims[3].subscriber.member_id`), and what was yielded before is no whole file. Faults of the practice raise
    at once. Of the claims only their numbers are kept (to find one that comes twice), about 100 bytes each.
    """
    writer = ClaimWriter(practice, profiles)
    if writer.practice_faults:
        raise _first(writer.practice_faults)
    header = interchange(practice, envelope)
    sets = _Sets(writer, header, envelope.transaction_number)
    seen: set[str] = set()
    for index, claim in enumerate(claims):
        faults: Faults = []
        rendered = writer.render(claim, faults)
        number = claim.claim_number or ""
        if number in seen:
            faults.append(InputError("claim_number", f"the claim number '{number}' stands twice in this batch"))
        if faults:
            if held is None:
                raise _first([InputError(_inside(index, fault.path), fault.message) for fault in faults])
            held(index, claim, tuple(faults))
            continue
        if not seen:
            yield x12.isa(header) + x12.gs(header)
        seen.add(number)
        yield sets.add(rendered)
    if seen:
        yield sets.close() + x12.ge(header, sets.count) + x12.iea(header, 1)


def _inside(index: int, path: str) -> str:
    return path if path.startswith("practice.") else f"claims[{index}].{path}"


def _first(faults: "tuple[InputError, ...] | Faults") -> InputError:
    """The first fault, saying how many more there are."""
    fault = faults[0]
    more = len(faults) - 1
    return InputError(fault.path, f"{fault.message} (and {more} more)") if more else fault
