"""Join neighbouring questions into wider ones that need the answers of all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import orjson
import polars as pl
from pydantic import BaseModel, Field, StrictBool, StrictStr, model_validator

from ..core import (
    ROW,
    Anything,
    Asking,
    Batch,
    Column,
    Columns,
    Context,
    DatasetOperator,
    DType,
    Example,
    Fetch,
    Outcome,
    OutputColumn,
    Request,
    RowError,
    Schema,
    Text,
    Verdict,
    ask_for,
    converse,
    template,
)
from ..core.asking import model_of
from ..core.batch import encode
from ..core.prompts import DATA_RULE
from ..sft._prompts import with_wishes
from ..sft._talking import ask_until, folded
from ._checks import names
from ._prompts import COVERS, COVERS_SYSTEM, WIDER, WIDER_SYSTEM

INPUT, WIDENED = "input", "widened"
REFUSED = "refused"
_USABLE, _GROUP = "usable", "group"


class WiderQuestion(BaseModel):
    """A joined question and its answer, or why there is none."""

    question: str | None
    answer: str | None
    declined: str | None = None

    @model_validator(mode="after")
    def _question_or_a_reason(self) -> Self:
        if bool((self.question or "").strip()) != bool((self.answer or "").strip()):
            raise ValueError("question and answer are both given, or both null")
        if not (self.question or "").strip() and not (self.declined or "").strip():
            raise ValueError("there is no question and declined gives no reason")
        return self


class CoverVerdict(BaseModel):
    """Whether a joined question needs all single answers, and stands without the single questions."""

    reason: StrictStr
    answer_all: StrictBool
    understood: StrictBool


@dataclass(frozen=True)
class Pair:
    """A question of the data with its answer."""

    row: str
    question: str
    answer: str


@dataclass(frozen=True)
class Wider:
    """A joined question with its answer and what it was joined from."""

    pairs: Sequence[Pair]
    question: str
    answer: str


class WidenQA(DatasetOperator):
    """Join each run of neighbouring questions into a wider one that needs all their answers, with a language model.

    All rows are kept, in order, with "input" in the column `origin`; the wider questions follow them with "widened"
    there, their `parts` as a list of questions with answers, and the parents in the ledger. Runs are of `width` rows
    that follow each other, each beginning with the next row, so that n rows give n - width + 1 wider questions; with
    `group` only rows with the same value there are joined, such as those of one document. Rows without a question or an
    answer are kept and joined to none. Of the columns in `joined` a wider question has the values of all its parts,
    each once: texts one after the other, lists joined; all its other columns are null.

    Two requests for each: one joins the questions, and one judges whether the result needs all answers and stands
    alone. A joined question that contains an answer, or whose answer lacks one of the single ones, goes back with the
    reason, twice at most. How many runs gave no wider question, since the model declined, a judgement refused it or no
    reply was of use, is a warning of the report.
    """

    name = "widen_qa"
    kind = "generate"
    effect = "create"
    needs = ("llm",)
    stochastic: ClassVar[bool] = True
    sketch_bytes = 600
    phrases = (
        "join neighbouring questions into wider ones",
        "merge question-answer pairs into one question that needs both answers",
        "widen the questions for agentic RAG",
        "combine pairs of questions about the same document",
        "make questions with several answers out of single ones",
        "add questions that need the answers of two others",
    )

    question: Column[Text] = Field(default="question", description="Column that holds the question.")
    answer: Column[Text] = Field(default="answer", description="Column that holds its answer.")
    width: int = Field(default=2, ge=2, le=5, description="Questions that are joined into one.")
    group: Column[Anything] | None = Field(
        default=None, description="Column by which rows belong together; all rows do when not given."
    )
    joined: Columns = Field(default=(), description="Columns of which a wider question has the values of its parts.")
    origin: OutputColumn = Field(default="origin", description='Column to write "input" or "widened" to.')
    parts: OutputColumn = Field(default="parts", description="Column to write the single questions to.")
    instructions: str | None = Field(default=None, description="What is wished of the questions besides.")
    temperature: float = Field(default=0.0, ge=0, le=2, description="0 for the likeliest reply, more for variety.")
    max_tokens: int = Field(default=1024, ge=1, description="Most tokens of a reply; a reply that is cut off is none.")

    @model_validator(mode="after")
    def _columns_of_their_own(self) -> Self:
        written = {self.question, self.answer, self.origin, self.parts}
        if len(written) < 4 or written & {*self.joined}:
            raise ValueError("question, answer, origin and parts need a column each, and none of them is joined")
        return self

    def calls(self, rows: int) -> tuple[int, int]:
        """None where no rows belong together, two for each run at most."""
        return (0 if self.group else max(0, rows - self.width + 1)), 2 * max(0, rows - self.width + 1)

    def prompts(self) -> dict[str, str]:
        system = with_wishes(WIDER_SYSTEM, None, self.instructions)
        return {"wider_system": system, "wider": WIDER, "covers_system": COVERS_SYSTEM, "covers": COVERS}

    def writes(self) -> dict[str, DType]:
        return {self.question: "text", self.answer: "text", self.origin: "text", self.parts: "nested"}

    def check_schema(self, schema: Schema) -> list[str]:
        return [
            f"column {name!r} holds {schema[name].dtype} values, but only texts and lists can be joined"
            for name in self.joined
            if name in schema and schema[name].dtype not in ("text", "nested")
        ]

    def sketch(self, batch: Batch, state: None) -> pl.DataFrame:
        usable = pl.Series(_USABLE, [True] * len(batch), dtype=pl.Boolean)
        for column in (self.question, self.answer):
            usable &= batch.texts(column).str.strip_chars().fill_null("") != ""
        groups = batch.values(self.group) if self.group else [0] * len(batch)
        keys = [orjson.dumps(value, default=str).decode() for value in groups]
        return batch.frame.select(ROW, usable.alias(_USABLE), pl.Series(_GROUP, keys, dtype=pl.String))

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        records = sketches.select(ROW, fate=pl.lit("kept"))
        runs = [*self._runs(sketches.filter(_USABLE))]
        if not runs:
            return Verdict(records, created=self._frame([], [], fetch))
        shown = self._pairs(runs, fetch)
        talks = [self._talk([shown[row] for row in run]) for run in runs]
        told = converse(model_of(ctx, self.name).llm, talks, ctx.seed)
        made = [wider for wider in told.values if wider is not None]
        parents = [run for run, wider in zip(runs, told.values, strict=True) if wider is not None]
        why = f"{len(told.failed)} of {len(runs)} runs of {self.width} questions gave no wider one; the last since "
        warnings = [why + str(told.failed[max(told.failed)])] if told.failed else []
        return Verdict(records, created=self._frame(made, parents, fetch), warnings=warnings, usage=told.usage)

    def rewrite(self, batch: Batch, records: pl.DataFrame) -> Outcome:
        batch = batch.with_values(self.origin, [INPUT] * len(batch), "text")
        return super().rewrite(batch.with_values(self.parts, [None] * len(batch), "nested"), records)

    def _runs(self, usable: pl.DataFrame) -> Iterator[tuple[str, ...]]:
        """The row ids of each run, in input order of their first rows within each group."""
        grouped: dict[str, list[str]] = {}
        for row, group in usable.select(ROW, _GROUP).iter_rows():
            grouped.setdefault(group, []).append(row)
        for rows in grouped.values():
            yield from (tuple(rows[at : at + self.width]) for at in range(len(rows) - self.width + 1))

    def _pairs(self, runs: Sequence[tuple[str, ...]], fetch: Fetch) -> Mapping[str, Pair]:
        found = fetch([*dict.fromkeys(row for run in runs for row in run)], [self.question, self.answer])
        return {row: Pair(row, *values) for row, *values in found.select(ROW, self.question, self.answer).iter_rows()}

    def _talk(self, pairs: Sequence[Pair]) -> Asking[Wider]:
        said = self.prompts()
        told = [{"question": pair.question, "answer": pair.answer} for pair in pairs]

        def fault(reply: WiderQuestion) -> str | None:
            return next(_unfit(reply, pairs), None)

        asked = self._request(template(said["wider"]).fill({"pairs": told}), said["wider_system"])
        wider = yield from ask_until(WiderQuestion, asked, fault)
        if wider.question is None or wider.answer is None:
            raise RowError(REFUSED, f"they cannot be joined: {wider.declined}")
        values = {"questions": [pair.question for pair in pairs], "joined": wider.question}
        asked = self._request(template(said["covers"]).fill(values), said["covers_system"])
        verdict = yield from ask_for(CoverVerdict, asked)
        if not (verdict.answer_all and verdict.understood):
            raise RowError(REFUSED, f"{wider.question!r}: {verdict.reason}")
        return Wider(pairs, wider.question.strip(), wider.answer.strip())

    def _request(self, prompt: str, system: str) -> Request:
        limits: dict[str, Any] = {"temperature": self.temperature, "max_tokens": self.max_tokens}
        return Request(prompt, system=f"{system}\n\n{DATA_RULE}", **limits)

    def _frame(self, made: Sequence[Wider], parents: Sequence[tuple[str, ...]], fetch: Fetch) -> pl.DataFrame:
        parts = [[{"question": pair.question, "answer": pair.answer} for pair in one.pairs] for one in made]
        columns = {
            self.question: pl.Series([one.question for one in made], dtype=pl.String),
            self.answer: pl.Series([one.answer for one in made], dtype=pl.String),
            self.origin: pl.Series([WIDENED] * len(made), dtype=pl.String),
            self.parts: encode(parts, "nested"),
            "parents": pl.Series([[*run] for run in parents], dtype=pl.List(pl.String)),
        }
        if not (made and self.joined):
            return pl.DataFrame(columns)
        found = fetch([*dict.fromkeys(row for run in parents for row in run)], self.joined)
        values = {
            row: dict(zip(self.joined, rest, strict=True)) for row, *rest in found.select(ROW, *self.joined).rows()
        }
        joined = {
            name: pl.Series([_joined([values[row][name] for row in run]) for run in parents], dtype=pl.String)
            for name in self.joined
        }
        return pl.DataFrame({**columns, **joined})

    @classmethod
    def example(cls) -> Example:
        rows = [
            {"question": "In which year did the Erlau mill open?", "answer": "1847"},
            {"question": "Who built the Erlau mill?", "answer": "Ada Kern"},
        ]
        wider, both = "In which year did the Erlau mill open, and who built it?", "1847; Ada Kern"
        return Example(
            rows=rows,
            out=[
                *({**row, "origin": "input", "parts": None} for row in rows),
                {"question": wider, "answer": both, "origin": "widened", "parts": rows},
            ],
            replies=[
                f'{{"question": "{wider}", "answer": "{both}", "declined": null}}',
                '{"reason": "Both are asked.", "answer_all": true, "understood": true}',
            ],
        )


def _unfit(reply: WiderQuestion, pairs: Sequence[Pair]) -> Iterator[str]:
    """What is wrong with a joined question."""
    if reply.question is None or reply.answer is None:
        return
    if folded(reply.question) in {folded(pair.question) for pair in pairs}:
        yield "question: it is one of the single ones"
    for pair in pairs:
        if names(reply.question, pair.answer):
            yield f"question: it contains the answer {pair.answer!r}"
        if folded(pair.answer) not in folded(reply.answer):
            yield f"answer: it lacks {pair.answer!r}; give all answers as they are written"


def _joined(values: Sequence[str | None]) -> str | None:
    """The values of several rows as one, each once: lists, which are JSON text here, or texts."""
    distinct = [*dict.fromkeys(value for value in values if value is not None)]
    if not distinct:
        return None
    if len(distinct) == 1:
        return distinct[0]
    lists = [_list_in(value) for value in distinct]
    if all(one is not None for one in lists):
        items = {orjson.dumps(item): item for one in lists for item in one or []}
        return orjson.dumps([*items.values()]).decode()
    return "\n\n".join(distinct)


def _list_in(value: str) -> list[Any] | None:
    try:
        found = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, list) else None
