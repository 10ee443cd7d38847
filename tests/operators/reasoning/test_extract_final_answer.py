"""extract_final_answer: what a solution states is taken as it is written, and nothing is made of nothing."""

import time
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.reasoning._final_answer import find_answer, has_words, trimmed
from dataflow_agent.operators.reasoning.extract_final_answer import ExtractFinalAnswer
from hypothesis import given
from hypothesis import strategies as st


def answer(text: str, **options: Any) -> str | None:
    (row,) = apply_rows(ExtractFinalAnswer(**options), [{"text": text}])
    found: str | None = row["final_answer"]
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The reference makes '', '()' and '50\\' of these.
        (r"\boxed{a}", "a"),
        (r"\boxed{g(t)}", "g(t)"),
        (r"\boxed{50\%}", r"50\%"),
        (r"\boxed{(1,2]}", "(1,2]"),
        (r"\boxed{\{1, 2\}}", r"\{1, 2\}"),
        (r"\boxed{(-\infty, 3) \cup [4, 5)}", r"(-\infty, 3) \cup [4, 5)"),
        (r"\boxed{\frac{1}{2}}", r"\frac{1}{2}"),
        (r"\boxed{\text{Paris}}", "Paris"),
        (r"\boxed{5\text{ cm}}", r"5\text{ cm}"),
        (r"\boxed{x = \sqrt{\frac{a}{b}}}", r"x = \sqrt{\frac{a}{b}}"),
    ],
)
def test_a_boxed_answer_stays_what_it_says(text: str, expected: str) -> None:
    assert answer(f"We find ${text}$.") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"first \boxed{1}, then \boxed{2}.", "2"),
        (r"\boxed{\boxed{5}}", "5"),
        (r"\fbox{7} apples", "7"),
        (r"so $\boxed 5$ it is", "5"),
        (r"\boxed{3} but then \boxed{4", "3"),
        (r"\boxed{3} and \boxed{ }", "3"),
        ("The final answer is $x + 1$. I hope it is correct.", "x + 1"),
        ("It is 12.\n#### 1,234", "1,234"),
        ("<answer> Paris </answer>", "Paris"),
        (r"<answer>So \boxed{3}</answer> 4", "3"),
        ("<think>the answer is 4</think>The answer is 5.", "5"),
        ("So the answer is $y = 2x$.", "y = 2x"),
        ("**Answer:** 12", "12"),
        ("Answer: 3.14.", "3.14"),
        ("Answer: −7424.", "−7424"),
        ("Answer (b): 250", "250"),
        ("The correct answer is (C).", "(C)"),
        ("The answer is Paris.", "Paris"),
        ("Answer:\na) 32 paintings\nb) 36", "36"),
        ("Answer: 20 tables and 4 logs.", "4"),
        ("答案是：5。", "5"),
        ("x+1", "x+1"),
        ("Hence b = –4.5 holds", "–4.5"),
        ("it falls from 20 − 5 to less", "5"),
        ("between 6–8", "8"),
        ("a share of 16 %", "16%"),
        ("it costs 8\u00a0314 in all", "8314"),
        ("it costs 1,943.60 in all", "1,943.60"),
        ("the chance is 7/16 then", "7/16"),
        (r"Thus the side is $s = \frac{\sqrt{3}}{2}$", r"\frac{\sqrt{3}}{2}"),
        ("Withdrawal $410, fee $40", "40"),
    ],
)
def test_the_first_kind_of_statement_that_is_there_gives_the_answer(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize("text", ["", "   ", "I do not know.", r"\boxed{}", "Answer:", "<answer></answer>"])
def test_nothing_stated_is_null_and_never_empty(text: str) -> None:
    assert answer(text) is None


def test_the_last_number_is_taken_only_with_that_fallback() -> None:
    assert answer("we get 5 and then 7 apples") == "7"
    assert answer("we get 5 and then 7 apples", fallback="none") is None
    assert answer("Answer: 20 tables and 4 logs.", fallback="none") == "20 tables and 4 logs"


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        (r"\boxed{5 \text{ cm}}", "5"),
        (r"\boxed{50\%}", r"50\%"),
        (r"\boxed{90^\circ}", "90"),
        (r"\boxed{\$12}", "12"),
        (r"\boxed{a}", "a"),
        (r"\boxed{3x}", "3x"),
        (r"\boxed{5m}", "5m"),
        (r"\boxed{5 m}", "5"),
        (r"\boxed{g(t)}", "g(t)"),
        (r"\boxed{12 muffins}", "12"),
        (r"\boxed{\text{five apples}}", "five apples"),
        (r"\boxed{2 \text{ or } 3}", r"2 \text{ or } 3"),
    ],
)
def test_units_go_only_when_asked_and_variables_and_percent_never(text: str, stripped: str) -> None:
    assert answer(text, units="stripped") == stripped
    assert answer(text) == trimmed(text)


