# `make demo` runs the main job on the examples; `make test` passes the tests. Both set everything up first.
# Needed on the machine: Python 3.11 or newer, git, make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made-from-locked
OUT ?= out

.PHONY: demo test test-slow check lint lock scores docs model corpora figures clean

demo: $(STAMP)
	@rm -rf $(OUT)
	@HAIRYO_DATA=$(OUT)/data $(BIN)/hairyo run examples/submissions --out $(OUT)/run; code=$$?; \
	 if [ $$code -ne 0 ] && [ $$code -ne 3 ]; then exit $$code; fi
	@HAIRYO_DATA=$(OUT)/data $(BIN)/hairyo ledger verify
	@echo "Look at $(OUT)/run/report.html, and at the copies in $(OUT)/run/copies."

test: $(STAMP)
	$(BIN)/pytest -n 2 --dist loadgroup -m "not slow"

test-slow: $(STAMP)
	$(BIN)/pytest -n 2 --dist loadgroup -m slow

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

# The tagger anew from its data, in four stages: from the base on the first texts, then three times on later ones with a
# third of those before; the last one with partial labels from the corpora of others too, of which CORPORA is the folder
# (models/train/silver.py). HELD is left out: it measures the tagger (models/tagger/CARD.md). What ships is a blend of the
# last three. Takes four hours on two cores; a run that was stopped goes on at the epoch where it was. The training
# libraries are not locked: which build of PyTorch fits depends on the machine.
DATA = $(addprefix models/data/,$(addsuffix .jsonl,$(1)))
HELD := $(call DATA,l n zh zw zx xa xb xc xd xe yi)
FOURTH := $(call DATA,wa wb wc wd)
THIRD := $(call DATA,ya yb yc yd ye yf yg yh)
SECOND := $(call DATA,zi zj zk zl zm zn zo zp zq zr zs zt zu zv)
FIRST := $(filter-out $(HELD) $(SECOND) $(THIRD) $(FOURTH),$(wildcard models/data/*.jsonl))
STAGE = .work/$(1)/tagger.pt
TRAIN = $(BIN)/python models/train/train.py --out .work/$(1) --seed $(1)
model: corpora .work/4/done
	$(BIN)/python models/train/export.py $(call STAGE,4) --blend $(call STAGE,3) $(call STAGE,2) --out models/tagger
	$(BIN)/python models/train/calibrate.py models/tagger $(call DATA,l n zh)

corpora:
	@test -d "$(CORPORA)" || { echo "give the folder of the corpora: make model CORPORA=FOLDER"; exit 2; }

.work/1/done: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .[train]
	$(call TRAIN,1) $(FIRST) --epochs 8 --rate 2e-4 --vary 0.25 --part 0
	@touch $@
.work/2/done: .work/1/done
	$(call TRAIN,2) $(SECOND) --known $(FIRST) --start $(call STAGE,1) --epochs 6 --rate 1.3e-4 --part 0
	@touch $@
.work/3/done: .work/2/done
	$(call TRAIN,3) $(THIRD) --known $(FIRST) $(SECOND) --start $(call STAGE,2) --epochs 7 --rate 1.2e-4
	@touch $@
.work/4/done: .work/3/done
	$(call TRAIN,4) $(FOURTH) --known $(FIRST) $(SECOND) $(THIRD) --start $(call STAGE,3) --epochs 6 --rate 1.2e-4 \
	  --silver $(CORPORA) --silver-share 0.1
	@touch $@

# The figures of the model's card; GOLD is the folder of the reference texts.
figures: $(STAMP)
	$(BIN)/python models/train/report.py models/tagger zw=models/data/zw.jsonl zh=models/data/zh.jsonl \
	  "l and n=models/data/l.jsonl,models/data/n.jsonl" "reference texts=$(GOLD)/dev-1.jsonl,$(GOLD)/dev-2.jsonl"

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
