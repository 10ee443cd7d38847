"""benchmark_evaluate: every kind of item is marked by its rule, and what cannot be marked is never called wrong."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import Context
from dataflow_agent.operators.core.testing import apply_rows, batch_of
from dataflow_agent.operators.score.benchmark_evaluate import BenchmarkEvaluate

OPTIONS = ["red", "green", "blue"]


def marked(rows: list[dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
    return [
        {name.removeprefix("eval_"): value for name, value in row.items() if name.startswith("eval_")}
        for row in apply_rows(BenchmarkEvaluate(**options), rows)
    ]


def mark(answer: Any, golden: Any, *, choices: Any = None, **options: Any) -> dict[str, Any]:
    row = {"answer": answer, "golden_answer": golden}
    return marked([row if choices is None else {**row, "choices": choices}], **options)[0]


def fetch_nothing(ids: Sequence[str], columns: Sequence[str]) -> pl.DataFrame:
    raise AssertionError("the verdict needs no row")


def facts(rows: list[dict[str, Any]], **options: Any) -> Any:
    operator, ctx, batch = BenchmarkEvaluate(**options), Context(), batch_of(rows)
    return operator.decide(operator.sketch(batch, operator.open(ctx)), fetch_nothing, ctx).facts


@pytest.mark.parametrize("method", ["exact", "token_f1", "math_verify"])
@pytest.mark.parametrize(("answer", "golden"), [("1", "2015"), ("2015", "1"), ("1", 2015), ("20", ["2015", "201"])])
def test_a_number_does_not_match_another_that_holds_it(method: str, answer: str, golden: Any) -> None:
    # In the reference texts match where one stands inside the other.
    if method == "math_verify":
        pytest.importorskip("math_verify")
    found = mark(answer, golden, method=method)
    assert found["correct"] is False
    assert found["valid"] is True


@pytest.mark.parametrize(
    ("answer", "golden", "method", "correct", "prediction"),
    [
        (r"So \boxed{\frac12}.", "0.5", "math_verify", True, r"\frac12"),
        (r"So \boxed{\frac12}.", "0.5", "exact", False, r"\frac12"),
        ("The answer is Paris.", "paris", "exact", True, "Paris"),
        ("The year 2015 it was", "2015", "math_verify", True, "2015"),
        (8, "8.0", "exact", True, "8"),
        ("the red cat", "red cat", "token_f1", True, "the red cat"),
    ],
)
def test_a_free_answer_is_its_final_answer(
    answer: Any, golden: Any, method: str, correct: bool, prediction: str
) -> None:
    if method == "math_verify":
        pytest.importorskip("math_verify")
    found = mark(answer, golden, method=method)
    assert (found["correct"], found["prediction"], found["score"]) == (correct, prediction, float(correct))


def test_token_f1_is_a_share_and_only_the_whole_is_correct() -> None:
    found = mark("The answer is a red cat", "red dog", method="token_f1")
    assert found["score"] == pytest.approx(0.5)
    assert found["correct"] is False


def test_any_of_several_answers_is_right() -> None:
    assert mark("Lutetia", ["Paris", "Lutetia"], task="multi_answer", method="exact")["correct"] is True
    assert mark("Rome", ["Paris", "Lutetia"], task="multi_answer", method="exact")["correct"] is False


@pytest.mark.parametrize(
    "said",
    ["B", "b", "(B)", "B.", "B) green", "The answer is B.", "Answer: (B)", r"\boxed{B}", "green", "Green.",
     "The answer is green.", "I take option B because it fits", "<answer>green</answer>",
     "The answer is the green one"],
)  # fmt: skip
def test_an_option_is_known_by_letter_or_text(said: str) -> None:
    found = mark(said, "B", choices=OPTIONS, task="choice")
    assert (found["valid"], found["correct"], found["prediction"]) == (True, True, "B")
    assert mark(said, "C", choices=OPTIONS, task="choice")["correct"] is False


@pytest.mark.parametrize("golden", ["B", "b", "(B)", "green", ["B"]])
def test_the_right_option_is_named_by_letter_or_text(golden: Any) -> None:
    assert mark("B", golden, choices=OPTIONS, task="choice")["correct"] is True


@pytest.mark.parametrize(("first", "right"), [(0, "B"), (1, "A")])
@pytest.mark.parametrize("golden", [1, "1", 1.0])
def test_a_number_counts_from_where_it_is_said_to(first: int, right: str, golden: Any) -> None:
    # The reference takes a label 1 for B, also where labels begin at 1.
    for said in "ABC":
        found = mark(said, golden, choices=OPTIONS, task="choice", first_index=first)
        assert found["correct"] is (said == right)


def test_without_a_first_index_a_number_is_no_label() -> None:
    found = mark("A", 1, choices=OPTIONS, task="choice")
    assert (found["valid"], found["correct"], found["error"]) == (False, None, "set_first_index")
    assert mark("3", "C", choices=OPTIONS, task="choice")["error"] == "no_option_in_prediction"
    assert mark("3", "B", choices=["1", "3"], task="choice")["correct"] is True, "the text of an option"


@pytest.mark.parametrize(
    ("said", "golden", "choices", "error"),
    [
        (None, "A", OPTIONS, "no_prediction"),
        ("", "A", OPTIONS, "no_prediction"),
        ("A", None, OPTIONS, "no_reference"),
        ("A", "E", OPTIONS, "reference_names_no_option"),
        ("A", ["A", "B"], OPTIONS, "reference_not_one_option"),
        ("A", "A", "red, green", "no_options"),
        ("A", "A", ["red"], "no_options"),
        ("A", "A", ["red", None], "no_options"),
        ("A", "A", ["red", "Red"], "options_repeat"),
        ("A", "A", ["x < 1", "x > 1"], None),
        ("D", "A", OPTIONS, "no_option_in_prediction"),
        ("It is not red", "A", OPTIONS, "no_option_in_prediction"),
        ("either option A or option B", "A", OPTIONS, "no_option_in_prediction"),
        ("the 2015 one", "A", ["1", "2"], "no_option_in_prediction"),
    ],
)
def test_what_cannot_be_marked_says_why_and_is_not_wrong(said: Any, golden: Any, choices: Any, error: str) -> None:
    found = mark(said, golden, choices=choices, task="choice")
    assert found["error"] == error
    assert found["valid"] is (error is None)
    if error:
        assert (found["correct"], found["score"]) == (None, None)


@pytest.mark.parametrize(
    ("said", "golden", "score", "correct"),
    [
        ("A, C", ["A", "C"], 1.0, True),
        ("C and A", "A,C", 1.0, True),
        ("AC", ["red", "blue"], 1.0, True),
        (["blue", "A"], ["A", "C"], 1.0, True),
        ("The answers are A and B.", ["A", "C"], 0.5, False),
        ("A", ["A", "C"], 2 / 3, False),
        ("B", ["A", "C"], 0.0, False),
    ],
)
def test_several_options_are_compared_as_sets(said: Any, golden: Any, score: float, correct: bool) -> None:
    found = mark(said, golden, choices=OPTIONS, task="choices")
    assert found["score"] == pytest.approx(score)
    assert found["correct"] is correct


def test_pairs_are_won_by_the_higher_score_and_a_tie_is_told_apart() -> None:
    rows: list[dict[str, Any]] = [
        {"score": 2.0, "rejected_score": 1.0},
        {"score": 1.0, "rejected_score": 2.0},
        {"score": 1.0, "rejected_score": 1.0},
        {"score": None, "rejected_score": 1.0},
        {"score": float("nan"), "rejected_score": 1.0},
    ]
    found = marked(rows, task="pairwise")
    assert [one["score"] for one in found] == [1.0, 0.0, 0.5, None, None]
    assert [one["correct"] for one in found] == [True, False, False, None, None]
    told = facts(rows, task="pairwise")
    assert (told["ties"], told["valid"], told["errors"]) == (1, 3, {"no_score": 2})
    assert told["accuracy"] == {"correct": 1, "of": 3, "share": 0.333333}


def test_scores_of_texts_are_summed_up_without_an_accuracy() -> None:
    told = facts([{"score": 1.0}, {"score": 4.0}, {"score": None}], task="text_score")
    assert told["mean_score"] == {"mean": 2.5, "of": 2}
    assert "accuracy" not in told


def test_both_denominators_are_told_and_a_mean_of_rows_is_called_macro() -> None:
    rows = [
        {"answer": "A", "golden_answer": "A", "choices": OPTIONS},
        {"answer": "A", "golden_answer": ["A", "B"], "choices": OPTIONS},
        {"answer": None, "golden_answer": "A", "choices": OPTIONS},
        {"answer": "A", "golden_answer": None, "choices": OPTIONS},
    ]
    assert facts(rows, task="choices") == {
        "task": "choices",
        "rows": 4,
        "valid": 2,
        "invalid": 2,
        "errors": {"no_prediction": 1, "no_reference": 1},
        "accuracy": {"correct": 1, "of": 2, "share": 0.5},
        "accuracy_of_all_rows": {"correct": 1, "of": 4, "share": 0.25},
        "macro_f1": {"mean": 0.833333, "of": 2},
    }


def test_of_no_rows_nothing_is_claimed() -> None:
    operator = BenchmarkEvaluate(task="pairwise")
    batch = batch_of([{"score": 1.0, "rejected_score": 2.0}]).slice(0, 0)
    told = operator.decide(operator.sketch(batch, operator.open(Context())), fetch_nothing, Context()).facts
    assert told["accuracy"] == {"correct": 0, "of": 0, "share": None}
    assert told["mean_score"] == {"mean": None, "of": 0}


def test_only_the_columns_of_the_task_are_read() -> None:
    assert set(BenchmarkEvaluate(task="pairwise").reads()) == {"score", "rejected_score"}
    assert set(BenchmarkEvaluate(task="text_score").reads()) == {"score"}
    assert set(BenchmarkEvaluate(task="qa").reads()) == {"answer", "golden_answer"}
    assert set(BenchmarkEvaluate(task="choice").reads()) == {"answer", "golden_answer", "choices"}


@pytest.mark.parametrize("value", [5, 8.5, ["a"], {"a": 1}, True, None, "x" * 1_000_000, "\\boxed{" * 1000, "😀"])
@pytest.mark.parametrize("task", ["qa", "multi_answer", "choice", "choices"])
def test_no_value_stops_the_others(task: str, value: Any) -> None:
    rows = [
        {"answer": value, "golden_answer": "A", "choices": OPTIONS},
        {"answer": "A", "golden_answer": value, "choices": OPTIONS},
        {"answer": "A", "golden_answer": "A", "choices": value},
        {"answer": "A", "golden_answer": "A", "choices": OPTIONS},
    ]
    found = marked(rows, task=task, method="exact")
    assert len(found) == 4
    assert found[3]["correct"] is True


@pytest.mark.parametrize("size", [1, 2])
def test_parts_are_marked_as_the_whole(size: int) -> None:
    rows = [{"answer": "ABC"[n % 3], "golden_answer": "A", "choices": OPTIONS} for n in range(5)]
    operator, batch = BenchmarkEvaluate(task="choice"), batch_of(rows)
    state = operator.open(Context())
    parts = pl.concat([operator.sketch(batch.slice(start, size), state) for start in range(0, 5, size)])
    assert operator.sketch(batch, state).equals(parts)
