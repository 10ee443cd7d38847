"""What a quality card says about data, as plain values; JSON is one way to show it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from ...operators.core.schema import DType
from ..histogram import Histogram
from ..limits import Limit

Unit = Literal["count", "share", "number"]
Group = Literal["length", "words", "marks", "lines"]


class CardPart(BaseModel):
    """Base of all parts: no key that is not declared, and no NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ColumnCard(CardPart):
    """A column; `nulls` counts the rows in which it is null or absent."""

    name: str
    dtype: DType
    nulls: int
    null_share: float


class RejectedRecord(CardPart):
    """A record that could not be read; `place` is `file:position`, `raw` its beginning."""

    place: str
    reason: str
    raw: str


class LanguageShare(CardPart):
    """How many texts are in a language: an ISO 639 code, "zxx" for no language, "unclear" where it is a mere guess."""

    code: str
    name: str
    texts: int
    share: float


class Duplicates(CardPart):
    """Texts that repeat an earlier one; shares are of `texts`, and of `near_of` for near duplicates.

    `exact` counts the texts that equal an earlier one in every character. `near` counts those that only resemble one,
    as `minhash_dedup` with its defaults finds them, among the first `near_of` texts; `near_complete` says whether
    those are all.
    """

    exact: int
    exact_share: float
    near: int
    near_share: float
    near_of: int
    near_threshold: float
    near_complete: bool


class PersonalData(CardPart):
    """One kind of personal data, as `mask_pii` finds it by its form: in how many texts, and how often in all."""

    kind: str
    texts: int
    share: float
    found: int


class Extreme(CardPart):
    """A row at one end of a metric; `place` is `file:position`, `excerpt` the beginning of its text in one line."""

    place: str
    value: float
    excerpt: str


class MetricCard(CardPart):
    """One metric over all texts.

    `operator` measures it; `values` texts have a value and `missing` have none. Statistics are None without any value;
    `total` is the sum of a length. `rule` says what the operator keeps with its default `limits`, `outside` counts
    the values that it would drop, and `outside_counts` how many of each bin; None where it has no limits. `lowest` and
    `highest` hold different texts, the most extreme first, in input order where values are equal.
    """

    name: str
    title: str
    group: Group
    unit: Unit
    about: str
    operator: str
    values: int
    missing: int
    total: float | None
    mean: float | None
    minimum: float | None
    p05: float | None
    median: float | None
    p95: float | None
    maximum: float | None
    rule: str | None
    limits: tuple[Limit, ...]
    outside: int | None
    outside_share: float | None
    outside_counts: tuple[int, ...] | None
    histogram: Histogram
    lowest: tuple[Extreme, ...]
    highest: tuple[Extreme, ...]


class NotMeasured(CardPart):
    """What the card does not say, and why."""

    what: str
    why: str


class Difference(CardPart):
    """One number of two cards; `change` is `after` minus `before`, None where one of them lacks the number."""

    name: str
    title: str
    unit: Unit
    before: float | None
    after: float | None
    change: float | None


class QualityCard(CardPart):
    """What data looks like: shape, lengths, languages, duplicates, rule metrics, and rows at both ends of each.

    `column` holds the texts, None where no column does; `texts` counts the rows that have one. `sample` is the most
    rows that were read, None for all. `tokenizer` names the file that tokens were counted with, None for an estimate.
    `against` is the card of the data compared with, the state before; then histograms of both have the same edges, and
    `differences` holds what can be subtracted.
    """

    inputs: tuple[str, ...]
    sample: int | None
    rows: int
    rejects: int
    rejected: tuple[RejectedRecord, ...]
    columns: tuple[ColumnCard, ...]
    column: str | None
    texts: int
    tokenizer: str | None
    languages: tuple[LanguageShare, ...]
    duplicates: Duplicates | None
    personal_data: tuple[PersonalData, ...]
    metrics: tuple[MetricCard, ...]
    not_measured: tuple[NotMeasured, ...]
    warnings: tuple[str, ...]
    against: "QualityCard | None" = None
    differences: tuple[Difference, ...] = ()

    def metric(self, name: str) -> MetricCard | None:
        """The metric of this name, None where the card has none."""
        return next((one for one in self.metrics if one.name == name), None)

    @property
    def tokens(self) -> MetricCard | None:
        """The metric that counts tokens, exactly or as an estimate; None without texts."""
        return self.metric("token_count" if self.tokenizer else "token_count_estimate")
