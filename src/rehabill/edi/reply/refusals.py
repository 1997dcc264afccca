"""AAA: why a payer did not answer, in words; alike in 271 and 278."""

from rehabill.edi.reply.loops import Loop
from rehabill.model.eligibility import Refusal
from rehabill.x12.spec.load import meanings


def refusals(loop: Loop | None, about: str) -> tuple[Refusal, ...]:
    """Every AAA of a loop."""
    if loop is None:
        return ()
    return tuple(
        Refusal(one.get(3), _words("901", one.get(3)), _words("889", one.get(4)) if one.get(4) else "", about)
        for one in loop.take_all("AAA")
    )


def _words(number: str, code: str) -> str:
    return meanings().get(number, {}).get(code, "") or (f"reason {code}" if code else "no reason given")


def why(told: tuple[Refusal, ...]) -> str:
    """All of them in one line: `birth date missing or wrong (correct and send again)`."""
    return "; ".join(
        dict.fromkeys(f"{one.words} ({one.next_step})" if one.next_step else one.words for one in told)
    )  # fmt: skip
