"""Numbers in digits and in words, with their units."""

import pytest
from dataflow_agent.agent.planners.quantities import find_quantities
from dataflow_agent.agent.planners.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("50 words", 50, "words"),
        ("fifty words", 50, "words"),
        ("1k words", 1000, "words"),
        ("2K characters", 2000, "chars"),
        ("2,000 words", 2000, "words"),
        ("1.5 million characters", 1_500_000, "chars"),
        ("1.5k tokens", 1500, "tokens"),
        ("a hundred words", 100, "words"),
        ("one hundred and twenty words", 120, "words"),
        ("twenty five words", 25, "words"),
        ("twenty-five words", 25, "words"),
        ("two thousand three hundred words", 2300, "words"),
        ("a dozen sentences", 12, "sentences"),
        ("50-word texts", 50, "words"),
        ("one word", 1, "words"),
        ("3 letters", 3, "chars"),
        ("10 KB", 10_000, "bytes"),
        ("2 MB", 2_000_000, "bytes"),
        ("0.85", 0.85, None),
        (".5", 0.5, None),
        ("7 paragraphs", 7, "paragraphs"),
    ],
)
def test_a_number_is_read_with_its_unit(text: str, value: float, unit: str | None) -> None:
    (quantity,) = find_quantities(tokenize(text))
    assert (quantity.value, quantity.unit, quantity.share) == (value, unit, False)


@pytest.mark.parametrize(
    ("text", "share"), [("5 %", 0.05), ("90%", 0.9), ("12.5 percent", 0.125), ("half of the rows", 0.5)]
)
def test_a_part_of_a_whole_is_a_share(text: str, share: float) -> None:
    (quantity,) = find_quantities(tokenize(text))
    assert (quantity.value, quantity.share) == (share, True)


@pytest.mark.parametrize("text", ["another one", "a text", "S3", "the last half", "utf8", "9" * 400])
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert find_quantities(tokenize(text)) == []


def test_a_number_at_a_sentence_end_keeps_its_value() -> None:
    (first, second) = find_quantities(tokenize("Drop texts under 50. Then keep 1,000, no more."))
    assert (first.value, second.value) == (50, 1000)
