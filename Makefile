# The front door. `make` alone lists what there is.
PORT ?= 8080
OPS_PORT ?= 9090
DATA ?= .data
ONLY ?=

.DEFAULT_GOAL := help
.PHONY: help packages test-packages build run test lint tidy format fuzz bench clean

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

packages:
	@tools/install-packages

test-packages:
	@tools/install-packages test

build: packages ## Build the program: build/release/connect
	@cmake --preset release -Wno-dev --log-level=WARNING
	@cmake --build build/release --target connect

run: build ## Start a server on loopback with development login [PORT=8080 OPS_PORT=9090 DATA=.data]
	@PORT=$(PORT) OPS_PORT=$(OPS_PORT) DATA=$(DATA) tools/run

test: test-packages ## Every test there is [ONLY=lint,web,units,contract,scenario,e2e,asan,tsan,fuzz]
	@tools/test $(ONLY)

lint: test-packages ## The fast checks of style and layers
	@tools/lint

tidy: test-packages ## clang-tidy on the files that differ from HEAD [FILES=...]
	@tools/tidy $(FILES)

format: test-packages ## Format all C++ files in place
	@git ls-files --cached --others --exclude-standard '*.cc' '*.h' | xargs -r clang-format-14 -i

fuzz: test-packages ## Fuzz each target for a while [SECONDS_EACH=60]
	@FUZZ_SECONDS=$(or $(SECONDS_EACH),60) tools/test fuzz

bench: build ## Measure what a message, a page and a connection cost [ARGS="--only page"]
	@build/release/connect bench $(ARGS)

clean: ## Remove everything that was built
	@rm -rf build
