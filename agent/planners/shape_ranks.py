"""Finds what rows are ranked by: a number, a date or the length of a text, from words such as "newest" or "
""longest"."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from .columns import looks_dated
from .shape_words import Role
from .shapes import Item, Sentence, columns_of_scale, ranked_columns
from .wording import NUMBERS

LOW_IS_GOOD: Final = frozenset("perplexity ppl loss error errors toxicity rank distance".split())

MOST_IN_NAMES: Final = 3.0
"""Words that names and titles have at most on average."""


@dataclass(frozen=True)
class Ranking:
    """What rows are ranked by.

    Args:
        name: the column.
        high: whether the rows with its high values are meant.
        length: whether the lengths of its texts are compared.
        number: whether it holds numbers, by which the best rows are found without putting them in order.
    """

    name: str
    high: bool
    length: bool = False
    number: bool = True

    def order(self, *, turned: bool = False) -> dict[str, JsonValue]:
        """The options that put the rows in order, the best ones first; with `turned` last."""
        falls: dict[str, JsonValue] = {"order": ["descending"]} if self.high != turned else {}
        return {"columns": [self.name], **falls, **({"by": "length"} if self.length else {})}


@dataclass(frozen=True)
class Open:
    """A ranking whose column is to be asked for; none of the columns may be it."""

    words: str
    columns: tuple[str, ...]
    good: bool


def main_end(one: Sentence, role: Role = "end") -> Item | None:
    """The word that says which rows are meant: in "the top 3 longest" the specific one."""
    ends = one.of(role)
    if not ends:
        return None
    last = ends[-1]
    vague = all(end.value[1] == "good" or end.value == last.value for end in ends[:-1])
    same = last.value[1] != "" or all(end.value[0] == last.value[0] for end in ends)
    return last if vague and same else None


def ranking_of(  # noqa: PLR0911 - one return for each kind of scale
    one: Sentence, end: Item, named: Sequence[str], weak: Sequence[str] = ()
) -> Ranking | Open | None:
    """What the rows are ranked by.

    Args:
        end: the word for the end of a scale.
        named: columns that are named for it, at most one.
        weak: columns whose names may only stand for the rows.
    """
    pole, scale = end.value
    if len(named) > 1:
        return None
    if named:
        return _by_column(one, named[0], pole, scale)
    if scale == "length":
        return _by_length(one, pole, weak)
    if scale == "good" and "score" in ranked_columns(one.said):
        return Ranking("score", pole == "high")
    if scale == "good" and any(LOW_IS_GOOD & {*name.lower().split("_")} for name in ranked_columns(one.said)):
        return _open(one, end, ())
    found = columns_of_scale(one.said, scale)
    if scale == "time" and not found:
        ages = columns_of_scale(one.said, "age")  # the oldest have the highest age
        if len(ages) == 1:
            return Ranking(ages[0], pole == "low")
    return _by_column(one, found[0], pole, scale) if len(found) == 1 else _open(one, end, found)


def _open(one: Sentence, end: Item, found: Sequence[str]) -> Open:
    columns = tuple(found) or (() if end.value[1] == "time" else tuple(ranked_columns(one.said)))
    return Open(one.said.text(end.start, end.end), columns[:3], end.value[1] == "good")


def _by_column(one: Sentence, name: str, pole: str, scale: str) -> Ranking | None:
    column = one.said.profile.column(name)
    high = pole == "high"
    if column.dtype in NUMBERS:
        return None if scale == "good" and LOW_IS_GOOD & {*name.lower().split("_")} else Ranking(name, high)
    if looks_dated(column):
        return Ranking(name, high, number=False) if scale in ("time", "", "good") else None
    return Ranking(name, high, length=True, number=False) if column.dtype == "text" and scale == "length" else None


def _is_long(one: Sentence, name: str) -> bool:
    """Whether a column holds texts that are more than names."""
    column = one.said.profile.column(name)
    return column.dtype == "text" and (column.mean_words or 0) > MOST_IN_NAMES


def _by_length(one: Sentence, pole: str, weak: Sequence[str]) -> Ranking | Open | None:
    """By a text that is named, by how long something takes, or by the main text."""
    texts = [name for name in weak if _is_long(one, name)]
    taken = [] if texts else columns_of_scale(one.said, "duration")
    if len(taken) == 1:
        return Ranking(taken[0], pole == "high")
    main = texts[0] if len(texts) == 1 else one.said.main or one.said.profile.text_column()
    if main is None or len(taken) > 1:
        return Open("length", tuple(taken or one.said.profile.text_candidates())[:3], good=False)
    return Ranking(main, pole == "high", length=True, number=False)
