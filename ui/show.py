"""What people see: reports, stories of rows and the catalogue, as tables and sentences for 80 columns."""

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .delivery import printable
from .funnel_words import reasons_words
from .results import OperatorCard, OperatorLine, RunLine
from .usage_words import fact_lines, usage_columns, usage_rows, usage_words

if TYPE_CHECKING:
    from ..agent.state import Ask
    from ..pipelines.ledger import Event, Story
    from ..pipelines.report import Report

COMMAND = "dataflow-agent"
LAST = "last"
"""The name of the newest run."""
TOP_REASONS = 5
MOST_NAMED = 8
"""Up to how many steps are named that serve one clause."""
COMMAS_BELOW = 1_000_000
ALWAYS = {"rows_in": "in", "kept": "kept", "dropped": "dropped", "merged": "merged", "failed": "failed"}
WHERE_ANY = {"expanded": "split", "children": "children", "created": "created", "reused": "reused"}
HOLDS = {True: "holds", False: "broken", None: "not checked"}


def heading(text: str) -> Text:
    """A line above a block."""
    return Text(printable(text), style="bold")


def indented(lines: Iterable[RenderableType]) -> Padding:
    """Lines set two columns in."""
    return Padding(Group(*lines), (0, 0, 0, 2), expand=False)


def sentence(text: str, style: str = "") -> Text:
    """A text as it is, control characters written out."""
    return Text(printable(text), style=style)


def next_steps(*commands: tuple[str, str]) -> Group:
    """What to type next: each command in a line of its own, to be copied, under what it does."""
    lines: list[RenderableType] = []
    for command, what in commands:
        lines += [sentence(f"  {what}:"), unbroken(f"    {COMMAND} {command}")]
    return Group(heading("Next"), *lines)


def unbroken(text: str, style: str = "") -> Text:
    """A line that is never wrapped, so that a path or command in it can be copied."""
    return Text(printable(text), style=style, no_wrap=True, overflow="ignore")


def why_words(row: str, fate: str) -> str:
    """What `runs why` tells of a row.

    >>> why_words("3", "dropped"), why_words("4", "failed")
    ('why row 3 was dropped', 'why row 4 failed')
    """
    return f"why row {row} failed" if fate == "failed" else f"why row {row} was {fate}"


def quoted(path: object) -> str:
    """A path as one types it in a shell."""
    return shlex.quote(str(path))


def warnings_view(warnings: Iterable[str]) -> list[RenderableType]:
    """Warnings under a heading; nothing when there are none."""
    said = list(dict.fromkeys(warnings))
    return [heading("Warnings"), indented(map(sentence, said)), Text()] if said else []


def asks_grid(asks: Sequence["Ask"], *, judged: bool) -> Padding:
    """The clauses of a request with the steps that serve them; when judged, with whether each holds."""
    grid = Table.grid(padding=(0, 2))
    if judged:
        grid.add_column(no_wrap=True)
    grid.add_column(ratio=2)
    grid.add_column(style="dim", ratio=1, overflow="fold")
    for ask in asks:
        named = ", ".join(ask.steps) or "no step"
        cells = [sentence(ask.text), sentence(named if len(ask.steps) <= MOST_NAMED else f"{len(ask.steps)} steps")]
        grid.add_row(*([HOLDS[ask.holds]] if judged else []), *cells)
    return Padding(grid, (0, 0, 0, 2), expand=False)


def report_view(
    report: "Report",
    *,
    said: str = "",
    asks: Sequence["Ask"] = (),
    rows: Mapping[str, str] | None = None,
    folder: str | None = None,
    name: str | None = None,
    hints: bool = True,
    more: Sequence[RenderableType] = (),
) -> Group:
    """A run in numbers and words.

    Args:
        said: a sentence about its result.
        asks: clauses of the request, judged on the output.
        rows: for a fate, a row that had it, as `runs why` takes it.
        folder: the folder of the run, where it is worth a look.
        name: what to call the run in commands; its id if not given.
        hints: say what to type next.
        more: shown below the table of steps.
    """
    rejects = f", {report.rejects:,} records rejected" if report.rejects else ""
    head = f"{report.rows_in:,} rows in, {report.rows_out:,} out{rejects}, {report.seconds:.1f} s"
    parts: list[RenderableType] = [heading(f"Run {report.id} {report.status}: {head}")]
    if report.status != "completed" and report.message:
        parts.append(sentence(report.message))
    parts += [Text(), steps_report(report), Text()]
    reused = reused_words(report)
    parts += [sentence(reused), Text()] if reused else []
    parts += usage_view(report)
    facts = fact_lines(report)
    parts += [heading("Facts about the data"), indented(map(sentence, facts)), Text()] if facts else []
    parts += more
    reasons = _reason_lines(report)
    if reasons:
        parts += [heading("Why rows did not go on"), indented(reasons), Text()]
    if asks:
        parts += [heading("Your request, checked on the output"), asks_grid(asks, judged=True), Text()]
    parts += warnings_view(report.warnings)
    parts += [unbroken(said, "bold")] if said else []
    parts += [unbroken(f"Its folder, with rejected and failed records where there are any: {folder}")] if folder else []
    parts += [Text()] if said or folder else []
    run = name or report.id
    why = [(f"runs why {run} {quoted(row)}", why_words(row, fate)) for fate, row in (rows or {}).items()]
    again = (
        (f"runs attach {run}", "follow it") if report.status == "running" else (f"runs show {run}", "this report again")
    )
    if hints:
        parts.append(next_steps(*why, again))
    return Group(*parts)


