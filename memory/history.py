"""What was asked, what was planned for it and how it ended: the truth behind the index, kept in SQLite."""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..operators.core import InvalidInput
from ._folder import private_folder
from .catalog import Entry, Past

FILE_NAME = "history.sqlite3"
MAX_CHARS = 10_000
"""Longest text kept of a request, outcome, verdict or run id; the rest is cut."""
MAX_WORKFLOW_CHARS = 1_000_000
MAX_ENTRIES = 1000
"""Most past workflows offered to retrieval: the newest."""
BUSY_S = 30.0
"""How long a writer waits for another one."""

COMPLETED = "completed"
"""The outcome of a run that did what was planned."""
REJECTED = "rejected"
"""The verdict that keeps a workflow out of retrieval."""

# One script for each version of the file; a new version is a new script at the end.
_MIGRATIONS = (
    """
    CREATE TABLE requests (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        request TEXT NOT NULL,
        workflow TEXT NOT NULL,
        outcome TEXT NOT NULL,
        verdict TEXT,
        run_id TEXT,
        at TEXT NOT NULL
    )
    """,
    "ALTER TABLE requests ADD COLUMN said TEXT NOT NULL DEFAULT '{}'",
)
_COLUMNS = "id, request, workflow, outcome, verdict, run_id, at, said"
_LISTS = ("answers", "wishes", "inputs")


@dataclass(frozen=True)
class Remembered:
    """One request and what came of it.

    Args:
        request: the words of the user, cut at `MAX_CHARS`.
        workflow: the workflow document that was planned.
        outcome: status of the run: `completed`, `failed`, `rejected`, `interrupted`, …
        verdict: what the user or the checks said of the result, if anything.
        run_id: the run that carried it out, if one did.
        when: ISO 8601 time.
        answers: what was said to the questions of its plan, in order.
        wishes: the words by which its plan was changed, in order.
        inputs: names of the files it was for.
        first_request: the request that its plan was made for first, where it was taken over by another.
    """

    id: int
    request: str
    workflow: dict[str, Any]
    outcome: str
    verdict: str | None
    run_id: str | None
    when: str
    answers: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    first_request: str | None = None


