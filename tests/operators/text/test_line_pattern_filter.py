"""line_pattern_filter: which lines each preset counts, its limits, and patterns of one's own."""

import time
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.line_pattern_filter import LinePatternFilter
from hypothesis import given, settings
from hypothesis import strategies as st


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(LinePatternFilter(**options), [{"text": text} for text in texts])]


def measured(text: str, **options: Any) -> float:
    records = apply_outcome(LinePatternFilter(**options), batch_of([{"text": text}])).records
    assert records is not None
    return float(records["line_share"][0])


def lines(matching: str, count: int, others: int) -> str:
    return "\n".join([matching] * count + ["an ordinary line"] * others)


@pytest.mark.parametrize(("count", "others", "stays"), [(29, 71, True), (3, 7, False), (31, 69, False)])
def test_less_than_three_in_ten_lines_may_end_with_an_ellipsis(count: int, others: int, stays: bool) -> None:
    for end in ("...", "…", "… \t"):
        assert bool(kept([lines(f"to be continued{end}", count, others)], lines="ellipsis_end")) is stays


@pytest.mark.parametrize(("count", "others", "stays"), [(89, 11, True), (9, 1, True), (91, 9, False)])
def test_up_to_nine_in_ten_lines_may_begin_with_a_bullet(count: int, others: int, stays: bool) -> None:
    for bullet in ("• ", "  ‣", "▶", "◀", "◦", "■", "□", "▪", "▫", "–", "- ", "\t* ", "+ "):
        assert bool(kept([lines(f"{bullet}item", count, others)], lines="bullet_start")) is stays


def test_dashes_and_stars_that_are_part_of_a_word_are_no_bullets() -> None:
    assert measured("-5 degrees\n--flag\n**bold**\n*emphasis*\n---\n+49 170", lines="bullet_start") == 0
    assert measured("שלום\n• פריט", lines="bullet_start") == 0.5


@pytest.mark.parametrize(("count", "others", "stays"), [(2, 3, True), (2, 2, False), (3, 3, False), (3, 2, False)])
def test_less_than_half_of_the_lines_may_mention_javascript(count: int, others: int, stays: bool) -> None:
    assert bool(kept([lines("Please enable JavaScript.", count, others)], lines="javascript")) is stays


def test_three_other_lines_do_not_save_a_page_of_javascript() -> None:
    assert kept([lines("javascript", 500, 3)], lines="javascript") == []


@pytest.mark.parametrize(("count", "stays"), [(1, True), (3, True), (4, False)])
def test_a_text_of_up_to_three_lines_may_speak_of_javascript(count: int, stays: bool) -> None:
    assert bool(kept([lines("javascript", count, 0) + "\n\n \n"], lines="javascript")) is stays


@pytest.mark.parametrize(
    ("text", "share"),
    [("", 0), ("\n \n\t\n", 0), ("x\n\n\ny", 0.5), ("x\r\ny\rx\r\n", 2 / 3), ("x\u2028y", 1), ("  x\n\u3000y", 0.5)],
)
def test_lines_end_where_text_views_end_them_and_blank_ones_do_not_count(text: str, share: float) -> None:
    assert measured(text, pattern="x", max_ratio=1) == pytest.approx(share)


@pytest.mark.parametrize(("count", "stays"), [(0, True), (1, True), (2, False)])
def test_a_limit_for_an_own_pattern_is_inclusive(count: int, stays: bool) -> None:
    assert bool(kept([lines("42", count, 3 - count)], pattern=r"^\d+$", max_ratio=1 / 3)) is stays


def test_a_limit_of_ones_own_takes_the_place_of_the_presets() -> None:
    half = lines("• item", 1, 1)
    assert kept([half], lines="bullet_start", max_ratio=0.5) == [half]
    assert kept([half], lines="bullet_start", max_ratio=0.4) == []
    assert kept([half.replace("item", "…")], lines="ellipsis_end", max_ratio=0.5) == []


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({}, "set one of lines"),
        ({"lines": "javascript", "pattern": "x", "max_ratio": 1}, "set one of lines"),
        ({"pattern": "x"}, "set max_ratio too"),
        ({"pattern": "(", "max_ratio": 1}, "unclosed group"),
        ({"pattern": "(?=x)", "max_ratio": 1}, "look-around"),
        ({"pattern": r"(a)\1", "max_ratio": 1}, "backreferences"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(options: dict[str, Any], hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        LinePatternFilter(**options)


def test_a_pattern_that_makes_others_hang_takes_linear_time() -> None:
    started = time.process_time()
    assert measured("a" * 50_000, pattern="^(a+)+$|^(a|aa)+b", max_ratio=1) == 1
    assert time.process_time() - started < 2


@settings(deadline=None)
@given(st.text("x-*. \n\r•…", max_size=25))
def test_shares_are_those_that_python_finds(text: str) -> None:
    found = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    ending = [line for line in found if line.rstrip().endswith(("...", "…"))]
    starting = [line for line in found if line.lstrip().startswith(("•", "- ", "* "))]
    assert measured(text, lines="ellipsis_end") == pytest.approx(len(ending) / max(len(found), 1))
    assert measured(text, lines="bullet_start") == pytest.approx(len(starting) / max(len(found), 1))
