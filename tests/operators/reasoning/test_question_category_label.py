"""Primary and secondary category: only pairs that there are, both columns always, and a taxonomy of one's own."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from dataflow_agent.operators.core import Schema
from dataflow_agent.operators.reasoning._question_categories import MATH_CATEGORIES
from dataflow_agent.operators.reasoning.question_category_label import QuestionCategoryLabel

Tell = Callable[..., Any]
ROW = {"instruction": "How many primes are below 20?", "id": 1}
NUMBERS, PRIMES = "Algebra and number theory", "Divisibility, primes and congruences"


def label(primary: str, secondary: str) -> str:
    return orjson.dumps({"reason": "Seen.", "category": f"{primary} > {secondary}"}).decode()


def test_both_columns_are_announced_and_written(told: Tell) -> None:
    after = QuestionCategoryLabel().output_schema(Schema.of(instruction="text"), {})
    assert after == Schema.of(instruction="text", primary_category="text", secondary_category="text")
    done = told(QuestionCategoryLabel(), [ROW], [label(NUMBERS, PRIMES)])
    assert done.rows == [{**ROW, "primary_category": NUMBERS, "secondary_category": PRIMES}]


def test_the_schema_of_the_reply_lists_the_categories(told: Tell) -> None:
    asked = told(QuestionCategoryLabel(), [ROW], [label(NUMBERS, PRIMES)]).asked[0]
    pairs = [f"{primary} > {part}" for primary, parts in MATH_CATEGORIES.items() for part in parts]
    assert asked.reply_schema["properties"]["category"]["enum"] == pairs
    assert all(part in asked.system for parts in MATH_CATEGORIES.values() for part in parts)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (label(NUMBERS, "Topology"), "category"),
        (label("Number theory", PRIMES), "category"),
        (label(NUMBERS, "Primes"), "category"),
        (label("Álgebra", PRIMES), "category"),
        ("Algebra", "no JSON object"),
    ],
)
def test_no_pair_of_the_taxonomy_goes_back_and_then_the_row_fails(told: Tell, bad: str, said: str) -> None:
    again = told(QuestionCategoryLabel(), [ROW], [bad, label(NUMBERS, PRIMES)])
    assert again.fates == [("kept", None)]
    assert said in again.asked[1].prompt
    assert told(QuestionCategoryLabel(), [ROW], [bad] * 3).fates == [("failed", "invalid_reply")]


def test_the_taxonomy_has_seven_fields_with_parts_of_their_own() -> None:
    parts = [part for parts in MATH_CATEGORIES.values() for part in parts]
    assert len(MATH_CATEGORIES) == 7
    assert len({*parts}) == len(parts)
    assert min(map(len, MATH_CATEGORIES.values())) >= 4


def test_a_taxonomy_of_ones_own_may_use_a_part_twice(told: Tell) -> None:
    operator = QuestionCategoryLabel(
        categories={"law": ["crime", "other"], "art": ["other"]}, primary="p", secondary="s"
    )
    done = told(operator, [ROW, ROW], [label("art", "other"), label("art", "crime"), label("law", "crime")])
    assert [(row["p"], row["s"]) for row in done.rows] == [("art", "other"), ("law", "crime")]
    pairs = ["law > crime", "law > other", "art > other"]
    assert done.asked[0].reply_schema["properties"]["category"]["enum"] == pairs
    for wrong in ({"categories": {"law": []}}, {"categories": {}}, {"primary": "s", "secondary": "s"}):
        with pytest.raises(ValueError, match=r"categor|two columns"):
            QuestionCategoryLabel(**wrong)


def test_rows_without_a_question_stay_without_labels_and_cost_nothing(told: Tell) -> None:
    done = told(QuestionCategoryLabel(), [{"instruction": None}, {"instruction": [1]}, {"instruction": ""}], [])
    assert done.fates == [("kept", None), ("kept", None), ("failed", "empty_text")]
    assert [row["primary_category"] for row in done.rows] == [None, None]
