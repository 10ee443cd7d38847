"""Label questions with what they are about."""

from functools import cache
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, create_model, model_validator

from ..core import Asking, Column, DType, Example, LLMEvaluator, OutputColumn, Text, ask_for, template
from ..sft._prompts import with_wishes
from ..sft._talking import filled_text
from ._prompts import CATEGORY, CATEGORY_SYSTEM
from ._question_categories import MATH_CATEGORIES


class QuestionCategory(BaseModel):
    """Why, and the category as `primary > secondary`; the models of replies say which there are."""

    reason: str
    category: str


class QuestionCategoryLabel(LLMEvaluator):
    """Label each question with a primary and a secondary category, by the judgement of a language model.

    Every row stays; the labels go to the columns `primary` and `secondary`. The categories are seven fields of
    mathematics and the parts of each, or those of `categories`. The model chooses a pair as a whole, one of those that
    the schema of the reply lists, so that no part is taken for one of another field; after three replies with anything
    else the row fails (`invalid_reply`). A blank question fails (`empty_text`) without a request; rows without one fall
    under `on_null`: by default they stay without labels.
    """

    name = "question_category_label"
    version = 2
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
        pairs = self._pairs()
        reply = yield from ask_for(category_model(tuple(pairs)), self.request(prompt, said["system"]))
        primary, secondary = pairs[reply.category]
        return {self.primary: primary, self.secondary: secondary}

    def _pairs(self) -> dict[str, tuple[str, str]]:
        """Primary and secondary category by what a reply calls them together."""
        return {f"{primary} > {part}": (primary, part) for primary, parts in self._taxonomy() for part in parts}

    def _taxonomy(self) -> list[tuple[str, tuple[str, ...]]]:
        return [*(self.categories or MATH_CATEGORIES).items()]

    @classmethod
    def example(cls) -> Example:
        asked = "How many primes are below 20?"
        primary, secondary = "Algebra and number theory", "Divisibility, primes and congruences"
        return Example(
            rows=[{"instruction": asked}],
            out=[{"instruction": asked, "primary_category": primary, "secondary_category": secondary}],
            replies=[f'{{"reason": "It is about primes.", "category": "{primary} > {secondary}"}}'],
        )


@cache
def category_model(pairs: tuple[str, ...]) -> type[QuestionCategory]:
    """What a reply must be: the category is one of these."""
    named: dict[str, Any] = {"category": (Literal[pairs], ...)}
    return create_model("QuestionCategory", __base__=QuestionCategory, **named)
