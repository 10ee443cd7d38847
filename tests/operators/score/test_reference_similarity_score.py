"""reference_similarity_score: each measure is that of its authors, and the nearest of several references counts."""

from collections.abc import Sequence
from math import exp, sqrt
from typing import Any, get_args

import numpy as np
import pytest
from dataflow_agent.operators.core import Context
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.score.reference_similarity_score import Measure, ReferenceSimilarityScore
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

MEASURES = get_args(Measure)
BY_TOKENS = tuple(measure for measure in MEASURES if measure != "embedding_cosine")
SENTENCES = st.lists(st.sampled_from(["a", "the", "cat", "sat", "Cat", ".", "?", "猫", "ü"]), max_size=8).map(" ".join)


def score(measure: str, text: Any, reference: Any, **options: Any) -> float | None:
    # A second row gives the columns their types where the first has none.
    rows = [{"text": text, "reference": reference}, {"text": "some text", "reference": "some reference"}]
    row = apply_rows(ReferenceSimilarityScore(measures=(measure,), **options), rows)[0]  # type: ignore[arg-type]
    value: float | None = row[measure]
    return value


@pytest.mark.parametrize(
    ("text", "reference", "expected"),
    [
        ("the cat sat", "A cat sat down", 0.8),
        ("Paris", "paris.", 1.0),
        ("Paris", "London", 0.0),
        ("to be to be", "to be", 2 * 2 / 6),
        ("well-known", "wellknown", 1.0),
        ("你好吗", "你好", 0.8),
        ("caf\u00e9", "cafe\u0301", 1.0),
        ("", "Paris", 0.0),
        ("Paris", "", 0.0),
    ],
)
def test_token_f1_is_that_of_squad(text: str, reference: str, expected: float) -> None:
    assert score("token_f1", text, reference) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "reference", "f1", "same"),
    [
        ("A", "a.", 1.0, 1.0),
        ("A", "B", 0.0, 0.0),
        ("the A", "A", 2 / 3, 0.0),
        ("The", "the", 1.0, 1.0),
        ("The", "An", 0.0, 0.0),
        ("?", "?", 1.0, 1.0),
        ("?", " ? ", 1.0, 1.0),
        ("?", "!", 0.0, 0.0),
        ("?", "Paris", 0.0, 0.0),
        ("the", "the?", 1.0, 1.0),
        ("", "", 1.0, 1.0),
        ("", "?", 0.0, 0.0),
    ],
)
def test_texts_of_articles_or_punctuation_alone_are_compared_as_they_are(
    text: str, reference: str, f1: float, same: float
) -> None:
    # In the reference these score 0 even against themselves.
    assert score("token_f1", text, reference) == pytest.approx(f1)
    assert score("exact_match", text, reference) == same


def test_exact_match_forgives_case_articles_and_punctuation_but_not_order() -> None:
    assert score("exact_match", "The Eiffel Tower!", "eiffel  tower") == 1.0
    assert score("exact_match", "tower Eiffel", "Eiffel tower") == 0.0


