"""The steps of a request, each a small function of its state and of the means it is given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..memory.catalog import Catalog
from ..memory.history import REJECTED, History
from ..operators.core import EndpointError, InvalidInput, RunStopped, Usage
from ..operators.core.settings import Settings, make_private_folder
from ..operators.core.usage import NOTHING
from ..pipelines.attaching import ending_of
from ..pipelines.engine.manifest import Manifest
from ..pipelines.engine.source import read_source
from ..pipelines.events import Listener
from ..pipelines.quote import arriving, estimated, measured, over_budget, paid_steps, pays_per_row, usages
from ..pipelines.report import Report
from ..pipelines.run import Home, RunResult, new_run_id, run
from ..pipelines.runner import Job, LocalRunner, Runner
from ..pipelines.validate import Resources, validate
from ..pipelines.workflow import Workflow
from ..tools.profile import Profile, profile
from ..tools.wiring import ContextFactory, available, prices_of
from .amending import amended, repaired
from .checks import check_asks
from .conversation import (
    Conversation,
    dataset_of,
    default_output,
    errors_of,
    faults_of,
    options_of,
    sample_rows,
    the_draft,
)
from .planners.documents import as_read, reading_first
from .presenting import completed_text, sample_warnings, where_it_stops
from .review import heard, open_question, unasked
from .state import Change, Draft, Planner

TRIED_ROWS = 3
"""Rows that a sample takes through the steps that cost money, once somebody agreed."""
MAX_REPAIRS = 3
OF_COLUMNS = frozenset({"missing_column", "wrong_column_type", "unfit_columns", "invalid_where", "unusable_step"})
"""Faults that a sample may have and the data as a whole not, since columns and types differ from row to row."""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Means:
    """What the steps of a request need, beside its state.

    Args:
        planner: makes and changes plans.
        open_catalog: opens what there is to plan with.
        settings: home folder and resources; keys are never written into the state.
        fallback: makes the planner for when the endpoint of the first gives no answer; without it the request fails.
        run: carries out a workflow in this process, which the sample always is.
        runner: carries out the approved plan over all rows; in this process, by `run`, if not given.
        on_event: hears the events of the run, and `node_started` for each step of the request.
        now: the time, ISO 8601.
    """

    planner: Planner
    open_catalog: Callable[[], Catalog]
    settings: Settings = field(repr=False)
    fallback: Callable[[], Planner] | None = None
    run: Callable[..., RunResult] = run
    runner: Runner | None = None
    on_event: Listener | None = None
    now: Callable[[], str] = _now


def look(state: Conversation) -> Conversation:
    """What the data is: columns, types, samples."""
    seen = profile(dataset_of(state))
    if not seen.columns:
        names = ", ".join(seen.inputs)
        message = f"{names}: no row, and so no column to plan over; give data that holds rows"
        raise InvalidInput.of("no_rows", message, got=names)
    return {"profile": seen.model_dump(mode="json")}


def draft_plan(state: Conversation, means: Means) -> Conversation:
    """Retrieve and draft; wishes that were made before an answered question are applied again."""
    answers = state.get("answers", [])
    given, catalog = _profile(state), means.open_catalog()
    seen = as_read(given)

    def planned(planner: Planner) -> Draft:
        made = reading_first(planner.draft(state["request"], seen, catalog, answers=answers), given)
        for wish in state.get("wishes", []):
            made, _ = amended(made, planner.change(wish, made, seen, catalog))
        return made

    made, found = _with_fallback(means, planned)
    return {**found, **_table(made), "asked_by": "draft", "changes": []}


def change_plan(state: Conversation, means: Means) -> Conversation:
    """Turn the last wish into edits of the plan on the table; one that is not understood changes nothing."""
    *earlier, wish = state["wishes"]
    before, seen, catalog = the_draft(state), as_read(_profile(state)), means.open_catalog()
    if state.get("asked_by") == "change":
        before = before.model_copy(update={"question": None})

    def planned(planner: Planner) -> Change:
        return planner.change(wish, before, seen, catalog)

    change, found = _with_fallback(means, planned)
    unheeded: Conversation = {**found, "wishes": earlier, "changes": [], "asked_by": "draft"}
    unheeded["draft"] = before.model_dump(mode="json")
    if not change.edits and not change.question:
        words = [f"nothing was changed: no step does what {clause!r} asks" for clause in change.not_covered]
        return {**unheeded, "warnings": [*found.get("warnings", []), *words]}
    try:
        after, lines = amended(before, change)
    except InvalidInput as error:
        return {**unheeded, "warnings": [*found.get("warnings", []), f"nothing was changed: {error}"]}
    return {**found, **_table(after), "changes": lines, "asked_by": "change" if change.question else "draft"}


def check_plan(state: Conversation, means: Means) -> Conversation:
    """All faults of the plan; calls no model and runs nothing."""
    seen, workflow, offered = _profile(state), the_draft(state).workflow, _available(state, means)
    faults = validate(workflow, seen.schema, offered)
    if not seen.complete and any(fault.severity == "error" for fault in faults):
        # A column may first occur behind the rows that were profiled. Reading all is what the run does first anyway.
        parts = Home.of(means.settings).parts
        source = read_source(dataset_of(state), parts, sample=options_of(state).sample)
        faults = validate(workflow, source.schema, offered)
    return {"faults": [fault.model_dump(mode="json") for fault in faults]}


def repair_plan(state: Conversation) -> Conversation:
    """Apply what the faults suggest."""
    draft = the_draft(state)
    workflow, lines = repaired(draft.workflow, faults_of(state))
    return {
        "draft": draft.model_copy(update={"workflow": workflow}).model_dump(mode="json"),
        "repairs": state.get("repairs", 0) + 1 if lines else MAX_REPAIRS,
        "warnings": _added(state, [f"the plan was mended: {line}" for line in lines]),
    }


def try_sample(state: Conversation, means: Means) -> Conversation:
    """Run the plan on the first rows, as far as its first step that costs money."""
    workflow = the_draft(state).workflow
    free = _free_steps(workflow)
    if not free.steps:
        return {"sample": None}
    rows = sample_rows(state)
    try:
        with TemporaryDirectory(prefix="sample-", dir=_scratch(means)) as folder:
            # A home of its own, so that samples do not stand among the runs.
            apart = replace(means, settings=means.settings.model_copy(update={"home": Path(folder)}))
            options = {**_run_options(state, apart, free), "settings": apart.settings, "sample": rows}
            result = means.run(free, state["inputs"], Path(folder) / "sample.jsonl", **options)
    except InvalidInput as error:
        if {fault.code for fault in error.faults if fault.severity == "error"} <= OF_COLUMNS:
            return {"sample": None, "warnings": _added(state, [f"the first rows are no sample: {error}"])}
        return {"sample": None, "faults": [fault.model_dump(mode="json") for fault in error.faults]}
    except RunStopped as error:
        return {"sample": None, "warnings": _added(state, [f"the sample run stopped: {error}"])}
    warnings = sample_warnings(result.report, workflow)
    return {"sample": result.report.model_dump(mode="json"), "warnings": _added(state, warnings)}


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
        chars = {column.name: column.mean_chars for column in _profile(state).columns if column.mean_chars is not None}
        quote = estimated(workflow, entering, rows=rows, chars=chars, prices=prices)
        found = {"tried": None}
    faults = [*_warnings_only(state), *(one.model_dump(mode="json") for one in over_budget(quote, options.spending))]
    return {**found, "quote": quote.model_dump(mode="json"), "faults": faults}


def _tried(state: Conversation, means: Means, workflow: Workflow) -> tuple[Report, dict[str, list[Usage]]]:
    """A run of the whole plan in which only a few rows get to the steps that cost money, and what it took.

    Its replies are kept where the run will find them, so that these rows are not paid for twice.
    """
    rows = sample_rows(state)
    with TemporaryDirectory(prefix="sample-", dir=_scratch(means)) as folder:
        apart = means.settings.model_copy(update={"home": Path(folder)})
        options = {**_run_options(state, means, workflow), "settings": apart, "sample": rows, "paid_rows": TRIED_ROWS}
        result = means.run(workflow, state["inputs"], Path(folder) / "sample.jsonl", **options)
        home = Home.of(apart)
        return result.report, usages(Manifest.load(home.run_folder(result.id)), home.parts)


def review(state: Conversation) -> Conversation:
    """Ask whatever is open; runs again from its start when an answer comes, so it does nothing else."""
    question = open_question(state)
    if question is None:
        return unasked(state)
    from langgraph.types import interrupt

    return heard(state, question, str(interrupt(question.model_dump(mode="json"))))


def name_run(state: Conversation) -> Conversation:
    """Name the run and its output before it begins: with that on disk, nobody begins it a second time."""
    output = state.get("output") or str(default_output(state["inputs"][0], Path.cwd()))
    return {"run_id": new_run_id(), "output": output}


def carry_out(state: Conversation, means: Means) -> Conversation:
    """Run the plan over all rows, or follow the run that has begun; one that was lost needs a new name."""
    run_id = state.get("run_id")
    if not run_id or _is_lost(Home.of(means.settings).runs / run_id):
        return {"run_id": None}
    workflow, options = the_draft(state).workflow, options_of(state)
    job = Job(
        run_id=run_id,
        workflow=workflow,
        data=tuple(state["inputs"]),
        output=str(state["output"]),
        settings=means.settings,
        options={
            **_run_options(state, means, workflow, _spent_on_trying(state)),
            "workers": options.workers,
            "sample": options.sample,
            "overwrite": options.overwrite,
            "max_failures": options.max_failures,
            "shard_rows": options.shard_rows,
        },
    )
    runner = means.runner or LocalRunner(means.run)
    report = runner.carry_out(job, means.on_event).report
    return {"run": report.model_dump(mode="json"), "faults": _warnings_only(state)}


def check_output(state: Conversation) -> Conversation:
    """Prove each ask on the output, without knowing the plan; an output without rows proves nothing."""
    asks, warnings = the_draft(state).asks, list[str]()
    if not Report.model_validate(state["run"]).rows_out:
        warnings.append("no row came out, so there is nothing to prove on the output")
    else:
        try:
            asks = check_asks(asks, Path(str(state["output"])))
        except InvalidInput as error:  # what was written is there all the same
            warnings.append(f"the output could not be checked: {error}")
    return {"asks": [ask.model_dump(mode="json") for ask in asks], "warnings": _added(state, warnings)}


def tell(state: Conversation) -> Conversation:
    """Say how it went."""
    report = Report.model_validate(state["run"])
    broken = [ask["text"] for ask in state["asks"] if ask["holds"] is False]
    warnings = [f"the output breaks what was asked: {text}" for text in broken]
    message = completed_text(report, chosen_output=options_of(state).chosen_output)
    return {"status": "completed", "message": message, "warnings": _added(state, warnings)}


def give_up(state: Conversation) -> Conversation:
    """The plan has faults that no edit mends."""
    return {"status": "failed", "message": "\n".join(fault.message for fault in errors_of(state))}


def turn_down(state: Conversation) -> Conversation:
    """Nothing runs: the planner refuses, or a person does."""
    return {"status": "rejected", "message": the_draft(state).refusal or "The plan was rejected; nothing has run."}


def put_down(state: Conversation) -> Conversation:
    """The plan is all that was wanted."""
    count = len(the_draft(state).workflow.steps)
    return {"status": "planned", "message": f"A plan of {count} {'step' if count == 1 else 'steps'}; nothing has run."}


def remember(state: Conversation, means: Means) -> Conversation:
    """Put request, plan and outcome into the history; a history that cannot be written is no reason to fail."""
    broken = any(ask["holds"] is False for ask in state.get("asks", []))
    status = state["status"]
    try:
        History(Home.of(means.settings).path).remember(
            "; ".join([state["request"], *state.get("wishes", [])]),
            state["draft"]["workflow"],
            status,
            REJECTED if broken or status == "rejected" else None,
            (state.get("run") or {}).get("id"),
            when=means.now(),
        )
    except InvalidInput as error:
        return {"warnings": _added(state, [f"this request will not be remembered: {error}"])}
    return {}


def _table(draft: Draft) -> Conversation:
    """The state of a plan that is new on the table: whatever was known of the one before is void."""
    return {
        "draft": draft.model_dump(mode="json"),
        "faults": [],
        "repairs": 0,
        "sample": None,
        "quote": None,
        "tried": None,
        "run": None,
        "asks": [],
        "status": "",
        "message": "",
    }


def _with_fallback(means: Means, ask: Callable[[Planner], Any]) -> tuple[Any, Conversation]:
    """What the planner says, or the fallback where no endpoint answers; and the state that tells which it was."""
    warnings = list[str]()
    try:
        said, name = ask(means.planner), means.planner.name
    except EndpointError as error:
        if means.fallback is None:
            raise
        fallback = means.fallback()
        said, name = ask(fallback), fallback.name
        warnings.append(f"the model gave no answer ({error}); this plan was made offline, by rules")
    return said, {"planner": name, "warnings": warnings}


def _profile(state: Conversation) -> Profile:
    return Profile.model_validate(state["profile"])


def _bound(state: Conversation, means: Means) -> dict[str, str]:
    return {**means.settings.resources, **options_of(state).resources}


def _available(state: Conversation, means: Means) -> Resources:
    return available(_bound(state, means), means.settings)


def _run_options(state: Conversation, means: Means, workflow: Workflow, before: Usage = NOTHING) -> dict[str, Any]:
    """What every run of the request is given; `before` is what was spent under its caps already."""
    bound = _bound(state, means)
    return {
        "resources": bound,
        "context": ContextFactory(
            workflow.seed,
            bound,
            Home.of(means.settings).path,
            options_of(state).allow_network,
            means.settings,
            spending=options_of(state).spending,
            before=before,
        ),
        "available": _available(state, means),
        "allow_network": options_of(state).allow_network,
        "read_as": options_of(state).read_as,
    }


def _spent_on_trying(state: Conversation) -> Usage:
    """What the rows that were tried took of the caps, which are those of the request as a whole."""
    tried = state.get("tried")
    return Report.model_validate(tried).spent.usage() if tried else NOTHING


def _is_lost(run_folder: Path) -> bool:
    """Whether a run has begun and will never end."""
    if not run_folder.exists():
        return False
    ending = ending_of(run_folder)
    return ending is not None and ending.status == "interrupted"


def _scratch(means: Means) -> Path:
    return make_private_folder(Home.of(means.settings).path / "workspace")


def _free_steps(workflow: Workflow) -> Workflow:
    """The workflow as far as its first step that costs money."""
    paid = paid_steps(workflow)
    first = next((at for at, step in enumerate(workflow.steps) if step.id in paid), len(workflow.steps))
    return workflow.model_copy(update={"steps": workflow.steps[:first]})


def _added(state: Conversation, more: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*state.get("warnings", []), *more]))


def _warnings_only(state: Conversation) -> list[dict[str, Any]]:
    return [fault for fault in state.get("faults", []) if fault["severity"] == "warning"]
