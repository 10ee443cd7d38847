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
_MUCH_LARGER: Final = 1.6
"""The same where sizes mean little, as in a scanned page that was recognised."""
_LEAST_SET: Final = 0.4
"""Share of the letters near the size of the body where sizes mean something."""
_SMALLER: Final = 0.95
"""Letters that much smaller than the body are those of a figure or a note, bold or not."""
_MOST_LEVELS: Final = 4
_DEEPEST: Final = 6
_WIDEST: Final = 20
"""Gap within a line of code, in sizes of its letters, at most."""
_LONGEST_WORD: Final = 80
_SHORTEST_HALF: Final = 4
"""Letters of the halves of a divided word, which keeps its hyphen since each of them is a word."""
_LONGEST_HEADING: Final = 200
_MOST_BOLD_WORDS: Final = 14
_GAP: Final = 1.45
"""Distance of two lines, in those of the page, from which on a paragraph ends."""
_ROW_GAP: Final = 2.2
"""The same for the rows of a table without ruling lines."""
_INDENT: Final = 0.8
"""Indentation of a first line, in heights of letters."""
_SHORT: Final = 0.85
"""Share of the width up to which a line that ends a sentence ends its paragraph."""
_BULLET: Final = re.compile(r"^(?:[•◦▪●○■□‣⁃∙·]|[-–—*])\s+(?=\S)")
_NUMBERED: Final = re.compile(r"^(?:(?:\(?\d{1,3}[.)]|\(?[a-z][.)]|\[\d{1,3}\])\s+|\d{1,3}\s?[．、]\s*)(?=\S)")
_SECTION: Final = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[A-Z]\.\d{1,2}|[IVX]{1,4}\.)\s+\w")
_ENDS: Final = (".", "!", "?", ":", "。", "！", "？", ";", '."', ".”", ".)")
_UNSPACED: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef\u3000-\u303f]")
_COMPOUND: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
_WORD: Final = re.compile(r"[^\W\d_]+(?![^\W\d_]|[-\u2010\u00ad]$)")


@dataclass(frozen=True)
class Page:
    """What stands on a page: its lines in the order in which they are read, and its tables."""

    lines: Sequence[Line | Table]


@dataclass(frozen=True)
class _Block:
    """A part of a page as Markdown."""

    text: str
    size: float = 0.0
    is_prose: bool = False
    ends: bool = True
    begins: bool = True


