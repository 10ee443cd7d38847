"""Opens packed documents without unpacking more than they may hold."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Final

from ..errors import RowError
from .contract import Limits

MOST_MEMBERS: Final = 20_000
MOST_RATIO: Final = 100
"""Most bytes that one byte of a large member may stand for; the dullest of true workbooks reach some twenty."""
LARGE: Final = 10 * 2**20
"""Bytes of a member, unpacked, from which on the ratio counts; small pictures of one colour reach any."""
_PIECE: Final = 2**16


@contextmanager
def unpacked(data: bytes, limits: Limits) -> Iterator["Archive"]:
    """The members of a packed document, for reading.

    Raises:
        RowError: `unreadable_document`: it is damaged; `encrypted`: a member needs a password; `too_large`: it holds
            more than it may. What it says of its sizes is not believed: members are counted while they are read.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            members = packed.infolist()
            if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > limits.max_expanded_bytes:
                raise _too_large(limits)
            if any(one.file_size > max(LARGE, MOST_RATIO * one.compress_size) for one in members):
                raise RowError("too_large", f"a part of it unpacks to more than {MOST_RATIO} times its size")
            yield Archive(packed, limits)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise RowError("unreadable_document", f"the packed file is damaged: {error}") from error


class Archive:
    """The members of one packed document; together they give so many bytes at most.

    Args:
        packed: the archive.
        limits: how much may be read of all members.
    """

    def __init__(self, packed: zipfile.ZipFile, limits: Limits) -> None:
        self._packed, self._limits, self._left = packed, limits, limits.max_expanded_bytes
        self.names = frozenset(packed.namelist())

    def read(self, name: str) -> bytes:
        """The content of a member.

        Raises:
            RowError: there is none of this name, it needs a password, or too much was read.
        """
        if name not in self.names:
            raise RowError("unreadable_document", f"the packed file lacks {name[:100]!r}")
        if self._packed.getinfo(name).flag_bits & 1:
            raise RowError("encrypted", "the document is encrypted; save it without a password")
        pieces = list[bytes]()
        with self._packed.open(name) as member:
            while piece := member.read(_PIECE):
                self._left -= len(piece)
                if self._left < 0:
                    raise _too_large(self._limits)
                pieces.append(piece)
        return b"".join(pieces)

    def refuse_bombs(self) -> None:
        """Read every member once, so that libraries which open the file by themselves meet no more than it may hold.

        Raises:
            RowError: as `read`.
        """
        for name in sorted(self.names):
            if not name.endswith("/"):
                self.read(name)


def _too_large(limits: Limits) -> RowError:
    return RowError("too_large", f"unpacked it holds more than {limits.max_expanded_bytes / 2**20:g} MB")
