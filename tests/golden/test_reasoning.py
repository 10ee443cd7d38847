"""The pipelines for reasoning, over small data and a model with a script: rows and fates told by hand from both."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from dataflow_agent.operators.core import Context, Request
from dataflow_agent.operators.core.testing import ScriptedLLM
from dataflow_agent.pipelines.builtin import pipeline
from dataflow_agent.pipelines.run import RunResult, run
from dataflow_agent.pipelines.validate import Resources

POINTS = ("is_question", "complete", "solvable", "one_answer")
NUMBERS = {"primary_category": "Arithmetic and word problems", "secondary_category": "Whole numbers and decimals"}
SUM = re.compile(r'<data name="question">\nWhat is (\d+) \+ (\d+)\?\n</data>')


def as_json(**reply: Any) -> str:
    return orjson.dumps(reply).decode()


def valid(*unmet: str) -> str:
    return as_json(reasons="Seen.", **{point: point not in unmet for point in POINTS})


def ran(
    name: str, rows: list[dict[str, Any]], says: Callable[[Request], str], folder: Path, **options: Any
) -> tuple[RunResult, ScriptedLLM]:
    """A pipeline that ships, over rows, with a model that says what a function makes of each request."""
    data, llm = folder / "in.jsonl", ScriptedLLM(says)
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    columns = options.pop("columns", {})
    available = Resources(needs=frozenset({"llm"}))
    workflow = pipeline(name).bound(columns, options)
    return run(workflow, data, folder / "out.jsonl", context=lambda: Context(llm=llm), available=available), llm


def rows_of(result: RunResult) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(result.output).read_text().splitlines()]


def end(result: RunResult, row: str) -> tuple[str, str, str | None]:
    last = result.ledger.why(f"0:{row}").events[-1]
    return last.did, last.step, last.reason


# Mathematics


def solved(first: int, second: int, request: Request) -> str:
    """Adds, but for some sums: 14 + 4 divides the voters, 17 + 1 and 6 + 1 and 7 + 1 are answered amiss."""
    total, is_vote = first + second, request.temperature > 0
    if (first, second) == (14, 4) and is_vote:
        return f"\\boxed{{{total + request.sample % 2}}}" if request.sample < 4 else "I do not know."
    if (first, second) == (17, 1) and not is_vote:
        return "\\boxed{19}"
    if (first, second) == (6, 1):
        return "The answer is 7."
    if (first, second) == (7, 1) and not is_vote:
        return "one and one more and so on and " * 40 + "\\boxed{8}"
    return f"{first} and {second} are {total}: \\boxed{{{total}.0}}"


def mathematician(request: Request) -> str:
    """Examines, varies, rates, sorts and adds; what is no sum is no question to it."""
    prompt = request.prompt + "".join(turn.text for turn in request.turns)
    found = SUM.search(prompt)
    if "Examine this question" in prompt:
        if found is None:
            return "It is not true that this is a question." if "true" in prompt else valid("is_question", "complete")
        return valid("solvable") if found.groups() == ("16", "1") else valid()
    assert found is not None
    first, second = int(found[1]), int(found[2])
    if "Write one new question" in prompt:
        same = (first, second) == (9, 9)
        return as_json(questions=[f"What is {first if same else first + 10} + {second}?"])
    if "Rate this question" in prompt:
        return as_json(reason="A sum.", difficulty=1.5)
    if "Sort this question" in prompt:
        return as_json(reason="A sum.", category=" > ".join(NUMBERS.values()))
    return solved(first, second, request)


MATH: list[dict[str, Any]] = [
    {"instruction": "What is 2 + 3?", "golden_answer": "5", "source": "a"},
    {"instruction": "What is 4 + 4?", "golden_answer": "9", "source": "b"},
    {"instruction": "Tea is nice.", "golden_answer": "1", "source": "c"},
    {"instruction": None, "golden_answer": None, "source": None},
    {"instruction": "What is 6 + 1?", "golden_answer": "7", "source": "d"},
    {"instruction": "What is 7 + 1?", "golden_answer": None, "source": "e"},
    {"instruction": " ", "golden_answer": "5", "source": "f"},
    {"instruction": "What is 9 + 9?", "golden_answer": "18", "source": "g"},
    {"instruction": "Tea is true.", "golden_answer": "1", "source": "h"},
]


def test_mathematical_questions_are_multiplied_answered_and_checked(tmp_path: Path, home: Path) -> None:
    pytest.importorskip("math_verify")
    result, llm = ran("reasoning_math", MATH, mathematician, tmp_path, new_questions=1)
    none = {"pseudo_answer": None, "pseudo_share": None, "pseudo_solution": None}
    told = {"question_difficulty": 1.5, **NUMBERS}
    good = {"generated_cot": "12 and 3 are 15: \\boxed{15.0}", "final_answer": "15.0", "answer_diversity": 1.0}
    assert rows_of(result) == [
        {**MATH[0], "origin": "input", "parent_question": None, **told, **none,
         "generated_cot": "2 and 3 are 5: \\boxed{5.0}", "final_answer": "5.0", "answer_diversity": 1.0},
        {"instruction": "What is 12 + 3?", "golden_answer": "15.0", "source": None, "origin": "synthetic",
         "parent_question": "What is 2 + 3?", **told, "pseudo_answer": "15.0", "pseudo_share": 1.0,
         "pseudo_solution": "12 and 3 are 15: \\boxed{15.0}", **good},
        {"instruction": "What is 14 + 4?", "golden_answer": None, "source": None, "origin": "synthetic",
         "parent_question": "What is 4 + 4?", **told, **none,
         "generated_cot": "14 and 4 are 18: \\boxed{18.0}", "final_answer": "18.0", "answer_diversity": 1.0},
    ]  # fmt: skip
    assert {row: end(result, row) for row in ("2.1", "3", "4", "5.1", "5.2", "6.1", "6.2", "7", "8", "9")} == {
        "2.1": ("dropped", "answer_match_filter", "mismatch"),
        "3": ("dropped", "question_validity_filter", "no_question_not_allowed"),
        "4": ("dropped", "question_validity_filter", "no_value"),
        "5.1": ("dropped", "answer_format_filter", "answer_format_not_allowed"),
        "5.2": ("dropped", "new_question_validity", "unsolvable_not_allowed"),
        "6.1": ("dropped", "repetition_filter", "score_too_low"),
        "6.2": ("dropped", "answer_match_filter", "mismatch"),
        "7": ("dropped", "question_validity_filter", "empty_text"),
        "8": ("failed", "synthesize_questions", "invalid_reply"),
        "9": ("failed", "question_validity_filter", "invalid_reply"),
    }
    # Validity: seven rows, one three times. Five rows synthesize, one three times. Four new ones are examined; seven
    # questions are rated, sorted and answered, and four of them lack a reference.
    assert len(llm.asked) == (6 + 3) + (4 + 3) + 4 + 3 * 7 + 5 * 4


def test_with_the_option_what_has_no_reference_goes(tmp_path: Path, home: Path) -> None:
    pytest.importorskip("math_verify")
    result, _ = ran("reasoning_math", MATH[:2], mathematician, tmp_path, new_questions=1, missing_reference="drop")
    assert [row["instruction"] for row in rows_of(result)] == ["What is 2 + 3?", "What is 12 + 3?"]
    assert end(result, "2.2") == ("dropped", "answer_match_filter", "no_reference")


def test_columns_of_other_names_are_read(tmp_path: Path, home: Path) -> None:
    pytest.importorskip("math_verify")
    rows = [{"q": "What is 2 + 3?", "a": 5}, {"q": None, "a": [1]}]
    columns = {"instruction": "q", "golden_answer": "a"}
    result, _ = ran("reasoning_math", rows, mathematician, tmp_path, new_questions=1, columns=columns)
    assert [(row["q"], row["a"]) for row in rows_of(result)] == [("What is 2 + 3?", 5), ("What is 12 + 3?", "15.0")]


# Questions of any field


def scholar(request: Request) -> str:
    """Varies each question, answers it, and finds the answer about tides wrong."""
    prompt = request.prompt
    if "Examine this question" in prompt:
        return valid("solvable") if "that" in prompt else valid()
    if "Write one new question" in prompt:
        return as_json(questions=["Why is the sea salty?" if "tides" in prompt else "Why is grass green?"])
    if "Is the answer correct?" in prompt:
        return as_json(reason="Compared.", correct="tides" not in prompt)
    return "again and again and again " * 30 if "salty" in prompt else "It has a cause."


def test_general_questions_are_answered_and_judged_where_there_is_a_reference(tmp_path: Path, home: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"instruction": "Why is the sky blue?", "golden_answer": "Scattering."},
        {"instruction": "Why are there tides?", "golden_answer": "The Moon."},
        {"instruction": "What about that?", "golden_answer": "So."},
        {"instruction": None, "golden_answer": None},
    ]
    result, llm = ran("reasoning_general", rows, scholar, tmp_path)
    answered = {"generated_cot": "It has a cause.", "answer_diversity": None}
    assert rows_of(result) == [
        {**rows[0], "origin": "input", "parent_question": None, **answered},
        {"instruction": "Why is grass green?", "golden_answer": None, "origin": "synthetic",
         "parent_question": "Why is the sky blue?", **answered},
    ]  # fmt: skip
    assert {row: end(result, row) for row in ("2.1", "2.2", "3", "4")} == {
        "2.1": ("dropped", "answer_judge_filter", "correct_not_allowed"),
        "2.2": ("dropped", "repetition_filter", "score_too_low"),
        "3": ("dropped", "question_validity_filter", "unsolvable_not_allowed"),
        "4": ("dropped", "question_validity_filter", "no_value"),
    }
    assert len(llm.asked) == 3 + 2 + 4 + 2


# Pretraining


def test_questions_with_and_without_solution_become_texts_together(tmp_path: Path, home: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"instruction": "What is 2 + 3?", "output": "Five.", "id": 1},
        {"instruction": "What is 4 + 4?", "output": None, "id": 2},
        {"instruction": "What is 5 + 5?", "output": "", "id": 3},
        {"instruction": None, "output": "Five.", "id": 4},
    ]
    result, llm = ran("reasoning_pretrain", rows, mathematician, tmp_path, new_questions=1)
    assert [(row["id"], row["text"]) for row in rows_of(result)] == [
        (1, "What is 2 + 3?\nFive."),
        (None, "What is 12 + 3?\n12 and 3 are 15: \\boxed{15.0}"),
        (2, "What is 4 + 4?\n4 and 4 are 8: \\boxed{8.0}"),
        (None, "What is 14 + 4?\n14 and 4 are 18: \\boxed{18.0}"),
        (3, "What is 5 + 5?\n5 and 5 are 10: \\boxed{10.0}"),
        (None, "What is 15 + 5?\n15 and 5 are 20: \\boxed{20.0}"),
    ]
    assert end(result, "4") == ("dropped", "question_validity_filter", "no_value")
    assert len(llm.asked) == 3 + 3 + 5


# The data that ships


@pytest.mark.parametrize("name", ["reasoning_math", "reasoning_general"])
def test_the_sample_has_references_gaps_and_a_row_of_nulls(name: str) -> None:
    rows = [json.loads(line) for line in pipeline(name).sample_file().read_text().splitlines()]
    assert [row for row in rows if not any(row.values())] == [dict.fromkeys(rows[0])]
    asked = [row["instruction"] for row in rows]
    assert len({*asked}) == len(rows)
    assert 0 < sum(row["golden_answer"] is None for row in rows if row["instruction"]) < len(rows) / 2
