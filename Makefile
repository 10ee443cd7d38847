# The whole contributor interface: `make check` and `make test`.
PYTHON ?= python
FOLDERS = operators pipelines memory tools agent ui

.PHONY: check test typing

check: typing
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	MYPYPATH=.typing $(PYTHON) -m mypy $(addprefix -p dataflow_agent.,$(FOLDERS))
	$(PYTHON) -c "from importlinter.cli import lint_imports_command as run; run()"

test:
	$(PYTHON) -m pytest

# mypy wants the package under its own name, whatever the checkout's folder is called.
typing:
	@mkdir -p .typing && ln -sfn .. .typing/dataflow_agent
