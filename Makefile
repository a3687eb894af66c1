# Touchstone. `make help` explains itself.
SHELL := /bin/bash
.DEFAULT_GOAL := help

GO        ?= go
BIN       := bin/touchstone
ADDR      ?= 127.0.0.1:8080
DATA      ?= ./data
RUNTIME   := .cache/onnxruntime/libonnxruntime.so
TESTSUM   := $(GO) tool gotestsum --format pkgname-and-test-fails
GOLANGCI  := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
SHARED    ?= ../shared
# A path given from outside wins over the one that setup brings.
export ONNXRUNTIME_LIB ?= $(CURDIR)/$(RUNTIME)
# The program sees to itself; this is for Python's tools beside it, whose ONNX Runtime tells its maker about runs as well.
export ORT_DISABLE_TELEMETRY := 1

.PHONY: help profile setup ocr axe shots build run test race lint contract bench soak fuzz train-check eval month month-thresholds clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(if $(filter-out $(CURDIR)/$(RUNTIME),$(ONNXRUNTIME_LIB)),,$(RUNTIME)) ## bring the ONNX Runtime library into .cache (pinned, checked)

$(RUNTIME): embed/onnx/fetch-runtime.sh
	@embed/onnx/fetch-runtime.sh
	@touch $@

ocr: ## bring the optional pack that reads words in pictures into .cache/packs (pinned, checked)
	@$(GO) run ./cmd/touchstone models pull ocr

axe: .cache/axe/axe.min.js ## bring axe-core for the browser tests into .cache (pinned, checked)

.cache/axe/axe.min.js: cmd/touchstone/fetch-axe.sh
	@cmd/touchstone/fetch-axe.sh

build: ## write bin/touchstone
	@mkdir -p bin
	$(GO) build -trimpath $(if $(TAGS),-tags $(TAGS)) -o $(BIN) ./cmd/touchstone

run: setup build ## start the service on ./data with a demo catalogue, on loopback
	@$(BIN) serve --addr $(ADDR) --data $(DATA) --demo

test: setup ## all tests, in minutes and without root; the end says what was skipped and how to get it
	@mkdir -p .cache
	@$(TESTSUM) --jsonfile .cache/tests.json -- -timeout 9m $(TESTFLAGS) ./...
	@if [ "$$REQUIRE" = all ] && grep '"Action":"skip"' .cache/tests.json | grep -q '"Test":'; then echo "REQUIRE=all: nothing may be skipped, see above"; exit 1; fi

race: setup ## the concurrent parts under the race detector
	@$(TESTSUM) -- -race -timeout 9m ./embed/... ./index/... ./internal/blob/... ./internal/server/... ./internal/intake/... ./internal/httpapi/... ./internal/upkeep/...

lint: ## gofmt, vet, golangci-lint
	@test -z "$$(gofmt -l cmd detect embed index internal models | tee /dev/stderr)" || { echo "gofmt: the files above are not formatted"; exit 1; }
	@$(GO) vet ./...
	@$(GO) run $(GOLANGCI) run ./...

CONTRACT := .cache/contract

$(CONTRACT)/bin/st: internal/httpapi/contract/requirements.txt
	@python3 -m venv $(CONTRACT)
	@$(CONTRACT)/bin/python -m pip install -q -r $<
	@touch $@

contract: setup build $(CONTRACT)/bin/st ## try the whole OpenAPI document on a running service (schemathesis), as an admin and as a holder
	@$(CONTRACT)/bin/python internal/httpapi/contract/run.py --binary $(BIN) --folder "$$(mktemp -d)"

bench: setup build ## figures: service against the raw model runs, exact search, the Python peer
	@$(GO) test -tags bench -pgo=$(CURDIR)/cmd/touchstone/default.pgo -timeout 60m -count 1 -v -run '^TestBench' ./internal/bench -shared $(abspath $(SHARED)) $(if $(PACK),-pack $(abspath $(PACK)))

