"""Difficulty from 1 to 10: the bounds, replies that are no rating, and rows without a question."""

from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.operators.core import EndpointError
from dataflow_agent.operators.reasoning.question_difficulty_score import QuestionDifficultyScore

Tell = Callable[..., Any]
ROW = {"instruction": "What is 2 + 3?", "id": 1}


def rated(difficulty: object) -> str:
    return f'{{"reason": "Seen.", "difficulty": {difficulty}}}'


@pytest.mark.parametrize("inside", [1, 1.5, 7, 10])
def test_a_rating_on_the_scale_is_written(told: Tell, inside: float) -> None:
    done = told(QuestionDifficultyScore(reason="why"), [ROW], [rated(inside)])
    assert done.rows == [{**ROW, "question_difficulty": inside, "why": "Seen."}]


@pytest.mark.parametrize(
    "bad", [rated(0.5), rated(10.5), rated(0), rated(-1), rated(7.2), rated("null"), "Rating: 7", ""]
)
def test_what_is_no_rating_is_asked_again_and_then_fails_and_never_is_minus_one(told: Tell, bad: str) -> None:
    assert told(QuestionDifficultyScore(), [ROW], [bad, rated(3)]).rows == [{**ROW, "question_difficulty": 3}]
    done = told(QuestionDifficultyScore(), [ROW], [bad] * 3)
    assert done.fates == [("failed", "invalid_reply")]
    assert done.rows == []


def test_a_call_without_an_answer_fails_its_row_and_no_other(told: Tell) -> None:
    done = told(QuestionDifficultyScore(), [ROW, ROW], [EndpointError("gone"), rated(3)])
    assert done.fates == [("failed", "no_answer"), ("kept", None)]


def test_rows_without_a_question_stay_without_a_score(told: Tell) -> None:
    rows = [{"instruction": None}, {"instruction": 5}, {"instruction": " "}]
    done = told(QuestionDifficultyScore(), rows, [])
    assert done.fates == [("kept", None), ("kept", None), ("failed", "empty_text")]
    assert [row["question_difficulty"] for row in done.rows] == [None, None]


def test_names_and_wishes_are_heeded(told: Tell) -> None:
    operator = QuestionDifficultyScore(column="q", output="d", instructions="For children.")
    done = told(operator, [{"q": "Why?"}], [rated(2)])
    assert done.rows == [{"q": "Why?", "d": 2}]
    assert "For children." in done.asked[0].system
    with pytest.raises(ValueError, match="two columns"):
        QuestionDifficultyScore(output="d", reason="d")
