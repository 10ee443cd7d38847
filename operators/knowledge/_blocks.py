"""Finds the blocks of a Markdown text that a chunker must know: headings, tables, code."""

import re
from dataclasses import dataclass, field
from functools import cached_property

from ._ruler import Place

_ANY = re.compile(r"[|#]|```|~~~|^(?: {4}|\t)|^ {0,3}(?:==|--)", re.MULTILINE)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FENCE = re.compile(r"[ \t]*(`{3,}(?=[^`]*$)|~{3,})")
_CLOSING_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t\r]*$")
_HEADING = re.compile(r" {0,3}(#{1,6})(?=[ \t\r]|$)")
_UNDERLINE = re.compile(r" {0,3}(={2,}|-{2,})[ \t\r]*$")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t\r]*$")
_INDENTED = re.compile(r" {4}|\t| {1,3}\t")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]")
_CODE = re.compile(
    r"[{};=\[\]\\$<]|\w\([^)\s]*\)[ \t\r]*$"
    r"|^\s*(?:def|class|for|while|if|else|import|from|return|function|var|let|const|public|private|SELECT|FROM)\b"
)


@dataclass(frozen=True)
class Heading:
    """A heading: where it begins, where what stands under it begins, its level from 1, and its words."""

    start: int
    end: int
    level: int
    title: str


@dataclass(frozen=True)
class Table:
    """A table: its head is the first row and the rule under it, its rows stand between `body` and `end`."""

    start: int
    head_end: int
    body: int
    end: int


@dataclass
class Blocks:
    """The headings and tables of a text, and the parts of it that are not cut: table rows and blocks of code."""

    headings: list[Heading] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    whole: list[Place] = field(default_factory=list)


def blocks_of(text: str) -> Blocks:
    """The blocks of a text, in time that grows with its length.

    Headings begin with # or are one line that is underlined, as Pandoc has it. Code stands between fences, or is
    indented after an empty line, outside lists, with signs of code in at least half of its lines; a fence that is never
    closed begins none. Rows are the lines of a table with a rule under its head, and lines between two bars.
    """
    reader = _Reader(text)
    if _ANY.search(text):
        reader.read()
    return reader.found


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.found = text, Blocks()
        self._unclosed = {"`": len(text), "~": len(text)}
        self._after_blank, self._in_list = True, False

    @cached_property
    def _lines(self) -> list[Place]:
        return [line.span() for line in _LINE.finditer(self.text)]

    def read(self) -> None:
        at = self._front_matter()
        while at < len(self._lines):
            line = self._line(at)
            if not line or line.isspace():
                self._after_blank = True
                at += 1
                continue
            after = self._block(at, line)
            self._after_blank = after > at + 1
            at = after

    def _line(self, at: int) -> str:
        start, end = self._lines[at]
        return self.text[start:end].rstrip("\r\n")

    def _block(self, at: int, line: str) -> int:
        """Take in the block that begins with a line; the number of the line after it."""
        if _INDENTED.match(line) and self._after_blank and not self._in_list:
            return self._indented(at)
        if self._after_blank and not _INDENTED.match(line):
            self._in_list = False
        if _ITEM.match(line):
            self._in_list = True
        head = line.lstrip()[0]
        if head in "`~" and (after := self._fenced(at, line)):
            return after
        if head == "#" and (found := _HEADING.match(line)):
            return self._heading(at, at + 1, len(found[1]), line[found.end() :])
        if "|" in line:
            return self._rows(at, line)
        return self._underlined(at, line)

    def _front_matter(self) -> int:
        if not self.text.startswith("---"):
            return 0
        ends = (at for at in range(1, min(len(self._lines), 100)) if self._line(at).rstrip() in ("---", "..."))
        return next(ends, -1) + 1

    def _fenced(self, at: int, line: str) -> int | None:
        """The line after a block of code between fences; none where no fence closes it."""
        opened = _FENCE.match(line)
        if opened is None or len(opened[1]) >= self._unclosed[opened[1][0]]:
            return None
        mark, size = opened[1][0], len(opened[1])
        for below in range(at + 1, len(self._lines)):
            start, end = self._lines[below]
            closed = (
                _CLOSING_FENCE.match(self.text[start:end].rstrip("\n")) if mark * 3 in self.text[start:end] else None
            )
            if closed and closed[1][0] == mark and len(closed[1]) >= size:
                self._keep_whole(at, below)
                return below + 1
        self._unclosed[mark] = size
        return None

    def _indented(self, at: int) -> int:
        last, below = at, at
        while below < len(self._lines) and (not (line := self._line(below)).strip() or _INDENTED.match(line)):
            last = below if line.strip() else last
            below += 1
        lines = [self._line(number) for number in range(at, last + 1)]
        filled = [line for line in lines if line.strip()]
        if 2 * sum(_CODE.search(line) is not None for line in filled) >= len(filled):
            self._keep_whole(at, last)
        else:
            for number, line in enumerate(lines, at):
                self._lone_row(number, line)
        return last + 1

    def _heading(self, at: int, after: int, level: int, words: str) -> int:
        title = words.strip()
        bare = title.rstrip("#")
        title = bare.rstrip() if not bare or bare[-1] in " \t" else title
        self.found.headings.append(Heading(self._lines[at][0], self._lines[after - 1][1], level, title))
        self._in_list = False
        return after

    def _underlined(self, at: int, line: str) -> int:
        under = _UNDERLINE.match(self._line(at + 1)) if self._after_blank and at + 1 < len(self._lines) else None
        if under is None or _ITEM.match(line) or _UNDERLINE.match(line):
            return at + 1
        return self._heading(at, at + 2, 1 if under[1][0] == "=" else 2, line.strip())

    def _rows(self, at: int, line: str) -> int:
        rule = self._line(at + 1) if at + 1 < len(self._lines) else ""
        if "|" not in rule or "-" not in rule or not _TABLE_RULE.match(rule):
            self._lone_row(at, line)
            return at + 1
        self._keep_whole(at, at + 1)
        below = at + 2
        while below < len(self._lines) and "|" in self._line(below):
            self._keep_whole(below, below)
            below += 1
        (_, head_end), (start, _) = self.found.whole[-(below - at - 1)], self._lines[at]
        body = self._lines[at + 2][0] if below > at + 2 else head_end
        self.found.tables.append(Table(start, head_end, body, self._lines[below - 1][1]))
        return below

    def _lone_row(self, at: int, line: str) -> None:
        bare = line.strip()
        if len(bare) > 1 and bare[0] == bare[-1] == "|":
            self._keep_whole(at, at)

    def _keep_whole(self, first: int, last: int) -> None:
        start, end = self._lines[first][0], self._lines[last][1]
        self.found.whole.append((start, start + len(self.text[start:end].rstrip())))
