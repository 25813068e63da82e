# `make demo` runs the main job on the examples; `make test` passes the tests. Both set everything up first.
# Needed on the machine: Python 3.11 or newer, git, make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made-from-locked
OUT ?= out

.PHONY: demo test test-slow check lint lock scores docs model clean

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

# The tagger anew from its data: first some files, then all but l and n, which measure it (models/tagger/CARD.md).
# Takes an hour on two cores. The training libraries are not locked: which build of PyTorch fits depends on the machine.
FIRST := $(addprefix models/data/,$(addsuffix .jsonl,a b c d e f h i j k m o p q s))
ALL := $(filter-out models/data/l.jsonl models/data/n.jsonl,$(wildcard models/data/*.jsonl))
model: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .[train]
	$(BIN)/python models/train/train.py --out .work/first --epochs 5 --vary 0.2 $(FIRST)
	$(BIN)/python models/train/train.py --out .work/tagger --start .work/first/tagger.pt --epochs 3 --rate 1.1e-4 \
	  --seed 2 --vary 0.25 $(ALL)
	$(BIN)/python models/train/export.py .work/tagger/tagger.pt --out models/tagger

# The virtual environment, from the locked and hashed requirements.
$(STAMP): requirements/locked.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/locked.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

# Lock every dependency with its hashes; run it after changing pyproject.toml or requirements/dev.in.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header pyproject.toml requirements/dev.in --extra verify -o requirements/locked.txt

clean:
	rm -rf $(VENV) $(OUT) .mypy_cache .ruff_cache .pytest_cache .hypothesis
