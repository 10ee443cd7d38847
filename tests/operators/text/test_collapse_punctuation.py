"""collapse_punctuation: prose loses what it repeats, code keeps it."""

import time
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.text.collapse_punctuation import CollapsePunctuation
from hypothesis import given
from hypothesis import strategies as st


def collapsed(text: str, **options: Any) -> str:
    return str(apply_rows(CollapsePunctuation(**options), [{"text": text}])[0]["text"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wow!! Yes!!!", "Wow! Yes!"),
        ("What?!?! No??!!", "What?! No?!"),
        ('"Stop!!!" (now!!)', '"Stop!" (now!)'),
        ("really !!! yes", "really ! yes"),
        ("well,,, maybe", "well, maybe"),
        ("wait..... and so on ........", "wait... and so on ..."),
        ("真的吗？？？是！！！好。。。行，，", "真的吗？是！好。行，"),
        ("真的？！？！", "真的？！"),
        ("hm………", "hm……"),
        ("क्या।। نعم؟؟ لا،،", "क्या। نعم؟؟ لا،"),
        ("**bold!!!** _it??_", "**bold!** _it?_"),
    ],
)
def test_runs_become_one_mark(text: str, expected: str) -> None:
    assert collapsed(text) == expected


@pytest.mark.parametrize(
    "text",
    ["...", "..", "a == b", "a // b", "http://x.org", "__init__", "std::x", "i--; j++", "a ?? b", "!!x", "x??.y",
     "a,,b", "a,b,,\nc", "echo ;;", "!!! note\n    text", "note::\n", "#!/bin/sh", "……", "—— so", "----", "../..",
     "$?!", ""],
)  # fmt: skip
def test_code_and_single_marks_stay(text: str) -> None:
    # The reference makes "..." a point, "==" and "//" single, and "__init__" "_init_".
    assert collapsed(text) == text


def test_a_run_shorter_than_the_least_stays() -> None:
    assert collapsed("a!! b!!! c,, d,,, e。。 f。。。", min_repeat=3) == "a!! b! c,, d, e。。 f。"
    assert collapsed("a..... b......", min_repeat=6) == "a..... b..."


def test_drawn_lines_are_cut_only_when_asked() -> None:
    text = "Title\n======\n-----\n|----|----|\n--- a----b __main____ ** x_____y"
    assert collapsed(text) == text
    expected = "Title\n===\n---\n|---|---|\n--- a----b __main____ ** x_____y"
    assert collapsed(text, symbols=True) == expected


ANY = st.text(alphabet="ab !?.,…。，！？-=_\"')\n", max_size=30)


@given(ANY, st.integers(2, 4), st.booleans())
def test_doing_it_twice_changes_nothing_more(text: str, least: int, symbols: bool) -> None:
    once = collapsed(text, min_repeat=least, symbols=symbols)
    assert collapsed(once, min_repeat=least, symbols=symbols) == once


@given(ANY)
def test_words_and_white_space_are_untouched(text: str) -> None:
    def rest(one: str) -> list[str]:
        return [c for c in one if c.isalnum() or c.isspace()]

    assert rest(collapsed(text, symbols=True)) == rest(text)


@pytest.mark.parametrize("piece", ["!", "a!", ",", "a,,", ".", "-", "_", "…", "。", "？", "a !!!", " "])
def test_the_time_grows_with_the_length_and_not_with_its_square(piece: str) -> None:
    started = time.process_time()
    collapsed("a!! ---- " + piece * 100_000 + "x", symbols=True)
    assert time.process_time() - started < 2
