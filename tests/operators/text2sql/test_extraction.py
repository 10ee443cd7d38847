"""The query of a reply is its last one."""

import time

import pytest
from dataflow_agent.operators.text2sql._extraction import extract_sql


@pytest.mark.parametrize(
    ("said", "sql"),
    [
        ("```sql\nSELECT 1\n```", "SELECT 1"),
        ("First\n```sql\nSELECT 1;\n```\nbetter\n```SQLite\nSELECT 2;\n```\ndone", "SELECT 2"),
        ("```python\nprint(1)\n```\n```\nSELECT 3\n```", "SELECT 3"),
        ("```\nno query\n```\nSELECT 4", "SELECT 4"),
        ("```sql\nSELECT 5", "SELECT 5"),
        (
            "```sql\n-- first\nWITH a AS (SELECT 1) SELECT * FROM a\n```",
            "-- first\nWITH a AS (SELECT 1) SELECT * FROM a",
        ),
        ("```sql\nDROP TABLE t\n```", "DROP TABLE t"),
        ("The query is: SELECT a FROM t WHERE b = 'x; y'", "SELECT a FROM t WHERE b = 'x"),
        (
            "We select rows.\nSELECT a\nFROM t\nWHERE b IN (SELECT c FROM u);\nThat is all.",
            "SELECT a\nFROM t\nWHERE b IN (SELECT c FROM u)",
        ),
        ("SELECT a FROM t\n\nSelect the best one.", "SELECT a FROM t"),
        ("`SELECT a FROM t`", "SELECT a FROM t"),
        ("**SELECT a FROM t**", "SELECT a FROM t"),
        ("SELECT `Free Meal Count (K-12)` FROM frpm", "SELECT `Free Meal Count (K-12)` FROM frpm"),
        ("I would select nothing.", None),
        ("```sql\n\n```", None),
        ("", None),
    ],
)
def test_the_query_is_found(said, sql):
    assert extract_sql(said) == sql


@pytest.mark.parametrize(
    "said", ["```sql\n" * 20_000, "\nSELECT " * 20_000, "\n" * 100_000, "WITH " * 50_000, "`" * 99_999]
)
def test_a_long_reply_takes_no_long_time(said):
    started = time.monotonic()
    extract_sql(said)
    assert time.monotonic() - started < 2
