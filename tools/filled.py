"""A page of docs/ whose words are written by hand, and whose tables and drawings are made: kept between
`<!-- made: name -->` and `<!-- /made -->`.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
_PART = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- /made -->)", re.DOTALL)


def fill(file: Path, made: Mapping[str, str], arguments: list[str]) -> int:
    """Put all that is made in its places; with `--check`, only say whether it is there. Gives the exit code."""
    page = file.read_text("utf-8")
    filled = _filled(file, page, made)
    if filled == page:
        return 0
    if "--check" in arguments:
        print(f"docs/{file.name} is not what the program says: run `make gen`", file=sys.stderr)
        return 1
    file.write_text(filled, "utf-8")
    return 0


def _filled(file: Path, page: str, made: Mapping[str, str]) -> str:
    names = [match[2] for match in _PART.finditer(page)]
    if sorted(names) != sorted(made):
        raise SystemExit(f"docs/{file.name} has places for {names}; made are {list(made)}")
    return _PART.sub(lambda match: f"{match[1]}{made[match[2]]}\n{match[3]}", page)
