"""Write what a model answers to a prompt."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any, Self

import orjson
from pydantic import Field, JsonValue, model_validator

from ..core import Asking, DType, Example, LLMOperator, OutputColumn, PromptText, Reply, Request, RowError, template
from ..core.conversing import side_by_side
from ..core.structured import ask_shaped
from ._prompts import SCHEMA_RULE
from ._reply_schema import columns_of, full_schema, shape_of


class LLMGenerate(LLMOperator):
    """Write what a model answers to a prompt that is filled with each row's values.

    Every row that gets an answer is kept, and their order stays. `{name}` in the prompt is the value of a column, put
    in as delimited data that the model is told never to obey; nothing in a value is read as a template. Without a
    `reply_schema` the text of the reply goes to `output`, without the white space around it; an empty reply is a failed
    row (`empty_reply`). With one, each property of the reply becomes a column of its type; a reply that breaks the
    schema goes back to the model with the reason, twice at most, then the row fails (`invalid_reply`). A reply that is
    cut off fails (`reply_cut_off`), and so does a call without an answer.

    With `samples` above 1 the prompt is sent that often, and each column holds the list of all answers, in order; a row
    of which one sample fails has failed. Rows in which a column of the prompt is null fall under `on_null`.
    """

    name = "llm_generate"
    phrases = (
        "ask a language model about each row",
        "generate a column with an LLM prompt",
        "prompt an LLM with each row",
        "write a summary of each text with a model",
        "summarize each text with an LLM",
        "translate each text with a language model",
        "extract fields from each text with an LLM",
        "have GPT answer each question",
    )

    prompt: PromptText = Field(
        min_length=1,
        description="What the model is asked about a row; {name} stands for the value of a column, {{ and }} for "
        'braces. For example "Summarize in one sentence: {text}".',
    )
    system: str | None = Field(default=None, description="What the model is told before it, the same for all rows.")
    output: OutputColumn = Field(
        default="generated", description="Column to write the reply to; not used with `reply_schema`."
    )
    reply_schema: dict[str, JsonValue] | None = Field(
        default=None,
        description="Columns that a reply gives, each with its type: text, integer, number, boolean or nested, as in "
        '{"title": "text", "score": "integer"}; or the JSON schema of an object.',
    )
    samples: int = Field(default=1, ge=1, le=100, description="Replies for each row; above 1 they are written as list.")

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if not template(self.prompt).names:
            raise ValueError("prompt names no column, so all rows would be asked the same; put one in, such as {text}")
        if self.samples > 1 and self.temperature == 0:
            raise ValueError(
                f"samples is {self.samples}, but with temperature 0 they would be the same; set a temperature above 0"
            )
        if self.reply_schema is not None:
            full_schema(self.reply_schema)
        return self

    def calls(self, rows: int) -> tuple[int, int]:
        return rows * self.samples, rows * self.samples

    def prompts(self) -> dict[str, str]:
        said = {"system": self.system, "reply": self._reply_rule()}
        return {**super().prompts(), **{name: text for name, text in said.items() if text}}

    def writes(self) -> dict[str, DType]:
        """The output column, or those of the schema; lists with several samples."""
        columns: dict[str, DType] = {self.output: "text"}
        if self.reply_schema is not None:
            columns = columns_of(full_schema(self.reply_schema))
        return columns if self.samples == 1 else dict.fromkeys(columns, "nested")

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        prompt = "\n\n".join(filter(None, [template(self.prompt).fill(row), self._reply_rule()]))
        request = self.request(prompt, self.system)
        made = yield from side_by_side([self._one(replace(request, sample=n)) for n in range(self.samples)])
        return made[0] if self.samples == 1 else {column: [one[column] for one in made] for column in self.writes()}

    def _one(self, request: Request) -> Generator[Request, Reply, dict[str, Any]]:
        if self.reply_schema is not None:
            return (yield from ask_shaped(shape_of(full_schema(self.reply_schema)), request))
        reply = yield request
        if not reply.text.strip():
            raise RowError("empty_reply", "the model answered with nothing")
        return {self.output: reply.text.strip()}

    def _reply_rule(self) -> str:
        if self.reply_schema is None:
            return ""
        return SCHEMA_RULE.format(schema=orjson.dumps(full_schema(self.reply_schema)).decode())

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={
                "prompt": "Name the animal in this text and count it: {text}",
                "reply_schema": {"animal": "text", "count": "integer"},
            },
            rows=["Two cats sleep."],
            out=[{"text": "Two cats sleep.", "animal": "cat", "count": 2}],
            replies=['{"animal": "cat", "count": 2}'],
        )
