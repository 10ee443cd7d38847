"""The databases that ship are those that their maker writes, and the questions about them have answers."""

import json
import runpy
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from dataflow_agent.operators.core.database import Databases, run_query, schema_of
from dataflow_agent.pipelines.builtin import pipeline

NAMES = ("bike_share", "bookshop", "clinic")
FOLDER = Path(str(pipeline("text2sql_refine").sample_file())).parent / "databases"
QUESTIONS = [json.loads(line) for line in pipeline("text2sql_refine").sample_file().read_text().splitlines()]


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    found = Databases.of({"databases": str(FOLDER)}, workers=1)
    yield found
    found.close()


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [*db.iterdump()]


def test_they_hold_what_their_maker_writes_and_are_small(tmp_path: Path) -> None:
    maker = runpy.run_path(str(Path(__file__).parents[1] / "sample_databases"))
    maker["build"](tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in FOLDER.iterdir()}
    assert all(dump(tmp_path / f"{name}.sqlite") == dump(FOLDER / f"{name}.sqlite") for name in NAMES)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 300_000


@pytest.mark.parametrize("name", NAMES)
def test_each_is_of_realistic_size_and_whole(name: str, databases: Databases) -> None:
    schema = schema_of(databases.find(name))
    assert len(schema.tables) == 9
    assert sum(len(table.foreign_keys) for table in schema.tables) >= 8
    assert any(len(table.primary_key) == 2 for table in schema.tables)
    assert sum(column.comment is not None for table in schema.tables for column in table.columns) >= 10
    with closing(sqlite3.connect(FOLDER / f"{name}.sqlite")) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        counts = [db.execute(f"SELECT COUNT(*) FROM {table.quoted}").fetchone()[0] for table in schema.tables]
    assert 1500 < sum(counts) < 5000
    assert min(counts) > 3


def test_dates_come_in_the_order_of_what_happened() -> None:
    never = {
        "bookshop": [
            "SELECT 1 FROM orders WHERE shipped_on < ordered_on",
            "SELECT 1 FROM orders JOIN customers USING (customer_id) WHERE ordered_on < joined_on",
            "SELECT 1 FROM orders JOIN order_items USING (order_id) JOIN books USING (book_id) "
            "WHERE ordered_on < published_on",
            "SELECT 1 FROM orders WHERE (shipped_on IS NULL) <> (status IN ('open', 'cancelled'))",
        ],
        "clinic": [
            "SELECT 1 FROM appointments JOIN doctors USING (doctor_id) "
            "WHERE starts_at < hired_on OR starts_at > left_on || 'z'",
            "SELECT 1 FROM appointments JOIN patients USING (patient_id) WHERE starts_at < born_on",
            "SELECT 1 FROM appointments WHERE (fee IS NULL) <> (status <> 'done')",
            "SELECT 1 FROM appointments a JOIN rooms r USING (room_id) JOIN doctors d USING (doctor_id) "
            "WHERE r.department_id <> d.department_id",
        ],
        "bike_share": [
            "SELECT 1 FROM repairs WHERE closed_on < opened_on OR (closed_on IS NULL) <> (labour_cost IS NULL)",
            "SELECT 1 FROM repairs JOIN bikes USING (bike_id) WHERE opened_on < bought_on",
            "SELECT 1 FROM rides JOIN riders USING (rider_id) WHERE started_at < joined_on",
            "SELECT 1 FROM rides JOIN riders USING (rider_id) JOIN plans USING (plan_id) "
            "WHERE ABS(price - MAX(0, minutes - free_minutes) * minute_price) > 0.006",
        ],
    }
    for name, queries in never.items():
        with closing(sqlite3.connect(FOLDER / f"{name}.sqlite")) as db:
            assert [query for query in queries if db.execute(query).fetchone()] == []


def test_each_question_has_an_answer_of_a_size_that_a_person_would_read(databases: Databases) -> None:
    assert Counter(row["db_id"] for row in QUESTIONS) == {"bookshop": 7, "clinic": 6, "bike_share": 6}
    for row in QUESTIONS:
        table = run_query(databases.find(row["db_id"]), row["SQL"])
        assert 1 <= len(table.rows) <= 30, row["question"]
        assert all(value is not None for line in table.rows for value in line), row["question"]
    assert len({row["question"] for row in QUESTIONS}) == len(QUESTIONS) >= 15


def test_answers_that_can_be_told_from_the_rows_in_another_way(databases: Databases) -> None:
    def answer(question: str) -> set[tuple[object, ...]]:
        (row,) = [row for row in QUESTIONS if row["question"].startswith(question)]
        return {*run_query(databases.find(row["db_id"]), row["SQL"]).rows}

    with closing(sqlite3.connect(FOLDER / "bookshop.sqlite")) as db:
        ordered = {one for (one,) in db.execute("SELECT customer_id FROM orders")}
        idle = {(name, city) for key, name, city in db.execute("SELECT customer_id, name, city FROM customers")
                if key not in ordered}  # fmt: skip
        money: Counter[str] = Counter()
        shipped = {one for (one,) in db.execute("SELECT order_id FROM orders WHERE status = 'shipped'")}
        titles = dict(db.execute("SELECT book_id, title FROM books"))
        for order, book, quantity, price in db.execute("SELECT * FROM order_items"):
            money[titles[book]] += round(quantity * price * 100) if order in shipped else 0
    assert answer("Which customers have never ordered") == idle
    best = {(title, cents / 100) for title, cents in money.most_common(5)}
    assert answer("Which five books brought in") == best
    with closing(sqlite3.connect(FOLDER / "bike_share.sqlite")) as db:
        parts = dict(db.execute("SELECT part_id, price FROM parts"))
        costs = dict(db.execute("SELECT repair_id, labour_cost FROM repairs WHERE closed_on IS NOT NULL"))
        for repair, part, quantity in db.execute("SELECT * FROM repair_parts"):
            if repair in costs:
                costs[repair] += parts[part] * quantity
    dearest = {(key, round(cost, 2)) for key, cost in sorted(costs.items(), key=lambda one: -one[1])[:5]}
    assert answer("What did each of the five most expensive") == dearest
