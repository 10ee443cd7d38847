"""Terms that are looked for in texts as whole words, many at once."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import polars as pl
from pydantic import StringConstraints

from ..core import Batch, InvalidInput, TextView
from ..core._segmentation import UNSPACED
from ..core.textcolumn import unicode_words
from ._words import count_where, lowered

FEW = 300
"""Up to how many terms one regular expression is quicker than an automaton for any number."""
Term = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A word or phrase as an option gives it."""
_LETTER = re.compile(rf"[^\W{UNSPACED}]")


class Terms:
    """Terms found regardless of case; a letter of a script written with spaces must not touch them.

    So "cat" is found in "Cat!", not in "category", and "猫" in any text that holds it. A space inside a term stands for
    a space or a line end.

    Args:
        terms: what to look for; at least one, and none blank.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        known = sorted({" ".join(term.lower().split()) for term in terms})
        words = [term for term in known if TextView(term).words == [term]]
        phrases = sorted(set(known) - set(words))
        self._words = pl.Series(words, dtype=pl.String)
        self._phrases = [(_spellings(phrase), re.compile(_pattern(phrase, re.escape))) for phrase in phrases]
        self._needles = [*words, *(spelt for spellings, _ in self._phrases for spelt in spellings)]
        few = known if len(known) <= FEW else []
        self._any = "(?i)" + "|".join(_pattern(term, pl.escape_regex) for term in few) if few else None

    def counts(self, batch: Batch, column: str) -> pl.Series:
        """How often the terms occur in each text of a column; null where there is none."""
        return self.counts_in(batch.texts(column))

    def counts_in(self, texts: pl.Series) -> pl.Series:
        """How often the terms occur in each text; null where there is none."""
        counts = pl.select(pl.when(texts.is_not_null()).then(pl.lit(0, dtype=pl.Int64))).to_series()
        possible = self._possible(texts).arg_true()
        if not len(possible):
            return counts
        some = texts.gather(possible)
        single = count_where(lowered(unicode_words(some)), pl.element().is_in(self._words.implode()))
        longer = pl.Series([self._phrases_in(text.lower()) for text in some], dtype=pl.Int64)
        return counts.scatter(possible, single + longer)

    def _possible(self, texts: pl.Series) -> pl.Series:
        """Whether a text may hold a term: one search for all of them, which leaves few texts to look at closely."""
        if self._any is None:
            return texts.str.to_lowercase().str.contains_any(self._needles)
        return texts.str.contains(self._any)

    def _phrases_in(self, lowered: str) -> int:
        return sum(
            sum(map(_stands_alone, pattern.finditer(lowered)))
            for spellings, pattern in self._phrases
            if any(spelt in lowered for spelt in spellings)
        )


def read_terms(path: Path) -> list[str]:
    """The terms of a UTF-8 file, one a line; blank lines and those that begin with `#` are left out.

    Raises:
        InvalidInput: the file is not UTF-8, or holds no term.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except UnicodeDecodeError as error:
        raise InvalidInput.of(
            "invalid_resource", f"{path.name!r} is not UTF-8 text, see byte {error.start}; save it as UTF-8"
        ) from error
    terms = [line for line in lines if line and not line.startswith("#")]
    if not terms:
        raise InvalidInput.of("invalid_resource", f"{path.name!r} holds no terms; write one a line")
    return terms


def _spellings(phrase: str) -> list[str]:
    """The phrase as one line, and broken into two lines at each space."""
    breaks = [found.start() for found in re.finditer(" ", phrase)]
    return [phrase, *(phrase[:at] + end + phrase[at + 1 :] for at in breaks for end in ("\n", "\r\n"))]


def _pattern(phrase: str, escape: Callable[[str], str]) -> str:
    return r"(?: |\r?\n)".join(map(escape, phrase.split()))


def _stands_alone(found: re.Match[str]) -> bool:
    """Whether no letter touches the letters at the ends of what was found."""
    text, start, end = found.string, found.start(), found.end()
    before = start > 0 and _LETTER.match(text, start) and _LETTER.match(text, start - 1)
    after = end < len(text) and _LETTER.match(text, end - 1) and _LETTER.match(text, end)
    return not before and not after
