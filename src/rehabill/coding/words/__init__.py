"""Reading a therapist's free text into billing codes, with reasons, alternatives and questions.

Purpose decides the code: the same squat is exercise when it builds strength and a functional activity when it
rehearses rising from a chair. Where a note does not show the purpose, the answer asks instead of guessing.
"""

import datetime

from rehabill.coding.words.combine import answer
from rehabill.coding.words.result import Asked, Suggestion
from rehabill.coding.words.vocabulary import load

__all__ = ["Suggestion", "load", "suggest"]


def suggest(
    text: str,
    *,
    on: datetime.date,
    discipline: str = "PT",
    payer_family: str = "medicare",
    purpose: str | None = None,
    encounter: str | None = None,
    region: str | None = None,
    mode: str = "one_on_one",
    patients: int | None = None,
    minutes: int | None = None,
) -> Suggestion:
    """The codes a treatment's text supports on its date of service; any text answers and none raises."""
    asked = Asked(text, on, discipline, payer_family, purpose, encounter, region, mode, patients, minutes)
    return answer(load(), asked)
