"""Score how demanding instructions are."""

import polars as pl
from pydantic import Field

from ..core import Batch, Context, DType, Example, OutputColumn
from ..score._transformer import CausalModel, score_texts
from ._complexity import complexity
from ._deita import expected_marks, on_scale, scorer
from ._pairs import InstructionEvaluator

_BEFORE = "You are a helpful assistant. Please identify the complexity score of the following user query. \n##Query: "
_AFTER = "  \n##Complexity: "


class InstructionComplexityScore(InstructionEvaluator):
    """Score how complex each instruction is, from 1 (simple) to 6 (demanding).

    Writes one number a row, to four decimals; keep the high end for hard tasks. The scale is the same for both
    backends, the meaning is not, so compare values of one only:

    - `offline`, the default: by what can be counted. Points: 0.02 for each word; 0.3 for each sentence after the first,
      each question mark; 0.2 for each number, each comma, colon, semicolon or English conjunction; 0.4 for each list
      item; 0.6 for each different English word of constraint or analysis (must, exactly, at most, without, format,
      compare, …). The score nears 6 as points grow: 3.5 at 4 points, 4.75 at 8. It knows no meaning: "Prove Fermat's
      last theorem" is short, so simple. Constraints in other languages do not count.
    - `transformers`: by the scorer in the folder of `model`, a language model trained to answer with a mark from 1 to 6
      (Deita's complexity scorer): the mean of the marks by their probabilities as the next token. An instruction that
      does not fit into the model is cut at its end.

    A row without an instruction, or with one without words (offline), has null and falls under `on_null`. Rows need no
    response.

    Source: of the model, Liu et al. 2024, "What Makes Good Data for Alignment?" (Deita); the points are our own.
    """

    name = "instruction_complexity_score"
    phrases = (
        "score the complexity of each instruction",
        "how difficult is the instruction",
        "Deita complexity score",
        "rate prompts by complexity",
        "measure how demanding the questions are",
        "find the most complex instructions",
        "instruction complexity from 1 to 6",
    )

    output: OutputColumn = Field(
        default="instruction_complexity_score", description="Column to write the score to, 1 to 6, higher is harder."
    )

    def writes(self) -> dict[str, DType]:
        return {self.output: "number"}

    def open(self, ctx: Context) -> CausalModel | None:
        return scorer(self.causal_model(ctx)) if self.backend == "transformers" else None

    def scores(self, batch: Batch, state: CausalModel | None) -> dict[str, pl.Series]:
        asked = [self.instructions(batch)]
        if state is None:
            return {self.output: score_texts(asked, _counted)}
        return {
            self.output: score_texts(
                asked, lambda texts: expected_marks(state, [(_BEFORE, text, _AFTER) for text in texts])
            )
        }

    @classmethod
    def example(cls) -> Example:
        hard = "Write exactly 3 sentences about rivers, without using the letter e, and format them as a table."
        return Example(
            rows=[{"instruction": "Say hi."}, {"instruction": hard}, {"instruction": ""}],
            out=[
                {"instruction": "Say hi.", "instruction_complexity_score": 1.0345},
                {"instruction": hard, "instruction_complexity_score": 3.5599},
                {"instruction": "", "instruction_complexity_score": None},
            ],
        )


def _counted(texts: list[str]) -> list[float | None]:
    found = [complexity(text) for text in texts]
    return [None if share is None else on_scale(share) for share in found]
