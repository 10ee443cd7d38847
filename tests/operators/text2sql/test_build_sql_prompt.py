"""The prompt holds schema, question and evidence as they are."""

from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.text2sql.build_sql_prompt import BuildSqlPrompt

Tell = Callable[..., Any]
ROW = {"db_id": "shop", "question": " Which {books} cost <20? ", "evidence": "euros"}


def test_the_prompt_shows_schema_question_and_evidence_and_asks_no_model(told_of_shop: Tell) -> None:
    done = told_of_shop(BuildSqlPrompt(evidence="evidence", instructions="Use no joins."), [ROW], [])
    prompt = done.rows[0]["prompt"]
    for part in (
        "SQLite",
        'CREATE TABLE "writer"',
        "'Salt', 'Ash'",
        "\n\nWhich {books} cost <20?\n\n",
        "euros\n\nUse no",
    ):
        assert part in prompt
    assert done.asked == []
    assert {name: done.rows[0][name] for name in ROW} == ROW


def test_without_evidence_nothing_is_said_of_it(told_of_shop: Tell) -> None:
    rows = [{**ROW, "evidence": None}, {"db_id": "shop", "question": "Which?"}]
    done = told_of_shop(BuildSqlPrompt(evidence="evidence", sample_values=0), rows, [])
    assert all("must be known" not in row["prompt"] and "e.g." not in row["prompt"] for row in done.rows)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"db_id": "gone"}, "missing_database"),
        ({"db_id": "../shop"}, "invalid_database_name"),
        ({"question": None}, "no_value"),
        ({"question": " "}, "empty_text"),
    ],
)
def test_a_row_without_database_or_question_fails_with_the_reason(told_of_shop: Tell, row: Any, reason: str) -> None:
    with pytest.raises(RowError) as caught:
        told_of_shop(BuildSqlPrompt(), [{**ROW, **row}], [])
    assert caught.value.reason == reason
