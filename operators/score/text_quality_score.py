"""Score the quality of texts."""

import re
from typing import Literal, Self

import numpy as np
import polars as pl
from pydantic import Field, model_validator

from ..core import Batch, Column, Context, DType, Example, InvalidInput, OutputColumn, Text
from ..text._words import word_counts
from ..text.sentence_count_filter import SentenceCountFilter
from ._quality_rules import CleanRules, Ramp, combined
from ._transformer import Classifier, ModelEvaluator, score_texts

_WORDS, _SENTENCES = Ramp(0, 100), Ramp(0, 5)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class TextQualityScore(ModelEvaluator):
    """Score the quality of each text, for pretraining: higher is better.

    Writes one number a row, to four decimals. What it means depends on the backend:

    - `offline`, the default: 0 to 1, by rules about form. It says how clean a text is, not how true or instructive.
      Each rule gives 0 (broken) to 1 (kept), in a straight line between two values: words 0 to 100; sentences 0 to 5;
      mean word length 2 to 4 and 12 to 6; share of different words 0 to 0.4; share of 5-grams that are not repeated 0.3
      to 1; share of words with letters 0.4 to 1; hash signs and ellipses per word 0.3 to 0; share of words in capitals
      0.5 to 0; longest run of words without punctuation 150 to 30; share of lines that end with an ellipsis 0.5 to 0,
      that begin with a bullet 1 to 0.2; share of characters that are one of <>{}|\\ 0.05 to 0; broken characters 10 to
      0; HTML entities 10 to 0; placeholder phrases per 1,000 words 30 to 0. The score is halfway between the mean of
      all and the least of them, so that one grave fault tells. A text without words has 0.
    - `transformers`: what the classifier in the folder of `model` says, read as `head` tells: `regression` is its
      output (FineWeb-Edu: 0 to 5; with several outputs, such as QuRating's, that of `label`), `expected_label` the mean
      of the labels' weights by their probabilities (Low, Medium, High), `probability` that of `label`. The tokens
      beyond the model's limit are cut off, or with `long_texts` set to mean read piece by piece, and the mean taken.

    Rows without a text, and texts without a token, have null and fall under `on_null`.

    Source: of the rules, mostly Rae et al. 2021 (Gopher), table A1; the way they are put together is our own.
    """

    name = "text_quality_score"
    order_hints = ("reads_lines", "reads_words")
    phrases = (
        "score the quality of each text",
        "rate documents by quality for pretraining",
        "educational value score",
        "FineWeb-Edu classifier score",
        "add a text quality column",
        "how good is each document as training text",
        "quality classifier for web pages",
        "rank texts from low to high quality",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    head: Literal["regression", "expected_label", "probability"] = Field(
        default="regression",
        description="For backend transformers, how the model is read: its output, the mean weight of its labels, or "
        "the probability of `label`.",
    )
    label: str | None = Field(
        default=None,
        min_length=1,
        description="For backend transformers: the label whose probability is wanted, or which of several outputs.",
    )
    label_weights: dict[str, float] | None = Field(
        default=None,
        min_length=1,
        description="For head expected_label: what each label is worth; null if each has one number in its name.",
    )
    long_texts: Literal["cut", "mean"] = Field(
        default="cut",
        description="For backend transformers: of a text beyond the model's limit, read the beginning only, or all in "
        "pieces.",
    )
    output: OutputColumn = Field(
        default="text_quality_score", description="Column to write the score to, higher is better."
    )

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        if self.backend == "offline" and (self.head != "regression" or self.label or self.label_weights):
            raise ValueError("head, label and label_weights are for backend transformers; leave them out")
        if self.head == "probability" and self.label is None:
            raise ValueError("head probability needs label: the label whose probability is the score")
        if self.head == "expected_label" and self.label is not None:
            raise ValueError("head expected_label reads all labels; leave label out")
        if self.head != "expected_label" and self.label_weights is not None:
            raise ValueError("label_weights are for head expected_label; leave them out")
        return self

    def writes(self) -> dict[str, DType]:
        return {self.output: "number"}

    def open(self, ctx: Context) -> CleanRules | Classifier:
        if self.backend == "offline":
            return CleanRules(self.column)
        model = self.classifier(ctx)
        # What does not fit the model is a fault of the workflow, not of each row.
        if self.head != "regression":
            model.label_probabilities([])
        if self.head == "expected_label":
            self._weights(model)
        else:
            model.column_of(self.label)
        return model

    def scores(self, batch: Batch, state: CleanRules | Classifier) -> dict[str, pl.Series]:
        if isinstance(state, CleanRules):
            return {self.output: self._by_rules(batch, state).round(4)}
        return {self.output: score_texts([batch.texts(self.column)], lambda texts: self._by_model(state, texts))}

    def _by_rules(self, batch: Batch, rules: CleanRules) -> pl.Series:
        words = word_counts(batch, self.column, "unicode")
        sentences = SentenceCountFilter(column=self.column).metrics(batch, None)["sentence_count"]
        quality = combined([*rules.parts(batch), _WORDS.of(words), _SENTENCES.of(sentences)])
        return pl.select(pl.when(words > 0).then(quality).when(words == 0).then(0.0)).to_series()

    def _by_model(self, model: Classifier, texts: list[str]) -> list[float]:
        whole = self.long_texts == "mean"
        if self.head == "regression":
            values = model.values(texts, label=self.label, whole=whole)
        else:
            probabilities = model.label_probabilities(texts, whole=whole)
            if self.head == "probability":
                values = probabilities[:, model.column_of(self.label)]
            else:
                values = probabilities @ np.asarray(self._weights(model)) / probabilities.sum(axis=1)
        return [float(value) for value in values]

    def _weights(self, model: Classifier) -> list[float]:
        """What the labels are worth, in the order of the model's outputs."""
        weights = self.label_weights
        if weights is None:
            numbers = {label: _NUMBER.findall(label) for label in model.labels}
            weights = {label: float(found[0]) for label, found in numbers.items() if len(found) == 1}
        missing = sorted(set(model.labels) - weights.keys())
        strange = sorted(weights.keys() - set(model.labels))
        if missing or strange:
            raise InvalidInput.of(
                "unfit_label",
                f"label_weights must give each label of the model a number: {', '.join(model.labels)}",
                got=[*missing, *strange],
                allowed=[*model.labels],
            )
        return [weights[label] for label in model.labels]

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["It rained. We stayed in.", "IT RAINED. WE STAYED IN.", ""],
            out=[
                {"text": "It rained. We stayed in.", "text_quality_score": 0.4667},
                {"text": "IT RAINED. WE STAYED IN.", "text_quality_score": 0.4083},
                {"text": "", "text_quality_score": 0.0},
            ],
        )
