"""Cuts a text at its strongest borders: paragraphs, lines, sentences, words, characters."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from ..core import TextView

Unit = Literal["words", "chars"]

_TITLES = r"(?<!\b(?:Dr|Mr|Ms|St|vs|cf)\.)(?<!\b(?:Mrs|Fig)\.)(?<!\bProf\.)"
_INITIALS = r"(?<!\b[A-Z]\.)(?<!\b[a-z]\.[a-z]\.)"
# Strongest first; what a pattern matches belongs to the piece before the border.
_BORDERS = (
    re.compile(r"(?>\r\n|[\n\r])\s*[\n\r]\s*|[\x0c\u2029]\s*"),
    re.compile(r"[\n\r\x0b\x85\u2028]\s*"),
    re.compile(
        rf"(?<=[.!?…؟۔।॥]){_TITLES}{_INITIALS}[\"'”’»)\]]*+\s++"
        r"|(?<=[。！？｡])(?![。！？｡])[」』”’）]*+\s*+"
    ),
    re.compile(r"\s+"),
)
_AT_WORDS, _AT_CHARACTERS = len(_BORDERS), len(_BORDERS) + 1
_OPENING = frozenset("([{«“‘‚„「『（【《〈¿¡")
_JOINERS = frozenset("\u200c\u200d")
_EXTENDING = re.compile(
    "[\u0e33\u0eb3\u1160-\u11ff\ud7b0-\ud7fb\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u200c\u200d]"
)
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")


def cut(text: str, size: int, unit: Unit, overlap: int) -> list[str]:
    """Pieces of a text in order, which cover all of it but white space between them.

    Args:
        text: what is cut.
        size: most units in a piece.
        unit: what is counted: words as `TextView.words` has them, or code points.
        overlap: most units at the start of a piece that repeat the end of the one before; less than `size`.

    Returns:
        No piece is empty, longer than `size`, or begins or ends with white space.

    >>> cut("One two. Three four five.", 3, "words", 0)
    ['One two.', 'Three four five.']
    """
    ruler = _Ruler(text, unit)
    if ruler.total <= size:
        return [text.strip()] if text.strip() else []
    spans: list[tuple[int, int]] = []
    for start, end in _pieces(ruler, 0, len(text), size - overlap, 0):
        if not spans:
            spans.append((start, end))
        elif ruler.length(spans[-1][0], end) <= size:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((ruler.back(overlap, start), end))
    return [text[start:end] for start, end in spans]


class _Ruler:
    """Measures parts of one text, and knows where its words begin."""

    def __init__(self, text: str, unit: Unit) -> None:
        self.text, self.unit = text, unit

    @cached_property
    def _found(self) -> list[str]:
        return TextView(self.text).words

    @property
    def total(self) -> int:
        """Units in the whole text."""
        return len(self.text) if self.unit == "chars" else len(self._found)

    @cached_property
    def words(self) -> list[int]:
        """Where each word begins, in order."""
        starts, end = [], 0
        for word in self._found:
            start = self.text.index(word, end)
            starts.append(start)
            end = start + len(word)
        return starts

    @cached_property
    def borders(self) -> list[int]:
        """Where the text may be cut before a word: before the brackets that open it, in no combined character."""
        text, found, last = self.text, [], 0
        for start in self.words:
            place = start
            while place > last and text[place - 1] in _OPENING:
                place -= 1
            last = start
            if not is_combined(text, place):
                found.append(place)
        return found

    def length(self, start: int, end: int) -> int:
        """Units between two places."""
        if self.unit == "chars":
            return end - start
        return bisect_left(self.words, end) - bisect_left(self.words, start)

    def back(self, units: int, end: int) -> int:
        """The first border from which there are at most so many units to `end`; `end` when there is none."""
        if not units:
            return end
        if self.unit == "chars":
            place = bisect_left(self.borders, end - units)
        else:
            first = self.words[max(bisect_left(self.words, end) - units, 0)]
            place = bisect_left(self.borders, first)
            if place and self.length(self.borders[place - 1], end) <= units:
                place -= 1
        return min(self.borders[place], end) if place < len(self.borders) else end


def is_combined(text: str, place: int, start: int = 0) -> bool:
    """Whether the characters around a place are shown as one, so that no cut belongs there.

    So before a combining mark, a variation selector or a skin tone, around a joiner, inside a Hangul syllable of
    several letters, an Indic conjunct, a flag, or a line end of two characters.

    Args:
        text: the text.
        place: index of the character after the place.
        start: a place up to which all is known to be well cut.
    """
    if not start < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if max(before, after) < "\u0300" or before.isspace() or after.isspace():
        return before == "\r" and after == "\n"
    if before in _JOINERS or _EXTENDING.match(after) or unicodedata.category(after)[0] == "M":
        return True
    if _FLAG.match(after):
        flags = 0
        while place - flags > start and _FLAG.match(text[place - flags - 1]):
            flags += 1
        return flags % 2 == 1
    is_virama = unicodedata.combining(before) == 9
    return is_virama and unicodedata.category(after)[0] == "L"


def _pieces(ruler: _Ruler, start: int, end: int, size: int, level: int) -> Iterator[tuple[int, int]]:
    """Parts of at most `size` units without white space around; what fits is not cut further."""
    part = ruler.text[start:end]
    start += len(part) - len(part.lstrip())
    end = start + len(part.strip())
    if start == end:
        return
    if ruler.length(start, end) <= size or level > _AT_CHARACTERS:
        yield start, end
        return
    for place in [*_places(ruler, start, end, size, level), end]:
        yield from _pieces(ruler, start, place, size, level + 1)
        start = place


def _places(ruler: _Ruler, start: int, end: int, size: int, level: int) -> Iterator[int]:
    """Where to cut between two places at the borders of one level, in order."""
    if level < _AT_WORDS:
        ends = (found.end() for found in _BORDERS[level].finditer(ruler.text, start, end))
        yield from (place for place in ends if not is_combined(ruler.text, place))
    elif level == _AT_WORDS:
        yield from _between(ruler.borders, start, end)
    elif ruler.unit == "words":
        yield from _between(ruler.words, start, end)
    else:
        yield from _between_characters(ruler.text, start, end, size)


def _between(places: list[int], start: int, end: int) -> list[int]:
    return places[bisect_left(places, start + 1) : bisect_left(places, end)]


def _between_characters(text: str, start: int, end: int, size: int) -> Iterator[int]:
    """Every `size` characters at most; only what is combined out of more than that is cut in the middle."""
    while start + size < end:
        place = start + size
        while is_combined(text, place, start):
            place -= 1
        start = place if place > start else start + size
        yield start
