"""Keep texts that hardly mention identity documents."""

import polars as pl
from pydantic import Field

from ..core import Batch, Column, Example, Range, RowFilter, Text

_GAP = r"[\s\-]{0,10}"
_PAPERS = "cards?|documents?|numbers?"
_TERMS = (
    rf"(?i)(?-u:\b)(?:(?:id|identity|identification){_GAP}(?:{_PAPERS})"
    rf"|(?:nric|i\.d\.){_GAP}(?:cards?|numbers?)|ic{_GAP}numbers?|resident{_GAP}registration)(?-u:\b)"
    # "No" is a number only where one may follow: "the ID no longer exists".
    rf"|(?-u:\b)(?:id|i\.d\.)[\s\-]{{0,10}}no(?:\.|:|\s{{0,3}}[#\d])"
    r"|身\s{0,10}[份分]\s{0,10}(?:[证證]|号|號)"
)


class IdTermFilter(RowFilter):
    """Keep rows whose text mentions identity cards and their numbers at most so many times.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric is the number of mentions, as whole
    words and regardless of case: ID or identity card, document or number, identification number, ID no., NRIC or IC
    number, resident registration, 身份证, 身份号码. "Identity" alone is none. An empty text has 0.
    """

    name = "id_term_filter"
    limits = ("max_terms",)
    phrases = (
        "drop texts about identity cards",
        "remove documents that mention identity card numbers",
        "filter out texts with identification numbers",
        "no texts with identity card terms",
        "discard rows that talk about resident registration",
        "drop pages asking for an identity document",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    max_terms: int | None = Field(default=2, ge=0, description="Most mentions kept, inclusive; null for no limit.")

    @classmethod
    def metric_name(cls) -> str:
        return "id_terms"

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        return {self.metric_name(): batch.texts(self.column).str.count_matches(_TERMS).cast(pl.Int64)}

    def keep(self) -> Range:
        return Range(None, self.max_terms)

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=[
                "Identity matters: each identity is an identity of its own.",
                "Show your ID card. The ID number is on the identity card.",
            ],
            kept=[0],
        )
