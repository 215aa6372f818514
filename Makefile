# Recipes call; they do not think: each line is a command that can be typed.
# PLATFORM=local or kind says where; without it, `demo` is local, `demo-up` takes kind where a Docker engine answers,
# and the others mean the demo that is up.
PYTHON := .venv/bin/python
ON     := $(if $(PLATFORM),--platform $(PLATFORM))
.DEFAULT_GOAL := help
# Tests start hundreds of commands: without compiled modules each would compile the project again, a third of its time.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help setup setup-dev demo demo-up demo-down demo-status demo-reset stage tools bundle observability observability-down test test-exhaustive test-all test-services test-kubernetes test-kubernetes-all controls faults torture oracle crds check scan sbom bench pictures lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what the demo needs
	@python3 -m tools.setup

setup-dev: ## Install what the tests, checks and benchmarks need besides
	@python3 -m tools.setup --dev

demo: ## Bring the demo up, play and prove the three episodes, report, clean up
	@python3 -m tools.setup --platform $(or $(PLATFORM),local)
	@$(PYTHON) -m tools.demo --platform $(or $(PLATFORM),local)

demo-up: ## Start Bookinfo and its mesh, and print the URL
	@python3 -m tools.setup --platform $(or $(PLATFORM),any)
	@$(PYTHON) -m platforms up $(ON) $(if $(BUNDLE),--bundle $(BUNDLE)) $(if $(PORT),--port $(PORT))

demo-down: ## Stop everything that demo-up started
	@$(PYTHON) -m platforms down $(ON)

demo-status: ## Show what runs and which rules are in force
	@$(PYTHON) -m platforms status $(ON)

demo-reset: ## Put the baseline back in force
	@$(PYTHON) -m platforms reset $(ON)

stage: ## Show page, rule and traffic of the demo that is up on one screen, for a talk
	@python3 -m tools.setup --stage --platform $(or $(PLATFORM),any)
	@$(PYTHON) -m stage $(ON) $(if $(PORT),--port $(PORT))

tools: ## Download kind, kubectl and istioctl, pinned and verified, into the run folder
	@python3 -m tools.setup --platform kind
	@$(PYTHON) -m platforms tools

bundle: ## Write every image into one archive for a machine without a registry (BUNDLE=FILE)
	@python3 -m tools.setup --platform kind
	@$(PYTHON) -m platforms bundle $(or $(BUNDLE),bookinfo-images.tar)

observability: ## Put Prometheus and Kiali beside the demo on Kubernetes, and print who calls whom
	@python3 -m tools.setup --platform kind
	@$(PYTHON) -m tools.observability up

observability-down: ## Take Prometheus and Kiali away
	@$(PYTHON) -m tools.observability down

test: setup-dev test-services ## Run the tests that need no cluster, a few of each kind
	$(PYTEST) -m "not exhaustive"

test-exhaustive: setup-dev ## Run the others of each kind, which `make test` leaves out
	$(PYTEST) -m exhaustive

test-all: test test-exhaustive ## Run all tests that need no cluster

PYTEST := $(PYTHON) -m pytest -n $(or $(WORKERS),4) --dist loadfile --no-loadscope-reorder tests services/productpage/tests --ignore tests/kubernetes

test-services: setup-dev ## Run each service's own tests in its own language
	cd services/details && rake --silent test
	cd services/ratings && npm test --silent
	cd services/reviews && mvn -q -B -ntp test

test-kubernetes: setup-dev ## Run the tests that need a Docker engine, kind and istioctl
	$(PYTHON) -m pytest tests/kubernetes -m "not exhaustive"

test-kubernetes-all: setup-dev ## Run them with those that take long: scaling, observability, more faults and defects
	$(PYTHON) -m pytest tests/kubernetes

controls: ## Plant every defect in the demo that is up, and see each caught
	@$(PYTHON) -m scenarios.controls $(ON)

faults: setup-dev ## Bring faults about on the demo on kind, and record what happened in docs/faults.md
	$(PYTHON) -m tests.chaos --write $(ON)

