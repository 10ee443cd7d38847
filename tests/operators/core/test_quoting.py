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


@pytest.mark.parametrize(
    "words",
    [
        "The text states: 'The mill - built in 1847 - was \"rebuilt\" by Kern's sons.'",
        "“built in 1847 – was “rebuilt” by Kern's”, says the text.",
    ],
)
def test_a_quotation_is_found_among_words_about_it(words: str) -> None:
    found = Quotable(TEXT).own_words(words)
    assert found is not None
    assert "1847" in found
    assert "text" not in found


@pytest.mark.parametrize(
    "words",
    [
        "The text says 'built' there",
        "It says: 'The mill - built in 1848 - was rebuilt'",
        "'rebuilt' and 'built in 1847'",
    ],
)
def test_a_short_or_changed_quotation_among_other_words_does_not_stand_there(words: str) -> None:
    assert Quotable(TEXT).find(words) is None


@pytest.mark.parametrize("words", ["built in 1848", "rebuilt by", "", " \n", "Kerns sons", "sons. The mill"])
def test_other_words_do_not_stand_there(words: str) -> None:
    assert Quotable(TEXT).find(words) is None


@given(st.text(min_size=1), st.integers(0, 40), st.integers(1, 40))
def test_any_part_of_a_text_that_is_not_blank_is_quoted_from_it(text: str, start: int, length: int) -> None:
    words = text.split()
    part = " ".join(words[start % max(1, len(words)) :][:length])
    assert (Quotable(text).find(part) is not None) == bool(part)


@pytest.mark.parametrize(
    ("words", "own"),
    [
        ("BUILT IN 1847", "built\nin 1847"),
        ('was "rebuilt" by kern’s sons.', "was “rebuilt” by Kern's  sons."),
        ("mill - built", "mill – built"),
        ("built in 1848", None),
    ],
)
def test_words_are_given_as_the_text_itself_has_them(words: str, own: str | None) -> None:
    assert Quotable(TEXT).own_words(words) == own


@given(st.text(), st.text(min_size=1).filter(str.strip), st.text())
def test_what_is_found_is_a_part_that_is_found_as_the_same(before: str, words: str, after: str) -> None:
    own = Quotable(before + words + after).own_words(words)
    assert own is not None
    assert Quotable(own).own_words(words) == own
