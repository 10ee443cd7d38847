"""Keep texts that hold nothing of a benchmark."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Batch, Column, Context, Example, InvalidInput, Range, RowFilter, Text
from ..core.resources import files_fingerprint, resource_files
from ._benchmarks import benchmark_texts
from ._overlap import RunIndex, plain_words
from ._words import ratio

_WHAT = "benchmark of decontaminate_filter"
_SHOWN = 200
"""Most characters of a shared run that are shown."""


@dataclass(frozen=True)
class Benchmark:
    """The runs of words to look for, and the name of each text of the benchmark, in order."""

    runs: RunIndex
    names: pl.Series


class DecontaminateFilter(RowFilter):
    """Keep rows whose text shares no run of words with the texts of a benchmark, or only few.

    Drops rows; order is kept; rows without a text fall under `on_null`. A run is `ngram_words` neighbouring words (an
    n-gram) that stand in one text of the benchmark too. A benchmark text with fewer words is one run as a whole, unless
    it has fewer than `min_benchmark_words`: such may stand anywhere. Two metrics: `shared_ngrams`, at how many of the
    text's words a shared run begins, and `shared_ratio`, the share of its words that lie in such runs, 0 to 1. Both are
    0 for an empty text. The detail of a dropped row names the first benchmark text that was met.

    Words are compared in lower case and in Unicode's form NFKC, as runs of letters, digits and marks: so punctuation,
    kind of white space, full-width letters, the form of accents and invisible characters make no difference. Scripts
    written without spaces, such as Chinese, count one word a character, and 13 of these say less than 13 words do: ask
    for more of them.

    The benchmark is a resource: a file or folder of JSON lines, JSON, CSV or Parquet, whose `benchmark_columns` hold
    the texts, or of plain text with one text a line. A row of it that cannot be read is a fault. What stays in memory
    are 64-bit hashes of its runs, about 30 bytes each in all, and the name of each of its texts.

    Source: the clean subsets of Brown et al. 2020, "Language Models are Few-Shot Learners", appendix C.
    """

    name = "decontaminate_filter"
    order_hints = ("reads_words",)
    limits = ("max_shared_ngrams", "max_shared_ratio")
    phrases = (
        "decontaminate against a benchmark",
        "remove texts that overlap with the test set",
        "drop rows that contain benchmark questions",
        "no leakage of evaluation data into training",
        "filter out 13-gram overlap with gsm8k",
        "benchmark contamination",
        "exclude documents that share n-grams with the eval set",
        "test set decontamination",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    benchmark: str | None = Field(
        default=None,
        min_length=1,
        description="Name of a resource bound to a file or folder with the benchmark's texts: .jsonl, .json, .csv, "
        ".tsv, .parquet, or .txt with one text a line.",
    )
    benchmark_columns: tuple[str, ...] = Field(
        default=("text",), min_length=1, description="Columns of the benchmark that hold its texts; each has one."
    )
    benchmark_texts: tuple[str, ...] = Field(
        default=(), description="Texts of a benchmark given right here; added to those of `benchmark`."
    )
    ngram_words: int = Field(default=13, ge=1, le=100, description="Length of a shared run, in words.")
    min_benchmark_words: int = Field(
        default=5,
        ge=1,
        le=100,
        description="Fewest words of a benchmark text that is looked for as a whole, inclusive.",
    )
    max_shared_ngrams: int | None = Field(
        default=None,
        ge=0,
        description="Most shared runs kept, inclusive; null for no limit, or for 0 if max_shared_ratio is null too.",
    )
    max_shared_ratio: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Largest share of words in shared runs kept, 0 to 1, inclusive; null for no limit.",
    )

    @model_validator(mode="after")
    def _has_a_benchmark(self) -> Self:
        if self.benchmark is None and not self.benchmark_texts:
            raise ValueError(
                "name the benchmark: set benchmark to the name of a resource with its texts, or give benchmark_texts"
            )
        return self

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        if self.benchmark is None:
            return {}
        return {self.benchmark: files_fingerprint(self.benchmark, resources, _WHAT)}

    def open(self, ctx: Context) -> Benchmark:
        names: list[pl.Series] = []

        def words() -> Iterator[pl.Series]:
            for named, texts in self._texts(ctx):
                names.append(named)
                yield plain_words(texts)

        shortest = min(self.min_benchmark_words, self.ngram_words)
        runs = RunIndex(words(), self.ngram_words, shortest)
        if not len(runs):
            raise InvalidInput.of(
                "invalid_resource",
                f"no text of the benchmark has {shortest} words, so nothing could be found; check "
                f"benchmark_columns ({', '.join(self.benchmark_columns)}), or lower min_benchmark_words",
                got=self.benchmark,
            )
        return Benchmark(runs, pl.concat(names))

    def metrics(self, batch: Batch, state: Benchmark) -> dict[str, pl.Series]:
        """Beside the metrics the `detail` of the record: what is shared, and with which text."""
        words = plain_words(batch.texts(self.column))
        shared = state.runs.shared(words)
        details: list[str | None] = [None] * len(words)
        for row, start, size, owner in zip(shared.texts, shared.starts, shared.sizes, shared.owners, strict=True):
            run = " ".join(words[int(row)][int(start) : int(start + size)])
            details[row] = f"{run[:_SHOWN]!r} stands in {state.names[int(owner)]}"
        return {
            "shared_ngrams": pl.select(pl.when(words.is_not_null()).then(pl.Series(shared.runs))).to_series(),
            "shared_ratio": ratio(pl.Series(shared.words), words.list.len()),
            "detail": pl.Series(details, dtype=pl.String),
        }

    def keep(self) -> dict[str, Range]:
        if self.max_shared_ratio is None:
            return {"shared_ngrams": Range(None, self.max_shared_ngrams or 0)}
        ratio_kept = {"shared_ratio": Range(None, self.max_shared_ratio)}
        if self.max_shared_ngrams is None:
            return ratio_kept
        return {"shared_ngrams": Range(None, self.max_shared_ngrams), **ratio_kept}

    def _texts(self, ctx: Context) -> Iterator[tuple[pl.Series, pl.Series]]:
        if self.benchmark_texts:
            numbers = pl.int_range(1, len(self.benchmark_texts) + 1, eager=True).cast(pl.String)
            yield "text " + numbers + " of benchmark_texts", pl.Series(self.benchmark_texts, dtype=pl.String)
        if self.benchmark is not None:
            yield from benchmark_texts(resource_files(self.benchmark, ctx.resources, _WHAT), self.benchmark_columns)

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"benchmark_texts": ["How many eggs does a hen lay in two weeks?"], "ngram_words": 6},
            rows=[
                "How many eggs a hen lays is a matter of light.",
                "Q: how many EGGS does a hen lay in two weeks? A: 12",
            ],
            kept=[0],
        )
