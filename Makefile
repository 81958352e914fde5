# `make run` starts the platform with a demonstration, `make test` checks it. `make help` lists the rest.

PORT ?= 8000
# Nothing is installed whose hash is not in locks/, and no package runs a build of its own.
PIP_FLAGS := --quiet --no-compile --disable-pip-version-check --require-hashes --only-binary :all:
VENV := .venv
BIN := $(VENV)/bin
# Byte code is kept out of the environment: it stays small, and later starts stay quick.
export PYTHONPYCACHEPREFIX := $(CURDIR)/var/pycache

# A set is installed again only when its lock has changed.
checksum = $(shell cksum < locks/$(1).txt | tr ' ' '-')
SERVE := $(VENV)/installed-serve-$(call checksum,serve)
DEV := $(VENV)/installed-dev-$(call checksum,dev)
ALL := $(VENV)/installed-training-$(call checksum,training)
TOOLS := var/tools/installed-$(call checksum,tools)

PYTEST := $(BIN)/python -m pytest
# Each process begins with half of the tests in their order: what the tests of a file share is mostly made once.
TWO_AT_ONCE := -n 2 --dist worksteal
RUNS ?= 20
SEED ?= 1
SERVICES ?= both

.PHONY: help run install training test test-services check e2e slow chaos throughput mutation bench load train screenshots lock audit sbom clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: $(SERVE) ## start web server, worker and beat with a demonstration (PORT=8000)
	@PORT=$(PORT) exec $(BIN)/python -m leukplatform.operations.launcher

install: $(SERVE) ## only install what `make run` needs

training: $(ALL) ## install everything, TensorFlow included

test: $(DEV) ## the tests, on SQLite and without any service
	$(PYTEST) $(TWO_AT_ONCE) $(ARGS)

test-services: $(DEV) ## the same tests on PostgreSQL and Redis (DATABASE_URL, REDIS_URL)
	@DATABASE_URL="$${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/postgres}" \
	REDIS_URL="$${REDIS_URL:-redis://127.0.0.1:6379/0}" \
	sh -c '$(BIN)/python .ci/services_answer.py && exec $(PYTEST) $(TWO_AT_ONCE) $(ARGS)'

check: $(DEV) ## ruff, types, import contracts, circles and sizes, migrations, deployment settings, compose file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/structure.py
	$(BIN)/python manage.py makemigrations --check --dry-run
	env $$(grep -v '^#' .ci/production.env) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

e2e: $(DEV) ## a real browser against the real server and worker (needs Chromium)
	$(PYTEST) -m browser $(ARGS)

# Apart from the browser tests: playwright's event loop lives as long as they do, and Django refuses the database beside it.
slow: $(ALL) ## the tests that take longer: training, starting and stopping, production commands
	$(PYTEST) -m "slow and not browser" -n 2 --dist loadfile $(ARGS)

ONLY ?=
mutation: $(DEV) ## are the tests of permissions, states and the trail any good? Every small change to them must fail one (ONLY='patients.access.*')
	rm -rf mutants
	env -u DATABASE_URL -u REDIS_URL $(BIN)/mutmut run --max-children 2 $(ONLY)
	$(BIN)/python .ci/mutation.py $(if $(ONLY),--keep)

chaos: $(DEV) ## kill, stop and starve the running platform, count what is lost (RUNS=20 SEED=1 SERVICES=both)
	$(BIN)/python -m leukplatform.operations.chaos --runs $(RUNS) --seed $(SEED) --services $(SERVICES) --keep var/chaos

throughput: $(DEV) ## pictures per second of a worker with one and with two processes, on Redis
	$(BIN)/python -m leukplatform.operations.chaos.throughput

bench: $(ALL) ## pictures per second of the whole analysis and of the bare model
	$(BIN)/python -m mlworker bench

CASES ?= 100000
AUDIT ?= 1000000
load: $(DEV) ## p50 and p95 of the pages in a large invented clinic, to docs/performance.md (CASES=100000 AUDIT=1000000; DATABASE_URL, REDIS_URL)
	$(BIN)/python -m leukplatform.operations.load --cases $(CASES) --audit $(AUDIT) --out docs/performance.md

