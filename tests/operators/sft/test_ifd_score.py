"""ifd_score: near 0 the instruction gives the response away, near 1 it hardly helps; what cannot be scored has none."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import Context
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.score._transformer import open_causal
from dataflow_agent.operators.sft.ifd_score import IfdScore
from hypothesis import given
from hypothesis import strategies as st

Make = Callable[..., Path]


def scores(pairs: list[tuple[Any, Any]], folder: Path | None = None, **options: Any) -> list[float | None]:
    if folder is not None:
        options |= {"backend": "transformers", "model": "m"}
    rows = [{"instruction": asked, "output": said} for asked, said in pairs]
    found = apply_rows(IfdScore(**options), rows, Context(resources={"m": str(folder)}))
    return [row["ifd_score"] for row in found]


@pytest.mark.parametrize(
    ("asked", "said", "expected"),
    [
        ("Say: good morning", "Good MORNING, good morning!", 0.0),
        ("Name a planet.", "Jupiter", 1.0),
        ("Name a planet.", "A planet is Jupiter", 0.5),
        ("说：你好", "你好吗", 1 / 3),
        ("", "anything", 1.0),
    ],
)
def test_offline_it_is_the_share_of_words_that_the_instruction_does_not_give(
    asked: str, said: str, expected: float
) -> None:
    assert scores([(asked, said)]) == [pytest.approx(expected, abs=1e-4)]


@given(st.text("abc ", max_size=30), st.text("abc ", min_size=1, max_size=30))
def test_offline_it_lies_between_0_and_1_and_more_instruction_never_raises_it(asked: str, said: str) -> None:
    (less,), (more,) = scores([(asked, said)]), scores([(f"{asked} a b", said)])
    if said.strip():
        assert less is not None
        assert more is not None
        assert 0 <= more <= less <= 1
    else:
        assert less is more is None


def test_an_input_column_is_read_where_there_is_one_and_need_not_be_there() -> None:
    # The reference fails for data without a column `input`.
    rows: list[dict[str, Any]] = [
        {"instruction": "Repeat.", "context": "blue sky", "output": "blue sky"},
        {"instruction": "Repeat.", "context": " ", "output": "blue sky"},
        {"instruction": "Repeat.", "context": None, "output": "blue sky"},
        {"instruction": "Repeat.", "output": "blue sky"},
    ]
    assert [row["ifd_score"] for row in apply_rows(IfdScore(input="context"), rows)] == [0.0, 1.0, 1.0, 1.0]
    assert [row["ifd_score"] for row in apply_rows(IfdScore(), rows)] == [1.0] * 4
    assert set(IfdScore().reads()) == {"instruction", "output"}


def test_what_cannot_be_scored_has_no_number_and_falls_under_on_null() -> None:
    # The reference gives it 0, and its filter keeps that.
    pairs: list[tuple[Any, Any]] = [
        (None, "x"),
        ("x", None),
        ("x", ""),
        ("x", "!?"),
        (5, "x"),
        ("x", ["y"]),
        ("x", "y"),
    ]
    assert scores(pairs) == [None] * 6 + [1.0]
    rows = [{"instruction": asked, "output": said} for asked, said in pairs]
    records = apply_outcome(IfdScore(on_null="fail"), batch_of(rows)).records
    assert records is not None
    assert records["fate"].to_list() == ["failed"] * 6 + ["kept"]
    assert len(apply_rows(IfdScore(on_null="drop"), rows)) == 1


PAIRS = [("the cat sat", "on the mat ."), ("a big dog", "ran"), ("the cat sat on the mat", "a dog ran on the mat .")]


@pytest.mark.torch
def test_with_a_model_it_is_the_ratio_of_two_perplexities_in_any_batch(tiny_causal: Make) -> None:
    folder = tiny_causal()
    model = open_causal("m", {"m": str(folder)}, "test")
    found = scores(PAIRS, folder)
    for (asked, said), one in zip(PAIRS, found, strict=True):
        (behind,), (alone,) = model.losses([asked], [said]), model.losses([None], [said])
        assert behind.tokens == alone.tokens == len(said.split())
        assert one == pytest.approx(math.exp((behind.total - alone.total) / alone.tokens), rel=1e-3)
        assert scores([(asked, said)], folder) == [pytest.approx(one, abs=2e-4)]


@pytest.mark.torch
def test_with_a_model_a_long_instruction_loses_its_beginning_and_a_long_response_nothing(tiny_causal: Make) -> None:
    # The reference computes a length of 0 or less for it, fails, and takes that for a perplexity of 0.
    folder = tiny_causal()
    long = "the cat sat on the mat . " * 20
    (cut, other) = scores([(long + "a big dog", "ran ."), ("1 2 3 " + long + "a big dog", "ran .")], folder)
    assert cut == other
    assert cut is not None
    assert cut > 0
    (first, second) = scores([("a big dog", long + "ran ."), ("a big dog", long + "2 6")], folder)
    assert first != second


@pytest.mark.torch
def test_with_a_model_a_response_without_tokens_has_no_score(tiny_causal: Make) -> None:
    assert scores([("the cat", ""), ("the cat", " "), ("the cat", None), ("", "sat")], tiny_causal())[:3] == [None] * 3
