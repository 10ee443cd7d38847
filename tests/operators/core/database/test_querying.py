"""SQLite and DuckDB files are read and never written, and no query takes more than it may."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.core.database import (
    Databases,
    QueryLimits,
    explain_query,
    run_query,
    schema_of,
    sqlite_file,
)

SOON = QueryLimits(seconds=0.5)
ENDLESS = "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT {} FROM r"


@pytest.fixture(params=["shop", "stock"])
def database(request, databases):
    return databases.find(request.param)


def reason(database, sql, limits=SOON):
    with pytest.raises(RowError) as error:
        run_query(database, sql, limits)
    return error.value.reason


def listing(folder):
    return {path.name: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def test_a_query_gives_its_columns_and_rows(database):
    table = run_query(database, "SELECT name AS n, city, id FROM customer ORDER BY id")
    assert table.columns == ("n", "city", "id")
    assert table.rows == (("Ann", "Oslo", 1), ("Bob", None, 2), ("Cem", "", 3))
    assert (table.order_by, table.truncated) == ((2,), False)


def test_a_semicolon_and_a_comment_at_the_end_are_no_second_statement(database):
    sql = "-- one\nSELECT 1 AS n; -- two; three\n/* four */"
    assert run_query(database, sql).rows == ((1,),)
    explain_query(database, sql)


def test_values_come_with_their_types(databases):
    sql = "SELECT total, placed, x'00ff', 1e400, 9223372036854775807 FROM \"order\" WHERE id = 2"
    assert run_query(databases.find("shop"), sql).rows == ((2.5, "2024-02-03", b"\x00\xff", float("inf"), 2**63 - 1),)
    sql = (
        "SELECT total, placed, [1, NULL], {'a': 1}, 2::HUGEINT ** 100, 170141183460469231731687303715884105727 "
        'FROM "order" WHERE id = 2'
    )
    (row,) = run_query(databases.find("stock"), sql).rows
    assert row == (Decimal("2.50"), date(2024, 2, 3), [1, None], {"a": 1}, 2.0**100, 2**127 - 1)


def test_a_moment_is_the_same_in_every_time_zone_of_this_machine(databases):
    table = run_query(databases.find("stock"), "SELECT TIMESTAMPTZ '2024-01-02 03:00:00+01', TIMESTAMPTZ '2024-01-02'")
    assert table.rows == ((datetime(2024, 1, 2, 2, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)),)


def test_bytes_that_are_no_text_stay_bytes(databases):
    assert run_query(databases.find("shop"), "SELECT CAST(x'ff41' AS TEXT), 'ä'").rows == ((b"\xff\x41", "ä"),)


@pytest.mark.parametrize("what", ["count(*)", "max(n)"])
def test_an_endless_query_ends_at_its_deadline(database, what):
    started = time.monotonic()
    assert reason(database, ENDLESS.format(what)) == "out_of_time"
    assert time.monotonic() - started < 3


def test_a_cross_join_of_a_billion_rows_ends_at_its_deadline(database):
    many = "(WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 40000) SELECT n FROM r)"
    sql = f"SELECT count(*) FROM {many} AS a, {many} AS b WHERE (a.n * b.n) % 7919 = 1 AND a.n <> b.n"
    started = time.monotonic()
    assert reason(database, sql, QueryLimits(seconds=0.3)) == "out_of_time"
    assert time.monotonic() - started < 3


def test_rows_beyond_the_limits_are_left_out_and_that_is_said(database):
    table = run_query(database, ENDLESS.format("n"), QueryLimits(seconds=5, max_rows=10))
    assert (table.rows, table.truncated) == (tuple((n,) for n in range(1, 11)), True)
    few = "SELECT id FROM customer"
    assert not run_query(database, few, QueryLimits(max_rows=3)).truncated
    assert run_query(database, few, QueryLimits(max_rows=2)).truncated
    wide = run_query(database, "SELECT 'x' || id || '" + "y" * 1000 + "' FROM customer", QueryLimits(max_bytes=2500))
    assert (len(wide.rows), wide.truncated) == (2, True)


def test_rows_that_are_not_kept_are_counted(database):
    table = run_query(
        database, ENDLESS.format("n"), QueryLimits(seconds=5, max_rows=5000, max_bytes=1), keep_rows=False
    )
    assert (len(table.rows), table.truncated) == (5000, True)


def test_a_value_that_is_too_large_costs_its_query_only(databases):
    assert reason(databases.find("shop"), "SELECT hex(zeroblob(900000000))") == "sql_error"
    assert reason(databases.find("stock"), "SELECT repeat('x', 2000000000)") == "out_of_memory"
    assert run_query(databases.find("stock"), "SELECT 1").rows == ((1,),)


def test_a_value_that_python_cannot_hold_costs_its_query_only(databases):
    assert reason(databases.find("stock"), "SELECT INTERVAL '100000000 years'") == "sql_error"


def test_a_wrong_query_says_what_is_wrong(database):
    with pytest.raises(RowError, match=r"sql_error.*nme"):
        run_query(database, "SELECT nme FROM customer")


def test_nothing_is_made_or_changed_beside_the_files(database, folder):
    before = listing(folder)
    run_query(database, "SELECT * FROM customer ORDER BY name")
    for sql in (
        f"ATTACH '{folder}/thief.db' AS t",
        "CREATE TABLE t (a)",
        "DELETE FROM customer",
        f"COPY customer TO '{folder}/thief.csv'",
        "SELECT 1 -- ;\n; DROP TABLE customer",
    ):
        assert reason(database, sql) == "refused_statement"
    schema_of(database)
    assert listing(folder) == before


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("shop", "SELECT load_extension('x')"),
        ("shop", "CREATE TABLE thief (a)"),
        ("shop", "ATTACH ':memory:' AS m"),
        ("shop", "PRAGMA query_only = OFF"),
        ("shop", "SELECT * FROM pragma_table_info('customer')"),
        ("shop", "DELETE FROM customer"),
        ("stock", "SELECT * FROM read_csv('/etc/passwd')"),
        ("stock", "SELECT * FROM '/etc/passwd'"),
        ("stock", "SELECT * FROM glob('/etc/*')"),
        ("stock", "ATTACH ':memory:' AS m"),
        ("stock", "COPY customer TO '/tmp/thief.csv'"),
        ("stock", "SET enable_external_access = true"),
        ("stock", "SELECT 1; SELECT 2"),
    ],
)
def test_the_engine_itself_holds_where_the_parser_were_to_miss_something(folder, name, sql):
    from dataflow_agent.operators.core.database._duckdb import DuckdbSession
    from dataflow_agent.operators.core.database._sqlite import SqliteSession

    session = SqliteSession if name == "shop" else DuckdbSession
    place = folder / ("shop.sqlite" if name == "shop" else "stock.duckdb")

    def ask():
        with closing(session(str(place), 5)) as opened, opened.told():
            return [*opened.run(sql)[1]]

    with pytest.raises(RowError):
        ask()


@pytest.mark.parametrize("name", ["text", "cut"])
def test_a_file_that_is_no_database_fails_as_that(databases, name):
    with pytest.raises(RowError) as error:
        run_query(databases.find(name), "SELECT * FROM customer")
    assert error.value.reason == "not_a_database"


def test_an_explained_query_is_looked_up_and_not_run(database):
    started = time.monotonic()
    explain_query(database, ENDLESS.format("count(*)"))
    assert time.monotonic() - started < 2
    with pytest.raises(RowError, match=r"sql_error.*nme"):
        explain_query(database, "SELECT nme FROM customer")


def test_what_another_process_has_just_written_is_read(tmp_path):
    path = tmp_path / "live.db"
    with closing(sqlite3.connect(path)) as writing:
        writing.execute("PRAGMA journal_mode = WAL")
        writing.execute("CREATE TABLE t (a)")
        writing.execute("INSERT INTO t VALUES (1)")
        writing.commit()
        with closing(Databases.of({"live": str(path)}, workers=1)) as databases:
            one = databases.fingerprints()
            assert run_query(databases.find("live"), "SELECT a FROM t").rows == ((1,),)
            writing.execute("INSERT INTO t VALUES (2)")
            writing.commit()
            assert len(run_query(databases.find("live"), "SELECT a FROM t").rows) == 2
            assert databases.fingerprints() != one


def test_a_file_that_another_process_writes_can_be_asked_later(tmp_path):
    path = tmp_path / "busy.duckdb"
    writing = f"import duckdb; o = duckdb.connect({str(path)!r}); o.execute('CREATE TABLE t (a INT)'); "
    writing += "o.execute('CHECKPOINT'); print(flush=True); input()"
    command = [sys.executable, "-c", writing]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other,
        closing(Databases.of({"busy": str(path)}, workers=1)) as databases,
    ):
        other.stdout.readline()
        with pytest.raises(RowError, match="database_unavailable"):
            run_query(databases.find("busy"), "SELECT a FROM t")
        other.communicate("\n")
        assert run_query(databases.find("busy"), "SELECT a FROM t").rows == ()


def test_full_text_tables_can_be_searched(tmp_path):
    made = sqlite_file("CREATE VIRTUAL TABLE doc USING fts5 (body); INSERT INTO doc VALUES ('red fox'), ('blue sky')")
    (tmp_path / "doc.db").write_bytes(made)
    with closing(Databases.of({"databases": str(tmp_path)}, workers=1)) as databases:
        assert run_query(databases.find("doc"), "SELECT body FROM doc WHERE doc MATCH 'fox'").rows == (("red fox",),)
        assert [table.name for table in schema_of(databases.find("doc")).tables] == ["doc"]


def test_a_schema_has_tables_columns_keys_comments_and_values(database):
    schema = schema_of(database, samples=2)
    customer, order = schema.tables
    assert [column.name for column in customer.columns] == ["id", "name", "city"]
    assert customer.columns[1].samples == ("'Ann'", "'Bob'")
    assert customer.primary_key == ("id",)
    assert [(key.columns, key.table, key.to_columns) for key in order.foreign_keys] == [
        (("customer_id",), "customer", ("id",))
    ]
    comments = {column.name: column.comment for column in customer.columns}
    assert comments == (
        {"id": "number of the customer", "name": None, "city": None}
        if schema.engine == "sqlite"
        else {"id": None, "name": None, "city": "where"}
    )


def test_the_ddl_of_a_schema_can_be_read_and_shows_values_behind_comments(databases):
    ddl = schema_of(databases.find("shop")).ddl()
    assert '  "id" INTEGER, -- number of the customer; e.g. 1, 2, 3\n' in ddl
    assert '  FOREIGN KEY ("customer_id") REFERENCES "customer" ("id")\n);' in ddl
    assert "e.g." not in schema_of(databases.find("shop")).ddl(with_samples=False)
    with closing(sqlite3.connect(":memory:")) as made:
        made.executescript(ddl)


def test_values_in_a_schema_are_short_and_stay_in_their_line(tmp_path):
    long = "-- \n); DROP TABLE t; " + "x" * 500
    made = sqlite_file(f"CREATE TABLE t (a, b BLOB); INSERT INTO t VALUES ('{long}', x'0011')")
    (tmp_path / "odd.db").write_bytes(made)
    with closing(Databases.of({"databases": str(tmp_path)}, workers=1)) as databases:
        schema = schema_of(databases.find("odd"))
    assert len(schema.tables[0].columns[0].samples[0]) <= 64
    assert schema.tables[0].columns[1].samples == ("2 bytes",)
    assert len(schema.ddl().splitlines()) == 4


def test_descriptions_beside_a_database_become_comments(tmp_path):
    folder = tmp_path / "school"
    (folder / "database_description").mkdir(parents=True)
    (folder / "school.sqlite").write_bytes(sqlite_file("CREATE TABLE pupil (nr INTEGER, born TEXT)"))
    (folder / "database_description" / "pupil.csv").write_bytes(
        "\ufefforiginal_column_name,column_name,column_description,value_description\n"
        "nr,number,number of the pupil,\nborn,,day of birth,YYYY-MM-DD\n".encode()
    )
    with closing(Databases.of({"databases": str(tmp_path)}, workers=1)) as databases:
        columns = schema_of(databases.find("school")).tables[0].columns
    assert [column.comment for column in columns] == ["number of the pupil", "day of birth YYYY-MM-DD"]
