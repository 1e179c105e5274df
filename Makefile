# `make demo` and `make test` need Python 3.11+ and nothing else; both set up .venv first.

PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000

.PHONY: demo test lint docs bench lock audit clean
.DEFAULT_GOAL := demo

# What is installed depends on these files only, so a second run starts at once.
.venv/.ready: pyproject.toml requirements.lock transformers.lock .ci/set-up
	@sh .ci/set-up $(PYTHON)
	@touch $@

demo: .venv/.ready
	@$(BIN)/synth demo --port $(PORT)

test: .venv/.ready
	@sh .ci/find-browser
	@sh .ci/find-nginx
	@$(BIN)/python -m pytest -n auto --dist loadfile

lint: .venv/.ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# Writes the generated parts of the docs; the tests fail when they have drifted.
docs: .venv/.ready
	@$(BIN)/python -m tests.docs_parts
	@$(BIN)/python -m tests.contrast

bench: .venv/.ready
	@$(BIN)/python -m benchmarks

# After a dependency was added; UPGRADE=1 takes newer versions of all of them.
lock: .venv/.ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python .ci/lock.py

# Whether a version in the locks has a known weakness. Needs the network; says so without.
audit: .venv/.ready
	@sh .ci/audit

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
