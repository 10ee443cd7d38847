"""Make pairs of instruction and output from texts."""

from typing import Annotated, Any, Self

import polars as pl
from pydantic import BaseModel, Field, StringConstraints, model_validator

from ..core import Asking, Batch, Column, Example, LLMExpander, OutputColumn, RowError, Text, ask_for, template
from ..core.conversing import Told
from ._prompts import PAIRS, PAIRS_SYSTEM, with_count, with_wishes
from ._talking import dropped_for, filled_text, folded

DECLINED = "declined"


class SftPair(BaseModel):
    """An instruction and the output that answers it."""

    instruction: Annotated[str, StringConstraints(strip_whitespace=True, min_length=4)]
    output: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2)]

    @model_validator(mode="after")
    def _says_more_than_it_asks(self) -> Self:
        if folded(self.instruction) == folded(self.output):
            raise ValueError("the output only repeats the instruction")
        return self


class SftPairs(BaseModel):
    """The pairs of one text, or why there are none."""

    pairs: list[SftPair] = []
    declined: str | None = None

    @model_validator(mode="after")
    def _pairs_or_a_reason(self) -> Self:
        if not self.pairs and not (self.declined or "").strip():
            raise ValueError("there is no pair and declined gives no reason")
        return self


class GenerateSftFromText(LLMExpander):
    """Make pairs of an instruction and an output from each text, with a language model.

    The pairs of a row take its place, each with all other columns of the row. One request asks for the `pairs` of a
    text; fewer are taken, more are left out, and so are pairs whose instruction the row has already. An instruction of
    less than 4 characters, an output of less than 2, and an output that equals its instruction make a reply invalid: it
    goes back with the reason, and after three the row fails (`invalid_reply`). The model may decline a text that holds
    nothing to ask: its row is dropped (`declined`), with the reason in the ledger. A blank text fails (`empty_text`)
    without a request; rows without a text fall under `on_null`.
    """

    name = "generate_sft_from_text"
    phrases = (
        "generate instruction and output pairs from each text",
        "make SFT data from seed texts",
        "turn documents into instruction tuning examples",
        "write three instruction-response pairs per document",
        "synthesize instructions with answers from raw text",
        "create supervised fine-tuning pairs out of these texts",
        "self-instruct from a corpus",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the seed text.")
    pairs: int = Field(default=1, ge=1, le=50, description="Most pairs for a text.")
    instruction: OutputColumn = Field(default="instruction", description="Column to write the instruction to.")
    answer: OutputColumn = Field(default="output", description="Column to write the output to, which answers it.")
    instructions: str | None = Field(
        default=None, description="What is wished of the pairs besides, in plain words: audience, kind, style."
    )
    language: str | None = Field(default=None, description="Language to write in; that of the text when not given.")
    max_tokens: int = Field(default=2048, ge=1, description="Most tokens of a reply; a reply that is cut off fails.")

    @model_validator(mode="after")
    def _two_columns(self) -> Self:
        if self.instruction == self.answer:
            raise ValueError(f"instruction and answer are both written to {self.answer!r}; name two columns")
        return self

    def prompts(self) -> dict[str, str]:
        count = "one pair" if self.pairs == 1 else f"{self.pairs} pairs"
        system = with_wishes(PAIRS_SYSTEM, self.language, self.instructions)
        return {"system": system, "pairs": with_count(PAIRS, count)}

    def fan_out(self) -> int:
        return self.pairs

    def ask(self, row: dict[str, Any]) -> Asking[list[dict[str, Any]]]:
        said = self.prompts()
        prompt = template(said["pairs"]).fill({"text": filled_text(row, self.column)})
        reply = yield from ask_for(SftPairs, self.request(prompt, said["system"]))
        if not reply.pairs:
            raise RowError(DECLINED, str(reply.declined).strip())
        distinct = {folded(pair.instruction): pair for pair in reversed(reply.pairs)}
        kept = [pair for pair in reply.pairs if distinct[folded(pair.instruction)] is pair]
        return [{self.instruction: pair.instruction, self.answer: pair.output} for pair in kept[: self.pairs]]

    def fates(self, batch: Batch, told: Told[list[dict[str, Any]]]) -> pl.DataFrame:
        return dropped_for(super().fates(batch, told), DECLINED)

    @classmethod
    def example(cls) -> Example:
        text = "Water boils at 100 degrees Celsius at sea level."
        asked, answered = "At what temperature does water boil at sea level?", "At 100 degrees Celsius."
        return Example(
            rows=[{"text": text, "id": 7}],
            out=[{"text": text, "id": 7, "instruction": asked, "output": answered}],
            replies=[f'{{"pairs": [{{"instruction": "{asked}", "output": "{answered}"}}], "declined": null}}'],
        )
