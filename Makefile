# Everything starts here: `make chat` to use it, `make test` to check it. Needs Python 3.11 to 3.13, pip and a registry.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
Q ?= How does quantization cut serving cost?

.PHONY: chat ask test check lint slow-tests evals format clean

chat: $(VENV)/run.stamp
	$(BIN)/assistant models pull
	$(BIN)/assistant chat

ask: $(VENV)/run.stamp
	$(BIN)/assistant models pull
	@$(BIN)/assistant ask "$(Q)"

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest

# What CI runs: format, lint, types, the corpus, all tests. `make evals` measures; it gates nothing yet.
check: lint test slow-tests

lint: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m corpus

slow-tests: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -m "llm or browser"

evals: $(VENV)/dev.stamp
	ASSISTANT_HOME=$(CURDIR)/.home $(BIN)/python -m pytest evals --backend extractive --sample 60 -q

format: $(VENV)/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed; name one with: make PYTHON=python3.11 chat" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing (once, some minutes)" >&2
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/dev.stamp: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --constraint constraints.txt --editable ".[dev]"
	@touch $@ $(VENV)/run.stamp
