"""PostgreSQL is asked for real: it answers queries, and nothing is written or read beside them."""

from contextlib import closing
from datetime import date
from decimal import Decimal

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.core.database import (
    Databases,
    QueryLimits,
    databases_fingerprint,
    explain_query,
    run_query,
    schema_of,
)

LIMITS = QueryLimits(seconds=5)
pytestmark = pytest.mark.postgresql


@pytest.fixture
def shop(served):
    return served.find("shop")


def refused(shop, sql, limits=LIMITS):
    with pytest.raises(RowError) as error:
        run_query(shop, sql, limits)
    return error.value.reason


def test_values_come_with_their_types(shop):
    table = run_query(
        shop,
        "SELECT id, total, placed, NULL, true, 2::float8, 'ä', '\\x00ff'::bytea, ARRAY[1, NULL] "
        'FROM "order" ORDER BY 1',
    )
    assert table.rows[0] == (1, Decimal("10.00"), date(2024, 1, 2), None, True, 2.0, "ä", b"\x00\xff", [1, None])
    assert table.order_by == (0,)
    assert not table.truncated


def test_a_semicolon_and_a_comment_at_the_end_are_no_second_statement(shop):
    sql = "-- one\n(SELECT 1 AS n); -- two; three\n/* four */"
    assert run_query(shop, sql).rows == ((1,),)
    explain_query(shop, sql)


def test_rows_beyond_the_limit_are_left_out_and_that_is_said(shop):
    table = run_query(shop, "SELECT * FROM generate_series(1, 1000000) AS n", QueryLimits(max_rows=1000))
    assert (len(table.rows), table.truncated) == (1000, True)
    assert not run_query(shop, "SELECT * FROM generate_series(1, 1000)", QueryLimits(max_rows=1000)).truncated


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
        "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b WHERE a * b = 7",
    ],
)
def test_an_endless_query_ends_at_its_deadline(shop, sql):
    assert refused(shop, sql, QueryLimits(seconds=0.5)) == "out_of_time"
    assert run_query(shop, "SELECT 1").rows == ((1,),)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT \"pg_read_file\"('/etc/passwd')",
        "SELECT pg_catalog.pg_read_file('/etc/passwd')",
        "SELECT U&\"pg\\005fread_file\"('/etc/passwd')",
        "SELECT * FROM pg_ls_dir('.')",
        "SELECT pg_sleep(10)",
        "SELECT lo_import('/etc/passwd')",
        "SELECT query_to_xml('DROP TABLE customer', true, true, '')",
        "SELECT set_config('role', 'owner', true)",
        "SELECT rolpassword FROM pg_authid",
        "SELECT passwd FROM pg_catalog.pg_shadow",
        "SELECT 1; DROP TABLE customer",
        "SELECT 1 -- ;\n; DROP TABLE customer",
        "SELECT * INTO thief FROM customer",
        "WITH gone AS (DELETE FROM customer RETURNING *) SELECT * FROM gone",
        "SELECT * FROM customer FOR UPDATE",
        "COPY customer TO '/tmp/thief'",
        "COPY (SELECT 1) TO PROGRAM 'touch /tmp/thief'",
        "SET ROLE owner",
        "DO $$ BEGIN END $$",
        "CALL now()",
    ],
)
def test_what_is_more_than_a_query_is_refused(shop, sql):
    assert refused(shop, sql) == "refused_statement"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT nextval('counting')",
        "SELECT rolpassword FROM pg_authid, pg_sleep(60)",
        "SELECT 1; COMMIT; DROP TABLE customer",
    ],
)
def test_the_server_itself_holds_where_the_parser_were_to_miss_something(server, shop, sql):
    from dataflow_agent.operators.core.database._postgresql import PostgresqlSession

    with closing(PostgresqlSession(server, 0.3)) as session, pytest.raises(RowError), session.told():
        session.run(sql)
    assert len(run_query(shop, "SELECT * FROM customer").rows) == 3


def test_a_user_with_few_rights_sees_what_he_may(server):
    databases = Databases.of({"shop": server.replace("owner@", "reader:sesame@")}, workers=1)
    shop = databases.find("shop")
    assert run_query(shop, "SELECT count(*) FROM customer").rows == ((3,),)
    assert refused(shop, 'SELECT * FROM "order"') == "refused_statement"
    databases.close()


def test_the_schema_has_keys_comments_and_values(shop):
    schema = schema_of(shop)
    assert [table.quoted for table in schema.tables] == ['"past"."sale"', '"customer"', '"order"']
    customer, order = schema.table("customer"), schema.table("order")
    assert (customer.comment, customer.columns[2].comment) == ("who buys", "where")
    assert customer.columns[1].samples == ("'Ann'", "'Bob'", "'Cem'")
    assert order.primary_key == ("id",)
    assert [(key.columns, key.table, key.to_columns) for key in order.foreign_keys] == [
        (("customer_id",), "customer", ("id",))
    ]
    assert order.columns[2].type == "numeric(10,2)"


def test_an_explained_query_is_not_run(shop):
    explain_query(shop, "SELECT 1 / (id - id) FROM customer, generate_series(1, 1000000000)", QueryLimits(seconds=5))
    with pytest.raises(RowError, match="nope"):
        explain_query(shop, "SELECT nope FROM customer")


@pytest.mark.parametrize(
    "url", ["postgresql://me:sesame@/shop?host=/nowhere", "postgresql://me:sesame@127.0.0.1:1/shop"]
)
def test_a_server_that_is_not_there_fails_the_row_and_keeps_the_password(url):
    databases = Databases.of({"shop": url}, workers=1)
    with pytest.raises(RowError) as error:
        run_query(databases.find("shop"), "SELECT 1")
    assert error.value.reason == "database_unavailable"
    assert "sesame" not in str(error.value) + repr(databases.find("shop"))
    databases.close()


def test_the_fingerprint_is_that_of_the_schema_and_not_of_the_password(server):
    one = databases_fingerprint({"shop": server}, "databases")
    assert one == databases_fingerprint({"shop": server.replace("owner@", "owner:unused@")}, "databases")
    assert one != databases_fingerprint({"shop": server.replace("/shop", "/postgres")}, "databases")