class Writer:
    """Writes pages by what the whole document shows: how large its body is, and which words have hyphens."""

    def __init__(self, pages: Sequence[Page]) -> None:
        lines = [line for page in pages for line in page.lines if isinstance(line, Line) and not line.font.turned]
        sizes = Counter[float]()
        for line in lines:
            if not line.font.mono:
                sizes[line.font.size] += len(line.text)
        self._body = sizes.most_common(1)[0][0] if sizes else 10.0
        near = sum(letters for size, letters in sizes.items() if abs(size - self._body) <= 1)
        self._is_set = near >= _LEAST_SET * sizes.total()
        self._larger = (_LARGER if self._is_set else _MUCH_LARGER) * self._body
        larger = sorted({line.font.size for line in lines if self._is_large(line)}, reverse=True)
        self._levels = {size: min(at, _MOST_LEVELS - 1) + 1 for at, size in enumerate(_apart(larger))}
        numbered = (line for line in lines if _SECTION.match(line.text) and not _depth(line))
        self._numbered = {self._plain_level(line) for line in numbered} - {0}
        written = [line.text for line in lines] + [
            page_line.text for page in pages for page_line in page.lines if isinstance(page_line, Table)
        ]
        self._compounds = {found.casefold() for text in written for found in _COMPOUND.findall(text)}
        self._words = Counter(found.casefold() for text in written for found in _WORD.findall(text))

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
        if goes_on and before is not None and first is not None:  # a note below a page is smaller than its text
            goes_on = min(before.size, first.size) >= _SMALLER * max(before.size, first.size)
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
        is_divided = before.endswith(("-", "\u2010")) and before[-3:-1].isalpha() and len(before) > 2
        if not is_divided or not after[:1].islower():
            return before, False
        return before if self._keeps(before[:-1], after) else before[:-1], True

    def _keeps(self, before: str, after: str) -> bool:
        """Whether a word is written with a hyphen elsewhere too, or only its halves are: "well-known"."""
        first = re.search(r"[^\W\d_]+(?:-[^\W\d_]+)*$", before[-_LONGEST_WORD:])
        second = re.match(r"[^\W\d_]+", after)
        if not first or not second:
            return False
        head, tail = first[0].casefold(), second[0].casefold()
        if f"{head}-{tail}" in self._compounds:
            return True
        # The second half counts itself where its line begins.
        are_words = self._words[head.rpartition("-")[2]] > 0 and self._words[tail] > 1
        return are_words and min(len(head), len(tail)) >= _SHORTEST_HALF and not self._words[head + tail]

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
        step = before.bottom - line.bottom
        if before.font.turned != line.font.turned:
            return False
        is_code = any(map(_is_code, run))
        if line.is_mono and (is_code or all(one.is_mono for one in run)):
            return -1 < step < 3 * leading
        if is_code or _is_code(line):
            return False
        level = self._level(line)
        if self._level(before) != level or abs(before.font.size - line.font.size) > 0.15 * self._body:
            return False
        if level:
            return 0 < step < 2.2 * max(line.font.size, before.font.size) and not _SECTION.match(line.text)
        return not _is_item(line) and self._goes_on(run, line, leading)

    def _goes_on(self, run: Sequence[Line], line: Line, leading: float) -> bool:
        """Whether a line of prose goes on with the paragraph or the item before it."""
        before = run[-1]
        step = before.bottom - line.bottom
        if line.is_row or before.is_row:
            return line.is_row and before.is_row and 0 < step < _ROW_GAP * leading
        if step <= 0:  # the next column
            return not before.text.endswith(_ENDS)
        if step >= _GAP * leading:
            return False
        height = line.top - line.bottom
        is_listed = _is_item(run[0])
        left = min(one.left for one in run[1:]) if len(run) > 1 else before.left
        if not is_listed and line.left > left + _INDENT * height:
            return False
        width = max(one.right for one in (*run, line)) - min(one.left for one in (*run, line))
        is_short = before.right - before.left < _SHORT * width and before.right < max(one.right for one in (*run, line))
        return not (is_short and before.text.endswith(_ENDS) and line.text[:1].isupper() and not is_listed)

    def _level(self, line: Line) -> int:
        """The level of a heading, 0 for what is none; "2.1" stands below "2" in the same letters."""
        level = self._plain_level(line)
        return min(level + _depth(line), _DEEPEST) if level in self._numbered else level

    def _plain_level(self, line: Line) -> int:
        """The level of a heading by its letters alone."""
        return self._size_level(line) or self._weight_level(line)

    def _size_level(self, line: Line) -> int:
        if not self._is_large(line):
            return 0
        near = [level for size, level in self._levels.items() if abs(size - line.font.size) <= 0.3]
        return near[0] if near else 0

    def _is_large(self, line: Line) -> bool:
        """Whether a line is written as large as headings are."""
        if line.font.mono or line.font.turned or line.font.size < self._larger:
            return False
        return len(line.text) <= _LONGEST_HEADING and _has_word(line)

    def _weight_level(self, line: Line) -> int:
        """The level of a short line that is all bold, below those that are larger."""
        if not line.font.bold or line.font.mono or line.font.turned or not self._is_set:
            return 0
        is_short = len(line.words) <= _MOST_BOLD_WORDS and not line.text.endswith((".", ",", ";"))
        if not is_short or line.font.size < _SMALLER * self._body or not _has_word(line):
            return 0
        return min(max(self._levels.values(), default=0) + 1, _MOST_LEVELS) if line.is_bold else 0

    def _block(self, run: Sequence[Line]) -> _Block:
        if any(map(_is_code, run)) or (len(run) > 1 and all(line.is_mono for line in run)):
            return _Block(_code(run))
        text = run[0].text
        for line in run[1:]:
            text = self._continued(text, line.text)
        level = self._level(run[0])
        if run[0].is_row and not level:
            return _Block("\n".join(_plain(line.text) for line in run))
        if level:
            return _Block(f"{'#' * level} {_plain(text)}")
        bullet = _BULLET.match(text)
        if bullet:
            return _Block(f"- {_plain(text[bullet.end() :])}", ends=text.endswith(_ENDS))
        starts = text[:1].isupper() or not text[:1].isalpha()
        return _Block(
            _plain(text, keep=True), run[0].font.size, is_prose=True, ends=text.endswith(_ENDS), begins=starts
        )

    def _continued(self, text: str, line: str) -> str:
        joined, divided = self._joint(text, line)
        if divided:
            return joined + line
        is_unspaced = _UNSPACED.match(text[-1:]) and _UNSPACED.match(line)
        return f"{text}{line}" if is_unspaced else f"{text} {line}"


def _depth(line: Line) -> int:
    """How many dots the number of a section has inside: 1 of "2.1 Models"."""
    section = _SECTION.match(line.text)
    return section[0][:-1].rstrip(". \t").count(".") if section else 0


def _is_code(line: Line) -> bool:
    """Whether all letters are of one width; of a single word, an address for one, that says nothing.

    Nor of labels far from each other, in a figure.
    """
    widest = max((other.left - one.right for one, other in pairwise(line.words)), default=0.0)
    return line.is_mono and len(line.words) > 1 and widest < _WIDEST * line.font.size


def _is_item(line: Line) -> bool:
    return bool(_BULLET.match(line.text) or _NUMBERED.match(line.text))


def _has_word(line: Line) -> bool:
    """Whether there is a letter, and two signs at least that are no stops."""
    signs = [one for one in line.text if one.isalnum()]
    return len(signs) > 1 and any(one.isalpha() for one in signs)


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
