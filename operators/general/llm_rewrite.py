"""Let a model rewrite texts."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from ..core import Asking, Example, LLMRefiner, PromptText, ask_for, require_text, template
from ..core.prompts import as_data
from ._prompts import REWRITE


class Rewritten(BaseModel):
    """The reply: a text that is not empty."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class LLMRewrite(LLMRefiner):
    """Rewrite each text by an instruction in plain words, with a model.

    Every row is kept and their order stays. The new text takes the place of the old one, or goes to `output` and the
    old one stays. The text is given to the model as delimited data that it is told never to obey. A reply without a
    text goes back with the reason, twice at most, then the row fails (`invalid_reply`); so does a row whose reply is
    cut off (`reply_cut_off`) or missing. A text of nothing but white space stays as it is, and the model is not asked.
    Rows without a text fall under `on_null`: by default they stay.
    """

    name = "llm_rewrite"
    phrases = (
        "rewrite each text with a language model",
        "rephrase the texts with an LLM",
        "paraphrase every document",
        "have an LLM polish the texts",
        "make the texts more formal with a model",
        "rewrite in a friendly tone",
        "let a model improve the writing",
    )

    instruction: str = Field(
        min_length=1,
        description='What the new text should be, in plain words, such as "in simple English for children".',
    )
    prompt: PromptText | None = Field(
        default=None,
        description="Template of what the model is given, with {name} for the values of columns; by default the text.",
    )
    max_tokens: int = Field(default=4096, ge=1, description="Most tokens of a reply; a reply that is cut off fails.")

    def prompts(self) -> dict[str, str]:
        return {**super().prompts(), "system": self._system()}

    def ask(self, row: dict[str, Any]) -> Asking[str]:
        text = require_text(row, self.column)
        if not text.strip():
            return text
        given = as_data(self.column, text) if self.prompt is None else template(self.prompt).fill(row)
        reply = yield from ask_for(Rewritten, self.request(given, self._system()))
        return reply.text

    def _system(self) -> str:
        return REWRITE.format(instruction=self.instruction)

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"instruction": "Make it polite."},
            rows=["Send the file.", ""],
            out=["Could you please send the file?", ""],
            replies=['{"text": "Could you please send the file?"}'],
        )
