# `make demo` and `make test` each build .venv when it is absent or older than the two files that decide it.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
DOCS_STAMP := .venv/.docs
BROWSER_STAMP := .venv/.browser
TORCH := $(shell sed -n 's/^torch==/==/p' constraints.txt)
PYTEST := $(BIN)/python -m pytest
# A worker that has nothing left takes from the rest of the other: what a module sets up is seldom set up twice.
PYTEST_FLAGS ?= -n 2 --dist worksteal

# One thread for the tests' own process: on a busy machine torch's threads wait for each other.
export OMP_NUM_THREADS ?= 1

# The tests start hundreds of processes; where no bytecode is kept, each of them compiles the project anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo test test-slow test-browser unit lint format bench docs screenshots clean

help:
	@echo "make demo       grow the starter curriculum and show the library, which is left at demo.db"
	@echo "make test       lint, types, import contracts and the test suite"
	@echo "make test-slow  the tests that take minutes"
	@echo "make test-browser  the dashboard in Chromium: needs chromium (apt-get install chromium), installs playwright"
	@echo "make screenshots  pictures of the dashboard's pages over demo.db, at build/screenshots; needs chromium"
	@echo "make docs       the documentation as a site, at build/docs"
	@echo "make bench      the benchmarks"

install: $(STAMP)

# torch comes first and pinned, so that the wheel which the platform's pip is set up for is kept by the second step.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt "torch$(TORCH)"
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[dev,onnx]"
	@touch $(STAMP)

demo: $(STAMP)
	$(BIN)/automl demo

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: lint unit

unit: $(STAMP)
	@echo "not run here: the slow tests (make test-slow), among them the dashboard in a browser (make test-browser, which needs Chromium: nothing here installs it)"
	$(PYTEST) -m "not slow" $(PYTEST_FLAGS)

test-slow: $(STAMP)
	$(PYTEST) -m slow --timeout 900

# Playwright drives the system's Chromium, so only its Python package is fetched.
$(BROWSER_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[browser]"
	@touch $(BROWSER_STAMP)

test-browser: $(BROWSER_STAMP)
	$(PYTEST) -m slow --timeout 900 tests/automl/dashboard/test_in_a_browser.py

bench: $(STAMP)
	$(BIN)/python -m experiments.benchmarks

# What the site needs comes on top, so that tests and demo do without it.
$(DOCS_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[docs]"
	@touch $(DOCS_STAMP)

docs: $(DOCS_STAMP)
	$(BIN)/python -m mkdocs build --strict --quiet
	@echo "build/docs/index.html"

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Of the library that `make demo` leaves, or LIBRARY=FILE; it says so where chromium is missing.
screenshots: $(BROWSER_STAMP)
	AUTOML_SCREENSHOTS=$${SCREENSHOTS:-build/screenshots} AUTOML_LIBRARY=$${LIBRARY:-demo.db} $(PYTEST) -m slow tests/automl/dashboard/test_in_a_browser.py -k screenshots
