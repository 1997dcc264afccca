"""Who gave, ordered or supervised the care, and where: loops 2310 and 2420. Each text is made once and kept."""

from msgspec import UnsetType

from rehabill.base.errors import InputError
from rehabill.edi.p837 import header
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.header import Payer
from rehabill.model.claim import Claim
from rehabill.model.practice import Practice, Provider

_Made = tuple[str, tuple[InputError, ...]]


class People:
    """The practice's providers, referrers and locations as segments. Holds nothing of patients."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice
        self._providers: dict[tuple[str, str, bool], tuple[str, tuple[str, ...]]] = {}
        self._places: dict[str, _Made] = {}
        self._therapists = {provider.npi: provider for provider in practice.providers}
        self._physicians = {provider.npi: provider for provider in practice.referring}
        self._locations = {location.name: location for location in practice.locations}

    def of_claim(self, claim: Claim, payer: Payer, faults: Faults) -> str:
        """2310A referring, 2310B rendering, 2310C place, 2310D supervising: each only where it says something new."""
        text = ""
        npi = claim.referring_npi
        if npi and not isinstance(npi, UnsetType):
            text = self._provider("DN", npi, "referring_npi", False, faults)
        npi = claim.rendering_npi
        if not npi or isinstance(npi, UnsetType):
            if not self._practice.is_person and not all(line.rendering_npi for line in claim.lines if line.units):
                message = "who treated is missing: the therapist's NPI (or the practice's own, if it is the same)"
                faults.append(InputError("rendering_npi", message))
        elif npi != self._practice.npi:
            text += self._provider("82", npi, "rendering_npi", payer.taxonomy_of_person, faults)
        if claim.location:
            text += self._place(claim.location, faults)
        # 2310D is a physician's supervision; a therapist's over an assistant is not told.
        if claim.supervising_npi and claim.supervising_npi not in self._therapists:
            text += self._provider("DQ", claim.supervising_npi, "supervising_npi", False, faults)
        return text

    def of_line(self, claim: Claim, index: int, payer: Payer, faults: Faults) -> str:
        """2420A rendering, 2420D supervising, 2420E ordering, 2420F referring: each only where unlike the claim's.

        Who orders the care she gives herself is not told again; a line may name another referrer than the claim,
        but not the only one (receivers reject it).
        """
        line = claim.lines[index]
        text = ""
        rendering = claim.rendering_npi or self._practice.npi
        if line.rendering_npi and line.rendering_npi != rendering:
            rendering = line.rendering_npi
            text = self._provider("82", rendering, (index, "rendering_npi"), payer.taxonomy_of_person, faults)
        npi = line.supervising_npi
        if npi and npi != claim.supervising_npi and npi not in self._therapists:
            text += self._provider("DQ", npi, (index, "supervising_npi"), False, faults)
        npi = line.ordering_npi
        if npi and npi != rendering:
            text += self._provider("DK", npi, (index, "ordering_npi"), False, faults)
        npi = line.referring_npi
        if npi and npi != claim.referring_npi:
            if not claim.referring_npi:
                message = f"line {index + 1} names who referred and the claim does not: name one for the claim too"
                faults.append(InputError(f"lines[{index}].referring_npi", message))
            text += self._provider("DN", npi, (index, "referring_npi"), False, faults)
        return text

    def _provider(self, entity: str, npi: str, path: str | tuple[int, str], taxonomy: bool, faults: Faults) -> str:
        """`path` may be a line's place and field: it is put into words only for a fault."""
        key = (entity, npi, taxonomy)
        made = self._providers.get(key)
        if made is None:
            found: Faults = []
            text = self._made(entity, npi, taxonomy, found)
            made = self._providers[key] = (text, tuple(fault.message for fault in found))
        if made[1]:
            where = path if isinstance(path, str) else f"lines[{path[0]}].{path[1]}"
            faults.extend([InputError(where, message) for message in made[1]])
        return made[0]

    def _made(self, entity: str, npi: str, taxonomy: bool, faults: Faults) -> str:
        path = ""  # the caller's
        who = self._find(entity, npi)
        if who is not None:
            return header.provider(entity, who, path, faults, self._practice.upper_case, taxonomy)
        if entity == "82" and npi == self._practice.npi:
            return header.practice_as_provider(self._practice, path, faults, taxonomy)
        where = "practice.providers" if entity == "82" else "practice.referring"
        faults.append(InputError(path, f"the provider with the NPI '{npi}' is not known: add the name to {where}"))
        return ""

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
                path = f"practice.locations[{self._practice.locations.index(location)}]"
                text = header.place(location, path, self._practice, found)
            made = self._places[name] = (text, tuple(found))
        if made[1]:
            faults.extend(made[1])
        return made[0]