profile: setup build ## take the profile of scoring anew by which the program is compiled (cmd/touchstone/default.pgo)
	@rm -rf out/profile && mkdir -p out/profile
	@$(GO) test -tags bench -timeout 20m -count 1 -run '^TestBenchListings$$' ./internal/bench -shared $(abspath $(SHARED)) -profile $(CURDIR)/out/profile
	@$(GO) tool pprof -proto out/profile/*.pprof > cmd/touchstone/default.pgo

soak: setup build ## long runs: 200 clients for a minute, 100,000 model runs in flat memory, 200 kills of a writing index
	@$(GO) test -tags soak -timeout 60m -count 1 -v -run '^TestSoak' ./internal/bench $(if $(PACK),-pack $(abspath $(PACK)))
	@TOUCHSTONE_SOAK=1 $(GO) test -timeout 60m -count 1 -v -run '^TestSoak' ./embed/onnx
	@TOUCHSTONE_SOAK=1 $(GO) test -timeout 60m -count 1 -v -run '^TestKill$$' ./index/local

fuzz: ## a minute of fuzzing for each parser of what strangers send
	@set -e; for p in $$($(GO) list ./...); do for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
	  echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $${FUZZTIME:-60s} $$p; done; done

shots: setup axe ## take the pictures of docs/pictures anew, in Chromium
	@mkdir -p docs/pictures
	@TOUCHSTONE_SHOTS=$(CURDIR)/docs/pictures REQUIRE=all $(GO) test -count 1 -run '^TestDemo$$/^console$$' ./cmd/touchstone
	@rm -f docs/pictures/*.png

TRAINING := .cache/training
PYTHON   ?= $(TRAINING)/bin/python

NOTES := training-notes/train
$(TRAINING)/bin/python: $(NOTES)/torch.txt $(NOTES)/requirements.txt $(NOTES)/text_requirements.txt training-notes/export/requirements.txt
	@rm -rf $(TRAINING) && python3 -m venv $(TRAINING)
	@$(TRAINING)/bin/python -m pip install -q --no-cache-dir --disable-pip-version-check --no-warn-conflicts --no-deps -r $(NOTES)/torch.txt -r training-notes/export/requirements.txt
	@$(TRAINING)/bin/python -m pip install -q --no-cache-dir --disable-pip-version-check --no-warn-conflicts -r $(NOTES)/requirements.txt -r $(NOTES)/text_requirements.txt
	@$(TRAINING)/bin/python $(NOTES)/cpu_torch.py
	@touch $@

train-check: setup $(PYTHON) ## train each model for some steps and prove each export recipe on random weights (2 GB on a first run)
	@cd training-notes/train && for s in smoke logo_smoke text_smoke; do $(abspath $(PYTHON)) -W ignore $$s.py || exit 1; done
	@rm -rf .cache/recipes && mkdir -p .cache/recipes
	@set -e; export_small() { n=$$1; shift; $(PYTHON) -W ignore training-notes/export/backbone.py $$n --small --version 1 --drawings 60 --out .cache/recipes/$$n "$$@"; }; \
	  for n in clip siglip; do $(PYTHON) -W ignore training-notes/export/joint.py $$n --small --version 1 --drawings 60 --out .cache/recipes/$$n-joint; done; \
	  export_small dinov2 --side 56; export_small siglip; export_small clip; export_small sscd --side 96; export_small timm --model mobilenetv4_conv_small --side 96
	@$(GO) test -tags recipes -count 1 -run '^TestRecipes$$' ./cmd/touchstone -packs $(CURDIR)/.cache/recipes

eval: setup build ## the development sets, with reports in out/
	@$(BIN) eval --out out $(wildcard $(SHARED)/eval/dev-*)

month: setup build ## simulated months with reports in out/month: of notices, and of a marketplace beside its twin (SEEDS, SCALE, PHOTOS)
	@$(BIN) simulate --month notices --seeds $(or $(SEEDS),1) --scale $(or $(SCALE),1) $(if $(PHOTOS),--photos $(PHOTOS)) --out out/month/notices
	@$(BIN) simulate --month market --seed 2 --seeds $(or $(SEEDS),5) --scale $(or $(SCALE),1) --double $(if $(PHOTOS),--photos $(PHOTOS)) --out out/month/market

month-thresholds: setup build ## read the thresholds of the market's month off months of its own, after every new pack
	@$(BIN) simulate --month market --no-twin --seed 1,12 --scale $(or $(SCALE),0.1) --out out/month/thresholds --thresholds internal/simulate/policies/market.json

clean: ## remove what was built (data and .cache stay)
	rm -rf bin out
