"""Finds databases by name among the resources that a run binds."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from ..errors import DataFlowError, InvalidInput, RowError
from ..isolated import Isolated, SharedProcesses
from .contract import Database, Engine

TASK: Final = "dataflow_agent.operators.core.database._child:carry_out"
MEMORY_BYTES: Final = 2**30
START_S: Final = 10.0
"""Seconds for an order beside those of its query: to open the database, and to send back what was found."""
ENDINGS: Final = (".sqlite", ".db", ".sqlite3", ".duckdb")
URLS: Final = ("postgresql://", "postgres://", "postgresql+pg8000://")
_DESCRIPTIONS: Final = "database_description"
_UNFIT: Final = re.compile(r"[/\\:\x00-\x1f\x7f]|^\.|^\s|\s$|^$")
_LONGEST_NAME: Final = 200


class Databases:
    """The databases that a run binds; nothing is opened or started before it is asked.

    Args:
        bound: resources with the path or URL behind each.
        folder: the folder of databases, if one is bound.
        option: the name of the resource that the folder is bound to, for messages.
        processes: those that ask databases.
    """

    def __init__(self, bound: Mapping[str, str], folder: Path | None, option: str, processes: Isolated) -> None:
        self._bound, self._folder, self._option = dict(bound), folder, option
        self._processes = processes

    @property
    def workers(self) -> int:
        """Most processes that ask databases at a time."""
        return self._processes.workers

    @classmethod
    def of(
        cls,
        resources: Mapping[str, str],
        option: str = "databases",
        *,
        workers: int | None = None,
        shared: SharedProcesses | None = None,
    ) -> "Databases":
        """The databases among the resources of a run.

        Args:
            resources: names bound to paths or URLs.
            option: the resource that may be bound to a folder of databases; what the operator's option says.
            workers: most processes at a time; by default one for each core, at most four.
            shared: where all steps of a run have their processes, which end with the run; by default they are its own.

        Raises:
            InvalidInput: the resource is bound, and to no folder; or the extra `sql` is not installed.
        """
        require_sql()
        folder = Path(resources[option]) if option in resources else None
        if folder is not None and not folder.is_dir():
            message = f"the resource {option!r} must be a folder of databases; bind a single one by its own name"
            raise InvalidInput.of("missing_resource", message, got=option)
        bound = {name: place for name, place in resources.items() if name != option}
        pool = Isolated if shared is None else shared.of
        most = workers or min(4, os.cpu_count() or 1)
        return cls(bound, folder, option, pool(TASK, seconds=START_S, memory_bytes=MEMORY_BYTES, workers=most))

    def find(self, db_id: str) -> Database:
        """The database of that name: one bound by it, else one in the folder.

        Raises:
            RowError: `invalid_database_name`: it is a path or no name at all; `missing_database`: nothing is bound;
                `not_a_database`: the file that is bound is none.
        """
        if len(db_id) > _LONGEST_NAME or _UNFIT.search(db_id):
            raise RowError("invalid_database_name", f"{db_id[:80]!r} is no name of a database, which is never a path")
        place = self._bound.get(db_id) or self._in_folder(db_id)
        if place is None:
            raise RowError("missing_database", self._how_to_bind(db_id))
        engine = _engine(db_id, place)
        whole = _with_password(place) if engine == "postgresql" else os.path.abspath(place)
        return Database(db_id, engine, whole, self._processes)

    def names(self) -> list[str]:
        """The names of all databases that are bound, in their order."""
        return sorted({name for name, _ in self._places()})

    def fingerprints(self) -> dict[str, str]:
        """For each a hash of what decides its answers: the contents of a file; of a server its URL and its schema."""
        return {name: _fingerprint(name, place, self._processes) for name, place in sorted(self._places())}

    def close(self) -> None:
        """End the processes that ask, also for others who share them; a later question starts new ones."""
        self._processes.close()

    def _places(self) -> Iterator[tuple[str, str]]:
        yield from ((name, place) for name, place in self._bound.items() if _looks_like_one(place))
        for path in _files(self._folder):
            name = path.stem
            with suppress(RowError):  # what no row could name
                if name not in self._bound and self.find(name).place == os.path.abspath(path):
                    yield name, str(path)

    def _in_folder(self, db_id: str) -> str | None:
        if self._folder is None:
            return None
        beside = [self._folder / f"{db_id}{ending}" for ending in ENDINGS]
        inside = [self._folder / db_id / path.name for path in beside]
        found = next((path for path in (*beside, *inside) if path.is_file()), None)
        if found is not None and not found.resolve().is_relative_to(self._folder.resolve()):
            raise RowError("invalid_database_name", f"{db_id!r} leads out of the folder of databases")
        return None if found is None else str(found)

    def _how_to_bind(self, db_id: str) -> str:
        one = f"bind it with --resource {db_id}=PATH|URL"
        if self._folder is None:
            return (
                f"no database {db_id!r} is bound; {one}, or a folder of databases with --resource {self._option}=PATH"
            )
        return f"no database {db_id!r} is bound or in the folder {self._option!r}; put it there, or {one}"


def databases_fingerprint(resources: Mapping[str, str], option: str) -> dict[str, str]:
    """What `resource_fingerprints` of an operator returns that asks databases.

    Raises:
        InvalidInput: as `Databases.of`.
    """
    databases = Databases.of(resources, option, workers=1)
    try:
        found = databases.fingerprints()
    finally:
        databases.close()
    return {option: sha256(repr(sorted(found.items())).encode()).hexdigest()}


def require_sql() -> None:
    """See that what parses and asks is installed.

    Raises:
        InvalidInput: it is not.
    """
    if not has_sql():
        message = 'asking databases needs sqlglot, duckdb and pg8000: pip install "dataflow-agent[sql]"'
        raise InvalidInput.of("missing_library", message)


@lru_cache(maxsize=1)
def has_sql() -> bool:
    """Whether the extra `sql` is installed."""
    from importlib.util import find_spec

    return all(find_spec(name) is not None for name in ("sqlglot", "duckdb", "pg8000"))


def without_password(url: str) -> str:
    """A URL as it may be shown and hashed.

    >>> without_password("postgresql://me:secret@host:5432/shop")
    'postgresql://me@host:5432/shop'
    """
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    name = user.partition(":")[0]
    return urlunsplit((parts.scheme, f"{name}@{host}" if name else host, parts.path, "", ""))


def _with_password(place: str) -> str:
    """A URL without a password gets that of the environment, as other clients of PostgreSQL do it."""
    password = os.environ.get("PGPASSWORD")
    if password is None:
        return place
    parts = urlsplit(place)
    if parts.username is None or parts.password is not None:
        return place
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))


def _files(folder: Path | None) -> Iterator[Path]:
    if folder is None:
        return
    for path in sorted(folder.iterdir()):
        if path.suffix in ENDINGS and path.is_file():
            yield path
        elif path.is_dir():
            yield from (
                inner for inner in sorted(path.glob("*")) if inner.stem == path.name and inner.suffix in ENDINGS
            )


def _looks_like_one(place: str) -> bool:
    if place.startswith(URLS):
        return True
    path = Path(place)
    return path.is_file() and (path.suffix in ENDINGS or _engine_of_file(path) is not None)


def _engine(db_id: str, place: str) -> Engine:
    if place.startswith(URLS):
        return "postgresql"
    path = Path(place)
    if "://" in place or not path.is_file():
        what = "a URL that is not postgresql://" if "://" in place else "no file"
        raise RowError("missing_database", f"the resource {db_id!r} is bound to {what}")
    found = _engine_of_file(path)
    if found is None:
        raise RowError("not_a_database", f"the file bound to {db_id!r} is neither an SQLite nor a DuckDB database")
    return found


def _engine_of_file(path: Path) -> Engine | None:
    with suppress(OSError), path.open("rb") as stream:
        head = stream.read(16)
        if head.startswith(b"SQLite format 3\x00"):
            return "sqlite"
        if head[8:12] == b"DUCK":
            return "duckdb"
    return None


def _fingerprint(name: str, place: str, processes: Isolated) -> str:
    if not place.startswith(URLS):
        return _file_fingerprint(Path(place))
    from .querying import schema_of

    said = without_password(place)
    # A server that cannot be reached fails every row; what failed is asked again in any case.
    with suppress(DataFlowError):
        said += repr(schema_of(Database(name, "postgresql", _with_password(place), processes), samples=0))
    return sha256(said.encode()).hexdigest()


def _file_fingerprint(path: Path) -> str:
    logs = [path.with_name(path.name + ending) for ending in ("-wal", "-journal", ".wal")]
    described = sorted((path.parent / _DESCRIPTIONS).glob("*.csv"))
    seen = [one for one in (path, *logs, *described) if one.is_file()]
    return sha256("\n".join(f"{one.name} {_digest_of(one)}" for one in seen).encode()).hexdigest()


def _digest_of(path: Path) -> str:
    about = path.stat()
    return _digest(path, about.st_size, about.st_mtime_ns)


@lru_cache(maxsize=4096)
def _digest(path: Path, *_: int) -> str:
    """Large files are read once for all steps, as long as size and time of change are the same."""
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
