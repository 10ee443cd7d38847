"""Writes the lines of a PDF as Markdown: headings, paragraphs, lists, code, and tables in their places."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from ._pdf_lines import Line
from ._pdf_tables import Table
from ._pdf_words import HYPHEN
from .contract import PAGE_BREAK

_LARGER: Final = 1.12
"""How many times larger than the body a heading is written."""
_MOST_LEVELS: Final = 4
_LONGEST_HEADING: Final = 200
_MOST_BOLD_WORDS: Final = 14
_GAP: Final = 1.45
"""Distance of two lines, in those of the page, from which on a paragraph ends."""
_INDENT: Final = 0.8
"""Indentation of a first line, in heights of letters."""
_SHORT: Final = 0.85
"""Share of the width up to which a line that ends a sentence ends its paragraph."""
_BULLET: Final = re.compile(r"^(?:[•◦▪●○■□‣⁃∙·]|[-–—*])\s+(?=\S)")
_NUMBERED: Final = re.compile(r"^(?:\(?\d{1,3}[.)]|\(?[a-z][.)]|\[\d{1,3}\])\s+(?=\S)")
_SECTION: Final = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[A-Z]\.\d{1,2}|[IVX]{1,4}\.)\s+\w")
_ENDS: Final = (".", "!", "?", ":", "。", "！", "？", ";", '."', ".”", ".)")
_DIVIDED: Final = re.compile(r"([^\W\d_]{2,})[-\u2010]$")
_UNSPACED: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef\u3000-\u303f]$")
_COMPOUND: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")


@dataclass(frozen=True)
class Page:
    """What stands on a page: its lines in the order in which they are read, and its tables."""

    lines: Sequence[Line | Table]


@dataclass(frozen=True)
class _Block:
    """A part of a page as Markdown."""

    text: str
    is_prose: bool = False
    ends: bool = True
    begins: bool = True


class Writer:
    """Writes pages by what the whole document shows: how large its body is, and which words have hyphens."""

    def __init__(self, pages: Sequence[Page]) -> None:
        lines = [line for page in pages for line in page.lines if isinstance(line, Line)]
        sizes = Counter[float]()
        for line in lines:
            if not line.font.mono or len(lines) < 3:
                sizes[line.font.size] += len(line.text)
        self._body = sizes.most_common(1)[0][0] if sizes else 10.0
        larger = sorted((size for size in sizes if size >= _LARGER * self._body), reverse=True)
        self._levels = {size: min(at, _MOST_LEVELS - 1) + 1 for at, size in enumerate(_apart(larger))}
        inside = (found for line in lines for found in _COMPOUND.findall(line.text))
        self._compounds = {one.casefold() for one in inside}

    def title(self, page: Page) -> str | None:
        """The largest heading of a page."""
        headings = [line for line in page.lines if isinstance(line, Line) and self._size_level(line) == 1]
        text = " ".join(line.text for line in headings[:3])
        return text[:_LONGEST_HEADING] or None

    def text(self, pages: Sequence[Page]) -> str:
        """All pages; a paragraph that goes on over a page is divided by the sign of a new page alone."""
        done = ""
        before: _Block | None = None
        for number, page in enumerate(pages):
            blocks = [*self._blocks(page)]
            first = blocks[0] if blocks else None
            if number:
                done, divided = self._turned(done, before, first)
                blocks = blocks[1:] if divided else blocks
                before = first if divided else before
            done += ("\n\n" if blocks and done and not done.endswith(("\n\n", PAGE_BREAK)) else "") + "\n\n".join(
                block.text for block in blocks
            )
            before = blocks[-1] if blocks else before
        return done

    def _turned(self, done: str, before: _Block | None, first: _Block | None) -> tuple[str, bool]:
        """What is written so far with the sign of a new page, and whether its first block was added already."""
        goes_on = before is not None and first is not None and before.is_prose and first.is_prose
        if goes_on and before is not None and first is not None and not before.ends and not first.begins:
            joined, divided = self._joint(done, first.text)
            rest = first.text
            if divided:
                head, _, tail = rest.partition(" ")
                return f"{joined}{head}{PAGE_BREAK}{tail}", True
            return f"{done}{PAGE_BREAK}{rest}", True
        return f"{done}\n\n{PAGE_BREAK}" if done else PAGE_BREAK, False

    def _joint(self, before: str, after: str) -> tuple[str, bool]:
        """The text up to a word that the end of its line divides, without the hyphen if it has none of its own."""
        if before.endswith(HYPHEN):
            return before[:-1] + ("-" if self._keeps(before[:-1], after) else ""), True
        found = _DIVIDED.search(before)
        if found is None or not after[:1].islower():
            return before, False
        return before if self._keeps(before[:-1], after) else before[:-1], True

    def _keeps(self, before: str, after: str) -> bool:
        """Whether a word is written with a hyphen elsewhere too: "well-known"."""
        first = re.search(r"[^\W\d_]+(?:-[^\W\d_]+)*$", before)
        second = re.match(r"[^\W\d_]+", after)
        return bool(first and second and f"{first[0]}-{second[0]}".casefold() in self._compounds)

    def _blocks(self, page: Page) -> Iterator[_Block]:
        leading = _leading([line for line in page.lines if isinstance(line, Line)])
        run: list[Line] = []
        for line in page.lines:
            if isinstance(line, Table) or (run and not self._together(run, line, leading)):
                if run:
                    yield self._block(run)
                run = []
            if isinstance(line, Table):
                yield _Block(line.text)
            else:
                run.append(line)
        if run:
            yield self._block(run)

    def _together(self, run: Sequence[Line], line: Line, leading: float) -> bool:
        """Whether a line goes on with those before it."""
        before = run[-1]
        if before.font.mono != line.font.mono:
            return False
        step = before.bottom - line.bottom
        if line.font.mono:
            return -1 < step < 3 * leading
        if self._level(before) != self._level(line) or abs(before.font.size - line.font.size) > 0.15 * self._body:
            return False
        if self._level(line):
            return 0 < step < 2.2 * max(line.font.size, before.font.size)
        if _BULLET.match(line.text) or _NUMBERED.match(line.text):
            return False
        height = line.top - line.bottom
        if not -3 * leading < step < _GAP * leading and step > 0:
            return False
        if step <= 0:  # the next column
            return not before.text.endswith(_ENDS)
        is_listed = bool(_BULLET.match(run[0].text) or _NUMBERED.match(run[0].text))
        left = min(one.left for one in run[1:]) if len(run) > 1 else before.left
        if not is_listed and line.left > left + _INDENT * height:
            return False
        width = max(one.right for one in (*run, line)) - min(one.left for one in (*run, line))
        is_short = before.right - before.left < _SHORT * width and before.right < max(one.right for one in (*run, line))
        return not (is_short and before.text.endswith(_ENDS) and line.text[:1].isupper() and not is_listed)

    def _level(self, line: Line) -> int:
        """The level of a heading, 0 for what is none."""
        by_size = self._size_level(line)
        if by_size or line.font.mono:
            return by_size
        text = line.text
        is_short = len(line.words) <= _MOST_BOLD_WORDS and not text.endswith((".", ",", ";"))
        if line.font.bold and is_short and any(letter.isalpha() for letter in text):
            all_bold = all(word.font.bold for word in line.words)
            return min(len({*self._levels.values()}) + 1, _MOST_LEVELS) if all_bold else 0
        return 0

    def _size_level(self, line: Line) -> int:
        if line.font.mono or len(line.text) > _LONGEST_HEADING or not any(one.isalpha() for one in line.text):
            return 0
        near = [level for size, level in self._levels.items() if abs(size - line.font.size) <= 0.3]
        return near[0] if near and line.font.size >= _LARGER * self._body else 0

    def _block(self, run: Sequence[Line]) -> _Block:
        if run[0].font.mono:
            return _Block(_code(run))
        text = run[0].text
        for line in run[1:]:
            text = self._continued(text, line.text)
        level = self._level(run[0])
        if level:
            return _Block(f"{'#' * level} {_plain(text)}")
        bullet = _BULLET.match(text)
        if bullet:
            return _Block(f"- {_plain(text[bullet.end() :])}", ends=text.endswith(_ENDS))
        starts = text[:1].isupper() or not text[:1].isalpha()
        return _Block(_plain(text, keep=True), is_prose=True, ends=text.endswith(_ENDS), begins=starts)

    def _continued(self, text: str, line: str) -> str:
        joined, divided = self._joint(text, line)
        if divided:
            return joined + line
        is_unspaced = _UNSPACED.search(text) and re.match("[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]", line)
        return f"{text}{line}" if is_unspaced else f"{text} {line}"


def _plain(text: str, *, keep: bool = False) -> str:
    """A text without the marks of divided words; at its very end the mark may still be of use."""
    if keep and text.endswith(HYPHEN):
        return text[:-1].replace(HYPHEN, "") + HYPHEN
    return text.replace(HYPHEN, "-" if text.endswith(HYPHEN) else "")


def _code(run: Sequence[Line]) -> str:
    """Lines in letters of one width as a block of code, indented as they stand."""
    wide = [(word.right - word.left) / len(word.text) for line in run for word in line.words if word.text]
    letter = median(wide) if wide else 1.0
    left = min(line.left for line in run)
    leading = _leading(run)
    rows: list[str] = []
    for at, line in enumerate(run):
        empty = at and round((run[at - 1].bottom - line.bottom) / leading) - 1
        rows += [""] * min(max(int(empty or 0), 0), 2)
        row = " " * round((line.left - left) / letter) if letter else ""
        for word in line.words:
            place = round((word.left - left) / letter) if letter else len(row)
            row += " " * max(place - len(row), 1 if row.strip() else 0) + word.text.replace(HYPHEN, "-")
        rows.append(row)
    return "\n".join(["```", *rows, "```"])


def _leading(lines: Sequence[Line]) -> float:
    """The usual distance of two lines, in points."""
    steps = [one.bottom - other.bottom for one, other in pairwise(lines)]
    usual = [step for step, line in zip(steps, lines, strict=False) if 0 < step < 3 * (line.top - line.bottom)]
    return median(usual) if usual else 14.0


def _apart(sizes: Sequence[float]) -> list[float]:
    """Sizes that differ so much that they mean different levels."""
    kept: list[float] = []
    for size in sizes:
        if not kept or kept[-1] - size > 0.3:
            kept.append(size)
    return kept
