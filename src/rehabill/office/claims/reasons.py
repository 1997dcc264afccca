"""Why a visit waits, in one sentence. No database: the runs without books say the same."""

from collections.abc import Sequence

from rehabill.base.errors import InputError
from rehabill.engine.bill import Billed


def reason(billed: Billed, refused: Sequence[InputError] = ()) -> str:
    """The gravest thing: what cannot be sent (`refused`), else the first error, else the first question."""
    if refused:
        return str(refused[0])
    failed = [one for one in billed.findings if one.status == "fail" and one.severity == "error"]
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        return f"{failed[0].rule} {failed[0].message}{more}"
    asked = [suggestion.ask for suggestion in billed.coded.suggestions if suggestion.ask]
    return asked[0] if asked else "no unit or code to bill"
