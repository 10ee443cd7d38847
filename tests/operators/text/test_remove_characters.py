"""remove_characters: the classes named go in all scripts, and words do not grow together."""

import unicodedata
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.text.remove_characters import CLASSES, RemoveCharacters
from hypothesis import given
from hypothesis import strategies as st


def cleaned(text: str, *classes: str, **options: Any) -> str:
    return str(apply_rows(RemoveCharacters(classes=classes, **options), [{"text": text}])[0]["text"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, world!", "Hello world"),
        ("one,two;three", "one two three"),  # the reference glues them together
        ("state-of-the-art a_b", "state of the art a b"),
        ("don't ‘quote’ rock ’n’ roll", "dont quote rock n roll"),
        ("你好，世界。「是」", "你好 世界 是"),  # of which the reference keeps all
        ("( a ) -- b ...", " a   b "),
        ("a + b = c; 5 > 3 | x^2 ~ `d` $", "a  b  c 5  3  x 2  d "),
        ("¿Qué? «oui» ؟ ।", "Qué oui  "),
        ("café\u0301, naïve", "café\u0301 naïve"),
        ("\n- item\n", "\n item\n"),
        ("?!.", ""),
    ],
)
def test_punctuation_of_all_scripts_goes_and_words_stay_apart(text: str, expected: str) -> None:
    assert cleaned(text, "punctuation") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in 2021 we had 1,234.5 of them", "in  we had  of them"),
        ("x² is ½ of y₂", "x² is ½ of y₂"),  # the reference takes superscripts too
        ("٣ apples and ३", " apples and "),
        ("v2.10-3, 10:30.", "v-, :."),
        ("abc123def", "abcdef"),
    ],
)
def test_numbers_go_with_their_points_and_commas(text: str, expected: str) -> None:
    assert cleaned(text, "digits") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 € ± 3 × 2", "5   3  2"),
        ("a+b", "a b"),
        ("hi \U0001f468\u200d\U0001f469 \u2764\ufe0f you", "hi   you"),
        ("keep, this!", "keep, this!"),
    ],
)
def test_symbols_go(text: str, expected: str) -> None:
    assert cleaned(text, "symbols") == expected


def test_control_characters_go_and_white_space_and_joiners_stay() -> None:
    assert cleaned("a\x00b\x1b[0m\u00adc\u200ed\ufeff\ue000\ufffd e\t\r\nf\u200cg\u200dh\u3000", "control") == (
        "ab[0mcd e\t\r\nf\u200cg\u200dh\u3000"
    )


def test_more_characters_go_each_for_itself() -> None:
    assert cleaned("a#b*c [x]^-\\ &&~~ d", characters="#*[]^-\\ &~") == "abcxd"
    assert cleaned("1,a#", "digits", characters="#") == ",a"


def test_something_to_remove_must_be_named() -> None:
    with pytest.raises(ValueError, match="at least one of the classes"):
        RemoveCharacters(classes=())
    with pytest.raises(ValueError, match="classes"):
        RemoveCharacters.model_validate({})


@given(st.text(max_size=30), st.sets(st.sampled_from(CLASSES), min_size=1))
def test_doing_it_twice_changes_nothing_more(text: str, classes: set[str]) -> None:
    once = cleaned(text, *classes)
    assert cleaned(once, *classes) == once


@given(st.text(max_size=30))
def test_nothing_of_a_class_is_left_and_letters_stay(text: str) -> None:
    left = cleaned(text, "punctuation", "symbols", "digits")
    assert not [one for one in left if unicodedata.category(one)[0] in "PS" or unicodedata.category(one) == "Nd"]
    letters = [one for one in text if unicodedata.category(one)[0] == "L" and one != "ʼ"]
    assert [one for one in left if unicodedata.category(one)[0] == "L"] == letters