def steps_report(report: "Report") -> Table:
    """One line for each step; columns for what is rare only where it occurred."""
    rare = {name: title for name, title in WHERE_ANY.items() if any(getattr(step, name) for step in report.steps)}
    counts = {**ALWAYS, **rare, "changed": "changed", "rows_out": "out"}
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("step", overflow="fold", min_width=12)
    for title in counts.values():
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("seconds", justify="right", no_wrap=True)
    # Seven columns of millions fit into 80 columns only without the commas.
    style = "," if all(getattr(step, name) < COMMAS_BELOW for step in report.steps for name in counts) else ""
    for step in report.steps:
        numbers = [f"{getattr(step, name):{style}}" for name in counts]
        table.add_row(sentence(step.id), *numbers, f"{step.seconds:.2f}")
    return table


def usage_view(report: "Report") -> list[RenderableType]:
    """What the steps took of a model; nothing where none asked one."""
    rows = usage_rows(report)
    if not rows:
        return []
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("step", overflow="fold", min_width=12)
    for title in usage_columns(report):
        table.add_column(title, justify="right", no_wrap=True)
    for name, *numbers in rows:
        table.add_row(sentence(name), *numbers)
    words = usage_words(report)
    return [heading("Asked of the model by this run"), table, *([sentence(words)] if words else []), Text()]


def reused_words(report: "Report") -> str:
    """What was found done, and what that saved; empty where all was done anew."""
    found = [step for step in report.steps if step.reused]
    whole = sum(step.reused == step.rows_in for step in found)
    saved = sum(step.seconds_saved for step in found)
    partly = f", {len(found) - whole} of them in part" if whole < len(found) else ""
    steps = f"{len(found)} of {len(report.steps)} steps{partly}"
    return f"Reused from earlier runs: {steps}, which saved {saved:.2f} s of work." if found else ""


def _reason_lines(report: "Report") -> list[Text]:
    lines = []
    for step in report.steps:
        told = reasons_words(step.reasons, TOP_REASONS)
        if told:
            lines.append(sentence(f"{step.id}: {told}"))
    return lines


def row_argument(row: str, inputs: Sequence[str]) -> str:
    """A row id as `runs why` takes it and people say it.

    >>> row_argument("0:17", ["a.jsonl"]), row_argument("1:17", ["a.jsonl", "b.jsonl"]), row_argument("0:17.2", ["a"])
    ('17', 'b.jsonl:17', '0:17.2')
    """
    source, _, position = row.partition(":")
    if not (source.isdigit() and position.isdigit() and int(source) < len(inputs)):
        return row
    if len(inputs) == 1:
        return position
    name = inputs[int(source)]
    return row if list(inputs).count(name) > 1 else f"{name}:{position}"


def story_view(story: "Story", inputs: Sequence[str], run_id: str | None = None, warnings: Sequence[str] = ()) -> Group:
    """What happened to a row, step by step; with the run's id also what to type next."""
    parts: list[RenderableType] = [heading(_story_head(story, inputs)), Text()]
    for row in dict.fromkeys(event.row for event in story.events):
        if row != story.row:
            parts += [Text(), heading(f"Its child {row}")]
        grid = Table.grid(padding=(0, 2))
        grid.add_column(overflow="fold", max_width=30)
        grid.add_column(ratio=1)
        for event in story.events:
            if event.row == row:
                grid.add_row(sentence(event.step), sentence(_did(event, inputs)))
        parts.append(Padding(grid, (0, 0, 0, 2), expand=False))
    parts += [Text(), *warnings_view(warnings)] if warnings else []
    if run_id:
        parts += [Text(), next_steps(*_after_story(story, run_id, inputs))]
    return Group(*parts)


def _story_head(story: "Story", inputs: Sequence[str]) -> str:
    row = f"Row {row_argument(story.row, inputs)}"
    own = [event for event in story.events if event.row == story.row]
    if not own or story.fate in ("kept", "born"):
        return f"{row} went through every step and is in the result."
    last = own[-1]
    return {
        "dropped": f"{row} was dropped by {last.step}.",
        "merged": f"{row} was merged into row {row_argument(last.target or '?', inputs)} by {last.step}.",
        "failed": f"{row} failed at {last.step}; it is in failed.jsonl of the run.",
        "expanded": f"{row} was replaced by its children at {last.step}.",
    }[story.fate]


