"""instruction_complexity_score: 1 is simple, 6 demanding; by counts offline, by a scorer's marks otherwise."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import Context, InvalidInput
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.score._transformer import open_causal
from dataflow_agent.operators.sft.instruction_complexity_score import InstructionComplexityScore
from hypothesis import given
from hypothesis import strategies as st

Make = Callable[..., Path]


def scores(texts: list[Any], folder: Path | None = None, **options: Any) -> list[float | None]:
    if folder is not None:
        options |= {"backend": "transformers", "model": "m"}
    operator, ctx = InstructionComplexityScore(**options), Context(resources={"m": str(folder)})
    rows = apply_rows(operator, [{"instruction": text} for text in texts], ctx)
    return [row["instruction_complexity_score"] for row in rows]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("Go", 0.02),
        ("one two three four five", 0.10),
        ("One. Two. Three.", 3 * 0.02 + 2 * 0.3),
        ("Why? How?", 2 * 0.02 + 0.3 + 2 * 0.3),
        ("one, two; three", 3 * 0.02 + 2 * 0.2),
        ("7 8 9", 3 * 0.02 + 3 * 0.2),
        ("- tea\n- milk", 2 * 0.02 + 0.3 + 2 * 0.4),
        ("exactly one", 2 * 0.02 + 0.6),
        ("exactly one exactly EXACTLY", 4 * 0.02 + 0.6),
        ("at most one", 3 * 0.02 + 0.6),
        ("地球，太阳", 4 * 0.02 + 0.2),
    ],
)
def test_offline_the_score_is_that_of_the_points_said_in_the_docstring(text: str, points: float) -> None:
    assert scores([text]) == [pytest.approx(6 - 5 * 2 ** (-points / 4), abs=1e-4)]


def test_demanding_instructions_are_above_simple_ones_and_the_high_end_is_open() -> None:
    # The reference keeps 3 to 5, and so drops the most complex.
    simple = "Translate hello into French."
    hard = "Write a function that merges two sorted lists without using extra memory, and explain why it is O(n)."
    harder = hard + "\n1. It must handle lists of at most 10 items.\n2. Compare it with sorted(), step by step.\n" * 5
    found = scores([simple, hard, harder])
    assert found == sorted(found, key=lambda one: one or 0)
    assert (found[2] or 0) > 5


@given(st.text(max_size=300), st.text(max_size=100))
def test_offline_the_score_lies_in_1_to_6_and_grows_with_the_text(text: str, more: str) -> None:
    (less,), (grown,) = scores([text]), scores([f"{text} . {more}"])
    assert less is None or 1 <= less <= 6
    if less is not None and grown is not None and "\n" not in more:
        assert grown >= less - 0.2 / 4 * 5


def test_what_has_no_words_has_no_score() -> None:
    assert scores(["", None, " ?! ", 5, ["a"], {"a": 1}, "a"])[:6] == [None] * 6
    assert len(apply_rows(InstructionComplexityScore(on_null="drop"), [{"instruction": ""}])) == 0


def test_it_needs_no_response_and_reads_the_input_where_asked() -> None:
    # The reference asks for an output column that it does not use.
    assert set(InstructionComplexityScore().reads()) == {"instruction"}
    rows = [{"instruction": "Sum up.", "input": "one, two, three and four"}, {"instruction": "Sum up.", "input": None}]
    found = [row["instruction_complexity_score"] for row in apply_rows(InstructionComplexityScore(input="input"), rows)]
    assert found[0] > found[1]


@pytest.mark.torch
def test_with_a_model_it_is_the_mean_of_the_marks_by_their_chances(tiny_causal: Make) -> None:
    folder = tiny_causal(n_positions=64)
    texts = ["the cat", "a big red dog ran on the mat ."]
    before = (
        "You are a helpful assistant. Please identify the complexity score of the following user query. \n##Query: "
    )
    chances = open_causal("m", {"m": str(folder)}, "test").choice_probabilities(
        [(before, text, "  \n##Complexity: ") for text in texts], list("123456")
    )
    expected = [sum(mark * chance for mark, chance in zip(range(1, 7), row, strict=True)) for row in chances]
    assert scores([*texts, None], folder) == [*[pytest.approx(one, abs=1e-4) for one in expected], None]
    assert scores(texts[:1], folder) == [pytest.approx(expected[0], abs=2e-4)]


@pytest.mark.torch
def test_with_a_model_a_long_instruction_is_cut_and_the_question_of_the_prompt_stays(tiny_causal: Make) -> None:
    folder = tiny_causal()
    (one, other) = scores(["the cat " * 100, "the cat " * 200], folder)
    assert one == other
    assert one is not None


@pytest.mark.torch
def test_a_model_without_the_marks_in_its_vocabulary_is_refused(tiny_causal: Make) -> None:
    folder = tiny_causal()
    file = folder / "tokenizer.json"
    file.write_text(file.read_text().replace('"5"', '"five"'))
    with pytest.raises(InvalidInput, match="'5'"):
        scores([], folder)
