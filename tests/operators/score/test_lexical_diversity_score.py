"""lexical_diversity_score: MTLD and HD-D of McCarthy and Jarvis, and null for texts too short for them."""

from itertools import combinations
from math import comb
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.score.lexical_diversity_score import LexicalDiversityScore, hdd, mtld
from hypothesis import given
from hypothesis import strategies as st

# The sample text in the README of LexicalRichness, with the values given there.
PUBLISHED = (
    "Measure of textual lexical diversity, computed as the mean length of sequential words in a text that maintains a "
    "minimum threshold TTR score. Iterates over words until TTR scores falls below a threshold, then increase factor "
    "counter by 1 and start over. McCarthy and Jarvis (2010, pg. 385) recommends a factor threshold in the range of "
    "[0.660, 0.750]. (McCarthy 2005, McCarthy and Jarvis 2010)"
)
WORDS = st.lists(st.sampled_from("abcdefgh"), min_size=42, max_size=90)


def scored(text: Any, **options: Any) -> tuple[float | None, float | None]:
    (row,) = apply_rows(LexicalDiversityScore(**options), [{"text": text}, {"text": "so that the column is text"}])[:1]
    return row["mtld"], row["hdd"]


def test_both_agree_with_published_values() -> None:
    letters_only = " ".join(word for word in PUBLISHED.split() if not any(letter.isdigit() for letter in word))
    found_mtld, found_hdd = scored(letters_only)
    assert found_mtld == pytest.approx(46.79226361031519)
    assert found_hdd == pytest.approx(0.7468703323966486)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        # The text of the paper's own example: the sixth word brings the share to 4 of 6.
        ("of the people by the people".split(), 6.0),
        # The share of 18 of 25 is 0.72, which ends a factor; backwards there are three of two words each, and a rest.
        ([*(f"w{n}" for n in range(18)), *["w0"] * 7], (25 + 25 / (3 + (1 - 18 / 19) / 0.28)) / 2),
        (["a"] * 4, 2.0),
        (["a", "b", "b", "c"], (4 / (1 + 0) + 4 / (1 + 0)) / 2),
    ],
    ids=["paper", "exactly 0.72", "all the same", "a rest without a repetition"],
)
def test_a_factor_ends_where_the_share_reaches_its_bound(words: list[str], expected: float) -> None:
    assert mtld(words) == pytest.approx(expected)


def test_a_text_without_any_repetition_has_the_highest_value_of_its_length() -> None:
    words = [f"w{n}" for n in range(60)]
    once_repeated = [*words[:59], words[0]]
    assert mtld(words) == pytest.approx(60 * 60 * 0.28)
    assert mtld(words) == pytest.approx(mtld(once_repeated))


@pytest.mark.parametrize(("count", "has_scores"), [(50, False), (51, True)])
def test_only_a_text_of_more_than_50_words_has_scores(count: int, has_scores: bool) -> None:
    # In the reference, data of shorter texts alone is a TypeError.
    text = " ".join(f"word{n % 20}" for n in range(count))
    assert [value is not None for value in scored(text)] == [has_scores, has_scores]


@pytest.mark.parametrize(("min_words", "has_scores"), [(42, True), (43, False)])
def test_the_bound_can_be_moved_down_to_the_size_of_the_sample(min_words: int, has_scores: bool) -> None:
    text = " ".join(f"w{n}" for n in range(42))
    assert (scored(text, min_words=min_words)[1] is not None) == has_scores
    with pytest.raises(ValueError, match="min_words"):
        LexicalDiversityScore(min_words=41)


@pytest.mark.parametrize("text", ["", "   ", "!?", None, "😀" * 60, "a b c"])
def test_what_has_too_few_words_has_null_and_never_0(text: str | None) -> None:
    assert scored(text) == (None, None)


@pytest.mark.parametrize("value", [5, float("nan"), ["a"], {"a": 1}, True])
def test_what_is_no_text_has_null(value: Any) -> None:
    assert scored(value) == (None, None)


def test_case_and_punctuation_make_no_other_words_and_every_script_counts() -> None:
    assert scored("Go, go! “GO” (go) " * 20) == scored("go go go go " * 20)
    assert scored("你好" * 30) == scored("x y " * 30)


def test_short_texts_stay_unless_asked() -> None:
    rows: list[dict[str, Any]] = [{"text": "too short"}, {"text": None}, {"text": PUBLISHED}]
    assert len(apply_rows(LexicalDiversityScore(), rows)) == 3
    assert [row["text"] for row in apply_rows(LexicalDiversityScore(on_null="drop"), rows)] == [PUBLISHED]
    records = apply_outcome(LexicalDiversityScore(on_null="fail"), batch_of(rows)).records
    assert records is not None
    assert records["fate"].to_list() == ["failed", "failed", "kept"]


def test_the_columns_can_be_named_but_not_alike() -> None:
    (row,) = apply_rows(LexicalDiversityScore(mtld_output="m", hdd_output="h"), [{"text": PUBLISHED}])
    assert list(row) == ["text", "m", "h"]
    with pytest.raises(ValueError, match="name two columns"):
        LexicalDiversityScore(mtld_output="same", hdd_output="same")


@given(WORDS)
def test_the_share_expected_in_a_sample_is_that_of_the_hypergeometric_distribution(words: list[str]) -> None:
    total = len(words)
    absent = [comb(total - words.count(word), 42) / comb(total, 42) for word in set(words)]
    assert hdd(words) == pytest.approx(sum(1 - chance for chance in absent) / 42)


def test_the_share_expected_is_the_mean_over_all_samples() -> None:
    words = [*"ab" * 20, "c", "d", "e", "f"]
    shares = [len({word for n, word in enumerate(words) if n not in left}) / 42 for left in combinations(range(44), 2)]
    assert hdd(words) == pytest.approx(sum(shares) / len(shares))


@given(WORDS)
def test_the_direction_of_reading_does_not_matter(words: list[str]) -> None:
    assert mtld(words) == pytest.approx(mtld(words[::-1]))


@given(WORDS)
def test_both_stay_within_their_bounds(words: list[str]) -> None:
    assert 0 < hdd(words) <= 1
    assert 1 < mtld(words) <= len(words) ** 2 * 0.28 + 1e-6
