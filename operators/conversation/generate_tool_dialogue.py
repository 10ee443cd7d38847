"""Make conversations in which an assistant calls functions."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Self

import orjson
import polars as pl
from pydantic import BaseModel, BeforeValidator, Field, JsonValue, model_validator

from ..core import Asking, Batch, Column, DType, Example, LLMOperator, OutputColumn, RowError, Text, ask_for, template
from ..core.columns import ColumnName, Reads
from ..core.conversing import Told, side_by_side
from ..sft._prompts import with_count, with_wishes
from ..sft._talking import Talk, Written, ask_until, dropped_for, filled_text
from ._functions import ToolFunction, argument_fault, functions_of
from ._prompts import ASSISTANT, ASSISTANT_SYSTEM, TOOL, TOOL_SYSTEM, USER, USER_SYSTEM

UNFINISHED = "unfinished"
Nested = Annotated[ColumnName, Reads(("nested",))]
Message = dict[str, Any]


class UserTurn(BaseModel):
    """What the user says next, or that nothing is left to say."""

    done: bool
    message: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.done and not self.message.strip():
            raise ValueError("message is blank although the user is not done")
        return self


class FunctionCall(BaseModel):
    """A function and its arguments."""

    name: str
    arguments: dict[str, JsonValue] = {}


class AssistantTurn(BaseModel):
    """What the assistant says, or which functions it calls."""

    content: str = ""
    calls: list[FunctionCall] = []

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not self.calls and not self.content.strip():
            raise ValueError("there is neither content nor a call")
        return self


def _as_text(result: Any) -> Any:
    return result if isinstance(result, str) else orjson.dumps(result, default=str).decode()


class FunctionResult(BaseModel):
    """What a function returns, as JSON text."""

    result: Annotated[Written, BeforeValidator(_as_text)]


class GenerateToolDialogue(LLMOperator):
    """Make a conversation in which an assistant does each task with the functions of its row.

    A language model plays three parts: a user who has the task in mind, an assistant who has the functions, and the
    functions themselves. The conversation is written to `output` as a list of messages in the form of OpenAI's chat
    format: an assistant's call has `tool_calls` with the name and the arguments, as JSON text, and each result is a
    message of its own with the role `tool` and the call's id. Arguments must fit the parameters of the function, or the
    call goes back with the reason.

    The user says at most `max_turns` things, each answered after at most `max_calls` calls. As soon as the user is
    done, nothing more is asked. Every other column stays; a row whose user is not done after the last turn is dropped
    (`unfinished`). A row fails as a whole: `invalid_reply` after three unusable replies, `invalid_functions` where the
    column holds no definitions of functions. Rows without a task or functions fall under `on_null`: by default they
    fail.
    """

    name = "generate_tool_dialogue"
    phrases = (
        "generate function-calling conversations",
        "simulate a user, an assistant and tools for each task",
        "write multi-turn dialogues with tool calls",
        "make tool-use training conversations",
        "simulate dialogues in which the assistant calls functions",
        "create chat data with tool results",
    )

    column: Column[Text] = Field(default="task", description="Column that holds the task.")
    functions: Column[Nested] = Field(default="functions", description="Column that holds the functions, a list.")
    output: OutputColumn = Field(default="messages", description="Column to write the conversation to.")
    max_turns: int = Field(default=5, ge=1, le=50, description="Most turns of the user in a conversation.")
    max_calls: int = Field(default=4, ge=1, le=20, description="Most calls of functions for one turn of the user.")
    instructions: str | None = Field(
        default=None, description="What is wished of the conversations besides, in plain words."
    )
    language: str | None = Field(default=None, description="Language to write in; that of the task when not given.")

    def writes(self) -> dict[str, DType]:
        return {self.output: "nested"}

    def prompts(self) -> dict[str, str]:
        return {
            "user system": with_wishes(USER_SYSTEM, self.language, self.instructions),
            "user": USER,
            "assistant system": with_wishes(ASSISTANT_SYSTEM, self.language, self.instructions),
            "assistant": with_count(ASSISTANT, _calls(self.max_calls)),
            "function system": TOOL_SYSTEM,
            "function": TOOL,
        }

    def calls(self, rows: int) -> tuple[int, int]:
        """From one turn that is answered at once, to as many turns with as many calls, one by one, as there may be."""
        return rows * 3, rows * (self.max_turns * (2 + 2 * self.max_calls) + 1)

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        task = filled_text(row, self.column)
        functions = functions_of(row.get(self.functions), self.functions)
        messages: list[Message] = []
        for turn in range(self.max_turns + 1):
            user = yield from self._user(task, messages)
            if user.done:
                return {self.output: messages}
            if turn < self.max_turns:
                messages.append({"role": "user", "content": user.message.strip()})
                yield from self._answer(functions, messages)
        raise RowError(UNFINISHED, f"the user was not done after {self.max_turns} turns")

    def fates(self, batch: Batch, told: Told[dict[str, Any]]) -> pl.DataFrame:
        return dropped_for(super().fates(batch, told), UNFINISHED)

    def _user(self, task: str, messages: list[Message]) -> Talk[UserTurn]:
        prompt = template(USER).fill({"task": task, "dialogue": messages})
        request = self.request(prompt, self.prompts()["user system"])
        return ask_until(UserTurn, request, partial(_too_soon, messages))

    def _answer(self, functions: Sequence[ToolFunction], messages: list[Message]) -> Asking[None]:
        """Add what the assistant does until it has answered the user."""
        definitions, left = [function.model_dump() for function in functions], self.max_calls
        while True:
            prompt = with_count(ASSISTANT, _calls(left))
            filled = template(prompt).fill({"functions": definitions, "dialogue": messages})
            request = self.request(filled, self.prompts()["assistant system"])
            said = yield from ask_until(AssistantTurn, request, partial(_misuse, functions, left))
            if not said.calls:
                messages.append({"role": "assistant", "content": said.content.strip()})
                return
            before = sum(message["role"] == "tool" for message in messages)
            ids = [f"call_{before + number}" for number in range(1, len(said.calls) + 1)]
            called = [_call(name, call) for name, call in zip(ids, said.calls, strict=True)]
            messages.append({"role": "assistant", "content": said.content.strip() or None, "tool_calls": called})
            results = yield from side_by_side([self._result(functions, messages, call) for call in said.calls])
            messages += [
                {"role": "tool", "tool_call_id": name, "name": call.name, "content": result}
                for name, call, result in zip(ids, said.calls, results, strict=True)
            ]
            left -= len(said.calls)

    def _result(self, functions: Sequence[ToolFunction], messages: list[Message], call: FunctionCall) -> Talk[str]:
        function = next(one for one in functions if one.name == call.name)
        values = {"function": function.model_dump(), "dialogue": messages, "arguments": call.arguments}
        made = yield from ask_for(FunctionResult, self.request(template(TOOL).fill(values), TOOL_SYSTEM))
        return made.result

    @classmethod
    def example(cls) -> Example:
        city = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
        row = {
            "task": "Find out how warm it is in Rome.",
            "functions": [{"name": "temperature", "description": "Temperature in a city.", "parameters": city}],
        }
        call = {"name": "temperature", "arguments": '{"city":"Rome"}'}
        messages = [
            {"role": "user", "content": "How warm is it in Rome?"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "call_1", "type": "function", "function": call}],
            },
            {"role": "tool", "tool_call_id": "call_1", "name": "temperature", "content": '{"celsius": 31}'},
            {"role": "assistant", "content": "It is 31 degrees."},
        ]
        return Example(
            rows=[row],
            out=[{**row, "messages": messages}],
            replies=[
                '{"message": "How warm is it in Rome?", "done": false}',
                '{"content": "", "calls": [{"name": "temperature", "arguments": {"city": "Rome"}}]}',
                '{"result": "{\\"celsius\\": 31}"}',
                '{"content": "It is 31 degrees.", "calls": []}',
                '{"message": "", "done": true}',
            ],
        )


def _calls(count: int) -> str:
    return {0: "no function", 1: "one function"}.get(count, f"up to {count} functions")


def _call(name: str, call: FunctionCall) -> Message:
    arguments = orjson.dumps(call.arguments).decode()
    return {"id": name, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _too_soon(messages: Sequence[Message], said: UserTurn) -> str | None:
    return "the user cannot be done before the conversation began" if said.done and not messages else None


def _misuse(functions: Sequence[ToolFunction], left: int, said: AssistantTurn) -> str | None:
    if len(said.calls) > left:
        return f"it calls {len(said.calls)} functions, and may call {_calls(left)}"
    faults = (argument_fault(functions, call.name, call.arguments) for call in said.calls)
    return next((fault for fault in faults if fault), None)
