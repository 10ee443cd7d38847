"""Puts the words of a page into lines, and the lines into the order in which a person reads them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import ceil
from statistics import median
from typing import Final

from ._pdf_words import Font, Word

_WORD_GAP: Final = 1.6
"""Gap between the words of a line, in heights of its letters, from which on they are two."""
_FEWEST_GAPS: Final = 2
_FEWEST_LINES: Final = 3
"""Lines of a column."""
_MOST_CROSSING: Final = 0.4
"""Share of the lines that may cross a gutter: headings and figures above and between columns."""
_LEAST_FILLED: Final = 0.5
"""Share of its column that half of the lines of a column fill at least; the cells of a table do not."""
_GUTTER: Final = 0.6
"""Width of a gutter, in heights of letters, at least."""


@dataclass(frozen=True)
class Line:
    """Words beside each other, from left to right."""

    words: tuple[Word, ...]

    @cached_property
    def text(self) -> str:
        """The words, a space between them."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def left(self) -> float:
        """Where it begins."""
        return self.words[0].left

    @cached_property
    def right(self) -> float:
        """Where it ends."""
        return max(word.right for word in self.words)

    @cached_property
    def top(self) -> float:
        """Its upper edge."""
        return max(word.top for word in self.words)

    @cached_property
    def bottom(self) -> float:
        """Its lower edge."""
        return min(word.bottom for word in self.words)

    @cached_property
    def font(self) -> Font:
        """The font of most of its letters."""
        counted: dict[Font, int] = {}
        for word in self.words:
            counted[word.font] = counted.get(word.font, 0) + len(word.text)
        return max(counted, key=lambda font: counted[font])

    @cached_property
    def is_mono(self) -> bool:
        """Whether the letters of all its words are of one width."""
        return all(word.font.mono for word in self.words)

    @cached_property
    def is_row(self) -> bool:
        """Whether it is several cells beside each other, as of a table without ruling lines."""
        return sum(_is_gap(one, other) for one, other in pairwise(self.words)) >= _FEWEST_GAPS

    @cached_property
    def is_bold(self) -> bool:
        """Whether all its words are."""
        return all(word.font.bold for word in self.words)


def lines_in_order(words: Sequence[Word]) -> list[Line]:
    """The lines of a page: one column after the other, what spans columns where it stands between them."""
    return _ordered(_pieces(words))


def _pieces(words: Sequence[Word]) -> list[Line]:
    """Runs of words on one height without a wide gap, from top to bottom."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda one: -one.middle):
        row = next((row for row in reversed(rows[-4:]) if _beside(row[0], word)), None)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    return [piece for row in rows for piece in _split(sorted(row, key=lambda one: one.left))]


def _beside(first: Word, other: Word) -> bool:
    """Whether two words stand on one height; raised and lowered letters do too, not two lines beside a tall letter."""
    shared = min(first.top, other.top) - max(first.bottom, other.bottom)
    least = min(first.top - first.bottom, other.top - other.bottom)
    return shared > 0.5 * least and abs(first.middle - other.middle) < 0.8 * least


def _is_gap(before: Word, word: Word) -> bool:
    return word.left - before.right > _WORD_GAP * max(before.top - before.bottom, word.top - word.bottom)


def _split(row: Sequence[Word]) -> Iterator[Line]:
    piece = [row[0]]
    for before, word in pairwise(row):
        height = max(before.top - before.bottom, word.top - word.bottom)
        if word.left - max(one.right for one in piece) > _WORD_GAP * height:
            yield Line(tuple(piece))
            piece = []
        piece.append(word)
    yield Line(tuple(piece))


def _ordered(pieces: Sequence[Line]) -> list[Line]:
    """Pieces column by column, where there are columns; else from top to bottom, those on one height joined."""
    gutter = _gutter(pieces)
    if gutter is None:
        return _joined(pieces)
    done: list[Line] = []
    band: list[Line] = []
    for piece in sorted(pieces, key=lambda one: -one.top):
        if piece.left < gutter < piece.right:
            done += [*_columns(band, gutter), piece]
            band = []
        else:
            band.append(piece)
    return done + _columns(band, gutter)


def _columns(band: Sequence[Line], gutter: float) -> list[Line]:
    left = [piece for piece in band if piece.right <= gutter]
    right = [piece for piece in band if piece.left >= gutter]
    return [line for side in (left, right) if side for line in _ordered(side)]


def _gutter(pieces: Sequence[Line]) -> float | None:
    """Where a gap between two columns of text stands, None where there is none."""
    if len(pieces) < 2 * _FEWEST_LINES:
        return None
    height = median(piece.top - piece.bottom for piece in pieces)
    start, end = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    lefts, rights = sorted(piece.left for piece in pieces), sorted(piece.right for piece in pieces)
    possible: list[tuple[int, float, float]] = []
    for edge in {ceil(right) for right in rights if start < right < end}:
        begun, ended = bisect_left(lefts, edge + _GUTTER * height), bisect_right(rights, edge)
        if begun - ended <= _MOST_CROSSING * len(pieces):
            place = edge + _GUTTER * height / 2
            possible.append((begun - ended, abs(place - (start + end) / 2), place))
    return next((place for _, _, place in sorted(possible) if _is_gutter(pieces, place)), None)


def _is_gutter(pieces: Sequence[Line], place: float) -> bool:
    """Whether what stands on both sides are columns of text, beside each other."""
    left = [piece for piece in pieces if piece.right <= place]
    right = [piece for piece in pieces if piece.left >= place]
    if min(len(left), len(right)) < _FEWEST_LINES:
        return False
    highest = min(max(one.top for one in left), max(one.top for one in right))
    lowest = max(min(one.bottom for one in left), min(one.bottom for one in right))
    beside = [[one for one in side if one.bottom >= lowest - 1 and one.top <= highest + 1] for side in (left, right)]
    return all(len(side) >= _FEWEST_LINES and _is_text(side) for side in beside)


def _is_text(side: Sequence[Line]) -> bool:
    width = max(one.right for one in side) - min(one.left for one in side)
    filled = sum(one.right - one.left >= _LEAST_FILLED * width for one in side)
    words = median(len(one.words) for one in side)
    return filled >= _LEAST_FILLED * len(side) and words > 2


def _joined(pieces: Sequence[Line]) -> list[Line]:
    """Pieces from top to bottom; those that stand on one height are one line."""
    done: list[list[Line]] = []
    for piece in sorted(pieces, key=lambda one: -(one.top + one.bottom)):
        if done and _beside(done[-1][0].words[0], piece.words[0]):
            done[-1].append(piece)
        else:
            done.append([piece])
    return [Line(tuple(word for one in sorted(row, key=lambda one: one.left) for word in one.words)) for row in done]
