"""symbol_word_ratio_filter: what a symbol is, that words are words, and that the limit itself is dropped."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.symbol_word_ratio_filter import SymbolWordRatioFilter
from hypothesis import given, settings
from hypothesis import strategies as st


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(SymbolWordRatioFilter(**options), [{"text": text} for text in texts])]


def measured(text: str, **options: Any) -> float:
    records = apply_outcome(SymbolWordRatioFilter(**options), batch_of([{"text": text}])).records
    assert records is not None
    return float(records["symbol_word_ratio"][0])


@pytest.mark.parametrize(("symbols", "stays"), [("#", True), ("# #", False), ("# # #", False)])
def test_by_default_fewer_than_four_symbols_for_ten_words_are_allowed(symbols: str, stays: bool) -> None:
    assert bool(kept([f"one two three four five {symbols}"])) is stays


@pytest.mark.parametrize(
    ("text", "unicode", "whitespace"),
    [
        ("", 0, 0),
        ("### ...", 4, 2),
        ("wait... what…", 1, 1),
        ("......", 2, 2),
        ('word (word), "word"! - #', 1 / 3, 1 / 5),
        ("你好#", 1 / 2, 1),
        ("שלום #עולם", 1 / 2, 1 / 2),
    ],
)
def test_punctuation_is_no_word(text: str, unicode: float, whitespace: float) -> None:
    assert measured(text) == pytest.approx(unicode)
    assert measured(text, words="whitespace") == pytest.approx(whitespace)


@pytest.mark.parametrize(
    ("text", "ratio"),
    [("one two #", 1 / 3), ("wait... what", 1 / 3), ("don't #", 1 / 4), ("a_b…", 1 / 2), ("你好#", 1 / 2)],
)
def test_by_wordpunct_a_run_of_punctuation_is_a_word(text: str, ratio: float) -> None:
    assert measured(text, words="wordpunct") == pytest.approx(ratio)


def test_symbols_can_be_named() -> None:
    assert measured("a*b ** c", symbols=["*", "^"]) == 1
    assert measured("# #", symbols=["."]) == 0


def test_an_empty_symbol_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 character"):
        SymbolWordRatioFilter(symbols=("#", ""))


def test_a_null_limit_is_no_limit() -> None:
    assert kept(["# # #"], max_ratio=None) == ["# # #"]


@settings(deadline=None)
@given(st.text("a#.… ", max_size=20))
def test_symbols_are_counted_as_python_counts_them(text: str) -> None:
    symbols = text.count("#") + text.count("...") + text.count("…")
    assert measured(text, words="whitespace") == pytest.approx(symbols / max(len(text.split()), 1))
