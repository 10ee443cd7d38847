"""Cuts a text at its strongest borders: paragraphs, lines, sentences, words, characters."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from ..core._segmentation import SENTENCE
from ._blocks import Table
from ._ruler import Place, Ruler, Unit, is_combined

__all__ = ["Cut", "Limit", "Unit", "apart", "by_sentences", "by_windows", "cut", "pieces", "put_together", "sentences"]

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
_AT_GAPS, _AT_WORDS, _AT_CHARACTERS = len(_BORDERS) - 1, len(_BORDERS), len(_BORDERS) + 1
_NEAR = 32
"""Characters before a border between words within which a gap is the better place to cut."""


@dataclass(frozen=True)
class Cut:
    """A chunk of a text: `own` is where what it does not repeat begins, `head` the head of the table it goes on."""

    start: int
    own: int
    end: int
    head: Place | None = None


@dataclass(frozen=True)
class Limit:
    """What a chunk may hold.

    Args:
        size: most units.
        overlap: most units that it repeats from before, within the size; less than `size`.
        tables: those whose head is repeated where a chunk begins inside, if there is room.
    """

    size: int
    overlap: int = 0
    tables: tuple[Table, ...] = ()

    @property
    def room(self) -> int:
        """Units for what is not repeated."""
        return self.size - self.overlap


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
    ruler = Ruler(text, unit)
    limit = Limit(size, overlap)
    made = put_together(ruler, pieces(ruler, 0, len(text), limit), limit)
    return [text[one.start : one.end] for one in made]


def pieces(ruler: Ruler, start: int, end: int, limit: Limit, *, level: int = 0) -> list[Place]:
    """Parts at borders of a level and weaker, each with room for the overlap, in order.

    What fits as it is comes as one part, also where there is no room for an overlap. What is not cut comes whole.
    """
    if ruler.length(start, end) <= limit.size:
        first, last = ruler.stripped(start, end)
        return [(first, last)] if first < last else []
    found: list[Place] = []
    _collect(ruler, start, end, limit.room, level=level, found=found)
    return found


def put_together(ruler: Ruler, parts: Iterable[Place], limit: Limit, first: int = 0) -> list[Cut]:
    """Neighbours put together as long as they fit, each chunk after what it repeats; nothing before `first` is."""
    made: list[Cut] = []
    for part in parts:
        last = made[-1] if made else None
        if last and ruler.length(last.start, part[1]) + _room_of(ruler, last.head) <= limit.size:
            made[-1] = Cut(last.start, last.own, part[1], last.head)
        else:
            made.append(_begun(ruler, part, limit, max(ruler.back(limit.overlap, part[0]), first) if last else part[0]))
    return made


def apart(ruler: Ruler, parts: Iterable[Place], limit: Limit) -> list[Cut]:
    """Each part as a chunk of its own, after what it repeats."""
    return [
        _begun(ruler, part, limit, ruler.back(limit.overlap, part[0]) if number else part[0])
        for number, part in enumerate(parts)
    ]


def _begun(ruler: Ruler, part: Place, limit: Limit, begin: int) -> Cut:
    head = _head_at(limit.tables, begin)
    fits = ruler.length(begin, part[1]) + _room_of(ruler, head) <= limit.size
    return Cut(begin, part[0], part[1], head if fits else None)


def _room_of(ruler: Ruler, head: Place | None) -> int:
    """Units that a repeated head takes, its line end included."""
    if head is None:
        return 0
    return ruler.length(*head) + (ruler.unit == "chars") + (ruler.unit == "tokens")


def _head_at(tables: tuple[Table, ...], place: int) -> Place | None:
    at = bisect_left(tables, place, key=lambda table: table.body)
    at = at if at < len(tables) and tables[at].body == place else at - 1
    table = tables[at] if at >= 0 else None
    return (table.start, table.head_end) if table and place < table.end else None


def by_windows(ruler: Ruler, limit: Limit) -> list[Cut]:
    """Chunks as full as they can be, cut at the last gap between words that fits."""
    made: list[Cut] = []
    own, last = ruler.stripped(0, len(ruler.text))
    while own < last:
        start = ruler.back(limit.overlap, own) if made else own
        end = _window_end(ruler, start, own, limit.size)
        if end == own:
            start, end = own, _window_end(ruler, own, own, limit.size)
        head = _head_at(limit.tables, start)
        if head:
            shorter = _window_end(ruler, start, own, limit.size - _room_of(ruler, head))
            fits = own < shorter and ruler.length(start, shorter) + _room_of(ruler, head) <= limit.size
            head, end = (head, shorter) if fits else (None, end)
        made.append(Cut(start, own, ruler.stripped(own, end)[1], head))
        own = ruler.stripped(end, last)[0]
    return made


def _window_end(ruler: Ruler, start: int, own: int, size: int) -> int:
    """Where a window ends; `own` where nothing after it fits, which can only be when the window begins before it."""
    reach = ruler.reach(start, max(size, 0))
    if reach >= len(ruler.text):
        return reach
    around = ruler.whole_around(reach)
    if around:
        reach = around[0]
        if reach <= own:
            return around[1] if start == own else own
    border = _border_before(ruler, own, reach)
    if border is not None:
        return border
    return _between_letters(ruler, own, reach) if start == own else own


def _border_before(ruler: Ruler, own: int, reach: int) -> int | None:
    """The last border between words up to `reach`, or a gap just before it; none when there is none after `own`."""
    at = bisect_right(ruler.borders, reach) - 1
    border = ruler.borders[at] if at >= 0 else 0
    if border <= own:
        return None
    inside = ruler.whole_around(border)
    if inside:
        return inside[1]
    gap = border
    while gap > max(own + 1, border - _NEAR) and not ruler.text[gap - 1].isspace():
        gap -= 1
    return gap if ruler.text[gap - 1].isspace() and ruler.whole_around(gap) is None else border


def _between_letters(ruler: Ruler, own: int, reach: int) -> int:
    """The last place up to `reach` that cuts no combined character; `reach` or more when there is none."""
    place = reach
    while place > own and is_combined(ruler.text, place, own):
        place -= 1
    return place if place > own else max(reach, own + 1)


def sentences(ruler: Ruler) -> list[Place]:
    """The sentences of a text in order, with what is not cut as one of them; they cover all but white space."""
    found = [(one.start(), one.end()) for one in SENTENCE.finditer(ruler.text)]
    if ruler.whole:
        found = list(_around_whole(ruler, found))
    return [ruler.stripped(start, end) for start, end in found]


def _around_whole(ruler: Ruler, found: list[Place]) -> Iterator[Place]:
    """Sentences without those inside what is not cut, which stands for them."""
    borders = {start for start, _ in found if ruler.whole_around(start) is None}
    borders |= {place for whole in ruler.whole for place in whole}
    ordered = [*sorted(borders), len(ruler.text)]
    for start, end in pairwise(ordered):
        if ruler.text[start:end].strip():
            yield start, end


def by_sentences(ruler: Ruler, limit: Limit) -> list[Place]:
    """Sentences; those that are too large are cut further, at gaps between words first."""
    parts: list[Place] = []
    narrow = Limit(limit.room)
    for start, end in sentences(ruler):
        fits = ruler.length(start, end) <= limit.room
        parts += [(start, end)] if fits else pieces(ruler, start, end, narrow, level=_AT_GAPS)
    return parts


def _collect(ruler: Ruler, start: int, end: int, size: int, *, level: int, found: list[Place]) -> None:
    """Parts of at most `size` units without white space around; what fits is not cut further."""
    start, end = ruler.stripped(start, end)
    if start == end:
        return
    if level > _AT_CHARACTERS or ruler.length(start, end) <= size or _is_whole(ruler, start, end):
        found.append((start, end))
        return
    for place in [*_places(ruler, start, end, size, level), end]:
        _collect(ruler, start, place, size, level=level + 1, found=found)
        start = place


def _is_whole(ruler: Ruler, start: int, end: int) -> bool:
    around = ruler.whole_around(start + 1) if ruler.whole else None
    return around is not None and around[0] <= start and end <= around[1]


def _places(ruler: Ruler, start: int, end: int, size: int, level: int) -> Iterator[int]:
    """Where to cut between two places at the borders of one level, in order."""
    places = _unchecked_places(ruler, start, end, size, level)
    return _outside_whole(ruler, places, start) if ruler.whole else places


def _outside_whole(ruler: Ruler, places: Iterable[int], start: int) -> Iterator[int]:
    """Those of some places that cut nothing which is not cut; one in the indent of such a part moves before it."""
    for place in places:
        around = ruler.whole_around(place)
        if around is None:
            yield place
        elif start < around[0] and ruler.text[around[0] : place].isspace():
            yield around[0]


def _unchecked_places(ruler: Ruler, start: int, end: int, size: int, level: int) -> Iterator[int]:
    if level < _AT_WORDS:
        ends = (found.end() for found in _BORDERS[level].finditer(ruler.text, start, end))
        yield from ends if ruler.is_plain else (place for place in ends if not is_combined(ruler.text, place))
    elif level == _AT_WORDS:
        yield from _between(ruler.borders, start, end)
    elif ruler.unit == "words":
        yield from _between(ruler.words, start, end)
    else:
        yield from _between_characters(ruler, start, end, size)


def _between(places: list[int], start: int, end: int) -> list[int]:
    return places[bisect_left(places, start + 1) : bisect_left(places, end)]


def _between_characters(ruler: Ruler, start: int, end: int, size: int) -> Iterator[int]:
    """Every `size` units at most; only what is combined out of more than that is cut in the middle."""
    while (reach := ruler.reach(start, size)) < end:
        start = _between_letters(ruler, start, reach)
        yield start
