"""code_length_filter: lines, their mean and longest, markup spared, and where the longest line stands."""

from typing import Any

import pytest
from dataflow_agent.operators.code.code_length_filter import CodeLengthFilter
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from hypothesis import given
from hypothesis import strategies as st

MEASURES = ("lines", "mean_line_chars", "longest_line_chars", "longest_markup_line_chars", "longest_line")


def kept(text: str, language: str | None = None, **options: Any) -> bool:
    named = {} if language is None else {"language": language}
    operator = CodeLengthFilter(**options, **({"language": "language"} if named else {}))
    return bool(apply_rows(operator, [{"text": text, **named}]))


def measured(text: str) -> tuple[float, ...]:
    records = apply_outcome(CodeLengthFilter(), batch_of([{"text": text}])).records
    assert records is not None
    return records.select(MEASURES).row(0)


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("\n" * 100_000, True),
        ("\n" * 100_001, False),
        ("x" * 100 + "\n" + "y" * 100, True),
        ("x" * 101 + "\n" + "y" * 100, False),
        ("x" * 1000 + "\n" * 10, True),
        ("x" * 1001 + "\n" * 11, False),
    ],
)
def test_the_limits_of_code_are_dataflows_to_the_last_character(text: str, stays: bool) -> None:
    assert kept(text) is stays
    assert kept(text, "Python") is stays


@pytest.mark.parametrize(
    "language", ["HTML", "JSON", "Markdown", "Roff", "Roff Manpage", "SMT", "TeX", "Text", "XML", " html "]
)
def test_markup_may_have_long_lines_but_not_endless_ones(language: str) -> None:
    assert kept("x" * 100_000, language)
    assert not kept("x" * 100_001, language)
    assert not kept("\n" * 100_001, language)


def test_languages_in_one_column_are_judged_each_by_its_own_limits() -> None:
    long = "x" * 500
    languages: list[Any] = ["Python", "Markdown", None, 7, "TeX", ""]
    rows = [{"text": long, "language": language, "at": at} for at, language in enumerate(languages)]
    assert [row["at"] for row in apply_rows(CodeLengthFilter(language="language"), rows)] == [1, 4]
    assert apply_rows(CodeLengthFilter(), rows) == []


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        ("", (0, 0, 0, 0, 0)),
        ("\n", (1, 0, 0, 0, 1)),
        ("ab", (1, 2, 2, 0, 1)),
        ("ab\n", (1, 2, 2, 0, 1)),
        ("a\r\nbcd\r\n", (2, 2, 3, 0, 2)),
        ("a\rbcd\r\r", (3, 4 / 3, 3, 0, 2)),
        ("a\0b\nc\x0cd\u2028e", (2, 4, 5, 0, 2)),
        ("你好\né", (2, 1.5, 2, 0, 1)),
    ],
)
def test_lines_are_counted_as_an_editor_does(text: str, measures: tuple[float, ...]) -> None:
    assert measured(text) == pytest.approx(measures)


@given(st.text("ab\n\ré", max_size=30))
def test_the_longest_line_is_where_it_is_said_to_be(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n") if text else []
    sizes = [len(line) for line in lines]
    first = sizes.index(max(sizes)) + 1 if sizes else 0
    mean = sum(sizes) / len(sizes) if sizes else 0
    assert measured(text) == pytest.approx((len(sizes), mean, max(sizes, default=0), 0, first))


def test_null_is_no_limit() -> None:
    text = "x" * 2000
    assert kept(text, max_mean_chars=None, max_line_chars=None)
    assert not kept(text, max_mean_chars=None)


def test_the_first_limit_that_is_broken_is_the_reason() -> None:
    rows = [{"text": "x\n" * 100_001}, {"text": "x" * 2000}, {"text": "x" * 2000 + "\n" * 100}]
    records = apply_outcome(CodeLengthFilter(), batch_of(rows)).records
    assert records is not None
    assert records["reason"].to_list() == [
        "lines_too_high",
        "mean_line_chars_too_high",
        "longest_line_chars_too_high",
    ]
