"""What cannot be right in a practice's own file, told when it is taken into the books and not claim by claim."""

import re
from collections.abc import Collection, Iterator

from rehabill.base.errors import InputError
from rehabill.base.ids import npi_is_valid
from rehabill.model.practice import Practice

_CODE = re.compile(r"[0-9A-Z]\d{3}[0-9A-Z]", re.ASCII)


def faults(practice: Practice, payers: Collection[str]) -> list[InputError]:
    """Numbers that are no NPI, payers that neither `payers` (the almanac's) has nor can come after
    another, charges that are none."""
    found = [
        InputError(path, f"'{npi}' is no NPI: ten digits with a check digit are wanted; look for a mistyped one")
        for path, npi in _npis(practice)
        if not npi_is_valid(npi)
    ]
    found += [
        InputError(
            f"payers.{name}",
            f"there is no payer of that name; there are {', '.join(sorted(payers))}. An insurer that only comes after "
            "another may have any name: say its filing_indicator",
        )
        for name, account in practice.payers.items()
        if name not in payers and account.filing_indicator is None
    ]
    for code, cents in practice.charges_cents.items():
        if not _CODE.fullmatch(code):
            found.append(InputError(f"charges_cents.{code}", "is no CPT or HCPCS code"))
        elif cents <= 0:
            found.append(InputError(f"charges_cents.{code}", "a charge is more than nothing"))
    return found


def _npis(practice: Practice) -> Iterator[tuple[str, str]]:
    yield "npi", practice.npi
    for name, some in (("providers", practice.providers), ("referring", practice.referring)):
        yield from ((f"{name}[{at}].npi", one.npi) for at, one in enumerate(some))
    yield from ((f"locations[{at}].npi", one.npi) for at, one in enumerate(practice.locations) if one.npi)