@pytest.mark.parametrize(("policy", "fate"), [("keep", "kept"), ("drop", "dropped"), ("fail", "failed")])
def test_solutions_without_an_answer_and_rows_without_a_text_have_a_policy_each(policy: str, fate: str) -> None:
    rows = [{"text": "no idea"}, {"text": None}, {"text": "#### 4"}]
    missing = apply_outcome(ExtractFinalAnswer(missing=policy), batch_of(rows))
    assert missing.records is not None
    assert missing.records["fate"].to_list() == [fate, "kept", "kept"]
    assert missing.records["reason"].to_list()[0] == (None if policy == "keep" else "no_answer")
    nulls = apply_outcome(ExtractFinalAnswer(on_null=policy), batch_of(rows))
    assert nulls.records is not None
    assert nulls.records["fate"].to_list() == ["kept", fate, "kept"]
    assert nulls.records["answer_source"].to_list() == [None, None, "hashes"]


def test_values_that_are_no_texts_are_left_alone() -> None:
    values: list[Any] = [5, 8.0, ["a"], {"a": 1}, None, "#### 3"]
    out = apply_rows(ExtractFinalAnswer(), [{"text": value} for value in values])
    assert [row["text"] for row in out] == values
    assert [row["final_answer"] for row in out] == [None] * 5 + ["3"]


@pytest.mark.parametrize(
    "unit",
    [r"\boxed{", "{", "$", r"\(", r"\[ ", "answer ", "<answer>", "1", "1,", r"\text{", "#### ", " ", "-", "Answer: ",
     r"\boxed{a} ", "–", "\u00a0", "[1/", "a) "],
)  # fmt: skip
def test_a_megabyte_of_anything_takes_no_long_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    began = time.process_time()
    find_answer(text)
    find_answer("the answer is " + text[:30_000])
    assert time.process_time() - began < 5


def test_an_answer_without_end_is_none() -> None:
    assert answer("\\boxed{" + "9" * 20_001 + "}") is None
    assert answer("\\boxed{" + "9" * 20_000 + "}") == "9" * 20_000


@given(st.text(alphabet="ab1${}\\box.,= \n*-%(", max_size=60))
def test_an_answer_is_never_empty_and_trimming_ends(text: str) -> None:
    found = find_answer(text)
    assert found is None or (found.text and found.text == trimmed(found.text))


@given(st.from_regex(r"\A[a-z0-9+*/^()\[\],]{1,20}\Z").filter(lambda text: text.strip(".") == text))
def test_what_stands_in_a_box_comes_out_of_it(content: str) -> None:
    found = find_answer(f"so \\boxed{{{content}}} holds")
    assert found is not None
    assert found.text == trimmed(content)


def test_names_of_functions_are_no_words() -> None:
    assert not has_words(r"\sin x + \log_2 y \text{ or } g(t)")
    assert has_words("12 apples")
    assert not has_words(r"\begin{pmatrix}1&2\end{pmatrix}")
