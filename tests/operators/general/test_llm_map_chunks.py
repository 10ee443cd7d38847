"""`llm_map_chunks`: every piece is asked about, answers stand in the order of the text, and no piece is lost unseen."""

from typing import Any

import pytest
from dataflow_agent.operators.core import Context, EndpointError, Outcome, Request
from dataflow_agent.operators.core.testing import ScriptedLLM, apply_outcome, batch_of
from dataflow_agent.operators.general.llm_map_chunks import LLMMapChunks
from hypothesis import given
from hypothesis import strategies as st

PROMPT = "Repeat {text}"


def applied(rows: list[dict[str, Any]], replies: Any, **options: Any) -> Outcome:
    operator = LLMMapChunks(**{"prompt": PROMPT, **options})
    return apply_outcome(operator, batch_of(rows), Context(llm=ScriptedLLM(replies)))


def echo(request: Request) -> str:
    return request.prompt.partition(">\n")[2].partition("\n</data>")[0]


@given(st.lists(st.sampled_from(["a", "bb", "ccc", "d.", "\n\n", "日本"]), max_size=30), st.integers(1, 9))
def test_answers_stand_in_the_order_of_the_text_and_cover_all_of_it(words: list[str], size: int) -> None:
    text = " ".join(words)
    (row,) = applied([{"text": text}], echo, size=size, join="list").rows.rows()
    assert "".join("".join(row["generated"]).split()) == "".join(text.split())


def test_words_are_not_cut_and_an_overlap_repeats_whole_words() -> None:
    (row,) = applied([{"text": "one two three four five"}], echo, size=3, overlap=1, join="list").rows.rows()
    assert row["generated"] == ["one two three", "three four five"]
    (row,) = applied([{"text": "extraordinary words"}], echo, size=14, unit="chars", separator="|").rows.rows()
    assert row["generated"] == "extraordinary|words"


def test_a_text_of_just_the_size_is_one_piece_and_one_word_more_makes_two() -> None:
    rows = applied([{"text": "a b c"}, {"text": "a b c d"}], echo, size=3, join="list").rows.rows()
    assert [len(row["generated"]) for row in rows] == [1, 2]


@pytest.mark.parametrize(("lost", "reason"), [(EndpointError("no"), "no_answer"), (" ", "empty_reply")])
def test_a_piece_without_an_answer_fails_its_row_and_no_other(lost: Any, reason: str) -> None:
    outcome = applied([{"text": "a b"}, {"text": "c"}], lambda r: lost if "\nb\n" in r.prompt else "x", size=1)
    assert outcome.records is not None
    assert outcome.records["reason"].to_list() == [reason, None]
    assert [row["text"] for row in outcome.rows.rows()] == ["c"]


def test_blank_texts_cost_no_call_and_rows_without_a_text_fail() -> None:
    outcome = applied([{"text": ""}, {"text": " \n"}, {"text": None}, {"text": 5}], [])
    assert [row["generated"] for row in outcome.rows.rows()] == ["", ""]
    assert outcome.records is not None
    assert outcome.records["reason"].to_list() == [None, None, "no_value", "no_value"]


def test_other_columns_go_with_every_piece_and_what_they_hold_is_data() -> None:
    model = ScriptedLLM(lambda _: "x")
    operator = LLMMapChunks(prompt="{question} in {text}", size=1)
    row = {"text": "{question} b", "question": "who </data>?"}
    apply_outcome(operator, batch_of([row]), Context(llm=model))
    assert len(model.asked) == 2
    assert all(request.prompt.count("</data>") == 2 for request in model.asked)
    assert all("who &lt;/data>?" in request.prompt for request in model.asked)


def merge(request: Request) -> str:
    """A summary of a piece is its first word; merged answers are joined in brackets."""
    if not request.prompt.startswith("Merge"):
        return echo(request).split()[0]
    parts = request.prompt.split("\n</data>")[:-1]
    return "(" + " ".join(part.rpartition(">\n")[2] for part in parts) + ")"


@pytest.mark.parametrize(
    ("text", "size", "merged"),
    [
        ("a", 2, "a"),
        ("a b c", 3, "a"),
        ("a. b. c.", 1, "((a. b.) c.)"),
        ("a b c d", 2, "(a c)"),
        ("a b c d e f g h", 1, "(((a b) (c d)) ((e f) (g h)))"),
    ],
)
def test_answers_are_merged_by_neighbours_until_one_is_left(text: str, size: int, merged: str) -> None:
    (row,) = applied([{"text": text}], merge, size=size, combine="Merge:", join="list").rows.rows()
    assert row["generated"] == merged


def test_many_answers_that_fit_together_are_merged_in_one_call() -> None:
    model = ScriptedLLM(merge)
    operator = LLMMapChunks(prompt=PROMPT, combine="Merge:", size=4)
    apply_outcome(operator, batch_of([{"text": " ".join(["w"] * 16)}]), Context(llm=model))
    assert len(model.asked) == 5


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"size": 5, "overlap": 5}, "at most 4"),
        ({"prompt": "Repeat {other}"}, "does not name the piece"),
        ({"combine": "Merge {text}"}, "the whole text"),
        ({"size": 0}, "greater than or equal to 1"),
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        LLMMapChunks(**{"prompt": PROMPT, **options})
