"""Label questions with what they are about."""

from functools import cache
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, create_model, model_validator

from ..core import Asking, Column, DType, Example, LLMEvaluator, OutputColumn, Text, template
from ..sft._prompts import with_wishes
from ..sft._talking import ask_until, filled_text
from ._prompts import CATEGORY, CATEGORY_SYSTEM
from ._question_categories import MATH_CATEGORIES

Taxonomy = tuple[tuple[str, tuple[str, ...]], ...]


class QuestionCategory(BaseModel):
    """Why, and the two categories; the models of replies say which there are."""

    reason: str
    primary: str
    secondary: str


class QuestionCategoryLabel(LLMEvaluator):
    """Label each question with a primary and a secondary category, by the judgement of a language model.

    Every row stays; the labels go to the columns `primary` and `secondary`. The categories are seven fields of
    mathematics and the parts of each, or those of `categories`. The model may name no other: the schema of the reply
    lists them, and a secondary category that is none of its primary one goes back with those that are; after three
    such replies the row fails (`invalid_reply`). A blank question fails (`empty_text`) without a request; rows without
    one fall under `on_null`: by default they stay without labels.
    """

    name = "question_category_label"
    phrases = (
        "label each question with its field of mathematics",
        "sort the questions into categories",
        "categorize the problems by topic",
        "primary and secondary category of each question",
        "which area of math does each question belong to",
        "tag the questions with a category and subcategory",
    )

    column: Column[Text] = Field(default="instruction", description="Column that holds the question.")
    primary: OutputColumn = Field(default="primary_category", description="Column to write the primary category to.")
    secondary: OutputColumn = Field(
        default="secondary_category", description="Column to write the secondary category to."
    )
    categories: dict[str, tuple[str, ...]] | None = Field(
        default=None,
        min_length=1,
        description='Primary categories, each with its secondary ones, such as {"law": ["contracts", "crime"]}; fields '
        "of mathematics when not given.",
    )
    instructions: str | None = Field(default=None, description="What else should be heeded, in plain words.")

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.primary == self.secondary:
            raise ValueError(f"primary and secondary are both written to {self.primary!r}; name two columns")
        empty = [name for name, parts in (self.categories or {}).items() if not parts]
        if empty:
            raise ValueError(f"categories gives no secondary category for {', '.join(empty)}")
        return self

    def prompts(self) -> dict[str, str]:
        listed = "\n".join(f"- {primary}: {'; '.join(parts)}" for primary, parts in self._taxonomy())
        system = CATEGORY_SYSTEM.replace("{categories}", listed)
        return {"system": with_wishes(system, None, self.instructions), "category": CATEGORY}

    def writes(self) -> dict[str, DType]:
        return {self.primary: "text", self.secondary: "text"}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        said = self.prompts()
        prompt = template(said["category"]).fill({"question": filled_text(row, self.column)})
        parts = dict(self._taxonomy())

        def fault(reply: QuestionCategory) -> str | None:
            fitting = parts[reply.primary]
            if reply.secondary in fitting:
                return None
            return f"secondary: {reply.secondary!r} is no part of {reply.primary!r}, which has {'; '.join(fitting)}"

        model = category_model(self._taxonomy())
        reply = yield from ask_until(model, self.request(prompt, said["system"]), fault)
        return {self.primary: reply.primary, self.secondary: reply.secondary}

    def _taxonomy(self) -> Taxonomy:
        return tuple((self.categories or MATH_CATEGORIES).items())

    @classmethod
    def example(cls) -> Example:
        asked = "How many primes are below 20?"
        primary, secondary = "Algebra and number theory", "Divisibility, primes and congruences"
        return Example(
            rows=[{"instruction": asked}],
            out=[{"instruction": asked, "primary_category": primary, "secondary_category": secondary}],
            replies=[f'{{"reason": "It is about primes.", "primary": "{primary}", "secondary": "{secondary}"}}'],
        )


@cache
def category_model(taxonomy: Taxonomy) -> type[QuestionCategory]:
    """What a reply must be: categories are the listed ones and no others."""
    primaries = tuple(primary for primary, _ in taxonomy)
    secondaries = tuple(dict.fromkeys(part for _, parts in taxonomy for part in parts))
    named: dict[str, Any] = {"primary": (Literal[primaries], ...), "secondary": (Literal[secondaries], ...)}
    return create_model("QuestionCategory", __base__=QuestionCategory, **named)
