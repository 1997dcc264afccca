"""The pages of the rule book, against text reviewed by eye."""

import importlib.util
from pathlib import Path

import pytest

from rehabill.almanac.load import load
from rehabill.rules.catalog import message
from rehabill.rules.page import explained, page
from rehabill.rules.registry import all_rules, rule
from rehabill.rules.rule import Rule

PT360 = """\
# PT360 telehealth-not-in-force

Telehealth on a day without it.

|  |  |
| --- | --- |
| Severity | error: the payer refuses the claim, or it is unlawful |
| Topic | telehealth |
| Runs on | claims where the claim speaks of telehealth |
| Since | rehabill 0.1.0 |

**What.** A therapist's telehealth on a day on which Medicare did not let therapists furnish it.

**Why.** Therapists may furnish Medicare telehealth from 2020-03-01 to 2027-12-31 (CARES Act and later extensions, the \
last by the Consolidated Appropriations Act, 2026); outside those days it is not covered.

**Fix.** Take the line off. If the patient was in the clinic, correct the place of service and the modifier.

## Law

### `medicare.telehealth.therapists`

Therapists may furnish Medicare telehealth.

| From | To | Value | Source |
| --- | --- | --- | --- |
| not known | 2020-02-29 | no | CARES Act §3703 and 1135 waivers; CMS telehealth list of 2020-04-30, \
as reported by APTA |
| 2020-03-01 | 2026-01-30 | yes | CARES Act §3703 and 1135 waivers; CMS telehealth list of 2020-04-30, \
as reported by APTA |
| 2026-01-31 | 2027-12-31 | yes | Consolidated Appropriations Act, 2026, §6209; CMS Therapy Services page |
| 2028-01-01 |  | no | Consolidated Appropriations Act, 2026, §6209; CMS Therapy Services page |

## Messages

| Name | Text |
| --- | --- |
| `fail` | Line {line}: {code} by telehealth on {day}, when Medicare does not cover therapists' telehealth. Take it \
off, or correct place and modifier if the patient was in the clinic. |
"""


def page_of(id_: str) -> str:
    found = rule(id_)
    assert found is not None
    return page(found)


def test_a_page_says_everything_of_a_rule() -> None:
    assert page_of("PT360") == PT360


def test_what_is_not_verified_is_marked() -> None:
    assert "(CY2026 rows unread past 92553) *(unverified)* |" in page_of("PT361")


def test_a_payer_setting_is_shown_for_every_payer() -> None:
    text = page_of("PT300")
    for payer in load().data.payers:
        assert f"| {payer} |" in text
    assert "| medicare-b |  |  | error | Noridian, Certifying Physician" in text


def test_a_table_shows_the_days_it_covers_and_what_comes_next() -> None:
    text = page_of("PT363")
    assert "Covers 2016-01-01 to 2026-12-31, from CMS place-of-service code set, June 2024." in text


def test_triggers_and_rules_without_law_are_told() -> None:
    assert "| Runs on | claims with 97001, 97003, 97161, 97162, 97163, 97165, 97166, 97167 |" in page_of("PT230")
    assert "No dated value: the rule compares what the claim itself says." in page_of("PT342")


@pytest.mark.parametrize("found", all_rules(), ids=lambda found: found.id)
def test_every_rule_has_its_three_parts_and_its_title(found: Rule) -> None:
    assert [part for part, _ in explained(found)] == ["What", "Why", "Fix"]
    assert all(text.endswith((".", ":")) for _, text in explained(found))
    doc = __import__(found.check.__module__, fromlist=["check"]).__doc__ or ""
    assert doc.splitlines()[0] == f"{message(found.id, 'title')}."


def test_the_reference_is_complete_stable_and_notices_what_is_stale(tmp_path: Path) -> None:
    tool = Path(__file__).parents[2] / "tools" / "gen_rule_docs.py"
    spec = importlib.util.spec_from_file_location("gen_rule_docs", tool)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    files = module.pages()
    assert files == module.pages()
    assert set(files) == {"README.md", *(f"{found.id}.md" for found in all_rules())}
    assert all(f"({found.id}.md)" in files["README.md"] for found in all_rules())
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert module.stale(files, tmp_path) == []
    (tmp_path / "PT360.md").write_text("old", encoding="utf-8")
    (tmp_path / "PT999.md").write_text("gone", encoding="utf-8")
    assert module.stale(files, tmp_path) == ["PT360.md", "PT999.md"]
