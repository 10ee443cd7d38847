"""Find the questions and answers that textbooks, exams and exercise sheets hold."""

import re
from bisect import bisect_right
from collections.abc import Generator, Iterator
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from ..core import (
    Asking,
    Batch,
    Column,
    Context,
    DType,
    Example,
    LLMExpander,
    Outcome,
    OutputColumn,
    Reply,
    Request,
    RowError,
    Text,
    ask_for,
    template,
)
from ..core.asking import Model
from ..core.conversing import Told, side_by_side
from ..core.needs import NeedsByOptions
from ..core.quoting import Quotable
from ..sft._talking import filled_text
from ._cutting import cut
from ._entries import Entry, merged
from ._numbered import read_numbered
from ._prompts import EXTRACT, EXTRACT_SYSTEM
from ._quotes import once_more

_MARKDOWN_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)


class FoundEntry(BaseModel):
    """A question, an answer, or both."""

    chapter: str | None = None
    number: str | None = None
    question: str | None = None
    options: list[str] = []
    answer: str | None = None
    solution: str | None = None


class FoundEntries(BaseModel):
    """What a part of a document holds."""

    entries: list[FoundEntry]


class ExtractDocumentQA(LLMExpander):
    """Find the questions with their answers that each document holds: textbooks, exams, exercise sheets as Markdown.

    The questions of a document take its place, in its order, each with all other columns of the row; nothing is
    invented, every question, option, answer and solution is in the words of the document. Answers that stand apart, at
    the end of a chapter or of the book, are merged with their questions by chapter and number. Where numbers start
    again within a chapter they are merged in order if there are as many, else not; where the answers name no chapter,
    by a number that only one question has. An answer without its question is left out; a question without an answer
    gets nulls, or goes with `unanswered` drop. The column of the text gets the passages that question and answer are
    from, not the whole document, unless `passage` names another column. A document without questions is dropped
    (`no_children`), a blank one fails (`empty_text`), rows without a text fall under `on_null`.

    Backend `rules` needs no model. It reads what is plainly numbered (`1.`, `(2)`, `2.4`, `Question 3`, `第3题`) in
    English, German and Chinese: options from A on, `Answer:` and `Solution:` below a question, and sections with
    answers or solutions, also several to a line (`1. B 2. C`, `1-5 ABCDC`) and tables. A numbered paragraph counts as a
    question in a section of exercises, or where it or a neighbour of its section has a question mark, options or an
    answer. Options with small letters stay in the question.

    Backend `llm` asks a model about windows of `window_words`, which overlap, side by side. What it gives must stand in
    the window word for word (case, white space and the form of quotes and dashes aside); where it does not, the model
    is told and asked once more, and then the entry is left out. A reply that cannot be read goes back with the reason,
    and after three the row fails (`invalid_reply`).
    """

    name = "extract_document_qa"
    phrases = (
        "extract the questions and answers that are in textbooks",
        "get exam questions with their answer keys out of the documents",
        "find the exercises and solutions in each document",
        "parse exercise sheets into question and answer rows",
        "match questions with the answers at the end of the book",
        "extract multiple-choice questions with options from exams",
        "PDF to VQA: pull existing question-answer pairs from documents",
    )
    needs = NeedsByOptions(lambda operator: ("llm",) if operator.backend == "llm" else ())

    column: Column[Text] = Field(default="text", description="Column that holds the document, as Markdown or text.")
    backend: Literal["rules", "llm"] = Field(
        default="rules", description="What reads: rules for what is plainly numbered, or a language model."
    )
    unanswered: Literal["keep", "drop"] = Field(
        default="keep", description="What happens to questions without an answer in the document."
    )
    question: OutputColumn = Field(default="question", description="Column to write the question to.")
    choices: OutputColumn = Field(default="options", description="Column to write the list of options to.")
    answer: OutputColumn = Field(default="answer", description="Column to write the short answer to.")
    solution: OutputColumn = Field(default="solution", description="Column to write the worked solution to.")
    number: OutputColumn = Field(default="number", description="Column to write the number or label to.")
    chapter: OutputColumn = Field(default="chapter", description="Column to write the heading of the chapter to.")
    passage: OutputColumn | None = Field(
        default=None, description="Column to write to where a question is from; that of the text when not given."
    )
    window_words: int = Field(
        default=1500, ge=50, description="For backend llm: most words that the model is shown at once."
    )
    overlap_words: int = Field(
        default=200, ge=0, description="For backend llm: most words that a window repeats from the one before."
    )
    max_tokens: int = Field(
        default=4096, ge=1, description="For backend llm: most tokens of a reply; a reply that is cut off fails."
    )

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        if len(self.writes()) < 7:
            raise ValueError("question, choices, answer, solution, number, chapter and passage need a column each")
        if self.overlap_words >= self.window_words:
            raise ValueError(f"overlap_words {self.overlap_words} must be below window_words {self.window_words}")
        return self

    def prompts(self) -> dict[str, str]:
        return {"system": EXTRACT_SYSTEM, "window": EXTRACT} if self.backend == "llm" else {}

    def calls(self, rows: int) -> tuple[int, int]:
        """None by rules; by a model one for each window, of which every document has at least one."""
        return (rows, rows) if self.backend == "llm" else (0, 0)

    def writes(self) -> dict[str, DType]:
        texts = (self.passage or self.column, self.question, self.answer, self.solution, self.number, self.chapter)
        return {**dict.fromkeys(texts, "text"), self.choices: "nested"}

    def open(self, ctx: Context) -> Model | None:  # type: ignore[override]
        return super().open(ctx) if self.backend == "llm" else None

    def apply(self, batch: Batch, state: Model | None) -> Outcome:
        """Read every document, by rules or with the model, all windows of all documents side by side."""
        if state is not None:
            return super().apply(batch, state)
        told = Told[list[dict[str, Any]]]([None] * len(batch))
        for number, row in enumerate(batch.rows()):
            try:
                told.values[number] = self._children(read_numbered(filled_text(row, self.column)))
            except RowError as error:
                told.failed[number] = error
        return self.outcome(batch, told)

    def ask(self, row: dict[str, Any]) -> Asking[list[dict[str, Any]]]:
        text = filled_text(row, self.column)
        found = yield from side_by_side([self._read(*window) for window in self._windows(text)])
        return self._children([entry for entries in found for entry in entries])

    def _windows(self, text: str) -> Iterator[tuple[str, str | None]]:
        """Parts of a document, each with the last heading before it."""
        headings = [(one.start(), one[1]) for one in _MARKDOWN_HEADING.finditer(text)]
        start = -1
        for window in cut(text, self.window_words, "words", self.overlap_words):
            start = text.index(window, start + 1)
            before = bisect_right([place for place, _ in headings], start) - 1
            yield window, headings[before][1] if before >= 0 else None

    def _read(self, window: str, chapter: str | None) -> Generator[Request, Reply, list[Entry]]:
        """What a model finds in a window and the window holds."""
        said, text = self.prompts(), Quotable(f"{chapter or ''}\n{window}")
        prompt = template(said["window"]).fill({"chapter": chapter or "(none)", "text": window})
        request = self.request(prompt, said["system"])
        reply = yield from ask_for(FoundEntries, request)
        faults = [fault for one in reply.entries if (fault := _fault(one, text))]
        second = (yield from once_more(request, reply, faults)) if faults else None
        found = [*reply.entries, *(second.entries if second else ())]
        return [_entry(one, text, window) for one in found if not _fault(one, text)]

    def _children(self, entries: list[Entry]) -> list[dict[str, Any]]:
        found = merged(entries)
        if self.unanswered == "drop":
            found = [one for one in found if one.answer or one.solution]
        return [
            {
                self.passage or self.column: "\n\n".join(one.passages),
                self.question: one.question,
                self.choices: [*one.options],
                self.answer: one.answer,
                self.solution: one.solution,
                self.number: one.number,
                self.chapter: one.chapter,
            }
            for one in found
        ]

    @classmethod
    def example(cls) -> Example:
        text = "# Chapter 1\n\n1. How many legs has a bee?\n\n# Answers\n\n## Chapter 1\n\n1. Six."
        made: dict[str, Any] = {
            "question": "How many legs has a bee?",
            "options": [],
            "answer": "Six.",
            "solution": None,
            "number": "1",
            "chapter": "Chapter 1",
        }
        passage = "1. How many legs has a bee?\n\n1. Six."
        return Example(rows=[{"text": text}], out=[{"text": passage, **made}])


def _fault(found: FoundEntry, text: Quotable) -> str | None:
    """Which words of an entry are not those of the text."""
    if not any((one or "").strip() for one in (found.question, found.answer, found.solution)):
        return "an entry has neither question nor answer"
    named = {"question": found.question, "answer": found.answer, "solution": found.solution}
    for what, words in [*named.items(), *(("option", option) for option in found.options)]:
        if words and words.strip() and text.find(words) is None:
            return f"this {what} does not stand in the text: {words!r}"
    return None


def _entry(found: FoundEntry, text: Quotable, window: str) -> Entry:
    """An entry in the words of the text."""

    def own(words: str | None) -> str | None:
        return text.own_words(words) if words and words.strip() else None

    options = tuple(filter(None, map(own, found.options)))
    number = (found.number or "").strip() or None
    return Entry(
        own(found.chapter),
        number,
        own(found.question),
        options,
        own(found.answer),
        own(found.solution),
        True,
        (window,),
    )
