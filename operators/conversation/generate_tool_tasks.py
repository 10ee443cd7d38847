"""Make tasks for assistants with tools, and the functions to do them with."""

from typing import Any, Literal, Self, TypeVar

import polars as pl
from pydantic import BaseModel, Field, model_validator

from ..core import (
    Anything,
    Asking,
    Batch,
    Column,
    DType,
    Example,
    LLMOperator,
    OutputColumn,
    RowError,
    Text,
    ask_for,
    template,
)
from ..core.conversing import Told
from ..sft._prompts import with_wishes
from ..sft._talking import Talk, Written, dropped_for, filled_text, folded
from . import _prompts as said
from ._functions import ToolFunctions
from ._prompts import Composition

Mode = Literal["scenario", "expand", "atomic", "compose", "functions", "full"]
INCOHERENT = "incoherent_task"
M = TypeVar("M", bound=BaseModel)


class Scenario(BaseModel):
    """A situation in which a task arises."""

    scenario: Written


class AtomicTask(BaseModel):
    """A task of one step."""

    task: Written


class ComposedTask(BaseModel):
    """A task of several parts, and its parts in order."""

    subtasks: list[Written] = Field(min_length=2)
    task: Written

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len({folded(part) for part in self.subtasks}) < len(self.subtasks):
            raise ValueError("two subtasks are the same")
        return self


class Coherence(BaseModel):
    """Whether a composed task is of one piece, and why."""

    reason: str
    coherent: bool


