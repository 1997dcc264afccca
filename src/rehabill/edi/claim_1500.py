"""Claims as CMS-1500 (02/12) forms.

    pages = fields_of(claim, practice, profile)       # the text of every box, sheet by sheet
    data = render(pages, form="data")                 # a PDF for the preprinted red form, or form="drawn" for screens

`fields_of` is pure; `render` needs reportlab (`pip install 'rehabill[pdf]'`). The same input gives the same bytes.
"""

from rehabill.base.errors import InputError
from rehabill.edi.cms1500.fill import fill
from rehabill.edi.cms1500.page import Note, Page
from rehabill.edi.cms1500.pdf import Form, render
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.profile import PayerX12
from rehabill.model.claim import Claim
from rehabill.model.practice import Practice

__all__ = [
    "Form", "Note", "Page", "PayerX12", "fields_of", "fill", "notes", "problems", "render",
]  # fmt: skip


def fields_of(claim: Claim, practice: Practice, profile: PayerX12 | None) -> tuple[Page, ...]:
    """The claim's sheets. Raises the first `InputError`, saying how many more there are."""
    faults: Faults = []
    pages, _ = fill(claim, practice, profile, faults)
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise InputError(faults[0].path, f"{faults[0].message}{more}")
    return pages


def problems(claim: Claim, practice: Practice, profile: PayerX12 | None) -> tuple[InputError, ...]:
    """Everything that keeps the claim from being printed, with paths inside the claim or the practice."""
    faults: Faults = []
    fill(claim, practice, profile, faults)
    return tuple(faults)


def notes(claim: Claim, practice: Practice, profile: PayerX12 | None) -> tuple[Note, ...]:
    """What paper could not hold, or holds otherwise than the claim says it."""
    return fill(claim, practice, profile, [])[1]
