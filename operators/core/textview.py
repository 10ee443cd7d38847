"""One text and what rules need of it, each part computed once for all operators of a stage."""

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import accumulate

import polars as pl

from ._segmentation import ASCII_WORD, PLAIN_WORD, RUST_WORD, SENTENCE, any_word, special_characters

_HAS_WORD = re.compile(r"[^\W_]")


class TextView:
    """A text with its words, lines, sentences and lower case, computed when first asked for.

    >>> TextView("Don't panic. 你好").words
    ["Don't", 'panic', '你', '好']
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def words(self) -> list[str]:
        """Words by Unicode letters, digits and marks; one per character in scripts written without spaces."""
        if self.text.isascii():
            return ASCII_WORD.findall(self.text)
        return (any_word() if special_characters().search(self.text) else PLAIN_WORD).findall(self.text)

    @cached_property
    def tokens(self) -> list[str]:
        """Runs of non-white-space characters, as `str.split` gives them."""
        return self.text.split()

    @cached_property
    def lines(self) -> list[str]:
        """Lines without their ends; split at `\\n`, `\\r\\n` and `\\r` only."""
        return self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    @cached_property
    def sentences(self) -> list[str]:
        """Sentences that hold at least one word, each with its end mark.

        They end at line ends, at `.!?…` before white space, and at the full stops of CJK, Arabic, Indic and other
        scripts. The full stop of an initial or a common abbreviation ends none: "Dr. J. Smith" goes on.
        """
        return list(map(str.rstrip, filter(_HAS_WORD.search, SENTENCE.findall(self.text))))

    @cached_property
    def lower(self) -> str:
        """The text in lower case."""
        return self.text.lower()

    @cached_property
    def visible_characters(self) -> int:
        """Number of characters that are not white space."""
        return sum(map(len, self.tokens))


def word_lists(views: Sequence[TextView | None]) -> pl.Series:
    """The words of many texts as lists in one column, several times quicker than `words` of each.

    Args:
        views: the texts, which remember their lists; None gives null.

    Returns:
        One list of strings per view.

    >>> word_lists([TextView("Don't panic."), None]).to_list()
    [["Don't", 'panic'], None]
    """
    return _remembered("_listed", views, _listed)


def lower_word_lists(views: Sequence[TextView | None]) -> pl.Series:
    """The words of many texts in lower case; otherwise as `word_lists`."""
    return _remembered("_lowered", views, _lowered)


def _listed(views: Sequence[TextView]) -> pl.Series:
    return pl.Series([view.text for view in views], dtype=pl.String).str.extract_all(RUST_WORD)


def _lowered(views: Sequence[TextView]) -> pl.Series:
    return word_lists(views).list.eval(pl.element().str.to_lowercase())


def _remembered(
    where: str, views: Sequence[TextView | None], compute: Callable[[Sequence[TextView]], pl.Series]
) -> pl.Series:
    """One list per view; computed together for those that have none yet, which then remember their place in it."""
    fresh = [view for view in views if view is not None and where not in view.__dict__]
    if fresh:
        lists = compute(fresh)
        for at, view in enumerate(fresh):
            view.__dict__[where] = lists, at
    places: list[tuple[pl.Series, int] | None] = [None if view is None else view.__dict__[where] for view in views]
    sources = {id(place[0]): place[0] for place in places if place is not None}
    if not sources:
        return pl.Series([None] * len(views), dtype=pl.List(pl.String))
    starts = dict(zip(sources, accumulate(map(len, sources.values()), initial=0), strict=False))
    indexes = [None if place is None else starts[id(place[0])] + place[1] for place in places]
    return pl.concat(sources.values()).gather(pl.Series(indexes, dtype=pl.UInt32))
