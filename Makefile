# make run    check the sample records, index them, build the site
# make test   everything the tests need, then the tests
# make test-faults  every fault at every call of a writer, twenty writers at once (make test takes a sample)
# make lint   style, format, types
# make bench  the figures of tests/benchmarks/README.md
# make lock   choose the versions of all dependencies anew (needs uv)
# make clean  take away everything derived

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# the tests run side by side on as many cores as there are, or as JOBS says
JOBS ?= auto

.PHONY: run test test-faults lint bench lock clean
.DELETE_ON_ERROR:

run: $(STAMP)
	@echo "== check: every record against the schema and against the other records"
	@$(BIN)/custodex check
	@echo "== build: the search index and the site"
	@$(BIN)/custodex build --out build/site

test: $(STAMP)
	@.ci/browser
	@$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

test-faults: $(STAMP)
	@CUSTODEX_FAULTS=full $(BIN)/python -m pytest -n $(JOBS) tests/faults $(ARGS)

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(STAMP)
	@$(BIN)/python -m tests.benchmarks $(ARGS)

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade --extra dev \
	  --no-emit-index-url --no-emit-find-links --strip-extras --no-annotate --no-header \
	  pyproject.toml --output-file requirements.lock

clean:
	rm -rf build dist .custodex .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "custodex needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@echo "== install: the versions in requirements.lock, into $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
