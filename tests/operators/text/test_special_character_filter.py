"""special_character_filter: what a broken conversion leaves behind counts, and ordinary text does not."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.special_character_filter import SpecialCharacterFilter


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(SpecialCharacterFilter(**options), [{"text": text} for text in texts])]


def counted(text: str) -> int:
    records = apply_outcome(SpecialCharacterFilter(), batch_of([{"text": text}])).records
    assert records is not None
    return int(records["special_characters"][0])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("\ufffd\ufffd", 2),
        ("□ text", 1),
        ("cpp\u200e | header\u200e", 2),
        ("6 &#247; 2", 1),
        ("a{/U}b", 1),
        ("U+2600 U+2733 U+1F600 U+1F6C0", 4),
    ],
)
def test_remains_of_broken_conversions_count(text: str, count: int) -> None:
    assert counted(text) == count
    assert kept([text]) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "what? : that",
        "x = a ? : b",
        "u200e",
        "\\u200e",
        "naïve cafe\u0301 – “你好”！ हिन्दी",
        "שלום\u200e (hello)",
        "مرحبا\u200e 123",
        "U+0041 U+26GG U+2735 U+1F250",
        "\N{GRINNING FACE}",
    ],
)
def test_ordinary_text_has_none(text: str) -> None:
    assert counted(text) == 0
    assert kept([text]) == [text]


def test_the_limit_itself_is_kept_and_null_is_no_limit() -> None:
    assert kept(["\ufffd", "\ufffd" * 2, "\ufffd" * 3], max_occurrences=2) == ["\ufffd", "\ufffd" * 2]
    assert kept(["\ufffd" * 99], max_occurrences=None) == ["\ufffd" * 99]


def test_a_mark_is_judged_by_the_text_it_stands_in() -> None:
    texts = ["a\u200eb", "ש\u200eb", "a\u200eb"]
    assert kept(texts) == ["ש\u200eb"]
