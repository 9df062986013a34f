# Everything runs in .venv, which `make setup` builds with PYTHON (3.11 to 3.13) and again when pyproject.toml changes.
#   make test PYTHON=python3.12 VENV=.venv312     another interpreter, beside the first
#   make test ARGS="-k reward"                    more arguments for pytest

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup-done
# Two: sandbox tests measure CPU time, so more workers than cores would only blur them.
WORKERS ?= 2
ARGS ?=

# For what runs in containers. BUILD_ARGS: such as --build-arg PIP_INDEX_URL=... RUN_ARGS=: without --init nobody reaps
# the orphans of hundreds of hostile submissions, and in the end there are no processes left.
DOCKER ?= docker
IMAGE ?= rl-code-verifier
BUILD_ARGS ?=
RUN_ARGS ?= --init
PROFILE ?= lambda
SECCOMP_lambda := --security-opt seccomp=sandbox_image/profiles/lambda.json
SECCOMP_default :=
USER_AND_GROUP ?= 993:990
TESTS ?= tests/sandbox tests/attacks

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-docker test test-quick test-container image lock check format bench clean

help:
	@echo "make setup     build $(VENV) (the other targets do it when needed)"
	@echo "make demo      score examples/batch.jsonl"
	@echo "make demo-docker  the same in a container without network, capabilities or a writable root"
	@echo "make test      the tests, some fifteen minutes"
	@echo "make test-quick  the tests without the slow ones"
	@echo "make test-container  the sandbox's tests in a container that refuses what AWS Lambda refuses (PROFILE=default:"
	@echo "               what Docker refuses)"
	@echo "make image     build the image: $(IMAGE):lambda, and $(IMAGE):local with AWS's emulator"
	@echo "make lock      pin what the image is made of anew: sandbox_image/*requirements.txt"
	@echo "make check     formatting, lint, types"
	@echo "make format    rewrite files as 'make check' wants them"
	@echo "make bench     compare with other verifiers"
	@echo "make clean     remove $(VENV) and caches"

setup: $(STAMP)

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Python 3.11 to 3.13 is needed: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(STAMP)
	@# Status 1 says that some sample could not be judged: the batch holds a malformed one on purpose.
	@$(BIN)/verifier score examples/batch.jsonl --suites testsuites $(ARGS) || test $$? -eq 1

# The image is built where there is none. BUILD_ARGS: for that. UP_ARGS: such as --seccomp sandbox_image/profiles/lambda.json
UP_ARGS ?=
DEMO := --name rl-code-verifier-demo
demo-docker: $(STAMP)
	@if $(BIN)/verifier docker check; then \
	  trap '$(BIN)/verifier docker down $(DEMO)' EXIT; trap 'exit 1' INT TERM; \
	  $(BIN)/verifier docker build --if-missing --image $(IMAGE):local $(BUILD_ARGS) && \
	  $(BIN)/verifier docker up $(DEMO) --image $(IMAGE):local $(UP_ARGS) && \
	  { $(BIN)/verifier docker score examples/batch.jsonl $(DEMO) $(ARGS) || test $$? -eq 1; }; \
	else echo "make demo-docker: skipped, it needs Docker; \`make demo\` does without"; fi

test: $(STAMP)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

test-quick: $(STAMP)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow" $(ARGS)

# No /dev/shm, nothing to write to but /tmp, one ordinary user without capabilities, no network. The kernel counts a
# user's processes across containers, so no other container should run as USER_AND_GROUP meanwhile.
test-container:
	$(DOCKER) build $(BUILD_ARGS) -t $(IMAGE)-tests -f sandbox_image/Dockerfile.tests .
	$(DOCKER) run --rm --read-only --tmpfs /tmp:rw,exec,nosuid,nodev,size=512m,mode=1777 --ipc none --network none \
	  --user $(USER_AND_GROUP) --cap-drop ALL --security-opt no-new-privileges $(SECCOMP_$(PROFILE)) \
	  --memory 3008m --memory-swap 3008m --cpus 2 --pids-limit 1024 --ulimit nofile=1024:1024 $(RUN_ARGS) \
	  $(IMAGE)-tests -n $(WORKERS) --dist worksteal $(TESTS) $(ARGS)

image:
	$(DOCKER) build $(BUILD_ARGS) -t $(IMAGE):lambda --target lambda .
	$(DOCKER) build $(BUILD_ARGS) -t $(IMAGE):local --target local .
	@$(DOCKER) image ls $(IMAGE)

# Under any Python: `pip check` in the build says when a package is missing that only 3.13 needs.
lock: $(STAMP)
	$(BIN)/python sandbox_image/lock.py $(ARGS)

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(STAMP)
	-$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)
	$(BIN)/python -m benchmarks.speed $(ARGS)

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
