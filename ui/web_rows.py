"""Rows as people read them on the page: the first ones that came out, and the story of a single one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from ..operators.core import Batch
from ..operators.core.dataset import Dataset, Parsed, conform, unify
from ..pipelines.ledger import Event, Story
from .show import row_argument
from .web_markup import Column, Content, Markup, data_cell, element, joined, line, table
from .web_plan import option_text

SHOWN_ROWS = 50
MAX_BLOCKS = 8
NUMBERS = frozenset({"integer", "number"})
FATES = {"kept": "good", "born": "good", "dropped": "warn", "merged": "warn", "failed": "bad", "expanded": "info"}


def first_rows(path: Path, most: int = SHOWN_ROWS) -> Batch:
    """The first rows of a result.

    Raises:
        InvalidInput: the file cannot be read.
    """
    parts = list[Parsed]()
    for block in Dataset.open([path]).blocks(max_rows=most):
        parts.append(block.parse())
        if sum(part.frame.height for part in parts) >= most or len(parts) == MAX_BLOCKS:
            break
    schema, _ = unify(part.schema for part in parts)
    frames = [conform(part.frame, part.schema, schema) for part in parts]
    return Batch(pl.concat(frames, how="vertical_relaxed").head(most), schema)


def rows_view(batch: Batch, total: int) -> Markup:
    """The first rows of a result as a table; values are shown as text, whatever they hold."""
    if not len(batch):
        return element("p", "No row came out.", cls="df-muted")
    names = batch.schema.names
    columns = [Column("", numeric=True, name="place")]
    columns += [Column(name, numeric=batch.schema[name].dtype in NUMBERS) for name in names]
    rows: list[list[Content]] = [
        [str(number), *(data_cell(row[name]) if name in row else _absent() for name in names)]
        for number, row in enumerate(batch.rows(), start=1)
    ]
    head = "All rows" if len(batch) == total else f"The first {len(batch):,} of {total:,} rows"
    return joined([element("p", head, cls="df-muted"), table("Rows of the result", columns, rows, data=True)])


def _absent() -> Markup:
    return element("span", "absent", cls="df-null")


def story_view(story: Story, inputs: Sequence[str]) -> Markup:
    """What happened to a row: in a sentence, and step by step."""
    columns = [Column("Step"), Column("What happened"), Column("Measured"), Column("Kept is")]
    parts = [element("p", element("strong", _sentence(story, inputs)), role="status")]
    for row in dict.fromkeys([story.row, *(event.row for event in story.events)]):
        own = [event for event in story.events if event.row == row]
        named = "" if row == story.row else f"Its child {row}"
        parts += [element("h3", named)] if named else []
        if own:
            parts.append(table(named or "Step by step", columns, [_told(event, inputs) for event in own]))
    return joined(parts)


def _sentence(story: Story, inputs: Sequence[str]) -> str:
    row = f"Row {row_argument(story.row, inputs)}"
    own = [event for event in story.events if event.row == story.row]
    if not own or story.fate in ("kept", "born"):
        return f"{row} went through every step and is in the result."
    last = own[-1]
    target = row_argument(last.target or "?", inputs)
    return {
        "dropped": f"{row} was dropped by {last.step}.",
        "merged": f"{row} was merged into row {target} by {last.step}: it is a duplicate of it.",
        "failed": f"{row} failed at {last.step}; it is in failed.jsonl of the run.",
        "expanded": f"{row} was replaced by its children at {last.step}.",
    }[story.fate]


def _told(event: Event, inputs: Sequence[str]) -> list[Content]:
    what = {
        "kept": "changed" if event.changed else "kept",
        "merged": f"merged into row {row_argument(event.target or '?', inputs)}",
        "expanded": "replaced by its children",
        "born": f"made from row {', '.join(row_argument(parent, inputs) for parent in event.parents) or '?'}",
    }.get(event.did, event.did)
    because = ", ".join(text for text in (event.reason, event.detail) if text)
    fate = element("span", what, cls=f"df-tag df-{FATES.get(event.did, 'idle')}")
    return [
        element("strong", event.step),
        joined([fate, " ", line(because)]) if because and not event.metrics else fate,
        _pairs(event.metrics),
        _pairs({name: rule for name, rule in event.rule.items() if name in event.metrics}),
    ]


def _pairs(values: Mapping[str, Any]) -> Markup:
    return joined(element("div", f"{name} ", element("b", _measured(value))) for name, value in values.items())


def _measured(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) and abs(value) < 1e4 else option_text(value)
