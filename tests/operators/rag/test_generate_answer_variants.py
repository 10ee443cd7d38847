"""The shortest form of an answer, and other forms that are really others."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.operators.rag.generate_answer_variants import GenerateAnswerVariants

Tell = Callable[..., Any]
ROW = {"question": "When was the mill rebuilt?", "answer": "It was on 3 May 1847."}


def forms(refined: str, *variants: str) -> str:
    return json.dumps({"refined": refined, "variants": [*variants]})


def test_variants_are_each_once_and_none_is_an_answer_that_is_there(told: Tell) -> None:
    reply = forms("3 May 1847", "May 3, 1847", "3  MAY 1847", "it was on 3 may 1847.", "may 3, 1847", "1847-05-03")
    done = told(GenerateAnswerVariants(), [{**ROW, "id": 1}], [reply])
    expected = {**ROW, "id": 1, "refined_answer": "3 May 1847", "optional_answers": ["May 3, 1847", "1847-05-03"]}
    assert done.rows == [expected]


def test_no_more_variants_than_asked_for_and_none_is_fine(told: Tell) -> None:
    done = told(GenerateAnswerVariants(most=1), [ROW, ROW], [forms("1847", "a", "b"), forms("1847")])
    assert [row["optional_answers"] for row in done.rows] == [["a"], []]


def test_a_refined_answer_may_be_as_long_as_the_answer_and_no_longer(told: Tell) -> None:
    row = {**ROW, "answer": "3 May 1847"}
    assert told(GenerateAnswerVariants(), [row], [forms("3 May 1847")]).fates == [("kept", None)]
    longer = forms("on 3 May 1847")
    again = told(GenerateAnswerVariants(), [row], [longer, forms("1847")])
    assert again.rows[0]["refined_answer"] == "1847"
    assert "longer than the answer" in again.asked[1].prompt
    assert told(GenerateAnswerVariants(), [row], [longer] * 3).fates == [("failed", "invalid_reply")]


def test_rows_without_question_or_answer_fail_unpaid(told: Tell) -> None:
    done = told(GenerateAnswerVariants(), [{**ROW, "answer": None}, {**ROW, "question": " "}], [])
    assert done.fates == [("failed", "no_value"), ("failed", "empty_text")]
    with pytest.raises(ValueError, match="name two columns"):
        GenerateAnswerVariants(refined="a", variants="a")
