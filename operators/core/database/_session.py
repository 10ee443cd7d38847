"""What a connection to a database of any engine can do; lives in a process of its own."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from ..errors import RowError

PER_FETCH = 256
"""Rows that are fetched at a time, so that the limits are looked at in between."""
MOST_SAMPLED = 200
"""Rows from which sample values are taken."""
SAMPLE_CHARACTERS = 60
"""Most characters of a sample value."""


class Session(ABC):
    """A connection that reads and cannot write, open for one order.

    Args:
        place: path or URL.
        seconds: most seconds for what is asked, by the clock.
    """

    def __init__(self, place: str, seconds: float) -> None:
        self.place, self.seconds = place, seconds
        self.ends_at = time.monotonic() + seconds

    @abstractmethod
    def run(self, sql: str) -> tuple[list[str], Iterator[Sequence[Sequence[Any]]]]:
        """The names of the columns, and the rows, some at a time."""

    @abstractmethod
    def explain(self, sql: str) -> None:
        """Plan a query without running it."""

    @abstractmethod
    def tables(self) -> list[dict[str, Any]]:
        """Tables and views with their columns, keys and comments, in the order of their names; without samples."""

    @abstractmethod
    def told(self) -> AbstractContextManager[None]:
        """Turns the errors of the engine into a `RowError` that says what they mean."""

    @abstractmethod
    def close(self) -> None:
        """End the connection."""

    def too_late(self) -> RowError:
        """The error for a query that was interrupted."""
        return RowError("out_of_time", f"it took longer than {self.seconds:g} seconds")


def table_named(name: str, columns: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A table as a session describes it."""
    return {
        "name": name,
        "columns": columns,
        "primary_key": [],
        "foreign_keys": [],
        "comment": None,
        "namespace": None,
        "is_view": False,
        **more,
    }


def column_named(name: str, kind: str, comment: str | None = None) -> dict[str, Any]:
    """A column as a session describes it."""
    return {"name": name, "type": kind, "comment": comment, "samples": []}