class History:
    """The requests of one user; safe for several processes and threads at once.

    Args:
        home: folder of this user's data; made with mode 0700. The file in it has mode 0600.

    Raises:
        InvalidInput: the folder or file cannot be used, or a newer release wrote it.
    """

    def __init__(self, home: Path) -> None:
        self._path = private_folder(home.absolute()) / FILE_NAME
        with self._named_errors():
            # Made before SQLite would make it, which asks the umask; its side files take the same mode.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            self._migrate()

    def remember(
        self,
        request: str,
        workflow: Mapping[str, Any],
        outcome: str,
        verdict: str | None = None,
        run_id: str | None = None,
        *,
        when: str,
        answers: Sequence[str] = (),
        wishes: Sequence[str] = (),
        inputs: Sequence[str] = (),
        first_request: str | None = None,
    ) -> int:
        """Keep one request; see `Remembered` for the fields.

        Returns:
            Its id; later ones are greater.

        Raises:
            InvalidInput: the workflow is no JSON, or larger than `MAX_WORKFLOW_CHARS`.
        """
        lists = zip(_LISTS, (answers, wishes, inputs), strict=True)
        kept = {name: [_text(one) for one in some] for name, some in lists}
        said = json.dumps({**kept, "first_request": _text(first_request)})
        row = (_text(request), _document(workflow), _text(outcome), _text(verdict), _text(run_id), _text(when), said)
        with self._connected() as database:
            added = database.execute(
                "INSERT INTO requests (request, workflow, outcome, verdict, run_id, at, said)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        return int(added.lastrowid or 0)

    def get(self, number: int) -> Remembered | None:
        """The request with this id, or None."""
        found = self._select("WHERE id = ?", number)
        return found[0] if found else None

    def recent(self, limit: int = 20) -> list[Remembered]:
        """The last requests, newest first."""
        return self._select("ORDER BY id DESC LIMIT ?", max(limit, 0))

    def workflow_entries(self) -> list[Entry]:
        """Past workflows for retrieval: those that completed and were not rejected, the newest for each request.

        Returns:
            At most `MAX_ENTRIES` entries of kind `workflow`, newest first, named `history-ID`.
        """
        good = self._select(
            "WHERE id IN (SELECT MAX(id) FROM requests WHERE outcome = ? AND verdict IS NOT ? AND trim(request) != ''"
            " GROUP BY lower(trim(request))) ORDER BY id DESC LIMIT ?",
            COMPLETED,
            REJECTED,
            MAX_ENTRIES,
        )
        return [_entry(past) for past in good]

    def _select(self, rest: str, *values: Any) -> list[Remembered]:
        with self._connected() as database:
            rows = database.execute(f"SELECT {_COLUMNS} FROM requests {rest}", values).fetchall()  # noqa: S608 - no data
        return [_remembered(row) for row in rows]

    def _migrate(self) -> None:
        newest = len(_MIGRATIONS)
        with closing(self._connect()) as database:
            with suppress(sqlite3.OperationalError):  # another process is at it; the next opening tries again
                database.execute("PRAGMA journal_mode = WAL")
            if _version(database) < newest:
                database.execute("BEGIN IMMEDIATE")
                for number in range(_version(database), newest):
                    database.execute(_MIGRATIONS[number])
                database.execute(f"PRAGMA user_version = {max(newest, _version(database))}")
                database.execute("COMMIT")
            if _version(database) > newest:
                raise InvalidInput.of(
                    "history_too_new",
                    f"the history {str(self._path)!r} has version {_version(database)}, this release reads up to "
                    f"{newest}; update the package, or name another folder in DATAFLOW_HOME",
                    got=_version(database),
                    allowed=newest,
                )

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        # A connection for each call: no thread or fork shares one, and opening takes a fraction of a millisecond.
        with self._named_errors(), closing(self._connect()) as database:
            yield database

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None)

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, OSError) as error:
            raise InvalidInput.of(
                "history_unusable",
                f"the history {str(self._path)!r} cannot be used ({error}); "
                "move the file away to begin a new one, or name another folder in DATAFLOW_HOME",
                got=str(self._path),
            ) from error


def _remembered(row: tuple[Any, ...]) -> Remembered:
    number, request, workflow, outcome, verdict, run_id, when, said = row
    kept = json.loads(said)
    answers, wishes, inputs = (tuple(kept.get(name, ())) for name in _LISTS)
    first = kept.get("first_request")
    document = json.loads(workflow)
    return Remembered(
        number, request, document, outcome, verdict, run_id, when, answers, wishes, inputs, first_request=first
    )


def _entry(past: Remembered) -> Entry:
    first = past.first_request or past.request
    what = Past(past.id, past.when, past.workflow, first, past.answers, past.wishes, past.inputs)
    details = [*past.inputs, *([first] if first != past.request else [])]
    return Entry(f"history-{past.id}", "workflow", past.request, details=" ".join(details), past=what)


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _text(value: str | None) -> str | None:
    """Cut, and free of halves of surrogate pairs, which SQLite refuses."""
    return None if value is None else value[:MAX_CHARS].encode("utf-8", "replace").decode()


def _document(workflow: Mapping[str, Any]) -> str:
    try:
        document = json.dumps(dict(workflow), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidInput.of("workflow_not_json", f"the workflow cannot be written as JSON: {error}") from error
    if len(document) > MAX_WORKFLOW_CHARS:
        raise InvalidInput.of(
            "workflow_too_large",
            f"the workflow has {len(document):,} characters of JSON; at most {MAX_WORKFLOW_CHARS:,} are remembered",
            got=len(document),
            allowed=MAX_WORKFLOW_CHARS,
        )
    return document
