# Every target is one line: what it does is written in Python under infra/. `make help` lists them.
PYTHON ?= python3
WITH_PRODUCT := @$(PYTHON) -m infra.bootstrap requirements
WITH_TOOLS := @$(PYTHON) -m infra.bootstrap dev

.DEFAULT_GOAL := help
.PHONY: help run test test-more check e2e tour screens measure bench-booking bench-prescriptions bench-imaging fmt lock

help: ## this list
	@$(PYTHON) -m infra.targets Makefile

run: ## start everything with a demo county: http://localhost:8080 (PORT=9000 another port, TLS=1 for phones in the local network)
	$(WITH_PRODUCT) infra.start

test: ## everything a machine of the README can check: lint, types, contracts, units, integration, browsers (<= 15 min)
	$(WITH_TOOLS) infra.check test

test-more: ## what needs more: root, network namespaces, Redis, coturn, long kill loops; names what is missing
	$(WITH_TOOLS) infra.check test-more

check: ## the quick half of `make test`, under a minute: lint, types, contracts, unit tests
	$(WITH_TOOLS) infra.check check

e2e: ## only the tests in real Chromium
	$(WITH_TOOLS) infra.check e2e

tour: ## one whole visit without a camera, step by step, with its recording in a folder it names
	$(WITH_TOOLS) infra.tour

screens: ## a picture of every screen, phone and desktop, standard and elder view, in .screens/
	$(WITH_TOOLS) infra.screens

measure: ## first load, first paint, click to first picture, what a visit costs the server; on a quiet machine (CALLS= LOADS= MINUTES=)
	$(WITH_TOOLS) infra.measure

bench-booking: ## booking through HTTP beside bare pgbench, and the rush of 20 000; two quiet cores (ROUNDS= SECONDS= SEED=)
	$(WITH_TOOLS) infra.bench.booking

bench-prescriptions: ## the checks of a prescription and how they grow; 64 pharmacists claiming beside bare pgbench; two quiet cores (ROUNDS= CHECKS=)
	$(WITH_TOOLS) infra.bench.prescriptions

bench-imaging: ## a CT of 150 MB stored beside Orthanc, the first picture on weak lines, the cursor, the worklist; two quiet cores (ROUNDS= STUDIES= PAGES=)
	$(WITH_TOOLS) infra.bench.imaging

fmt: ## format Python and the web client
	$(WITH_TOOLS) infra.check fmt

lock: ## make the locks anew from infra/*.in and web-client/package.json
	$(WITH_TOOLS) infra.lock
