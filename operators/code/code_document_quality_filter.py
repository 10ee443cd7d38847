"""Keep files of code that hold neither too little nor the same again and again."""

from collections import Counter

import polars as pl
from pydantic import Field

from ..core import Batch, Column, Example, Range, RowFilter, Text, TextView
from ._repetition import WORD, repeated_ngram_shares, repeated_share, word_entropy

LONGEST_NGRAM = 10


def _limit(default: float | None, what: str) -> float | None:
    description = f"Largest share of {what}, 0 to 1, inclusive; null for no limit."
    found: float | None = Field(default=default, ge=0, le=1, description=description)
    return found


class CodeDocumentQualityFilter(RowFilter):
    """Keep rows whose code or text is of ordinary size, repeats little and is varied, by limits for thirteen measures.

    Drops rows; order is kept; rows without a text fall under `on_null`. A word is a run of letters, digits and `_`, and
    counts with its case. The metrics, all 0 for an empty text:

    - `chars` and `words`: how many there are;
    - `duplicate_line_ratio`: lines that are there more than once, among those that are not blank, without the white
      space around them;
    - `duplicate_2gram_ratio` to `duplicate_10gram_ratio`: runs of so many words that are there more than once, among
      all of them; 0 where there are fewer words;
    - `curly_bracket_ratio`: `{` and `}` among all characters;
    - `capital_word_ratio`: words of two and more characters without a small letter, among all words;
    - `entropy_bits`: entropy of the words, in bits a word.

    Limits are those of DataFlow's pipeline for code. Code says the same twice more often than prose does: the limit of
    0.3 for 2-grams drops about half of ordinary Python files. Raise `max_duplicate_2gram_ratio` to keep them.

    Source: the quality signals of RedPajama v2 and OpenCoder, Huang et al. 2024.
    """

    name = "code_document_quality_filter"
    order_hints = ("reads_lines", "reads_words")
    limits = (
        "min_chars",
        "max_chars",
        "min_words",
        "max_words",
        "max_duplicate_line_ratio",
        *(f"max_duplicate_{n}gram_ratio" for n in range(2, LONGEST_NGRAM + 1)),
        "max_curly_bracket_ratio",
        "max_capital_word_ratio",
        "min_entropy_bits",
    )
    phrases = (
        "drop low quality source files",
        "document quality rules for code",
        "remove repetitive code",
        "filter out source files with duplicate lines",
        "discard code with repeated n-grams",
        "keep source files with enough entropy",
        "apply the OpenCoder quality rules",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the code.")
    min_chars: int | None = Field(default=100, ge=0, description="Fewest characters, inclusive; null for no limit.")
    max_chars: int | None = Field(default=100_000, ge=0, description="Most characters, inclusive; null for no limit.")
    min_words: int | None = Field(default=10, ge=0, description="Fewest words, inclusive; null for no limit.")
    max_words: int | None = Field(default=50_000, ge=0, description="Most words, inclusive; null for no limit.")
    max_duplicate_line_ratio: float | None = _limit(0.3, "repeated lines")
    max_duplicate_2gram_ratio: float | None = _limit(0.3, "repeated pairs of words")
    max_duplicate_3gram_ratio: float | None = _limit(0.3, "repeated runs of 3 words")
    max_duplicate_4gram_ratio: float | None = _limit(0.3, "repeated runs of 4 words")
    max_duplicate_5gram_ratio: float | None = _limit(0.3, "repeated runs of 5 words")
    max_duplicate_6gram_ratio: float | None = _limit(None, "repeated runs of 6 words")
    max_duplicate_7gram_ratio: float | None = _limit(None, "repeated runs of 7 words")
    max_duplicate_8gram_ratio: float | None = _limit(None, "repeated runs of 8 words")
    max_duplicate_9gram_ratio: float | None = _limit(None, "repeated runs of 9 words")
    max_duplicate_10gram_ratio: float | None = _limit(None, "repeated runs of 10 words")
    max_curly_bracket_ratio: float | None = _limit(0.1, "curly brackets among the characters")
    max_capital_word_ratio: float | None = _limit(0.3, "words in capitals")
    min_entropy_bits: float | None = Field(
        default=2.0, ge=0, description="Smallest entropy of the words, in bits a word, inclusive; null for no limit."
    )

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        measured = [None if view is None else _measured(view) for view in batch.views(self.column)]
        return {
            name: pl.Series([None if one is None else one[name] for one in measured], dtype=dtype)
            for name, dtype in _METRICS.items()
        }

    def keep(self) -> dict[str, Range]:
        rules = {"chars": Range(self.min_chars, self.max_chars), "words": Range(self.min_words, self.max_words)}
        shares = [name for name in _METRICS if name.endswith("_ratio")]
        rules |= {name: Range(None, getattr(self, f"max_{name}")) for name in shares}
        return {**rules, "entropy_bits": Range(self.min_entropy_bits, None)}

    @classmethod
    def example(cls) -> Example:
        fine = (
            "def median(values):\n    ordered = sorted(values)\n    middle, odd = divmod(len(ordered), 2)\n"
            "    if odd:\n        return ordered[middle]\n    return sum(ordered[middle - 1 : middle + 1]) / 2\n"
        )
        return Example(rows=[fine, "print('hello')\n" * 12, "x = 1\n"], kept=[0])


_METRICS: dict[str, type[pl.DataType]] = {
    "chars": pl.Int64,
    "words": pl.Int64,
    "duplicate_line_ratio": pl.Float64,
    **{f"duplicate_{n}gram_ratio": pl.Float64 for n in range(2, LONGEST_NGRAM + 1)},
    "curly_bracket_ratio": pl.Float64,
    "capital_word_ratio": pl.Float64,
    "entropy_bits": pl.Float64,
}


def _measured(view: TextView) -> dict[str, float]:
    text, words = view.text, WORD.findall(view.text)
    counts = Counter(words)
    shares = [
        repeated_share(filter(None, map(str.strip, view.lines))),
        *repeated_ngram_shares(words, LONGEST_NGRAM),
        (text.count("{") + text.count("}")) / max(1, len(text)),
        sum(often for word, often in counts.items() if word.isupper() and len(word) > 1) / max(1, len(words)),
        word_entropy(counts),
    ]
    return dict(zip(_METRICS, [len(text), len(words), *shares], strict=True))
