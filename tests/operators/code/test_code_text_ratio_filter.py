"""code_text_ratio_filter: the share of letters, and digits beside them in assembly."""

from typing import Any

import pytest
from dataflow_agent.operators.code.code_text_ratio_filter import CodeTextRatioFilter
from dataflow_agent.operators.core.testing import apply_outcome, batch_of
from hypothesis import given
from hypothesis import strategies as st


def records(rows: list[dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
    found = apply_outcome(CodeTextRatioFilter(**options), batch_of(rows)).records
    assert found is not None
    return found.to_dicts()


@pytest.mark.parametrize(("text", "stays"), [("x..." * 5, True), ("x..." * 5 + ".", False), ("", False), ("x", True)])
def test_a_quarter_of_the_characters_must_be_letters(text: str, stays: bool) -> None:
    (record,) = records([{"text": text}])
    assert (record["fate"] == "kept") is stays


@given(st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=30))
def test_letters_of_all_scripts_count_and_nothing_else(text: str) -> None:
    wanted = sum(one.isalpha() for one in text) / len(text) if text else 0
    (record,) = records([{"text": text}])
    assert record["code_text_ratio"] == pytest.approx(wanted)


@pytest.mark.parametrize("language", ["WebAssembly", "Motorola 68K Assembly", "webassembly "])
def test_digits_count_in_these_assembly_languages_only(language: str) -> None:
    rows: list[dict[str, Any]] = [
        {"text": "12..", "language": one} for one in (language, "Unix Assembly", None, 5, "Python")
    ]
    assert [one["code_text_ratio"] for one in records(rows, language="language")] == [0.5, 0, 0, 0, 0]
    assert [one["code_text_ratio"] for one in records(rows)] == [0] * 5
    assert [one["fate"] for one in records(rows[:1], language="language", min_ratio=0.51)] == ["dropped"]


def test_null_is_no_limit() -> None:
    assert records([{"text": "..."}], min_ratio=None)[0]["fate"] == "kept"
