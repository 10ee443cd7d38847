"""Words are quoted where they stand in a text, whatever their form."""

import pytest
from dataflow_agent.operators.core.quoting import Quotable
from hypothesis import given
from hypothesis import strategies as st

TEXT = "The mill – built\nin 1847 – was “rebuilt” by Kern's  sons."


@pytest.mark.parametrize(
    "words",
    ["built in 1847", "THE MILL - BUILT", 'was "rebuilt" by', "Kern’s sons", " in\t1847 ", "sons."],
)
def test_case_space_quotes_and_dashes_may_differ(words: str) -> None:
    assert Quotable(TEXT).find(words)


@pytest.mark.parametrize("words", ["built in 1848", "rebuilt by", "", " \n", "Kerns sons", "sons. The mill"])
def test_other_words_do_not_stand_there(words: str) -> None:
    assert Quotable(TEXT).find(words) is None


@given(st.text(min_size=1), st.integers(0, 40), st.integers(1, 40))
def test_any_part_of_a_text_that_is_not_blank_is_quoted_from_it(text: str, start: int, length: int) -> None:
    words = text.split()
    part = " ".join(words[start % max(1, len(words)) :][:length])
    assert (Quotable(text).find(part) is not None) == bool(part)
