"""Count the personal data in texts."""

import polars as pl
from pydantic import Field, field_validator

from ..core import Batch, Column, DType, Evaluator, Example, OutputColumn, Text
from ..text._personal_data import KINDS, Kind, count_personal_data, some_kinds

PER_CHARACTERS = 1000


class PiiCountScore(Evaluator):
    """Count e-mail addresses, phone numbers, IP addresses and card numbers in each text.

    Writes how many pieces of personal data a text holds, 0 for none; just those that `mask_pii` would mask, so what is
    found goes by its form alone, and names and postal addresses are not found. With `by_kind`, one more column for each
    kind, such as `pii_count_email`; with `per_thousand`, `pii_count_per_1000`: the number for 1,000 characters, white
    space included, by which texts of different length compare. Rows without a text fall under `on_null`.
    """

    name = "pii_count_score"
    phrases = (
        "count personal data in each text",
        "how much PII do the texts hold",
        "score texts by the number of PII entities",
        "PII count",
        "measure privacy risk",
        "how much personal data is in each document",
        "detect personal data without masking it",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    kinds: tuple[Kind, ...] = Field(default=KINDS, description="What to count: email, phone, ip, card.")
    output: OutputColumn = Field(default="pii_count", description="Column to write the number of all kinds to.")
    by_kind: bool = Field(
        default=False, description="Also write the number of each kind, to the output's name and the kind's."
    )
    per_thousand: bool = Field(
        default=False, description="Also write the number for 1,000 characters, to the output's name and per_1000."
    )

    @field_validator("kinds")
    @classmethod
    def _some(cls, kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
        return some_kinds(kinds, "count")

    def writes(self) -> dict[str, DType]:
        columns: dict[str, DType] = {self.output: "integer"}
        if self.by_kind:
            columns.update({self._of(kind): "integer" for kind in self.kinds})
        if self.per_thousand:
            columns[self._share] = "number"
        return columns

    def scores(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        counts = count_personal_data(texts, self.kinds)
        total = counts.sum_horizontal(ignore_nulls=False)
        length = texts.str.len_chars()
        share = pl.select(pl.when(length == 0).then(0.0).otherwise(total * PER_CHARACTERS / length)).to_series()
        found = {self.output: total, self._share: share}
        found.update({self._of(kind): counts[kind] for kind in self.kinds})
        return {column: found[column] for column in self.writes()}

    def _of(self, kind: Kind) -> str:
        return f"{self.output}_{kind}"

    @property
    def _share(self) -> str:
        return f"{self.output}_per_{PER_CHARACTERS}"

    @classmethod
    def example(cls) -> Example:
        text = "Write to jo@x.org or ann@x.org, or call +49 30 1234567."
        return Example(
            options={"kinds": ["email", "phone"], "by_kind": True},
            rows=[text, "Released on 2026-11-22 as version 1.2.3."],
            out=[
                {"text": text, "pii_count": 3, "pii_count_email": 2, "pii_count_phone": 1},
                {
                    "text": "Released on 2026-11-22 as version 1.2.3.",
                    "pii_count": 0,
                    "pii_count_email": 0,
                    "pii_count_phone": 0,
                },
            ],
        )
