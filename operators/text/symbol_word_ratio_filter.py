"""Keep texts with few hash signs and ellipses for their words."""

from typing import Annotated

import polars as pl
from pydantic import Field

from ..core import Batch, Example, Range
from ._words import WordRules


class SymbolWordRatioFilter(WordRules):
    """Keep rows whose text has fewer symbols, such as `#` and the ellipsis, than some number for each word.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric is the number of occurrences of the
    `symbols`, without overlap, divided by the number of words; a text without words counts as one word.

    Source: the symbol rule of Gopher, Rae et al. 2021, table A1, where the limit is 0.1.
    """

    name = "symbol_word_ratio_filter"
    order_hints = ("reads_words",)
    limits = ("max_ratio",)
    phrases = (
        "drop texts with too many hash signs",
        "symbol to word ratio below 0.1",
        "remove documents full of hashtags",
        "too many symbols for the number of words",
        "few symbols per word",
        "discard symbol-heavy texts",
    )

    max_ratio: float | None = Field(
        default=0.4, ge=0, description="Symbols for each word to stay below, exclusive; null for no limit."
    )
    symbols: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        default=("#", "...", "…"), min_length=1, description="Texts that count as a symbol wherever they occur."
    )

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        counts = [texts.str.count_matches(symbol, literal=True) for symbol in self.symbols]
        found = pl.select(pl.sum_horizontal(counts)).to_series()
        return {self.metric_name(): found / self.number_of_words(batch).clip(1)}

    def keep(self) -> Range:
        return Range(None, self.max_ratio, closed="left")

    @classmethod
    def example(cls) -> Example:
        return Example(rows=["# A heading over some words", "#one #two more..."], kept=[0])
