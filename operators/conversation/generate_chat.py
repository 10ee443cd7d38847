"""Make conversations about topics."""

from functools import cache
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, create_model, model_validator

from ..core import Asking, Column, DType, Example, LLMExpander, OutputColumn, Text, ask_for, template
from ..core.conversing import side_by_side
from ..sft._prompts import with_count, with_wishes
from ..sft._talking import Talk, Written, filled_text, folded
from ._prompts import REPLIES, REPLIES_SYSTEM, USER_TURNS, USER_TURNS_SYSTEM

Dialog = list[dict[str, str]]


class GenerateChat(LLMExpander):
    """Make conversations between a user and an assistant about each topic, with a language model.

    The conversations of a row take its place, each with all other columns of the row, as a list of
    `{role, content}`. Each is made in two requests, so that its turns belong together: first all `turns` of the user,
    then the answers to them. A reply with another number of turns, or a blank one, goes back with the reason, and after
    three the row fails (`invalid_reply`), as a whole. Conversations of a row in which the user says the same are kept
    once; several therefore need a temperature above 0. A blank topic fails (`empty_text`) without a request; rows
    without one fall under `on_null`.

    Source: the skeleton-guided dialogues of ConsistentChat, Chen et al. 2025.
    """

    name = "generate_chat"
    phrases = (
        "generate multi-turn conversations about each topic",
        "make chat training data from a list of intents",
        "synthesize dialogues between a user and an assistant",
        "write five chats per topic",
        "create consistent multi-turn dialogues",
        "ConsistentChat style conversations",
    )

    column: Column[Text] = Field(default="topic", description="Column that holds the topic or intent, in words.")
    dialogs: int = Field(default=1, ge=1, le=100, description="Conversations for a row.")
    turns: int = Field(default=6, ge=1, le=30, description="Turns of the user in a conversation, each with an answer.")
    output: OutputColumn = Field(default="messages", description="Column to write the conversation to.")
    instructions: str | None = Field(
        default=None, description="What is wished of the conversations besides, in plain words."
    )
    language: str | None = Field(default=None, description="Language to write in; that of the topic when not given.")
    temperature: float = Field(default=0.8, ge=0, le=2, description="0 for the likeliest reply, more for variety.")
    max_tokens: int = Field(default=4096, ge=1, description="Most tokens of a reply; a reply that is cut off fails.")

    @model_validator(mode="after")
    def _several_need_variety(self) -> Self:
        if self.dialogs > 1 and self.temperature == 0:
            raise ValueError(f"{self.dialogs} dialogs at temperature 0 would all be one; set a temperature above 0")
        return self

    def writes(self) -> dict[str, DType]:
        return {self.output: "nested"}

    def prompts(self) -> dict[str, str]:
        turns, answers = ("turn", "answer") if self.turns == 1 else ("turns", "answers")
        return {
            "user system": with_wishes(USER_TURNS_SYSTEM, self.language, self.instructions),
            "user": with_count(USER_TURNS, f"{self.turns} {turns}"),
            "assistant system": with_wishes(REPLIES_SYSTEM, self.language, self.instructions),
            "assistant": with_count(REPLIES, f"{self.turns} {answers}"),
        }

    def calls(self, rows: int) -> tuple[int, int]:
        return rows * self.dialogs * 2, rows * self.dialogs * 2

    def fan_out(self) -> int:
        return self.dialogs

    def ask(self, row: dict[str, Any]) -> Asking[list[dict[str, Any]]]:
        topic = filled_text(row, self.column)
        dialogs = yield from side_by_side([self._dialog(topic, number) for number in range(self.dialogs)])
        distinct = {tuple(folded(said["content"]) for said in one[::2]): one for one in reversed(dialogs)}
        return [{self.output: one} for one in dialogs if any(one is kept for kept in distinct.values())]

    def _dialog(self, topic: str, number: int) -> Talk[Dialog]:
        said, model = self.prompts(), turns_model(self.turns)
        prompt = template(said["user"]).fill({"topic": topic})
        users = yield from ask_for(model, self.request(prompt, said["user system"], sample=number))
        prompt = template(said["assistant"]).fill({"topic": topic, "turns": users.turns})
        answers = yield from ask_for(model, self.request(prompt, said["assistant system"], sample=number))
        return [
            {"role": role, "content": text}
            for pair in zip(users.turns, answers.turns, strict=True)
            for role, text in zip(("user", "assistant"), pair, strict=True)
        ]

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"turns": 2},
            rows=[{"topic": "returning a parcel", "category": "shopping"}],
            out=[
                {
                    "topic": "returning a parcel",
                    "category": "shopping",
                    "messages": [
                        {"role": "user", "content": "How do I send it back?"},
                        {"role": "assistant", "content": "Print the label and take it to a shop."},
                        {"role": "user", "content": "What does that cost?"},
                        {"role": "assistant", "content": "Nothing."},
                    ],
                }
            ],
            replies=[
                '{"turns": ["How do I send it back?", "What does that cost?"]}',
                '{"turns": ["Print the label and take it to a shop.", "Nothing."]}',
            ],
        )


class ChatTurns(BaseModel):
    """What one side says, turn by turn."""

    turns: list[Written]


@cache
def turns_model(count: int) -> type[ChatTurns]:
    """What a reply with so many turns must be."""
    return create_model(
        "ChatTurns",
        __base__=ChatTurns,
        turns=(Annotated[list[Written], Field(min_length=count, max_length=count)], ...),
    )
