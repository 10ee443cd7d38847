"""What is given as an input, as the files that it stands for: a file, a folder, a pattern, standard input or a URL."""

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from os import PathLike
from pathlib import Path

from ..errors import Fault, InvalidInput
from .documents import MEDIA_TYPES, Documents, media_type_of
from .remote import Store, as_local, files_at, is_url
from .sources import ENDINGS, LocalFile, ReadAs, Source, find, format_of, unknown_ending, unreadable
from .standard_input import LABEL, STANDARD_INPUT, spool_stdin

_NAMED = 5
"""Most files that a warning names."""
_ACCOMPANYING = frozenset({"readme", "license", "licence", "notice", "changelog", "citation"})


@dataclass
class Found:
    """The files that one input stands for, in order, what is wrong with it, and what of it is left out."""

    sources: list[Source] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def find_all(
    given: str | PathLike[str], *, spool: Path | None, allow_network: bool, read_as: ReadAs | None = None
) -> Found:
    """The files that an input stands for.

    Args:
        given: see `Dataset.open`.
        spool: a folder in which standard input is kept, or None where it cannot be.
        allow_network: URLs may lead out of this machine.
        read_as: what of a folder is meant, where it holds both documents and tables.
    """
    try:
        if given == STANDARD_INPUT:
            return _standard_input(spool)
        given = as_local(given)
        if is_url(given):
            return _remote(Store.at(str(given), allow_network=allow_network))
    except InvalidInput as error:
        return Found(faults=list(error.faults))
    return _on_this_machine(given, read_as)


def _on_this_machine(given: str | PathLike[str], read_as: ReadAs | None) -> Found:
    if os.path.isdir(given):
        folder = Path(given)
        return _local(given, _below(folder, _Border(folder)), folder, read_as)
    if glob.has_magic(os.fspath(given)) and not os.path.lexists(given):
        return _matching(os.fspath(given), read_as)
    if media_type_of(given) is not None and os.path.isfile(given) and read_as != "table":
        file = Path(given)
        return Found([Source(Documents(file.parent, (file,), os.fspath(given)), "documents")])
    found = find(given)
    return Found(faults=[found]) if isinstance(found, Fault) else Found([found])


def would_find(given: str | PathLike[str], path: Path) -> bool:
    """Whether a folder or a pattern would stand for a data file at `path` too, were it there."""
    given = as_local(given)
    if given == STANDARD_INPUT or is_url(given):
        return False
    if os.path.isdir(given):
        folder, real = os.path.realpath(given), os.path.realpath(path)
        below = os.path.relpath(real, folder).split(os.sep)
        return not any(part.startswith(".") for part in below)  # hidden, or by way of .. outside
    pattern = Path(given).absolute()
    return glob.has_magic(str(given)) and not os.path.lexists(given) and _matches(path.parts, pattern.parts)


def _matches(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    if not parts or not pattern:
        return not parts and set(pattern) <= {"**"}
    hidden = parts[0].startswith(".") and not pattern[0].startswith(".")
    if pattern[0] == "**":
        return _matches(parts, pattern[1:]) or (not hidden and _matches(parts[1:], pattern))
    return not hidden and fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])


def _standard_input(spool: Path | None) -> Found:
    if spool is None:
        message = "standard input can be read only once; write it to a file, and name that"
        raise InvalidInput.of("standard_input", message, got=STANDARD_INPUT)
    return Found([Source(LocalFile(spool_stdin(spool), LABEL), "jsonl")])


def _remote(store: Store) -> Found:
    files, found = files_at(store), Found()
    for file in files:
        kind = format_of(file.name)
        if kind is not None:
            found.sources.append(Source(file, *kind))
    if not found.sources:
        found.faults.append(unknown_ending(files[0].name) if len(files) == 1 else _no_data(str(store)))
    elif len(found.sources) < len(files):
        left = [file.name for file in files if format_of(file.name) is None]
        found.warnings.append(_left_out(str(store), "they hold no rows", left))
    return found


