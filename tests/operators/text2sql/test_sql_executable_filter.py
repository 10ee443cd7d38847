"""SQL that runs goes on; the rest is dropped with the reason, and what cannot be asked fails."""

import time
from contextlib import closing

import pytest
from dataflow_agent.operators.core import Context
from dataflow_agent.operators.core.database import Databases, sqlite_file
from dataflow_agent.operators.core.testing import batch_of
from dataflow_agent.operators.text2sql.build_sql_prompt import BuildSqlPrompt
from dataflow_agent.operators.text2sql.sql_executable_filter import SqlExecutableFilter

ENDLESS = "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"


def told(databases, sql, db_id="shop", **options):
    outcome = SqlExecutableFilter(**options).apply(batch_of([{"db_id": db_id, "SQL": sql}]), databases)
    (record,) = outcome.records.to_dicts()
    assert len(outcome.rows) == (record["fate"] == "kept")
    return record


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT title FROM book WHERE price > 20 ORDER BY title;", None),
        ("SELECT title FROM book WHERE 0", None),
        ("SELECT tittle FROM book", "sql_error"),
        ("SELECT title FROM books", "sql_error"),
        ("DELETE FROM book", "refused_statement"),
        ("SELECT 1 -- one\n; DROP TABLE book", "refused_statement"),
        ("ATTACH 'x.db' AS x", "refused_statement"),
        ("", "refused_statement"),
    ],
)
@pytest.mark.parametrize("mode", ["run", "explain"])
def test_sql_that_runs_is_kept_and_other_sql_is_dropped(shop_databases, sql, reason, mode):
    record = told(shop_databases, sql, mode=mode)
    assert (record["fate"], record["reason"]) == ("dropped" if reason else "kept", reason)
    assert record["executable"] is (reason is None)
    assert bool(record["detail"]) is bool(reason)


def test_a_query_without_end_is_dropped_in_time_unless_it_is_only_planned(shop_databases):
    started = time.monotonic()
    assert told(shop_databases, ENDLESS, timeout_s=0.3)["reason"] == "out_of_time"
    assert time.monotonic() - started < 2
    assert told(shop_databases, ENDLESS, mode="explain")["fate"] == "kept"


def test_an_empty_result_is_dropped_only_if_asked(shop_databases):
    empty = "SELECT * FROM book WHERE 0"
    assert told(shop_databases, empty)["result_rows"] == 0
    assert told(shop_databases, empty, drop_empty=True)["reason"] == "empty_result"
    assert told(shop_databases, "SELECT title FROM book LIMIT 1", drop_empty=True)["fate"] == "kept"


def test_more_rows_than_are_read_are_no_fault(shop_databases):
    many = ENDLESS.replace("count(*)", "n")
    record = told(shop_databases, many, max_rows=500)
    assert (record["fate"], record["result_rows"]) == ("kept", 500)


@pytest.mark.parametrize(
    ("db_id", "reason"),
    [("nowhere", "missing_database"), ("../shop", "invalid_database_name"), ("broken", "not_a_database")],
)
def test_a_database_that_cannot_be_asked_fails_the_row(shop_databases, db_id, reason):
    record = told(shop_databases, "SELECT 1", db_id=db_id)
    assert (record["fate"], record["reason"], record["executable"]) == ("failed", reason, None)


@pytest.mark.parametrize(("on_null", "fate"), [("drop", "dropped"), ("keep", "kept"), ("fail", "failed")])
def test_rows_without_sql_or_database_fall_under_on_null(shop_databases, on_null, fate):
    rows = [{"db_id": None, "SQL": "SELECT 1"}, {"db_id": "shop", "SQL": None}, {"db_id": "shop"}, {"SQL": 7}]
    operator = SqlExecutableFilter(on_null=on_null)
    assert operator.apply(batch_of(rows), shop_databases).records["fate"].to_list() == [fate] * 4


def test_rows_side_by_side_give_what_single_rows_give(shop_databases, tmp_path):
    sqls = ["SELECT 1", "SELECT nope", "DROP TABLE book", "SELECT title FROM book"] * 3
    rows = [{"db_id": "shop", "SQL": sql, "n": n} for n, sql in enumerate(sqls)]
    alone = SqlExecutableFilter().apply(batch_of(rows), shop_databases)
    (tmp_path / "shop.db").write_bytes(sqlite_file("CREATE TABLE book (title)"))
    with closing(Databases.of({"shop": str(tmp_path / "shop.db")}, workers=3)) as several:
        beside = SqlExecutableFilter().apply(batch_of(rows), several)
    assert beside.rows.rows() == alone.rows.rows() == [row for row in rows if row["n"] % 4 in (0, 3)]
    fates = ["fate", "reason", "detail", "executable"]
    assert beside.records.select(fates).equals(alone.records.select(fates))


def test_steps_of_a_run_ask_databases_in_the_same_processes(tmp_path):
    (tmp_path / "shop.db").write_bytes(sqlite_file("CREATE TABLE book (title)"))
    ctx = Context(resources={"shop": str(tmp_path / "shop.db")})
    running, prompting = SqlExecutableFilter().open(ctx), BuildSqlPrompt().open(ctx).databases
    assert running.find("shop").processes is prompting.find("shop").processes
    assert SqlExecutableFilter().open(Context()).workers == running.workers
