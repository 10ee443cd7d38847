"""Score conversations in which an assistant calls functions."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator

from ..core import Asking, Column, DType, Example, LLMEvaluator, OutputColumn, RowError, ask_for, template
from ..core.columns import ColumnName, Reads
from ..sft._prompts import with_wishes
from ._prompts import JUDGE, JUDGE_SYSTEM, JUDGE_WITH_FUNCTIONS

Nested = Annotated[ColumnName, Reads(("nested",))]


class DialogueJudgement(BaseModel):
    """What speaks for and against a conversation, and its score."""

    reason: str
    score: Annotated[int, Field(ge=1, le=5)]


class ToolDialogueScore(LLMEvaluator):
    """Score each conversation with function calls by the judgement of a language model.

    Every row stays. The score is a whole number from 1, useless, to 5, excellent: whether the wish is fulfilled, the
    functions and arguments are right, what is said agrees with the results, and the conversation is of one piece.
    Another score goes back with the reason, and one that cannot be read makes a failed row (`invalid_reply`), never a
    score. A value that is no list of messages with a `role` fails (`malformed_conversation`) without a request; rows
    without a conversation fall under `on_null`: by default they stay without a score.
    """

    name = "tool_dialogue_score"
    phrases = (
        "score the function-calling conversations",
        "judge the dialogues with tool calls",
        "rate the quality of tool-use conversations",
        "evaluate whether the assistant used its functions well",
        "grade the simulated tool dialogues",
    )

    messages: Column[Nested] = Field(default="messages", description="Column that holds the conversation.")
    functions: Column[Nested] | None = Field(
        default=None, description="Column that holds the functions, for the judge to look at; null for none."
    )
    output: OutputColumn = Field(default="dialogue_score", description="Column to write the score to.")
    reason: OutputColumn | None = Field(default=None, description="Column to write the reason to; null for none.")
    instructions: str | None = Field(default=None, description="What else the judge should heed, in plain words.")

    @model_validator(mode="after")
    def _columns_of_their_own(self) -> Self:
        if self.reason == self.output:
            raise ValueError(f"output and reason are both written to {self.output!r}; name two columns")
        return self

    def prompts(self) -> dict[str, str]:
        said = {"system": with_wishes(JUDGE_SYSTEM, None, self.instructions), "judge": JUDGE}
        return said if self.functions is None else {**said, "judge with functions": JUDGE_WITH_FUNCTIONS}

    def writes(self) -> dict[str, DType]:
        written: dict[str, DType] = {self.output: "integer"}
        return written if self.reason is None else {**written, self.reason: "text"}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        values = {"dialogue": _messages(row.get(self.messages), self.messages)}
        functions = row.get(self.functions) if self.functions is not None else None
        if functions is not None:
            values["functions"] = functions
        prompt = template(JUDGE if functions is None else JUDGE_WITH_FUNCTIONS).fill(values)
        judged = yield from ask_for(DialogueJudgement, self.request(prompt, self.prompts()["system"]))
        scored = {self.output: judged.score}
        return scored if self.reason is None else {**scored, self.reason: judged.reason}

    @classmethod
    def example(cls) -> Example:
        row = {"messages": [{"role": "user", "content": "Is it warm?"}, {"role": "assistant", "content": "Yes."}]}
        return Example(
            options={"reason": "why"},
            rows=[row],
            out=[{**row, "dialogue_score": 2, "why": "It guesses instead of calling a function."}],
            replies=['{"reason": "It guesses instead of calling a function.", "score": 2}'],
        )


def _messages(value: Any, column: str) -> list[Any]:
    if value is None:
        raise RowError("no_value", f"column {column!r} holds no conversation")
    if not isinstance(value, list) or not value:
        raise RowError("malformed_conversation", f"column {column!r} holds no list of messages")
    for number, message in enumerate(value, 1):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise RowError("malformed_conversation", f"message {number} in column {column!r} has no role")
    return value
