"""Clean texts that were converted from documents."""

from typing import Any, Literal

import orjson
import polars as pl
from pydantic import BaseModel, Field

from ..core import Asking, Batch, Context, Example, LLMRefiner, Outcome, RowError, require_text
from ..core.asking import Model
from ..core.families import judge_missing
from ..core.needs import NeedsByOptions
from ..core.prompts import as_data
from ..core.structured import InvalidReply, Shape, ask_shaped, read_reply, schema_of
from ._cleaning import SYSTEM, cleaned, content_problem

_TRIES = 2


class Cleaned(BaseModel):
    """The reply: the cleaned text."""

    text: str


class CleanKnowledgeText(LLMRefiner):
    """Clean each text of what its conversion from a document has left, and keep its content and wording.

    Every row is kept but those that fail, and their order stays. Rows without a text fall under `on_null`.

    - `rules`, the default, needs no model: control characters go, ligatures become letters, words and sentences that
      line ends have broken are whole again, white space that is too much goes. Where form feeds tell at least three
      pages, page numbers and lines repeated on half of them go from their edges. Code and table rows stay as they are.
    - `llm`: the text, cleaned by the rules, is given to a model that takes out the noise which no rule knows. A reply
      that has less than `min_kept_ratio` of its words, more than `max_new_ratio` of words that the text has not, or a
      number that it has not, goes back once with the reason; then the row fails (`changed_content`). A reply that is no
      JSON fails as `invalid_reply`. A text of nothing but white space stays as it is, and the model is not asked.
    """

    name = "clean_knowledge_text"
    needs = NeedsByOptions(lambda operator: ("llm",) if operator.backend == "llm" else ())
    phrases = (
        "clean the chunks of conversion noise",
        "clean these chunks",
        "clean text extracted from PDF files",
        "remove page numbers and running headers left by PDF conversion",
        "repair hyphenation and broken lines of converted documents",
        "clean up knowledge base texts",
        "fix OCR and conversion noise in the chunks",
        "tidy the text converted from documents",
    )

    backend: Literal["rules", "llm"] = Field(
        default="rules", description="What cleans: rules needs no model, llm asks the language model after the rules."
    )
    min_kept_ratio: float = Field(
        default=0.6, ge=0, le=1, description="For backend llm: least share of the words that must stay, inclusive."
    )
    max_new_ratio: float = Field(
        default=0.1, ge=0, le=1, description="For backend llm: greatest share of words that may be new, inclusive."
    )
    max_tokens: int = Field(default=4096, ge=1, description="Most tokens of a reply; a reply that is cut off fails.")

    def prompts(self) -> dict[str, str]:
        return {"system": SYSTEM} if self.backend == "llm" else {}

    def calls(self, rows: int) -> tuple[int, int]:
        """One a row by a model, none by rules."""
        return (rows, rows) if self.backend == "llm" else (0, 0)

    def open(self, ctx: Context) -> Model | None:  # type: ignore[override]
        return super().open(ctx) if self.backend == "llm" else None

    def apply(self, batch: Batch, state: Model | None) -> Outcome:
        if state is not None:
            return super().apply(batch, state)
        texts = batch.texts(self.column)
        made = pl.Series([None if text is None else cleaned(text) for text in texts], dtype=pl.String)
        return judge_missing(batch.with_texts(self.output or self.column, made), texts.is_null(), self.on_null)

    def ask(self, row: dict[str, Any]) -> Asking[str]:
        original = require_text(row, self.column)
        if not original.strip():
            return original
        changed: str | None = None

        def checked(found: Any) -> str:
            nonlocal changed
            changed = None
            text = read_reply(Cleaned, orjson.dumps(found).decode()).text.strip()
            changed = content_problem(original, text, self.min_kept_ratio, self.max_new_ratio)
            if changed:
                raise InvalidReply(changed)
            return text

        request = self.request(as_data(self.column, cleaned(original)), SYSTEM)
        try:
            return (yield from ask_shaped(Shape(schema_of(Cleaned), checked), request, tries=_TRIES))
        except RowError as error:
            if changed is None:
                raise
            raise RowError("changed_content", f"the cleaned text is not the text: {changed}") from error

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["The ﬁrst exam-\nple goes on\nin the next line.", "Clean."],
            out=["The first example goes on in the next line.", "Clean."],
        )
