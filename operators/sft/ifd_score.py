"""Score how little an instruction helps to guess its response."""

import math

import polars as pl
from pydantic import Field

from ..core import Batch, Context, DType, Example, OutputColumn, TextView
from ..score._transformer import CausalModel, score_texts
from ._pairs import ResponseEvaluator


class IfdScore(ResponseEvaluator):
    """Score the instruction-following difficulty (IFD): how little the instruction helps to guess the response.

    Writes one number a row, to four decimals. Near 0 the instruction gives the response away; near 1 it hardly helps,
    so there is much to learn from the row; above 1 it misleads, which often means that the two do not belong together.
    Pairs just below 1 are the ones to keep. What is measured depends on the backend, so compare values of one only:

    - `offline`, the default: no perplexity but a stand-in, the share of the response's different words, in lower case,
      that are not in the instruction, 0 to 1. It sees repeated words and no meaning, and is never above 1.
    - `transformers`: the perplexity of the response behind the instruction, divided by that of the response alone, by
      the language model in the folder of `model`. The instruction ends with a line end; both are tokenized apart, so
      that the same tokens are guessed both times. Of an instruction longer than half of `window_tokens` (or of what
      the model takes) the beginning is left out. A response that does not fit is read in overlapping windows, each
      behind the instruction, and none of it is cut off.

    A row that lacks the instruction or the response, or whose response has no words (offline) or tokens
    (transformers), has null and falls under `on_null`.

    Source: Li et al. 2024, "From Quantity to Quality" and "Superfiltering".
    """

    name = "ifd_score"
    phrases = (
        "compute the IFD score",
        "instruction following difficulty",
        "Superfiltering score",
        "score how much the instruction helps to predict the answer",
        "perplexity of the answer given the instruction",
        "which instruction pairs are hard to follow",
        "rate SFT samples by instruction-following difficulty",
    )

    window_tokens: int = Field(
        default=1024,
        ge=4,
        description="For backend transformers: most tokens read at once, instruction and start token included.",
    )
    output: OutputColumn = Field(default="ifd_score", description="Column to write the score to.")

    def writes(self) -> dict[str, DType]:
        return {self.output: "number"}

    def open(self, ctx: Context) -> CausalModel | None:
        return self.causal_model(ctx) if self.backend == "transformers" else None

    def scores(self, batch: Batch, state: CausalModel | None) -> dict[str, pl.Series]:
        pairs = [self.instructions(batch), batch.texts(self.response)]
        if state is None:
            return {self.output: score_texts(pairs, _new_words)}
        return {self.output: score_texts(pairs, lambda asked, said: self._ratios(state, asked, said))}

    def _ratios(self, model: CausalModel, asked: list[str], said: list[str]) -> list[float | None]:
        behind = model.losses([f"{one}\n" for one in asked], said, self.window_tokens)
        alone = model.losses([None] * len(said), said, self.window_tokens)
        return [
            None if one.mean is None or other.mean is None else math.exp(one.mean - other.mean)
            for one, other in zip(behind, alone, strict=True)
        ]

    @classmethod
    def example(cls) -> Example:
        rows = [
            {"instruction": "Name the largest planet.", "output": "Jupiter is by far the largest."},
            {"instruction": "Say: good morning", "output": "Good morning!"},
            {"instruction": "Name the largest planet.", "output": ""},
        ]
        return Example(
            rows=rows,
            out=[{**row, "ifd_score": score} for row, score in zip(rows, (0.6667, 0.0, None), strict=True)],
        )


def _new_words(asked: list[str], said: list[str]) -> list[float | None]:
    return [_share_of_new(_words(one), _words(other)) for one, other in zip(asked, said, strict=True)]


def _share_of_new(known: set[str], words: set[str]) -> float | None:
    return len(words - known) / len(words) if words else None


def _words(text: str) -> set[str]:
    return {word.lower() for word in TextView(text).words}
