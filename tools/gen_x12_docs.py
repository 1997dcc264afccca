"""Write the reference of what can be wrong with an X12 file.

python tools/gen_x12_docs.py            # writes docs/x12/findings.md
python tools/gen_x12_docs.py --check    # exits 1 when it is not what the program says
"""

import sys
from pathlib import Path

from rehabill.rules.page import table
from rehabill.x12.faults import KINDS

FILE = Path(__file__).parents[1] / "docs" / "x12" / "findings.md"
_MADE = "<!-- Made by tools/gen_x12_docs.py: change x12/faults.py, not this page. -->"
_LEVELS = {
    1: "syntax: envelope, segments, elements",
    2: "what the implementation guide requires",
    3: "balance",
    4: "situations: one element by another",
    5: "code sets",
    6: "kinds of service",
    7: "the payer's own",
}


def text() -> str:
    """The page."""
    blocks = [
        _MADE,
        "# What can be wrong with an X12 file",
        f"{len(KINDS)} kinds, by the levels the industry tests by (SNIP). Ids and slugs never change. The code is what"
        " a TA1 or a 999 says of it, where they can say it. `rehabill x12 check` takes the levels to look at.",
    ]
    for level, words in _LEVELS.items():
        rows = [
            (rule, f"`{kind.slug}`", kind.severity, kind.note, kind.text.replace("|", "\\|"))
            for rule, kind in sorted(KINDS.items())
            if kind.level == level
        ]
        if rows:
            blocks += [f"## {level} {words}", table(("Id", "Slug", "Severity", "Code", "It says"), rows)]
    return "\n\n".join(blocks) + "\n"


def main(arguments: list[str]) -> int:
    made = text()
    if "--check" in arguments:
        if FILE.exists() and FILE.read_text("utf-8") == made:
            return 0
        print(f"{FILE.relative_to(FILE.parents[2])} is not what the program says: run `make gen`", file=sys.stderr)
        return 1
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
