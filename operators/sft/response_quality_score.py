"""Score how good responses to instructions are."""

from collections.abc import Sequence
from typing import Literal, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Batch, Context, DType, Example, OutputColumn
from ..score._transformer import CausalModel, Classifier, score_texts
from ._deita import expected_marks, scorer
from ._pairs import ResponseEvaluator
from ._response_rules import ResponseRules

_BEFORE = (
    "You are a helpful assistant. Please identify the quality score of the Response corresponding to the Question. \n"
    "#Question#:\n"
)
_BETWEEN, _AFTER = "\n#Response#:\n", " \n##Quality: "


class ResponseQualityScore(ResponseEvaluator):
    """Score how good each response to its instruction is: higher is better.

    Writes one number a row, to four decimals. What it means depends on the backend, so compare values of one only:

    - `offline`, the default: 1 to 6, by rules about form. It cannot tell whether a response is right. Rules, each 0
      (broken) to 1 (kept): words 1 to 40; the response ends as a sentence, list, table or code does (else 0.5, since it
      may be cut off); it does not begin with a refusal or with "As an AI"; share of its different words that are not in
      the instruction 0 to 0.3, so no echo; share of the instruction's longer words that it takes up, 0 to 0.3, worth
      half; and the rules of `text_quality_score` about repetition, symbols, capitals and remains of markup. The score
      is halfway between the mean of all and the least of them. A response without words has 1.
    - `transformers` with `head` set to marks: 1 to 6, by a language model trained to answer with a mark (Deita's
      quality scorer): the mean of the marks by their probabilities as the next token, from a single forward pass.
      Where both do not fit into the model, the longer of instruction and response is cut at its end.
    - `transformers` with `head` set to reward: the output of a reward model, on its own scale without bounds, for the
      chat as the tokenizer's chat template writes it; without a template instruction and response are the two segments
      of the input. What is beyond the model's limit is cut off.

    Rows that lack the instruction or the response have null and fall under `on_null`.

    Source: of the marks, Liu et al. 2024, "What Makes Good Data for Alignment?" (Deita); the rules are our own.
    """

    name = "response_quality_score"
    phrases = (
        "score the quality of each response",
        "rate answers to instructions",
        "Deita quality score",
        "reward model score",
        "how good is the answer to the question",
        "rank SFT pairs by response quality",
        "score instruction-output pairs with a reward model",
    )

    head: Literal["marks", "reward"] = Field(
        default="marks",
        description="For backend transformers: a language model that answers with a mark, or a reward model.",
    )
    output: OutputColumn = Field(
        default="response_quality_score", description="Column to write the score to, higher is better."
    )

    @model_validator(mode="after")
    def _head_fits(self) -> Self:
        if self.backend == "offline" and self.head != "marks":
            raise ValueError("head is for backend transformers; leave it out")
        return self

    def writes(self) -> dict[str, DType]:
        return {self.output: "number"}

    def open(self, ctx: Context) -> ResponseRules | CausalModel | Classifier:
        if self.backend == "offline":
            return ResponseRules(self.response)
        if self.head == "marks":
            return scorer(self.causal_model(ctx))
        model = self.classifier(ctx)
        model.column_of(None)
        return model

    def scores(self, batch: Batch, state: ResponseRules | CausalModel | Classifier) -> dict[str, pl.Series]:
        asked = self.instructions(batch)
        if isinstance(state, ResponseRules):
            return {self.output: state.scores(batch, asked).round(4)}

        def score(instructions: list[str], responses: list[str]) -> Sequence[float]:
            if isinstance(state, Classifier):
                return [float(value) for value in state.rewards(instructions, responses)]
            pairs = zip(instructions, responses, strict=True)
            return expected_marks(state, [(_BEFORE, one, _BETWEEN, other, _AFTER) for one, other in pairs])

        return {self.output: score_texts([asked, batch.texts(self.response)], score)}

    @classmethod
    def example(cls) -> Example:
        asked = "Why is the sky blue?"
        said = ("Because air scatters blue light the most.", "Why is the sky blue?", "")
        rows = [{"instruction": asked, "output": one} for one in said]
        scores = (3.7671, 3.167, 1.0)
        return Example(
            rows=rows, out=[{**row, "response_quality_score": score} for row, score in zip(rows, scores, strict=True)]
        )
