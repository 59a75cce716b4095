# Two commands matter to a newcomer: make chat, make test. Each sets up all it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
STAMP := $(VENV)/.set-up

.PHONY: setup chat test check bench soak lock schema docs pictures format clean

setup: $(STAMP)
	@$(BIN)/huaxiang data load
	-@$(BIN)/huaxiang tags refresh --due > /dev/null

# The environment is made anew when the lock or the project file changes.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed, this is " + sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked dependencies (about a minute the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) \
	  && $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q semantic_layer tools assistant evals
	@touch $(STAMP)

chat: setup
	@$(BIN)/huaxiang chat $(ARGS)

test: setup
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

check: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports
	@$(BIN)/pip-licenses --partial-match --fail-on "GPL;Proprietary;Commons Clause;SSPL;Business Source" --format=csv > /dev/null
	@$(BIN)/huaxiang validate

bench: setup
	@$(BIN)/python -m evals.bench.answers
	@$(BIN)/python -m evals.bench.cold_start
	@$(BIN)/python -m evals.bench.star $(if $(SIDEMANTIC),--sidemantic $(SIDEMANTIC))
	@$(BIN)/python -m evals.bench.refresh
	@$(BIN)/python -m evals.bench.conversations --seconds 180

# Long runs: more generated cases than CI has time for.
soak: setup
	@HUAXIANG_SOAK=1 $(BIN)/python -m pytest -n 2 --dist loadfile tests/soundness tests/oracle $(ARGS)

lock:
	@$(BIN)/uv pip compile --universal --generate-hashes --no-header --quiet --extra dev --python-version 3.11 pyproject.toml -o requirements.lock

# Schemas for editors and programs; tests hold them up to date.
schema: $(STAMP)
	@$(BIN)/python -c 'import json; from semantic_layer.requests import request_schema; print(json.dumps(request_schema(), indent=1, ensure_ascii=False))' > docs/request.schema.json
	@$(BIN)/python -c 'import json; from semantic_layer.loading.schema import workspace_schema; print(json.dumps(workspace_schema(), indent=1, ensure_ascii=False))' > docs/workspace.schema.json

# Pages that are generated; tests hold them up to date.
docs: $(STAMP)
	@$(BIN)/python tests/semantic_layer/loader_rules.py > docs/rules.md

# The README's pictures, of the chat as it is; Chromium is needed.
pictures: $(STAMP)
	@$(BIN)/python docs/make_pictures.py

format: $(STAMP)
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis
