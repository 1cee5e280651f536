# What people and CI run. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# One build folder for every clone, so that a clean clone builds in minutes; tools/setup.sh sees to
# it that no clone runs what another one built.
CARGO_TARGET_DIR ?= $(HOME)/.cache/xinheng/target
export CARGO_TARGET_DIR

.PHONY: help setup build demo test check bench fuzz soak db

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what is missing, saying what
	@tools/setup.sh build check postgres browser peers

build: ## the binary, at bin/xinheng
	@tools/setup.sh build
	XINHENG_COMMIT=$$(git describe --always --dirty 2>/dev/null || true) cargo build --workspace --release --locked
	@mkdir -p bin && { cmp -s "$$CARGO_TARGET_DIR/release/xinheng" bin/xinheng || install -m 755 "$$CARGO_TARGET_DIR/release/xinheng" bin/xinheng; }
	@echo "built: bin/xinheng"

demo: build ## a city of 20,000 subjects, in a browser
	@tools/demo.sh

test: setup ## everything, on SQLite and PostgreSQL, and the pages in Chromium
	@tools/test.sh

check: ## format, lints, and the tests of house rules
	@tools/setup.sh build check
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	@tools/nextest.sh -E 'test(tidy)'

bench: build ## the duels against peers
	@tools/setup.sh postgres peers
	@bench/run.sh

fuzz: build ## the API against its own description, with schemathesis
	@tools/setup.sh peers
	@tests/api/run.sh

soak: ## 200 kills in the midst of an import, on each engine
	@tools/setup.sh build check postgres
	@XINHENG_SOAK=$${XINHENG_SOAK:-200} tools/with-postgres.sh tools/nextest.sh --profile soak -E 'test(soak)'

db: ## a private PostgreSQL to work with, gone on exit
	@tools/setup.sh postgres
	@tools/with-postgres.sh bash -c 'echo "XINHENG_TEST_POSTGRES=$$XINHENG_TEST_POSTGRES"; psql "$$XINHENG_TEST_POSTGRES"'