@pytest.mark.parametrize(
    ("text", "reference", "smoothing", "expected"),
    [
        # Of 6, 5, 4, 3 n-grams match 5, 3, 2, 1.
        ("the cat sat on the mat", "the cat sat on a mat", "none", (5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** (1 / 4)),
        ("a b c x y", "a b c d e", "none", 0.0),
        ("a b c x y", "a b c d e", "exp", (3 / 5 * 2 / 4 * 1 / 3 * (1 / 2) / 2) ** (1 / 4)),
        ("a b c x y", "a b c d e", "add_one", (3 / 5 * 3 / 5 * 2 / 4 * 1 / 3) ** (1 / 4)),
        ("a b x y z", "a b c d e", "exp", (2 / 5 * 1 / 4 * (1 / 2) / 3 * (1 / 4) / 2) ** (1 / 4)),
        ("a b c d", "a b c d e f", "exp", exp(1 - 6 / 4)),
        ("a b c d e f", "a b c d", "none", (4 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** (1 / 4)),
        ("yes", "yes", "none", 1.0),
        ("yes", "no", "exp", 0.0),
        ("Yes", "yes", "exp", 0.0),
        ("a , b", "a b", "none", 0.0),
        ("a , b", "a b", "exp", (2 / 3 * (1 / 2) / 2 * (1 / 4) / 1) ** (1 / 3)),
        ("", "a", "exp", 0.0),
    ],
)
def test_bleu_counts_all_orders_up_to_four(text: str, reference: str, smoothing: str, expected: float) -> None:
    # The reference calls BLEU what is only its share of single words.
    assert score("bleu", text, reference, smoothing=smoothing) == pytest.approx(expected)


def test_bleu_of_several_references_clips_by_the_one_with_most_and_takes_the_nearest_length() -> None:
    # Papineni's example: "the" seven times, of which a reference has two.
    text, references = "the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"]
    assert score("bleu1", text, references) == pytest.approx(2 / 7)
    assert score("bleu1", "a b", ["a b c d e", "a", "b x"]) == pytest.approx(1.0)
    assert score("bleu1", "a b", ["a", "a b c"]) == pytest.approx(1.0), "as near: the shorter one, without a penalty"
    assert score("bleu1", "a b", ["a x y z"]) == pytest.approx(1 / 2 * exp(1 - 4 / 2))


@pytest.mark.parametrize(
    ("text", "reference", "expected"),
    [
        ("police kill the gunman", "police killed the gunman", 0.75),
        ("the gunman kill police", "police killed the gunman", 0.5),
        ("a b c d", "c", 2 * 1 / 5),
        ("Same, words!", "same words", 1.0),
        ("?", "?", 1.0),
        ("?", "!", 0.0),
        ("", "a", 0.0),
    ],
)
def test_rouge_l_is_the_f_measure_of_the_longest_common_subsequence(text: str, reference: str, expected: float) -> None:
    assert score("rouge_l", text, reference) == pytest.approx(expected)


class Compass:
    """An embedder that knows four words."""

    identity, dimension = "compass", 2

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        known = {"east": (1, 0), "north": (0, 1), "west": (-1, 0), "northeast": (sqrt(0.5), sqrt(0.5))}
        return np.array([known.get(text, (0, 0)) for text in texts], dtype=np.float32).reshape(-1, 2)


def test_the_cosine_is_that_of_the_nearest_reference_and_null_where_no_word_is_known() -> None:
    cases: list[tuple[str | None, Any, float | None]] = [
        ("east", "east", 1.0),
        ("east", "north", 0.0),
        ("east", "west", -1.0),
        ("east", ["west", "northeast", "nowhere"], round(sqrt(0.5), 6)),
        (None, "east", None),
        ("east", [], None),
        ("nowhere", "east", None),
        ("east", ["nowhere"], None),
    ]
    rows = [{"text": text, "reference": reference} for text, reference, _ in cases]
    operator = ReferenceSimilarityScore(measures=("embedding_cosine",))
    found = apply_rows(operator, rows, Context(embedder=Compass))
    assert [row["embedding_cosine"] for row in found] == [expected for *_, expected in cases]


def test_the_embedder_is_opened_only_where_it_is_asked_for() -> None:
    def refuse() -> Any:
        raise AssertionError("nothing is to be embedded")

    assert ReferenceSimilarityScore(measures=BY_TOKENS).open(Context(embedder=refuse)) is None


@pytest.mark.parametrize("measure", BY_TOKENS)
def test_the_nearest_of_several_references_counts(measure: str) -> None:
    assert score(measure, "the cat sat here", ["dogs", "the cat sat here", "", "cat"]) == pytest.approx(1.0)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("text", "reference"),
    [(None, "a"), ("a", None), (5, "5"), ("5", 5), ("a", []), ("a", [None, 3]), ("a", {"a": "a"}), ("a", float("nan"))],
)
def test_rows_without_a_text_or_reference_have_null(measure: str, text: Any, reference: Any) -> None:
    assert score(measure, text, reference) is None


