"""JSON: an array of objects, or one object; the file is loaded whole, its elements are read block by block."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import Fault, InvalidInput
from .blocks import Block, Parsed, block_digest
from .jsonl import BOM, parse_documents
from .sources import Source, empty

_BYTES = "surrogateescape"
"""Broken UTF-8 passes through the text in which elements are found, and is refused with its element."""
_SPACE = re.compile(r"[ \t\r\n]*")


def faults(source: Source) -> list[Fault]:
    """What is wrong with the file before its rows are read."""
    with source.bytes() as stream:
        return [] if stream.read(1) else [empty(source.content)]


def blocks(source: Source, index: int, *, max_rows: int, max_bytes: int) -> Iterator[Block]:
    """The blocks of a file; the position of a row is that of its element in the array, from 1.

    Args:
        source: the file.
        index: its place in the dataset.
        max_rows: most elements of a block.
        max_bytes: most bytes of a block; a longer element is a block of its own.

    Raises:
        InvalidInput: the file is not one JSON document that holds rows.
    """
    with source.bytes() as stream:
        text = stream.read().removeprefix(BOM).decode("utf-8", _BYTES)
    first, size, elements = 1, 0, list[bytes]()
    for start, end in _spans(source, text):
        element = text[start:end].encode("utf-8", _BYTES)
        if elements and (len(elements) == max_rows or size + len(element) > max_bytes):
            yield _block(source, index, first, elements)
            first, size, elements = first + len(elements), 0, []
        elements.append(element)
        size += len(element)
    yield _block(source, index, first, elements)


def _block(source: Source, index: int, first: int, elements: list[bytes]) -> Block:
    digest = block_digest("json", index, first, (element + b"\n" for element in elements))
    return JsonArrayBlock(index, first, digest, source.name, tuple(elements))


@dataclass(frozen=True)
class JsonArrayBlock(Block):
    """Elements of a JSON array, each the text of one document."""

    file: str
    elements: tuple[bytes, ...]

    def parse(self) -> Parsed:
        """Read the block; see `Block.parse`."""
        return parse_documents(self.source, self.first, self.file, list(self.elements))


def _spans(source: Source, text: str) -> list[tuple[int, int]]:
    """Start and end of each element; all are found before any is read, so a broken file gives no rows at all."""
    try:
        return _Scanner(text).spans()
    except json.JSONDecodeError as error:
        raise InvalidInput.of(
            "invalid_json",
            f"{source.name}: not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}; "
            "a file with one object a line ends in .jsonl",
            got=source.name,
        ) from error
    except RecursionError as error:
        raise InvalidInput.of(
            "invalid_json", f"{source.name}: values are nested too deeply to be read; flatten them", got=source.name
        ) from error


class _Scanner:
    """Finds the elements of a top-level array without keeping their values."""

    def __init__(self, text: str) -> None:
        self._text = text
        # Numbers stay text here: an integer of any length passes, and is judged with its element.
        self._decoder = json.JSONDecoder(parse_int=str, parse_float=str)

    def spans(self) -> list[tuple[int, int]]:
        start = self._space(0)
        opening = self._text[start : start + 1]
        if opening == "[":
            spans, end = self._elements(start + 1)
        elif opening == "{":
            end = self._value(start)
            spans = [(start, end)]
        else:
            raise json.JSONDecodeError("expected an array of objects, or one object", self._text, start)
        rest = self._space(end)
        if rest != len(self._text):
            raise json.JSONDecodeError("more text after the end", self._text, rest)
        return spans

    def _elements(self, start: int) -> tuple[list[tuple[int, int]], int]:
        spans = list[tuple[int, int]]()
        start = self._space(start)
        if self._text[start : start + 1] == "]":
            return spans, start + 1
        while True:
            end = self._value(start)
            spans.append((start, end))
            mark = self._space(end)
            sign = self._text[mark : mark + 1]
            if sign == "]":
                return spans, mark + 1
            if sign != ",":
                raise json.JSONDecodeError("expected , or ] after an element", self._text, mark)
            start = self._space(mark + 1)

    def _value(self, start: int) -> int:
        value: tuple[Any, int] = self._decoder.raw_decode(self._text, start)
        return value[1]

    def _space(self, start: int) -> int:
        found = _SPACE.match(self._text, start)
        return found.end() if found else start
