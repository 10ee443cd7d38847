"""Tries the answers to an open question on the first rows, so that a person sees what they come to."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from ..memory.catalog import Catalog
from ..operators.core import DataFlowError
from ..pipelines.edits import printable
from ..pipelines.validate import validate
from ..pipelines.workflow import Workflow
from ..tools.profile import Profile
from .conversation import Conversation, dataset_of, profile_in, sample_rows, the_draft
from .means import Means, free_steps, offered, run_options, scratch
from .planners.documents import as_read, reading_first
from .state import Planner, Question

MOST_CHARACTERS: Final = 60
"""Of a text of the data inside a question."""

Kept = dict[str, dict[str, Any]]
"""Rows that come out, by what they hold in the columns that came in."""


def weigh(state: Conversation, means: Means) -> Conversation:
    """Add to an open question of the rules how many of the first rows go on with each answer, and a row that differs.

    Nothing is added where an answer leaves more to be asked, needs what is not there, or asks a model; a question that
    cannot be shown on the data stands as it is.
    """
    draft = the_draft(state)
    question, planner = draft.question or draft.rivals, means.planner
    if question is None or len(question.options) < 2 or planner.name != "offline" or state.get("wishes"):
        return {}
    if any(source.format == "documents" for source in dataset_of(state).sources):
        return {}
    seen, catalog = profile_in(state), means.open_catalog()
    results = []
    for option in question.options:
        workflow = _workflow(state, planner, seen, catalog, option)
        if workflow is None or free_steps(workflow) != workflow or _has_errors(state, means, workflow):
            return {}
        kept = _kept(state, means, workflow)
        if kept is None:
            return {}
        results.append(kept)
    if draft.question is None:
        # A reading that leaves nothing is none that anybody means.
        told = [at for at, one in enumerate(results) if one or not results[0]]
        question = question.model_copy(update={"options": tuple(question.options[at] for at in told)})
        results = [results[at] for at in told]
        if all(list(one) == list(results[0]) for one in results):
            return {}
    shown = question.model_copy(
        update={"text": f"{question.text} {_comparison(question, results, min(seen.rows_seen, sample_rows(state)))}"}
    )
    return {"draft": draft.model_copy(update={"question": shown, "rivals": None}).model_dump(mode="json")}


def _workflow(state: Conversation, planner: Planner, seen: Profile, catalog: Catalog, option: str) -> Workflow | None:
    """The plan that an answer leads to, if it leaves nothing open."""
    answers = [*state.get("answers", []), option]
    made = reading_first(planner.draft(state["request"], as_read(seen), catalog, answers=answers), seen)
    return None if made.question or made.refusal or not made.workflow.steps else made.workflow


def _has_errors(state: Conversation, means: Means, workflow: Workflow) -> bool:
    faults = validate(workflow, profile_in(state).schema, offered(state, means))
    return any(fault.severity == "error" for fault in faults)


def _kept(state: Conversation, means: Means, workflow: Workflow) -> Kept | None:
    """What comes out of the first rows; None where the run fails."""
    columns = profile_in(state).schema.names
    try:
        with TemporaryDirectory(prefix="weigh-", dir=scratch(means)) as folder:
            apart = replace(means, settings=means.settings.model_copy(update={"home": Path(folder)}))
            options = {**run_options(state, apart, workflow), "settings": apart.settings, "sample": sample_rows(state)}
            output = Path(folder) / "weighed.jsonl"
            means.run(workflow, state["inputs"], output, **options)
            rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    except DataFlowError:
        return None
    return {json.dumps([row.get(name) for name in columns]): row for row in rows}


def _comparison(question: Question, results: Sequence[Kept], rows: int) -> str:
    counts = [f"{len(kept):,}" for kept in results]
    told = f"Of the first {rows:,} rows, {', '.join(counts[:-1])} or {counts[-1]} go on."
    for at, kept in enumerate(results):
        others = [other for place, other in enumerate(results) if place != at]
        row = next((row for key, row in kept.items() if not any(key in other for other in others)), None)
        if row is not None:
            return f"{told} Only with {question.options[at]!r} there is {_shown(row)}."
    return told


def _shown(row: dict[str, Any]) -> str:
    """A row in a few words: the beginning of its longest text."""
    texts = [value for value in row.values() if isinstance(value, str) and value.strip()]
    words = " ".join(max(texts, key=len).split()) if texts else json.dumps(row, ensure_ascii=False)
    cut = words if len(words) <= MOST_CHARACTERS else f"{words[:MOST_CHARACTERS].rstrip()}…"
    return f"“{printable(cut, MOST_CHARACTERS + 1)}”"
