"""readability_score: the classic formulas over counts of words, sentences, letters and syllables."""

from math import sqrt
from typing import Any, get_args

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.score._syllables import count_syllables
from dataflow_agent.operators.score.readability_score import Measure, ReadabilityScore
from hypothesis import given
from hypothesis import strategies as st

MEASURES = get_args(Measure)
COUNTS = ("syllable_count", "polysyllable_count", "lexicon_count", "sentence_count", "letter_count")
FORMULAS = tuple(measure for measure in MEASURES if measure not in COUNTS)
SIMPLE = "The cat sat on the mat. It was a sunny day."


def scored(text: Any, *measures: str) -> list[Any]:
    rows = [{"text": text}, {"text": "so that the column is text"}]
    row = apply_rows(ReadabilityScore(measures=measures or MEASURES), rows)[0]  # type: ignore[arg-type]
    return [row[measure] for measure in measures or MEASURES]


def test_the_formulas_are_those_of_their_authors() -> None:
    # 11 words in 2 sentences, 12 syllables, 31 letters, no word of three syllables.
    assert scored(SIMPLE, *COUNTS) == [12, 0, 11, 2, 31]
    assert scored(SIMPLE, *FORMULAS[:5]) == pytest.approx(
        [
            206.835 - 1.015 * 5.5 - 84.6 * 12 / 11,
            0.39 * 5.5 + 11.8 * 12 / 11 - 15.59,
            4.71 * 31 / 11 + 0.5 * 5.5 - 21.43,
            0.0588 * (100 * 31 / 11) - 0.296 * (100 * 2 / 11) - 15.8,
            0.4 * 5.5,
        ]
    )


def test_hard_words_of_gunning_do_not_count_their_endings_and_smog_takes_all_of_three_syllables() -> None:
    text = "He created nothing. They recommended it. Everybody saw the elephants."
    # Three syllables or more: created, recommended, everybody, elephants; creat and recommend: two and three.
    assert scored(text, "polysyllable_count", "gunning_fog", "smog_index") == pytest.approx(
        [4, 0.4 * (10 / 3 + 100 * 3 / 10), 1.0430 * sqrt(4 * 30 / 3) + 3.1291]
    )


@pytest.mark.parametrize(("sentences", "given"), [(2, False), (3, True)])
def test_smog_needs_three_sentences(sentences: int, given: bool) -> None:
    # A grade of 0 for less, as common libraries give, would call any short text easy.
    text = "An international organisation. " * sentences
    assert (scored(text, "smog_index")[0] is not None) == given


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("数値レジスタはポイントサイズを返します。", False),
        ("Пример текста на русском языке.", False),
        ("one two раз два", True),
        ("one two раз два три", False),
        ("L’été, la forêt est très agréable.", True),
        ("12 345 6", False),
        ("_ _ !?", False),
    ],
)
def test_what_is_meant_for_english_is_null_unless_half_of_the_words_are_in_latin_letters(
    text: str, english: bool
) -> None:
    for_english = scored(text, *FORMULAS[:5], "syllable_count", "polysyllable_count")
    assert [value is not None for value in for_english] == [english] * 7
    assert all(value is not None for value in scored(text, "lexicon_count", "sentence_count", "letter_count"))


@pytest.mark.parametrize("text", ["", " \n", "...", "😀😀"])
def test_a_text_without_words_has_counts_of_0_and_no_reading_level(text: str) -> None:
    assert scored(text, *COUNTS) == [None, None, 0, 0, 0]
    assert scored(text, *FORMULAS) == [None] * len(FORMULAS)


@pytest.mark.parametrize("value", [None, 5, float("nan"), ["a"], {"a": 1}, False])
def test_what_is_no_text_has_nulls(value: Any) -> None:
    assert scored(value) == [None] * len(MEASURES)


def test_abbreviations_end_no_sentence_and_every_full_stop_does() -> None:
    assert scored("Dr. Smith paid 3.14 dollars.", "sentence_count") == [1]
    assert scored("你好。再见！", "sentence_count") == [2]


def test_only_the_columns_asked_for_are_written_under_the_prefix() -> None:
    operator = ReadabilityScore(measures=("smog_index", "lexicon_count", "smog_index"), prefix="read_")
    (row,) = apply_rows(operator, [{"text": SIMPLE}])
    assert row == {"text": SIMPLE, "read_smog_index": None, "read_lexicon_count": 11}
    assert operator.writes() == {"read_smog_index": "number", "read_lexicon_count": "integer"}


@pytest.mark.parametrize("measures", [(), ("dale_chall",)])
def test_measures_that_are_not_there_are_refused(measures: Any) -> None:
    with pytest.raises(ValueError, match="measures"):
        ReadabilityScore(measures=measures)


def test_rows_without_any_number_fall_under_on_null() -> None:
    rows: list[dict[str, Any]] = [{"text": SIMPLE}, {"text": "数値。"}, {"text": None}]
    assert len(apply_rows(ReadabilityScore(), rows)) == 3
    assert len(apply_rows(ReadabilityScore(on_null="drop"), rows)) == 1
    assert len(apply_rows(ReadabilityScore(measures=("lexicon_count",), on_null="drop"), rows)) == 2
    assert apply_outcome(ReadabilityScore(), batch_of(rows).slice(0, 0)).rows.frame.height == 0


@pytest.mark.parametrize(
    ("syllables", "words"),
    [
        (1, "a the make asked makes through queue quite you year strength made 1984 β"),
        (2, "table tables wanted boxes being didn't create prism layer really mother's open"),
        (3, "created example radio idea area unhappy beautiful families basically reaction"),
        (4, "information dictionary situation HTML especially"),
        (5, "university vocabulary organization"),
    ],
)
def test_syllables_are_those_that_are_spoken(syllables: int, words: str) -> None:
    assert {word: count_syllables(word) for word in words.split()} == dict.fromkeys(words.split(), syllables)


@given(st.text(min_size=1))
def test_every_word_has_a_syllable(word: str) -> None:
    assert count_syllables(word) >= 1


@given(st.text())
def test_any_text_gives_finite_numbers_and_a_text_said_twice_the_same_ease(text: str) -> None:
    found = scored(text)
    assert all(value is None or abs(value) < float("inf") for value in found)
    twice = scored(f"{text}\n{text}", "flesch_reading_ease")[0]
    assert (twice is None) == (found[0] is None)
    assert twice is None or twice == pytest.approx(found[0])