class _Border:
    """Which paths lie in a folder once their links are followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._real = os.path.realpath(folder)

    def holds(self, path: Path) -> bool:
        real = os.path.realpath(path)
        return real == self._real or real.startswith(self._real.rstrip(os.sep) + os.sep)

    def fault(self, path: Path) -> Fault:
        return Fault(
            code="link_out",
            message=f"{path}: is a link out of {self._folder}, to {os.path.realpath(path)}, and is not followed; "
            "remove it, or name the file itself as an input",
            got=str(path),
        )


def _below(folder: Path, border: _Border) -> Iterator[Path | Fault]:
    """The files of a folder and of the folders in it, each folder once, hidden ones not; by name at each level."""
    waiting, entered = [folder], set[str]()
    while waiting:
        path = waiting.pop()
        if not border.holds(path):
            yield border.fault(path)
        elif not path.is_dir():
            yield path
        elif (real := os.path.realpath(path)) not in entered:
            entered.add(real)
            try:
                names = sorted(os.listdir(path), reverse=True)
            except OSError as error:
                yield unreadable(path, error)
            else:
                waiting += [path / name for name in names if not name.startswith(".")]


def _matching(pattern: str, read_as: ReadAs | None) -> Found:
    fixed = Path(*_until_magic(Path(pattern)))
    border = _Border(fixed)
    paths = sorted((Path(name) for name in glob.glob(pattern, recursive=True)), key=lambda path: path.parts)
    files = [path for path in paths if not path.is_dir()]
    if not files:
        message = f"{pattern}: no file matches this pattern; check it, and quote it"
        return Found(faults=[Fault(code="missing_file", message=message, got=pattern)])
    return _local(pattern, (path if border.holds(path) else border.fault(path) for path in files), fixed, read_as)


def _until_magic(path: Path) -> Iterator[str]:
    for part in path.parts:
        if glob.has_magic(part):
            return
        yield part


def _local(given: str | PathLike[str], entries: Iterable[Path | Fault], root: Path, read_as: ReadAs | None) -> Found:
    """Of many files those that hold data, each once, also where links name it twice."""
    found, unknown, read = Found(), list[str](), set[str]()
    documents, tables = list[Path](), list[Path]()
    for entry in entries:
        if isinstance(entry, Fault):
            found.faults.append(entry)
        elif format_of(entry) is None and media_type_of(entry) is None:
            unknown.append(entry.name)
        elif (real := os.path.realpath(entry)) not in read:
            read.add(real)
            (tables if media_type_of(entry) is None else documents).append(entry)
    if tables and read_as is None:
        unknown += [path.name for path in documents if _accompanies(path)]
        documents = [path for path in documents if not _accompanies(path)]
    if documents and tables and read_as is None:
        found.faults.append(_mixed(os.fspath(given), documents[0].name, tables[0].name))
        return found
    left = {"documents": tables, "table": documents}.get(read_as or "", [])
    if read_as == "table" or not documents:
        empty = _add_tables(found, tables)
    else:
        found.sources.append(Source(Documents(root, tuple(documents), os.fspath(given)), "documents"))
        empty = []
    if not found.sources and not found.faults:
        found.faults.append(_no_data(os.fspath(given)))
    for reason, names in (
        ("they hold no rows", unknown),
        ("they are empty", empty),
        (f"what is read is {'tables' if read_as == 'table' else 'documents'}", [path.name for path in left]),
    ):
        if names:
            found.warnings.append(_left_out(os.fspath(given), reason, names))
    return found


def _accompanies(path: Path) -> bool:
    """Whether a document only tells of the data that it lies beside: `README.md`, `LICENSE.txt`."""
    return path.stem.lower() in _ACCOMPANYING


def _add_tables(found: Found, tables: Iterable[Path]) -> list[str]:
    """Add the tables that hold something; the names of the others."""
    empty = list[str]()
    for path in tables:
        source = find(path)
        if isinstance(source, Source):
            found.sources.append(source)
        elif source.code == "empty_file":
            empty.append(path.name)
        else:
            found.faults.append(source)
    return empty


def _mixed(given: str, document: str, table: str) -> Fault:
    return Fault(
        code="mixed_inputs",
        message=f"{given}: holds documents, such as {document}, and tables, such as {table}; "
        "say which are meant with --as documents or --as table",
        got=given,
        allowed=["documents", "table"],
    )


def _no_data(given: str) -> Fault:
    return Fault(
        code="no_data_files",
        message=f"{given}: no file in it holds rows; the endings that are read are {', '.join(ENDINGS)}, and of "
        f"documents {', '.join(MEDIA_TYPES)}",
        got=given,
        allowed=[*ENDINGS, *MEDIA_TYPES],
    )


def _left_out(given: str, reason: str, names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{given}: files are left out, since {reason}: {', '.join(names[:_NAMED])}{more}"
