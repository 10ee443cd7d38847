"""Score how toxic texts are."""

from collections.abc import Mapping
from math import exp
from typing import Final, Self

import numpy as np
import polars as pl
from pydantic import Field, field_validator, model_validator

from ..core import Batch, Column, Context, DType, Example, OutputColumn, RowError, Text
from ..core.resources import file_fingerprint, resource_file
from ..text._terms import read_terms
from ._abuse import Language, Lexicon, terms_of
from ._transformer import Classifier, ModelEvaluator, score_texts

_WHAT: Final = "terms_file of toxicity_score"
_LABELS: Final = ("toxic", "toxicity")


class ToxicityScore(ModelEvaluator):
    """Score the toxicity of each text, 0 to 1, by a lexicon of abuse or by a model.

    Writes one number a row; higher is more toxic. Backend `offline`: 0 if no term of the lexicon is found, else
    1 - exp(-d), where d adds up the weights of all occurrences for 20 words of the text, or for all of a shorter one.
    A threat or a slur weighs 1, abuse of a person 0.5, a vulgar word or an insult that may not be meant as one 0.25; an
    insult after "you" or "you are" weighs 0.5 more. So "kill yourself" alone has 0.63, "you are an idiot" 0.53, an oath
    in 100 words 0.05: from about 0.5 on a text is mostly abuse. It is no probability: irony, quotation and hatred in
    plain words are not seen. Terms are English and Chinese, and those of `terms_file`, which weigh 0.5. They are found
    regardless of case, as whole words, in wide letters, around invisible characters, and where single words are written
    as "sh1t", "f*ck", "shiiit" or "s h i t".

    Backend `transformers`: the probability that the model gives to `label`, of the whole text; that of longer texts
    than it takes is the mean of their pieces. A text without a judgement fails.

    An empty text has 0. Rows without a text fall under `on_null`.
    """

    name = "toxicity_score"
    phrases = (
        "score toxicity",
        "how toxic are the texts",
        "rate texts for abusive language",
        "toxicity of each comment",
        "measure how insulting the comments are",
        "detect hate speech",
        "score offensive language",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    output: OutputColumn = Field(
        default="toxicity", description="Column to write the score to, 0 to 1, higher is more toxic."
    )
    languages: tuple[Language, ...] = Field(
        default=("en", "zh"), min_length=1, description="Languages of the lexicon for backend offline: en, zh."
    )
    terms_file: str | None = Field(
        default=None,
        min_length=1,
        description="For backend offline: name of a resource bound to a UTF-8 file with one term a line, which joins "
        "the lexicon.",
    )
    label: str | None = Field(
        default=None,
        min_length=1,
        description="For backend transformers: the model's label for a toxic text; null for toxic or toxicity.",
    )

    @field_validator("languages")
    @classmethod
    def _each_once(cls, languages: tuple[Language, ...]) -> tuple[Language, ...]:
        return tuple(dict.fromkeys(languages))

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        if self.terms_file is not None and self.backend != "offline":
            raise ValueError("terms_file is for backend offline; leave it out, or set backend to offline")
        if self.label is not None and self.backend != "transformers":
            raise ValueError("label is for backend transformers; leave it out, or set backend to transformers")
        return self

    def writes(self) -> dict[str, DType]:
        return {self.output: "number"}

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        found = super().resource_fingerprints(resources)
        if self.terms_file is not None:
            found[self.terms_file] = file_fingerprint(self.terms_file, resources, _WHAT)
        return found

    def open(self, ctx: Context) -> Lexicon | Classifier:
        if self.backend == "transformers":
            model = self.classifier(ctx)
            self._toxic(model)
            return model
        terms = terms_of(self.languages)
        if self.terms_file is not None:
            terms["strong"] += read_terms(resource_file(self.terms_file, ctx.resources, _WHAT))
        return Lexicon(terms)

    def scores(self, batch: Batch, state: Lexicon | Classifier) -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        if isinstance(state, Lexicon):
            return {self.output: state.scores(texts)}
        blank = texts.str.strip_chars() == ""
        judged = score_texts([texts.set(blank, None)], lambda written: self._probabilities(state, written))
        return {self.output: judged.set(blank, 0.0)}

    def _probabilities(self, model: Classifier, texts: list[str]) -> list[float]:
        if len(model.labels) == 1:
            found = 1 / (1 + np.exp(-model.logits(texts, whole=True)[:, 0]))
        else:
            found = model.label_probabilities(texts, whole=True)[:, self._toxic(model)]
        if not np.isfinite(found).all():
            raise RowError("no_judgement", "the model gave no number for the text")
        return [float(value) for value in found]

    def _toxic(self, model: Classifier) -> int:
        """The output of the model that says how toxic a text is."""
        usual = next((label for label in model.labels if label.lower() in _LABELS), None)
        return model.column_of(self.label or usual)

    @classmethod
    def example(cls) -> Example:
        rows = ["You are an idiot.", "You are an ideal reader.", "What a sh1t of a day, said nobody."]
        scores = [1 - exp(-0.75), 0.0, 1 - exp(-0.25)]
        return Example(
            rows=rows,
            out=[{"text": text, "toxicity": score} for text, score in zip(rows, scores, strict=True)],
        )
