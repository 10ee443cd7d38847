"""Reads what a request sets of a pipeline as a whole, by the names of the pipeline's options."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from pydantic import JsonValue

from ...operators.core.errors import InvalidInput
from ...operators.core.registry import all_operators
from ...pipelines.builtin import Pipeline, PipelineOption
from ...pipelines.edits import SetOption
from ...tools.profile import Profile
from ..state import Change
from .counting import agrees, count_of, counted_by, number_of, only_counts
from .directions import Interval, Limit
from .marks import Marked, mark
from .quantities import UNITS, plain
from .vocabulary import concept_set, stem

_SIDES = MappingProxyType(
    {"minimum": "min", "min": "min", "least": "min", "maximum": "max", "max": "max", "most": "max"}
)
_NEAR = 2
"""How many words behind a number may say what is counted: "two more pairs"."""


def counted_change(wish: str, pipeline: Pipeline, profile: Profile) -> Change | None:
    """The edits for a wish that says how many things a pipeline makes of each: "at most 5 per document"."""
    marked = mark(wish, profile)
    edits: list[SetOption] = []
    if not only_counts(marked, 0, len(marked.tokens)):
        return None
    for limit in marked.limits:
        count = count_of(marked, limit, len(marked.tokens))
        value = number_of(limit.interval)
        counting = {
            name: option
            for name, option in pipeline.options.items()
            if type(option.default) is int and name.rpartition("_")[2] not in UNITS and name[:4] not in ("min_", "max_")
        }
        found = [
            option
            for name, option in counting.items()
            if count is not None and agrees(count, counted_by(name, option.description))
        ]
        if len(found) != 1 or value is None:
            things = count.things if count is not None else frozenset()
            counts = any(things & counted_by(name, option.description).things for name, option in counting.items())
            return Change(not_covered=(wish,)) if counts else None
        edits += (SetOption(step=step, option=option, value=value) for step, option in found[0].sets)
    if not edits:
        return None
    return Change(edits=tuple(edits), reasons={edit.step: f"“{wish}”." for edit in edits})


def option_change(wish: str, pipeline: Pipeline, profile: Profile) -> Change | None:
    """The edits for a wish that sets options of the pipeline; None where it says something else.

    A number belongs to the option whose name is said beside it: "a minimum quality of 0.7" to `min_quality`.
    """
    marked = mark(wish, profile)
    if not marked.limits or marked.languages or marked.conditions:
        return None
    counted = _counted(marked, pipeline)
    if counted is not None:
        return Change(edits=(counted,), reasons={counted.step: f"“{wish}”."})
    drops = any(token.low in ("drop", "remove", "discard", "without", "no", "not") for token in marked.tokens)
    values: dict[str, JsonValue] = {}
    for limit in marked.limits:
        said = concept_set(marked.request) | ({limit.unit} if limit.unit else set())
        kept = limit.interval.outside() if drops and limit.stated else limit.interval
        told = next((_SIDES[token.low] for token in marked.tokens if token.low in _SIDES), "")
        found = list(_set(pipeline, limit, _sided(limit, kept, told), said))
        if not found:
            return None
        values |= found
    try:
        pipeline.bound({}, values)
    except InvalidInput:
        return None
    edits = [
        SetOption(step=step, option=option, value=value)
        for name, value in values.items()
        for step, option in pipeline.options[name].sets
    ]
    return Change(edits=tuple(edits), reasons={edit.step: f"“{wish}”." for edit in edits})


def _counted(marked: Marked, pipeline: Pipeline) -> SetOption | None:
    """Reads "two pairs per text": the number for the one option of a step that is named by what is counted."""
    (limit, *others) = marked.limits
    if others or limit.unit is not None or limit.share or limit.stated:
        return None
    behind = [token.low for token in marked.tokens[limit.end : limit.end + _NEAR]]
    places = [
        (step.id, name)
        for step in pipeline.workflow.steps
        for name, info in all_operators()[step.operator].model_fields.items()
        if info.annotation is int and any(stem(word) == stem(name) for word in behind)
    ]
    if len(places) != 1 or limit.interval.low is None:
        return None
    return SetOption(step=places[0][0], option=places[0][1], value=plain(limit.interval.low))


def _sided(limit: Limit, kept: Interval | None, told: str) -> Interval | None:
    """The numbers that stay: for "a minimum quality of 4.5" from there on; a bare number is for no limit."""
    if limit.stated or kept is None or kept.low is None:
        return kept
    return {"min": Interval(low=kept.low), "max": Interval(high=kept.low)}.get(told, Interval())


def _set(
    pipeline: Pipeline, limit: Limit, kept: Interval | None, said: frozenset[str] | set[str]
) -> Iterator[tuple[str, JsonValue]]:
    """The options that a number sets, with the values that they get."""
    for name, option in pipeline.options.items():
        side, _, rest = name.partition("_") if name.startswith(("min_", "max_")) else ("", "", name)
        about = concept_set(rest.replace("_", " ")) or {rest}
        if not _is_number(option) or not (about <= said or rest == limit.unit):
            continue
        low, high = (kept.low, kept.high) if kept is not None else (None, None)
        whole = isinstance(option.default, int)
        if kept is not None and whole and limit.stated:
            low, high = kept.whole().low, kept.whole().high
        if not side and not limit.stated:
            low = limit.interval.low
        bound = {"min": low, "max": high}.get(side, low if low is not None else high)
        if bound is not None:
            yield name, plain(bound) if whole else float(bound)


def _is_number(option: PipelineOption) -> bool:
    value: Any = option.default
    return isinstance(value, int | float) and not isinstance(value, bool)
