"""Split texts into chunks."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from ..core import Column, DType, Example, OutputColumn, RowExpander, Text, require_text
from ._cutting import Unit, cut


class ChunkText(RowExpander):
    """Split each text into chunks of at most so many words or characters.

    The chunks of a row take its place, in the order of the text, each with the other columns of the row. A text without
    anything but white space has none: its row is dropped (`no_children`). A row without a text fails (`no_value`).

    Cuts are made at the strongest borders: a paragraph that is small enough stays whole, a larger one is cut between
    its lines, those between sentences, those between words, and a word that alone is too large between characters.
    Neighbouring pieces are then put together as long as they fit. The chunks are parts of the text as it is and cover
    all of it; only white space around them goes. Words are counted by Unicode letters, digits and marks, one per
    character in scripts written without spaces; characters are code points. What is shown as one character, such as a
    letter with its accents or a joined emoji, is cut only when it alone is larger than a chunk.

    With an overlap each chunk but the first begins with the end of the text before it: as many whole words as are
    within the overlap. It counts towards the size, so what may stay whole is then at most size minus overlap.
    """

    name = "chunk_text"
    phrases = (
        "split texts into chunks",
        "chunk the documents into pieces of 500 words",
        "cut long texts into passages",
        "break documents into chunks of 1000 characters",
        "split into overlapping chunks",
        "chunks of 300 words with an overlap of 30 words",
        "divide each document into smaller pieces",
        "segment documents into passages for retrieval",
        "chunk by paragraphs and sentences",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    method: Literal["recursive"] = Field(
        default="recursive", description="How to cut: at paragraphs, then lines, sentences, words, characters."
    )
    size: int = Field(default=512, ge=1, description="Most words or characters in a chunk, see `unit`, inclusive.")
    unit: Unit = Field(default="words", description="What `size` and `overlap` count: words or chars.")
    overlap: int = Field(
        default=0, ge=0, description="Most words or characters that a chunk repeats from the one before; below `size`."
    )
    output: OutputColumn | None = Field(
        default=None, description="Column to write the chunk to; the same column when not given."
    )

    @model_validator(mode="after")
    def _overlap_leaves_room(self) -> Self:
        if self.overlap >= self.size:
            raise ValueError(
                f"an overlap of {self.overlap} {self.unit} leaves no room in chunks of {self.size}; "
                f"set overlap to at most {self.size - 1}, or a larger size"
            )
        return self

    def writes(self) -> dict[str, DType]:
        return {self.output or self.column: "text"}

    def expand(self, row: dict[str, Any], state: None) -> list[dict[str, Any]]:
        text = require_text(row, self.column)
        return [{self.output or self.column: chunk} for chunk in cut(text, self.size, self.unit, self.overlap)]

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"size": 6},
            rows=["A first paragraph.\n\nThen two sentences. They do not fit together.", "Short.", ""],
            out=["A first paragraph.\n\nThen two sentences.", "They do not fit together.", "Short."],
        )
