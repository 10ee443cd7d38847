"""Only a judgement that says so drops a row; one that cannot be read fails it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.operators.text2sql.sql_question_match_filter import SqlQuestionMatchFilter

Tell = Callable[..., Any]
ROW = {"db_id": "shop", "SQL": "SELECT title FROM book", "question": "Which books?"}


def judged(matches: Any) -> str:
    return json.dumps({"reason": "Compared.", "matches": matches})


@pytest.mark.parametrize(
    ("replies", "fate"),
    [
        ([judged(True)], ("kept", None)),
        ([judged(False)], ("dropped", "matches_not_allowed")),
        (["```yes```", judged("yes"), judged(1)], ("failed", "invalid_reply")),
        (["yes", judged(True)], ("kept", None)),
    ],
)
def test_the_judgement_decides_and_what_is_none_fails(told_of_shop: Tell, replies: list[str], fate: Any) -> None:
    done = told_of_shop(SqlQuestionMatchFilter(), [ROW], replies)
    assert done.fates == [fate]
    assert bool(done.rows) == (fate[0] == "kept")


def test_the_verdict_and_its_reason_are_in_the_ledger(told_of_shop: Tell) -> None:
    (record,) = told_of_shop(SqlQuestionMatchFilter(), [ROW], [judged(False)]).records
    assert (record["matches"], record["explanation"]) == (False, "Compared.")


def test_the_judge_sees_schema_question_query_and_evidence_where_there_is_any(told_of_shop: Tell) -> None:
    rows = [{**ROW, "evidence": "all that are sold"}, {**ROW, "evidence": " "}, {**ROW, "evidence": None}]
    done = told_of_shop(SqlQuestionMatchFilter(evidence="evidence"), rows, lambda _: judged(True))
    shown = ["all that are sold" in one.prompt for one in done.asked]
    assert shown == [True, False, False]
    assert all('CREATE TABLE "book"' in one.prompt and "Which books?" in one.prompt for one in done.asked)
    assert all("evidence" not in one.prompt for one in done.asked[1:])
    assert all(one.temperature == 0 for one in done.asked)


def test_rows_that_cannot_be_judged_cost_nothing(told_of_shop: Tell) -> None:
    rows = [{**ROW, "SQL": None}, {**ROW, "question": None}, {**ROW, "question": " "}, {**ROW, "db_id": "gone"}]
    done = told_of_shop(SqlQuestionMatchFilter(), rows, [])
    assert done.fates == [
        ("dropped", "no_value"),
        ("dropped", "no_value"),
        ("failed", "empty_text"),
        ("failed", "missing_database"),
    ]
