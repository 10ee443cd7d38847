"""References by majority: what counts as a vote, what as equal, when there is none, and who is asked at all."""

from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.operators.core import Context, EndpointError, Reply, Request, Schema
from dataflow_agent.operators.core.testing import ScriptedLLM, apply_outcome, batch_of
from dataflow_agent.operators.reasoning._voting import vote
from dataflow_agent.operators.reasoning.vote_pseudo_answer import VotePseudoAnswer
from hypothesis import given
from hypothesis import strategies as st

Tell = Callable[..., Any]
ROW = {"instruction": "What is 2 + 3?"}
NOTHING = {"pseudo_answer": None, "pseudo_share": None, "pseudo_solution": None}


def box(*answers: object) -> list[str]:
    return [f"Sample {number}: \\boxed{{{answer}}}" for number, answer in enumerate(answers)]


def voted(replies: list[Any], **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The row and its record after a vote."""
    operator = VotePseudoAnswer(samples=len(replies), **options)
    outcome = apply_outcome(operator, batch_of([ROW]), Context(llm=ScriptedLLM(replies)))
    assert outcome.records is not None
    return (outcome.rows.rows() or [{}])[0], outcome.records.to_dicts()[0]


def test_the_majority_gives_the_answer_its_share_and_the_first_solution_with_it() -> None:
    row, record = voted(box(6, 5, 5, 7, 5))
    assert row == {**ROW, "pseudo_answer": "5", "pseudo_share": 0.6, "pseudo_solution": "Sample 1: \\boxed{5}"}
    assert (record["fate"], record["vote"], record["pseudo_share"]) == ("kept", "agreed", 0.6)


@pytest.mark.parametrize(
    "answers",
    [
        ("1/2", r"\frac{1}{2}", "0.5"),
        ("1,000", "1000", "1000.0"),
        ("a", " a ", r"\text{a}"),
        ("g(t)", "g(t)", "$g(t)$"),
    ],
)
def test_answers_that_are_equal_as_values_are_one(answers: tuple[str, ...]) -> None:
    assert voted(box(*answers))[0]["pseudo_share"] == 1.0


def test_expressions_that_only_algebra_finds_equal_are_one_where_it_is_installed() -> None:
    pytest.importorskip("math_verify")
    assert voted(box("x + 1", "1 + x", "2x"))[0]["pseudo_share"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("replies", "verdict"),
    [
        (box(5, 6), "tie"),
        (box(5, 5, 6, 6, 7), "tie"),
        (box(5, 5, 6, 7, 8), "no_majority"),
        ([*box(5, 5), *[EndpointError("gone")] * 3], "no_majority"),
        (["I cannot say.", "Nobody knows."], "no_answer"),
        (["There are 5 apples and 3 pears."] * 2, "no_answer"),
    ],
)
def test_without_a_majority_there_is_no_answer_and_the_ledger_says_why(replies: list[Any], verdict: str) -> None:
    row, record = voted(replies)
    assert row == {**ROW, **NOTHING}
    assert (record["fate"], record["vote"]) == ("kept", verdict)


@pytest.mark.parametrize(("least", "verdict"), [(0.4, "agreed"), (0.41, "no_majority")])
def test_the_least_share_itself_is_enough(least: float, verdict: str) -> None:
    assert voted(box(5, 5, 6, 7, 8), min_share=least)[1]["vote"] == verdict


def test_a_failed_a_cut_off_and_an_empty_reply_are_no_votes_and_never_win() -> None:
    replies = [EndpointError("gone"), "", Reply("\\boxed{6}", finish_reason="length"), *box(5, 5, 5)]
    row, _ = voted(replies)
    assert (row["pseudo_answer"], row["pseudo_share"]) == ("5", 0.5)
    assert voted(["", "", "", *box(5)], min_share=0.25)[0]["pseudo_answer"] == "5"


def test_a_row_of_which_no_sample_was_answered_fails() -> None:
    row, record = voted([EndpointError("gone")] * 3)
    assert row == {}
    assert (record["fate"], record["reason"]) == ("failed", "no_answer")
    assert "gone" in record["detail"]


def test_samples_differ_by_number_and_temperature_and_are_in_flight_together(told: Tell) -> None:
    done = told(VotePseudoAnswer(), [ROW, ROW], lambda _: "\\boxed{5}")
    assert [one.sample for one in done.asked] == [0, 1, 2, 3, 4] * 2
    assert {one.temperature for one in done.asked} == {0.7}
    assert len({one.seed for one in done.asked}) == 5
    assert VotePseudoAnswer().calls(4) == (20, 20)
    assert VotePseudoAnswer(reference="golden_answer").calls(4) == (0, 20)
    for wrong in ({"temperature": 0}, {"samples": 1}, {"min_share": 0}, {"reference": "pseudo_answer"}):
        with pytest.raises(ValueError, match=r"temperature|samples|min_share|column each"):
            VotePseudoAnswer(**wrong)


def test_only_what_lacks_a_reference_is_voted_on_and_gets_it(told: Tell) -> None:
    given_ones: list[Any] = ["5", 8, 8.5, ["a", "b"], r"\frac{1}{", False, 0]
    missing: list[Any] = [None, "", " \n", [], [None]]
    rows = [{**ROW, "golden_answer": one} for one in [*given_ones, *missing]] + [ROW]
    done = told(VotePseudoAnswer(reference="golden_answer"), rows, lambda _: "\\boxed{7}")
    assert [row["golden_answer"] for row in done.rows] == [*given_ones, *["7"] * 6]
    assert [row["pseudo_answer"] for row in done.rows] == [None] * len(given_ones) + ["7"] * 6
    assert len(done.asked) == 6 * 5


def test_a_reference_that_no_vote_could_give_stays_what_it_is(told: Tell) -> None:
    rows = [{**ROW, "golden_answer": None}, {**ROW, "golden_answer": ""}]
    done = told(VotePseudoAnswer(reference="golden_answer", samples=2), rows, box(5, 6) * 2)
    assert done.rows == [{**row, **NOTHING} for row in rows]


def test_a_column_of_numbers_holds_several_types_then() -> None:
    schema = VotePseudoAnswer(reference="g").output_schema(Schema.of(instruction="text", g="integer"), {})
    assert (schema["g"].dtype, schema["pseudo_share"].dtype) == ("json", "number")
    assert VotePseudoAnswer(reference="g").output_schema(Schema.of(g="text"), {})["g"].dtype == "text"


def test_rows_without_a_question_fail_and_cost_nothing(told: Tell) -> None:
    rows = [{"instruction": bad} for bad in (None, 5, ["a"], "\t")]
    done = told(VotePseudoAnswer(), rows, [])
    assert [reason for _, reason in done.fates] == ["no_value", "no_value", "no_value", "empty_text"]
    kept = told(VotePseudoAnswer(on_null="keep"), rows[:1], [])
    assert kept.rows == [{"instruction": None, **NOTHING}]


def test_rows_do_not_take_each_others_votes(told: Tell) -> None:
    def says(request: Request) -> str:
        return f"\\boxed{{{int('seven' in request.prompt) + request.sample // 3}}}"

    done = told(VotePseudoAnswer(), [{"instruction": "six?"}, {"instruction": "seven?"}], says)
    assert [row["pseudo_answer"] for row in done.rows] == ["0", "1"]


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=9), st.floats(0.01, 1), st.randoms())
def test_the_order_of_solutions_changes_no_verdict_and_an_answer_has_more_than_any_other(
    answers: list[str], least: float, chance: Any
) -> None:
    found = vote(box(*answers), len(answers), least, str.__eq__)
    shuffled = chance.sample(answers, len(answers))
    other = vote(box(*shuffled), len(answers), least, str.__eq__)
    assert (found.verdict, found.share, found.answer) == (other.verdict, other.share, other.answer)
    if found.answer is not None:
        counts = {one: answers.count(one) for one in answers}
        most = counts.pop(found.answer)
        assert most / len(answers) >= least
        assert all(most > count for count in counts.values())
