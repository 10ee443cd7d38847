"""word_count_filter: what a word is, and that its limits are kept."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.word_count_filter import WordCountFilter
from hypothesis import given
from hypothesis import strategies as st


def texts_kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(WordCountFilter(**options), [{"text": text} for text in texts])]


def counted(text: str, **options: Any) -> float:
    records = apply_outcome(WordCountFilter(**options), batch_of([{"text": text}])).records
    assert records is not None
    return float(records["word_count"][0])


@pytest.mark.parametrize(("count", "kept"), [(2, False), (3, True), (5, True), (6, False)])
def test_both_limits_belong_to_the_range(count: int, kept: bool) -> None:
    text = " ".join(["word"] * count)
    assert texts_kept([text], min_words=3, max_words=5) == ([text] if kept else [])


@pytest.mark.parametrize(("count", "kept"), [(19, False), (20, True), (200_000, True)])
def test_by_default_20_words_are_needed_and_any_number_is_allowed(count: int, kept: bool) -> None:
    assert bool(texts_kept(["w " * count])) is kept


@pytest.mark.parametrize(
    ("text", "unicode", "whitespace"),
    [
        ("", 0, 0),
        ("— … !", 0, 3),
        ("Don't stop, state-of-the-art v1.2!", 7, 4),
        ("你好世界", 4, 1),
        ("हिन्दी में", 2, 2),
        ("mot\u00a0insécable", 2, 2),
        ("one\ntwo\tthree", 3, 3),
    ],
)
def test_words_are_counted_by_unicode_or_by_white_space(text: str, unicode: int, whitespace: int) -> None:
    assert counted(text) == unicode
    assert counted(text, words="whitespace") == whitespace


def test_a_null_limit_is_no_limit() -> None:
    texts = ["", "a", "a b"]
    assert texts_kept(texts, min_words=None, max_words=None) == texts
    assert texts_kept(texts, min_words=None, max_words=1) == ["", "a"]


def test_limits_that_no_text_can_meet_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 5 and at most 3 words"):
        WordCountFilter(min_words=5, max_words=3)


@given(st.lists(st.text(alphabet="ab .,\n你", max_size=12), min_size=1, max_size=8), st.integers(0, 4))
def test_what_is_kept_is_what_has_enough_words_in_the_order_it_came(texts: list[str], least: int) -> None:
    expected = [text for text in texts if len(text.split()) >= least]
    assert texts_kept(texts, min_words=least, words="whitespace") == expected
