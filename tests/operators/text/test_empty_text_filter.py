"""empty_text_filter: what shows nothing is empty."""

import math
import unicodedata

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.empty_text_filter import EmptyTextFilter
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\t\r\x0b\x0c", "\u00a0\u3000\u2003", "\u200b\u200c\u200d\u2060\ufeff", "\u00ad", "\ufe0f", "\u3164",
     "\u2800", "\x00\x1f\x7f", "\u2028\u0085"],
)  # fmt: skip
def test_a_text_that_shows_nothing_is_dropped(text: str) -> None:
    assert apply_rows(EmptyTextFilter(), [{"text": text}]) == []


@pytest.mark.parametrize("text", ["a", " . ", "\u200b0", "你", "\N{GRINNING FACE}", "\u0301", "<br>", "null"])
def test_one_visible_character_is_enough(text: str) -> None:
    assert apply_rows(EmptyTextFilter(), [{"text": text}]) == [{"text": text}]


def test_null_absent_and_numbers_are_dropped_unless_they_shall_stay() -> None:
    rows = [{"text": None}, {}, {"text": math.pi}, {"text": "x"}]
    assert apply_rows(EmptyTextFilter(), rows) == [{"text": "x"}]
    assert apply_rows(EmptyTextFilter(on_null="keep"), rows) == rows


def test_the_metric_counts_what_is_visible() -> None:
    records = apply_outcome(EmptyTextFilter(), batch_of([{"text": " a\u200bé\n 你 "}, {"text": " "}])).records
    assert records is not None
    assert records["visible_characters"].to_list() == [3, 0]
    assert records["reason"].to_list() == [None, "visible_characters_too_low"]


@given(st.text(max_size=6))
def test_letters_and_digits_are_always_visible(text: str) -> None:
    if any(unicodedata.category(character)[0] in "LN" and character not in "ᅟᅠㅤﾠ" for character in text):
        assert apply_rows(EmptyTextFilter(), [{"text": text}])
