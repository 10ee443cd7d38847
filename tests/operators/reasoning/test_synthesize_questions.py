"""New questions after given ones: what stays, what a new row inherits, what is drawn, and which replies go back."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from dataflow_agent.operators.core import Context, Request
from dataflow_agent.operators.core.testing import ScriptedLLM, apply_outcome, batch_of
from dataflow_agent.operators.reasoning._prompts import VARIATIONS
from dataflow_agent.operators.reasoning.synthesize_questions import SynthesizeQuestions
from hypothesis import given
from hypothesis import strategies as st

Tell = Callable[..., Any]
ROW = {"instruction": "What is 2 + 3?", "golden_answer": "5", "source": "school", "tags": ["sum"], "n": 1}


def new(*questions: str) -> str:
    return orjson.dumps({"questions": questions}).decode()


def kinds(request: Request) -> list[str]:
    """The variations that a request asks for, in order."""
    lines = [line.partition(". ")[2] for line in request.prompt.split("\n")]
    return [kind for line in lines for kind, words in VARIATIONS.items() if line == words]


def test_a_question_stays_and_new_ones_follow_without_its_answer(told: Tell) -> None:
    done = told(SynthesizeQuestions(per_question=2), [ROW], [new("What is 4 + 5?", "What is 2 + 3 + 4?")])
    parent = {"origin": "synthetic", "parent_question": "What is 2 + 3?"}
    nothing = {"golden_answer": None, "source": None, "tags": None, "n": None}
    assert done.rows == [
        {**ROW, "origin": "input", "parent_question": None},
        {"instruction": "What is 4 + 5?", **nothing, **parent},
        {"instruction": "What is 2 + 3 + 4?", **nothing, **parent},
    ]
    assert done.fates == [("expanded", None)]
    assert SynthesizeQuestions().calls(7) == (7, 7)


def test_the_record_knows_the_parent_of_every_row() -> None:
    llm = ScriptedLLM([new("A?"), new("B?")])
    outcome = apply_outcome(SynthesizeQuestions(per_question=1), batch_of([ROW, ROW]), Context(llm=llm))
    assert outcome.births is not None
    assert outcome.births["parents"].to_list() == [["0:1"], ["0:1"], ["0:2"], ["0:2"]]


def test_named_columns_are_inherited_and_the_others_have_names_of_ones_own(told: Tell) -> None:
    operator = SynthesizeQuestions(column="q", per_question=1, inherited=["s"], origin="o", parent="p")
    done = told(operator, [{"q": "Why?", "a": "So.", "s": 3}], [new("How?")])
    assert done.rows == [
        {"q": "Why?", "a": "So.", "s": 3, "o": "input", "p": None},
        {"q": "How?", "a": None, "s": 3, "o": "synthetic", "p": "Why?"},
    ]
    with pytest.raises(ValueError, match="a column each"):
        SynthesizeQuestions(origin="instruction")


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (new("What is  2 + 3?", "B?"), "the given question itself"),
        (new("WHAT IS 2 + 3?", "B?"), "the given question itself"),
        (new("B?", "b? "), "two are the same"),
        (new("B?"), "2 are asked for, not 1"),
        (new("B?", "C?", "D?"), "2 are asked for, not 3"),
        (new("B?", " "), "questions.1"),
        ('{"questions": ["B?", 5]}', "questions.1"),
        ("B? C?", "no JSON object"),
    ],
)
def test_a_reply_of_no_use_goes_back_with_the_reason_and_then_the_row_fails(told: Tell, bad: str, said: str) -> None:
    operator = SynthesizeQuestions(per_question=2)
    again = told(operator, [ROW], [bad, new("B?", "C?")])
    assert [row["instruction"] for row in again.rows] == ["What is 2 + 3?", "B?", "C?"]
    assert said in again.asked[1].prompt
    assert told(operator, [ROW], [bad] * 3).fates == [("failed", "invalid_reply")]


def test_what_is_new_is_drawn_by_seed_and_question_and_not_by_the_other_rows() -> None:
    questions = [f"What is {n} + 3?" for n in range(12)]

    def asked(seed: int, order: list[str]) -> dict[str, list[str]]:
        llm = ScriptedLLM(lambda _: new("B?", "C?"))
        rows = batch_of([{"instruction": question} for question in order])
        apply_outcome(SynthesizeQuestions(per_question=2), rows, Context(llm=llm, seed=seed))
        return {question: kinds(one) for question, one in zip(order, llm.asked, strict=True)}

    first = asked(1, questions)
    assert first == asked(1, questions[::-1])
    assert first != asked(2, questions)
    assert len({tuple(one) for one in first.values()}) > 3
    assert all(len({*one}) == 2 for one in first.values())


@given(per_question=st.integers(1, 20), chosen=st.sets(st.sampled_from(sorted(VARIATIONS)), min_size=1))
def test_none_is_drawn_twice_before_all_were(per_question: int, chosen: set[str]) -> None:
    operator = SynthesizeQuestions(per_question=per_question, variations=sorted(chosen))
    drawn = operator._drawn("Why?", 5)
    counts = [drawn.count(kind) for kind in sorted(chosen)]
    assert sum(counts) == len(drawn) == per_question
    assert max(counts) - min(counts) <= 1


def test_a_domain_has_variations_of_its_own(told: Tell) -> None:
    done = told(SynthesizeQuestions(domain="general", per_question=5), [ROW], [new(*"abcde")])
    assert sorted(kinds(done.asked[0])) == ["application", "condition", "context", "harder", "viewpoint"]
    assert "numbers" in SynthesizeQuestions().prompts()["variations"]


def test_rows_without_a_question_fail_or_are_dropped_and_cost_nothing(told: Tell) -> None:
    rows = [{"instruction": None}, {"instruction": 5}, {"instruction": " "}, {"other": 1}]
    done = told(SynthesizeQuestions(), rows, [])
    assert done.fates == [("failed", "no_value")] * 2 + [("failed", "empty_text"), ("failed", "no_value")]
    assert told(SynthesizeQuestions(on_null="drop"), rows[:1], []).fates == [("dropped", "no_value")]


def test_what_is_beside_a_question_that_a_row_does_not_have_stays_absent_in_it(told: Tell) -> None:
    done = told(SynthesizeQuestions(per_question=1), [{"instruction": "A?"}, ROW], lambda _: new("B?"))
    assert ["golden_answer" in row for row in done.rows] == [False, False, True, True]
