# `make demo` and `make test` need Python 3.11+ and nothing else; both set up .venv first.

PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000

.PHONY: demo test lint docs bench clean
.DEFAULT_GOAL := demo

# What is installed depends on these two files only, so a second run starts at once.
.venv/.ready: pyproject.toml constraints.txt .ci/set-up
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
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@$(BIN)/python -m benchmarks

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
