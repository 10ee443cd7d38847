"""Each reasoning ends in a query; several are drawn anew."""

from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.operators.core import EndpointError, Request
from dataflow_agent.operators.text2sql.generate_sql_reasoning import GenerateSqlReasoning, ending_query

Tell = Callable[..., Any]
ROW = {"db_id": "shop", "question": "Which books?", "SQL": "SELECT title FROM book"}


def reasoning(sql: str, after: str = "", info: str = "sql") -> str:
    return f"First I look at book.\n\n```{info}\n{sql}\n```{after}"


def test_samples_are_drawn_anew_and_written_as_a_list(told_of_shop: Tell) -> None:
    done = told_of_shop(GenerateSqlReasoning(), [ROW], lambda request: reasoning(f"SELECT {request.sample} FROM book"))
    assert done.rows[0]["cot_responses"] == [reasoning(f"SELECT {n} FROM book") for n in range(3)]
    assert [(one.sample, one.seed, one.temperature > 0) for one in done.asked] == [(n, n, True) for n in range(3)]
    assert {name: done.rows[0][name] for name in ROW} == ROW


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (reasoning("SELECT title FROM book", after="\nThat is it."), "does not end with a query"),
        ("SELECT title FROM book", "does not end with a query"),
        (reasoning("DELETE FROM book"), "SELECT"),
        (reasoning("SELECT 1; SELECT 2"), "second statement"),
        (reasoning("print(1)", info="python"), "does not end with a query"),
    ],
)
def test_a_reply_that_does_not_end_in_a_query_goes_back_with_the_reason(
    told_of_shop: Tell, bad: str, said: str
) -> None:
    fine = reasoning("SELECT title FROM book;")
    done = told_of_shop(GenerateSqlReasoning(samples=1), [ROW], [bad, f"<think>hm</think>\n{fine}\n"])
    assert done.rows[0]["cot_responses"] == [fine]
    assert said in done.asked[1].prompt
    assert done.asked[1].turns[1].text == bad


def test_unfit_samples_are_left_out_and_a_row_without_any_fails(told_of_shop: Tell) -> None:
    def second_fit(request: Request) -> str:
        return reasoning("SELECT 1") if request.sample == 1 else "I do not know."

    assert told_of_shop(GenerateSqlReasoning(), [ROW], second_fit).rows[0]["cot_responses"] == [reasoning("SELECT 1")]
    assert told_of_shop(GenerateSqlReasoning(), [ROW], lambda _: "no").fates == [("failed", "invalid_reply")]
    silent = EndpointError("busy", reason="rate_limited")
    assert told_of_shop(GenerateSqlReasoning(), [ROW], lambda _: silent).fates == [("failed", "rate_limited")]


def test_the_query_of_the_row_is_shown_as_one_that_may_be_wrong_or_not_at_all(told_of_shop: Tell) -> None:
    shown = told_of_shop(GenerateSqlReasoning(samples=1), [ROW], [reasoning("SELECT 1")]).asked[0]
    assert "may be wrong" in shown.prompt
    assert ROW["SQL"] in shown.prompt
    hidden = told_of_shop(GenerateSqlReasoning(samples=1, sql=None), [ROW], [reasoning("SELECT 1")]).asked[0]
    assert ROW["SQL"] not in hidden.prompt
    lacking = told_of_shop(GenerateSqlReasoning(samples=1), [{**ROW, "SQL": None}], [reasoning("SELECT 1")])
    assert "may be wrong" not in lacking.asked[0].prompt


def test_rows_without_question_or_database_cost_nothing(told_of_shop: Tell) -> None:
    rows = [{**ROW, "question": None}, {**ROW, "question": " "}, {**ROW, "db_id": "gone"}]
    done = told_of_shop(GenerateSqlReasoning(), rows, [])
    assert [reason for _, reason in done.fates] == ["no_value", "empty_text", "missing_database"]
    with pytest.raises(ValueError, match="which is read"):
        GenerateSqlReasoning(output="question")


def test_the_last_block_is_the_query() -> None:
    two = "```sql\nSELECT 1\n```\nNo:\n```\nSELECT 2 ;\n```\n\n"
    assert ending_query(two, "sqlite") == "SELECT 2"
    assert ending_query("```sql\nSELECT 1\n```\nText", "sqlite") is None
    assert ending_query("", "sqlite") is None
