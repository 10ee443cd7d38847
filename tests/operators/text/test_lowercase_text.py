"""lowercase_text: lower case in all scripts that have case."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.text.lowercase_text import LowercaseText
from hypothesis import given
from hypothesis import strategies as st


def lowered(text: str) -> str:
    return str(apply_rows(LowercaseText(), [{"text": text}])[0]["text"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The QUICK Fox 5X", "the quick fox 5x"),
        ("ÀÉÎ ÄÖÜ ẞ Ł", "àéî äöü ß ł"),
        ("ОДЕССА ΣΟΦΟΣ", "одесса σοφος"),
        ("İ", "i\u0307"),
        ("你好 हिन्दी", "你好 हिन्दी"),
        ("", ""),
    ],
)
def test_all_scripts_are_lowered(text: str, expected: str) -> None:
    assert lowered(text) == expected


def test_rows_without_a_text_stay_and_another_column_can_be_written() -> None:
    rows: list[dict[str, Any]] = [{"text": "A"}, {"text": None}]
    assert apply_rows(LowercaseText(output="low"), rows) == [{"text": "A", "low": "a"}, {"text": None, "low": None}]


@given(st.text(alphabet=st.characters(codec="utf-8", max_codepoint=0x2FF) | st.sampled_from("ΣΑσς ẞİ"), max_size=30))
def test_it_is_pythons_lower_case_and_doing_it_twice_changes_nothing_more(text: str) -> None:
    assert lowered(text) == text.lower()
    assert lowered(lowered(text)) == lowered(text)
