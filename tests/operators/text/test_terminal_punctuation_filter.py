"""terminal_punctuation_filter: colons at the end, and the longest run of words without punctuation."""

import unicodedata
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.terminal_punctuation_filter import TerminalPunctuationFilter
from hypothesis import given, settings
from hypothesis import strategies as st


def kept(texts: list[str], **options: Any) -> list[str]:
    rows = [{"text": text} for text in texts]
    return [row["text"] for row in apply_rows(TerminalPunctuationFilter(**options), rows)]


def measured(text: str, **options: Any) -> tuple[bool, int]:
    records = apply_outcome(TerminalPunctuationFilter(**options), batch_of([{"text": text}])).records
    assert records is not None
    return bool(records["ends_with_colon"][0]), int(records["longest_run"][0])


@pytest.mark.parametrize("text", ["Items:", "Items: ", "Items:\n\n", "如下：", "如下：\u3000", "שלום:", "a﹕"])
def test_a_colon_at_the_end_drops_a_text(text: str) -> None:
    assert kept([text]) == []
    assert kept([text], drop_colon_end=False) == [text]


@pytest.mark.parametrize("text", ["", "a: b", ": a", "Items:.", "如下：甲。", "10:30"])
def test_a_colon_elsewhere_does_not(text: str) -> None:
    assert measured(text)[0] is False
    assert kept([text]) == [text]


@pytest.mark.parametrize(("words", "stays"), [(112, True), (113, False)])
def test_by_default_up_to_112_words_may_stand_without_punctuation(words: int, stays: bool) -> None:
    run = "word " * words
    for text in (run, f"Yes. {run}; no", f"one\n{run}\ntwo"):
        assert bool(kept([text])) is stays
        assert bool(kept([text], words="whitespace")) is stays


@pytest.mark.parametrize("mark", [*".!?,;/|\n\r", *"–•…", *"。，、；！？｡､．／｜", *"،؛؟۔", *"।॥", *"።፣", *"။၊", "។"])
def test_each_mark_ends_a_run(mark: str) -> None:
    assert measured(f"a b {mark} c")[1] == 2
    assert measured(f"a b{mark}c", words="whitespace")[1] == 2


@pytest.mark.parametrize(
    ("text", "unicode", "whitespace"),
    [
        ("", 0, 0),
        ("...", 0, 0),
        ("state-of-the-art 'quoted' don't", 6, 3),
        ("one - two : three", 3, 5),
        ("你好世界", 4, 1),
        ("你好，世界和平", 4, 1),
        ("cafe\u0301 re\u0301sume\u0301", 2, 2),
        ("हिन्दी भाषा। अच्छी", 2, 2),
        ("مرحبا بك، يا صديقي العزيز؟", 3, 3),
    ],
)
def test_the_longest_run_is_counted_in_words(text: str, unicode: int, whitespace: int) -> None:
    assert measured(text)[1] == unicode
    assert measured(text, words="whitespace")[1] == whitespace


def test_in_scripts_without_spaces_a_space_is_punctuation() -> None:
    clause = "ประเทศไทยมีสภาพอากาศร้อน"
    letters = [character for character in clause if not unicodedata.category(character).startswith("M")]
    assert measured(f"{clause} " * 40)[1] == len(letters)
    assert kept([f"{clause} " * 40]) == [f"{clause} " * 40]
    assert kept([clause * 40]) == []
    assert kept(["好" * 113]) == []


def test_null_is_no_limit_and_a_filter_that_drops_nothing_is_refused() -> None:
    assert kept(["word " * 500, "Items:"], max_words_per_run=None) == ["word " * 500]
    with pytest.raises(ValueError, match="set drop_colon_end or max_words_per_run"):
        TerminalPunctuationFilter(drop_colon_end=False, max_words_per_run=None)


@settings(deadline=None)
@given(st.text("ab .,:\n|…", max_size=30))
def test_by_white_space_it_is_the_longest_piece_between_marks(text: str) -> None:
    for mark in ".,|…":
        text = text.replace(mark, "\n")
    longest = max(len(piece.split()) for piece in text.split("\n"))
    assert measured(text, words="whitespace") == (text.rstrip().endswith(":"), longest)


def test_a_space_ends_a_run_of_unspaced_script_only_where_words_are_those_of_unicode() -> None:
    text = " ".join(["word", "你好"] * 57)
    assert measured(text, words="whitespace")[1] == 114
    assert measured(text, words="unicode")[1] < 10
