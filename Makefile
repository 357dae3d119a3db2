# Each target does all of its own set-up and is quick the second time.
# uv is used when the machine has it; otherwise it is installed into the project's own environment (.uv).
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
READY := $(VENV)/.ready

.PHONY: demo lab test test-nightly test-clients check coverage-page coverage-operations coverage-matrix messages course chaos bench bench-load bench-growth bench-checkout bench-search bench-leaks bench-learner bench-analytics lock clean help
help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "make %-16s %s\n", $$1, $$2}'

.uv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "shoplib needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 ...")'
	@echo "Installing uv, which installs the rest (half a minute) ..."
	@$(PYTHON) -m venv .uv
	@.uv/bin/pip install --quiet --disable-pip-version-check "uv>=0.13,<0.14"

# uv shows what it downloads and installs, with bars on a terminal; of compiling, which takes longest, it says nothing.
SYNC = UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) sync --locked --python $(PYTHON) --no-python-downloads
$(READY): pyproject.toml uv.lock | $(filter .uv/bin/uv,$(UV))
	@echo "Setting up in $(VENV): the first time takes about 3 minutes, later ones seconds."
	@$(SYNC) --no-compile-bytecode
	@echo "Compiling what was installed, so that everything starts quickly ..."
	@total=$$(find $(VENV) -name '*.py' | wc -l); \
	(while sleep 5 >/dev/null 2>&1; do echo "  $$(find $(VENV) -name '*.pyc' | wc -l) of about $$total files"; done) & \
	pulse=$$!; trap 'kill $$pulse 2>/dev/null' EXIT; trap 'exit 130' INT TERM; $(SYNC) --compile-bytecode --quiet
	@touch $(READY)

demo: $(READY) ## deploy the shop on the local AWS, run it on real orders, prove and report the result
	$(RUN)/shoplib demo $(ARGS)

lab: $(READY) ## open JupyterLab on the first lesson, with the local AWS ready
	$(RUN)/shoplib lab $(ARGS)

# Where the machine forbids bytecode, every process of the many that tests start would compile the library anew.
test: $(READY) ## run the whole test suite
	PYTHONDONTWRITEBYTECODE= $(RUN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(READY) ## format and lint (notebooks too), types
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy

test-nightly: $(READY) ## the suite at full size: 20 times the examples, millions of events, more load; about an hour
	SHOPLIB_NIGHTLY=1 $(MAKE) test ARGS="--timeout 3600 $(ARGS)"

test-clients: $(READY) ## SAM CLI, CDK, chalice and the AWS CLI against the local AWS; fetches them from PyPI and npm
	$(RUN)/python -m pytest -q -rs -p no:cacheprovider --timeout 900 clients $(ARGS)

.bench/ministack/bin/ministack:
	$(PYTHON) -m venv .bench/ministack
	.bench/ministack/bin/pip install --quiet --disable-pip-version-check ministack==1.5.33 boto3

bench: $(READY) .bench/ministack/bin/ministack ## our engine beside the best free peer, the same work in one run
	$(RUN)/python -m bench $(ARGS)

bench-load: $(READY) ## 20,000 messages and 100,000 records while workers are killed, with figures
	SHOPLIB_NIGHTLY=1 $(RUN)/python -m pytest -q -s tests/cloud/test_load_queues.py tests/cloud/test_load_streams.py $(ARGS)

chaos: $(READY) ## 2,000 orders from 16 clients while processes die, messages repeat, the provider fails and sources pause; and 10,000 steps of orders' lives, with figures
	SHOPLIB_NIGHTLY=1 $(RUN)/python -m pytest -q -s --timeout 3600 tests/cloud/shop/test_shop_chaos.py $(ARGS)
	SHOPLIB_NIGHTLY=1 $(RUN)/python -m pytest -q --timeout 3600 tests/events/test_order_promises.py $(ARGS)

bench-growth: $(READY) ## does a call cost more when 200,000 items, objects, messages, records or log events are stored?
	$(RUN)/python -m bench.growth $(ARGS)

bench-checkout: $(READY) ## orders a second that the whole shop accepts from 1, 8 and 32 clients, and how soon
	$(RUN)/python -m bench.checkout $(ARGS)

bench-search: $(READY) ## searches over 10,000 products through the API: p50 and p95 by kind, and the index rebuilt
	$(RUN)/python -m bench.search $(ARGS)

bench-leaks: $(READY) ## half an hour of mixed traffic: do processes, threads, open files and memory stay flat?
	$(RUN)/python -m bench.leaks $(ARGS)

bench-learner: $(READY) ## how much memory a learner needs: JupyterLab, a kernel, the local AWS, while lessons run
	$(RUN)/python -m bench.learner

bench-analytics: $(READY) ## the analyses over 1 and 10 million events beside DuckDB and pandas, the lake before and after compaction, a large report
	$(RUN)/python -m bench.analytics $(ARGS)
	$(RUN)/python -m bench.analytics.compaction
	$(RUN)/python -m bench.analytics.reporting

coverage-page: $(READY) ## docs/coverage.md anew, from docs/coverage.in.md and the code that decides what is refused
	$(RUN)/python -m shoplib.localaws.coverage

coverage-operations: $(READY) ## what docs/coverage.md says of operations anew, from a running engine
	SHOPLIB_RECORD_OPERATIONS=1 $(RUN)/python -m pytest -q tests/cloud/test_all_operations.py -k required
	@$(MAKE) -s coverage-page
messages: $(READY) ## translations: catalogs as the code's messages are now, compiled for functions and the page
	$(RUN)/python -m shoplib.messages $(ARGS)

coverage-matrix: $(READY) ## docs/paper-coverage.md and the table of docs/teaching.md anew, from services, tests and lessons
	@$(RUN)/python -m shoplib.teaching coverage-matrix overview

course: $(READY) ## every lesson executed, as static pages with its date, and a handout per pattern, in course/
	@$(RUN)/python -m shoplib.teaching course

lock: ## refresh uv.lock after a change of pyproject.toml
	$(UV) lock

clean: ## remove everything that the other targets made
	rm -rf $(VENV) .uv .bench .clients build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis report.html live*.svg journey.html simulation course
	rm -rf diagrams/live* diagrams/change* diagrams/deployed* notebooks/.ipynb_checkpoints
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
