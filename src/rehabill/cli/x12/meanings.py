"""What codes of the outside lists mean, from the almanac's dated lists."""

from functools import cache

from rehabill.almanac import code_lists

_ALMANAC_NAMES = {
    "state": "state", "country": "country", "currency": "currency", "pos": "pos", "carc": "carc", "rarc": "rarc",
    "taxonomy": "taxonomy", "claim_status": "claim_status", "claim_status_category": "claim_status_category",
}  # fmt: skip


def meaning(name: str, code: str) -> str:
    """Our words for a code of a list that a spec names; empty where we have none."""
    if name == "cpt":
        return _procedures().get(code, "")
    known = _ALMANAC_NAMES.get(name)
    return code_lists.load().meaning(known, code) if known else ""


@cache
def _procedures() -> dict[str, str]:
    """Therapy codes in the words of the almanac."""
    from rehabill.almanac.load import load

    return {code: known.name for code, known in load().codes.items()}
