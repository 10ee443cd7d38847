"""Databases to ask: files made anew, and a PostgreSQL server of the tests' own."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from dataflow_agent.operators.core.database import Databases, sqlite_file

SHOP = """
CREATE TABLE customer (
  id INTEGER PRIMARY KEY, -- number of the customer
  name TEXT NOT NULL,
  city TEXT
);
CREATE TABLE "order" (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER REFERENCES customer (id),
  total REAL,
  placed DATE
);
INSERT INTO customer VALUES (1, 'Ann', 'Oslo'), (2, 'Bob', NULL), (3, 'Cem', '');
INSERT INTO "order" VALUES (1, 1, 10.0, '2024-01-02'), (2, 1, 2.5, '2024-02-03'), (3, 2, 10.0, NULL);
"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of databases: shop of SQLite, its like of DuckDB as stock, and files that are none."""
    import duckdb

    made = tmp_path_factory.mktemp("databases")
    (made / "shop.sqlite").write_bytes(sqlite_file(SHOP))
    with duckdb.connect(str(made / "stock.duckdb")) as opened:
        opened.execute(SHOP.replace("REAL", "DECIMAL(10, 2)"))
        opened.execute("COMMENT ON TABLE customer IS 'who buys'")
        opened.execute("COMMENT ON COLUMN customer.city IS 'where'")
    (made / "text.sqlite").write_text("no database at all, just words\n" * 50)
    (made / "cut.db").write_bytes(sqlite_file(SHOP)[:700])
    return made


@pytest.fixture(scope="session")
def databases(folder: Path) -> Iterator[Databases]:
    found = Databases.of({"databases": str(folder)}, workers=1)
    yield found
    found.close()


@pytest.fixture(scope="session")
def server(postgresql_programs: Path) -> Iterator[str]:
    """A PostgreSQL server behind a Unix socket; the URL of its database shop, in which a superuser logs in."""
    place = Path(tempfile.mkdtemp(prefix="pg"))  # the name of a socket may have no more than 107 characters
    user = _unprivileged()
    if user is not None:
        os.chown(place, user.pw_uid, user.pw_gid)

    def call(program: str, *arguments: str, said: str | None = None) -> None:
        command = [str(postgresql_programs / program), *arguments]
        who = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        done = subprocess.run(
            command, check=False, input=said, capture_output=True, text=True, cwd=place, timeout=60, **who
        )
        assert done.returncode == 0, done.stderr

    call("initdb", "-D", "data", "-U", "owner", "--no-sync", "-E", "UTF8", "--locale=C", "-A", "trust")
    options = f"-c listen_addresses='' -c unix_socket_directories={place} -c fsync=off -c shared_buffers=16MB"
    call("pg_ctl", "-D", "data", "-l", "log", "-o", options, "-w", "start")
    try:
        script = SHOP.replace("REAL", "NUMERIC(10, 2)") + (
            "COMMENT ON TABLE customer IS 'who buys'; COMMENT ON COLUMN customer.city IS 'where';"
            "CREATE SCHEMA past; CREATE TABLE past.sale (day date, PRIMARY KEY (day));"
            "CREATE SEQUENCE counting; CREATE ROLE reader LOGIN PASSWORD 'sesame'; GRANT SELECT ON customer TO reader;"
        )
        ask = ("psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(place), "-U", "owner", "-d")
        call(*ask, "postgres", said="CREATE DATABASE shop")
        call(*ask, "shop", said=script)
        yield f"postgresql://owner@/shop?host={place}"
    finally:
        call("pg_ctl", "-D", "data", "-m", "immediate", "stop")
        shutil.rmtree(place, ignore_errors=True)


def _unprivileged() -> "pwd.struct_passwd | None":
    """Who starts the server in place of the superuser, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


@pytest.fixture(scope="session")
def served(server: str) -> Iterator[Databases]:
    found = Databases.of({"shop": server}, workers=1)
    yield found
    found.close()
