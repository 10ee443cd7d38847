"""Writes the sample databases that ship into a folder: `python tests/sample_databases pipelines/samples/databases`."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType

import bike_share
import bookshop
import clinic
from drawing import Draws

DATABASES = {"bike_share": bike_share, "bookshop": bookshop, "clinic": clinic}


def build(folder: Path) -> None:
    """Write each database anew; the same every time."""
    for seed, (name, made) in enumerate(DATABASES.items(), 20261123):
        path = folder / f"{name}.sqlite"
        path.unlink(missing_ok=True)
        _write(path, made, seed)


def _write(path: Path, made: ModuleType, seed: int) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA page_size = 1024")
        db.execute("PRAGMA foreign_keys = ON")
        db.executescript(made.DDL)
        for table, rows in made.tables(Draws(seed)).items():
            places = ", ".join("?" * len(rows[0]))
            db.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
        db.commit()
        db.execute("VACUUM")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
