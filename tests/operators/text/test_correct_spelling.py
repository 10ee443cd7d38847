"""correct_spelling: plain mistakes are corrected, and names, code, layout and other languages stay."""

import subprocess
import sys
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.text._spelling import slips
from dataflow_agent.operators.text.correct_spelling import CorrectSpelling
from hypothesis import given
from hypothesis import strategies as st

PROSE = " it was a long day in the small town and people went home to their families"


def corrected(text: str, **options: Any) -> str:
    return str(apply_rows(CorrectSpelling(**options), [{"text": text}])[0]["text"])


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("teh", "the"), ("taht", "that"), ("recieve", "receive"), ("freind", "friend"), ("seperate", "separate"),
        ("occured", "occurred"), ("untill", "until"), ("begining", "beginning"), ("realy", "really"),
        ("goverment", "government"), ("enviroment", "environment"), ("beacuse", "because"),
        ("definately", "definitely"), ("accomodate", "accommodate"),
        ("pronounciation", "pronunciation"), ("langauge", "language"),
    ],
)  # fmt: skip
def test_plain_mistakes_are_corrected(wrong: str, right: str) -> None:
    assert corrected(wrong + PROSE) == right + PROSE


def test_punctuation_capitals_and_layout_stay() -> None:
    # The reference splits at white space, so it strips marks and capitals and joins the lines.
    text = '"We recieved\tit,"  said Smyth\n\n(who is definately IMPOTRANT)... Teh end!'
    assert corrected(text) == '"We received\tit,"  said Smyth\n\n(who is definitely IMPOTRANT)... Teh end!'


@pytest.mark.parametrize(
    "word",
    ["Jonh", "Micheal", "colour", "color", "favorite", "labeling", "analyze", "organise", "github", "tokenizer",
     "struct", "don't", "recieve.py", "/usr/recieve", "recieve@x.org", "x_recieve", "self-recieved", "recieve()",
     "freind=1", "npm", "gcc", "argc", "ok", "x2y", "naïve", "12th", "xqzt", "zorkmid"],
)  # fmt: skip
def test_names_known_words_code_and_what_is_not_plain_stay(word: str) -> None:
    assert corrected(word + PROSE) == word + PROSE


@pytest.mark.parametrize(
    "text",
    ["Wir haben seit gestern nichts von ihm gehört", "La ville est tres grande et les gens sont gentils avec nous",
     "el perro come la comida de los vecinos", "你好世界", ""],
)  # fmt: skip
def test_texts_in_other_languages_stay(text: str) -> None:
    assert corrected(text) == text


@pytest.mark.parametrize(("strange", "is_corrected"), [(1, True), (2, False)])
def test_a_text_with_too_many_strange_words_stays(strange: int, is_corrected: bool) -> None:
    text = " ".join(["recieved", *["zorkmid", "flurble"][:strange], *["letter"] * (10 - 1 - strange)])
    assert (corrected(text, min_known_ratio=0.9) != text) is is_corrected


@pytest.mark.parametrize(("times", "is_corrected"), [(2, True), (3, False)])
def test_a_word_that_occurs_three_times_is_meant(times: int, is_corrected: bool) -> None:
    text = "recieve " * times + PROSE
    assert (corrected(text) != text) is is_corrected


def test_own_words_are_right() -> None:
    assert corrected("the freind" + PROSE, known_words=("Freind",)) == "the freind" + PROSE


def test_two_slips_are_corrected_in_long_words_unless_only_one_is_allowed() -> None:
    assert corrected("concientous accomodatin" + PROSE, max_edits=1) == "concientous accomodatin" + PROSE
    assert corrected("publically" + PROSE) == "publicly" + PROSE
    assert corrected("publically" + PROSE, max_edits=1) == "publically" + PROSE


@pytest.mark.parametrize(
    ("word", "meant", "cost"),
    [
        ("same", "same", 0),
        ("teh", "the", 9),
        ("hte", "the", 9),
        ("htier", "their", 1000),
        ("occured", "occurred", 9),
        ("untill", "until", 9),
        ("definately", "definitely", 10),
        ("goverment", "government", 10),
        ("wich", "which", 1000),
        ("struct", "struck", 1000),
        ("lisence", "license", 20),
        ("fflush", "flush", 1000),
        ("phaser", "phase", 1000),
    ],
)
def test_only_slips_that_people_make_are_cheap(word: str, meant: str, cost: int) -> None:
    assert slips(word, meant) == cost


PIECES = st.sampled_from(["the", "recieve", "freind", "Teh", "teh", "zorkmid", ",", "\n", " town ", "was", ". ", "'s"])


@given(st.lists(PIECES, max_size=20), st.sampled_from([0.0, 0.5, 0.9]))
def test_doing_it_twice_changes_nothing_more(pieces: list[str], ratio: float) -> None:
    once = corrected(" ".join(pieces), min_known_ratio=ratio)
    assert corrected(once, min_known_ratio=ratio) == once


def test_rows_without_a_text_stay() -> None:
    assert apply_rows(CorrectSpelling(), [{"text": None}, {"text": "teh end"}]) == [{"text": None}, {"text": "the end"}]


def test_without_its_package_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['symspellpy'] = None\n"
        "from dataflow_agent.operators.core import Context, InvalidInput\n"
        "from dataflow_agent.operators.text.correct_spelling import CorrectSpelling\n"
        "try: CorrectSpelling().open(Context())\n"
        "except InvalidInput as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'symspellpy, which is not installed: pip install "dataflow-agent[spelling]"' in done.stdout
