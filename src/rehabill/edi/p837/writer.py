"""One claim to its text. What the practice, a payer or a provider adds is made once and kept."""

from collections.abc import Mapping

import msgspec
from msgspec import UnsetType

from rehabill.base.errors import InputError
from rehabill.edi.p837 import header
from rehabill.edi.p837.claim import claim_number, loop_2300, place_of_service
from rehabill.edi.p837.cob import other_payers
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.line import service_lines
from rehabill.edi.p837.parties import levels
from rehabill.edi.p837.profile import PayerX12
from rehabill.model.claim import Claim
from rehabill.model.practice import Practice, Provider


class Rendered(msgspec.Struct, frozen=True, gc=False):
    """A claim's text in the order of the levels; HL segments are the batch's."""

    taxonomy: bool
    subscriber: str
    patient: str
    body: str


_Made = tuple[str, tuple[InputError, ...]]


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
        self._providers: dict[tuple[str, str, bool], _Made] = {}
        self._places: dict[str, _Made] = {}
        self._therapists = {provider.npi: provider for provider in practice.providers}
        self._physicians = {provider.npi: provider for provider in practice.referring}
        self._locations = {location.name: location for location in practice.locations}

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
        subscriber, patient = levels(claim, payer, faults, self._upper)
        lines, total = service_lines(claim, number, place, payer.unlisted_codes, faults, self._upper)
        body = loop_2300(claim, number, place, total, payer, self.practice, faults)
        body += self._providers_of(claim, payer, faults)
        if claim.other_insurance or claim.sequence != "P":
            body += other_payers(claim, total, faults, self._upper)
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

    def _providers_of(self, claim: Claim, payer: header.Payer, faults: Faults) -> str:
        """2310A referring, 2310B rendering, 2310C place, 2310D supervising: each only where it says something new."""
        text = ""
        npi = claim.referring_npi
        if npi and not isinstance(npi, UnsetType):
            text = self._provider("DN", npi, "referring_npi", False, faults)
        npi = claim.rendering_npi
        if not npi or isinstance(npi, UnsetType):
            if not self.practice.is_person:
                message = "who treated is missing: the therapist's NPI (or the practice's own, if it is the same)"
                faults.append(InputError("rendering_npi", message))
        elif npi != self.practice.npi:
            text += self._provider("82", npi, "rendering_npi", payer.taxonomy_of_person, faults)
        if claim.location:
            text += self._place(claim.location, faults)
        # 2310D is a physician's supervision; a therapist's over an assistant is not told.
        if claim.supervising_npi and claim.supervising_npi not in self._therapists:
            text += self._provider("DQ", claim.supervising_npi, "supervising_npi", False, faults)
        return text

    def _provider(self, entity: str, npi: str, path: str, taxonomy: bool, faults: Faults) -> str:
        key = (entity, npi, taxonomy)
        made = self._providers.get(key)
        if made is None:
            found: Faults = []
            who = self._find(entity, npi)
            if who is None:
                where = "practice.providers" if entity == "82" else "practice.referring"
                message = f"the provider with the NPI '{npi}' is not known: add the name to {where}"
                found.append(InputError(path, message))
                made = ("", tuple(found))
            else:
                text = header.provider(entity, who, path, found, self._upper, taxonomy)
                made = (text, tuple(found))
            self._providers[key] = made
        if made[1]:
            faults.extend(made[1])
        return made[0]

    def _find(self, entity: str, npi: str) -> Provider | None:
        if entity == "82":
            return self._therapists.get(npi)
        return self._physicians.get(npi) or self._therapists.get(npi)

    def _place(self, name: str, faults: Faults) -> str:
        made = self._places.get(name)
        if made is None:
            found: Faults = []
            text = ""
            location = self._locations.get(name)
            if location is None:
                message = f"the practice has no location called '{name}' (practice.locations)"
                found.append(InputError("location", message))
            else:
                path = f"practice.locations[{self.practice.locations.index(location)}]"
                text = header.place(location, path, self.practice, found)
            made = self._places[name] = (text, tuple(found))
        if made[1]:
            faults.extend(made[1])
        return made[0]


_NO_PAYER = header.Payer(
    name="this payer", filing="ZZ", loop_2010bb="", taxonomy=False, taxonomy_of_person=False, frequency_7_8=True,
    initial_treatment_date=False, subscriber_is_patient=False,
)  # fmt: skip
