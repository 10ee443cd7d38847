"""Reads the words of a PDF page with their places and their fonts."""

import ctypes
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

HYPHEN: Final = "\u00ad"
"""Stands where a word was divided at the end of a line, whatever the document has there."""
_HYPHENS: Final = frozenset("\x02\u00ad\ufffe")
_MONOSPACED: Final = ("courier", "mono", "nimbusmonl", "sftt", "consol", "menlo", "typewriter", "cmtt", "lettergothic")
_BOLD: Final = ("bold", "black", "heavy", "semibold", "demi", "-bd", "cmbx", "nimbusromno9l-medi")
_FIXED_PITCH, _FORCE_BOLD = 1, 1 << 18
_BOLD_WEIGHT: Final = 600
_UNKNOWN_SIZE: Final = 10.0
"""Of the unseen text below a picture of a page: it is as large as recognition guessed, which makes no headings."""
_THIN: Final = 0.01
"""Points; pdfium passes over text objects that are not wider."""
_MOST_OBJECTS: Final = 20_000
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


@dataclass(frozen=True, slots=True)
class Word:
    """Letters without white space between them, and the box they stand in; y grows upwards."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    font: Font

    @property
    def center(self) -> float:
        """Half way across."""
        return (self.left + self.right) / 2

    @property
    def middle(self) -> float:
        """Half way up."""
        return (self.bottom + self.top) / 2


def placing(page: Any) -> Callable[[Box], Box]:
    """Where a box of the document stands on a page as it is shown: it may be cut, or turned by quarters.

    Args:
        page: of pypdfium2.
    """
    from_left, from_bottom, to_right, to_top = page.get_cropbox()
    quarters = page.get_rotation() // 90

    def placed(box: Box) -> Box:
        left, bottom, right, top = box
        if quarters == 1:
            return bottom - from_bottom, to_right - right, top - from_bottom, to_right - left
        if quarters == 2:
            return to_right - right, to_top - top, to_right - left, to_top - bottom
        if quarters == 3:
            return to_top - top, left - from_left, to_top - bottom, right - from_left
        return left - from_left, bottom - from_bottom, right - from_left, top - from_bottom

    return placed


def words_of(page: Any) -> list[Word]:
    """The words of a page in the order in which the document holds them; what stands outside the page is left out.

    Args:
        page: of pypdfium2.
    """
    width, height = page.get_size()
    text = _text_of(page)
    try:
        found = [*_Reader(text.raw, page.get_rotation() // 90).words()]
    finally:
        text.close()
    if page.get_rotation() or page.get_cropbox()[:2] != (0, 0):
        placed = placing(page)
        found = [Word(one.text, *placed((one.left, one.bottom, one.right, one.top)), one.font) for one in found]
    return [word for word in found if word.right > 0 and word.left < width and word.top > 0 and word.bottom < height]


def _text_of(page: Any) -> Any:
    """The text page, with the unseen letters that pdfium leaves out.

    Letters of unseen text have no shape; pdfium takes a text object of one of them as empty, so that "3" and "a" are
    missing from scanned pages that were recognised. While text is drawn as an outline, its box is as wide as the line.
    """
    from pypdfium2 import raw

    thin = [*_thin(page)]
    for shape in thin:
        raw.FPDFTextObj_SetTextRenderMode(shape, raw.FPDF_TEXTRENDERMODE_STROKE)
        raw.FPDFPageObj_Transform(shape, 1, 0, 0, 1, 0, 0)  # has the box measured again
    try:
        return page.get_textpage()
    finally:
        for shape in thin:
            raw.FPDFTextObj_SetTextRenderMode(shape, raw.FPDF_TEXTRENDERMODE_INVISIBLE)


def _thin(page: Any) -> Iterator[Any]:
    """The unseen text objects of a page whose box has no width."""
    from pypdfium2 import raw

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    sides = [ctypes.byref(side) for side in (left, bottom, right, top)]
    for at in range(min(raw.FPDFPage_CountObjects(page.raw), _MOST_OBJECTS)):
        shape = raw.FPDFPage_GetObject(page.raw, at)
        if (
            raw.FPDFPageObj_GetType(shape) == raw.FPDF_PAGEOBJ_TEXT
            and raw.FPDFTextObj_GetTextRenderMode(shape) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
            and raw.FPDFPageObj_GetBounds(shape, *sides)
            and right.value - left.value < _THIN
        ):
            yield shape


class _Growing:
    """A word to which letters are added."""

    def __init__(self) -> None:
        self._letters: list[str] = []
        self._boxes: list[Box] = []
        self._last = (0.0, 0.0, 0.0, 0.0)
        self._font: Font | None = None
        self.runs_upwards = False
        """Whether its letters stand above each other in the document."""

    @property
    def is_empty(self) -> bool:
        """Whether there is no letter yet."""
        return not self._letters

    def goes_on(self, sides: Box) -> bool:
        """Whether a letter that stands there may belong to the word: beside its last one, on the same height."""
        if not self._letters:
            return True
        left, bottom, right, top = self._last
        if self.runs_upwards:
            width = right - left
            return sides[0] < right and sides[2] > left and bottom - width <= sides[3] and sides[1] <= top + width
        height = top - bottom
        beside = left - height / 2 <= sides[0] <= right + height
        return beside and sides[1] < top and sides[3] > bottom

    def begin(self, font: Font, *, upwards: bool) -> None:
        """Take the font of the first letter, which is added next."""
        self._font, self.runs_upwards = font, upwards

    def add(self, letter: str, sides: Box) -> None:
        """Add a letter."""
        self._letters.append(letter)
        self._boxes.append(sides)
        self._last = sides

    def hyphenate(self) -> None:
        """Add the mark of a word that is divided here."""
        if self._letters:
            self._letters.append(HYPHEN)

    def ended(self) -> Iterator[Word]:
        """The word, if there is one; the next begins."""
        if self._letters and self._font is not None:
            lefts, bottoms, rights, tops = zip(*self._boxes, strict=True)
            yield Word("".join(self._letters), min(lefts), min(bottoms), max(rights), max(tops), self._font)
        self._letters, self._boxes = [], []


class _Reader:
    """Reads one text page letter by letter, fonts once for each run of letters."""

    def __init__(self, text: Any, quarters: int) -> None:
        from pypdfium2 import raw

        self._raw, self._text, self._quarters = raw, text, quarters
        self._fonts: dict[int, tuple[Font, bool]] = {}
        self._letters: dict[int, str] = {}

    def words(self) -> Iterator[Word]:
        raw, text, box = self._raw, self._text, self._raw.FS_RECTF()
        place, word, letters = ctypes.byref(box), _Growing(), self._letters
        code_at, box_at = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
        for at in range(raw.FPDFText_CountChars(text)):
            code = code_at(text, at)
            letter = letters.get(code)
            if letter is None:
                letter = letters[code] = _letter(code)
            if letter == HYPHEN:
                word.hyphenate()
            elif not letter or not box_at(text, at, place):
                yield from word.ended()
            else:
                sides = (box.left, box.bottom, box.right, box.top)
                if not word.goes_on(sides):
                    yield from word.ended()
                if word.is_empty:
                    font, upwards = self._font(at)
                    word.begin(font, upwards=upwards)
                word.add(letter, sides)
        yield from word.ended()

    def _font(self, at: int) -> tuple[Font, bool]:
        """The font, and whether its letters stand above each other in the document."""
        raw, text = self._raw, self._text
        run = raw.FPDFText_GetTextObject(text, at)
        key = ctypes.cast(run, ctypes.c_void_p).value or -at
        if key not in self._fonts:
            scale, quarters = self._matrix(at)
            size = abs(raw.FPDFText_GetFontSize(text, at)) * scale
            if raw.FPDFTextObj_GetTextRenderMode(run) == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
                size = _UNKNOWN_SIZE
            name, flags = self._name(at)
            weight = raw.FPDFText_GetFontWeight(text, at)
            bold = weight >= _BOLD_WEIGHT or bool(flags & _FORCE_BOLD) or any(part in name for part in _BOLD)
            named = any(part in name for part in _MONOSPACED) and "monotype" not in name
            mono = named or (bool(flags & _FIXED_PITCH) and self._is_even(run))
            font = Font(round(size, 1), bold, mono, quarters != self._quarters)
            self._fonts[key] = font, quarters in (1, 3)
        return self._fonts[key]

    def _is_even(self, run: Any) -> bool:
        """Whether narrow and wide letters are equally wide; many a font claims it that is not so."""
        width = ctypes.c_float()
        font = self._raw.FPDFTextObj_GetFont(run)
        found = []
        for letter in "imW":
            self._raw.FPDFFont_GetGlyphWidth(font, ord(letter), 10.0, ctypes.byref(width))
            found.append(round(width.value, 2))
        return found[0] > 0 and len({*found}) == 1

    def _matrix(self, at: int) -> tuple[float, int]:
        """By how much text is enlarged, some documents write all of it in size 1; and by how many quarters turned.

        Text that is turned by another angle counts as turned by a quarter, for that it is not upright.
        """
        matrix = self._raw.FS_MATRIX()
        if not self._raw.FPDFText_GetMatrix(self._text, at, ctypes.byref(matrix)):
            return 1.0, 0
        scale = max((matrix.c**2 + matrix.d**2) ** 0.5, 1e-3)
        if abs(matrix.b) > abs(matrix.a) / 4:
            return scale, 1 if matrix.b > 0 else 3
        return scale, 0 if matrix.a > 0 else 2

    def _name(self, at: int) -> tuple[str, int]:
        flags = ctypes.c_int(0)
        name = ctypes.create_string_buffer(256)
        self._raw.FPDFText_GetFontInfo(self._text, at, name, len(name), ctypes.byref(flags))
        return name.value.decode("utf-8", "replace").lower(), flags.value


def _letter(code: int) -> str:
    """What stands for a sign in a word; nothing where it ends one."""
    letter = chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else "\ufffd"
    if letter in _HYPHENS:
        return HYPHEN
    return "" if letter.isspace() or ord(letter) < 32 else _LETTERS.get(letter, letter)
