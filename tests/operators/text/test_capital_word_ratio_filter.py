"""capital_word_ratio_filter: what a word in capitals is, and that the limit itself is kept."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.capital_word_ratio_filter import CapitalWordRatioFilter
from hypothesis import given, settings
from hypothesis import strategies as st


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(CapitalWordRatioFilter(**options), [{"text": text} for text in texts])]


def measured(text: str, **options: Any) -> float:
    records = apply_outcome(CapitalWordRatioFilter(**options), batch_of([{"text": text}])).records
    assert records is not None
    return float(records["capital_word_ratio"][0])


@pytest.mark.parametrize(("others", "stays"), [(3, False), (4, True), (5, True)])
def test_by_default_up_to_a_fifth_may_be_in_capitals(others: int, stays: bool) -> None:
    assert bool(kept(["WORD " + "word " * others])) is stays


def test_i_and_a_are_no_words_in_capitals() -> None:
    text = "I am I. A cat is A cat."
    assert measured(text) == measured(text, words="whitespace") == 0
    assert kept([text]) == [text]


@pytest.mark.parametrize(
    ("text", "unicode", "whitespace"),
    [
        ("", 0, 0),
        ("USA U.S. Usa", 2 / 3, 2 / 3),
        ("I, A. 4K", 0, 0),
        ("STATE-of-the-ART", 1 / 2, 0),
        ("B2B C3PO", 1, 1),
        ("ПРИВЕТ мир", 1 / 2, 1 / 2),
        ("ÉCOLE E\u0301COLE école", 2 / 3, 2 / 3),
        ("ＡＢＣ ａｂｃ", 1 / 2, 1 / 2),
        ("你好 שלום مرحبا", 0, 0),
        ("DON'T WAIT", 1, 1),
        ("1234 ----", 0, 0),
    ],
)
def test_two_capitals_and_no_small_letter_make_a_word_in_capitals(text: str, unicode: float, whitespace: float) -> None:
    assert measured(text) == pytest.approx(unicode)
    assert measured(text, words="whitespace") == pytest.approx(whitespace)


@pytest.mark.parametrize(
    ("text", "share"),
    [("I am A cat", 1 / 2), ("4K tv", 1 / 2), ("USA Usa", 1 / 2), ("12 --", 0), ("", 0), ("É é", 1 / 2)],
)
def test_single_letters_count_where_that_is_wanted(text: str, share: float) -> None:
    assert measured(text, single_letters=True, words="whitespace") == pytest.approx(share)


@settings(deadline=None)
@given(st.text("AaÉé1. \n", max_size=20))
def test_with_single_letters_it_is_the_share_of_what_python_calls_upper_case(text: str) -> None:
    runs = text.split()
    capitals = sum(map(str.isupper, runs)) / len(runs) if runs else 0
    assert measured(text, single_letters=True, words="whitespace") == pytest.approx(capitals)


def test_a_null_limit_is_no_limit() -> None:
    assert kept(["ALL CAPS"], max_ratio=None) == ["ALL CAPS"]


@settings(deadline=None)
@given(st.text("AaÉé1. \n", max_size=20))
def test_by_white_space_it_is_the_share_of_upper_case_runs_with_two_letters(text: str) -> None:
    runs = text.split()
    capitals = [run for run in runs if run.isupper() and sum(map(str.isalpha, run)) > 1]
    assert measured(text, words="whitespace") == pytest.approx(len(capitals) / len(runs) if runs else 0)
