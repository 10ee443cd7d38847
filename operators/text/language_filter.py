"""Keep texts by their natural language."""

import numpy as np
import polars as pl
from pydantic import Field, field_validator

from ..core import Batch, Column, Context, Example, Range, RowFilter, Text
from ._languages import LanguageCode, LanguageModel, language_model


class LanguageFilter(RowFilter):
    """Keep rows whose text is in one of some languages, or with `exclude` in none of them.

    Drops rows; order is kept; rows without a text fall under `on_null`. Two metrics: `language`, the most likely one
    (an ISO 639-1 code, ISO 639-3 where there is none, "zxx" for what is no language at all), and `probability`, 0 to 1,
    that the text is in one of `languages`, which alone decides: `exclude` drops exactly what would be kept without it.

    Of a text longer than 1,500 characters three windows of 500 are read: start, middle and end. The probability grows
    with the length: below about 20 letters it rarely passes 0.3, and an empty text has nearly 0 for every language.
    Program code among prose hardly counts; bare code, tables and numbers are "zxx" or a language with low probability.

    Source: the n-gram model of langid, Lui and Baldwin 2012, as trained for py3langid.
    """

    name = "language_filter"
    order_hints = ("reads_words",)
    limits = ("min_probability",)
    phrases = (
        "keep English documents",
        "only texts in German or French",
        "drop everything that is not English",
        "remove foreign language pages",
        "exclude Chinese texts",
        "keep only Spanish",
        "filter by language",
        "language identification",
        "no other languages than Japanese",
        "discard non-English content",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    languages: tuple[LanguageCode, ...] = Field(
        default=("en",), description="ISO 639-1 codes of the languages to keep, such as en, de, zh."
    )
    exclude: bool = Field(default=False, description="Drop texts in these languages instead of keeping them.")
    min_probability: float = Field(
        default=0.1,
        gt=0,
        le=1,
        description="Smallest probability, 0 to 1, at which a text counts as being in the languages, inclusive.",
    )

    @field_validator("languages")
    @classmethod
    def _each_once(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        if not languages:
            raise ValueError("name at least one language, such as 'en'")
        return tuple(dict.fromkeys(languages))

    def open(self, ctx: Context) -> LanguageModel:
        return language_model()

    def metrics(self, batch: Batch, state: LanguageModel) -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        table = state.probabilities(texts.fill_null("").to_list())
        listed = [state.codes.index(code) for code in self.languages]
        likely = pl.Series([state.codes[place] for place in table.argmax(axis=1)], dtype=pl.String)
        probability = pl.Series(np.minimum(table[:, listed].sum(axis=1), 1.0), dtype=pl.Float64)
        return pl.select(
            language=pl.when(texts.is_not_null()).then(likely),
            probability=pl.when(texts.is_not_null()).then(probability),
        ).to_dict()

    def keep(self) -> dict[str, Range]:
        if self.exclude:
            return {"probability": Range(None, self.min_probability, closed="left")}
        return {"probability": Range(self.min_probability, None)}

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=[
                "The committee met in the morning and agreed on a plan.",
                "Der Ausschuss trat am Morgen zusammen und einigte sich auf einen Plan.",
                "Install the package, then call `np.zeros((3, 4))` to make an array of zeros.",
            ],
            options={"languages": ["en"]},
            kept=[0, 2],
        )
