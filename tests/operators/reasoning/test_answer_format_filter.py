"""answer_format_filter: a form is really checked, brace by brace, and what only looks like it goes."""

import time
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.reasoning.answer_format_filter import AnswerFormatFilter


def kept(text: str, **options: Any) -> bool:
    return bool(apply_rows(AnswerFormatFilter(**options), [{"text": text}]))


@pytest.mark.parametrize(
    ("form", "text", "stays"),
    [
        ("boxed", r"so \boxed{5}", True),
        ("boxed", r"\fbox{\frac{1}{2}}", True),
        ("boxed", r"\boxed 5", True),
        ("boxed", r"\boxed{\{1,2\}}", True),
        # The reference keeps every one of these.
        ("boxed", "no box at all", False),
        ("boxed", r"\boxed{\frac{1}{2}", False),
        ("boxed", r"\boxed{}", False),
        ("boxed", r"\boxed{ }", False),
        ("boxed", r"\boxed{5} then \boxed{", False),
        ("boxed", r"\boxedtext{5}", False),
        ("boxed", "", False),
        ("answer_tag", "x <answer>5</answer> y", True),
        ("answer_tag", "<answer> </answer>", False),
        ("answer_tag", "<answer>5", False),
        ("answer_tag", "</answer>5<answer>", False),
        ("answer_tag", "<answer>5</answer><answer>6</answer>", False),
        ("think_answer", "<think>a</think>\n<answer>5</answer>\n", True),
        ("think_answer", "<think></think><answer>5</answer>", False),
        ("think_answer", "<answer>5</answer><think>a</think>", False),
        ("think_answer", "<think>a</think> so <answer>5</answer>", False),
        ("think_answer", "<think>a<answer>5</answer></think>", False),
        ("think_answer", "<answer>5</answer>", False),
        ("final_line", "work\nAnswer: 5\n", True),
        ("final_line", "work\n#### 5", True),
        ("final_line", "work\nThe final answer is 5.", True),
        ("final_line", "Answer: 5\nmore work", False),
        ("final_line", "work\nAnswer:", False),
        ("final_line", "work\n5", False),
        ("json", '{"answer": 5}', True),
        ("json", "```json\n[1, 2]\n```", True),
        ("json", '{"answer": 5', False),
        ("json", "{}", False),
        ("json", "5", False),
        ("json", "Sure: {\"answer\": 5}", False),
        ("json", "[" * 100_000, False),
    ],
)  # fmt: skip
def test_only_the_form_itself_is_kept(form: str, text: str, stays: bool) -> None:
    assert kept(text, format=form) is stays


def test_a_pattern_of_ones_own_is_searched_and_must_be_linear() -> None:
    assert kept("Final: 12", pattern=r"Final: \d+")
    assert not kept("Final: none", pattern=r"Final: \d+")
    with pytest.raises(ValueError, match="without look-around"):
        AnswerFormatFilter(pattern=r"(?=a)b")
    with pytest.raises(ValueError, match="set one of format"):
        AnswerFormatFilter()
    with pytest.raises(ValueError, match="set one of format"):
        AnswerFormatFilter(format="boxed", pattern="a")
    began = time.process_time()
    assert not kept("a" * 1_000_000 + "!", pattern=r"^(a+)+$")
    assert time.process_time() - began < 5


def test_the_ledger_tells_what_was_found_and_rows_without_a_text_apart() -> None:
    rows: list[dict[str, Any]] = [{"text": r"\boxed{5}"}, {"text": "5"}, {"text": None}, {"text": 5}]
    records = apply_outcome(AnswerFormatFilter(format="boxed"), batch_of(rows)).records
    assert records is not None
    assert records["answer_format"].to_list() == [True, False, None, None]
    assert records["fate"].to_list() == ["kept", "dropped", "dropped", "dropped"]
    assert records["reason"].to_list()[2:] == ["no_value", "no_value"]


@pytest.mark.parametrize("form", ["boxed", "answer_tag", "think_answer", "final_line", "json"])
@pytest.mark.parametrize("unit", [r"\boxed{", "{", "<answer>", "<think>", "```", "Answer: ", " ", "\n", "[1,"])
def test_a_megabyte_of_anything_takes_no_long_time(form: str, unit: str) -> None:
    began = time.process_time()
    kept(unit * (1_000_000 // len(unit)), format=form)
    assert time.process_time() - began < 5
