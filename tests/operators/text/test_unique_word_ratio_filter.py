"""unique_word_ratio_filter: what counts as the same word, and that the limit itself is dropped."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.unique_word_ratio_filter import UniqueWordRatioFilter
from hypothesis import given, settings
from hypothesis import strategies as st


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(UniqueWordRatioFilter(**options), [{"text": text} for text in texts])]


def measured(text: str, **options: Any) -> float:
    records = apply_outcome(UniqueWordRatioFilter(**options), batch_of([{"text": text}])).records
    assert records is not None
    return float(records["unique_word_ratio"][0])


@pytest.mark.parametrize(("words", "stays"), [(9, True), (10, False), (11, False)])
def test_by_default_more_than_a_tenth_must_differ(words: int, stays: bool) -> None:
    assert bool(kept(["word " * words])) is stays


@pytest.mark.parametrize(("text", "stays"), [("a b c d", True), ("a b a b", False), ("a b a", True)])
def test_the_limit_is_exclusive(text: str, stays: bool) -> None:
    assert bool(kept([text], min_ratio=0.5)) is stays


@pytest.mark.parametrize(
    ("text", "unicode", "whitespace"),
    [
        ("", 0, 0),
        ("...", 0, 1),
        ("Word word WORD", 1 / 3, 1 / 3),
        ("word, word.", 1 / 2, 1),
        ("你好你好", 1 / 2, 1),
        ("Мир мир", 1 / 2, 1 / 2),
        ("ΛΟΓΟΣ λόγος ΛΟΓΟΣ", 2 / 3, 2 / 3),
        ("हिन्दी हिन्दु", 1, 1),
        ("שלום שלום", 1 / 2, 1 / 2),
    ],
)
def test_words_are_compared_in_lower_case(text: str, unicode: float, whitespace: float) -> None:
    assert measured(text) == pytest.approx(unicode)
    assert measured(text, words="whitespace") == pytest.approx(whitespace)


def test_a_null_limit_is_no_limit() -> None:
    assert kept(["", "word " * 50], min_ratio=None) == ["", "word " * 50]


@settings(deadline=None)
@given(st.text("aAb. \n", max_size=20))
def test_by_white_space_it_is_the_share_of_different_runs(text: str) -> None:
    runs = text.lower().split()
    assert measured(text, words="whitespace") == pytest.approx(len(set(runs)) / len(runs) if runs else 0)
