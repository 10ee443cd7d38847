"""Terms that are looked for in texts as whole words, many at once."""

import re
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from ..core import Batch, InvalidInput, TextView
from ..core.textview import UNSPACED

_LETTER = rf"[^\W{UNSPACED}]"


class Terms:
    """Terms found regardless of case; a letter of a script written with spaces must not touch them.

    So "cat" is found in "Cat!", not in "category", and "猫" in any text that holds it. White space inside a term stands
    for any white space.

    Args:
        terms: what to look for; blank ones are left out.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        known = sorted({" ".join(term.lower().split()) for term in terms} - {""})
        self._words = frozenset(term for term in known if TextView(term).words == [term])
        phrases = [term for term in known if term not in self._words]
        self._phrases = [(_needle(phrase), _whole(phrase)) for phrase in phrases]
        self._needles = sorted(self._words | {needle for needle, _ in self._phrases})

    def counts(self, batch: Batch, column: str) -> pl.Series:
        """How often the terms occur in each text of a column; null where there is none."""
        texts, views = batch.texts(column), batch.views(column)
        # One search for all terms at once leaves few texts to look at closely.
        possible = texts.str.to_lowercase().str.contains_any(self._needles)
        found = [self.count(view) if view and maybe else 0 for view, maybe in zip(views, possible, strict=True)]
        return pl.select(pl.when(texts.is_not_null()).then(pl.Series(found, dtype=pl.Int64))).to_series()

    def count(self, text: TextView) -> int:
        """How often the terms occur in a text."""
        counts = text.word_counts
        found = sum(counts[word] for word in counts.keys() & self._words)
        return found + sum(len(whole.findall(text.lower)) for needle, whole in self._phrases if needle in text.lower)


def read_terms(path: Path) -> list[str]:
    """The terms of a UTF-8 file, one a line; blank lines and those that begin with `#` are left out.

    Raises:
        InvalidInput: the file is not UTF-8, or holds no term.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except UnicodeDecodeError as error:
        raise InvalidInput.of(
            "invalid_resource",
            f"{path.name!r} is not UTF-8 text: {error.reason} at byte {error.start}; save it as UTF-8",
        ) from error
    terms = [line for line in lines if line and not line.startswith("#")]
    if not terms:
        raise InvalidInput.of("invalid_resource", f"{path.name!r} holds no terms; write one a line")
    return terms


def _needle(phrase: str) -> str:
    """A part of the phrase without white space that is quick to search for."""
    return max(phrase.split(), key=len)


def _whole(phrase: str) -> re.Pattern[str]:
    before = rf"(?<!{_LETTER})" if re.match(_LETTER, phrase[0]) else ""
    after = rf"(?!{_LETTER})" if re.match(_LETTER, phrase[-1]) else ""
    return re.compile(before + r"\s+".join(map(re.escape, phrase.split())) + after)
