"""char_count_filter: which characters count, and that its limits are kept."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.char_count_filter import CharCountFilter
from hypothesis import given, settings
from hypothesis import strategies as st


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(CharCountFilter(**options), [{"text": text} for text in texts])]


def counted(text: str, **options: Any) -> int:
    records = apply_outcome(CharCountFilter(**options), batch_of([{"text": text}])).records
    assert records is not None
    return int(records["char_count"][0])


@pytest.mark.parametrize(("size", "stays"), [(2, False), (3, True), (5, True), (6, False)])
def test_both_limits_belong_to_the_range(size: int, stays: bool) -> None:
    assert bool(kept(["x" * size], min_chars=3, max_chars=5)) is stays


@pytest.mark.parametrize(("size", "stays"), [(99, False), (100, True), (200_000, True)])
def test_by_default_100_characters_are_needed_and_any_number_is_allowed(size: int, stays: bool) -> None:
    assert bool(kept(["x " * size])) is stays


@pytest.mark.parametrize(
    ("text", "visible", "all_of_them"),
    [
        ("", 0, 0),
        (" \t\r\n\u00a0\u3000\u2003", 0, 7),
        ("a b", 2, 3),
        ("你好，世界", 5, 5),
        ("cafe\u0301", 5, 5),
        ("\N{GRINNING FACE} שלום", 5, 6),
        ("एक", 2, 2),
    ],
)
def test_code_points_count_and_white_space_only_where_asked(text: str, visible: int, all_of_them: int) -> None:
    assert counted(text) == visible
    assert counted(text, count_white_space=True) == all_of_them


def test_a_null_limit_is_no_limit() -> None:
    assert kept(["", "a", "ab"], min_chars=None, max_chars=1) == ["", "a"]
    assert kept(["", "a" * 10_000], min_chars=None) == ["", "a" * 10_000]


def test_limits_that_no_text_can_meet_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 5 and at most 3 characters"):
        CharCountFilter(min_chars=5, max_chars=3)


@settings(deadline=None)
@given(st.text(max_size=20))
def test_visible_characters_are_those_that_python_does_not_take_for_space(text: str) -> None:
    without_separators = text.translate(dict.fromkeys(range(0x1C, 0x20)))  # white space for Python alone
    assert counted(without_separators) == sum(not character.isspace() for character in without_separators)