def _did(event: "Event", inputs: Sequence[str]) -> str:
    measured = [_measured(name, value, event.rule.get(name)) for name, value in event.metrics.items()]
    what = {
        "kept": "changed" if event.changed else "kept",
        "merged": f"merged into row {row_argument(event.target or '?', inputs)}",
        "expanded": "replaced by its children",
        "born": f"made from row {', '.join(row_argument(parent, inputs) for parent in event.parents) or '?'}",
    }.get(event.did, event.did)
    because = [] if measured or not event.reason else [event.reason]
    because += [event.detail] if event.detail else []
    told = "; ".join([*measured, *because])
    return f"{what}: {told}" if told else what


def _measured(name: str, value: Any, rule: str | None) -> str:
    return f"{name} = {shown(value)}" + (f", kept is {rule}" if rule else "")


def _after_story(story: "Story", run_id: str, inputs: Sequence[str]) -> list[tuple[str, str]]:
    ended = [event for event in story.events if event.row == story.row and event.did not in ("kept", "born")]
    steps = [(f"operators show {event.operator}", "what this step does, and its options") for event in ended[-1:]]
    targets = [
        (f"runs why {run_id} {quoted(row_argument(event.target, inputs))}", "what happened to the row it resembles")
        for event in ended
        if event.target
    ]
    return [*targets, *steps, (f"runs show {run_id}", "the whole run in numbers")]


def shown(value: Any) -> str:
    """A value of an option or a metric, as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def operators_table(lines: Sequence[OperatorLine]) -> RenderableType:
    """The catalogue, or what a search found."""
    if not lines:
        return sentence("No operator found.")
    scored = any(line.score is not None for line in lines)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for title in ("operator", "kind", *(["fit"] if scored else [])):
        table.add_column(title, no_wrap=True)
    table.add_column("what it does", ratio=1)
    for line in lines:
        fit = [f"{line.score or 0:.2f}"] if scored else []
        table.add_row(line.name, line.kind, *fit, sentence(line.summary))
    return Group(
        table, Text(), next_steps((f"operators show {lines[0].name}", "its options, with an example of what it does"))
    )


def operator_view(card: OperatorCard) -> Group:
    """An operator in full: what it does, its options, requests that mean it, an example."""
    facts = [card.kind, f"{card.scope} scope", *(f"needs {need}" for need in card.needs)]
    parts: list[RenderableType] = [heading(f"{card.name} ({', '.join(facts)})"), Text(), sentence(card.description)]
    properties: dict[str, Any] = card.options.get("properties") or {}  # type: ignore[assignment]
    if properties:
        parts += [Text(), heading("Options"), _options_table(properties, card.options.get("required") or [])]
    parts += [Text(), heading("Say, for example"), indented(map(sentence, card.phrases))]
    example = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in card.example.items()]
    parts += [Text(), heading("Example"), indented(map(sentence, example))]
    if card.prompts:
        parts += [Text(), heading("Prompts of the example"), *_prompts(card.prompts)]
    return Group(*parts)


def _prompts(prompts: Mapping[str, str]) -> Iterator[RenderableType]:
    """Each prompt as it is sent, under what it is for."""
    for name, prompt in prompts.items():
        yield indented([sentence(f"{name}:")])
        yield Padding(sentence(prompt), (0, 0, 0, 4), expand=False)


def _options_table(properties: Mapping[str, Any], required: Any) -> Padding:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold", max_width=16, style="dim")
    grid.add_column(ratio=1)
    for name, schema in properties.items():
        default = "required" if name in required else json.dumps(schema.get("default"), ensure_ascii=False)
        grid.add_row(name, sentence(default), sentence(schema.get("description", "")))
    return Padding(grid, (0, 0, 0, 2), expand=False)


def runs_table(lines: Sequence[RunLine]) -> RenderableType:
    """The history, newest first."""
    if not lines:
        return sentence(f'No run yet. Try: {COMMAND} demo, or {COMMAND} run "REQUEST" -i data.jsonl')
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("run", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("in", justify="right", no_wrap=True)
    table.add_column("out", justify="right", no_wrap=True)
    table.add_column("from", overflow="fold", ratio=1)
    table.add_column("to", overflow="fold", ratio=1)
    for line in lines:
        names = sentence(", ".join(line.inputs))
        to = sentence(line.output.rpartition("/")[2])
        table.add_row(line.id, line.status, f"{line.rows_in:,}", f"{line.rows_out:,}", names, to)
    return Group(table, Text(), next_steps((f"runs show {lines[0].id}", "its report")))
