"""Variations follow the query they vary, which stays."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.operators.core import Request
from dataflow_agent.operators.text2sql._prompts import DIRECTIONS
from dataflow_agent.operators.text2sql.augment_sql import AugmentSql

Tell = Callable[..., Any]
GIVEN = "SELECT title FROM book"
ROW = {"db_id": "shop", "SQL": GIVEN, "question": "Which books?", "source": "me"}


def sql(text: str) -> str:
    return json.dumps({"sql": text})


def numbered(request: Request) -> str:
    return sql(f"{GIVEN} LIMIT {request.sample}")


def test_the_row_stays_and_new_ones_follow_with_their_parent(told_of_shop: Tell) -> None:
    done = told_of_shop(AugmentSql(per_query=2, inherited=("source",)), [ROW], numbered)
    assert done.rows[0] == {**ROW, "sql_variation_type": None, "parent_sql": None}
    assert [(row["SQL"], row["parent_sql"]) for row in done.rows[1:]] == [
        (f"{GIVEN} LIMIT 0", GIVEN),
        (f"{GIVEN} LIMIT 1", GIVEN),
    ]
    assert [(row["question"], row["source"], row["db_id"]) for row in done.rows[1:]] == [(None, "me", "shop")] * 2
    assert done.fates == [("expanded", None)]


def test_without_keep_original_new_rows_take_its_place(told_of_shop: Tell) -> None:
    done = told_of_shop(AugmentSql(per_query=1, keep_original=False), [ROW], numbered)
    assert [row["SQL"] for row in done.rows] == [f"{GIVEN} LIMIT 0"]
    assert (AugmentSql(per_query=3).fan_out(), AugmentSql(per_query=3, keep_original=False).fan_out()) == (4, 3)


def test_no_direction_comes_twice_before_all_were_drawn(told_of_shop: Tell) -> None:
    done = told_of_shop(AugmentSql(per_query=8), [ROW], numbered)
    kinds = [row["sql_variation_type"] for row in done.rows[1:]]
    assert {*kinds[:6]} == {*DIRECTIONS}
    assert kinds == [
        row["sql_variation_type"] for row in told_of_shop(AugmentSql(per_query=8), [ROW], numbered).rows[1:]
    ]
    assert all(DIRECTIONS[kind] in asked.prompt for kind, asked in zip(kinds, done.asked, strict=True))
    assert [asked.sample for asked in done.asked] == [*range(8)]


def test_the_query_itself_is_no_variation(told_of_shop: Tell) -> None:
    done = told_of_shop(AugmentSql(per_query=1), [ROW], [sql("select  TITLE from book;"), sql(f"{GIVEN} LIMIT 1")])
    assert [row["SQL"] for row in done.rows] == [GIVEN, f"{GIVEN} LIMIT 1"]
    assert "the given query itself" in done.asked[1].prompt


def test_equal_variations_are_one_and_the_rest_is_counted_as_left_out(told_of_shop: Tell) -> None:
    done = told_of_shop(AugmentSql(per_query=3), [ROW], lambda _: sql(f"{GIVEN} LIMIT 5"))
    assert [row["SQL"] for row in done.rows] == [GIVEN, f"{GIVEN} LIMIT 5"]
    assert done.records[0]["left_out"] == 2


def test_a_row_none_of_whose_variations_is_fit_fails_by_name(told_of_shop: Tell) -> None:
    done = told_of_shop(AugmentSql(per_query=2), [ROW, ROW | {"SQL": f"{GIVEN} x"}], lambda _: sql("DROP TABLE book"))
    assert done.fates == [("failed", "invalid_reply")] * 2
    assert done.rows == []


def test_rows_without_query_or_database_cost_nothing(told_of_shop: Tell) -> None:
    rows = [{**ROW, "SQL": None}, {**ROW, "SQL": " "}, {**ROW, "db_id": "gone"}, {**ROW, "db_id": None}]
    done = told_of_shop(AugmentSql(), rows, [])
    assert [reason for _, reason in done.fates] == ["no_value", "empty_text", "missing_database", "no_value"]
    with pytest.raises(ValueError, match="a column each"):
        AugmentSql(parent="SQL")