class GenerateToolTasks(LLMOperator):
    """Make tasks for an assistant with tools out of conversations, and the functions to do them with.

    Every row and every other column stay. `mode` says what is made, by a language model, from the text in `column`:
    `scenario` the situation in which a conversation takes place; `expand` another situation after the pattern of one;
    `atomic` a task of one step from a situation; `compose` a task of several parts from a task, and the parts in
    `subtasks`; `functions` definitions of the functions for a task, by its parts where `parts` names their column;
    `full` all of it in a row, each from what came before, so that the task is made from the new situation.

    `composition` says how parts hang together: `sequential`, the second needs the result of the first; `parallel`,
    neither needs the other's; `mixed`, two in parallel and a third that needs both. A composed task is judged, unless
    `check` is off, and its row dropped (`incoherent_task`), with the judge's reason, where it is not of one piece.
    Functions are `{name, description, parameters}`, the parameters a JSON schema of type object; names are distinct.
    A reply that is not so goes back with the reason, and after three the row fails (`invalid_reply`). A blank text
    fails (`empty_text`); rows without a text fall under `on_null`: by default they fail.
    """

    name = "generate_tool_tasks"
    phrases = (
        "make tool-use tasks from conversations",
        "extract scenarios from the chats",
        "generate function definitions for each task",
        "compose sequential tasks for function calling",
        "create function-calling tasks out of dialogues",
        "design tools for every task",
        "expand the scenarios into new ones",
    )

    column: Column[Text] = Field(
        default="text", description="Column that holds the conversation, scenario or task that `mode` begins with."
    )
    mode: Mode = Field(
        default="full", description="What to make: scenario, expand, atomic, compose, functions, or full for all."
    )
    composition: Composition = Field(
        default="sequential", description="How the parts of a task hang together: sequential, parallel or mixed."
    )
    check: bool = Field(default=True, description="Drop rows whose composed task a judgement calls incoherent.")
    parts: Column[Anything] | None = Field(
        default=None, description="Column that holds the parts of the task, for mode functions; null for none."
    )
    scenario: OutputColumn = Field(default="scenario", description="Column to write the situation to.")
    task: OutputColumn = Field(default="task", description="Column to write the task to.")
    subtasks: OutputColumn = Field(default="subtasks", description="Column to write the parts of the task to.")
    functions: OutputColumn = Field(default="functions", description="Column to write the functions to.")
    instructions: str | None = Field(
        default=None, description="What is wished of scenarios, tasks and functions besides, in plain words."
    )
    language: str | None = Field(default=None, description="Language to write in; that of the text when not given.")
    max_tokens: int = Field(default=2048, ge=1, description="Most tokens of a reply; a reply that is cut off fails.")

    @model_validator(mode="after")
    def _fits_the_mode(self) -> Self:
        if self.parts is not None and self.mode != "functions":
            raise ValueError(f"parts is read in mode functions only, not in mode {self.mode}")
        if len({self.scenario, self.task, self.subtasks, self.functions}) < 4:
            raise ValueError("scenario, task, subtasks and functions need a column each")
        return self

    def writes(self) -> dict[str, DType]:
        written: dict[Mode, dict[str, DType]] = {
            "scenario": {self.scenario: "text"},
            "expand": {self.scenario: "text"},
            "atomic": {self.task: "text"},
            "compose": {self.task: "text", self.subtasks: "nested"},
            "functions": {self.functions: "nested"},
        }
        return written.get(self.mode) or {name: dtype for made in written.values() for name, dtype in made.items()}

    def calls(self, rows: int) -> tuple[int, int]:
        composing = 1 + self.check
        each = {"compose": composing, "full": 4 + composing}.get(self.mode, 1)
        # A row whose task is incoherent needs no functions.
        fewest = each - (self.mode == "full" and self.check)
        return rows * fewest, rows * each

    def prompts(self) -> dict[str, str]:
        by_mode = {
            "scenario": {"scenario system": self._wished(said.SCENARIO_SYSTEM), "scenario": said.SCENARIO},
            "expand": {"expand system": self._wished(said.EXPAND_SYSTEM), "expand": said.EXPAND},
            "atomic": {"atomic system": self._wished(said.ATOMIC_SYSTEM), "atomic": said.ATOMIC},
            "compose": {
                "compose system": self._wished(said.COMPOSE_SYSTEM),
                "compose": said.COMPOSE[self.composition],
                **({"check system": said.CHECK_SYSTEM, "check": said.CHECK} if self.check else {}),
            },
            "functions": {
                "functions system": self._wished(said.FUNCTIONS_SYSTEM),
                **({"functions": said.FUNCTIONS} if self.mode != "full" else {}),
                **({"functions by part": said.FUNCTIONS_BY_PART} if self.parts or self.mode == "full" else {}),
            },
        }
        return by_mode.get(self.mode) or {name: text for one in by_mode.values() for name, text in one.items()}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        text = filled_text(row, self.column)
        if self.mode == "scenario":
            return {self.scenario: (yield from self._scenario(text))}
        if self.mode == "expand":
            return {self.scenario: (yield from self._expanded(text))}
        if self.mode == "atomic":
            return {self.task: (yield from self._atomic(text))}
        if self.mode == "compose":
            return (yield from self._composed(text))
        if self.mode == "functions":
            parts = row.get(self.parts) if self.parts is not None else None
            return {self.functions: (yield from self._functions(text, parts))}
        scenario = yield from self._expanded((yield from self._scenario(text)))
        made = yield from self._composed((yield from self._atomic(scenario)))
        functions = yield from self._functions(made[self.task], made[self.subtasks])
        return {self.scenario: scenario, **made, self.functions: functions}

    def fates(self, batch: Batch, told: Told[dict[str, Any]]) -> pl.DataFrame:
        return dropped_for(super().fates(batch, told), INCOHERENT)

    def _scenario(self, text: str) -> Talk[str]:
        return (yield from self._asked(Scenario, said.SCENARIO, said.SCENARIO_SYSTEM, text=text)).scenario

    def _expanded(self, scenario: str) -> Talk[str]:
        return (yield from self._asked(Scenario, said.EXPAND, said.EXPAND_SYSTEM, scenario=scenario)).scenario

    def _atomic(self, scenario: str) -> Talk[str]:
        return (yield from self._asked(AtomicTask, said.ATOMIC, said.ATOMIC_SYSTEM, scenario=scenario)).task

    def _composed(self, task: str) -> Talk[dict[str, Any]]:
        prompt = said.COMPOSE[self.composition]
        made = yield from self._asked(ComposedTask, prompt, said.COMPOSE_SYSTEM, task=task)
        if self.check:
            judged = yield from self._asked(
                Coherence, said.CHECK, said.CHECK_SYSTEM, wished=False, subtasks=made.subtasks, task=made.task
            )
            if not judged.coherent:
                raise RowError(INCOHERENT, judged.reason)
        return {self.task: made.task, self.subtasks: made.subtasks}

    def _functions(self, task: str, parts: Any) -> Talk[list[dict[str, Any]]]:
        system = said.FUNCTIONS_SYSTEM
        if parts:
            made = yield from self._asked(ToolFunctions, said.FUNCTIONS_BY_PART, system, task=task, subtasks=parts)
        else:
            made = yield from self._asked(ToolFunctions, said.FUNCTIONS, system, task=task)
        return [function.model_dump() for function in made.functions]

    def _asked(self, model: type[M], prompt: str, system: str, *, wished: bool = True, **values: Any) -> Talk[M]:
        filled = template(prompt).fill(values)
        return (yield from ask_for(model, self.request(filled, self._wished(system) if wished else system)))

    def _wished(self, system: str) -> str:
        return with_wishes(system, self.language, self.instructions)

    @classmethod
    def example(cls) -> Example:
        find, book = "Find a train to Bonn on Friday.", "Book the cheapest of the trains found."
        task = "Find the trains to Bonn on Friday and book the cheapest."
        day = {"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"]}
        functions = [
            {"name": "find_trains", "description": "Trains on a day.", "parameters": day},
            {"name": "book_train", "description": "Books a train.", "parameters": {"type": "object", "properties": {}}},
        ]
        made = {"scenario": "A traveller plans a trip.", "task": task, "subtasks": [find, book], "functions": functions}
        return Example(
            rows=["USER: Is there a flight?"],
            out=[{"text": "USER: Is there a flight?", **made}],
            replies=[
                '{"scenario": "A traveller looks for a flight."}',
                '{"scenario": "A traveller plans a trip."}',
                f'{{"task": "{find}"}}',
                f'{{"subtasks": ["{find}", "{book}"], "task": "{task}"}}',
                '{"reason": "The second part needs the first.", "coherent": true}',
                '{"functions": [{"name": "find_trains", "description": "Trains on a day.", "parameters": {"type": '
                '"object", "properties": {"day": {"type": "string"}}, "required": ["day"]}}, {"name": "book_train", '
                '"description": "Books a train.", "parameters": {"type": "object", "properties": {}}}]}',
            ],
        )
