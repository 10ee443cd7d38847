"""Keep texts that hold few terms of a blocklist."""

from collections.abc import Mapping
from typing import Literal

import polars as pl
from pydantic import Field

from ..core import Batch, Column, Context, Example, Range, RowFilter, Text
from ..core.resources import file_fingerprint, resource_file
from ._blocklists import BLOCKLISTS
from ._terms import Term, Terms, read_terms

_WHAT = "terms_file of blocklist_filter"


class BlocklistFilter(RowFilter):
    """Keep rows in whose text terms of a blocklist occur at most so many times.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric is the number of occurrences. A term
    is a word or several; it is found regardless of case and as a whole, so that punctuation may touch it and letters
    may not; in scripts written without spaces it is found anywhere. An empty text has 0.

    The terms are those of `terms` and of the file behind `terms_file`; if neither is given, a short list of vulgar and
    pornographic words, English or Chinese. It holds no names for groups of people: which of those are slurs depends on
    the data, so bring your own list for them.
    """

    name = "blocklist_filter"
    limits = ("max_terms",)
    phrases = (
        "drop texts with blocklisted words",
        "remove documents that contain profanity",
        "filter out swear words",
        "no vulgar or pornographic texts",
        "block texts with words from a list",
        "discard rows with bad words",
        "apply a blocklist",
        "not safe for work texts out",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    max_terms: int | None = Field(
        default=1, ge=0, description="Most occurrences of terms kept, inclusive; null for no limit."
    )
    language: Literal["en", "zh"] = Field(
        default="en", description="Language of the list that is used if no terms are given."
    )
    terms: tuple[Term, ...] | None = Field(
        default=None, min_length=1, description="Own words or phrases, in place of the list of the language."
    )
    terms_file: str | None = Field(
        default=None,
        min_length=1,
        description="Name of a resource bound to a UTF-8 file with one term a line; added to `terms`.",
    )

    @classmethod
    def metric_name(cls) -> str:
        return "blocklisted_terms"

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        if self.terms_file is None:
            return {}
        return {self.terms_file: file_fingerprint(self.terms_file, resources, _WHAT)}

    def open(self, ctx: Context) -> Terms:
        terms = [*(self.terms or ())]
        if self.terms_file is not None:
            terms += read_terms(resource_file(self.terms_file, ctx.resources, _WHAT))
        return Terms(terms or BLOCKLISTS[self.language])

    def metrics(self, batch: Batch, state: Terms) -> dict[str, pl.Series]:
        return {self.metric_name(): state.counts(batch, self.column)}

    def keep(self) -> Range:
        return Range(None, self.max_terms)

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"terms": ["spam", "buy now"], "max_terms": 0},
            rows=["Spammers send mail.", "No SPAM, please!", "Buy\nnow."],
            kept=[0],
        )
