"""ngram_repetition_score: 1 when nothing repeats, near 0 when all does, null when there is no n-gram."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.score.ngram_repetition_score import NgramRepetitionScore
from hypothesis import given
from hypothesis import strategies as st


def score(text: str, **options: Any) -> float | None:
    (row,) = apply_rows(NgramRepetitionScore(**options), [{"text": text}])
    value: float | None = row["ngram_repetition_score"]
    return value


@pytest.mark.parametrize(
    ("text", "size", "expected"),
    [
        ("a b c d e f", 5, 1.0),
        ("a a a a a a a a", 5, 1 / 4),
        ("a b a b a b a", 2, 2 / 6),
        ("to be or not to be", 1, 4 / 6),
        ("Stop! STOP, stop; “Stop” (stop)", 2, 1 / 4),
        ("你好你好你好", 2, 2 / 5),
        ("don't do it, don't do it", 3, 3 / 4),
    ],
)
def test_the_score_is_different_ngrams_divided_by_all(text: str, size: int, expected: float) -> None:
    assert score(text, ngram_size=size) == pytest.approx(expected)


def test_a_text_shorter_than_an_ngram_has_no_score_and_is_not_taken_for_repetition() -> None:
    # The reference gives it 0, and its filter drops it.
    assert score("only four words here") is None
    assert score("now five words are here") == 1.0
    assert score("") is None


def test_rows_without_a_score_are_kept_unless_asked() -> None:
    rows: list[dict[str, Any]] = [{"text": "too short"}, {"text": None}, {"text": "long enough to have a score"}]
    kept = apply_rows(NgramRepetitionScore(output="s"), rows)
    assert [row["s"] for row in kept] == [None, None, 1.0]
    assert len(apply_rows(NgramRepetitionScore(on_null="drop"), rows)) == 1


def test_the_score_is_a_metric_of_the_ledger() -> None:
    outcome = apply_outcome(NgramRepetitionScore(ngram_size=1), batch_of([{"text": "a a"}]))
    assert outcome.records is not None
    assert outcome.records["ngram_repetition_score"].to_list() == [0.5]


@given(st.lists(st.sampled_from("abc"), max_size=30), st.integers(1, 4))
def test_it_agrees_with_counting_one_by_one(words: list[str], size: int) -> None:
    grams = [tuple(words[n : n + size]) for n in range(len(words) - size + 1)]
    expected = len(set(grams)) / len(grams) if grams else None
    assert score(", ".join(words), ngram_size=size) == expected


@given(st.integers(5, 40))
def test_of_a_text_said_twice_only_the_ngrams_of_one_time_and_of_the_seam_differ(count: int) -> None:
    words = [f"w{n}" for n in range(count)]
    assert score(" ".join(words)) == 1.0
    assert score(" ".join(words + words)) == pytest.approx(count / (2 * count - 4))
