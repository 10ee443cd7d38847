"""clean_knowledge_text: conversion noise goes, content stays; a model that changes the content is not believed."""

import json
from typing import Any

import pytest
from dataflow_agent.operators.core import Context, DataFlowError, Outcome
from dataflow_agent.operators.core.testing import ScriptedLLM, apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.knowledge._cleaning import cleaned
from dataflow_agent.operators.knowledge.clean_knowledge_text import CleanKnowledgeText
from hypothesis import given
from hypothesis import strategies as st

TEXT = "The pump holds 40 litres of oil and runs for two years. Visit us! Menu"
GOOD = "The pump holds 40 litres of oil and runs for two years."


def said(text: str) -> str:
    return json.dumps({"text": text})


def applied(replies: list[Any], text: Any = TEXT, **options: Any) -> tuple[Outcome, ScriptedLLM]:
    model = ScriptedLLM(replies)
    operator = CleanKnowledgeText(backend="llm", **options)
    return apply_outcome(operator, batch_of([{"text": text}]), Context(llm=model)), model


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exam-\nple", "example"),
        ("well-known and well-\nknown", "well-known and well-known"),
        ("Jean-\nPaul", "Jean-\nPaul"),
        ("one line\ngoes on", "one line goes on"),
        ("It ended.\nnext", "It ended.\nnext"),
        ("# Title\nsmall", "# Title\nsmall"),
        ("- item\n- other", "- item\n- other"),
        ("a\x00b\u200bc\u00adﬁ", "abcfi"),
        ("a\n\n\n\n\nB  ", "a\n\nB"),
        ("```\nx =-\ny\n```", "```\nx =-\ny\n```"),
        ("| a |\n| b-\n", "| a |\n| b-"),
        ("12", "12"),
    ],
)
def test_the_rules_take_out_what_conversion_left(text: str, expected: str) -> None:
    assert apply_rows(CleanKnowledgeText(), [{"text": text}]) == [{"text": expected}]


def test_page_numbers_and_repeated_lines_go_from_the_edges_of_pages() -> None:
    pages = [f"ACME Report\nPart {word} says this.\nMore of {word}.\nPage {n} of 3" for n, word in enumerate("XYZ", 1)]
    made = cleaned("\f".join(pages))
    assert "ACME" not in made
    assert "Page" not in made
    assert [f"Part {word} says this." in made for word in "XYZ"] == [True] * 3
    assert "ACME" in cleaned("\f".join(pages[:2]))


@given(st.text(alphabet="ab 1-\n\f|`#.é", max_size=60))
def test_the_rules_lose_no_letter_of_a_text_of_fewer_than_three_pages(text: str) -> None:
    text = text.replace("\f", "", max(text.count("\f") - 1, 0))
    letters = [character for character in text if character.isalnum()]
    assert [character for character in cleaned(text) if character.isalnum()] == letters


def test_a_model_cleans_what_no_rule_knows() -> None:
    outcome, model = applied([said(GOOD)])
    assert outcome.rows.rows() == [{"text": GOOD}]
    assert len(model.asked) == 1
    assert CleanKnowledgeText(backend="llm").needs == ("llm",)
    assert CleanKnowledgeText(backend="llm").calls(5) == (5, 5)
    assert CleanKnowledgeText().calls(5) == (0, 0)
    assert CleanKnowledgeText().needs == ()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ("The pump holds oil.", "keeps"),
        (GOOD + " In summary this brilliant machine serves everyone forever.", "new"),
        (GOOD.replace("40", "45"), "45"),
        ("", "keeps"),
    ],
)
def test_a_reply_that_changes_the_content_goes_back_once_and_then_fails_the_row(changed: str, why: str) -> None:
    outcome, model = applied([said(changed), said(GOOD)])
    assert outcome.rows.rows() == [{"text": GOOD}]
    assert why in model.asked[1].prompt
    outcome, model = applied([said(changed), said(changed)])
    assert outcome.records is not None
    assert outcome.records["reason"].to_list() == ["changed_content"]
    assert len(model.asked) == 2


def test_the_limits_are_inclusive() -> None:
    text, half = "one two three four", "one two"
    for limit, reason in ((0.5, None), (0.51, "changed_content")):
        outcome, _ = applied([said(half)] * 2, text, min_kept_ratio=limit)
        assert (None if outcome.records is None else outcome.records["reason"][0]) == reason
    for limit, reason in ((0.2, None), (0.19, "changed_content")):
        outcome, _ = applied([said(text + " five")] * 2, text, max_new_ratio=limit)
        assert (None if outcome.records is None else outcome.records["reason"][0]) == reason


def test_a_reply_that_is_no_json_fails_as_invalid_and_no_model_is_an_error() -> None:
    outcome, _ = applied(["no"] * 2)
    assert outcome.records is not None
    assert outcome.records["reason"].to_list() == ["invalid_reply"]
    with pytest.raises(DataFlowError, match="needs a language model"):
        CleanKnowledgeText(backend="llm").open(Context())


@pytest.mark.parametrize("text", ["", " \n", None, 5])
def test_what_holds_nothing_is_not_asked_about(text: Any) -> None:
    outcome, model = applied([], text)
    assert outcome.rows.rows() == [{"text": text}]
    assert not model.asked
