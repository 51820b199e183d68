# Everything a newcomer or CI runs. Each target first makes .venv when it is missing or out of date.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# make chat ARTICLE=path/to/text
export ARTICLE

.DEFAULT_GOAL := help
.PHONY: help chat test test-all check eval gate bench

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile

chat: $(READY) ## open the chat page; ARTICLE=path asks that document alone
	@$(BIN)/python ui.py $${ARTICLE:+--article "$$ARTICLE"}

test: $(READY) ## the tests, without the slow ones and those that drive a browser
	@$(BIN)/python -m pytest -m "not slow and not browser"

test-all: $(READY) ## every test, the slow and browser ones too
	@$(BIN)/python -m pytest

check: $(READY) ## lint, formatting and types
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy

eval: $(READY) ## measure the quality of answers; the report is evals/report/run.html
	@mkdir -p evals/report
	@$(BIN)/python -m evals --json evals/report/run.json --html evals/report/run.html

gate: $(READY) ## fail when answers are worse than the committed baseline, beyond noise
	@$(BIN)/python -m evals --gate evals/baseline.json

bench: $(READY) ## measure speed and memory
	@$(BIN)/python -m benchmarks.cold
	@$(BIN)/python -m benchmarks.latency

# One line that counts stands for pip's hundreds; its errors pass through. An interrupted installation is taken up again.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, and $(PYTHON) is not: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
		echo "Creating .venv (once)"; $(PYTHON) -m venv --clear .venv; }
	@echo "Installing packages (about 2.5 GB on disk, a few minutes, once)"
	@bash -c 'set -o pipefail; \
		$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e ".[page,llm,mcp,evals,dev]" | { count=0; \
		while read -r verb what rest; do case "$$verb $$what" in \
			Collecting*|Processing*) count=$$((count + 1)); printf "\r  %3d  %-50.50s" $$count "$${what##*/}";; \
			"Installing collected") printf "\r  %3d  %-50s\n" $$count "packages are here; unpacking them, the longer part";; \
		esac; done; }'
	@touch $@
	@echo "Ready."
