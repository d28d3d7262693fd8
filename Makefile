# Each target is one line to call; the first call makes the environment.
#   make quickstart   train a first model and look at what it made
#   make test         run the tests
#   make slow         run the long tests
#   make dist         build the wheel and the sdist, and test what they install
# Choose another interpreter or place: make test PYTHON=python3.11 VENV=/tmp/venv311

VENV ?= .venv
PYTHON ?=
WORKERS ?= auto
ARGS ?=

python := $(VENV)/bin/python
pip := $(python) -m pip install --quiet --disable-pip-version-check -c constraints.txt
inputs := pyproject.toml constraints.txt

.PHONY: quickstart test slow smoke dist lint bench docs clean

quickstart: $(VENV)/.quickstart
	$(python) examples/quickstart.py $(ARGS)

test: $(VENV)/.test
	$(python) -m pytest -n $(WORKERS) --maxprocesses 8 $(ARGS)

slow: $(VENV)/.test
	$(python) -m pytest -m slow -n $(WORKERS) --maxprocesses 8 $(ARGS)

smoke: $(VENV)/.test
	$(python) -m pytest -m smoke $(ARGS)

dist:
	scripts/check-dist $(PYTHON)

lint: $(VENV)/.test
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(VENV)/bin/lint-imports

docs: $(VENV)/.test
	$(python) -m pytest tests/docs $(ARGS)

bench: $(VENV)/.test
	$(python) benchmarks/training.py $(ARGS)

clean:
	rm -rf $(VENV) build dist *.egg-info outputs .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(python):
	@chosen="$(PYTHON)"; chosen="$${chosen:-$$(scripts/find-python)}" && \
	echo "Making $(VENV) with $$chosen" && "$$chosen" -m venv $(VENV)

# One stamp per set of extras: a second call installs nothing.
$(VENV)/.quickstart: $(inputs) | $(python)
	$(pip) -e '.[select,plot]'
	@touch $@

$(VENV)/.test: $(inputs) | $(python)
	$(pip) -e '.[test]'
	@touch $@
