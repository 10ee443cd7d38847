"""What the operators share that ask a model for questions about texts."""

from typing import Any, ClassVar

import polars as pl
from pydantic import Field

from ..core import Batch, Column, LLMExpander, OutputColumn, Request, Text, template
from ..core.conversing import Told
from ..sft._prompts import with_count, with_wishes
from ..sft._talking import dropped_for
from ._prompts import in_language
from ._quotes import DECLINED, TOO_SHORT


class TextQuestions(LLMExpander):
    """Makes at most `per_text` questions with answers from each text, asked for by one request."""

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    per_text: int = Field(default=3, ge=1, le=50, description="Most pairs for a text.")
    question: OutputColumn = Field(default="question", description="Column to write the question to.")
    answer: OutputColumn = Field(default="answer", description="Column to write its answer to.")
    instructions: str | None = Field(default=None, description="What is wished of the pairs besides, in plain words.")
    language: str | None = Field(default=None, description="Language to write in; that of the text when not given.")
    max_tokens: int = Field(default=4096, ge=1, description="Most tokens of a reply; a reply that is cut off fails.")

    asks: ClassVar[tuple[str, str]]
    """The system prompt, and the prompt with the place for how many pairs are wanted."""

    def prompts(self) -> dict[str, str]:
        system, prompt = self.asks
        count = "one pair" if self.per_text == 1 else f"at most {self.per_text} pairs"
        said = with_wishes(f"{system}\n\n{in_language(self.language)}", None, self.instructions)
        return {"system": said, "pairs": with_count(prompt, count)}

    def fan_out(self) -> int:
        return self.per_text

    def request_about(self, text: str) -> Request:
        """The request for the pairs of a text."""
        said = self.prompts()
        return self.request(template(said["pairs"]).fill({"text": text}), said["system"])

    def fates(self, batch: Batch, told: Told[list[dict[str, Any]]]) -> pl.DataFrame:
        """Texts that hold nothing to ask for are dropped: nothing went wrong with them."""
        return dropped_for(super().fates(batch, told), DECLINED, TOO_SHORT)
