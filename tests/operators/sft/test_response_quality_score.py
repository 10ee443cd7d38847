"""response_quality_score: high is good; by rules offline, by a scorer's marks or a reward model otherwise."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import Context, InvalidInput
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.score._transformer import open_causal, open_classifier
from dataflow_agent.operators.sft.response_quality_score import ResponseQualityScore
from hypothesis import given
from hypothesis import strategies as st

Make = Callable[..., Path]
ASKED = "Why does bread rise in the oven?"
GOOD = (
    "Bread rises because yeast eats the sugar in the dough and gives off carbon dioxide. The gluten traps the gas in "
    "small bubbles, and in the oven the heat makes them grow before the crust sets. Steam from the water in the dough "
    "helps as well, which is why a moist dough gives a lighter loaf."
)


def scores(pairs: list[tuple[Any, Any]], folder: Path | None = None, **options: Any) -> list[float | None]:
    if folder is not None:
        options |= {"backend": "transformers", "model": "m"}
    operator, ctx = ResponseQualityScore(**options), Context(resources={"m": str(folder)})
    rows = apply_rows(operator, [{"instruction": asked, "output": said} for asked, said in pairs], ctx)
    return [row["response_quality_score"] for row in rows]


@pytest.mark.parametrize(
    "worse",
    [
        "Heat.",
        GOOD[:-8],
        "I'm sorry, but I cannot help with that. " + GOOD,
        "As an AI language model, I have no oven. " + GOOD,
        "I can't assist with baking. " + GOOD,
        ASKED + " " + ASKED,
        "The committee met in the morning and agreed on a plan for the coming year, which nobody had expected. " * 2,
        (GOOD[:40] + " ") * 8,
        GOOD.upper(),
        "".join(f"<li>{part}</li>" for part in GOOD.split(". ")),
    ],
    ids=str.split("short cut-off sorry as-an-ai refused echo off-topic repeating capitals markup"),
)
def test_each_fault_costs(worse: str) -> None:
    good, bad = scores([(ASKED, GOOD), (ASKED, worse)])
    assert (bad or 0) < (good or 0)
    assert (good or 0) > 5


@pytest.mark.parametrize(
    ("end", "whole"),
    [
        (".", True),
        ("?", True),
        ("```", True),
        ("。", True),
        (" 42", True),
        ("\nOne.\nTwo.\nThree.\nFour.\n- the crust", True),
        (" and then", False),
        (" like:", False),
    ],
)
def test_a_response_that_stops_in_the_middle_counts_as_cut_off(end: str, whole: bool) -> None:
    body = GOOD.removesuffix(".")
    at_end, found = scores([(ASKED, body + "."), (ASKED, body + end)])
    assert ((found or 0) > (at_end or 0) - 0.2) is whole


def test_the_example_is_the_mean_and_the_least_of_its_rules() -> None:
    # An echo of five words with a mean length of 3: (3 - 2) / 2; (5 - 1) / 39 for its length; nothing new; 15 others.
    parts = [0.5, 4 / 39, 0.0, *[1.0] * 15]
    assert scores([("Why is the sky blue?", "Why is the sky blue?")]) == [
        pytest.approx(1 + 5 * (sum(parts) / 18 + 0) / 2, abs=1e-4)
    ]
    # Seven words that take up "blue": only the length is short of 1.
    parts = [6 / 39, *[1.0] * 17]
    assert scores([("Why is the sky blue?", "Because air scatters blue light the most.")]) == [
        pytest.approx(1 + 5 * (sum(parts) / 18 + 6 / 39) / 2, abs=1e-4)
    ]


def test_rows_without_instruction_or_response_have_no_score_and_empty_ones_the_lowest() -> None:
    pairs = [(None, "x"), ("x", None), (5, "x"), ("x", ["y"]), ("x", ""), ("x", " \n"), ("", GOOD)]
    found = scores(pairs)
    assert found[:6] == [None] * 4 + [1.0, 1.0]
    assert (found[6] or 0) > 4


@given(st.text(max_size=80), st.text(max_size=80))
def test_offline_the_score_lies_in_1_to_6(asked: str, said: str) -> None:
    (found,) = scores([(asked, said)])
    assert found is not None
    assert 1 <= found <= 6


def test_a_response_in_a_script_without_spaces_is_on_topic_by_its_characters() -> None:
    near, far = scores(
        [("天空为什么是蓝色的？", "因为空气散射蓝色的光。"), ("天空为什么是蓝色的？", "昨天我们吃了两碗面。")]
    )
    assert (near or 0) > (far or 0)


def test_a_head_without_a_model_is_refused() -> None:
    with pytest.raises(ValueError, match="head is for backend transformers"):
        ResponseQualityScore(head="reward")


PAIRS = [("the cat sat", "on the mat ."), ("a big dog", "ran"), ("1 2 3", "the cat sat on the mat"), ("the", None)]


@pytest.mark.torch
def test_marks_are_the_mean_by_the_chances_of_the_next_token(tiny_causal: Make) -> None:
    folder = tiny_causal(n_positions=64)
    before = (
        "You are a helpful assistant. Please identify the quality score of the Response corresponding to the Question. "
        "\n#Question#:\n"
    )
    prompts = [(before, asked, "\n#Response#:\n", said or "", " \n##Quality: ") for asked, said in PAIRS[:3]]
    chances = open_causal("m", {"m": str(folder)}, "test").choice_probabilities(prompts, list("123456"))
    expected = [sum(mark * chance for mark, chance in zip(range(1, 7), row, strict=True)) for row in chances]
    assert scores(PAIRS, folder) == [*[pytest.approx(one, abs=1e-4) for one in expected], None]


@pytest.mark.torch
def test_a_pair_beyond_the_model_is_cut_and_not_refused(tiny_causal: Make) -> None:
    (one, other) = scores([("the cat", "sat on " * 50), ("the cat", "sat on " * 90)], tiny_causal(n_positions=48))
    assert one == other
    assert one is not None


@pytest.mark.torch
def test_a_reward_is_the_bare_output_and_may_leave_any_bounds(tiny_classifier: Make) -> None:
    # The reference keeps 0.2 to 0.8 of it, and so drops the best; and its single row is no list.
    folder = tiny_classifier(labels=["reward"])
    asked, said = [one for one, _ in PAIRS[:3]], [other or "" for _, other in PAIRS[:3]]
    values = open_classifier("m", {"m": str(folder)}, "test").logits(asked, said)[:, 0]
    found = scores(PAIRS, folder, head="reward")
    assert found == [*[pytest.approx(value, abs=1e-4) for value in values], None]
    assert scores(PAIRS[:1], folder, head="reward") == [pytest.approx(values[0], abs=2e-4)]
    with pytest.raises(InvalidInput, match="several outputs"):
        scores(PAIRS, tiny_classifier("two"), head="reward")