def test_what_is_no_text_in_a_list_is_passed_over() -> None:
    assert score("exact_match", "a", [None, 3, ["a"], "a"]) == 1.0


def test_rows_without_a_number_fall_under_on_null() -> None:
    rows: list[dict[str, Any]] = [{"text": "a", "reference": "a"}, {"text": "a"}, {"text": "a", "reference": "b"}]
    assert [row["token_f1"] for row in apply_rows(ReferenceSimilarityScore(), rows)] == [1.0, None, 0.0]
    assert len(apply_rows(ReferenceSimilarityScore(on_null="drop"), rows)) == 2
    records = apply_outcome(ReferenceSimilarityScore(on_null="fail"), batch_of(rows)).records
    assert records is not None
    assert records["reason"].to_list() == [None, "no_value", None]


def test_columns_are_named_by_measure_behind_the_prefix() -> None:
    operator = ReferenceSimilarityScore(
        column="said", reference="gold", measures=("bleu1", "token_f1", "bleu1"), prefix="x_"
    )
    assert operator.writes() == {"x_bleu1": "number", "x_token_f1": "number"}
    assert operator.reads() == {"said": ("text",), "gold": ("text", "nested")}
    assert apply_rows(operator, [{"said": "a", "gold": "a"}]) == [
        {"said": "a", "gold": "a", "x_bleu1": 1.0, "x_token_f1": 1.0}
    ]
    with pytest.raises(ValueError, match="measures"):
        ReferenceSimilarityScore(measures=())


@pytest.mark.parametrize("size", [1, 2, 3])
def test_parts_and_no_rows_give_what_the_whole_gives(size: int) -> None:
    texts = ["east", None, "north", "nowhere", "west"]
    rows = [{"text": text, "reference": ["north", "west"][: n % 3]} for n, text in enumerate(texts)]
    operator, batch = ReferenceSimilarityScore(measures=MEASURES), batch_of(rows)
    state = operator.open(Context(embedder=Compass))
    whole = operator.apply(batch, state).rows.rows()
    parts = [operator.apply(batch.slice(n, size), state).rows.rows() for n in range(0, len(batch), size)]
    assert [row for part in parts for row in part] == whole
    assert operator.apply(batch.slice(0, 0), state).rows.schema == operator.apply(batch, state).rows.schema


@given(SENTENCES, SENTENCES, st.sampled_from(["exp", "add_one", "none"]))
def test_every_measure_lies_between_0_and_1_and_is_1_for_equal_texts(text: str, other: str, smoothing: str) -> None:
    for measure in BY_TOKENS:
        found = score(measure, text, other, smoothing=smoothing)
        assert found is not None
        assert 0 <= found <= 1 + 1e-12
        assert score(measure, text, text, smoothing=smoothing) == pytest.approx(1.0)


@given(SENTENCES, SENTENCES)
def test_token_f1_and_rouge_l_do_not_ask_which_of_both_is_the_reference(left: str, right: str) -> None:
    for measure in ("token_f1", "rouge_l", "exact_match"):
        assert score(measure, left, right) == score(measure, right, left)


@given(SENTENCES, SENTENCES)
def test_a_shared_subsequence_is_found_in_any_place(left: str, right: str) -> None:
    words, others = ([word.lower() for word in one.split() if word not in ".?"] for one in (left, right))
    longest = [[0] * (len(others) + 1) for _ in range(len(words) + 1)]
    for i, word in enumerate(words):
        for j, other in enumerate(others):
            longest[i + 1][j + 1] = longest[i][j] + 1 if word == other else max(longest[i][j + 1], longest[i + 1][j])
    if words and others:
        expected = 2 * longest[-1][-1] / (len(words) + len(others))
        assert score("rouge_l", left, right) == pytest.approx(expected)
