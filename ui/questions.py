"""The commands `runs why`, `runs diff` and `runs whatif`: questions that the ledger of a run answers."""

from collections.abc import Mapping

from pydantic import JsonValue

from ..operators.core import InvalidInput
from ..operators.core.settings import Settings
from ..pipelines.engine.manifest import Manifest
from ..pipelines.run import Home
from .answer import Answer
from .document import document
from .results import DiffResult, StoryResult, WhatIfResult
from .show import row_argument, story_view
from .show_ledger import diff_view, whatif_view

NAMED = 5
"""Most rows that are named where several hold what was looked for."""


def explain_row(settings: Settings, run_id: str, row: str) -> Answer:
    """What happened to one row of a run."""
    home = Home.of(settings)
    return _story(home, Manifest.load(home.run_folder(run_id)), row)


def explain_value(settings: Settings, run_id: str, column: str, value: str) -> Answer:
    """What happened to the row that holds a value in a column; where several do, to the first of them.

    Raises:
        InvalidInput: the run read no such column, or no row holds it.
    """
    home = Home.of(settings)
    manifest = Manifest.load(home.run_folder(run_id))
    found = home.ledger(manifest.id).find(column, value)
    if not found:
        message = f"run {manifest.id} read no row whose {column} is {value!r}"
        raise InvalidInput.of("unknown_row", message, got=value)
    return _story(home, manifest, found[0], _others(manifest, column, value, found))


def show_changes(settings: Settings, run_id: str, step: str, count: int) -> Answer:
    """What a step changed.

    Args:
        count: most changes shown.
    """
    home = Home.of(settings)
    manifest = Manifest.load(home.run_folder(run_id))
    changes = home.ledger(manifest.id).diff(step, count)
    rows = sum(one.changed for one in home.report(manifest.id).steps if one.id == step)
    result = DiffResult.of(manifest.id, step, rows, changes)
    said = f"step {step} changed {rows:,} row{'s' * (rows != 1)}; {len(changes)} of the changes"
    if not rows:
        said = f"step {step} changed no row"
    elif not changes:
        said = f"step {step} changed {rows:,} row{'s' * (rows != 1)}, of which nothing was kept to be compared"
    return Answer(document("completed", said, result=result), (diff_view(said, result, manifest.inputs),))


def ask_what_if(settings: Settings, run_id: str, step: str, changes: Mapping[str, JsonValue]) -> Answer:
    """What a filter would have kept with other limits."""
    home = Home.of(settings)
    manifest = Manifest.load(home.run_folder(run_id))
    result = WhatIfResult.of(manifest.id, home.ledger(manifest.id).whatif(step, changes))
    said = (
        f"{result.reached:,} rows reached {step}: {result.kept_before:,} were kept, {result.kept_after:,} would be "
        f"({result.newly_kept:,} newly kept, {result.newly_dropped:,} newly dropped)"
    )
    return Answer(document("completed", said, result=result), (whatif_view(said, result, manifest.inputs),))


def _story(home: Home, manifest: Manifest, row: str, warnings: tuple[str, ...] = ()) -> Answer:
    story = home.ledger(manifest.id).why(row)
    told = story_view(story, manifest.inputs, manifest.id, warnings)
    said = f"row {row_argument(row, manifest.inputs)}: {story.fate}"
    return Answer(document("completed", said, warnings=warnings, result=StoryResult.of(manifest.id, story)), (told,))


def _others(manifest: Manifest, column: str, value: str, found: list[str]) -> tuple[str, ...]:
    if len(found) == 1:
        return ()
    names = [row_argument(row, manifest.inputs) for row in found]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    told = f"{len(found)} rows hold {value!r} in {column}: {', '.join(names[:NAMED])}{more}; this is the first of them"
    return (told,)
