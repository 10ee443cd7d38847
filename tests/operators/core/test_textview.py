"""TextView: words, lines and sentences as people count them, in every script."""

import re

import polars as pl
import pytest
from dataflow_agent.operators.core import TextView
from dataflow_agent.operators.core._segmentation import RUST_SENTENCE
from hypothesis import given, settings
from hypothesis import strategies as st

# Texts that are full of ends that may be ends of sentences.
broken_text = st.lists(
    st.sampled_from(
        ["Mr", "No", "etc", "e.g", "A", "I", "wort", "5", ".", "!", "?!", "…", "。", "؟", '"', "」", " ", "\n"]
    )
).map("".join)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("Don't panic.", ["Don't", "panic"]),
        ("It’s the user’s", ["It’s", "the", "user’s"]),
        ("v1.2.3 costs 3.14", ["v1.2.3", "costs", "3.14"]),
        ("snake_case state-of-the-art", ["snake_case", "state", "of", "the", "art"]),
        ("你好,世界", ["你", "好", "世", "界"]),
        ("ひらがなカタカナ", ["ひ", "ら", "が", "な", "カタカナ"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("می\u200cخواهم بروم", ["می\u200cخواهم", "بروم"]),
        ("co\u00adoperate", ["co\u00adoperate"]),
        ("❤\ufe0f ✔\ufe0f", []),
        ("a 👨\u200d👩\u200d👧 b", ["a", "b"]),
        ("1\ufe0f\u20e3 one", ["1\ufe0f\u20e3", "one"]),
        ("naïve cafe\u0301", ["naïve", "cafe\u0301"]),
        ("Привет, мир!", ["Привет", "мир"]),
        ("--- *** 👍", []),
    ],
)
def test_words_follow_unicode(text: str, words: list[str]) -> None:
    assert TextView(text).words == words


@settings(deadline=None)
@given(st.text(alphabet="ab1_'. -\n", max_size=20))
def test_ascii_words_are_found_the_same_way_beside_other_scripts(text: str) -> None:
    assert TextView(text).words == TextView(text + " …").words


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", [""]), ("a\nb\r\nc\rd", ["a", "b", "c", "d"]), ("a\n", ["a", ""]), ("a\x0bb\u2028c", ["a\x0bb\u2028c"])],
)
def test_lines_end_at_newlines_only(text: str, lines: list[str]) -> None:
    assert TextView(text).lines == lines


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("One. Two! Three? Four…", 4),
        ('He said "Stop." Then he left.', 2),
        ("一句话。两句话！三句话？", 3),
        ("「はい。」そうです。", 2),
        ("no end mark", 1),
        ("a line\nanother line", 2),
        ("... !!! ???", 0),
        ("It costs 3.14 dollars.", 1),
        ("Dr. Smith paid 3.14 dollars.", 1),
        ("J. R. R. Tolkien, e.g. in No. 5, wrote, etc. and so on.", 1),
        ("We met at 5 p.m. It rained.", 2),
        ("See No. It is there.", 2),
        ("So do I. He left.", 2),
        ("هل أنت بخير؟ نعم.", 2),
        ("यह एक वाक्य है। यह दूसरा है।", 2),
    ],
)
def test_sentences_end_at_latin_and_cjk_marks_and_at_line_ends(text: str, count: int) -> None:
    assert len(TextView(text).sentences) == count


def test_sentences_keep_their_marks_and_lose_the_space_around() -> None:
    assert TextView('He said "Stop." \n\n - Then:  he left!? 「はい。」そう').sentences == [
        'He said "Stop."',
        "- Then:  he left!?",
        "「はい。」",
        "そう",
    ]


@settings(deadline=None)
@given(st.text("ab .!?…\"')。」\n", max_size=25))
def test_without_abbreviations_sentences_are_what_stands_between_end_marks(text: str) -> None:
    ends = r"(?<=[.!?…])[\"'”’)\]」]*\s+|(?<=。)[。.!?…\"')」]*|\n+"
    pieces = [piece for piece in re.split(ends, text) if re.search("[ab]", piece)]
    assert len(TextView(text).sentences) == len(pieces)


@settings(deadline=None)
@given(broken_text)
def test_sentences_are_counted_the_same_way_in_a_column(text: str) -> None:
    assert pl.Series([text]).str.count_matches(RUST_SENTENCE)[0] == len(TextView(text).sentences)


def test_tokens_and_visible_characters_leave_white_space_out() -> None:
    view = TextView(" a\u00a0bc \n d\t")
    assert view.tokens == ["a", "bc", "d"]
    assert view.visible_characters == 4
    assert TextView("ÀB").lower == "àb"


def test_each_part_is_computed_once() -> None:
    view = TextView("one two. three")
    assert view.words is view.words
    assert view.sentences is view.sentences
    assert view.lower is view.lower
