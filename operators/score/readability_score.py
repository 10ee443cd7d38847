"""Score how easy texts are to read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Final, Literal

import polars as pl
from pydantic import Field, field_validator

from ..core import Batch, Column, DType, Evaluator, Example, Text, TextView
from ._syllables import count_syllables

SMOG_SENTENCES: Final = 3
"""The fewest sentences for which SMOG is given; it was fitted to samples of 30."""
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_SUFFIX = re.compile("(?<=[^aeiou])(?:es|ed)$|ing$", re.IGNORECASE)

Measure = Literal[
    "flesch_reading_ease",
    "flesch_kincaid_grade",
    "automated_readability_index",
    "coleman_liau_index",
    "gunning_fog",
    "smog_index",
    "syllable_count",
    "polysyllable_count",
    "lexicon_count",
    "sentence_count",
    "letter_count",
]


@dataclass(frozen=True)
class _Counts:
    """What the formulas are made of; of a text with at least one word.

    `letters` counts letters and digits, `many` the words of three or more syllables, `hard` those of them that still
    have three without an ending -es, -ed or -ing.
    """

    words: int
    sentences: int
    letters: int
    syllables: int
    many: int
    hard: int

    @property
    def words_a_sentence(self) -> float:
        return self.words / self.sentences

    @property
    def syllables_a_word(self) -> float:
        return self.syllables / self.words


_FORMULAS: dict[Measure, Callable[[_Counts], float | None]] = {
    "flesch_reading_ease": lambda its: 206.835 - 1.015 * its.words_a_sentence - 84.6 * its.syllables_a_word,
    "flesch_kincaid_grade": lambda its: 0.39 * its.words_a_sentence + 11.8 * its.syllables_a_word - 15.59,
    "automated_readability_index": lambda its: 4.71 * its.letters / its.words + 0.5 * its.words_a_sentence - 21.43,
    "coleman_liau_index": lambda its: (5.88 * its.letters - 29.6 * its.sentences) / its.words - 15.8,
    "gunning_fog": lambda its: 0.4 * (its.words_a_sentence + 100 * its.hard / its.words),
    "smog_index": lambda its: (
        1.0430 * sqrt(its.many * 30 / its.sentences) + 3.1291 if its.sentences >= SMOG_SENTENCES else None
    ),
    "syllable_count": lambda its: its.syllables,
    "polysyllable_count": lambda its: its.many,
    "lexicon_count": lambda its: its.words,
    "sentence_count": lambda its: its.sentences,
    "letter_count": lambda its: its.letters,
}
_IN_ANY_SCRIPT: Final = frozenset[Measure]({"lexicon_count", "sentence_count", "letter_count"})
_COUNTED: Final = _IN_ANY_SCRIPT | {"syllable_count", "polysyllable_count"}


class ReadabilityScore(Evaluator):
    """Score how easy each text is to read, by the classic formulas for English.

    Writes one column for each of `measures`. `flesch_reading_ease`: higher is easier, about 0 to 100, plain English
    60 to 70. `flesch_kincaid_grade`, `automated_readability_index`, `coleman_liau_index`, `gunning_fog` and
    `smog_index`: years of schooling that a reader needs, so lower is easier. Counts: `syllable_count`,
    `polysyllable_count` (words of three or more syllables), `lexicon_count` (Unicode words), `sentence_count`
    (sentences that hold a word), `letter_count` (letters and digits). No number is cut off at an end of its scale.

    Syllables are counted by a rule on English spelling, right for 99 % of the words of running English; a number has
    one. Gunning's hard words are those of three syllables without an ending -es, -ed or -ing; names are not left out.

    The formulas and the syllables are meant for English. They are computed for any text in Latin letters, where they
    only compare texts of one language, and are null where less than half of the words with a letter are in Latin ones;
    the other counts hold in every script. A text without a word has 0 for those, null for the rest. SMOG needs 3
    sentences, and was fitted to 30. Rows without any number fall under `on_null`, as rows without a text do.

    Sources: Flesch 1948; Kincaid et al. 1975 (grade and automated readability index); Coleman and Liau 1975; Gunning
    1952; McLaughlin 1969.
    """

    name = "readability_score"
    order_hints = ("reads_words",)
    phrases = (
        "score readability",
        "compute the Flesch reading ease",
        "Flesch-Kincaid grade level of each text",
        "how hard are the texts to read",
        "reading level of the documents",
        "Gunning fog and SMOG index",
        "add readability metrics",
        "count syllables",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    measures: tuple[Measure, ...] = Field(
        default=("flesch_reading_ease", "flesch_kincaid_grade"),
        min_length=1,
        description="Which numbers to write: flesch_reading_ease, flesch_kincaid_grade, automated_readability_index, "
        "coleman_liau_index, gunning_fog, smog_index, syllable_count, polysyllable_count, lexicon_count, "
        "sentence_count, letter_count.",
    )
    prefix: str = Field(default="", description="Put before the name of each measure to name its column.")

    @field_validator("measures")
    @classmethod
    def _each_once(cls, measures: tuple[Measure, ...]) -> tuple[Measure, ...]:
        return tuple(dict.fromkeys(measures))

    def writes(self) -> dict[str, DType]:
        return {self.prefix + measure: "integer" if measure in _COUNTED else "number" for measure in self.measures}

    def scores(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        rows = [
            [None] * len(self.measures) if view is None else self._measured(view) for view in batch.views(self.column)
        ]
        columns = list(zip(*rows, strict=True)) or [()] * len(self.measures)
        return {
            self.prefix + measure: pl.Series(values, dtype=pl.Int64 if measure in _COUNTED else pl.Float64)
            for measure, values in zip(self.measures, columns, strict=True)
        }

    def _measured(self, view: TextView) -> list[float | None]:
        its, english = _counts(view), _mostly_latin(view)
        return [_FORMULAS[measure](its) if english or measure in _IN_ANY_SCRIPT else None for measure in self.measures]

    @classmethod
    def example(cls) -> Example:
        text, other = "The cat sat on the mat. It was a sunny day.", "数値レジスタはポイントサイズを返します。"
        grade = 0.39 * (11 / 2) + 11.8 * (12 / 11) - 15.59
        return Example(
            options={"measures": ["flesch_kincaid_grade", "syllable_count", "sentence_count"]},
            rows=[text, other],
            out=[
                {"text": text, "flesch_kincaid_grade": grade, "syllable_count": 12, "sentence_count": 2},
                {"text": other, "flesch_kincaid_grade": None, "syllable_count": None, "sentence_count": 1},
            ],
        )


def _counts(view: TextView) -> _Counts:
    syllables = [count_syllables(word) for word in view.words]
    long = [word for word, count in zip(view.words, syllables, strict=True) if count >= 3]
    return _Counts(
        words=len(view.words),
        sentences=len(view.sentences),
        letters=sum(character.isalnum() for character in view.text),
        syllables=sum(syllables),
        many=len(long),
        hard=sum(count_syllables(_SUFFIX.sub("", word)) >= 3 for word in long),
    )


def _mostly_latin(view: TextView) -> bool:
    """Whether at least half of the words with a letter begin with a Latin one, and there are any."""
    if view.text.isascii():
        return any(map(str.isalpha, view.text))
    with_letter = [word for word in view.words if any(map(str.isalpha, word))]
    return bool(with_letter) and 2 * sum(_LATIN.search(word) is not None for word in with_letter) >= len(with_letter)
