"""Operators that ask a model: replies meet their rows, and a row without an answer fails with its reason."""

import pytest
from dataflow_agent.operators.core import Context, DataFlowError, EndpointError, Reply
from dataflow_agent.operators.core.testing import AskForLabel, ScriptedLLM, apply_outcome, batch_of

ROWS = [{"text": "one"}, {"text": "two"}, {"text": "three"}]


def test_all_rows_are_asked_at_once_and_second_questions_go_out_together() -> None:
    model = ScriptedLLM(["a", "not one word", "also not one", "b", "c"])
    rows = apply_outcome(AskForLabel(), batch_of(ROWS), Context(llm=model)).rows.rows()
    assert [row["label"] for row in rows] == ["a", "b", "c"]
    assert [request.prompt.split("'")[1] for request in model.asked] == ["one", "two", "three", "two", "three"]


def test_a_row_without_an_answer_fails_alone_and_says_why() -> None:
    model = ScriptedLLM([EndpointError("no route"), Reply("cut", finish_reason="length"), "fine"])
    outcome = apply_outcome(AskForLabel(), batch_of(ROWS), Context(llm=model))
    assert outcome.rows.rows() == [{"text": "three", "label": "fine"}]
    assert outcome.records is not None
    assert outcome.records["fate"].to_list() == ["failed", "failed", "kept"]
    assert outcome.records["reason"].to_list() == ["no_answer", "reply_cut_off", None]
    assert outcome.records["detail"][0] == "no route"


def test_a_row_the_operator_gives_up_on_fails_with_its_reason() -> None:
    outcome = apply_outcome(AskForLabel(), batch_of(ROWS[:1]), Context(llm=ScriptedLLM(["a b", "c d"])))
    assert outcome.records is not None
    assert outcome.records["reason"].to_list() == ["no_label"]


def test_without_a_model_it_says_what_to_set() -> None:
    with pytest.raises(DataFlowError, match="DATAFLOW_LLM_BASE_URL"):
        AskForLabel().open(Context())
