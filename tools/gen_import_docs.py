"""Write the tables of docs/import.md: which columns each CSV may have. The words around them are written by hand.

python tools/gen_import_docs.py            # fills docs/import.md
python tools/gen_import_docs.py --check    # exits 1 when it is not what the program says
"""

import sys

from filled import DOCS, fill
from rehabill.intake import cells, coverages, opening, patients, people, treatment_rows
from rehabill.intake.cells import Reader
from rehabill.intake.table import Columns
from rehabill.rules.page import table

PARTS = {
    "patients": patients.COLUMNS, "coverages": coverages.POLICY_COLUMNS,
    "authorizations": coverages.APPROVAL_COLUMNS, "plans": coverages.PLAN_COLUMNS,
    "visits": treatment_rows.COLUMNS, "opening": opening.COLUMNS,
}  # fmt: skip
WRITTEN: dict[Reader, str] = {
    cells.text: "", cells.texts: "a list", cells.day: "a day", cells.days: "a list of days", cells.money: "dollars",
    cells.amount: "dollars", cells.flag: "yes or no", cells.count: "a number", cells.counts: "a list of numbers",
    people.order: "`primary`, `secondary`, `tertiary`", people.sex: "`F`, `M`, `U`",
    opening.is_patient: "`payer` or `patient`",
}  # fmt: skip
"""How the reader of a column wants it."""


def columns(of: Columns) -> str:
    """A row for each: its name, whether no row does without it, how it is written, what else it may be called."""
    rows = []
    for name, reader in of.readers.items():
        others = ", ".join(f"`{other}`" for other, meant in of.aliases.items() if meant == name)
        rows.append((f"`{name}`", "yes" if name in of.required else "", WRITTEN[reader], others))
    return table(("Column", "Needed", "Written", "Also called"), rows)


if __name__ == "__main__":
    sys.exit(fill(DOCS / "import.md", {name: columns(of) for name, of in PARTS.items()}, sys.argv[1:]))
