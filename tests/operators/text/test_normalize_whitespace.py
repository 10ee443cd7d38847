"""normalize_whitespace: one plain form of white space, with lines and paragraphs kept apart."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.text.normalize_whitespace import NormalizeWhitespace
from hypothesis import given
from hypothesis import strategies as st

ZWNJ, ZWJ = "\u200c", "\u200d"
WHITE = st.text(alphabet="ab \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u2003\u2028\u200b\u2060\ufeff" + ZWJ, max_size=25)


def normalized(text: str, **options: Any) -> str:
    return str(apply_rows(NormalizeWhitespace(**options), [{"text": text}])[0]["text"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a  b\t\tc", "a b c"),
        ("a\u00a0b\u2003c\u3000d", "a b c d"),
        ("a \t \u00a0 b", "a b"),
        ("  a  \n\t b \n", "a\nb"),
        ("a\r\nb\rc\u2028d\u0085e\x0cf", "a\nb\nc\nd\ne\nf"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("a\n \n\t\n \nb", "a\n\nb"),
        ("a\nb\n\nc", "a\nb\n\nc"),
        ("a\u200bb\ufeffc\u2060d", "abcd"),
        (f"می{ZWNJ}خواهم क्{ZWJ}ष", f"می{ZWNJ}خواهم क्{ZWJ}ष"),
        (" \n\t ", ""),
        ("", ""),
    ],
)
def test_lines_stay_and_runs_of_blanks_collapse(text: str, expected: str) -> None:
    assert normalized(text) == expected


def test_the_lines_of_a_document_survive() -> None:
    # A refiner that joins all words with a space leaves later line rules a single line.
    text = "Title\n\n- first  point\n- second point\n\nEnd."
    assert normalized(text) == "Title\n\n- first point\n- second point\n\nEnd."


@pytest.mark.parametrize(("most", "expected"), [(0, "a\nb\nc"), (1, "a\n\nb\n\nc"), (2, "a\n\n\nb\n\nc")])
def test_at_most_so_many_blank_lines_stay(most: int, expected: str) -> None:
    assert normalized("a\n\n\n\n\nb\n\nc", max_blank_lines=most) == expected


def test_all_can_be_joined_into_one_line() -> None:
    assert normalized(" a \r\n\n b\u2028c\u200b \td\x1ce\x1ff", keep_newlines=False) == "a b c d e f"


@given(WHITE, st.booleans(), st.integers(0, 2))
def test_doing_it_twice_changes_nothing_more(text: str, keep: bool, blank: int) -> None:
    once = normalized(text, keep_newlines=keep, max_blank_lines=blank)
    assert normalized(once, keep_newlines=keep, max_blank_lines=blank) == once


@given(WHITE)
def test_it_agrees_with_splitting_and_joining(text: str) -> None:
    plain = text.replace("\u200b", "").replace("\u2060", "").replace("\ufeff", "")
    lines = [" ".join(line.split()) for line in plain.splitlines()]
    assert normalized(text, max_blank_lines=0) == "\n".join(line for line in lines if line)
    assert normalized(text, keep_newlines=False) == " ".join(plain.split())
