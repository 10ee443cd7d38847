"""alpha_word_ratio_filter: letters of every script count, and the limit itself is dropped."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.alpha_word_ratio_filter import AlphaWordRatioFilter
from hypothesis import given, settings
from hypothesis import strategies as st


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(AlphaWordRatioFilter(**options), [{"text": text} for text in texts])]


def measured(text: str, **options: Any) -> float:
    records = apply_outcome(AlphaWordRatioFilter(**options), batch_of([{"text": text}])).records
    assert records is not None
    return float(records["alpha_word_ratio"][0])


@pytest.mark.parametrize(("words", "stays"), [(3, False), (4, False), (5, True)])
def test_by_default_more_than_four_in_five_must_hold_a_letter(words: int, stays: bool) -> None:
    assert bool(kept(["x " * words + "1"])) is stays


@pytest.mark.parametrize(("text", "stays"), [("a 1", False), ("a b 1", True), ("a 1 2", False)])
def test_the_limit_is_exclusive(text: str, stays: bool) -> None:
    assert bool(kept([text], min_ratio=0.5)) is stays


@pytest.mark.parametrize(
    ("text", "unicode", "whitespace"),
    [
        ("", 0, 0),
        ("--- === |", 0, 0),
        ("word --- word ===", 1, 1 / 2),
        ("v1.2 3.14 2nd", 2 / 3, 2 / 3),
        ("слова и числа 5", 3 / 4, 3 / 4),
        ("你好 12", 2 / 3, 1 / 2),
        ("हिन्दी १२", 1 / 2, 1 / 2),
        ("שלום ١٢", 1 / 2, 1 / 2),
        ("ｗｏｒｄ １２", 1 / 2, 1 / 2),
        ("_ ½", 0, 0),
    ],
)
def test_a_letter_of_any_script_makes_a_word_count(text: str, unicode: float, whitespace: float) -> None:
    assert measured(text) == pytest.approx(unicode)
    assert measured(text, words="whitespace") == pytest.approx(whitespace)


def test_a_null_limit_is_no_limit() -> None:
    assert kept(["", "1 2"], min_ratio=None) == ["", "1 2"]


@settings(deadline=None)
@given(st.text("ab1- \n", max_size=20))
def test_by_white_space_it_is_the_share_of_runs_with_a_letter(text: str) -> None:
    runs = text.split()
    with_letter = [run for run in runs if any(character.isalpha() for character in run)]
    assert measured(text, words="whitespace") == pytest.approx(len(with_letter) / len(runs) if runs else 0)
