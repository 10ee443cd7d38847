"""The commands `pipelines …`: workflows that ship, listed, shown, and run over data."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import yaml
from pydantic import JsonValue
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..operators.core import DType, InvalidInput, Schema
from ..operators.core.dataset import STANDARD_INPUT, Dataset
from ..operators.core.settings import Settings
from ..pipelines.builtin import Pipeline, builtins, pipeline
from ..pipelines.validate import NEEDS, columns_needed, schema_after, validate
from ..pipelines.workflow import Workflow
from ..tools.profile import profile
from ..tools.wiring import available
from .answer import Answer
from .applying import Running, apply_workflow
from .document import WorkflowPart, document
from .results import (
    CallsPart,
    PipelineCard,
    PipelineLine,
    PipelineOptionPart,
    PipelineResult,
    PipelinesResult,
)
from .saving import plan_target, plan_text, save_plan
from .show import heading, indented, next_steps, quoted, sentence, unbroken
from .steps_table import steps_table

PER_ROWS = 1000
"""For how many rows the calls of a pipeline are told."""
NOT_THERE = frozenset({"missing_need", "missing_resource"})
"""Faults of a workflow that are those of the machine."""


def list_pipelines(settings: Settings) -> Answer:
    """All pipelines that ship, with what this machine lacks for each."""
    lines = tuple(_line(one, settings) for one in builtins().values())
    said = f"{len(lines)} pipeline{'s' * (len(lines) != 1)}"
    return Answer(document("completed", said, result=PipelinesResult(pipelines=lines)), (_table(lines),))


def show_pipeline(
    name: str,
    columns: Sequence[str],
    options: Sequence[str],
    output: str | None,
    settings: Settings,
    *,
    only_yaml: bool,
    overwrite: bool,
) -> Answer:
    """One pipeline in full; saved as a workflow where that is wanted.

    Args:
        columns: names of the columns of the data, as `run_pipeline` takes them.
        options: as `run_pipeline` takes them.
        output: where the workflow is to be saved.
        only_yaml: show the workflow as YAML and nothing else.

    Raises:
        InvalidInput: there is no such pipeline, column or option, or the workflow cannot be saved there.
    """
    found = pipeline(name)
    workflow = found.bound(_named(found, columns), _values(options))
    target = None if output is None else plan_target(output, overwrite=overwrite)
    card = _card(found, workflow, settings)
    said = document(
        "completed", found.title, workflow=workflow, reasons=found.reasons, result=PipelineResult(pipeline=card)
    )
    shown: tuple[RenderableType, ...] = (_view(card, workflow, found.reasons),)
    if only_yaml:
        shown = (unbroken(plan_text(workflow, found.reasons).rstrip("\n")),)
    if target is not None:
        save_plan(workflow, found.reasons, target)
        after = next_steps((f"apply {quoted(target)} -i DATA -o OUTPUT", "run it, changed or not"))
        shown = (*shown, *(() if only_yaml else (unbroken(f"Saved to {target}"), Text(), after)))
    return Answer(said, shown)


def run_pipeline(
    name: str,
    data: Sequence[str],
    output: str,
    running: Running,
    settings: Settings,
    *,
    columns: Sequence[str] = (),
    options: Sequence[str] = (),
) -> Answer:
    """Run a pipeline over data files, as `apply` runs a workflow.

    Args:
        columns: names of the columns of the data: NAME for the only column of the pipeline, OLD=NEW for one of several.
            If none is given, and the data has no column of the pipeline's name, the column that clearly holds the text.
        options: NAME=VALUE for options of the pipeline, the value as YAML has it.

    Raises:
        InvalidInput: there is no such pipeline, column or option, or no telling which column holds the text.
    """
    found = pipeline(name)
    named = _named(found, columns)
    guessed = {} if named else _guessed(found, data, running)
    workflow = found.bound(named or guessed, _values(options))
    answer = apply_workflow(workflow, data, output, running, settings)
    said = answer.document.model_copy(update={"workflow": WorkflowPart.of(workflow, found.reasons)})
    if not guessed or said.status != "completed":
        return replace(answer, document=said)
    note = "; ".join(f"the text was taken from the column {new!r}, --column names another" for new in guessed.values())
    said = said.model_copy(update={"message": f"{said.message}; {note}"})
    return Answer(said, (sentence(f"{note[:1].upper()}{note[1:]}."), Text(), *answer.shown))


def _values(given: Sequence[str]) -> dict[str, JsonValue]:
    """Options as typed, their values read as YAML: 5 is a number, [en, de] a list."""
    values: dict[str, JsonValue] = {}
    for text in given:
        name, sign, value = text.partition("=")
        try:
            values[name] = yaml.safe_load(value)
        except yaml.YAMLError:
            sign = ""
        if not (name and sign):
            raise InvalidInput.of("invalid_option", f"--set wants NAME=VALUE, got {text!r}", got=text)
    return values


def _named(found: Pipeline, columns: Sequence[str]) -> dict[str, str]:
    """The new name for each column that was given one."""
    named: dict[str, str] = {}
    for text in columns:
        old, _, new = text.partition("=")
        if not (new and old in found.columns):
            if len(found.columns) != 1:
                message = (
                    f"{found.name} reads {', '.join(found.columns)}; say --column {next(iter(found.columns))}=NAME"
                )
                raise InvalidInput.of("unknown_column", message, got=text, allowed=[*found.columns])
            old, new = next(iter(found.columns)), text
        if old in named:
            raise InvalidInput.of("column_twice", f"--column names {old!r} twice; name it once", got=text)
        named[old] = new
    return named


def _guessed(found: Pipeline, data: Sequence[str], running: Running) -> dict[str, str]:
    """The column that clearly holds the text, where the data has none of the name that the pipeline reads."""
    if len(found.columns) != 1 or STANDARD_INPUT in data:  # standard input can be read only once
        return {}
    (column,) = found.columns
    seen = profile(Dataset.open(data, allow_network=running.allow_network, read_as=running.read_as))
    if column in seen.schema or not seen.schema.names:
        return {}
    main = seen.text_column()
    if main is None:
        candidates = seen.text_candidates() or seen.schema.names
        message = f"which column holds {found.columns[column]}? Say --column {candidates[0]}"
        raise InvalidInput.of("unknown_text_column", message, allowed=[*candidates])
    return {column: main}


def _line(found: Pipeline, settings: Settings) -> PipelineLine:
    return PipelineLine(
        name=found.name,
        title=found.title,
        steps=len(found.workflow.steps),
        missing=_missing(found, settings),
    )


def _card(found: Pipeline, workflow: Workflow, settings: Settings) -> PipelineCard:
    fewest, most = found.calls(PER_ROWS)
    return PipelineCard(
        **_line(found, settings).model_dump(),
        description=found.description,
        phrases=found.phrases,
        columns=dict(found.columns),
        columns_out=_columns_out(workflow, settings),
        options={
            name: PipelineOptionPart(description=option.description, default=option.default)
            for name, option in found.options.items()
        },
        calls=CallsPart(rows=PER_ROWS, fewest=fewest, most=most),
        sample=str(found.sample_file()),
    )


def _columns_out(workflow: Workflow, settings: Settings) -> tuple[str, ...]:
    """The columns of the result, where the data has just those that the workflow reads."""
    try:
        return schema_after(workflow, columns_needed(workflow, settings.resources), settings.resources).names
    except InvalidInput:  # what decides them is a resource that is not bound yet
        return ()


def _missing(found: Pipeline, settings: Settings) -> tuple[str, ...]:
    """What this machine lacks for a pipeline, a sentence each."""
    text: DType = "text"
    schema = Schema.of(**dict.fromkeys(found.columns, text))
    faults = validate(found.workflow, schema, available(settings.resources, settings))
    lacking = (NEEDS.get(str(fault.got), fault.message) for fault in faults if fault.code in NOT_THERE)
    return tuple(f"needs {what}" if what in NEEDS.values() else what for what in dict.fromkeys(lacking))


def _table(lines: Sequence[PipelineLine]) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("pipeline", no_wrap=True)
    table.add_column("steps", justify="right", no_wrap=True)
    table.add_column("what it does", ratio=1)
    table.add_column("here", ratio=1)
    for line in lines:
        here = "\n".join(line.missing) if line.missing else "can run"
        table.add_row(line.name, str(line.steps), sentence(line.title), sentence(here))
    return Group(table, Text(), next_steps((f"pipelines show {lines[0].name}", "its steps, with the reason for each")))


def _view(card: PipelineCard, workflow: Workflow, reasons: Mapping[str, str]) -> Group:
    columns = [sentence(f"{name}: {what}") for name, what in card.columns.items()]
    missing = [sentence(line) for line in card.missing]
    parts: list[RenderableType] = [heading(f"{card.name}: {card.title}"), Text(), sentence(card.description), Text()]
    parts += [heading(f"{card.steps} steps"), steps_table(workflow, reasons), Text()]
    parts += [heading("Columns it reads"), indented(columns), Text()]
    if card.columns_out:
        parts += [heading("Columns of the result"), indented([sentence(", ".join(card.columns_out))]), Text()]
    options = [
        sentence(f"{name}: {one.description} Default {json.dumps(one.default)}.") for name, one in card.options.items()
    ]
    parts += [heading("Options (--set NAME=VALUE)"), indented(options), Text()] if options else []
    parts += [heading("Calls of a model"), indented([sentence(_calls(card.calls))]), Text()]
    parts += [heading("Missing here"), indented(missing), Text()] if missing else []
    parts += [heading("Say, for example"), indented(map(sentence, card.phrases)), Text()]
    after = next_steps(
        (f"pipelines run {card.name} -i {quoted(card.sample)} -o OUTPUT", "try it on data that ships"),
        (f"pipelines show {card.name} -o plan.yaml", "save it, to change it"),
    )
    return Group(*parts, after)


def _calls(calls: CallsPart) -> str:
    if not calls.most:
        return "None: no step asks a model."
    count = f"{calls.most:,}" if calls.fewest == calls.most else f"{calls.fewest:,} to {calls.most:,}"
    return f"{count} for {calls.rows:,} rows, were none dropped on the way and no reply asked for again."
