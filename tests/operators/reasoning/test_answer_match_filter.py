"""answer_match_filter: answers that say the same match, others do not, and nothing hangs on one expression."""

import subprocess
import sys
import threading
import time
from fractions import Fraction
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.reasoning._algebra import Algebra
from dataflow_agent.operators.reasoning._equality import exactly_equal, plainly_equal, reference_answers, written
from dataflow_agent.operators.reasoning.answer_match_filter import AnswerMatchFilter
from hypothesis import given
from hypothesis import strategies as st

EXACT = AnswerMatchFilter(method="exact")


@pytest.fixture(scope="module")
def algebra() -> Algebra:
    pytest.importorskip("math_verify")
    return Algebra(2.0)


SAME = [
    ("1/2", "0.5"),
    (r"\frac12", "0.5"),
    (r"\dfrac{1}{2}", "1/2"),
    ("½", "0.5"),
    ("1 1/2", "1.5"),
    ("1,000", "1000"),
    ("1{,}000", "1000"),
    ("8\u00a0314", "8314"),
    ("8", "8.0"),
    ("50%", "0.5"),
    (r"50\%", "50"),
    ("0.333333", "1/3"),
    ("16.666667", "50/3"),
    ("1e3", "1000"),
    ("(1,2]", "(1, 2]"),
    (r"(-\infty, 2)", "(−∞, 2)"),
    (r"\{1,2\}", r"\{2,1\}"),
    ("1, 2", r"\{2, 1\}"),
    ("5 cm", "5"),
    (r"5\text{ cm}", "5 centimeters"),
    ("$12", "12 dollars"),
    ("36 wheels", "36"),
    (r"90^\circ", "90"),
    ("x=5", "5"),
    ("k = 2√21", r"2\sqrt{21}"),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}"),
    ("x+1", "1+x"),
    ("(x-1)(x+1)", "x^2-1"),
    ("x²", "x^{2}"),
    (r"x=1 \text{ or } x=2", r"\{1,2\}"),
    ("Paris", "paris."),
    (r"\text{yes}", "Yes"),
    ("g(t)", "g(t)"),
    ("(C)", "C"),
    ("−7", "-7"),
]
DIFFERENT = [
    ("1", "2015"),
    ("(1,2]", "[1,2]"),
    ("(1,2)", "(2,1)"),
    ("(1,3]", "(1,2]"),
    (r"\{1,2\}", r"\{1,3\}"),
    ("0.67", "2/3"),
    ("0.3333", "1/3"),
    ("50", "0.5"),
    ("5 km", "5 m"),
    ("5 cm", "6 cm"),
    ("x=5", "y=5"),
    ("x=5", "6"),
    ("g(t)", "g(x)"),
    ("a", "b"),
    ("listen", "silent"),
    ("yes", "no"),
    ("a/b", "b/a"),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{pmatrix}1&2\\3&5\end{pmatrix}"),
    ("-5", "5"),
    ("20 21", "2021"),
    (r"\frac{1}{2", "1/2"),
    (r"50\%", r"5\%"),
    ("3.14", r"\pi"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_what_says_the_same_matches_whichever_is_the_reference(algebra: Algebra, left: str, right: str) -> None:
    assert algebra.compare(left, right) == "equal"
    assert algebra.compare(right, left) == "equal"


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_what_says_something_else_does_not_match(algebra: Algebra, left: str, right: str) -> None:
    assert algebra.compare(left, right) == "different"
    assert algebra.compare(right, left) == "different"


MONSTERS = [
    "9^{9^{9^9}}",
    "9^(9^(9^9))",
    "10^{10^{10}}!",
    "{" * 900 + "1" + "}" * 900,
    "x^{" * 600 + "1" + "}" * 600,
    "(x+y+z)^{99999}",
]


def test_no_monstrous_expression_holds_up_a_run_or_what_comes_after_it() -> None:
    pytest.importorskip("math_verify")
    algebra = Algebra(0.5)
    began = time.monotonic()
    found = {monster: algebra.compare(monster, "7x") for monster in MONSTERS}
    assert time.monotonic() - began < 60
    assert set(found.values()) <= {"undecided", "different"}
    assert found["9^{9^{9^9}}"] == "undecided"
    assert algebra.compare("x + 1", "1 + x") == "equal"


def test_a_row_that_cannot_be_compared_goes_as_undecided_and_not_as_wrong() -> None:
    pytest.importorskip("math_verify")
    rows = [{"final_answer": "9^{9^{9^9}}", "golden_answer": "7"}, {"final_answer": "7", "golden_answer": "7"}]
    outcome = apply_outcome(AnswerMatchFilter(seconds=0.5), batch_of(rows))
    assert outcome.records is not None
    assert outcome.records["reason"].to_list() == ["undecided", None]
    labelled = apply_rows(AnswerMatchFilter(seconds=0.5, output="right"), rows)
    assert [row["right"] for row in labelled] == [None, True]


def test_answers_are_compared_in_any_thread_and_in_several() -> None:
    pytest.importorskip("math_verify")
    algebra = Algebra(5.0)
    found: list[str] = []
    work = [
        threading.Thread(target=lambda n=n: found.append(algebra.compare(f"x+{n}", f"{n}+x")))  # type: ignore[misc]
        for n in range(4)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert found == ["equal"] * 4


def test_without_the_library_the_install_line_is_told_and_exact_still_works() -> None:
    code = """
import sys
sys.modules["math_verify"] = None
from dataflow_agent.operators.core import Context, InvalidInput
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.reasoning.answer_match_filter import AnswerMatchFilter
assert apply_rows(AnswerMatchFilter(method="exact"), [{"final_answer": "5", "golden_answer": 5}])
try:
    AnswerMatchFilter().open(Context())
except InvalidInput as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'pip install "dataflow-agent[math]"' in done.stdout


def test_the_ledger_says_what_was_compared() -> None:
    rows = [{"final_answer": "5", "golden_answer": "6"}, {"final_answer": "5", "golden_answer": 5}]
    records = apply_outcome(EXACT, batch_of(rows)).records
    assert records is not None
    assert records["answer_match"].to_list() == ["mismatch", "match"]
    assert records["reason"].to_list() == ["mismatch", None]
    assert records["detail"].to_list() == ["the answer 5 against the reference 6", None]


@pytest.mark.parametrize("missing", [None, "", "  ", [], [None], {"a": 1}])
def test_nothing_is_dropped_for_lack_of_a_reference_unless_asked(missing: Any) -> None:
    rows = [{"final_answer": "5", "golden_answer": missing}, {"final_answer": "5", "golden_answer": "5"}]
    assert len(apply_rows(EXACT, rows)) == 2
    for policy, fate in (("keep", "kept"), ("drop", "dropped"), ("fail", "failed")):
        operator = AnswerMatchFilter(method="exact", missing_reference=policy)  # type: ignore[arg-type]
        records = apply_outcome(operator, batch_of(rows)).records
        assert records is not None
        assert records["fate"].to_list() == [fate, "kept"]
        assert records["reason"].to_list() == [None if policy == "keep" else "no_reference", None]
        assert records["answer_match"].to_list() == ["no_reference", "match"]


@pytest.mark.parametrize("missing", [None, "", " ", ["5"], {"a": 1}])
def test_rows_without_an_answer_fall_under_on_null(missing: Any) -> None:
    rows = [{"final_answer": missing, "golden_answer": "5"}, {"final_answer": "5", "golden_answer": "5"}]
    for policy, fate in (("keep", "kept"), ("drop", "dropped"), ("fail", "failed")):
        records = apply_outcome(AnswerMatchFilter(method="exact", on_null=policy), batch_of(rows)).records  # type: ignore[arg-type]
        assert records is not None
        assert records["fate"].to_list() == [fate, "kept"]


@pytest.mark.parametrize(
    ("answer", "reference", "stays"),
    [
        ("8", 8, True),
        ("8", 8.0, True),
        ("8.0", 8, True),
        (8, "8.0", True),
        (0.5, "0.5", True),
        ("7", 8.0, False),
        ("true", True, True),
        ("Paris", ["Lutetia", "Paris"], True),
        ("Rome", ["Lutetia", "Paris"], False),
        ("8", ["7", 8.0], True),
        ("1,000", 1000, True),
        (r"$\frac{1}{2}$", r"\dfrac12", True),
        ("1/2", "0.5", False),
        ("a", "A", False),
    ],
)
def test_exact_takes_numbers_lists_and_spellings_for_what_they_are(answer: Any, reference: Any, stays: bool) -> None:
    # The reference compares "8" with the "8.0" that pandas makes of it.
    assert bool(apply_rows(EXACT, [{"final_answer": answer, "golden_answer": reference}])) is stays


def test_with_an_output_rows_are_labelled_and_stay() -> None:
    operator = AnswerMatchFilter(method="exact", output="right")
    rows: list[dict[str, Any]] = [
        {"final_answer": "5", "golden_answer": "5"},
        {"final_answer": "6", "golden_answer": "5"},
        {"final_answer": "6", "golden_answer": None},
        {"final_answer": None, "golden_answer": "5"},
    ]
    assert [row["right"] for row in apply_rows(operator, rows)] == [True, False, None, None]
    assert operator.row_effect() == "same"
    assert EXACT.row_effect() == "subset"
    failing = AnswerMatchFilter(method="exact", output="right", missing_reference="fail")
    records = apply_outcome(failing, batch_of(rows)).records
    assert records is not None
    assert records["fate"].to_list() == ["kept", "kept", "failed", "kept"]


def test_long_answers_are_compared_as_written() -> None:
    long = "x+" * 1500 + "1"
    assert plainly_equal(long, long)
    assert plainly_equal(long, "1+x") is False
    assert apply_rows(EXACT, [{"final_answer": "7" * 1_000_000, "golden_answer": "7" * 1_000_000}])


@pytest.mark.parametrize("size", [1, 2, 3])
def test_parts_give_what_the_whole_gives(size: int) -> None:
    rows = [{"final_answer": str(n % 3), "golden_answer": [None, n % 2, "1"][n % 3]} for n in range(9)]
    batch = batch_of(rows)
    whole = EXACT.apply(batch, None)
    parts = [EXACT.apply(batch.slice(start, size), None) for start in range(0, 9, size)]
    assert [row for part in parts for row in part.rows.rows()] == whole.rows.rows()


NUMBERS = st.fractions(min_value=-1000, max_value=1000, max_denominator=60)


@given(NUMBERS, NUMBERS)
def test_fractions_are_equal_as_numbers_and_in_any_order(one: Fraction, other: Fraction) -> None:
    left, right = str(one), rf"\frac{{{other.numerator}}}{{{other.denominator}}}"
    assert plainly_equal(left, right) is (one == other)
    assert plainly_equal(right, left) is (one == other)


@given(st.text(max_size=30), st.text(max_size=30))
def test_comparing_asks_not_which_comes_first_and_everything_equals_itself(left: str, right: str) -> None:
    assert plainly_equal(left, right) == plainly_equal(right, left)
    assert exactly_equal(left, right) == exactly_equal(right, left)
    assert exactly_equal(left, left) or not written(left)


def test_references_are_read_as_the_answers_they_hold() -> None:
    assert reference_answers([8.0, 1e-7, "x", None, "", ["nested"], True]) == ["8", "0.0000001", "x", "true"]
    assert reference_answers(float("nan")) == []
    assert reference_answers(float("inf")) == []
