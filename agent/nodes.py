"""The steps of a request, each a small function of its state and of the means it is given."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..memory.history import REJECTED, History
from ..operators.core import EndpointError, InvalidInput, Usage
from ..operators.core.usage import NOTHING
from ..pipelines.attaching import ending_of
from ..pipelines.engine.source import read_source
from ..pipelines.report import Report
from ..pipelines.run import Home, new_run_id
from ..pipelines.runner import Job, LocalRunner
from ..pipelines.validate import validate
from ..tools.profile import profile
from .amending import amended, repaired
from .checks import check_asks
from .conversation import (
    Conversation,
    added,
    dataset_of,
    default_output,
    draft_of,
    errors_of,
    faults_of,
    options_of,
    profile_in,
    the_draft,
    warnings_in,
)
from .means import Means, offered, run_options
from .planners.documents import as_read, reading_first
from .presenting import completed_text
from .repairing import MAX_REPAIRS
from .review import CANARIES, heard, open_question, unasked
from .state import Change, Draft, PaidPlanner, Planner, TakenOver


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
    given, catalog = profile_in(state), means.open_catalog()
    seen = as_read(given)

    def planned(planner: Planner) -> Draft:
        made = reading_first(planner.draft(state["request"], seen, catalog, answers=answers), given)
        for wish in state.get("wishes", []):
            made, _ = amended(made, planner.change(wish, made, seen, catalog))
        return made

    made, found = _with_fallback(state, means, planned)
    if answers and _is_unheeded(state, made):
        *earlier, words = answers
        return {**found, "answers": earlier, "wishes": [*state.get("wishes", []), words], "decision": "change"}
    return {**found, **_table(made), "asked_by": "draft", "changes": [], "decision": ""}


def _is_unheeded(state: Conversation, made: Draft) -> bool:
    """Whether the last answer was none to the question that was open, which the planner asks again."""
    before = draft_of(state)
    asked = before.question if before else None
    again = made.question or made.rivals
    if asked is None or again is None or state["answers"][-1] in asked.options:
        return False
    return bool(asked.options) and asked.options == again.options and asked.text.startswith(again.text)


def change_plan(state: Conversation, means: Means) -> Conversation:
    """Turn the last wish into edits of the plan on the table; one that is not understood changes nothing."""
    *earlier, wish = state["wishes"]
    before, seen, catalog = the_draft(state), as_read(profile_in(state)), means.open_catalog()
    if state.get("asked_by") in ("change", CANARIES):
        before = before.model_copy(update={"question": None})

    def planned(planner: Planner) -> Change:
        return planner.change(wish, before, seen, catalog)

    change, found = _with_fallback(state, means, planned)
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
    seen, workflow, there = profile_in(state), the_draft(state).workflow, offered(state, means)
    faults = validate(workflow, seen.schema, there)
    if not seen.complete and any(fault.severity == "error" for fault in faults):
        # A column may first occur behind the rows that were profiled. Reading all is what the run does first anyway.
        parts = Home.of(means.settings).parts
        source = read_source(dataset_of(state), parts, sample=options_of(state).sample)
        faults = validate(workflow, source.schema, there)
    return {"faults": [fault.model_dump(mode="json") for fault in faults]}


def repair_plan(state: Conversation, means: Means) -> Conversation:
    """Apply what the faults suggest; where they suggest nothing, what the planner's model makes of them."""
    draft, planner = the_draft(state), means.planner
    workflow, lines = repaired(draft.workflow, faults_of(state))
    draft = draft.model_copy(update={"workflow": workflow})
    found: Conversation = {}
    if not lines and isinstance(planner, PaidPlanner):
        planner.account = state.get("planning", {})
        try:
            change = planner.mend(draft, errors_of(state), as_read(profile_in(state)), means.open_catalog())
            draft, lines = amended(draft, change)
        except (EndpointError, InvalidInput):
            lines = []  # the faults are told as they are
        found = {"planning": planner.account}
    return {
        **found,
        "draft": draft.model_dump(mode="json"),
        "repairs": state.get("repairs", 0) + 1 if lines else MAX_REPAIRS,
        "warnings": added(state, [f"the plan was mended: {line}" for line in lines]),
    }


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
            **run_options(state, means, workflow, _spent_on_trying(state)),
            "workers": options.workers,
            "sample": options.sample,
            "overwrite": options.overwrite,
            "max_failures": options.max_failures,
            "shard_rows": options.shard_rows,
        },
    )
    runner = means.runner or LocalRunner(means.run)
    report = runner.carry_out(job, means.on_event).report
    return {"run": report.model_dump(mode="json"), "faults": warnings_in(state)}


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
    return {"asks": [ask.model_dump(mode="json") for ask in asks], "warnings": added(state, warnings)}


def tell(state: Conversation) -> Conversation:
    """Say how it went."""
    report = Report.model_validate(state["run"])
    broken = [ask["text"] for ask in state["asks"] if ask["holds"] is False]
    warnings = [f"the output breaks what was asked: {text}" for text in broken]
    message = completed_text(report, chosen_output=options_of(state).chosen_output)
    return {"status": "completed", "message": message, "warnings": added(state, warnings)}


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
    status, draft = state["status"], the_draft(state)
    before = draft.taken_over or TakenOver(request="")
    try:
        History(Home.of(means.settings).path).remember(
            state["request"],
            state["draft"]["workflow"],
            status,
            REJECTED if broken or status == "rejected" else None,
            (state.get("run") or {}).get("id"),
            when=means.now(),
            answers=[*before.answers, *state.get("answers", [])],
            wishes=[*before.wishes, *state.get("wishes", [])],
            inputs=[Path(place).name for place in state["inputs"]],
            first_request=before.request or None,
        )
    except InvalidInput as error:
        return {"warnings": added(state, [f"this request will not be remembered: {error}"])}
    return {}


def _table(draft: Draft) -> Conversation:
    """The state of a plan that is new on the table: whatever was known of the one before is void."""
    return {
        "draft": draft.model_dump(mode="json"),
        "faults": [],
        "repairs": 0,
        "sample": None,
        "meant": False,
        "quote": None,
        "tried": None,
        "run": None,
        "asks": [],
        "status": "",
        "message": "",
    }


def _with_fallback(state: Conversation, means: Means, ask: Callable[[Planner], Any]) -> tuple[Any, Conversation]:
    """What the planner says, or the fallback where no endpoint answers; and the state that tells which it was."""
    warnings, planner = list[str](), means.planner
    if isinstance(planner, PaidPlanner):
        planner.account = state.get("planning", {})
    try:
        said, name = ask(planner), planner.name
    except EndpointError as error:
        if means.fallback is None:
            raise
        fallback = means.fallback()
        said, name = ask(fallback), fallback.name
        warnings.append(f"the model gave no answer ({error}); this plan was made offline, by rules")
    found: Conversation = {"planner": name, "warnings": warnings}
    return said, {**found, "planning": planner.account} if isinstance(planner, PaidPlanner) else found


def _is_lost(run_folder: Path) -> bool:
    """Whether a run has begun and will never end."""
    if not run_folder.exists():
        return False
    ending = ending_of(run_folder)
    return ending is not None and ending.status == "interrupted"


def _spent_on_trying(state: Conversation) -> Usage:
    """What the rows that were tried took of the caps, which are those of the request as a whole."""
    tried = state.get("tried")
    return Report.model_validate(tried).spent.usage() if tried else NOTHING
