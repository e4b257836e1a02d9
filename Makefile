# A virtual environment of its own: nothing to activate, nothing on the machine is touched.
# On Debian `python3 -m venv` needs a package of its own; where it is missing, say so.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

# A stock client for the tests. It and the dYdX client each pin another coincurve, which only signs;
# nothing here signs, so ccxt comes without its requirements, of which `dev` names the needed ones.
CCXT := ccxt==4.5.90

# For the build's own requirements too: tomorrow's install is today's.
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := demo
.PHONY: demo run test fuzz lint check bench keys new-venue pictures golden shapes clean lock

demo: $(READY)
	@$(BIN)/cockpit demo

run: $(READY)
	@$(BIN)/cockpit

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "cockpit needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	  || { echo "Python has no venv module; on Debian: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(READY): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet -e .
	@touch $@

$(READY_DEV): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet -e '.[dev]'
	$(BIN)/python -m pip install --quiet --no-deps $(CCXT)
	@touch $(READY) $@

# The tests start the program more than a hundred times: what is compiled once is kept, also where the
# environment says that no bytecode is.
test fuzz: export PYTHONDONTWRITEBYTECODE :=

# Three workers on two cores: while one waits for the processes that its test has started, the others
# compute.
test: $(READY_DEV)
	$(BIN)/python -m pytest -n 3 --dist loadgroup

# The properties with new cases at random, a thousand each; `make test` repeats the same ones.
# Then 300,000 broken messages to each venue: `python -m tests.venues.fuzz --help`.
fuzz: $(READY_DEV)
	$(BIN)/python -m pytest -n 2 --dist loadgroup --hypothesis-profile=fuzz -m hypothesis
	$(BIN)/python -m tests.venues.fuzz

lint: $(READY_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.lint.circles
	$(BIN)/python -m tests.lint.code_lines
	$(BIN)/vulture

check: lint test

bench: $(READY)
	$(BIN)/cockpit bench --json

# A folder for a venue, its tests and its line in the registry: docs/adding-a-venue.md.
new-venue: $(READY_DEV)
	@$(BIN)/python docs/new_venue.py "$(NAME)"
	@$(BIN)/ruff check --quiet --fix cockpit/venues/$(NAME) tests/venues/$(NAME)
	@echo "next: docs/adding-a-venue.md; what is missing:"
	@echo "  $(BIN)/python -m pytest tests/venues/conformance -k $(NAME)"

# The README's key table, from the program's own.
keys: $(READY)
	$(BIN)/python docs/keys.py

# The README's pictures, from the seeded demo.
pictures: $(READY_DEV)
	$(BIN)/python docs/pictures.py

# The tapes that every venue is held to, recorded anew from the built-in exchange: after a change of a
# face or of the tape's format.
golden: $(READY_DEV)
	$(BIN)/python -m tests.golden

# The shapes of recorded messages, from the recordings beside the project.
shapes: $(READY_DEV)
	$(BIN)/python -m tests.shapes

# The exact versions that the suite was last green with; after changing pyproject.toml.
lock: $(READY_DEV)
	PIP_CONSTRAINT= $(BIN)/python -m pip install --quiet -e '.[dev,fast]'
	PIP_CONSTRAINT= $(BIN)/python -m pip install --quiet --no-deps $(CCXT)
	$(BIN)/python -m pip freeze --exclude-editable > constraints.txt

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
