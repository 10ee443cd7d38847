"""Makes small databases for examples and tests."""

import sqlite3
from contextlib import closing


def sqlite_file(script: str) -> bytes:
    """The bytes of an SQLite file after a script of SQL that is ours; for `Example(files={"shop": …})`.

    >>> sqlite_file("CREATE TABLE t (a)")[:15]
    b'SQLite format 3'
    """
    with closing(sqlite3.connect(":memory:")) as made:
        made.executescript(script)
        return made.serialize()
