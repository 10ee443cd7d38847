"""Keep the answers that their source supports."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import (
    Batch,
    Column,
    Context,
    Example,
    OneOf,
    Outcome,
    OutputColumn,
    Range,
    RowError,
    RowFilter,
    Rule,
    Text,
    converse,
    judge,
)
from ..core.asking import MAX_DETAIL, Model, model_of
from ..core.needs import NeedsByOptions, StochasticIfAsking
from ..core.usage import Usage
from ._grounding import NONE, Finding, ground
from ._grounding_judge import JUDGE, JUDGE_SYSTEM, JUDGE_WITH_QUESTION, judged
from ._grounding_source import Source

_SOURCES = 64
"""Prepared sources that are kept, since the answers from one chunk mostly follow each other."""
Row = tuple[str | None, str | None, str | None]


class GroundedAnswerFilter(RowFilter):
    """Keep the answers that the text they were made from supports, and name the sentences that support them.

    Drops the others; order is kept. The sentences of the source that come nearest are written to the column `evidence`,
    one a line, unless that is null. The ledger holds the metrics `support` (0 to 1), `failed_check` and `evidence`, the
    reason says what is wrong, and the detail of a row that goes shows the claim beside the sentence.

    Backend `rules` needs no model. An answer of whole sentences of the source, word for word, is supported (support
    1). It takes any other answer apart into claims (sentences, items of lists; what only greets
    or announces is left out) and finds for each the sentences of the source, next to each other or with one farther
    on, that share most of its words: inflections and little words apart, rare words counting more, pairs of characters
    in scripts without spaces. `support` is that share for the least supported claim or clause. Whatever the share, a
    row goes if a check fails: `number_mismatch` and `date_mismatch` (not in those sentences with that unit, or said of
    something else; digits, words, magnitudes and separators are read as one, but nothing is converted or worked out: a
    sum that the source does not state is unsupported), `name_mismatch`, `role_mismatch` (A beat B, and B beat A),
    `opposite_mismatch` (rose and fell, before and after, all and some), `negation_mismatch`, `refusal` (the answer only
    says that the text does not tell), `no_claim` (no word). Else the reason is `unsupported`. It knows no synonyms but
    some, so a free paraphrase may go, and an invented word among many true ones may stay. Words of negation and of
    opposition are English, German and Chinese; in other languages words, numbers and names alone decide. Source and
    answer must be in one language. With `question`, an answer of up to three words is read together with it, and yes
    and no are judged as what was asked or its opposite.

    Backend `llm` asks a model once for each row; it gives a reason, whether the source supports the answer (support 1
    or 0, failed check `unsupported`), and the sentence, which must stand in the source word for word. A reply that is
    nothing of the kind goes back with the reason, twice at most, then the row fails (`invalid_reply`).

    Rows without an answer or without a source fall under `on_null`. A row without a question is judged without one.
    """

    name = "grounded_answer_filter"
    limits = ("min_support",)
    phrases = (
        "keep only answers that are supported by their source text",
        "drop hallucinated answers",
        "remove answers that are not grounded in the chunk",
        "check that each answer is backed by its passage",
        "grounding check of generated answers",
        "keep answers whose facts are in the document they were made from",
        "drop answers that contradict their source text",
        "filter out made-up answers",
    )
    needs = NeedsByOptions(lambda operator: ("llm",) if operator.backend == "llm" else ())
    stochastic = StochasticIfAsking()

    column: Column[Text] = Field(default="answer", description="Column that holds the answer to check.")
    context: Column[Text] = Field(default="text", description="Column that holds the text the answer was made from.")
    question: Column[Text] | None = Field(
        default=None, description="Column that holds the question; it completes answers of a word or two."
    )
    backend: Literal["rules", "llm"] = Field(
        default="rules", description="What judges: rules, which need no model, or a language model."
    )
    min_support: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="For backend rules: least share of a claim that the source must hold, 0 to 1, inclusive.",
    )
    evidence: OutputColumn | None = Field(
        default="evidence", description="Column to write the supporting sentences to, one a line; null for none."
    )
    max_tokens: int = Field(
        default=1024, ge=1, description="For backend llm: most tokens of a reply; a reply that is cut off fails."
    )

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        if self.backend == "llm" and self.min_support != type(self).model_fields["min_support"].default:
            raise ValueError("min_support is for backend rules, a model says yes or no; leave it out")
        if self.backend == "rules" and self.max_tokens != type(self).model_fields["max_tokens"].default:
            raise ValueError("max_tokens is for backend llm; leave it out, or set backend to llm")
        return self

    def prompts(self) -> dict[str, str]:
        if self.backend == "rules":
            return {}
        return {"system": JUDGE_SYSTEM, "judge": JUDGE if self.question is None else JUDGE_WITH_QUESTION}

    def calls(self, rows: int) -> tuple[int, int]:
        """None by rules; by a model one for each row that has an answer and a source with words."""
        return (0, rows) if self.backend == "llm" else (0, 0)

    def keep(self) -> Mapping[str, Rule]:
        return {"failed_check": OneOf.of([NONE]), "support": Range(self.min_support)}

    def open(self, ctx: Context) -> Model | None:
        return model_of(ctx, self.name) if self.backend == "llm" else None

    def metrics(self, batch: Batch, state: Model | None) -> dict[str, pl.Series]:
        found = [one if isinstance(one, Finding) else None for one in self._findings(batch, state)[0]]
        return _metrics(found)

    def apply(self, batch: Batch, state: Model | None) -> Outcome:
        """Judge the rows, drop those that are not supported, and write the evidence."""
        found, usage = self._findings(batch, state)
        findings = [one if isinstance(one, Finding) else None for one in found]
        errors = [one if isinstance(one, RowError) else None for one in found]
        metrics = pl.DataFrame(_metrics(findings))
        judged_rows = judge(metrics, self.rules(), self.on_null).hstack(metrics)
        failed = pl.Series([error is not None for error in errors], dtype=pl.Boolean)
        failure = pl.Series([error and error.reason for error in errors], dtype=pl.String)
        code = pl.when(pl.col("failed_check") == NONE).then(pl.lit("unsupported")).otherwise("failed_check")
        is_code = pl.col("reason").is_not_null() & (pl.col("reason") != "no_value")
        records = judged_rows.with_columns(
            fate=pl.when(failed).then(pl.lit("failed")).otherwise("fate"),
            reason=pl.when(failed).then(failure).when(is_code).then(code).otherwise("reason"),
        ).with_columns(
            detail=pl.when(pl.col("fate") != "kept").then(pl.Series([_detail(one) for one in found], dtype=pl.String))
        )
        rows = batch
        if self.evidence is not None:
            sentences = [(one.evidence or None) if one else None for one in findings]
            rows = batch.with_values(self.evidence, sentences, "text")
        kept = rows.filter(records["fate"] == "kept")
        return Outcome(kept, records.insert_column(0, batch.ids), usage=usage)

    def _findings(self, batch: Batch, state: Model | None) -> tuple[list[Finding | RowError | None], Usage]:
        """What was found of each row, None where it lacks answer or source."""
        rows = [*self._rows(batch)]
        if state is None:
            return [*_by_rules(rows)], Usage()
        talks = {
            n: judged(answer, source, question, self.max_tokens)
            for n, (answer, source, question) in enumerate(rows)
            if answer is not None and source is not None
        }
        told = converse(state.llm, [*talks.values()], state.seed)
        found: list[Finding | RowError | None] = [None] * len(rows)
        for place, n in enumerate(talks):
            found[n] = told.failed.get(place) or told.values[place]
        return found, told.usage

    def _rows(self, batch: Batch) -> Iterator[Row]:
        questions: Sequence[str | None] = [None] * len(batch)
        if self.question is not None:
            questions = batch.texts(self.question).to_list()
        answers, sources = batch.texts(self.column).to_list(), batch.texts(self.context).to_list()
        return zip(answers, sources, questions, strict=True)

    @classmethod
    def example(cls) -> Example:
        text = "The bridge was opened in 1932 and is 503 metres long. It was never repainted."
        answers = (
            "It opened in 1932.",
            "The bridge is 530 metres long.",
            "It was repainted.",
            "Its builder was famous.",
        )
        return Example(
            options={"evidence": None}, rows=[{"text": text, "answer": answer} for answer in answers], kept=[0]
        )


def _by_rules(rows: Sequence[Row]) -> Iterator[Finding | None]:
    prepared = lru_cache(maxsize=_SOURCES)(Source)
    for answer, source, question in rows:
        yield None if answer is None or source is None else ground(answer, prepared(source), question)


def _metrics(findings: Sequence[Finding | None]) -> dict[str, pl.Series]:
    return {
        "failed_check": pl.Series([one and one.failed_check for one in findings], dtype=pl.String),
        "support": pl.Series([one and one.support for one in findings], dtype=pl.Float64),
        "evidence": pl.Series([one and (one.evidence[:MAX_DETAIL] or None) for one in findings], dtype=pl.String),
    }


def _detail(found: Finding | RowError | None) -> str | None:
    if found is None:
        return None
    words = found.detail if isinstance(found, RowError) else found.words
    return words[:MAX_DETAIL] if words else None
