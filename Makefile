# What you can do here. `make` alone prints this list.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help up test check format lock bench browser clean

help: ## print what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

up: .venv/ready ## start everything on 127.0.0.1 and say what to do next (Ctrl-C stops it)
	@$(BIN)/remit up

test: .venv/ready browser ## run every test against the embedded PostgreSQL
	@$(BIN)/pytest -n 2

browser: ## install the browser the tests look at the control plane with, where there is none
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { echo 'installing Chromium for the tests'; \
	if [ "$$(id -u)" = 0 ]; then apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium >/dev/null; \
	else echo 'Chromium is missing: its tests are skipped. Install the package `chromium`, or run `sudo make browser`'; fi; }

check: .venv/ready ## exactly what continuous integration checks: format, lint, types, floors, docs
	@$(BIN)/ruff format --check --quiet . || { echo 'run `make format`'; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/basedpyright --level error
	@$(BIN)/lint-imports
	@$(BIN)/pytest tests/house -n 2

format: .venv/ready ## format the code and mend what the linter can mend
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --quiet --fix .

lock: .venv/ready ## resolve the dependencies again and write the lock files
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements/runtime.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group dev -c requirements/runtime.lock -o requirements/dev.lock

bench: .venv/ready ## measure; results go to docs/benchmarks.md by hand, with the machine
	@$(BIN)/python bench/run_all.py

clean: ## remove the environment (your data in .remit stays)
	rm -rf .venv

.venv/ready: requirements/dev.lock pyproject.toml
	@echo 'creating the environment in .venv (once; about a minute)'
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Remit needs Python 3.11 or newer. Install it, or run `make PYTHON=/path/to/python3.11`'; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==0.13.8
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch .venv/ready
