"""Rules about the form of a response to an instruction."""

import polars as pl

from ..core import Batch, TextView
from ..score._quality_rules import CleanRules, Ramp, combined
from ._deita import HIGHEST, LOWEST

_WORDS, _NEW, _TAKEN_UP = Ramp(1, 40), Ramp(0, 0.3), Ramp(0, 0.3)
_LONGER = 4
"""Letters of an instruction's word that says what it is about; in scripts without spaces every word does."""
_REFUSAL = (
    r"(?i)^\W*(?:(?:i'?m|i am|we are)?\s*(?:very |so |truly )?sorry\b|i apologi[sz]e|"
    r"as an? (?:ai|artificial|large|language)\b|i(?:'m| am) (?:unable|not able)|"
    r"i (?:cannot|can't|can not|won't) (?:help|assist|answer|provide|fulfil))"
)
_END = r"(?:[.!?…。！？।؟\"'”’»)\]}>|`*;0-9]|(?:^|\n)[ \t]*(?:[-*+•]|\d+[.)])[^\n]*)\s*$"
"""The end of a sentence, quotation, table, code or number, or the last item of a list."""


class ResponseRules:
    """The rules for one column of responses; loads what they need when first asked."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._clean = CleanRules(column)

    def scores(self, batch: Batch, instructions: pl.Series) -> pl.Series:
        """One number from 1 to 6 for each row; null where instruction or response is."""
        said = batch.texts(self._column)
        views = batch.views(self._column)
        words = [None if view is None else {word.lower() for word in view.words} for view in views]
        asked = [None if text is None else TextView(text) for text in instructions]
        pairs = list(zip(asked, words, strict=True))
        numbers = pl.Series([None if view is None else len(view.words) for view in views], dtype=pl.Int64)
        new = pl.Series([_new(one, other) for one, other in pairs], dtype=pl.Float64)
        taken_up = pl.Series([_taken_up(one, other) for one, other in pairs], dtype=pl.Float64)
        ends = pl.select(pl.when(said.str.contains(_END)).then(1.0).otherwise(0.5)).to_series()
        parts = [
            *self._clean.parts(batch),
            _WORDS.of(numbers),
            ends,
            1.0 - said.str.contains(_REFUSAL).cast(pl.Float64),
            _NEW.of(new),
            0.5 + 0.5 * _TAKEN_UP.of(taken_up),
        ]
        share = pl.when(numbers > 0).then(combined(parts)).when(numbers == 0).then(0.0)
        known = instructions.is_not_null()
        return pl.select(pl.when(known).then(LOWEST + (HIGHEST - LOWEST) * share)).to_series()


def _new(asked: TextView | None, words: set[str] | None) -> float | None:
    """The share of the response's different words that are not in the instruction."""
    if asked is None or not words:
        return None
    return len(words - {word.lower() for word in asked.words}) / len(words)


def _taken_up(asked: TextView | None, words: set[str] | None) -> float | None:
    """The share of the instruction's words that say what it is about which are in the response."""
    if asked is None or not words:
        return None
    subjects = {word.lower() for word in asked.words if len(word) >= _LONGER or not word.isascii()}
    return len(subjects & words) / len(subjects) if subjects else None
