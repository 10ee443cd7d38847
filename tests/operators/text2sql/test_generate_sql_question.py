"""Questions are written in a drawn style, and of several the central one is kept."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
from dataflow_agent.operators.core import Request
from dataflow_agent.operators.text2sql._prompts import STYLES
from dataflow_agent.operators.text2sql.generate_sql_question import GenerateSqlQuestion, central
from numpy.typing import NDArray

Tell = Callable[..., Any]
ROWS = [{"db_id": "shop", "SQL": f"SELECT title FROM book LIMIT {n}", "id": n} for n in range(60)]


def question(words: str, evidence: str = "") -> str:
    return json.dumps({"question": words, "evidence": evidence})


class Plane:
    """An embedder that puts each text at the angle, in degrees, that it ends with."""

    identity = "plane"
    dimension = 2

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        angles = np.radians([float(text.split()[-1]) for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_the_candidate_nearest_to_all_others_is_kept(told_of_shop: Tell) -> None:
    replies = [question(f"at {angle}", "known") for angle in (0, 100, 40, 55, 300)]
    done = told_of_shop(GenerateSqlQuestion(candidates=5), ROWS[:1], replies, embedder=Plane)
    assert done.rows[0]["question"] == "at 40"  # cosines with the others: 40 has 2.06, 55 has 1.82, 0 has 1.67
    assert done.rows[0]["evidence"] == "known"
    assert [(asked.sample, asked.temperature > 0) for asked in done.asked] == [(n, True) for n in range(5)]


def test_of_two_the_seed_draws_one_and_no_embedder_is_loaded(told_of_shop: Tell) -> None:
    def refused() -> Any:
        raise AssertionError("loaded")

    def model(request: Request) -> str:
        return question(f"number {request.sample}", "e")

    drawn = told_of_shop(GenerateSqlQuestion(candidates=2), ROWS, model, embedder=refused)
    again = told_of_shop(GenerateSqlQuestion(candidates=2), ROWS, model, embedder=refused)
    assert {row["question"] for row in drawn.rows} == {"number 0", "number 1"}
    assert drawn.rows == again.rows
    assert central(["only"], refused, Random(0)) == 0


def test_styles_are_drawn_for_each_row_whatever_the_other_rows_are(told_of_shop: Tell) -> None:
    model = question("Which?", "e")
    operator = GenerateSqlQuestion(candidates=1)
    whole = told_of_shop(operator, ROWS, lambda _: model)
    assert {row["question_type"] for row in whole.rows} == {*STYLES}
    alone = told_of_shop(operator, ROWS[7:8], lambda _: model)
    assert alone.rows == whole.rows[7:8]
    assert all(STYLES[row["question_type"]] in one.prompt for row, one in zip(whole.rows, whole.asked, strict=True))
    other = told_of_shop(operator, ROWS, lambda _: model, seed=1)
    assert [row["question_type"] for row in other.rows] != [row["question_type"] for row in whole.rows]


def test_a_vague_question_needs_evidence(told_of_shop: Tell) -> None:
    replies = [question("Which are dear?"), question("Which are dear?", "dear means above 20 euros")]
    done = told_of_shop(GenerateSqlQuestion(candidates=1, styles=("vague",)), ROWS[:1], replies)
    assert done.rows[0]["evidence"] == "dear means above 20 euros"
    assert "evidence: a vague question needs it" in done.asked[1].prompt


def test_unfit_candidates_are_none_and_a_row_without_any_fails(told_of_shop: Tell) -> None:
    def one_fit(request: Request) -> str:
        return question("Fit?", "e") if request.sample == 2 else question(" ")

    done = told_of_shop(GenerateSqlQuestion(candidates=3), ROWS[:1], one_fit)
    assert [row["question"] for row in done.rows] == ["Fit?"]
    assert told_of_shop(GenerateSqlQuestion(candidates=2), ROWS[:1], lambda _: "x").fates == [
        ("failed", "invalid_reply")
    ]


def test_rows_without_query_or_database_cost_nothing(told_of_shop: Tell) -> None:
    rows = [{"db_id": "shop", "SQL": None}, {"db_id": "shop", "SQL": ""}, {"db_id": "gone", "SQL": "SELECT 1"}]
    done = told_of_shop(GenerateSqlQuestion(), rows, [])
    assert [reason for _, reason in done.fates] == ["no_value", "empty_text", "missing_database"]
    with pytest.raises(ValueError, match="greater than 0"):
        GenerateSqlQuestion(temperature=0)
