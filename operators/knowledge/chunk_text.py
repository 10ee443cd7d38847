"""Split texts into chunks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from ..core import Column, Context, DType, Example, OutputColumn, RowExpander, Text, require_text
from ..core.columns import ColumnName
from ..core.embedder import Embedder
from ..core.needs import NeedsByOptions
from ..core.resources import file_fingerprint
from ..core.schema import DTYPES
from ..text._tokens import load_tokenizer
from ._blocks import Table, blocks_of
from ._cutting import Cut, Limit, apart, by_sentences, by_windows, pieces, put_together
from ._pages import page_breaks, page_of, without_page_breaks
from ._ruler import AnyUnit, Ruler
from ._sections import HEADING_SEPARATOR, Section, by_headings, path_of, sections_of
from ._topics import by_topics

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_WHAT = "tokenizer of chunk_text"


@dataclass(frozen=True)
class _Models:
    tokenizer: "Tokenizer | None"
    embedder: Embedder | None


class ChunkText(RowExpander):
    """Split each text into chunks of at most so many words, characters or tokens.

    The chunks of a row take its place, in the order of the text, each with the other columns of the row. A text without
    anything but white space has none: its row is dropped (`no_children`). A row without a text fails (`no_value`).

    - `recursive` cuts at the strongest borders: a paragraph that is small enough stays whole, a larger one is cut
      between its lines, those between sentences, those between words, and a word that alone is too large between
      characters. Neighbouring pieces are then put together as long as they fit.
    - `sentence` puts whole sentences together as long as they fit, whatever paragraphs they stand in; a sentence that
      alone is too large is cut between words.
    - `token` makes each chunk as full as it can be, and cuts between words; its `unit` is tokens where none is given.
    - `heading` follows the sections of Markdown: a section that is small enough stays whole with all under it, small
      neighbours under one heading are put together, and one that alone is too large is cut as by `recursive`.
    - `semantic` puts neighbouring sentences together, the most similar ones first, as long as they fit, so that borders
      are where the three sentences before and after differ most in meaning. It needs the embedding model.

    The chunks are parts of the text as it is and cover all of it; only white space around them goes. No word, table row
    or block of code is cut, unless a word alone is too large; a row or a block that alone is too large is a chunk of
    its own, larger than `size`. Code is what stands between fences, or is indented after an empty line and has signs of
    code. A table that is cut has its head again at the start of each chunk that goes on with its rows, where there is
    room; `repeat_table_head` says so. What is shown as one character is cut only when it alone is larger than a chunk.

    Words are counted by Unicode letters, digits and marks, one per character in scripts written without spaces;
    characters are code points. Tokens are those of the `tokenizer`, counted where they begin in the whole text, or,
    without one, estimated at four UTF-8 bytes each.

    With an overlap each chunk but the first begins with the end of the text before it: as many whole words as are
    within the overlap. It counts towards the size, so what may stay whole is then at most size minus overlap. With
    `heading` nothing is repeated across the start of a section.

    A form feed is white space that begins a page; in a chunk a space or a line end stands in its place. With `page`
    each chunk tells the page on which it begins, from 1; null where the text does not hold as many pages as the column
    `page_count` says. With `headings` it tells the headings under which all of it stands, as "A > B"; null for none.
    """

    name = "chunk_text"
    version = 2
    needs = NeedsByOptions(lambda operator: ("embedder",) if operator.method == "semantic" else ())
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
        "split the texts semantically",
        "split at sentence boundaries into chunks",
        "chunk the documents by their headings",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    method: Literal["recursive", "sentence", "token", "heading", "semantic"] = Field(
        default="recursive",
        description="How to cut: recursive at paragraphs, then lines, sentences, words; sentence between sentences; "
        "token into full windows; heading along sections; semantic where the meaning changes.",
    )
    size: int = Field(
        default=512, ge=1, description="Most words, characters or tokens in a chunk, see `unit`, inclusive."
    )
    unit: AnyUnit = Field(
        default="words",
        description="What `size` and `overlap` count: words, chars or tokens; tokens for method token if not given.",
    )
    overlap: int = Field(
        default=0, ge=0, description="Most words, characters or tokens repeated from the chunk before; below `size`."
    )
    tokenizer: str | None = Field(
        default=None,
        min_length=1,
        description="For unit tokens: name of a resource bound to a tokenizer.json of the tokenizers library; null for "
        "an estimate of four bytes a token.",
    )
    repeat_table_head: bool = Field(
        default=True, description="Whether a chunk that goes on with the rows of a table begins with the table's head."
    )
    output: OutputColumn | None = Field(
        default=None, description="Column to write the chunk to; the same column when not given."
    )
    page: OutputColumn | None = Field(
        default=None, description="Column to write the page to on which a chunk begins; null to write none."
    )
    headings: OutputColumn | None = Field(
        default=None, description='Column to write the path of headings to, as "A > B"; null to write none.'
    )
    page_count: ColumnName = Field(
        default="page_count", description="Column that says how many pages the text has; read only for `page`."
    )

    @model_validator(mode="before")
    @classmethod
    def _windows_count_tokens(cls, given: Any) -> Any:
        if isinstance(given, Mapping) and given.get("method") == "token" and "unit" not in given:
            return {**given, "unit": "tokens"}
        return given

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        if self.overlap >= self.size:
            raise ValueError(
                f"an overlap of {self.overlap} {self.unit} leaves no room in chunks of {self.size}; "
                f"set overlap to at most {self.size - 1}, or a larger size"
            )
        if self.tokenizer is not None and self.unit != "tokens":
            raise ValueError(f"unit {self.unit} uses no tokenizer; set unit to tokens, or leave tokenizer out")
        columns = [column for column in (self.output or self.column, self.page, self.headings) if column]
        if len(set(columns)) < len(columns):
            raise ValueError("the chunk, its page and its headings must be written to different columns")
        return self

    def reads(self) -> dict[str, tuple[DType, ...]]:
        return {**super().reads(), **({self.page_count: DTYPES} if self.page else {})}

    def writes(self) -> dict[str, DType]:
        told: dict[str, DType] = {self.output or self.column: "text"}
        if self.page:
            told[self.page] = "integer"
        if self.headings:
            told[self.headings] = "text"
        return told

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        if self.tokenizer is None:
            return {}
        return {self.tokenizer: file_fingerprint(self.tokenizer, resources, _WHAT)}

    def open(self, ctx: Context) -> _Models:
        return _Models(
            None if self.tokenizer is None else load_tokenizer(self.tokenizer, ctx.resources, _WHAT),
            ctx.embedder() if self.method == "semantic" else None,
        )

    def expand(self, row: dict[str, Any], state: _Models) -> list[dict[str, Any]]:
        given = require_text(row, self.column)
        text = without_page_breaks(given)
        breaks = page_breaks(given, row.get(self.page_count)) if self.page else None
        blocks = blocks_of(text)
        ruler = Ruler(text, self.unit, state.tokenizer, tuple(blocks.whole))
        sections = sections_of(text, blocks.headings) if self.headings or self.method == "heading" else []
        made = []
        for one in self._cuts(ruler, blocks.tables, sections, state):
            child: dict[str, Any] = {self.output or self.column: _text_of(text, one)}
            if self.page:
                child[self.page] = None if breaks is None else page_of(breaks, one.start)
            if self.headings:
                child[self.headings] = HEADING_SEPARATOR.join(path_of(sections, one.own, one.end)) or None
            made.append(child)
        return made

    def _cuts(self, ruler: Ruler, tables: list[Table], sections: list[Section], state: _Models) -> list[Cut]:
        limit = Limit(self.size, self.overlap, tuple(tables) if self.repeat_table_head else ())
        if self.method == "token":
            return by_windows(ruler, limit)
        if self.method == "heading":
            return by_headings(ruler, sections, self.size, lambda start, end: _recursive(ruler, limit, start, end))
        if self.method == "recursive":
            return _recursive(ruler, limit, 0, len(ruler.text))
        parts = by_sentences(ruler, limit)
        if state.embedder is None:
            return put_together(ruler, parts, limit)
        return apart(ruler, by_topics(ruler, parts, limit.room, state.embedder), limit)

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"size": 6},
            rows=["A first paragraph.\n\nThen two sentences. They do not fit together.", "Short.", ""],
            out=["A first paragraph.\n\nThen two sentences.", "They do not fit together.", "Short."],
        )


def _recursive(ruler: Ruler, limit: Limit, start: int, end: int) -> list[Cut]:
    return put_together(ruler, pieces(ruler, start, end, limit), limit, first=start)


def _text_of(text: str, one: Cut) -> str:
    """A chunk as it is written."""
    chunk = text[one.start : one.end]
    return chunk if one.head is None else f"{text[slice(*one.head)]}\n{chunk}"
