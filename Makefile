# Periplus: `make run` opens the console on a live reference app, `make test` runs every test.
# Both install what is missing first (scripts/setup); nothing else has to be done by hand.

SHELL := /bin/bash
# One configuration for run, tests, benchmarks and bundle, so that everything is compiled once.
BUILD := swift build $(shell cat scripts/flags)
BIN := .build/release

.PHONY: run test build setup lint format proof attack bench bundle docs clean help

help: ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: build ## build, start the proving ground and open the console; quitting stops all of it
	@$(BIN)/periplus up

build: setup ## install the build's system libraries where they are missing, and build
	@$(BUILD)

setup:
	@scripts/setup build

test: ## everything that CI runs: lint, unit, golden, fuzz, end-to-end, lessons, demos
	@scripts/test

lint: ## the formatter's lint, as errors
	@swift format lint --strict --recursive --parallel Package.swift Sources ReferenceApp/Sources Tests Benchmarks

format: ## format every source file in place
	@swift format --in-place --recursive --parallel Package.swift Sources ReferenceApp/Sources Tests Benchmarks

proof: build ## every drill at its full count; writes docs/proofs.md
	@scripts/proof

attack: ## the attacks on API, processes, app, input, terminals, disk and secrets at their full counts, against the built programs
	@scripts/attack

bench: build ## the figures of docs/performance.md, against their peers, in one run
	@scripts/bench

bundle: setup ## dist/periplus-linux-<arch>.tar.gz: runs on a bare Debian 12 without toolchain or network
	@scripts/bundle

docs: build ## regenerate the documents that come from the code
	@$(BIN)/periplus keys --standard > docs/keys.md
	@$(BIN)/periplus schema > docs/json.md

clean: ## remove what the build made
	@rm -rf .build dist
