"""URLs as places of data, by way of fsspec; what leaves this machine must be allowed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import has_magic
from itertools import takewhile
from os import PathLike
from typing import Any, BinaryIO, cast
from urllib.request import url2pathname

from ..errors import Fault, InvalidInput
from .sources import unreadable

_URL = re.compile(r"(?:[A-Za-z][\w+.-]*::)*([A-Za-z][\w+.-]+)://")
_SECRET = re.compile(r"(?<=://)[^/@]*@")
_FILE = ("file://localhost/", "file:///", "local:///")
_WITHIN = frozenset({"memory"})
"""Protocols that stay in this process."""
WEB = frozenset({"http", "https"})
"""Protocols under which a name is one file, and nothing can be written."""


def is_url(given: str | PathLike[str]) -> bool:
    """Whether a place is given as a URL; only a text can be.

    >>> is_url("s3://bucket/a.jsonl"), is_url("C:/a.jsonl"), is_url("a.jsonl")
    (True, False, False)
    """
    return isinstance(given, str) and _URL.match(given) is not None


def as_local(given: str | PathLike[str]) -> str | PathLike[str]:
    """A URL of a local file as its path, percent signs decoded; anything else as it is.

    >>> as_local("file:///data/a%20b.jsonl")
    '/data/a b.jsonl'
    """
    if isinstance(given, str):
        for beginning in _FILE:
            if given.lower().startswith(beginning):
                return url2pathname(given[len(beginning) - 1 :])
    return given


def shown(url: str) -> str:
    """A URL without what may be secret in it: a user before the host, and a query of the web.

    >>> shown("https://me:key@host/a.jsonl?signature=0")
    'https://host/a.jsonl'
    """
    plain = _SECRET.sub("", url)
    return plain.partition("?")[0] if _protocols(url) & WEB else plain


def _protocols(url: str) -> set[str]:
    return {link.partition("://")[0].lower() for link in url.split("::")}


@dataclass(frozen=True)
class Store:
    """A place in a file system of fsspec: the URL that was given, and a path in it."""

    url: str
    path: str

    @classmethod
    def at(cls, url: str, *, allow_network: bool) -> "Store":
        """The place that a URL names; nothing is asked of it.

        Raises:
            InvalidInput: the URL leaves this machine and must not, or there is nothing that opens it.
        """
        if not allow_network and not _protocols(url) <= _WITHIN:
            raise InvalidInput.of(
                "network_not_allowed",
                f"{shown(url)}: this leads out of this machine, which nothing may do by itself; "
                "allow it with --allow-network, or name a local file",
                got=shown(url),
            )
        return cls(url, str(_opened(url)[1]))

    def __str__(self) -> str:
        return shown(self.url)

    @property
    def files(self) -> Any:
        """The file system; fsspec keeps one for each place and its options."""
        return _opened(self.url)[0]

    @property
    def is_web(self) -> bool:
        """Whether the URL is one of the web."""
        return bool(_protocols(self.url) & WEB)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While the store is asked something.

        Raises:
            InvalidInput: in place of an error of the store.
        """
        try:
            yield
        except OSError as error:
            raise InvalidInput([unreadable(self, error)]) from error


@dataclass(frozen=True)
class RemoteFile:
    """One file of a store."""

    store: Store
    path: str

    def __str__(self) -> str:
        return str(self.store) if self.path == self.store.path else f"{self.path} of {self.store}"

    @property
    def name(self) -> str:
        """The base name."""
        return self.path.partition("?")[0].rpartition("/")[2] if self.store.is_web else self.path.rpartition("/")[2]

    def open(self) -> BinaryIO:
        """The bytes from the first on."""
        return cast(BinaryIO, self.store.files.open(self.path, "rb"))

    def state(self) -> object:
        """All that the store tells of the file: size, time, checksum."""
        files = self.store.files
        files.invalidate_cache()
        return repr(sorted(files.info(self.path).items()))

    def for_arrow(self) -> BinaryIO:
        """The open file."""
        return self.open()


def files_at(store: Store) -> list[RemoteFile]:
    """The files that a URL stands for: one, those of a folder and its folders, or those that match a pattern.

    Raises:
        InvalidInput: there is none, or the store cannot be asked.
    """
    with store.asking():
        if store.is_web or store.files.isfile(store.path):
            return [RemoteFile(store, store.path)]
        fixed = list(takewhile(lambda part: not has_magic(part), store.path.rstrip("/").split("/")))
        found = store.files.glob(store.path) if has_magic(store.path) else store.files.find(store.path)
        paths = sorted((path for path in found if store.files.isfile(path)), key=lambda path: path.split("/"))
    kept = [path for path in paths if not any(part.startswith(".") for part in path.split("/")[len(fixed) :])]
    if not kept:
        fault = Fault(code="missing_file", message=f"{store}: there is no such file; check the URL", got=str(store))
        raise InvalidInput([fault])
    return [RemoteFile(store, path) for path in kept]


def _opened(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise InvalidInput.of(
            "missing_library",
            f'{shown(url)}: URLs need a library that is not installed; pip install "dataflow-agent[remote]"',
            got=shown(url),
        ) from error
    try:
        files, path = url_to_fs(url)
    except ImportError as error:
        message = f"{shown(url)}: this kind of URL needs another library ({error})"
        raise InvalidInput.of("missing_library", message, got=shown(url)) from error
    except ValueError as error:
        message = f"{shown(url)}: this is no URL that can be opened ({error}); check how it begins"
        raise InvalidInput.of("unknown_protocol", message, got=shown(url)) from error
    return files, str(path)
