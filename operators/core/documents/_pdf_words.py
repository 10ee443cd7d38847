"""Reads the words of a PDF page with their places and their fonts."""

import ctypes
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

HYPHEN: Final = "\u00ad"
"""Stands where a word was divided at the end of a line, whatever the document has there."""
_HYPHENS: Final = frozenset("\x02\u00ad\ufffe")
_MONOSPACED: Final = ("courier", "mono", "consol", "menlo", "typewriter", "cmtt", "lettergothic")
_BOLD: Final = ("bold", "black", "heavy", "semibold", "demi", "-bd", "cmbx", "nimbusromno9l-medi")
_FIXED_PITCH, _FORCE_BOLD = 1, 1 << 18
_BOLD_WEIGHT: Final = 600
_LETTERS: Final = {name: unicodedata.normalize("NFKC", name) for name in "ﬀﬁﬂﬃﬄﬅﬆ"}


Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points; y grows upwards."""


@dataclass(frozen=True)
class Font:
    """How words look that matters for what they are; `turned`: they run in another direction than to the right."""

    size: float
    bold: bool
    mono: bool
    turned: bool = False


@dataclass(frozen=True)
class Word:
    """Letters without white space between them, and the box they stand in; y grows upwards."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    font: Font

    @property
    def middle(self) -> float:
        """Half way up."""
        return (self.bottom + self.top) / 2


def words_of(page: Any) -> list[Word]:
    """The words of a page in the order in which the document holds them; what stands outside the page is left out.

    Args:
        page: of pypdfium2.
    """
    width, height = page.get_size()
    text = page.get_textpage()
    try:
        found = [*_Reader(text.raw).words()]
    finally:
        text.close()
    return [word for word in found if word.right > 0 and word.left < width and word.top > 0 and word.bottom < height]


class _Growing:
    """A word to which letters are added."""

    def __init__(self) -> None:
        self._letters: list[str] = []
        self._box = self._last = (0.0, 0.0, 0.0, 0.0)
        self._font: Font | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no letter yet."""
        return not self._letters

    def goes_on(self, sides: Box) -> bool:
        """Whether a letter that stands there may belong to the word: beside its last one, on the same height."""
        if not self._letters:
            return True
        left, bottom, right, top = self._last
        height = top - bottom
        beside = left - height / 2 <= sides[0] <= right + height
        return beside and sides[1] < top and sides[3] > bottom

    def add(self, letter: str, sides: Box, font: Font | None) -> None:
        """Add a letter; the first brings the font."""
        if not self._letters:
            self._box, self._font = sides, font
        self._letters.append(letter)
        old = self._box
        self._box = min(old[0], sides[0]), min(old[1], sides[1]), max(old[2], sides[2]), max(old[3], sides[3])
        self._last = sides

    def hyphenate(self) -> None:
        """Add the mark of a word that is divided here."""
        if self._letters:
            self._letters.append(HYPHEN)

    def ended(self) -> Iterator[Word]:
        """The word, if there is one; the next begins."""
        if self._letters and self._font is not None:
            yield Word("".join(self._letters), *self._box, self._font)
        self._letters = []


class _Reader:
    """Reads one text page letter by letter, fonts once for each run of letters."""

    def __init__(self, text: Any) -> None:
        from pypdfium2 import raw

        self._raw, self._text = raw, text
        self._fonts: dict[int, Font] = {}

    def words(self) -> Iterator[Word]:
        raw, text, box = self._raw, self._text, self._raw.FS_RECTF()
        place, word = ctypes.byref(box), _Growing()
        for at in range(raw.FPDFText_CountChars(text)):
            letter = _letter(raw.FPDFText_GetUnicode(text, at))
            if letter == HYPHEN:
                word.hyphenate()
            elif not letter or letter.isspace() or not raw.FPDFText_GetLooseCharBox(text, at, place):
                yield from word.ended()
            else:
                sides = (box.left, box.bottom, box.right, box.top)
                if not word.goes_on(sides):
                    yield from word.ended()
                word.add(letter, sides, self._font(at) if word.is_empty else None)
        yield from word.ended()

    def _font(self, at: int) -> Font:
        raw, text = self._raw, self._text
        run = raw.FPDFText_GetTextObject(text, at)
        key = ctypes.cast(run, ctypes.c_void_p).value or -at
        if key not in self._fonts:
            scale, turned = self._matrix(at)
            size = abs(raw.FPDFText_GetFontSize(text, at)) * scale
            name, flags = self._name(at)
            weight = raw.FPDFText_GetFontWeight(text, at)
            bold = weight >= _BOLD_WEIGHT or bool(flags & _FORCE_BOLD) or any(part in name for part in _BOLD)
            mono = bool(flags & _FIXED_PITCH) or any(part in name for part in _MONOSPACED)
            self._fonts[key] = Font(round(size, 1), bold, mono, turned)
        return self._fonts[key]

    def _matrix(self, at: int) -> tuple[float, bool]:
        """By how much text is enlarged, some documents write all of it in size 1; and whether it is turned."""
        matrix = self._raw.FS_MATRIX()
        if not self._raw.FPDFText_GetMatrix(self._text, at, ctypes.byref(matrix)):
            return 1.0, False
        scale = (matrix.c**2 + matrix.d**2) ** 0.5
        return max(scale, 1e-3), matrix.a <= 0 or abs(matrix.b) > abs(matrix.a) / 4

    def _name(self, at: int) -> tuple[str, int]:
        flags = ctypes.c_int(0)
        name = ctypes.create_string_buffer(256)
        self._raw.FPDFText_GetFontInfo(self._text, at, name, len(name), ctypes.byref(flags))
        return name.value.decode("utf-8", "replace").lower(), flags.value


def _letter(code: int) -> str:
    letter = chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else "\ufffd"
    if letter in _HYPHENS:
        return HYPHEN
    return _KNOWN.get(letter, letter) if ord(letter) >= 32 or letter.isspace() else ""


_KNOWN: Mapping[str, str] = {**_LETTERS, "\u00a0": " "}
