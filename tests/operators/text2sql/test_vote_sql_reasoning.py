"""Of several reasonings one goes on whose query gives the right result."""

import pytest
from dataflow_agent.operators.core.testing import batch_of
from dataflow_agent.operators.text2sql.vote_sql_reasoning import VoteSqlReasoning

GOLD = "SELECT title FROM book WHERE price > 20"
RIGHT = "I look.\n```sql\nSELECT b.title AS t FROM book AS b WHERE b.price >= 30;\n```"
TWO = "All.\n```sql\nSELECT title FROM book WHERE price > 5\n```"
ALSO_TWO = "All again.\n```sql\nSELECT title FROM book WHERE NOT price IS NULL ORDER BY title\n```"
BROKEN = "```sql\nSELECT nope FROM book\n```"
SILENT = "I do not know."


def told(databases, reasonings, sql=GOLD, db_id="shop", **options):
    row = {"db_id": db_id, "SQL": sql, "cot_responses": reasonings}
    outcome = VoteSqlReasoning(**options).apply(batch_of([row]), databases)
    rows, (record,) = outcome.rows.rows(), outcome.records.to_dicts()
    if rows:
        (out,) = rows
        assert {name: out[name] for name in row} == row
        return out["cot_reasoning"], out["cot_votes"], out["cot_agreement"]
    return record["fate"], record["reason"]


def test_the_first_right_one_wins_also_against_a_wrong_majority(shop_databases):
    assert told(shop_databases, [TWO, BROKEN, RIGHT, ALSO_TWO, SILENT]) == (RIGHT, 1, 0.2)
    assert told(shop_databases, [RIGHT + " ", RIGHT]) == (RIGHT + " ", 2, 1.0)


def test_without_gold_the_largest_group_wins_and_then_the_first(shop_databases):
    off = {"compare_with_gold": False}
    assert told(shop_databases, [RIGHT, TWO, ALSO_TWO], **off) == (TWO, 2, 2 / 3)
    assert told(shop_databases, [BROKEN, RIGHT, TWO], **off) == (RIGHT, 1, 1 / 3)
    assert told(shop_databases, [RIGHT], sql="no SQL at all", **off) == (RIGHT, 1, 1.0)


@pytest.mark.parametrize(
    ("reasonings", "reason"),
    [
        ([TWO, BROKEN], "no_right_reasoning"),
        ([BROKEN, SILENT, "```sql\nDELETE FROM book\n```"], "no_valid_reasoning"),
        (["```sql\nSELECT 1; DROP TABLE book\n```"], "no_valid_reasoning"),
    ],
)
def test_a_row_without_a_right_one_is_dropped(shop_databases, reasonings, reason):
    assert told(shop_databases, reasonings) == ("dropped", reason)


@pytest.mark.parametrize("gold", ["SELECT nope FROM book", "DROP TABLE book", "", "SELECT a.title FROM book a, book b"])
def test_a_gold_query_that_fails_or_gives_too_much_is_an_error_of_the_row(shop_databases, gold):
    assert told(shop_databases, [RIGHT], sql=gold, max_rows=8) == ("failed", "gold_error")


def test_a_result_with_too_many_rows_is_no_vote(shop_databases):
    large = "```sql\nSELECT a.title FROM book a, book b\n```"
    assert told(shop_databases, [large, RIGHT], max_rows=8) == (RIGHT, 1, 0.5)


def test_order_counts_where_the_gold_query_asks_for_one(shop_databases):
    down = "```sql\nSELECT title FROM book ORDER BY title DESC\n```"
    gold = "SELECT title FROM book ORDER BY title"
    assert told(shop_databases, [down], sql=gold) == ("dropped", "no_right_reasoning")
    assert told(shop_databases, [down], sql="SELECT title FROM book") == (down, 1, 1.0)


@pytest.mark.parametrize("reasonings", [None, [], 7, [RIGHT, None], {"a": RIGHT}])
def test_what_is_no_list_of_texts_falls_under_on_null(shop_databases, reasonings):
    assert told(shop_databases, reasonings) == ("failed", "no_value")
    assert told(shop_databases, reasonings, on_null="drop") == ("dropped", "no_value")
    assert told(shop_databases, reasonings, on_null="keep") == (None, None, None)


def test_a_text_is_a_list_of_one(shop_databases):
    assert told(shop_databases, RIGHT) == (RIGHT, 1, 1.0)


def test_a_database_that_is_not_there_fails_the_row(shop_databases):
    assert told(shop_databases, [RIGHT], db_id="nowhere") == ("failed", "missing_database")
    assert told(shop_databases, [RIGHT], db_id="broken") == ("failed", "not_a_database")
