# Everything a person needs to build, try, test and measure Scholae. `make help` lists it.

CARGO ?= cargo

.PHONY: help demo test pictures lint bench soak clients setup clean

help: ## List what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: ## Build Scholae and serve a finished demo school
	$(CARGO) run --profile demo -p scholae -- demo

setup: ## Install what the tests use beside Rust (PostgreSQL, Chromium, Node, ...), where possible
	@./.ci/setup

test: setup ## Run every test; says at the end what was skipped and why
	@CARGO='$(CARGO)' ./.ci/test

pictures: ## Keep pictures of the pages in target/pictures, wide and light, narrow and dark
	SCHOLAE_PICTURES=1 $(CARGO) test --workspace --test it -- in_a_browser a_reader_on

lint: ## Check form, lints and dependencies
	@./.ci/lint

bench: ## Measure against yardsticks in the same run; writes docs/bench
	$(CARGO) build --release -p scholae -p bench
	$(CARGO) run --release -p bench -- --out docs/bench

soak: ## Long campaigns: hundreds of crashes and races, minutes of chaos, attacks, every wrong value
	SCHOLAE_SOAK=1 $(CARGO) test --workspace --release -- --nocapture crash chaos attacks hostile rolling refresh invalid_input

clients: ## Run real clients against the demo school
	$(CARGO) build --profile demo -p scholae
	./clients/run --server-binary target/demo/scholae

clean: ## Remove what was built
	$(CARGO) clean
