"""What a step changed in the texts of rows, as short differences by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

import polars as pl

from ..operators.core import ROW
from ._remains import Place, Remains
from .engine.parts import Part
from .engine.rowpass import MAX_SAMPLE_CHARS, excerpts
from .validate import build

CONTEXT_TOKENS = 12
"""Tokens shown around a change; words, white space and signs are a token each."""
MAX_TOKENS = 300
"""Tokens compared, from the first difference on: comparing takes time by the square of them."""
MAX_PIECE_CHARS = 160
MAX_CHARS = 1_200
_NO_SPACES = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_NO_SPACES}]|[^\W{_NO_SPACES}]+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Change:
    """What a step did to one value.

    `before` is None where the step wrote a column that the row did not have. `text` is the difference in one line:
    `[-gone-]`, `{+new+}`, `…` for what is left out; characters that one cannot see stand as escapes. All three are
    bounded.
    """

    row: str
    column: str
    before: str | None
    after: str | None
    text: str


def changes_of(remains: Remains, step: str, count: int = 5) -> list[Change]:
    """The first changes that a step made, in the order of the rows.

    Values that no other step of the same pass wrote are compared as they lie in the cache; of the others the samples
    are shown that the engine kept.

    Args:
        count: most changes given.

    Raises:
        InvalidInput: the run has no such step, or ended before it, or its parts were cleaned away.
    """
    place = remains.place(step)
    found: list[Change] = []
    there = 0
    for number, key in enumerate(place.stage.parts):
        for part in remains.parts([key]):
            there += 1
            found += _part_changes(remains, place, number, part, count - len(found))
        if len(found) >= count:
            break
    if place.stage.parts and not there:
        raise remains.cleaned(f"what step {step!r} changed")
    return found[:count]


def word_difference(before: str, after: str, *, cut: bool = False) -> str:
    """The difference of two texts, by words, in one line of at most `MAX_CHARS` characters.

    Args:
        cut: the texts go on after what is given, so how they end says nothing.

    >>> word_difference("to be or not", "to be and not")
    'to be [-or-]{+and+} not'
    """
    left, right = _TOKEN.findall(before), _TOKEN.findall(after)
    pairs = enumerate(zip_longest(left, right))
    start = next((at for at, (one, other) in pairs if one != other), len(left))
    head = max(0, start - CONTEXT_TOKENS)
    end = head + MAX_TOKENS
    cut = cut or max(len(left), len(right)) > end
    text = "".join(_pieces(left[head:end], right[head:end], cut=cut))
    text = ("…" if head else "") + text + ("…" if cut else "")
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + "…"


Span = tuple[bool, int, int, int, int]
"""Whether both texts are the same here, and where: start and end in the one, start and end in the other."""


def _pieces(left: Sequence[str], right: Sequence[str], *, cut: bool) -> Iterator[str]:
    spans = _spans(left, right)
    if cut and sum(not same for same, *_ in spans) > 1 and not spans[-1][0]:
        spans.pop()
    for at, (same, i1, i2, j1, j2) in enumerate(spans):
        if same:
            yield _context(left[i1:i2], first=at == 0, last=at == len(spans) - 1)
            continue
        if i1 < i2:
            yield f"[-{_short(_visible(left[i1:i2]))}-]"
        if j1 < j2:
            yield f"{{+{_short(_visible(right[j1:j2]))}+}}"


def _spans(left: Sequence[str], right: Sequence[str]) -> list[Span]:
    """Equal and different spans by turns; white space alone between two differences does not part them."""
    codes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    spans: list[Span] = []
    for at, (tag, i1, i2, j1, j2) in enumerate(codes):
        between = 0 < at < len(codes) - 1 and all(token.isspace() for token in left[i1:i2])
        same = tag == "equal" and not between
        if spans and not same and not spans[-1][0]:
            _, from_left, _, from_right, _ = spans.pop()
            spans.append((False, from_left, i2, from_right, j2))
        else:
            spans.append((same, i1, i2, j1, j2))
    return spans


def _context(tokens: Sequence[str], *, first: bool, last: bool) -> str:
    head = [] if first else tokens[:CONTEXT_TOKENS]
    tail = [] if last else tokens[-CONTEXT_TOKENS:]
    if len(head) + len(tail) >= len(tokens):
        return _short(_visible(tokens))
    return f"{_visible(head)[:MAX_PIECE_CHARS]}…{_visible(tail)[-MAX_PIECE_CHARS:]}"


def _visible(tokens: Sequence[str]) -> str:
    text = "".join(tokens)
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _short(text: str) -> str:
    if len(text) <= MAX_PIECE_CHARS:
        return text
    half = MAX_PIECE_CHARS // 2
    return f"{text[:half]} … {text[-half:]}"


def _part_changes(remains: Remains, place: Place, number: int, part: Part, most: int) -> list[Change]:
    ledger = part.frame("ledger")
    order = {row: at for at, row in enumerate(ledger[ROW])}
    found = {(change.row, change.column): change for change in _sampled(place, part)}
    found |= {(change.row, change.column): change for change in _compared(remains, place, number, ledger, most)}
    return sorted(found.values(), key=lambda change: (order.get(change.row, -1), change.column))


def _sampled(place: Place, part: Part) -> Iterator[Change]:
    for sample in part.meta["steps"][place.index]["samples"]:
        before, after = sample["before"], sample["after"]
        cut = MAX_SAMPLE_CHARS in (len(before or ""), len(after or ""))
        yield Change(sample[ROW], sample["column"], before, after, word_difference(before or "", after or "", cut=cut))


def _compared(remains: Remains, place: Place, number: int, ledger: pl.DataFrame, most: int) -> Iterator[Change]:
    """The changes of rows that lie in the cache before and after the pass, as far as no other step had part in them."""
    own, shared = _written(remains, place)
    going = ledger.filter((pl.col("fate") == "kept") & pl.col("born").is_null())
    changed = going.filter(pl.col("changed").list.contains(place.index))
    alone = set(changed.filter(pl.col("changed").list.len() == 1)[ROW])
    ids = [*changed[ROW].head(most), *going[ROW].head(most)]
    after = remains.values(place.stage.parts, ids, [*own, *shared], number)
    before = remains.values(remains.arrivals(place), ids, [*own, *shared], number)
    for row in dict.fromkeys(ids):
        if row in before and row in after:
            columns = [*own, *(name for name in shared if row in alone and name in before[row])]
            yield from _row_changes(row, before[row], after[row], columns)


def _row_changes(row: str, before: dict[str, Any], after: dict[str, Any], columns: Sequence[str]) -> Iterator[Change]:
    for column in columns:
        was, value = before.get(column), after.get(column)
        if was != value:
            left, right = ("" if one is None else str(one) for one in (was, value))
            yield Change(row, column, *excerpts(was, value), word_difference(left, right))


def _written(remains: Remains, place: Place) -> tuple[list[str], list[str]]:
    """The columns that a step writes: those that no other step of its stage does, and the others."""
    others: set[str] = set()
    mine: list[str] = []
    for step_id in place.stage.steps:
        operator, _ = build(remains.workflow.step(step_id))
        if operator is None:
            continue
        if step_id == place.step.id:
            mine = list(operator.writes())
        else:
            others.update(operator.writes())
    return [name for name in mine if name not in others], [name for name in mine if name in others]
