"""mean_word_length_filter: which characters and words count, and which limit belongs to the range."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.mean_word_length_filter import MeanWordLengthFilter
from hypothesis import given, settings
from hypothesis import strategies as st


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(MeanWordLengthFilter(**options), [{"text": text} for text in texts])]


def measured(text: str, **options: Any) -> float | None:
    records = apply_outcome(MeanWordLengthFilter(**options), batch_of([{"text": text}])).records
    assert records is not None
    value: float | None = records["mean_word_length"][0]
    return value


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("aaa " * 99 + "aa", False),  # 2.99
        ("aaa " * 3, True),
        ("a" * 10 + " " + "a" * 9, True),
        (("a" * 10 + " ") * 99 + "a" * 9, True),  # 9.99
        ("a" * 10, False),
        ("aaa " * 999 + "aa", True),  # 2.999, which is 3 to two decimals
        (("a" * 10 + " ") * 999 + "a" * 9, False),  # 9.999
    ],
)
def test_the_lower_limit_is_kept_and_the_upper_is_not_to_two_decimals(text: str, stays: bool) -> None:
    assert bool(kept([text])) is stays
    assert bool(kept([text], words="whitespace")) is stays


@pytest.mark.parametrize(
    ("text", "unicode", "whitespace"),
    [
        ("", 0, 0),
        ("!!! —", 0, 2),
        ("(word), word!", 4, 6),
        ("state-of-the-art", 3.25, 16),
        ("слово ещё", 4, 4),
        ("شكرا جزيلا", 4.5, 4.5),
        ("“ｗｏｒｄ”。", 4, 7),
    ],
)
def test_a_unicode_word_has_no_punctuation_around_it(text: str, unicode: float, whitespace: float) -> None:
    assert measured(text) == unicode
    assert measured(text, words="whitespace") == whitespace


def test_a_combining_mark_is_a_character_of_its_word() -> None:
    assert measured("cafe\u0301") == 5
    assert measured("हिन्दी") == 6


def test_scripts_without_spaces_have_no_length_to_measure_and_do_not_count() -> None:
    assert measured("你好，世界。") is None
    assert measured("ประเทศไทย") is None
    assert measured("我们用 Python 写 code") == 5
    assert kept(["你好，世界。"]) == []
    assert kept(["你好，世界。"], on_null="keep") == ["你好，世界。"]


def test_a_null_limit_is_no_limit() -> None:
    assert kept(["", "a", "a" * 11], min_length=None) == ["", "a"]
    assert kept(["a", "a" * 11], max_length=None) == ["a" * 11]


def test_limits_that_no_text_can_meet_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 5 and below 5"):
        MeanWordLengthFilter(min_length=5, max_length=5)


@settings(deadline=None)
@given(st.text("ab ,.\n", max_size=20))
def test_by_white_space_it_is_the_mean_of_all_runs(text: str) -> None:
    sizes = [len(run) for run in text.split()]
    assert measured(text, words="whitespace") == pytest.approx(round(sum(sizes) / len(sizes), 2) if sizes else 0)
