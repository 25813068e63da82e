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

# The tagger anew from its data, each stage from the weights of the one before: the texts first written, all of the
# one-letter files twice, then the whole documents with a third of the others. l, n and zh are left out: they measure it
# (models/tagger/CARD.md). What ships is a blend of the last two. Takes two to three hours on two cores. The training libraries are not locked: which build of
# PyTorch fits depends on the machine.
DATA = $(addprefix models/data/,$(addsuffix .jsonl,$(1)))
FIRST := $(call DATA,a b c d e f h i j k m o p q s)
SHORT := $(filter-out $(call DATA,l n),$(wildcard models/data/?.jsonl))
WHOLE := $(filter-out $(call DATA,zh),$(wildcard models/data/z?.jsonl))
TRAIN := $(BIN)/python models/train/train.py
model: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .[train]
	$(TRAIN) $(FIRST) --out .work/1 --epochs 5 --rate 1.6e-4 --seed 1 --vary 0.2
	$(TRAIN) $(SHORT) --out .work/2 --start .work/1/tagger.pt --epochs 3 --rate 1.1e-4 --seed 2 --vary 0.25
	$(TRAIN) $(SHORT) --out .work/3 --start .work/2/tagger.pt --epochs 10 --rate 1.5e-4 --seed 3 --vary 0.3
	$(TRAIN) $(WHOLE) --known $(SHORT) --out .work/4 --start .work/3/tagger.pt --epochs 7 --rate 1.2e-4 --seed 4 --vary 0.3
	$(BIN)/python models/train/export.py .work/4/tagger.pt --blend .work/3/tagger.pt --out models/tagger

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
