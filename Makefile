# `make demo` runs the main job on the examples; `make test` passes the tests. Both set everything up first.
# Needed on the machine: Python 3.11 or newer, git, make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made-from-locked
OUT ?= out

.PHONY: demo test test-slow check lint lock scores docs clean

demo: $(STAMP)
	@rm -rf $(OUT)
	@HAIRYO_DATA=$(OUT)/data $(BIN)/hairyo run examples/submissions --out $(OUT)/run; code=$$?; \
	 if [ $$code -ne 0 ] && [ $$code -ne 3 ]; then exit $$code; fi
	@HAIRYO_DATA=$(OUT)/data $(BIN)/hairyo ledger verify
	@echo "Look at $(OUT)/run/report.html, and at the copies in $(OUT)/run/copies."

test: $(STAMP)
	$(BIN)/pytest -n 2 -m "not slow"

test-slow: $(STAMP)
	$(BIN)/pytest -n 2 -m slow

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test test-slow

# Dev scores against the recorded floor; GOLD is the folder of the reference texts.
scores: $(STAMP)
	$(BIN)/hairyo evaluate $(GOLD)/dev-*.jsonl --floor benchmarks/floor.toml

# The generated pages of docs/.
docs: $(STAMP)
	$(BIN)/python docs/make_cli_reference.py

# The virtual environment, from the locked and hashed requirements.
$(STAMP): requirements/locked.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/locked.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

# Lock every dependency with its hashes; run it after changing pyproject.toml or requirements/dev.in.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header pyproject.toml requirements/dev.in --all-extras -o requirements/locked.txt

clean:
	rm -rf $(VENV) $(OUT) .mypy_cache .ruff_cache .pytest_cache .hypothesis