torture: setup-dev ## Cut scenarios off at random moments, and see that the next command puts the baseline back (KILLS=200)
	$(PYTHON) -m tests.chaos.torture $(ON) --kills $(or $(KILLS),200)

oracle: ## Build istiod's own code as a program that the parity tests ask (needs Go; a quarter of an hour the first time)
	@command -v go >/dev/null || { echo "make oracle: there is no Go here: https://go.dev/doc/install; without the oracle the tests use its recorded answers" >&2; exit 2; }
	cd tests/parity/oracle && go build -trimpath -o build/oracle . && install -m 644 "$$(go list -m -f '{{.Dir}}' istio.io/istio)/manifests/charts/base/files/crd-all.gen.yaml" build/crds.yaml && \
	  for kind in gateways httproutes; do echo ---; cat "$$(go list -m -f '{{.Dir}}' sigs.k8s.io/gateway-api)/config/crd/experimental/gateway.networking.k8s.io_$$kind.yaml"; done > build/gateway_api_crds.yaml

crds: setup-dev ## Write down anew what the CRDs of Istio and of the Gateway API say of their objects (needs Go)
	@$(PYTHON) -m tools.crds

check: setup-dev ## Lint, format and type checks of every language, and the scanners
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	@$(PYTHON) -m tools.words
	@$(PYTHON) -m tools.mirror
	.venv/bin/yamllint --strict .
	cd services/details && rake --silent lint
	cd services/ratings && npm run lint --silent
	cd services/reviews && mvn -q -B -ntp spotless:check
	cd tools/web && npm run check --silent
	@$(PYTHON) -m tools.scan

scan: setup-dev ## Scan manifests, Dockerfiles and workflows alone (most of it needs Go)
	@$(PYTHON) -m tools.scan

sbom: setup-dev ## Write what the project is made of to reports/sbom (CycloneDX)
	@mkdir -p reports/sbom
	$(PYTHON) -m venv .setup/sbom
	.setup/sbom/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-sbom.txt
	.setup/sbom/bin/cyclonedx-py requirements requirements.txt --output-file reports/sbom/python.json
	cd stage/editor && npm sbom --package-lock-only --sbom-format cyclonedx > $(CURDIR)/reports/sbom/editor.json
	cd services/reviews && mvn -q -B -ntp org.cyclonedx:cyclonedx-maven-plugin:2.9.1:makeBom -DoutputDirectory=$(CURDIR)/reports/sbom -DoutputName=java -DoutputFormat=json
	@ls -l reports/sbom

bench: setup-dev ## Measure the figures of docs/figures.md beside their targets (AGAINST=URL for another Bookinfo)
	$(PYTHON) -m bench $(if $(AGAINST),--against $(AGAINST))

pictures: setup-dev ## Take the pictures of the stage in docs/pictures anew, of a talk on a demo of its own
	@$(PYTHON) -m tools.pictures

lock: setup-dev ## Write the exact pins anew from requirements*.in
	.venv/bin/pip-compile $(PIP_COMPILE) --output-file services/productpage/requirements.txt services/productpage/requirements.in
	.venv/bin/pip-compile $(PIP_COMPILE) --output-file scenarios/loadgen/requirements.txt scenarios/loadgen/requirements.in
	.venv/bin/pip-compile $(PIP_COMPILE) --output-file requirements.txt requirements.in
	.venv/bin/pip-compile $(PIP_COMPILE) --output-file requirements-dev.txt requirements-dev.in
	.venv/bin/pip-compile $(PIP_COMPILE) --output-file requirements-sbom.txt requirements-sbom.in
	.venv/bin/pip-compile $(PIP_COMPILE) --output-file requirements-setup.txt requirements-setup.in

PIP_COMPILE := --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

clean: ## Remove what set-up, builds and runs made (stops a running demo first)
	@test ! -x $(PYTHON) || $(PYTHON) -m platforms down --platform local
	@test ! -x $(PYTHON) || $(PYTHON) -m platforms down --platform kind
	rm -rf .venv .run .setup reports services/reviews/target stage/static/vendor stage/editor/node_modules tools/web/node_modules
