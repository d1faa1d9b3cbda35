# The commands people use. Everything is set up in .venv by requirements/set_up.py, which is instant when nothing changed.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 ; do command -v $$p && break; done)
BIN := $(or $(PRACTICE_VENV),.venv)/bin
DEMO_OUT ?= demo-output
PROCESSES ?= 2

.PHONY: demo demo-stop test test-slow test-nightly test-browser lint set-up lock bench vendor guide pictures
.DEFAULT_GOAL := demo

demo:            ## Set everything up and analyse the sample recording
	@$(PYTHON) requirements/set_up.py run
	@$(BIN)/practice demo --out $(DEMO_OUT) --serve

demo-stop:       ## Stop the service that `make demo` left running
	@$(BIN)/practice demo --out $(DEMO_OUT) --stop

test:            ## Set everything up and run the checks and the tests
	@$(PYTHON) requirements/set_up.py test
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -m "not slow" -n $(PROCESSES) --dist loadfile

test-slow:       ## The tests that take longer
	@$(PYTHON) requirements/set_up.py test
	@$(BIN)/python -m pytest -m slow

test-nightly:    ## What is measured every night: the slow tests of the service and its benchmarks; writes docs/reliability.md
	@$(PYTHON) requirements/set_up.py test
	@$(BIN)/python -m benchmarks.reliability

test-browser:    ## Every page in a real browser, Chromium, which the system has to have; the slow tests among them too
	@$(PYTHON) requirements/set_up.py test
	@$(PYTHON) requirements/set_up.py browser
	@$(BIN)/python -m pytest tests/e2e

lint:
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench:           ## Print every figure of the README
	@$(PYTHON) requirements/set_up.py test
	@$(BIN)/python -m benchmarks.all

lock:            ## Write the lock files again from pyproject.toml
	@sh requirements/compile.sh

vendor:          ## Fetch the pages' files of other projects again, with npm, as service/web/vendor.toml names them
	@$(PYTHON) requirements/vendor.py

guide:           ## The user guide and the other documentation as a site: site/index.html
	@$(PYTHON) requirements/set_up.py docs
	@$(BIN)/python -m mkdocs build --quiet
	@echo "Open site/index.html"

pictures:        ## Take the pictures of the pages again, from the demo
	@$(PYTHON) requirements/set_up.py browser
	@$(BIN)/python -m benchmarks.page_pictures --demo $(DEMO_OUT)
