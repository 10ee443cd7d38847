"""Let a model grade rows by a rubric."""

from functools import lru_cache
from statistics import fmean
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StrictInt, StrictStr, StringConstraints, create_model, model_validator

from ..core import Anything, Asking, Column, DType, Example, LLMEvaluator, OutputColumn, ask_for
from ..core.prompts import as_data
from ._material import Material
from ._prompts import QA_PAIR, SCORE, TEXT_QUALITY

_PRESETS = {"text_quality": TEXT_QUALITY, "qa_pair": QA_PAIR}
_PAIR = {"question_column": "question", "answer_column": "answer"}
_ONE = "quality"
Criterion = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class LLMScore(LLMEvaluator, Material):
    """Write the grades that a model gives each row by a rubric.

    Every row that could be graded is kept, and their order stays. For each criterion the model first gives reasons,
    then a whole number from `min_scale` to `max_scale`, both inclusive. With one criterion `output` is its grade; with
    several it is their mean, and `output` with `_` and the criterion's name holds each grade. `feedback` gets the
    reasons: a text, or an object with one per criterion. Grades and mean are metrics in the ledger.

    A grade outside the scale, one that is no whole number, or a reply that cannot be read goes back to the model with
    the reason, twice at most; then the row fails (`invalid_reply`) and has no score. The preset `text_quality` grades a
    text by six criteria; `qa_pair` grades a question and its answer by four, against the source text in `column`. Rows
    without a value to grade fall under `on_null`: by default they stay, with nulls.

    Source: the criteria of the presets are those of DataFlow's MetaSampleEvaluator and Text2QASampleEvaluator.
    """

    name = "llm_score"
    phrases = (
        "score each text with a language model",
        "rate the texts with an LLM",
        "grade every row by a rubric",
        "LLM as a judge",
        "have a model rate clarity from 1 to 5",
        "judge question answer pairs with an LLM",
        "let a model grade the quality",
        "evaluate texts by a rubric with GPT",
    )

    rubric: Criterion | dict[Criterion, Criterion] | None = Field(
        default=None,
        min_length=1,
        description="What is graded, in plain words: one text, or the name of each criterion with its text. By "
        "default how good the whole is.",
    )
    preset: Literal["text_quality", "qa_pair"] | None = Field(
        default=None, description="A ready rubric: six criteria for texts, or four for questions with answers."
    )
    min_scale: int = Field(default=1, ge=-1000, le=1000, description="Worst grade, inclusive.")
    max_scale: int = Field(default=5, ge=-1000, le=1000, description="Best grade, inclusive.")
    question_column: Column[Anything] | None = Field(
        default=None, description="Column with the question, for the preset qa_pair only, `question` by default."
    )
    answer_column: Column[Anything] | None = Field(
        default=None, description="Column with the answer, for the preset qa_pair only, `answer` by default."
    )
    output: OutputColumn = Field(default="score", description="Column to write the grade to, or the mean of several.")
    feedback: OutputColumn | None = Field(
        default="feedback", description="Column to write the reasons to; null to leave them out."
    )

    @model_validator(mode="before")
    @classmethod
    def _pair_columns(cls, options: Any) -> Any:
        """The columns of a pair are read with its preset only, and have defaults there."""
        if isinstance(options, dict) and options.get("preset") == "qa_pair" and options.get("prompt") is None:
            return {**options, **{option: options.get(option) or column for option, column in _PAIR.items()}}
        return options

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.min_scale >= self.max_scale:
            raise ValueError(f"min_scale {self.min_scale} is not below max_scale {self.max_scale}")
        if self.preset is not None and self.rubric is not None:
            raise ValueError(f"the preset {self.preset} brings its own rubric; give either preset or rubric")
        if self.preset != "qa_pair" and (self.question_column or self.answer_column):
            raise ValueError("question_column and answer_column go with the preset qa_pair only")
        written = [self.output, *self._grade_columns(), *filter(None, [self.feedback])]
        if len(set(written)) < len(written):
            raise ValueError(f"two results would go to one column, of {', '.join(written)}; set output or feedback")
        return self

    def prompts(self) -> dict[str, str]:
        return {**super().prompts(), "system": self._system()}

    def writes(self) -> dict[str, DType]:
        """The grades, and the reasons."""
        several = self._several
        columns: dict[str, DType] = {self.output: "number" if several else "integer"}
        columns |= dict.fromkeys(self._grade_columns(), "integer")
        return columns | ({self.feedback: "nested" if several else "text"} if self.feedback else {})

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        given = self._given(row)
        model = _reply_model(tuple(self._criteria), self.min_scale, self.max_scale)
        reply = yield from ask_for(model, self.request(given, self._system()))
        graded = {name: getattr(reply, _field(at)) for at, name in enumerate(self._criteria)}
        if not self._several:
            ((_, only),) = graded.items()
            return {self.output: only.score, **self._told(only.reason)}
        grades = {self._column(name): one.score for name, one in graded.items()}
        reasons = {name: one.reason for name, one in graded.items()}
        return {self.output: fmean(grades.values()), **grades, **self._told(reasons)}

    def _told(self, reasons: str | dict[str, str]) -> dict[str, Any]:
        return {self.feedback: reasons} if self.feedback else {}

    def _given(self, row: dict[str, Any]) -> str:
        """What is graded; of a pair the source text too, or nothing could say whether the answer is right."""
        pair = [column for column in (self.question_column, self.answer_column) if column]
        return "\n\n".join([self.material(row), *(as_data(column, row.get(column)) for column in pair)])

    def _system(self) -> str:
        rubric = "\n".join(f"- {name}: {text}" for name, text in self._criteria.items())
        criteria = ", ".join(f'"{name}"' for name in self._criteria)
        return SCORE.format(rubric=rubric, low=self.min_scale, high=self.max_scale, criteria=criteria)

    @property
    def _criteria(self) -> dict[str, str]:
        if self.preset is not None:
            return _PRESETS[self.preset]
        if isinstance(self.rubric, dict):
            return self.rubric
        return {_ONE: self.rubric or "How good it is as a whole: correct, clear, complete and well written."}

    @property
    def _several(self) -> bool:
        return self.preset is not None or isinstance(self.rubric, dict)

    def _grade_columns(self) -> list[str]:
        return [self._column(name) for name in self._criteria] if self._several else []

    def _column(self, criterion: str) -> str:
        return f"{self.output}_{criterion}"

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"rubric": "How clear the text is."},
            rows=["The cat sleeps."],
            out=[{"text": "The cat sleeps.", "score": 5, "feedback": "Short and plain."}],
            replies=['{"quality": {"reason": "Short and plain.", "score": 5}}'],
        )


@lru_cache(maxsize=64)
def _reply_model(criteria: tuple[str, ...], low: int, high: int) -> type[BaseModel]:
    """The reply: for each criterion the reasons, then a grade on the scale."""
    grade = Annotated[StrictInt, Field(ge=low, le=high)]
    judgement = create_model("Judgement", reason=(StrictStr, ...), score=(grade, ...))
    fields: dict[str, Any] = {_field(at): (judgement, Field(alias=name)) for at, name in enumerate(criteria)}
    return create_model("Judgements", **fields)


def _field(at: int) -> str:
    """A name that no attribute of a model has, whatever a criterion is called."""
    return f"criterion_{at}"
