"""What is no single query that only reads is refused, whatever it hides behind."""

import time
from contextlib import suppress

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.core.database import parse_query
from hypothesis import given
from hypothesis import strategies as st

REFUSED = [
    ("sqlite", "", "empty"),
    ("sqlite", " -- nothing\n/* here */ ;", "empty"),
    ("sqlite", "SELECT 1; DROP TABLE t", "second statement"),
    ("sqlite", "SELECT 1 -- one\n; DROP TABLE t", "second statement"),
    ("sqlite", "SELECT 1 /* one */ ; /* two */ DELETE FROM t --", "second statement"),
    ("sqlite", "SELECT 1; SELECT 2", "second statement"),
    ("sqlite", "ATTACH DATABASE 'x.db' AS y", "ATTACH"),
    ("sqlite", "PRAGMA query_only = OFF", "PRAGMA"),
    ("sqlite", "VACUUM INTO 'x.db'", "VACUUM"),
    ("sqlite", "EXPLAIN SELECT 1", "EXPLAIN"),
    ("sqlite", "INSERT INTO t SELECT 1", "INSERT"),
    ("sqlite", "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", "no SELECT"),
    ("sqlite", "WITH a AS (SELECT 1) DELETE FROM t", "no SELECT"),
    ("sqlite", "REPLACE INTO t VALUES (1)", "REPLACE"),
    ("sqlite", "SELECT load_extension('x.so')", "load_extension"),
    ("sqlite", "SELECT \"Load_Extension\"('x.so')", "Load_Extension"),
    ("sqlite", "SELECT writefile('x', 'y')", "writefile"),
    ("sqlite", "SELECT readfile('/etc/passwd')", "readfile"),
    ("sqlite", "SELECT fts3_tokenizer('x')", "fts3_tokenizer"),
    ("sqlite", "SELECT * FROM pragma_database_list", "pragma_database_list"),
    ("sqlite", "SELECT * FROM pragma_table_info('t')", "pragma_table_info"),
    ("sqlite", "SELECT a FROM t WHERE a IN (SELECT edit('x'))", "edit"),
    ("sqlite", "SELECT 'a\x00b'", "NUL"),
    ("sqlite", "SELECT 'open", "cannot be read"),
    ("sqlite", "SELECT * FROM", "cannot be read"),
    ("duckdb", "SELECT * FROM read_csv('/etc/passwd')", "read_csv"),
    ("duckdb", "SELECT * FROM read_csv_auto('/etc/passwd')", "read_csv_auto"),
    ("duckdb", "SELECT * FROM \"READ_TEXT\"('/etc/passwd')", "READ_TEXT"),
    ("duckdb", "SELECT * FROM '/etc/passwd'", "file"),
    ("duckdb", "SELECT * FROM 'data/*.parquet'", "file"),
    ("duckdb", "SELECT * FROM glob('*')", "glob"),
    ("duckdb", "SELECT * FROM query('SELECT 1')", "query"),
    ("duckdb", "SELECT * FROM sqlite_scan('x.db', 't')", "sqlite_scan"),
    ("duckdb", "SELECT getenv('HOME')", "getenv"),
    ("duckdb", "COPY t TO 'x.csv'", "COPY"),
    ("duckdb", "INSTALL httpfs", "INSTALL"),
    ("duckdb", "SET threads = 8", "SET"),
    ("postgres", "SELECT pg_read_file('/etc/passwd')", "pg_read_file"),
    ("postgres", "SELECT * FROM dblink('host=x', 'SELECT 1') AS t (a int)", "dblink"),
    ("postgres", "SELECT pg_sleep(10)", "pg_sleep"),
    ("postgres", "SELECT lo_import('/etc/passwd')", "lo_import"),
    ("postgres", "SELECT * FROM pg_shadow", "pg_shadow"),
    ("postgres", "SELECT * FROM pg_shadow, (WITH pg_shadow AS (SELECT 1) SELECT * FROM pg_shadow) AS t", "pg_shadow"),
    ("postgres", "SELECT * FROM pg_catalog.pg_authid", "pg_authid"),
    ("postgres", 'SELECT U&"pg\\005fsleep"(10)', "Unicode"),
    ("postgres", "SELECT * INTO t FROM s", "SELECT INTO"),
    ("postgres", "SELECT * FROM t FOR UPDATE", "FOR UPDATE"),
    ("postgres", "WITH a AS (UPDATE t SET b = 1 RETURNING *) SELECT * FROM a", "UPDATE"),
    ("postgres", "CALL doing()", "CALL"),
]
FINE = [
    ("sqlite", "SELECT 1"),
    ("sqlite", 'select * from `a b` where [c] = "d";'),
    ("sqlite", "SELECT ';', '-- no comment', 'DROP TABLE t' -- ; DROP TABLE t"),
    ("sqlite", "WITH a AS (SELECT 1 AS x) SELECT x FROM a UNION ALL SELECT 2 ORDER BY 1 LIMIT 1"),
    ("sqlite", "(SELECT 1)"),
    ("sqlite", "SELECT replace(name, 'a', 'b'), CASE WHEN edit > 1 THEN 'insert' END FROM t"),
    ("sqlite", "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 9) SELECT n FROM r"),
    ("duckdb", "SELECT * EXCLUDE (a) FROM t QUALIFY row_number() OVER (PARTITION BY b ORDER BY c) = 1"),
    ("duckdb", "SELECT * FROM range(3)"),
    ("postgres", "SELECT DISTINCT ON (a) a, b::text FROM t ORDER BY a, b"),
    ("postgres", "SELECT pg_typeof(a), $$; DROP TABLE t$$ FROM t"),
    ("postgres", "SELECT updated, created FROM update_log WHERE deleted IS NULL"),
]


