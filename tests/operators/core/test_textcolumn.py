"""Columns of texts: the same answers as a TextView or a plain loop gives for each text alone."""

import polars as pl
from dataflow_agent.operators.core import TextView
from dataflow_agent.operators.core.textcolumn import (
    WHITE_SPACE,
    count_characters,
    count_white_space,
    count_whitespace_words,
    unicode_words,
    whitespace_words,
)
from hypothesis import given, settings
from hypothesis import strategies as st

# Characters that Python's Unicode tables know too; those of polars are newer.
any_text = st.text(st.characters(exclude_categories=["Cn", "Cs"]), max_size=30)
# Texts in which words, marks and scripts without spaces meet often.
mixed_text = st.text("aB1_'’.·- \n你ไüש\u0301\u0e31\u200d\u200c…!", max_size=30)
# Texts of words and every kind of white space, and of what only looks like it.
spaced_text = st.text("ab{}é" + WHITE_SPACE + "\u200b\x00", max_size=20)
columns = st.lists(st.none() | any_text | mixed_text | spaced_text, max_size=6).map(
    lambda texts: pl.Series(texts, dtype=pl.String)
)


def test_white_space_is_what_python_splits_at() -> None:
    assert set(WHITE_SPACE) == {chr(code) for code in range(0x110000) if chr(code).isspace()}


@settings(deadline=None)
@given(columns)
def test_words_are_those_of_each_text_alone(texts: pl.Series) -> None:
    views = [None if text is None else TextView(text) for text in texts]
    assert unicode_words(texts).to_list() == [view and view.words for view in views]
    assert whitespace_words(texts).to_list() == [view and view.tokens for view in views]


@settings(deadline=None)
@given(columns)
def test_words_are_as_many_as_there_are(texts: pl.Series) -> None:
    assert count_whitespace_words(texts).to_list() == [None if text is None else len(text.split()) for text in texts]


@settings(deadline=None)
@given(columns)
def test_characters_are_counted_wherever_they_stand(texts: pl.Series) -> None:
    for characters in ("{}", "\n", "a \x00"):
        expected = [None if text is None else sum(map(text.count, characters)) for text in texts]
        assert count_characters(texts, characters).to_list() == expected


@settings(deadline=None)
@given(columns)
def test_white_space_is_counted_but_for_the_separators_that_unicode_leaves_out(texts: pl.Series) -> None:
    left_out = "\x1c\x1d\x1e\x1f"
    expected = [None if text is None else sum(one.isspace() and one not in left_out for one in text) for text in texts]
    assert count_white_space(texts).to_list() == expected


def test_columns_without_rows_or_texts_have_their_types() -> None:
    for texts in (pl.Series([], dtype=pl.String), pl.Series([None, None], dtype=pl.String)):
        for count in (count_whitespace_words, count_white_space):
            assert count(texts).dtype == pl.Int64
            assert count(texts).to_list() == texts.to_list()
        assert whitespace_words(texts).dtype == unicode_words(texts).dtype == pl.List(pl.String)
