"""Score instruction data by the judgement of a model."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator

from ..core import Asking, Column, DType, Example, LLMEvaluator, OutputColumn, Text, ask_for, require_text, template
from ._prompts import JUDGE, JUDGE_SYSTEM, Rubric, judge_prompt, with_wishes
from ._talking import Written, filled_text, folded


class AnswerJudgement(BaseModel):
    """What speaks for and against an answer, and its score in half points."""

    reason: str
    score: Annotated[float, Field(ge=0, le=5, multiple_of=0.5)]


class InstructionTree(BaseModel):
    """The nodes of the semantic tree of an instruction."""

    nodes: list[Written] = Field(min_length=1)


class SftJudgeScore(LLMEvaluator):
    """Score each pair of instruction and answer by the judgement of a language model.

    Every row stays. `alpagasus` rates how well the answer serves its instruction, and its input where the row has one,
    from 0 to 5 in half points; its authors keep what reaches 4.5, DataFlow keeps 3 to 5. `tree_instruct` measures how
    complex the instruction is: the number of different nodes of its semantic tree, which the model lists and the
    operator counts; DataFlow keeps 7 to 100; the answer is not looked at. A judgement outside the scale goes back with
    the reason; one that cannot be read makes a failed row (`invalid_reply`), never a score. Rows that lack what is
    judged fall under `on_null`: by default they stay without a score; a blank instruction fails (`empty_text`), a blank
    answer is judged as it is.

    Source: Chen et al. 2023, "AlpaGasus"; Zhao et al. 2023, "Tree-Instruct".
    """

    name = "sft_judge_score"
    phrases = (
        "score instruction-answer pairs with an LLM judge",
        "rate how well each response answers its instruction",
        "AlpaGasus score",
        "judge the quality of SFT pairs from 0 to 5",
        "Tree-Instruct complexity of the instructions",
        "count the nodes of the instruction tree",
        "let a model grade the SFT data",
    )

    rubric: Rubric = Field(
        default="alpagasus", description="alpagasus: quality of the answer; tree_instruct: complexity of the question."
    )
    instruction: Column[Text] = Field(default="instruction", description="Column that holds the instruction.")
    answer: Column[Text] = Field(default="output", description="Column that holds the answer; alpagasus reads it.")
    input: Column[Text] | None = Field(
        default=None, description="Column that holds the input of the instruction; null for none."
    )
    output: OutputColumn = Field(default="judge_score", description="Column to write the score to.")
    reason: OutputColumn | None = Field(
        default=None, description="Column to write the reason to, or the nodes, one a line; null for none."
    )
    instructions: str | None = Field(default=None, description="What else the judge should heed, in plain words.")

    @model_validator(mode="after")
    def _columns_of_their_own(self) -> Self:
        if self.reason == self.output:
            raise ValueError(f"output and reason are both written to {self.output!r}; name two columns")
        return self

    def prompts(self) -> dict[str, str]:
        has_input = self.input is not None and self.rubric == "alpagasus"
        said = {"system": self._system(), "judge": JUDGE[self.rubric]}
        return {**said, "judge with input": judge_prompt(self.rubric, has_input=True)} if has_input else said

    def reads(self) -> dict[str, tuple[DType, ...]]:
        wanted = super().reads()
        if self.rubric == "tree_instruct":
            return {self.instruction: wanted[self.instruction]}
        return wanted

    def writes(self) -> dict[str, DType]:
        written: dict[str, DType] = {self.output: "number" if self.rubric == "alpagasus" else "integer"}
        return written if self.reason is None else {**written, self.reason: "text"}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        values = {"instruction": filled_text(row, self.instruction)}
        if self.rubric == "tree_instruct":
            prompt = template(JUDGE[self.rubric]).fill(values)
            tree = yield from ask_for(InstructionTree, self.request(prompt, self._system()))
            nodes = list({folded(node): node for node in tree.nodes}.values())
            return self._told(len(nodes), "\n".join(nodes))
        values["answer"] = require_text(row, self.answer)
        given = row.get(self.input) if self.input is not None else None
        has_input = isinstance(given, str) and bool(given.strip())
        prompt = template(judge_prompt(self.rubric, has_input=has_input)).fill({**values, "input": given})
        judged = yield from ask_for(AnswerJudgement, self.request(prompt, self._system()))
        return self._told(judged.score, judged.reason)

    def _system(self) -> str:
        return with_wishes(JUDGE_SYSTEM[self.rubric], None, self.instructions)

    def _told(self, score: float, reason: str) -> dict[str, Any]:
        return {self.output: score} if self.reason is None else {self.output: score, self.reason: reason}

    @classmethod
    def example(cls) -> Example:
        row = {"instruction": "What is the capital of France?", "output": "Paris."}
        return Example(
            options={"reason": "why"},
            rows=[row],
            out=[{**row, "judge_score": 4.5, "why": "Correct, and short."}],
            replies=['{"reason": "Correct, and short.", "score": 4.5}'],
        )
