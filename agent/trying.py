"""The steps of a request that try its plan before all rows are touched: on a sample, and for what it costs."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ..operators.core import Fault, InvalidInput, RunStopped, Usage
from ..pipelines.engine.manifest import Manifest
from ..pipelines.engine.source import read_source
from ..pipelines.quote import arriving, estimated, measured, over_budget, paid_steps, pays_per_row, usages
from ..pipelines.report import Report
from ..pipelines.run import Home, RunResult
from ..pipelines.workflow import Workflow
from ..tools.wiring import prices_of
from .canaries import tried_on_canaries
from .conversation import (
    Conversation,
    added,
    dataset_of,
    errors_of,
    options_of,
    profile_in,
    sample_rows,
    the_draft,
    warnings_in,
)
from .means import Means, free_steps, run_options, scratch
from .presenting import sample_warnings, where_it_stops
from .review import CANARIES, MEANT, REJECT
from .state import Question

TRIED_ROWS = 3
"""Rows that a sample takes through the steps that cost money, once somebody agreed."""
OF_COLUMNS = frozenset({"missing_column", "wrong_column_type", "unfit_columns", "invalid_where", "unusable_step"})
"""Faults that a sample may have and the data as a whole not, since columns and types differ from row to row."""


def try_sample(state: Conversation, means: Means) -> Conversation:
    """Run the plan on canaries, then on the first rows, as far as its first step that costs money."""
    workflow = the_draft(state).workflow
    free = free_steps(workflow)
    if not free.steps:
        return {"sample": None}
    caught = [] if state.get("meant") else _caught_by_canaries(state, means)
    if caught:
        return {"sample": None, "faults": [fault.model_dump(mode="json") for fault in caught]}
    rows = sample_rows(state)
    try:
        with TemporaryDirectory(prefix="sample-", dir=scratch(means)) as folder:
            # A home of its own, so that samples do not stand among the runs.
            apart = replace(means, settings=means.settings.model_copy(update={"home": Path(folder)}))
            options = {**run_options(state, apart, free), "settings": apart.settings, "sample": rows}
            result = means.run(free, state["inputs"], Path(folder) / "sample.jsonl", **options)
    except InvalidInput as error:
        if {fault.code for fault in error.faults if fault.severity == "error"} <= OF_COLUMNS:
            return {"sample": None, "warnings": added(state, [f"the first rows are no sample: {error}"])}
        return {"sample": None, "faults": [fault.model_dump(mode="json") for fault in error.faults]}
    except RunStopped as error:
        return {"sample": None, "warnings": added(state, [f"the sample run stopped: {error}"])}
    warnings = sample_warnings(result.report, workflow)
    return {"sample": result.report.model_dump(mode="json"), "warnings": added(state, warnings)}


def ask_what_is_meant(state: Conversation) -> Conversation:
    """Ask about a plan that does to rows made from the request what its words forbid; the person may know better."""
    told = "; ".join(fault.message for fault in errors_of(state))
    text = f"{told[:1].upper()}{told[1:]}. Say what should change, or that the plan is what you mean."
    question = Question(text=text, options=(MEANT, REJECT))
    draft = the_draft(state).model_copy(update={"question": question})
    return {"draft": draft.model_dump(mode="json"), "asked_by": CANARIES}


def _caught_by_canaries(state: Conversation, means: Means) -> list[Fault]:
    """What the plan does to rows made from the words of the request alone, against those words."""
    with TemporaryDirectory(prefix="canaries-", dir=scratch(means)) as folder:
        apart = replace(means, settings=means.settings.model_copy(update={"home": Path(folder)}))

        def carry_out(workflow: Workflow, data: Path, output: Path) -> RunResult:
            options = {**run_options(state, apart, workflow), "settings": apart.settings, "read_as": None}
            return means.run(workflow, data, output, **options)

        draft, seen = the_draft(state), profile_in(state)
        # A request that was talked over, now or when it was made first, is not what its first words say.
        talked_over = state.get("wishes") or state.get("answers") or draft.taken_over
        asked = None if talked_over else state["request"]
        return tried_on_canaries(draft, seen, carry_out, request=asked, folder=Path(folder))


def quote_plan(state: Conversation, means: Means) -> Conversation:
    """Say what the steps that cost money will take: measured on a few rows where somebody agreed, else estimated."""
    workflow = the_draft(state).workflow
    if not paid_steps(workflow):
        return {"quote": None, "tried": None}
    options, prices = options_of(state), prices_of(means.settings)
    source = read_source(dataset_of(state), Home.of(means.settings).parts, sample=options.sample)
    rows = sum(given.rows for given in source.inputs)
    sample = Report.model_validate(state["sample"]) if state.get("sample") else None
    entering = arriving(sample, rows)
    agreed = state.get("decision") == "try" or (options.yes and not options.plan_only)
    if agreed and pays_per_row(workflow):
        tried, took = _tried(state, means, workflow)
        entered = next(step.rows_in for step in tried.steps if step.id == paid_steps(workflow)[0])
        quote = measured(workflow, took, entered, entering, rows=rows, prices=prices)
        over = where_it_stops(sample, workflow) if sample else []
        still = [line for line in state.get("warnings", []) if line not in over]
        found: Conversation = {
            "tried": tried.model_dump(mode="json"),
            "warnings": list(dict.fromkeys([*still, *sample_warnings(tried, workflow)])),
        }
    else:
        chars = {
            column.name: column.mean_chars for column in profile_in(state).columns if column.mean_chars is not None
        }
        quote = estimated(workflow, entering, rows=rows, chars=chars, prices=prices)
        found = {"tried": None}
    faults = [*warnings_in(state), *(one.model_dump(mode="json") for one in over_budget(quote, options.spending))]
    return {**found, "quote": quote.model_dump(mode="json"), "faults": faults}


def _tried(state: Conversation, means: Means, workflow: Workflow) -> tuple[Report, dict[str, list[Usage]]]:
    """A run of the whole plan in which only a few rows get to the steps that cost money, and what it took.

    Its replies are kept where the run will find them, so that these rows are not paid for twice.
    """
    rows = sample_rows(state)
    with TemporaryDirectory(prefix="sample-", dir=scratch(means)) as folder:
        apart = means.settings.model_copy(update={"home": Path(folder)})
        options = {**run_options(state, means, workflow), "settings": apart, "sample": rows, "paid_rows": TRIED_ROWS}
        result = means.run(workflow, state["inputs"], Path(folder) / "sample.jsonl", **options)
        home = Home.of(apart)
        return result.report, usages(Manifest.load(home.run_folder(result.id)), home.parts)
