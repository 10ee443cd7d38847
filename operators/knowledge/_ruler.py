"""Measures parts of a text in words, characters or tokens, and knows where its words begin."""

import re
import unicodedata
from bisect import bisect_left
from functools import cache, cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ..core._segmentation import any_word, special_characters
from ..text._tokens import BYTES_PER_TOKEN

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Unit = Literal["words", "chars"]
AnyUnit = Literal["words", "chars", "tokens"]
Place = tuple[int, int]
"""A part of a text: where it begins, and where it ends."""

_OPENING = frozenset("([{«“‘‚„「『（【《〈¿¡")
_BRACKETS = re.compile(f"[{re.escape(''.join(_OPENING))}]")
_JOINERS = frozenset("\u200c\u200d")
_EXTENDING = re.compile(
    "[\u0e33\u0eb3\u1160-\u11ff\ud7b0-\ud7fb\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u200c\u200d]"
)
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")
_LETTER, _JOINT, _SPECIAL = 1, 2, 3


class Ruler:
    """Measures parts of one text.

    Args:
        text: the text.
        unit: what is counted: words as `TextView.words` has them, code points, or tokens.
        tokenizer: whose tokens of the whole text count, each where it begins; without one a token is four bytes.
        whole: parts that are not cut, in order, none inside another.
    """

    def __init__(
        self, text: str, unit: AnyUnit, tokenizer: "Tokenizer | None" = None, whole: tuple[Place, ...] = ()
    ) -> None:
        self.text, self.unit, self.whole = text, unit, whole
        self._tokenizer = tokenizer
        self._starts_of_whole = [start for start, _ in whole]
        self._per = BYTES_PER_TOKEN if unit == "tokens" else 1

    @cached_property
    def _kinds(self) -> NDArray[np.uint8]:
        return _kinds_of(self.text)

    @cached_property
    def is_plain(self) -> bool:
        """Whether each character is shown by itself, so that no cut between two of them parts one."""
        return not _is_special(self._kinds)

    @cached_property
    def words(self) -> list[int]:
        """Where each word begins, in order."""
        return word_starts(self.text, self._kinds)

    @cached_property
    def borders(self) -> list[int]:
        """Where the text may be cut before a word: before the brackets that open it, in no combined character."""
        if self.is_plain and not _BRACKETS.search(self.text):
            return self.words
        text, found, last = self.text, [], 0
        for start in self.words:
            place = start
            while place > last and text[place - 1] in _OPENING:
                place -= 1
            last = start
            if self.is_plain or not is_combined(text, place):
                found.append(place)
        return found

    @cached_property
    def _marks(self) -> list[int] | None:
        """Where each unit begins; none where units are counted by their places."""
        if self.unit == "words":
            return self.words
        if self._tokenizer is None or self.unit == "chars":
            return None
        # The tokenizer refuses half of a surrogate pair; a question mark stands in, so that places stay the same.
        known = self.text if self.text.isascii() else self.text.encode("utf-8", "replace").decode()
        return sorted(start for start, _ in self._tokenizer.encode(known, add_special_tokens=False).offsets)

    @cached_property
    def _offsets(self) -> NDArray[np.int64] | None:
        """How many bytes stand before each place; none where places are what is counted."""
        if self.unit == "chars" or self.text.isascii():
            return None
        codes = _codes(self.text)
        sizes = 1 + (codes > 0x7F).astype(np.int64) + (codes > 0x7FF) + (codes > 0xFFFF)
        return np.concatenate(([0], np.cumsum(sizes)))

    def length(self, start: int, end: int) -> int:
        """Units between two places."""
        marks = self._marks
        if marks is not None:
            return bisect_left(marks, end) - bisect_left(marks, start)
        if self._per == 1:
            return end - start
        offsets = self._offsets
        size = end - start if offsets is None else int(offsets[end] - offsets[start])
        return -(-size // self._per)

    def reach(self, start: int, units: int) -> int:
        """The last place up to which there are at most so many units from `start`."""
        marks, last = self._marks, len(self.text)
        if marks is not None:
            at = bisect_left(marks, start) + units
            return marks[at] if at < len(marks) else last
        offsets = self._offsets
        if offsets is None:
            return min(start + units * self._per, last)
        return int(np.searchsorted(offsets, offsets[start] + units * self._per, side="right")) - 1

    def back(self, units: int, end: int) -> int:
        """The first border from which there are at most so many units to `end`; `end` when there is none."""
        if not units:
            return end
        borders = self.borders
        place = bisect_left(borders, self._units_before(units, end))
        while place and self.length(borders[place - 1], end) <= units:
            place -= 1
        while place < len(borders) and borders[place] < end and self.length(borders[place], end) > units:
            place += 1
        start = min(borders[place], end) if place < len(borders) else end
        return self.out_of_whole(start, end)

    def out_of_whole(self, place: int, end: int) -> int:
        """A place, or where what is not cut around it ends, `end` at the latest."""
        around = self.whole_around(place)
        if around is None:
            return place
        place = around[1]
        while place < end and self.text[place].isspace():
            place += 1
        return min(place, end)

    def whole_around(self, place: int) -> Place | None:
        """The part that is not cut and that a cut at a place would cut."""
        at = bisect_left(self._starts_of_whole, place) - 1
        return self.whole[at] if at >= 0 and place < self.whole[at][1] else None

    def stripped(self, start: int, end: int) -> Place:
        """A part without the white space around it; the indent of what is not cut stays."""
        text, first = self.text, start
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        around = self.whole_around(start) if self.whole and start < end else None
        if around and around[0] >= first and not text[around[0] : start].strip():
            start = around[0]
        return start, end

    def _units_before(self, units: int, end: int) -> int:
        """A place about so many units before another."""
        marks = self._marks
        if marks is not None:
            at = max(bisect_left(marks, end) - units, 0)
            return marks[at] if at < len(marks) else end
        offsets = self._offsets
        if offsets is None:
            return max(end - units * self._per, 0)
        return int(np.searchsorted(offsets, offsets[end] - units * self._per))


def word_starts(text: str, kinds: NDArray[np.uint8] | None = None) -> list[int]:
    """Where each word begins, in order; words as `TextView.words` has them."""
    kinds = _kinds_of(text) if kinds is None else kinds
    if _is_special(kinds):
        return [found.start() for found in any_word().finditer(text)]
    letters = kinds == _LETTER
    inside = letters.copy()
    inside[1:-1] |= (kinds[1:-1] == _JOINT) & letters[:-2] & letters[2:]
    begins = inside.copy()
    begins[1:] &= ~inside[:-1]
    return np.flatnonzero(begins).tolist()


def _kinds_of(text: str) -> NDArray[np.uint8]:
    kinds: NDArray[np.uint8] = _kinds()[_codes(text)]
    return kinds


def _is_special(kinds: NDArray[np.uint8]) -> bool:
    return bool(len(kinds)) and bool(kinds.max() == _SPECIAL)


def _codes(text: str) -> NDArray[np.integer]:
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


@cache
def _kinds() -> NDArray[np.uint8]:
    """Of each code point whether it belongs to words, joins two of their parts, or needs a closer look."""
    kinds = np.zeros(0x110000, dtype=np.uint8)
    every = "".join(map(chr, range(0x110000)))
    for pattern, kind in ((r"\w+", _LETTER), ("['’.·]", _JOINT), (special_characters(), _SPECIAL)):
        for run in re.finditer(pattern, every):
            kinds[run.start() : run.end()] = kind
    for pattern in (_EXTENDING, _FLAG):
        for one in pattern.finditer(every):
            kinds[one.start()] = _SPECIAL
    return kinds


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
