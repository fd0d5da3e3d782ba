# Everything from a fresh clone: `make reproduce` and `make test` do their own set-up.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready
OUT    ?= out
NAME   ?=
TESTS  := $(BIN)/python -m pytest

.PHONY: reproduce test unit notebooks-test browser-test package-test smoke lab notebooks bench train format lint browser clean

reproduce: $(STAMP)        ## every figure and table that is built, at the laptop profile, and the report
	@$(BIN)/xai-tutorial reproduce --profile laptop --out $(OUT)

test: $(STAMP) browser lint unit notebooks-test browser-test package-test smoke   ## everything that CI runs

unit: $(STAMP)
	@$(TESTS) tests -m "not browser and not notebooks and not package"

notebooks-test: $(STAMP)
	@$(TESTS) --nbval --nbval-sanitize-with tests/nbval.cfg --nbval-cell-timeout 300 -W ignore notebooks
	@$(TESTS) tests -m notebooks

browser-test: $(STAMP) browser
	@$(TESTS) -s tests -m browser

package-test: $(STAMP)
	@$(TESTS) tests -m package

smoke: $(STAMP)
	@$(BIN)/xai-tutorial reproduce --profile smoke --out $(OUT)/smoke

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(STAMP)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lab: $(STAMP)              ## JupyterLab at the first notebook
	@$(BIN)/xai-tutorial lab

notebooks: $(STAMP)        ## execute the course into OUT/notebooks
	@$(BIN)/xai-tutorial notebooks run --out $(OUT)/notebooks

bench: $(STAMP)            ## ratios against peers
	@$(BIN)/xai-tutorial bench

train: $(STAMP)            ## a checkpoint by its recipe: make train NAME=digits_smooth
	@$(BIN)/xai-tutorial train $(NAME)

browser: $(STAMP)          ## Chromium for the browser tests, where none is found
	@sh tests/browser/install.sh

$(STAMP): pyproject.toml constraints.txt
	@sh -c '"$(PYTHON)" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null' \
	  || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "setting up $(VENV) (about two minutes)"
	@"$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $(STAMP)

clean:
	rm -rf $(VENV) $(OUT) runs
