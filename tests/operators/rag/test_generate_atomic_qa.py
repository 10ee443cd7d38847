"""Questions about facts that the text states, each alone and without its answer."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.operators.core import EndpointError, Request
from dataflow_agent.operators.rag.generate_atomic_qa import GenerateAtomicQA

Tell = Callable[..., Any]
TEXT = "The Erlau mill opened in 1847. It was built by Ada Kern, and it burnt down in 1901."
OPENED, BUILT = "The Erlau mill opened in 1847.", "It was built by Ada Kern"


def facts(*evidence: str, identifier: str = "the Erlau mill") -> str:
    found = [{"statement": f"Of the Erlau mill: {words}", "evidence": words} for words in evidence]
    return json.dumps({"identifier": identifier, "facts": found, "declined": None})


def question(asked: str, answer: str) -> str:
    return json.dumps({"question": asked, "answer": answer})


def answering(request: Request) -> str:
    """Two facts for a text, then a question for each."""
    if "Find " in request.prompt:
        return facts(OPENED, BUILT)
    year = "1847" in request.prompt.partition("Its source")[2]
    return question("When did the Erlau mill open?", "1847") if year else question("Who built the mill?", "Ada Kern")


def test_each_fact_becomes_a_question_with_its_evidence_and_the_rest_of_the_row(told: Tell) -> None:
    done = told(GenerateAtomicQA(), [{"text": TEXT, "id": 7}], answering)
    assert [(row["question"], row["answer"], row["evidence"]) for row in done.rows] == [
        ("When did the Erlau mill open?", "1847", OPENED),
        ("Who built the mill?", "Ada Kern", BUILT),
    ]
    assert all((row["id"], row["text"], row["identifier"]) == (7, TEXT, "the Erlau mill") for row in done.rows)
    assert done.fates == [("expanded", None)]


def test_a_fact_that_is_not_quoted_is_left_out_and_costs_no_question(told: Tell) -> None:
    replies = [facts("It opened in 1848.", OPENED), question("When did the Erlau mill open?", "1847")]
    done = told(GenerateAtomicQA(), [{"text": TEXT}], replies)
    assert [row["answer"] for row in done.rows] == ["1847"]
    assert len(done.asked) == 2


def test_facts_none_of_which_is_quoted_go_back_and_then_the_row_fails(told: Tell) -> None:
    made_up = facts("It opened in 1848.")
    done = told(GenerateAtomicQA(), [{"text": TEXT}], [made_up] * 3)
    assert done.fates == [("failed", "invalid_reply")]
    assert "no evidence stands in the text" in done.asked[1].prompt


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (question("Was it 1847 when the Erlau mill opened?", "1847"), "contains the answer '1847'"),
        (question("When did the mill in the text open?", "1847"), "speaks of a text"),
        (question("", "1847"), "question"),
    ],
)
def test_a_question_that_cannot_stand_alone_goes_back_and_is_then_left_out(told: Tell, bad: str, said: str) -> None:
    fine = question("When did the Erlau mill open?", "1847")
    again = told(GenerateAtomicQA(), [{"text": TEXT}], [facts(OPENED), bad, fine])
    assert [row["answer"] for row in again.rows] == ["1847"]
    assert said in again.asked[2].prompt
    assert told(GenerateAtomicQA(), [{"text": TEXT}], [facts(OPENED), *[bad] * 3]).fates == [
        ("failed", "invalid_reply")
    ]


def test_a_number_inside_another_word_is_no_answer_given_away(told: Tell) -> None:
    replies = [facts(OPENED), question("In which year of the 1840s did the Erlau mill open?", "184")]
    assert [row["answer"] for row in told(GenerateAtomicQA(), [{"text": TEXT}], replies).rows] == ["184"]


def test_the_same_question_twice_is_one_row(told: Tell) -> None:
    replies = [facts(OPENED, BUILT), *[question("When did the Erlau mill open?", "1847")] * 2]
    assert len(told(GenerateAtomicQA(), [{"text": TEXT}], replies).rows) == 1


def test_no_more_questions_than_asked_for(told: Tell) -> None:
    assert len(told(GenerateAtomicQA(per_text=1), [{"text": TEXT}], answering).rows) == 1


def test_a_text_without_facts_is_dropped_with_the_models_words(told: Tell) -> None:
    declined = json.dumps({"identifier": "", "facts": [], "declined": "It is a poem."})
    done = told(GenerateAtomicQA(), [{"text": TEXT}], [declined])
    assert done.fates == [("dropped", "declined")]
    assert done.details == ["It is a poem."]


def test_a_question_that_no_endpoint_answered_fails_its_row(told: Tell) -> None:
    replies = [facts(OPENED), EndpointError("busy", reason="rate_limited")]
    assert told(GenerateAtomicQA(), [{"text": TEXT}], replies).fates == [("failed", "rate_limited")]


def test_rows_without_a_text_cost_nothing(told: Tell) -> None:
    done = told(GenerateAtomicQA(), [{"text": None}, {"text": " "}, {"text": 3}], [])
    assert done.fates == [("failed", "no_value"), ("failed", "empty_text"), ("failed", "no_value")]
    with pytest.raises(ValueError, match="a column each"):
        GenerateAtomicQA(question="text")
