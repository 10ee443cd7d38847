"""Find out what a dataset as a whole is like: lengths, labels, scores, diversity, distance from another dataset."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from pydantic import Field, JsonValue

from ..core import (
    ROW,
    Batch,
    Column,
    Context,
    DatasetEvaluator,
    DType,
    Example,
    Fetch,
    InvalidInput,
    Text,
    Verdict,
)
from ..core.columns import Columns
from ..core.resources import file_fingerprint, resource_file
from ._diversity import Vectors, squared_mmd, vendi_score
from ._seeded import DRAW, Seeded, row_draws
from ._tables import read_table
from ._values import as_texts

BYTES_PER_TOKEN = 4
MOST_LABELS = 100
"""Values of a label column that are counted by name; the rarer ones are counted together."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_WHAT = "dataset_report"
_OTHERS = "(others)"


class DatasetReport(Seeded, DatasetEvaluator):
    """Report on the data as a whole; every row goes on as it came.

    What is found stands in the run's report, as facts of this step:

    - `rows`, and `texts`: the rows that hold a text;
    - `tokens`: sum, mean, least, most and quantiles of the texts' tokens, estimated as a quarter of their UTF-8 bytes;
    - `labels`: for each column in `labels` how often each value occurs, the most frequent first, beyond a hundred
      together as "(others)", and rows without a value as null's count `missing`;
    - `numbers`: for each column in `numbers` the same as for tokens, and `missing`;
    - `diversity`: the Vendi score of at most `sample` texts, the effective number of different ones among them, and
      the same as a share of them;
    - `distance`, with a `reference`: the maximum mean discrepancy between the embeddings of the texts and those of the
      reference, 0 for the same distribution, and how many of each were compared.

    Texts are sampled by seed. Rows without a text count in no figure but `rows`.

    Source: Friedman and Dieng 2023 (Vendi score); Gretton et al. 2012 (maximum mean discrepancy).
    """

    name = "dataset_report"
    needs = ("embedder",)
    sketch_bytes = 120
    phrases = (
        "report on the dataset as a whole",
        "how diverse is the data",
        "count the rows of each category",
        "distribution of difficulty over the dataset",
        "token length statistics",
        "how far is this dataset from that one",
        "vendi score",
        "summary statistics of the data",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    labels: Columns = Field(default=(), description="Columns whose values are counted, such as category or difficulty.")
    numbers: Columns = Field(default=(), description="Columns of numbers whose distribution is told, such as a score.")
    sample: int = Field(default=2000, ge=2, le=20_000, description="Most texts that are embedded, drawn by seed.")
    reference: str | None = Field(
        default=None, min_length=1, description="Name of a resource bound to a table to compare with, or null."
    )
    reference_column: str = Field(default="text", min_length=1, description="Column of that table with the text.")

    def writes(self) -> dict[str, DType]:
        """Nothing."""
        return {}

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        if self.reference is None:
            return {}
        return {self.reference: file_fingerprint(self.reference, resources, _WHAT)}

    def sketch(self, batch: Batch, state: bytes) -> pl.DataFrame:
        tokens = (batch.texts(self.column).str.len_bytes().cast(pl.Int64) + BYTES_PER_TOKEN - 1) // BYTES_PER_TOKEN
        return batch.frame.select(ROW).with_columns(
            tokens.alias("tokens"),
            row_draws(batch, state).alias(DRAW),
            *(pl.Series(f"label.{name}", as_texts(batch, name), dtype=pl.String) for name in self.labels),
            *(batch.numbers(name).alias(f"number.{name}") for name in self.numbers),
        )

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        has_text = sketches.filter(pl.col("tokens").is_not_null())
        facts: dict[str, JsonValue] = {
            "rows": sketches.height,
            "texts": has_text.height,
            "tokens": {**spread(has_text["tokens"]), "estimated": True},
            "labels": {name: label_counts(sketches[f"label.{name}"]) for name in self.labels},
            "numbers": {name: _with_missing(sketches[f"number.{name}"]) for name in self.numbers},
        }
        chosen = has_text.sort(DRAW, ROW).head(self.sample)[ROW].to_list()
        texts = fetch(chosen, [self.column])[self.column].to_list() if chosen else []
        vectors = _embedded([str(text) for text in texts], ctx)
        if len(vectors):
            score = vendi_score(vectors)
            facts["diversity"] = {"vendi": _short(score), "share": _short(score / len(vectors)), "texts": len(vectors)}
        if self.reference is not None and len(vectors):
            facts["distance"] = self._distance(vectors, self.reference, ctx)
        return Verdict(sketches.select(ROW, fate=pl.lit("kept")), facts=facts)

    def _distance(self, vectors: Vectors, reference: str, ctx: Context) -> JsonValue:
        path = resource_file(reference, ctx.resources, _WHAT)
        table = read_table(path, f"the reference {reference!r}", {self.reference_column})
        if self.reference_column not in table.schema:
            raise InvalidInput.of(
                "missing_column",
                f"the reference {reference!r} has no column {self.reference_column!r}; set reference_column",
                got=self.reference_column,
            )
        texts = table.texts(self.reference_column)
        drawn = pl.DataFrame({"text": texts, DRAW: row_draws(table, self.open(ctx))}).drop_nulls().sort(DRAW)
        others = _embedded(drawn["text"].head(self.sample).to_list(), ctx)
        if not len(others):
            raise InvalidInput.of("invalid_resource", f"the reference {reference!r} holds no text", got=str(path))
        mmd = squared_mmd(vectors, others)
        return {"mmd": _short(math.sqrt(mmd)), "texts": len(vectors), "reference_texts": len(others)}

    @classmethod
    def example(cls) -> Example:
        rows: list[Any] = [
            {"text": "four", "topic": "a"},
            {"text": "eight ch", "topic": "a"},
            {"text": None, "topic": "b"},
        ]
        return Example(
            options={"labels": ["topic"]},
            rows=rows,
            out=rows,
            facts={"rows": 3, "texts": 2, "labels": {"topic": {"values": {"a": 2, "b": 1}, "missing": 0}}},
        )


def spread(values: pl.Series) -> dict[str, JsonValue]:
    """Sum, mean, extremes and quantiles of numbers; nulls do not count. Only `count` where there is none."""
    known = values.drop_nulls()
    if known.dtype.is_float():
        known = known.drop_nans()
    if known.is_empty():
        return {"count": 0}
    quantiles = {f"p{round(share * 100)}": _short(known.quantile(share, "linear")) for share in QUANTILES}
    ends = {"least": _short(known.min()), "most": _short(known.max())}
    return {"count": len(known), "sum": _short(known.sum()), "mean": _short(known.mean()), **ends, **quantiles}


def label_counts(values: pl.Series) -> dict[str, JsonValue]:
    """How often each value occurs, the most frequent first and equals by name; the rarest are counted together."""
    counted = (
        values.drop_nulls()
        .value_counts(name="n")
        .sort("n", values.name, descending=[True, False])
        .rename({values.name: "value"})
    )
    named: dict[str, JsonValue] = dict(counted.head(MOST_LABELS).iter_rows())
    rest = int(counted["n"].slice(MOST_LABELS).sum())
    return {"values": {**named, **({_OTHERS: rest} if rest else {})}, "missing": values.null_count()}


def _with_missing(values: pl.Series) -> JsonValue:
    return {**spread(values), "missing": values.null_count()}


def _embedded(texts: list[str], ctx: Context) -> Vectors:
    """The embeddings of texts; those without anything to embed are left out."""
    if not texts:
        return np.zeros((0, 1), dtype=np.float32)
    vectors: Vectors = ctx.embedder().embed(texts)
    some: Vectors = vectors[np.linalg.norm(vectors, axis=1) > 0]
    return some


def _short(value: Any) -> JsonValue:
    """A number as a report shows it: whole numbers whole, others to six digits."""
    number = float(value)
    return int(number) if number.is_integer() else float(f"{number:.6g}")
