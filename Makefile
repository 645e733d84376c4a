# Two commands do everything on a machine with python3.11+, make and git: `make run` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
export UV_NO_CONFIG := 1
export UV_PROJECT_ENVIRONMENT := $(VENV)
export DJANGO_SETTINGS_MODULE ?= qcy.settings.development

.PHONY: run test test-sqlite test-postgresql test-rows-only test-filter-only test-browser check bench bench-rules soak system screens clean

run: $(VENV)/ready  ## the demo world on http://127.0.0.1:8000
	@if test -s var/qcy.sqlite3; then $(BIN)/qcy migrate; else $(BIN)/qcy demo; fi
	@exec $(BIN)/qcy serve --port $(PORT)

test: $(VENV)/ready  ## everything: both databases, both tenancy layers, the browser, kill -9 and power loss
	@$(MAKE) --no-print-directory --jobs 2 --output-sync test-postgresql test-sqlite test-browser test-rows-only test-filter-only
	@$(BIN)/python tests/run.py sqlite -m faults  # alone: kills servers of its own, needs gcc

test-sqlite:
	@$(BIN)/python tests/run.py sqlite -m "not browser and not faults"

test-postgresql:  # without the tests that have no database in them
	@$(BIN)/python tests/run.py postgresql -m "not browser and not faults" --ignore tests/rules --ignore tests/kernel

test-rows-only test-filter-only: test-%:
	@$(BIN)/python tests/run.py $*

test-browser:  # apart: Playwright's event loop and Django's ORM share no thread
	@$(BIN)/python tests/run.py sqlite -m browser

check: $(VENV)/ready  ## style, types, layers, migrations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet qcy tests bench
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache > /tmp/qcy-imports.log || { cat /tmp/qcy-imports.log; exit 1; }
	@DJANGO_SETTINGS_MODULE=qcy.settings.test $(BIN)/django-admin makemigrations --check --dry-run
	@$(BIN)/python tests/run.py sqlite tests/repository

bench: $(VENV)/ready  ## ratios measured in one run
	@$(BIN)/python bench/pages.py; pages=$$?; $(BIN)/python bench/submit.py && $(BIN)/python bench/imports.py && exit $$pages

bench-rules: $(VENV)/ready  ## the rule engine beside Polars, OpenFisca and zen, all in one run
	@$(BIN)/python bench/rules/run.py

soak: $(VENV)/ready  ## a million firms and policies through both evaluators of the rules
	@DJANGO_SETTINGS_MODULE=qcy.settings.test $(BIN)/python -m tests.rules.soak

screens: $(VENV)/ready  ## pictures of every page into docs/screens/
	@$(BIN)/python docs/screens/make.py

system:  ## Debian packages; needs root
	@apt-get update -qq
	@DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	  python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig \
	  fonts-noto-cjk fonts-hanazono chromium gcc libc6-dev > /dev/null

$(VENV)/ready: pyproject.toml uv.lock scripts/prepare
	@PYTHON=$(PYTHON) bash scripts/prepare
	@touch $@

clean:
	rm -rf var $(VENV)
