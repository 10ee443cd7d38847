"""The difficulty of a question is how seldom a model's query gives the right result."""

import pytest
from dataflow_agent.operators.core import EndpointError, Reply
from dataflow_agent.operators.core.testing import ScriptedLLM, batch_of
from dataflow_agent.operators.text2sql.sql_execution_difficulty_label import Examining, SqlExecutionDifficultyLabel
from pydantic import ValidationError

ROW = {"db_id": "shop", "SQL": "SELECT count(*) FROM book", "prompt": "How many books?"}
RIGHT = "```sql\nSELECT count(*) AS n FROM book;\n```"
WRONG = "```sql\nSELECT count(price) FROM book\n```"


def told(databases, rows, replies, **options):
    llm = ScriptedLLM(replies)
    outcome = SqlExecutionDifficultyLabel(**options).apply(batch_of(rows), Examining(llm, 5, databases))
    records = ["kept"] * len(rows) if outcome.records is None else outcome.records
    return outcome.rows.rows(), records, llm.asked


@pytest.mark.parametrize(
    ("right", "label"),
    [(0, "extra"), (2, "extra"), (3, "hard"), (5, "hard"), (6, "medium"), (9, "medium"), (10, "easy")],
)
def test_the_label_follows_from_the_right_ones_of_ten(shop_databases, right, label):
    rows, _, asked = told(shop_databases, [ROW], lambda request: RIGHT if request.sample < right else WRONG)
    assert rows == [{**ROW, "sql_execution_difficulty": label, "sql_right_samples": right}]
    assert [one.sample for one in asked] == list(range(10))
    assert len({one.seed for one in asked}) == 10
    assert all(one.temperature > 0 for one in asked)


@pytest.mark.parametrize(
    "reply",
    [
        "I do not know.",
        "```sql\nSELECT nope FROM book\n```",
        "```sql\nDROP TABLE book\n```",
        "```sql\nSELECT 3; SELECT 4\n```",
        "```sql\nWITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r\n```",
        "",
        Reply("```sql\nSELECT count(*) FROM bo", finish_reason="length"),
    ],
)
def test_a_reply_without_the_right_result_is_wrong_and_no_more(shop_databases, reply):
    rows, _, _ = told(
        shop_databases, [ROW], [reply, RIGHT], samples=2, thresholds=[0, 1], labels=["a", "b", "c"], timeout_s=0.3
    )
    assert (rows[0]["sql_execution_difficulty"], rows[0]["sql_right_samples"]) == ("b", 1)


def test_a_gold_query_that_fails_has_a_label_of_its_own_and_costs_nothing(shop_databases):
    for sql in ("SELECT nope FROM book", "DELETE FROM book", ""):
        rows, _, asked = told(shop_databases, [{**ROW, "SQL": sql}], [])
        assert (rows[0]["sql_execution_difficulty"], rows[0]["sql_right_samples"]) == ("gold_error", None)
        assert asked == []


def test_a_request_without_an_answer_fails_its_row_alone(shop_databases):
    def reply(request):
        return EndpointError("gone") if "one" in request.prompt and request.sample == 3 else RIGHT

    rows, records, _ = told(shop_databases, [{**ROW, "prompt": "one"}, {**ROW, "prompt": "two"}], reply)
    assert [row["prompt"] for row in rows] == ["two"]
    assert records["fate"].to_list() == ["failed", "kept"]
    assert records["reason"][0] == "no_answer"


def test_rows_that_cannot_be_asked_fail_or_fall_under_on_null(shop_databases):
    rows = [{**ROW, "db_id": "nowhere"}, {**ROW, "db_id": None}, {**ROW, "prompt": None}, {**ROW, "prompt": " "}, ROW]
    out, records, asked = told(shop_databases, rows, lambda _: RIGHT)
    assert records["fate"].to_list() == ["failed", "kept", "kept", "failed", "kept"]
    assert records["reason"].to_list() == ["missing_database", None, None, "empty_text", None]
    assert [row["sql_execution_difficulty"] for row in out] == [None, None, "easy"]
    assert len(asked) == 10


@pytest.mark.parametrize(
    "options",
    [
        {"labels": ["a", "b"]},
        {"thresholds": [2, 2, 9]},
        {"thresholds": [5, 2, 9]},
        {"thresholds": [-1, 2, 9]},
        {"thresholds": [2, 5, 10]},
        {"samples": 9},
        {"temperature": 0},
        {"right": "SQL"},
    ],
)
def test_options_that_cannot_be_meant_are_refused(options):
    with pytest.raises(ValidationError):
        SqlExecutionDifficultyLabel(**options)


def test_so_many_requests_are_told_beforehand():
    assert SqlExecutionDifficultyLabel().calls(7) == (0, 70)
