"""What people see of what a ledger answers: changes of values, and rows near another limit."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from ..pipelines.edits import printable as on_one_line
from .results import ChangePart, DiffResult, ExamplePart, WhatIfResult
from .show import heading, indented, next_steps, quoted, row_argument, sentence, shown

VALUE_CHARS = 150
"""Most characters shown of a value: two lines of a terminal."""
NOT_RUN = "Nothing was run: this is judged by what the run measured. A run with other limits reuses all steps before."
INEXACT = "other steps of the same pass may have changed this value"


def diff_view(said: str, result: DiffResult, inputs: Sequence[str]) -> Group:
    """The changes of a step, each as a difference by word."""
    parts: list[RenderableType] = [heading(f"{said[:1].upper()}{said[1:]}")]
    for change in result.changes:
        new = ", which is new" if change.before is None else ""
        parts += [Text(), sentence(f"row {row_argument(change.row, inputs)}, {change.column}{new}")]
        parts.append(Padding(_difference(change), (0, 0, 0, 2), expand=False))
    why = _why(result.run, [change.row for change in result.changes], inputs)
    again = (f"runs show {result.run}", "the whole run in numbers")
    return Group(*parts, Text(), next_steps(*why, again))


def whatif_view(said: str, result: WhatIfResult, inputs: Sequence[str]) -> Group:
    """What other limits would do, with the rows nearest to the line."""
    limits = ", ".join(f"{option} = {shown(value)}" for option, value in result.changes.items())
    rules = [
        sentence(f"{metric}: kept is {rule} (was: {result.rule_before.get(metric, 'anything')})")
        for metric, rule in result.rule_after.items()
    ]
    parts: list[RenderableType] = [heading(f"Step {result.step} with {limits}"), indented(rules), Text()]
    parts += [sentence(said), Text()]
    for title, examples in (("Just inside, kept", result.just_inside), ("Just outside", result.just_outside)):
        if examples:
            lines = (line for example in examples for line in _example_lines(example, inputs))
            parts += [heading(title), indented(lines), Text()]
    parts += [sentence(NOT_RUN, "dim"), Text()]
    rows = [example.row for example in (*result.just_outside, *result.just_inside)]
    return Group(*parts, next_steps(*_why(result.run, rows, inputs), (f"runs show {result.run}", "the whole run")))


def _difference(change: ChangePart) -> Text:
    text = sentence(change.text)
    text.highlight_regex(r"\[-.*?-\]", "red")
    text.highlight_regex(r"\{\+.*?\+\}", "green")
    return text


def _example_lines(example: ExamplePart, inputs: Sequence[str]) -> Iterator[Text]:
    measured = ", ".join(f"{name} = {shown(value)}" for name, value in example.metrics.items())
    moved = {(True, False): "; was dropped", (False, True): "; was kept"}.get((example.kept, example.was_kept), "")
    yield sentence(f"row {row_argument(example.row, inputs)}: {measured}{moved}")
    for column, value in example.values.items():
        told = "no value" if value is None else on_one_line(value, VALUE_CHARS)
        yield sentence(f"  {column}: {told}{'' if example.exact else f' ({INEXACT})'}", "dim")


def _why(run: str, rows: Sequence[str], inputs: Sequence[str]) -> list[tuple[str, str]]:
    """The command that tells what happened to the first of some rows."""
    named = [row_argument(row, inputs) for row in rows[:1]]
    return [(f"runs why {run} {quoted(row)}", f"what happened to row {row}") for row in named]
