"""`llm_score`: a grade is a whole number on the scale that the model gave, or the row has failed; never 0."""

import json
from statistics import fmean
from typing import Any

import pytest
from dataflow_agent.operators.core import Context, EndpointError, Outcome
from dataflow_agent.operators.core.testing import ScriptedLLM, apply_outcome, batch_of
from dataflow_agent.operators.general.llm_score import LLMScore
from hypothesis import given
from hypothesis import strategies as st

ONE = [{"text": "a"}]


def applied(operator: LLMScore, rows: list[dict[str, Any]], replies: Any) -> Outcome:
    return apply_outcome(operator, batch_of(rows), Context(llm=ScriptedLLM(replies)))


def graded(**scores: Any) -> str:
    return json.dumps({name: {"reason": f"since {name}", "score": score} for name, score in scores.items()})


@pytest.mark.parametrize("score", [2, 7])
def test_a_grade_at_either_end_of_the_scale_is_written(score: int) -> None:
    outcome = applied(LLMScore(min_scale=2, max_scale=7), ONE, [graded(quality=score)])
    assert outcome.rows.rows() == [{"text": "a", "score": score, "feedback": "since quality"}]
    assert outcome.records is not None
    assert outcome.records["score"].to_list() == [score]


@pytest.mark.parametrize("score", [1, 8, 0, -1, 10, 4.5, "4", None, True, [4], "I rate 2 to 7: 4"])
def test_a_grade_beside_the_scale_or_no_whole_number_is_asked_for_again_and_then_fails(score: Any) -> None:
    operator = LLMScore(min_scale=2, max_scale=7)
    mended = applied(operator, ONE, [graded(quality=score), graded(quality=3)])
    assert mended.rows.rows()[0]["score"] == 3
    failed = applied(operator, ONE, [graded(quality=score)] * 3)
    assert len(failed.rows) == 0
    assert failed.records is not None
    assert failed.records.select("fate", "reason", "score").rows() == [("failed", "invalid_reply", None)]
    assert "quality.score" in failed.records["detail"][0]


@pytest.mark.parametrize("said", ["4.5", "10", "", "I rate it 1 to 5: 4", "**Grading**: 4", "null"])
def test_a_number_in_prose_is_no_grade(said: str) -> None:
    failed = applied(LLMScore(), ONE, [said] * 3)
    assert failed.records is not None
    assert failed.records.select("fate", "score").rows() == [("failed", None)]


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=6).filter(str.strip).map(str.strip), st.integers(1, 5), min_size=1, max_size=5
    )
)
def test_several_criteria_of_any_name_have_a_column_each_and_their_mean(grades: dict[str, int]) -> None:
    operator = LLMScore(rubric=dict.fromkeys(grades, "How much."), output="g", feedback="why")
    (row,) = applied(operator, ONE, [graded(**grades)]).rows.rows()
    assert row["g"] == fmean(grades.values())
    assert {name: row[f"g_{name}"] for name in grades} == grades
    assert row["why"] == {name: f"since {name}" for name in grades}


def test_one_criterion_with_a_name_has_a_column_too() -> None:
    operator = LLMScore(rubric={"model_config": "x"}, feedback=None)
    assert applied(operator, ONE, [graded(model_config=2)]).rows.rows() == [
        {"text": "a", "score": 2.0, "score_model_config": 2}
    ]


def test_reasons_stand_before_the_grade_in_the_schema() -> None:
    model = ScriptedLLM([graded(quality=3)])
    apply_outcome(LLMScore(rubric="How {clear} it is"), batch_of(ONE), Context(llm=model))
    (request,) = model.asked
    schema: Any = request.reply_schema
    assert json.dumps(schema).index('"reason"') < json.dumps(schema).index('"score"')
    assert "How {clear} it is" in (request.system or "")


def test_the_judge_of_a_pair_is_given_the_source_text_too() -> None:
    names = ("question_quality", "answer_alignment", "answer_verifiability", "downstream_value")
    model = ScriptedLLM([graded(**dict.fromkeys(names, 4))])
    operator = LLMScore(preset="qa_pair", column="chunk", question_column="q")
    row = {"chunk": "the source", "q": "the question", "answer": "the answer"}
    (out,) = apply_outcome(operator, batch_of([row]), Context(llm=model)).rows.rows()
    assert all(f"\n{part}\n" in model.asked[0].prompt for part in row.values())
    assert out["score"] == 4
    assert {out[f"score_{name}"] for name in names} == {4}
    assert set(operator.reads()) == {"chunk", "q", "answer"}


def test_a_pair_without_its_source_is_not_judged() -> None:
    operator = LLMScore(preset="qa_pair")
    outcome = applied(operator, [{"text": None, "question": "q", "answer": "a"}], [])
    assert outcome.rows.rows()[0]["score"] is None


def test_the_six_criteria_for_texts_are_a_preset() -> None:
    columns = LLMScore(preset="text_quality").writes()
    assert [*columns.values()].count("integer") == 6
    assert columns["score"] == "number"


def test_with_a_template_the_column_need_not_be_there() -> None:
    assert set(LLMScore(prompt="{title} {body}").reads()) == {"title", "body"}
    assert set(LLMScore().reads()) == {"text"}
    operator = LLMScore(prompt="{title} {body}")
    assert LLMScore.model_validate_json(operator.model_dump_json()) == operator


def test_rows_between_failures_and_nulls_get_their_own_grade() -> None:
    def say(request: Any) -> Any:
        return (
            EndpointError("no") if "\nb\n" in request.prompt else graded(quality=2 if "\na\n" in request.prompt else 5)
        )

    rows = [{"text": text} for text in ("a", None, "b", "", "c")]
    out = applied(LLMScore(), rows, say).rows.rows()
    assert [(row["text"], row["score"]) for row in out] == [("a", 2), (None, None), ("", 5), ("c", 5)]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"min_scale": 5, "max_scale": 5}, "not below"),
        ({"preset": "qa_pair", "rubric": "x"}, "either preset or rubric"),
        ({"question_column": "q"}, "qa_pair only"),
        ({"rubric": {}}, "rubric"),
        ({"rubric": " "}, "rubric"),
        ({"rubric": {"a": " "}}, "rubric"),
        ({"output": "x", "feedback": "x"}, "one column"),
        ({"rubric": {"a": "b"}, "feedback": "score_a"}, "one column"),
        ({"preset": "other"}, "preset"),
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        LLMScore(**options)
