"""The difficulty of SQL comes from its parts and not from its words."""

import pytest
from dataflow_agent.operators.core.database import parse_query
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text2sql._hardness import Components, components_of
from dataflow_agent.operators.text2sql.sql_component_difficulty_label import SqlComponentDifficultyLabel


@pytest.mark.parametrize(
    ("sql", "counts"),
    [
        ("SELECT a FROM t", (0, 0, 0)),
        ("SELECT min(update_date), interval_join FROM t", (0, 0, 1)),
        ("SELECT a FROM t WHERE b = 'LIKE OR JOIN (SELECT'", (1, 0, 0)),
        ("SELECT a FROM t JOIN u ON t.x = u.x", (1, 0, 0)),
        ("SELECT a FROM t, u, v", (2, 0, 0)),
        ("SELECT a FROM t WHERE b = 1 OR c LIKE 'x%'", (3, 0, 1)),
        ("SELECT a FROM t WHERE (b = 1 AND c = 2) OR d = 3", (2, 0, 1)),
        ("SELECT a, count(*) FROM t GROUP BY a HAVING count(*) > 1", (1, 0, 2)),
        ("SELECT a FROM t GROUP BY a, b ORDER BY count(*) DESC LIMIT 1", (3, 0, 1)),
        ("SELECT a FROM t WHERE b IN (SELECT c FROM u WHERE d = 1 OR e = 2)", (1, 1, 0)),
        ("SELECT a FROM t EXCEPT SELECT a FROM u", (0, 1, 0)),
        ("SELECT a FROM t UNION SELECT a FROM u ORDER BY a LIMIT 3", (2, 1, 0)),
        ("WITH s AS (SELECT a FROM t) SELECT a FROM s", (0, 1, 0)),
        ("SELECT a FROM (SELECT a FROM t) AS s", (0, 1, 0)),
        ("SELECT max(a), (SELECT sum(b) FROM u) FROM t", (0, 1, 1)),
        ("(SELECT a FROM t)", (0, 0, 0)),
    ],
)
def test_the_parts_are_counted(sql, counts):
    found = components_of(parse_query(sql).tree)
    assert (found.clauses, found.nested, found.others) == counts


@pytest.mark.parametrize(
    ("counts", "label"),
    [
        ((0, 0, 0), "easy"),
        ((1, 0, 0), "easy"),
        ((1, 0, 1), "medium"),
        ((1, 0, 2), "medium"),
        ((2, 0, 0), "medium"),
        ((2, 0, 1), "medium"),
        ((2, 0, 2), "extra"),
        ((1, 0, 3), "hard"),
        ((2, 0, 3), "hard"),
        ((2, 0, 4), "hard"),
        ((3, 0, 0), "hard"),
        ((3, 0, 2), "hard"),
        ((3, 0, 3), "extra"),
        ((4, 0, 0), "extra"),
        ((1, 1, 0), "hard"),
        ((0, 1, 0), "hard"),
        ((2, 1, 0), "extra"),
        ((1, 1, 1), "extra"),
        ((0, 2, 0), "extra"),
    ],
)
def test_the_class_follows_from_the_counts(counts, label):
    assert Components(*counts).hardness == label


def test_the_label_and_the_counts_are_written():
    row = {"SQL": "SELECT count(*), max(a) FROM t WHERE b = 1 AND c = 2", "id": 7}
    assert apply_rows(SqlComponentDifficultyLabel(), [row]) == [{**row, "sql_component_difficulty": "hard"}]
    records = apply_outcome(SqlComponentDifficultyLabel(), batch_of([row])).records
    assert records.select("sql_clauses", "sql_nested", "sql_others").row(0) == (1, 0, 3)


@pytest.mark.parametrize("sql", ["DROP TABLE t", "SELECT 1; SELECT 2", "", "hello", "SELECT " + "(" * 9000])
def test_what_is_no_query_fails_alone(sql):
    outcome = apply_outcome(SqlComponentDifficultyLabel(), batch_of([{"SQL": sql}, {"SQL": "SELECT 1"}]))
    assert outcome.records["fate"].to_list() == ["failed", "kept"]
    assert outcome.records["reason"][0] == "refused_statement"


def test_the_dialect_decides_what_can_be_read():
    row = {"SQL": "SELECT DISTINCT ON (a) a FROM t WHERE b = $$x$$"}
    assert apply_rows(SqlComponentDifficultyLabel(dialect="postgres"), [row])[0]["sql_component_difficulty"] == "easy"
