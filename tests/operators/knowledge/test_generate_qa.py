"""Questions with answers whose evidence stands in the text, and what becomes of those whose does not."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.operators.core import EndpointError
from dataflow_agent.operators.knowledge._quotes import QuotableSentences
from dataflow_agent.operators.knowledge.generate_qa import GenerateQA
from hypothesis import given
from hypothesis import strategies as st

Tell = Callable[..., Any]
TEXT = "The Erlau mill opened in 1847. It was built by\nAda Kern. “It ground rye”, she wrote – until 1931."
OPENED, BUILT = "The Erlau mill opened in 1847.", "It was built by Ada Kern."


def pairs(*made: tuple[str, str, str], declined: str | None = None) -> str:
    found = [{"question": question, "answer": answer, "evidence": evidence} for question, answer, evidence in made]
    return json.dumps({"pairs": found, "declined": declined})


WHEN = ("When did the mill open?", "In 1847.", OPENED)
WHO = ("Who built the mill?", "Ada Kern.", BUILT)
MADE_UP = ("Who owned the mill?", "A baker.", "It belonged to a baker.")


def test_each_pair_becomes_a_row_with_its_evidence_as_the_text_has_it(told: Tell) -> None:
    done = told(GenerateQA(), [{"text": TEXT, "page": 3}], [pairs(WHEN, WHO)])
    assert done.rows == [
        {"text": TEXT, "page": 3, "question": WHEN[0], "answer": WHEN[1], "evidence": OPENED},
        {"text": TEXT, "page": 3, "question": WHO[0], "answer": WHO[1], "evidence": "It was built by\nAda Kern."},
    ]
    assert len(done.asked) == 1
    assert "language of the text" in done.asked[0].system


@pytest.mark.parametrize(
    ("words", "evidence"),
    [
        ("opened in 1847", OPENED),
        ("IT WAS  BUILT by ada kern", "It was built by\nAda Kern."),
        ('"It ground rye", she wrote - until 1931.', "“It ground rye”, she wrote – until 1931."),
        ("1847. It was", OPENED + " It was built by\nAda Kern."),
    ],
)
def test_evidence_is_found_up_to_spacing_case_and_quotes_and_written_in_whole_sentences(
    told: Tell, words: str, evidence: str
) -> None:
    done = told(GenerateQA(), [{"text": TEXT}], [pairs(("Why?", "So.", words))])
    assert [row["evidence"] for row in done.rows] == [evidence]


def test_made_up_evidence_is_told_to_the_model_once_and_fine_pairs_stay(told: Tell) -> None:
    done = told(GenerateQA(), [{"text": TEXT}], [pairs(WHEN, MADE_UP), pairs(MADE_UP, WHO)])
    assert [row["question"] for row in done.rows] == [WHEN[0], WHO[0]]
    assert "It belonged to a baker." in done.asked[1].prompt
    assert done.asked[1].turns[0].text == done.asked[0].prompt


def test_fine_pairs_stay_also_when_the_second_reply_is_of_no_use(told: Tell) -> None:
    done = told(GenerateQA(), [{"text": TEXT}], [pairs(WHEN, MADE_UP), "Sorry."])
    assert [row["question"] for row in done.rows] == [WHEN[0]]
    assert len(done.asked) == 2


def test_a_row_without_any_fine_pair_fails_and_says_what_was_not_found(told: Tell) -> None:
    done = told(GenerateQA(), [{"text": TEXT}], [pairs(MADE_UP), pairs(MADE_UP)])
    assert done.fates == [("failed", "evidence_not_found")]
    assert "It belonged to a baker." in done.details[0]


def test_enough_fine_pairs_need_no_second_request_and_no_more_than_asked_for_are_taken(told: Tell) -> None:
    done = told(GenerateQA(per_text=1), [{"text": TEXT}], [pairs(MADE_UP, WHEN, WHO)])
    assert [row["question"] for row in done.rows] == [WHEN[0]]
    twice = told(GenerateQA(), [{"text": TEXT}], [pairs(WHEN, ("when did THE mill open?", "1847", BUILT))])
    assert [row["answer"] for row in twice.rows] == ["In 1847."]


@pytest.mark.parametrize("bad", ["", "no", pairs(), pairs(("", "a", OPENED)), pairs(("q", " ", OPENED))])
def test_a_reply_that_is_none_goes_back_and_then_fails_its_row(told: Tell, bad: str) -> None:
    assert told(GenerateQA(), [{"text": TEXT}], [bad] * 3).fates == [("failed", "invalid_reply")]
    assert told(GenerateQA(), [{"text": TEXT}], [bad, pairs(WHEN)]).fates == [("expanded", None)]


def test_a_declined_text_is_dropped_and_what_holds_none_costs_nothing(told: Tell) -> None:
    done = told(GenerateQA(), [{"text": TEXT}], [pairs(declined="A poem.")])
    assert (done.fates, done.details) == ([("dropped", "declined")], ["A poem."])
    rows = [{"text": None}, {"text": " \n"}, {"text": 3}, {"text": ["a"]}]
    none = told(GenerateQA(), rows, [])
    assert none.fates == [
        ("failed", "no_value"),
        ("failed", "empty_text"),
        ("failed", "no_value"),
        ("failed", "no_value"),
    ]
    assert none.asked == []
    assert told(GenerateQA(), [{"text": TEXT}], [EndpointError("gone")]).fates == [("failed", "no_answer")]


def test_columns_count_and_wishes_are_options(told: Tell) -> None:
    operator = GenerateQA(
        column="body",
        per_text=2,
        question="q",
        answer="a",
        evidence="e",
        language="German",
        instructions="for children",
    )
    done = told(operator, [{"body": TEXT}], [pairs(WHEN)])
    assert done.rows == [{"body": TEXT, "q": WHEN[0], "a": WHEN[1], "e": OPENED}]
    assert "at most 2 pairs" in done.asked[0].prompt
    assert all(word in done.asked[0].system for word in ("German", "for children"))
    assert (operator.calls(7), operator.fan_out()) == ((7, 7), 2)
    with pytest.raises(ValueError, match="a column each"):
        GenerateQA(evidence="answer")


@given(st.text(), st.data())
def test_every_part_of_a_text_is_found_in_it_and_is_its_own_words(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    words = text[start : data.draw(st.integers(start, len(text)))]
    found = QuotableSentences(text).own_words(words)
    if words.strip():
        assert found is not None
        assert "".join(found.split()).lower() == "".join(words.split()).lower()
        assert words.strip() in (QuotableSentences(text).whole_sentences(words) or "") or text.count(words.strip()) != 1
    else:
        assert found is None
