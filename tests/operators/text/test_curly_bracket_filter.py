"""curly_bracket_filter: the share of curly brackets among all characters, and that the limit itself is dropped."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.curly_bracket_filter import CurlyBracketFilter
from hypothesis import given, settings
from hypothesis import strategies as st


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(CurlyBracketFilter(**options), [{"text": text} for text in texts])]


def measured(text: str) -> float:
    records = apply_outcome(CurlyBracketFilter(), batch_of([{"text": text}])).records
    assert records is not None
    return float(records["curly_bracket_ratio"][0])


@pytest.mark.parametrize(("size", "stays"), [(39, False), (40, False), (41, True)])
def test_by_default_less_than_one_bracket_in_40_characters_is_allowed(size: int, stays: bool) -> None:
    assert bool(kept(["{" + "你" * (size - 1)])) is stays


def test_other_brackets_do_not_count_and_null_is_no_limit() -> None:
    assert kept(["([<｛⟨"]) == ["([<｛⟨"]
    assert kept(["{}", ""], max_ratio=None) == ["{}", ""]


@settings(deadline=None)
@given(st.text("{}a \n你e\u0301ש", max_size=20))
def test_it_is_the_share_of_both_brackets_among_all_characters(text: str) -> None:
    brackets = text.count("{") + text.count("}")
    assert measured(text) == pytest.approx(brackets / len(text) if text else 0)
