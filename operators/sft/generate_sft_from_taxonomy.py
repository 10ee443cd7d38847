"""Make questions and answers about the entries of a taxonomy."""

from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, create_model, model_validator

from ..core import Asking, Columns, DType, Example, LLMExpander, OutputColumn, RowError, ask_for, template
from ..core.columns import ColumnName
from ..core.conversing import side_by_side
from ._prompts import ANSWER, ANSWER_SYSTEM, QUESTIONS, QUESTIONS_SYSTEM, with_count, with_wishes
from ._talking import Talk, Written, folded

Difficulty = Literal["easy", "medium", "hard"]
DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium", "hard")
Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=4)]


class TaxonomyQuestions(BaseModel):
    """The questions about one entry, a list for each difficulty."""

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        asked = [folded(question) for name in type(self).model_fields for question in getattr(self, name)]
        if len({*asked}) < len(asked):
            raise ValueError("two questions are the same")
        return self


class TaxonomyAnswer(BaseModel):
    """The answer to one question."""

    output: Written


class GenerateSftFromTaxonomy(LLMExpander):
    """Make instructions and answers about each entry of a taxonomy, easy to hard, with a language model.

    Each row is an entry; its levels are in `columns`, the broadest first. One request asks for `per_difficulty`
    questions of each of the `difficulties`, one more for the answer to each question; the answers are asked for side by
    side. The pairs take the row's place, easy ones first, each with all other columns of the row. A level without a
    text is left out; rows without any level fall under `on_null`. A reply with too few, too many or equal questions, or
    a blank answer, goes back with the reason, and after three the row fails (`invalid_reply`); a row fails as a whole,
    so what a run made of an entry is always complete.

    Source: the knowledge-tree synthesis of Condor, Cao et al. 2025.
    """

    name = "generate_sft_from_taxonomy"
    phrases = (
        "generate instruction data from a taxonomy",
        "make questions and answers about each topic of a taxonomy",
        "synthesize SFT data for a list of domains and topics",
        "easy, medium and hard questions with answers per topic",
        "create training questions from a knowledge tree",
        "Condor data synthesis",
        "write questions of several difficulties for every subtopic",
    )

    columns: Columns = Field(
        default=("domain", "topic"), min_length=1, description="Columns that hold the levels, the broadest first."
    )
    difficulties: tuple[Difficulty, ...] = Field(
        default=DIFFICULTIES, min_length=1, description="Difficulties to ask for: easy, medium, hard."
    )
    per_difficulty: int = Field(default=1, ge=1, le=20, description="Questions of each difficulty for an entry.")
    instruction: OutputColumn = Field(default="instruction", description="Column to write the question to.")
    answer: OutputColumn = Field(default="output", description="Column to write the answer to.")
    difficulty: OutputColumn = Field(default="difficulty", description="Column to write the difficulty to.")
    instructions: str | None = Field(
        default=None, description="What is wished of the questions and answers besides, in plain words."
    )
    language: str | None = Field(default=None, description="Language to write in; that of the entry when not given.")
    max_tokens: int = Field(default=2048, ge=1, description="Most tokens of a reply; a reply that is cut off fails.")

    @model_validator(mode="after")
    def _distinct_names(self) -> Self:
        if len({self.instruction, self.answer, self.difficulty}) < 3:
            raise ValueError("instruction, answer and difficulty need a column each")
        if len({*self.difficulties}) < len(self.difficulties):
            raise ValueError("difficulties names one twice")
        return self

    def prompts(self) -> dict[str, str]:
        each = "one question" if self.per_difficulty == 1 else f"{self.per_difficulty} questions"
        counts = " and ".join(f"{each} that is {one}" for one in self._ordered())
        counts = counts if self.per_difficulty == 1 else counts.replace("that is", "that are")
        return {
            "questions system": with_wishes(QUESTIONS_SYSTEM, self.language, self.instructions),
            "questions": with_count(QUESTIONS, counts),
            "answer system": with_wishes(ANSWER_SYSTEM, self.language, self.instructions),
            "answer": ANSWER,
        }

    def calls(self, rows: int) -> tuple[int, int]:
        each = 1 + len(self.difficulties) * self.per_difficulty
        return rows * each, rows * each

    def fan_out(self) -> int:
        return len(self.difficulties) * self.per_difficulty

    def ask(self, row: dict[str, Any]) -> Asking[list[dict[str, Any]]]:
        said = self.prompts()
        prompt = template(said["questions"]).fill({"entry": self._entry(row)})
        asked = yield from ask_for(
            questions_model(self._ordered(), self.per_difficulty), self.request(prompt, said["questions system"])
        )
        questions = [(one, question) for one in self._ordered() for question in getattr(asked, one)]
        answers = yield from side_by_side([self._answered(question) for _, question in questions])
        return [
            {self.instruction: question, self.answer: answer, self.difficulty: difficulty}
            for (difficulty, question), answer in zip(questions, answers, strict=True)
        ]

    def _answered(self, question: str) -> Talk[str]:
        said = self.prompts()
        prompt = template(said["answer"]).fill({"instruction": question})
        answer = yield from ask_for(TaxonomyAnswer, self.request(prompt, said["answer system"]))
        return answer.output

    def _entry(self, row: dict[str, Any]) -> dict[ColumnName, str]:
        levels = {name: row.get(name) for name in self.columns}
        entry = {name: text for name, text in levels.items() if isinstance(text, str) and text.strip()}
        if not entry:
            raise RowError("no_value", f"no text in {', '.join(self.columns)}")
        return entry

    def _ordered(self) -> tuple[Difficulty, ...]:
        return tuple(one for one in DIFFICULTIES if one in self.difficulties)

    def writes(self) -> dict[str, DType]:
        return {self.instruction: "text", self.answer: "text", self.difficulty: "text"}

    @classmethod
    def example(cls) -> Example:
        entry = {"domain": "astronomy", "topic": "the Moon"}
        return Example(
            options={"difficulties": ["easy", "medium"]},
            rows=[entry],
            out=[
                {**entry, "instruction": "How far is the Moon?", "output": "384,400 km.", "difficulty": "easy"},
                {**entry, "instruction": "Why are there tides?", "output": "It pulls.", "difficulty": "medium"},
            ],
            replies=[
                '{"easy": ["How far is the Moon?"], "medium": ["Why are there tides?"]}',
                '{"output": "384,400 km."}',
                '{"output": "It pulls."}',
            ],
        )


@cache
def questions_model(difficulties: tuple[Difficulty, ...], each: int) -> type[TaxonomyQuestions]:
    """What a reply with so many questions of each difficulty must be."""
    several = Annotated[list[Question], Field(min_length=each, max_length=each)]
    named: dict[str, Any] = dict.fromkeys(difficulties, (several, ...))
    return create_model("TaxonomyQuestions", __base__=TaxonomyQuestions, **named)
