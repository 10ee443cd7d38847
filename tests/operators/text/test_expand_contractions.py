"""expand_contractions: English contractions are written out, possessives and other languages stay."""

import time
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.text.expand_contractions import ExpandContractions
from hypothesis import given
from hypothesis import strategies as st


def expanded(text: str, **options: Any) -> str:
    return str(apply_rows(ExpandContractions(**options), [{"text": text}])[0]["text"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I don't, he isn't, they couldn’t.", "I do not, he is not, they could not."),
        ("can't won't shan't mustn't", "cannot will not shall not must not"),
        ("I'm here; you're, we've, they'll", "I am here; you are, we have, they will"),
        ("it's he's what's there's who's let's", "it is he is what is there is who is let us"),
        ("you'd go, I'd need it", "you would go, I would need it"),
        ("I'd've, shouldn't've, who'd've", "I would have, should not have, who would have"),
        ("Don't! DON'T! Can't CAN'T Won't I'M IT'S", "Do not! DO NOT! Cannot CANNOT Will not I AM IT IS"),
        ("'I can't'", "'I cannot'"),
        ("(that’s)", "(that is)"),
        ("someone'll know", "someone will know"),
    ],
)
def test_contractions_are_written_out(text: str, expected: str) -> None:
    assert expanded(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it's been long", "it has been long"),
        ("he's never had one", "he has never had one"),
        ("it's good", "it is good"),
        ("she'd gone", "she had gone"),
        ("they'd already wanted it", "they had already wanted it"),
        ("you'd better go", "you had better go"),
        ("I'd never feed it", "I would never feed it"),
        ("we'd", "we would"),
    ],
)
def test_the_next_word_decides_between_two_readings(text: str, expected: str) -> None:
    assert expanded(text) == expected


@pytest.mark.parametrize(
    "text",
    ["John's hat and the dogs' bowls", "the company's", "rock'n'roll o'clock 80's", "ain't", "Hadn", "it s",
     "c'est l'été d'accord qu'il", "geht's gibt's", "foto's", "x's y'd z'm", "it'small", "'s 't 'd", "5'd", "I'd'x",
     ""],
)  # fmt: skip
def test_what_is_no_english_contraction_stays(text: str) -> None:
    assert expanded(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'm gonna; Wanna? DUNNO", "I am going to; Want to? DO NOT KNOW"),
        ("y'all, ’tis, 'Twas", "you all, it is, It was"),
    ],
)
def test_informal_forms_are_expanded_unless_switched_off(text: str, expected: str) -> None:
    assert expanded(text) == expected
    assert expanded("gonna wanna", informal=False) == "gonna wanna"


@pytest.mark.parametrize("text", ["gonnab wannabe", "kindakinda", "a-gonna'x"])
def test_words_that_hold_an_informal_form_stay(text: str) -> None:
    assert expanded(text) == text


PIECES = st.sampled_from(
    ["do", "it", "I", "can", "won", "n't", "'t", "'s", "’d", "'ve", " ", "been", "y'all", "gonna", "'", "x"]
)


@given(st.lists(PIECES, max_size=12))
def test_doing_it_twice_changes_nothing_more(pieces: list[str]) -> None:
    once = expanded("".join(pieces))
    assert expanded(once) == once


@pytest.mark.parametrize("piece", ["a", "'", "a'", "it's ", "'s", "n't", "it's not ", " ", "'ve"])
def test_the_time_grows_with_the_length_and_not_with_its_square(piece: str) -> None:
    started = time.process_time()
    expanded("don't it'd " + piece * 50_000)
    assert time.process_time() - started < 2
