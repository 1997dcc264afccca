"""One claim to its text. What the practice, a payer or a provider adds is made once and kept."""

from collections.abc import Mapping

import msgspec

from rehabill.base.errors import InputError
from rehabill.edi.p837 import header
from rehabill.edi.p837.claim import claim_number, loop_2300, place_of_service
from rehabill.edi.p837.cob import other_payers
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.line import service_lines
from rehabill.edi.p837.parties import levels
from rehabill.edi.p837.people import People
from rehabill.edi.p837.profile import PayerX12
from rehabill.model.claim import Claim
from rehabill.model.practice import Practice


class Rendered(msgspec.Struct, frozen=True, gc=False):
    """A claim's text in the order of the levels; HL segments are the batch's."""

    taxonomy: bool
    subscriber: str
    patient: str
    body: str


class ClaimWriter:
    """Writes claims of one practice. Holds text of providers and payers, nothing of patients."""

    def __init__(self, practice: Practice, profiles: Mapping[str, PayerX12]) -> None:
        self.practice = practice
        self._profiles = profiles
        self._upper = practice.upper_case
        faults: Faults = []
        self.loops_1000 = header.loops_1000(practice, faults)
        self.billing = header.billing_loops(practice, faults)
        self.practice_faults = tuple(faults)
        self._payers: dict[str, tuple[header.Payer | None, tuple[InputError, ...]]] = {}
        self._people = People(practice)

    def problems(self, claim: Claim) -> tuple[InputError, ...]:
        """Everything that keeps this claim from being sent, with paths inside the claim or the practice."""
        faults = list(self.practice_faults)
        self.render(claim, faults)
        return tuple(faults)

    def render(self, claim: Claim, faults: Faults) -> Rendered:
        """The claim's text; of no use when `faults` has grown."""
        payer = self._payer(claim.payer, faults)
        number = claim_number(claim, faults)
        place = place_of_service(claim, self.practice, faults)
        subscriber, patient, name = levels(claim, payer, faults, self._upper)
        lines, total = service_lines(claim, number, place, payer, self._people, faults, self._upper)
        body = loop_2300(claim, number, place, total, payer, self.practice, faults)
        body += self._people.of_claim(claim, payer, faults)
        if claim.other_insurance or claim.sequence != "P":
            body += other_payers(claim, name, total, faults, self._upper)
        return Rendered(payer.taxonomy, subscriber, patient, body + lines)

    def _payer(self, key: str, faults: Faults) -> header.Payer:
        made = self._payers.get(key)
        if made is None:
            found: Faults = []
            compiled = header.payer(key, self.practice, self._profiles.get(key), found)
            made = self._payers[key] = (compiled, tuple(found))
        if made[1]:
            faults.extend(made[1])
        return made[0] or _NO_PAYER


_NO_PAYER = header.Payer(
    name="this payer", filing="ZZ", loop_2010bb="", taxonomy=False, taxonomy_of_person=False, frequency_7_8=True,
    initial_treatment_date=False, subscriber_is_patient=False,
)  # fmt: skip