@pytest.mark.parametrize(("dialect", "sql", "word"), REFUSED)
def test_what_is_more_than_a_query_is_refused_with_the_reason(dialect, sql, word):
    with pytest.raises(RowError, match=f"(?i){word}") as error:
        parse_query(sql, dialect)
    assert error.value.reason == "refused_statement"
    assert "\n" not in error.value.detail
    assert len(error.value.detail) < 300


@pytest.mark.parametrize(("dialect", "sql"), FINE)
def test_a_query_passes_as_it_was_written(dialect, sql):
    query = parse_query(sql, dialect)
    assert query.sql == sql


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "(" * 5000 + "1" + ")" * 5000,
        "SELECT " + "(" * 21 + "1" + ")" * 21,
        "SELECT " + "NOT " * 5000 + "1",
        "SELECT " + "- " * 5000 + "1",
        "SELECT 1" + " + 1" * 20_000,
        "SELECT " + "(SELECT " * 3000 + "1",
    ],
    ids=["brackets", "one bracket too many", "nots", "signs", "length", "unclosed"],
)
def test_what_is_too_long_or_too_deep_is_refused_soon(sql):
    started = time.monotonic()
    with pytest.raises(RowError, match="refused_statement"):
        parse_query(sql)
    assert time.monotonic() - started < 2


def test_brackets_up_to_the_limit_are_read():
    deep = "SELECT " + "(" * 20 + "1" + ")" * 20
    assert parse_query(deep).sql == deep


@given(st.text(max_size=60), st.sampled_from(["sqlite", "duckdb", "postgres"]))
def test_any_text_is_read_or_refused(text, dialect):
    for sql in (text, f"SELECT {text}", f"SELECT * FROM {text}"):
        with suppress(RowError):
            assert parse_query(sql, dialect).sql == sql


@pytest.mark.parametrize(
    ("sql", "columns", "places"),
    [
        ("SELECT a, b FROM t", "ab", None),
        ("SELECT a, b FROM t ORDER BY b DESC", "ab", (1,)),
        ("SELECT a, b FROM t ORDER BY 2, a", "ab", (1, 0)),
        ("SELECT a AS x, b FROM t ORDER BY x", "xb", (0,)),
        ("SELECT t.a, count(*) FROM t GROUP BY 1 ORDER BY count(*)", "ac", (1,)),
        ("SELECT a FROM t ORDER BY b", "a", ()),
        ("SELECT a FROM t ORDER BY a, b", "a", ()),
        ("SELECT * FROM t ORDER BY a", "ab", ()),
        ("SELECT a FROM (SELECT a FROM t ORDER BY a)", "a", None),
        ("SELECT a FROM t UNION SELECT b FROM u ORDER BY a", "a", (0,)),
        ("(SELECT a FROM t ORDER BY a)", "a", (0,)),
        ("WITH s AS (SELECT a FROM t ORDER BY a) SELECT a FROM s", "a", None),
        ("SELECT row_number() OVER (ORDER BY a) FROM t", "r", None),
    ],
)
def test_the_order_is_that_of_the_outermost_query(sql, columns, places):
    assert parse_query(sql).order_by(tuple(columns)) == places
