"""simplify_words: stop words go and stems stay, with the layout and the meaning of the text."""

import subprocess
import sys
from typing import Any

import pytest
from dataflow_agent.operators.core import Context
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.text._stop_words import STOP_CONTRACTIONS, STOP_WORDS
from dataflow_agent.operators.text.simplify_words import SimplifyWords
from hypothesis import given
from hypothesis import strategies as st


def simplified(text: str, **options: Any) -> str:
    return str(apply_rows(SimplifyWords(**options), [{"text": text}])[0]["text"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cat sat on the mat.", "cat sat mat."),
        ("THE end OF it", "end"),
        ("it's clear that they’re here", "clear"),
        ("(the cat), and then the dog", "(cat), dog"),
        ("the\nof\tcat\n\nis  two  spaces", "\ncat\n\ntwo  spaces"),
        ("theory of thermals", "theory thermals"),
        ("(the) end, ‘to’ *the* 了。the。", "() end, ‘’ *the* 了。the。"),
        ("cat the.\n\n  the (of of) dog\r\nthe", "cat.\n\n  () dog\r\n"),
        ("the end is", "end"),
        ("", ""),
        ("und das ist 你好的", "und das ist 你好的"),
    ],
)
def test_stop_words_go_and_layout_stays(text: str, expected: str) -> None:
    # The reference joins what is left with single spaces.
    assert simplified(text) == expected


@pytest.mark.parametrize(
    "text",
    ["not good", "no never nor without", "don't", "cannot", "end-to-end state-of-the-art", "in.example.org/of"],
)
def test_negations_and_parts_of_compounds_stay(text: str) -> None:
    assert simplified(text) == text


def test_own_stop_words_take_the_place_of_the_list() -> None:
    assert simplified("the cat of Course, Cat's", words=("cat", "COURSE", "it's")) == "the of, Cat's"
    assert simplified("der Hund", words=("der",), language="de") == "Hund"
    assert simplified("the cat", words=()) == "the cat"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("connections connected connecting", "connect connect connect"),
        ("Running, RUNNING; (cats)\n\tdogs!", "Run, RUN; (cat)\n\tdog!"),  # the reference leaves words with marks
        ("the dog's generously", "the dog generous"),
        ("e2e 42 x", "e2e 42 x"),
        ("", ""),
    ],
)
def test_words_become_stems_with_punctuation_and_capitals_kept(text: str, expected: str) -> None:
    assert simplified(text, actions=("stem",)) == expected


def test_stems_are_those_of_the_language() -> None:
    assert simplified("Häuser laufen", actions=("stem",), language="de") == "Haus lauf"
    assert simplified("маленькие дома", actions=("stem",), language="ru") == "маленьк дом"


def test_stop_words_are_removed_before_stems_are_taken() -> None:
    assert simplified("he does his things", actions=("stop_words", "stem"), words=("does", "his")) == "he thing"


def test_options_that_cannot_be_carried_out_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one action"):
        SimplifyWords(actions=())
    with pytest.raises(ValueError, match="no list of stop words for 'de'"):
        SimplifyWords(language="de")
    for words in (("a", " "), ("of course",)):
        with pytest.raises(ValueError, match="must be one word"):
            SimplifyWords(words=words)
    assert SimplifyWords(language="de", actions=("stem",)).open(Context()) is None


def test_rows_without_a_text_stay() -> None:
    rows: list[dict[str, Any]] = [{"text": None}, {"text": "the cats"}]
    out = apply_rows(SimplifyWords(actions=("stop_words", "stem")), rows)
    assert out == [{"text": None}, {"text": "cat"}]


WORDS = st.sampled_from(["the", "The", "of", "it's", "cat", "not", "end-to", "x.the", "(", ",", " ", "\n", "  ", "'"])


@given(st.lists(WORDS, max_size=15))
def test_removing_stop_words_twice_changes_nothing_more(pieces: list[str]) -> None:
    once = simplified("".join(pieces))
    assert simplified(once) == once


@given(st.lists(st.sampled_from(sorted(STOP_WORDS | STOP_CONTRACTIONS | {"cat", "not", "hound"})), max_size=15))
def test_of_words_alone_those_that_are_no_stop_words_stay_in_order(words: list[str]) -> None:
    left = [word for word in words if word in ("cat", "not", "hound")]
    assert simplified(" ".join(words)).split() == left


def test_no_negation_is_a_stop_word() -> None:
    assert not {"not", "no", "never", "nor", "none", "without", "cannot", "don't", "neither"} & (
        STOP_WORDS | STOP_CONTRACTIONS
    )


def test_without_its_package_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['snowballstemmer'] = None\n"
        "from dataflow_agent.operators.core import Context, InvalidInput\n"
        "from dataflow_agent.operators.text.simplify_words import SimplifyWords\n"
        "try: SimplifyWords(actions=('stem',)).open(Context())\n"
        "except InvalidInput as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'snowballstemmer, which is not installed: pip install "dataflow-agent[words]"' in done.stdout