DATA ?= ../shared/data/taleqani-all4/manifest.csv
OUT ?= var/models/lenet
DRAWN ?= 600
train: $(ALL) ## train LeNet (DATA=manifest.csv OUT=folder DRAWN=600; SOURCE and LICENCE of your own pictures, for the card)
	$(BIN)/python -m mlworker train --model lenet --data $(DATA) --out $(OUT) --drawn $(DRAWN) \
		$(if $(SOURCE),--source "$(SOURCE)" --licence "$(LICENCE)") $(ARGS)

screenshots: $(DEV) ## take the pictures of README.md anew (needs Chromium)
	$(BIN)/python -m leukplatform.tests.e2e.screenshots

# Versions that fit stay as they are; the hashes are those of every file of a release, for all platforms.
COMPILE = var/tools/bin/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --custom-compile-command "make lock" $(UPGRADE)
LOCK = $(COMPILE) --generate-hashes
lock: $(TOOLS) ## write requirements.txt and locks/ again from pyproject.toml (UPGRADE=--upgrade for the newest)
	$(COMPILE) --strip-extras pyproject.toml --extra production --extra training -o requirements.txt
	$(LOCK) --constraints requirements.txt pyproject.toml -o locks/serve.txt
	$(LOCK) --constraints requirements.txt pyproject.toml --extra production -o locks/production.txt
	$(LOCK) --constraints requirements.txt pyproject.toml --extra production --group dev -o locks/dev.txt
	$(LOCK) --constraints requirements.txt pyproject.toml --extra production --extra training -o locks/training.txt
	$(LOCK) --constraints requirements.txt --group yolo -o locks/yolo.txt
	$(LOCK) --group tools -o locks/tools.txt

audit: $(TOOLS) ## look everything that is pinned up among the known vulnerabilities (needs the internet)
	@var/tools/bin/python .ci/audit.py var/tools/bin/pip-audit

sbom: $(DEV) ## write the bill of materials of what is served, released models included, to var/sbom.cdx.json
	$(BIN)/python -m leukplatform.operations.supply.sbom --out var/sbom.cdx.json

clean: ## remove the environment and the caches; keeps var/, where the data is
	rm -rf $(VENV) var/pycache var/tools var/lock .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# --- The environment ------------------------------------------------------------------------------------------------
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$name; break; fi; done)

define NO_PYTHON
Python 3.11 or newer was not found. Install it (on Debian: apt-get install python3.11 python3.11-venv),
or name it: make run PYTHON=/path/to/python3.11
endef
export NO_PYTHON

define NO_VENV
Python could not make a virtual environment (see above). On Debian and Ubuntu: apt-get install python3-venv
endef
export NO_VENV

define ready_environment
	@if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		if [ -z "$(PYTHON)" ]; then echo "$$NO_PYTHON" >&2; exit 1; fi; \
		$(PYTHON) -m venv --clear $(VENV) || { echo "$$NO_VENV" >&2; exit 1; }; \
		$(BIN)/python -m pip uninstall --quiet --yes setuptools; \
	fi
endef

$(SERVE):
	$(ready_environment)
	@echo "Installing what the web server and the worker need (once, about two minutes) ..."
	@$(BIN)/python -m pip install $(PIP_FLAGS) -r locks/serve.txt
	@rm -f $(VENV)/installed-serve-* && touch $@

$(DEV):
	$(ready_environment)
	@echo "Installing what the tests and checks need (once) ..."
	@$(BIN)/python -m pip install $(PIP_FLAGS) -r locks/dev.txt
	@rm -f $(VENV)/installed-dev-* && touch $@

$(ALL): $(DEV)
	@echo "Installing what training needs (once, large) ..."
	@$(BIN)/python -m pip install $(PIP_FLAGS) -r locks/training.txt
	@rm -f $(VENV)/installed-training-* && touch $@

# Apart from .venv: the resolver and the auditor have no place beside what serves.
$(TOOLS):
	@if [ -z "$(PYTHON)" ]; then echo "$$NO_PYTHON" >&2; exit 1; fi
	@$(PYTHON) -m venv --clear var/tools || { echo "$$NO_VENV" >&2; exit 1; }
	@var/tools/bin/python -m pip install $(PIP_FLAGS) -r locks/tools.txt
	@touch $@
