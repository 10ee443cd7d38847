"""A database is found by its name, and by nothing that is a path."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from dataflow_agent.operators.core import InvalidInput, RowError
from dataflow_agent.operators.core.database import Databases, databases_fingerprint, sqlite_file
from dataflow_agent.operators.core.database.binding import without_password
from hypothesis import given
from hypothesis import strategies as st

EMPTY = sqlite_file("CREATE TABLE t (a)")


@pytest.fixture
def made(tmp_path):
    folder = tmp_path / "folder"
    for name in ("a.sqlite", "b.db", "c.sqlite3", "d/d.sqlite", "e/other.sqlite"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(EMPTY)
    (tmp_path / "outside.sqlite").write_bytes(EMPTY)
    return folder


def reason(databases, name):
    with pytest.raises(RowError) as error:
        databases.find(name)
    return error.value


def test_a_name_of_its_own_comes_before_the_folder(made, tmp_path):
    databases = Databases.of({"databases": str(made), "a": str(tmp_path / "outside.sqlite")})
    assert databases.find("a").place == str(tmp_path / "outside.sqlite")
    assert databases.find("b").place == str(made / "b.db")
    assert databases.find("d").place == str(made / "d" / "d.sqlite")
    assert databases.names() == ["a", "b", "c", "d"]


def test_a_database_that_is_not_there_says_how_to_bind_it(made):
    bare = reason(Databases.of({}), "shop")
    assert bare.reason == "missing_database"
    assert "--resource shop=PATH|URL" in bare.detail
    assert "--resource databases=PATH" in bare.detail
    assert reason(Databases.of({"mine": str(made)}, "mine"), "shop").reason == "missing_database"
    assert reason(Databases.of({"shop": "/nowhere/shop.db"}), "shop").reason == "missing_database"


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "d/d",
        "/etc/passwd",
        "..",
        ".",
        "",
        " a",
        "a\x00",
        "a\\b",
        "C:a",
        "a\n",
        "x" * 201,
        "d/../../outside",
    ],
)
def test_a_path_is_no_name(made, name):
    assert reason(Databases.of({"databases": str(made)}), name).reason == "invalid_database_name"


@given(st.text())
def test_no_name_leads_out_of_the_folder(name):
    databases = Databases.of({"databases": "."})
    with suppress(RowError):
        assert Path(databases.find(name).place).resolve().is_relative_to(Path.cwd())


def test_a_link_that_leads_out_of_the_folder_is_not_followed(made, tmp_path):
    (made / "link.sqlite").symlink_to(tmp_path / "outside.sqlite")
    (made / "inner.sqlite").symlink_to(made / "a.sqlite")
    databases = Databases.of({"databases": str(made)})
    assert reason(databases, "link").reason == "invalid_database_name"
    assert databases.find("inner").engine == "sqlite"
    assert databases.names() == ["a", "b", "c", "d", "inner"]


def test_a_folder_that_is_none_is_a_fault_of_the_binding(tmp_path):
    with pytest.raises(InvalidInput, match="folder"):
        Databases.of({"databases": str(tmp_path / "nowhere")})


def test_a_file_is_what_it_holds_whatever_its_ending(tmp_path):
    (tmp_path / "data.bin").write_bytes(EMPTY)
    (tmp_path / "empty.db").write_bytes(b"")
    (tmp_path / "list.txt").write_text("no database")
    bound = {name: str(tmp_path / name) for name in ("data.bin", "empty.db", "list.txt")}
    databases = Databases.of({"data": bound["data.bin"], "empty": bound["empty.db"], "words": bound["list.txt"]})
    assert databases.find("data").engine == "sqlite"
    assert reason(databases, "empty").reason == "not_a_database"
    assert reason(databases, "words").reason == "not_a_database"
    assert databases.names() == ["data", "empty"]


def test_other_servers_are_no_databases():
    assert reason(Databases.of({"shop": "mysql://me@host/shop"}), "shop").reason == "missing_database"


def test_the_fingerprint_changes_with_what_a_database_holds(made):
    one = databases_fingerprint({"databases": str(made)}, "databases")
    assert one == databases_fingerprint({"databases": str(made), "words": "/etc/hostname"}, "databases")
    (made / "a.sqlite").write_bytes(sqlite_file("CREATE TABLE t (b)"))
    os.utime(made / "a.sqlite", ns=(1, 1))
    assert one != databases_fingerprint({"databases": str(made)}, "databases")


def test_passwords_are_neither_shown_nor_hashed(monkeypatch):
    url = "postgresql://me:sesame@host:5432/shop?password=sesame"
    assert without_password(url) == "postgresql://me@host:5432/shop"
    shop = Databases.of({"shop": url}).find("shop")
    assert shop.engine == "postgresql"
    assert "sesame" not in repr(shop)


def test_a_url_without_a_password_takes_that_of_the_environment(monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "se/same")
    databases = Databases.of({"shop": "postgresql://me@host/shop", "own": "postgresql://me:own@host/shop"})
    assert databases.find("shop").place == "postgresql://me:se%2Fsame@host/shop"
    assert databases.find("own").place == "postgresql://me:own@host/shop"
