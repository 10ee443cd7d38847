"""Replies of models on disk, by what was asked: whoever asks the same again need not pay again."""

import logging
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from ..llm import Reply, Request
from ..settings import make_private_folder
from ..usage import Usage
from .wire import as_json

FILE = "replies.sqlite"
VERSION = 1
BUSY_S = 60.0
AT_ONCE = 500
"""Keys of one look-up."""
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_log = logging.getLogger(__name__)


def key_of(identity: str, request: Request) -> bytes:
    """The SHA-256 of everything that decides a reply: the model's identity, and all of the request."""
    from hashlib import sha256

    turns = [(turn.role, turn.text) for turn in request.turns]
    limits = (request.temperature, request.max_tokens, request.seed, request.sample)
    return sha256(as_json([identity, request.system, turns, request.prompt, request.reply_schema, *limits])).digest()


def replies_file(home: Path) -> Path:
    """Where the replies of a home lie: beside the folders of parts, which `runs clean` leaves and `--purge` removes."""
    return home / "cache" / FILE


class ReplyStore:
    """Replies in SQLite; several processes may use one file. An object is used by one thread at a time.

    A damaged file, or one of another version, is set aside under another name, with a warning.

    Args:
        path: the file; it is made for its owner only.

    Raises:
        sqlite3.Error: nothing can be kept there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = self._opened()

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Reply]:
        """The replies that are there for some keys; what they took is told as saved."""
        found: dict[bytes, Reply] = {}
        for start in range(0, len(keys), AT_ONCE):
            found.update(self._find(keys[start : start + AT_ONCE]))
        return found

    def keep(self, replies: Iterable[tuple[bytes, Reply]]) -> None:
        """Add replies; all of them are on disk when this returns, and the first of a key stays."""
        rows = [
            (
                key,
                reply.text,
                reply.finish_reason,
                reply.usage.prompt_tokens,
                reply.usage.completion_tokens,
                time.time(),
            )
            for key, reply in replies
        ]
        try:
            self._insert(rows)
        except sqlite3.DatabaseError as error:
            self._mend(error)
            self._insert(rows)

    def remove(self, keys: Sequence[bytes]) -> None:
        """Remove the replies for some keys; those that are not there are none."""
        try:
            self._delete(keys)
        except sqlite3.DatabaseError as error:
            self._mend(error)

    def size(self) -> tuple[int, int]:
        """How many replies there are, and the bytes of their files."""
        names = [self._path, *(self._path.with_name(self._path.name + end) for end in ("-wal", "-shm"))]
        count = self._db.execute("SELECT count(*) FROM replies").fetchone()[0]
        return count, sum(path.stat().st_size for path in names if path.exists())

    def clear(self, older_than_s: float = 0.0) -> int:
        """Remove the replies that are older than so many seconds; how many there were. The file gets smaller."""
        with self._db:
            removed = self._db.execute("DELETE FROM replies WHERE made <= ?", [time.time() - older_than_s]).rowcount
        if removed:
            self._db.execute("VACUUM")
        return removed

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _find(self, keys: Sequence[bytes]) -> dict[bytes, Reply]:
        marks = ",".join("?" * len(keys))
        query = (
            f"SELECT key, text, finish_reason, prompt_tokens + completion_tokens FROM replies WHERE key IN ({marks})"  # noqa: S608 - only question marks
        )
        try:
            rows = self._db.execute(query, keys).fetchall()
        except sqlite3.DatabaseError as error:
            self._mend(error)
            return {}
        return {key: Reply(text, ended, Usage(cached=1, saved_tokens=tokens)) for key, text, ended, tokens in rows}

    def _insert(self, rows: Sequence[tuple[object, ...]]) -> None:
        with self._db:
            self._db.executemany("INSERT OR IGNORE INTO replies VALUES (?, ?, ?, ?, ?, ?)", rows)

    def _delete(self, keys: Sequence[bytes]) -> None:
        with self._db:
            self._db.executemany("DELETE FROM replies WHERE key = ?", [(key,) for key in keys])

    def _opened(self) -> sqlite3.Connection:
        make_private_folder(self._path.parent)
        # SQLite gives its side files the mode of the main one.
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        db = self._connected()
        try:
            if self._made_ready(db):
                return db
            problem = "is of another version"
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in _DAMAGE:
                db.close()
                raise
            problem = "is damaged"
        db.close()
        self._set_aside(problem)
        return self._opened()

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=BUSY_S, check_same_thread=False)

    def _made_ready(self, db: sqlite3.Connection) -> bool:
        """Whether the file is, or has become, one of this version."""
        _use_wal(db)
        # A commit survives the death of the process; a loss of power may cost the last ones, never the file.
        db.execute("PRAGMA synchronous=NORMAL")
        if _version(db) != VERSION:
            with db:
                # Another process may be making it at this moment, so all that is asked of it is asked under its lock.
                db.execute("BEGIN IMMEDIATE")
                if _version(db) == 0 and not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    db.execute(
                        "CREATE TABLE replies (key BLOB PRIMARY KEY, text TEXT NOT NULL, finish_reason TEXT NOT NULL, "
                        "prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, made REAL NOT NULL)"
                    )
                    db.execute(f"PRAGMA user_version={VERSION}")
        if _version(db) != VERSION:
            return False
        db.execute("SELECT key FROM replies LIMIT 1").fetchone()
        return True

    def _mend(self, error: sqlite3.DatabaseError) -> None:
        """Go on with another file where this one is damaged.

        Raises:
            sqlite3.DatabaseError: something else is amiss.
        """
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGE:  # the module's own errors have no code
            raise error
        self._db.close()
        # Another process may have set it aside already: then what lies there now is whole.
        with suppress(sqlite3.DatabaseError):
            self._db = self._opened()
            if self._db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok":
                return
        self._db.close()
        self._set_aside("is damaged")
        self._db = self._opened()

    def _set_aside(self, problem: str) -> None:
        aside = self._path.with_name(f"{self._path.stem}.aside-{time.time_ns()}{self._path.suffix}")
        with suppress(FileNotFoundError):
            self._path.rename(aside)
        for end in ("-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)
        _log.warning("the kept replies in %s: the file %s and was set aside as %s", self._path, problem, aside.name)


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _use_wal(db: sqlite3.Connection) -> None:
    """Let readers and a writer work side by side; SQLite does not wait by itself while another process changes this."""
    for wait_s in (0.01, 0.05, 0.2, 0.5, 1.0, 2.0):
        try:
            db.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(wait_s)
        else:
            return
    db.execute("PRAGMA journal_mode=WAL").fetchone()
