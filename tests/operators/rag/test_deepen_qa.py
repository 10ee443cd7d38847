"""A verified round puts a description in place of a name; a refused one ends the deepening."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.operators.core import Request
from dataflow_agent.operators.rag.deepen_qa import DeepenQA

Tell = Callable[..., Any]
ROW = {"question": "When was Ada Kern born?", "answer": "1811", "identifier": "Ada Kern"}
FIRST, SECOND = (
    "When was the builder of the Erlau mill born?",
    "When was the builder of the oldest mill of Lindau born?",
)
CHAIN = {
    "Ada Kern": ("the builder of", "the Erlau mill", FIRST),
    "the Erlau mill": ("the oldest mill of", "Lindau", SECOND),
}


def relation(new: str, words: str = "the builder of", evidence: str = "Ada Kern built the Erlau mill.") -> str:
    return json.dumps({"new_identifier": new, "relation": words, "evidence": evidence})


def first_prompt(request: Request) -> str:
    """What was asked at first, where a reply was sent back."""
    return request.turns[0].text if request.turns else request.prompt


def model(unique: bool = True, same: bool = True, refuse: str = "") -> Callable[[Request], str]:
    """Goes up the chain; judges say so, and refuse what is about the name in `refuse`."""

    def answer(request: Request) -> str:
        prompt = first_prompt(request)
        thing = next(name for name in CHAIN if f'<data name="identifier">\n{name}\n' in prompt)
        words, new, question = CHAIN[thing]
        fine = thing != refuse
        if "Is it true" in prompt:
            return json.dumps({"reason": "Two did.", "true": True, "unique": unique and fine})
        if "Write the new question" in prompt:
            return json.dumps({"question": question})
        if "The second question" in prompt:
            return json.dumps({"reason": "Another person.", "same_answer": same, "leaks": False})
        return relation(new, words)

    return answer


def test_each_round_describes_what_the_last_one_named(told: Tell) -> None:
    (row,) = told(DeepenQA(rounds=2), [ROW], model()).rows
    assert row["deep_question"] == SECOND
    assert [hop["identifier"] for hop in row["hops"]] == ["Ada Kern", "the Erlau mill"]
    assert [hop["question"] for hop in row["hops"]] == [question for *_, question in CHAIN.values()]
    assert {name: row[name] for name in ROW} == ROW


def test_a_round_asks_four_times(told: Tell) -> None:
    assert len(told(DeepenQA(rounds=1), [ROW], model()).asked) == 4
    assert len(told(DeepenQA(rounds=2), [ROW], model()).asked) == 8


@pytest.mark.parametrize("judges", [{"unique": False}, {"same": False}])
def test_a_row_without_enough_verified_rounds_is_dropped_with_the_judges_words(told: Tell, judges: Any) -> None:
    done = told(DeepenQA(), [ROW], model(**judges))
    assert done.fates == [("dropped", "unverified")]
    assert "Two did." in done.details[0] or "Another person." in done.details[0]


def test_a_refused_second_round_leaves_the_question_of_the_first(told: Tell) -> None:
    (row,) = told(DeepenQA(rounds=2, min_rounds=1), [ROW], model(refuse="the Erlau mill")).rows
    assert row["deep_question"] == FIRST
    assert len(row["hops"]) == 1
    strict = told(DeepenQA(rounds=2, min_rounds=2), [ROW], model(refuse="the Erlau mill"))
    assert strict.fates == [("dropped", "unverified")]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (relation("Ada Kern's mill"), "contains the identifier"),
        (relation("the year 1811"), "contains the answer"),
        (relation("the Erlau mill", "the work of Ada Kern at"), "'Ada Kern' itself"),
        (relation("the Erlau mill", evidence="Everybody knows."), "does not stand in the documents"),
    ],
)
def test_a_relation_that_is_amiss_goes_back(told: Tell, bad: str, said: str) -> None:
    row = {**ROW, "passages": [{"text": "In 1847 Ada Kern built the Erlau mill.", "score": 1.0}]}
    fine = model()
    first = iter([bad])
    done = told(DeepenQA(rounds=1, documents=["passages"]), [row], lambda one: next(first, None) or fine(one))
    assert said in done.asked[1].prompt
    assert done.fates == [("kept", None)]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("When was the builder born?", "does not contain 'the Erlau mill'"),
        ("When was Ada Kern, builder of the Erlau mill, born?", "still contains 'Ada Kern'"),
        ("Was the builder of the Erlau mill born in 1811?", "contains the answer '1811'"),
    ],
)
def test_a_question_that_gives_something_away_goes_back_and_then_the_row_fails(told: Tell, bad: str, said: str) -> None:
    fine = model()

    def answer(request: Request) -> str:
        asked = "Write the new question" in first_prompt(request)
        return json.dumps({"question": bad}) if asked else fine(request)

    done = told(DeepenQA(rounds=1), [ROW], answer)
    assert done.fates == [("failed", "invalid_reply")]
    assert said in done.details[0]


def test_rows_without_what_is_needed_fail_unpaid(told: Tell) -> None:
    rows = [{**ROW, "identifier": None}, {**ROW, "answer": ""}]
    assert told(DeepenQA(), rows, []).fates == [("failed", "no_value"), ("failed", "empty_text")]
    lacking = told(DeepenQA(documents=["passages"]), [{**ROW, "passages": []}], [])
    assert lacking.fates == [("failed", "no_value")]
    for wrong in ({"rounds": 1, "min_rounds": 2}, {"hops": "deep_question"}):
        with pytest.raises(ValueError, match=r"more than rounds|another column"):
            DeepenQA(**wrong)
