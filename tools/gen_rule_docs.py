"""Write the reference of the rule book: one page for each rule and an index by topic.

python tools/gen_rule_docs.py            # writes docs/rules/
python tools/gen_rule_docs.py --check    # exits 1 when docs/rules/ is not what the rules say
"""

import sys
from pathlib import Path
from typing import get_args

from rehabill.base.finding import Topic
from rehabill.rules.catalog import message
from rehabill.rules.compile import RuleCase, Twin, twins
from rehabill.rules.page import page, table
from rehabill.rules.registry import all_rules
from rehabill.rules.rule import Rule

FOLDER = Path(__file__).parents[1] / "docs" / "rules"
_MADE = "<!-- Made by tools/gen_rule_docs.py: change the rule, not this page. -->"
_SAYS = {
    "pass": "nothing",
    "fail": "fails",
    "bypassed": "allowed, with a note",
    "no_data": "cannot decide: something was not given or is not known",
}


def pages() -> dict[str, str]:
    """Every file of the reference by name."""
    held = twins()
    files = {f"{rule.id}.md": _with_cases(rule, held[rule.id]) for rule in all_rules()}
    return {"README.md": _index(), **files}


def _with_cases(rule: Rule, twin: Twin) -> str:
    cases = table(("Case", "The rule says", "At"), (_case(case) for case in twin.cases))
    return f"{_MADE}\n\n{page(rule)}\n## Cases\n\nEach one is a test.\n\n{cases}\n"


def _case(case: RuleCase) -> tuple[str, str, str]:
    return case.name, _SAYS[case.expect], f"`{case.at}`" if case.at else ""


def _index() -> str:
    rules = all_rules()
    blocks = [
        _MADE,
        "# The rule book",
        f"{len(rules)} rules by topic. `rehabill rule PT300` prints a rule's page; ids and slugs never change.",
    ]
    for topic in get_args(Topic):
        rows = [
            (f"[{rule.id}]({rule.id}.md)", message(rule.id, "title"), rule.severity, f"`{rule.slug}`")
            for rule in rules
            if rule.topic == topic
        ]
        if rows:
            blocks += [f"## {topic.replace('_', ' ')}", table(("Rule", "Title", "Severity", "Slug"), rows)]
    return "\n\n".join(blocks) + "\n"


def stale(files: dict[str, str], folder: Path) -> list[str]:
    """Names that are missing, different, or left over in a folder."""
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    return sorted(name for name in files.keys() | there.keys() if files.get(name) != there.get(name))


def main(arguments: list[str]) -> int:
    files = pages()
    if "--check" in arguments:
        names = stale(files, FOLDER)
        for name in names:
            print(f"docs/rules/{name} is not what the rules say: run `make gen`", file=sys.stderr)
        return 1 if names else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale(files, FOLDER):
        if name in files:
            (FOLDER / name).write_text(files[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
