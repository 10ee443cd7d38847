"""The sections of a text: what stands under each heading, and chunks along them."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from ._blocks import Heading
from ._cutting import Cut
from ._ruler import Ruler

HEADING_SEPARATOR = " > "
Divide = Callable[[int, int], list[Cut]]
"""Cuts what stands between two places of a text into chunks."""


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it up to the next one; level 0 and no path before the first heading."""

    start: int
    end: int
    level: int
    path: tuple[str, ...]
    has_body: bool


def sections_of(text: str, headings: Sequence[Heading]) -> list[Section]:
    """The sections of a text in order; they cover all of it."""
    found, above = list[Section](), list[Heading]()
    first = headings[0].start if headings else len(text)
    if text[:first].strip() or not headings:
        found.append(Section(0, first, 0, (), True))
    for number, heading in enumerate(headings):
        end = headings[number + 1].start if number + 1 < len(headings) else len(text)
        above = [one for one in above if one.level < heading.level] + [heading]
        path = tuple(one.title for one in above if one.title)
        found.append(Section(heading.start, end, heading.level, path, bool(text[heading.end : end].strip())))
    return found


def path_of(sections: Sequence[Section], start: int, end: int) -> tuple[str, ...]:
    """The headings under which all of a part of the text stands; a heading of which only the words are in it, and
    nothing that stands under it, counts only if there is nothing else."""
    at = max(bisect_right(sections, start, key=lambda section: section.start) - 1, 0)
    inside = list[Section]()
    while at < len(sections) and (not inside or sections[at].start < end):
        inside.append(sections[at])
        at += 1
    paths = [section.path for section in inside if section.has_body] or [section.path for section in inside]
    first, last = min(paths), max(paths)  # what the first and the last of a sorted list share, all share
    return tuple(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))


def by_headings(ruler: Ruler, sections: Sequence[Section], size: int, divide: Divide) -> list[Cut]:
    """Chunks along sections: what is small enough stays whole, with all that stands under it; small neighbours under
    one heading are put together; a section that alone is too large is cut further."""
    return _Along(ruler, sections, size, divide).made(0, len(sections), sections[0].start)


@dataclass(frozen=True)
class _Along:
    ruler: Ruler
    sections: Sequence[Section]
    size: int
    divide: Divide

    def made(self, first: int, after: int, start: int) -> list[Cut]:
        """Chunks of some sections in a row; `start` is that of the first, or of a heading above with nothing under."""
        end = self.sections[after - 1].end
        if self._fits(start, end):
            return self._whole(start, end)
        if after - first == 1:
            return self.divide(start, end)
        parts = self._parts(first, after)
        if parts[0] == (first, first + 1) and not self.sections[first].has_body:
            parts.pop(0)
        chunks, joined_from = list[Cut](), None
        for number, (one, other) in enumerate(parts):
            begin, end = start if number == 0 else self.sections[one].start, self.sections[other - 1].end
            if joined_from is not None and self._fits(joined_from, end):
                chunks[-1:] = self._whole(joined_from, end)
                continue
            chunks += self.made(one, other, begin)
            joined_from = begin if self._fits(begin, end) else None
        return chunks

    def _fits(self, start: int, end: int) -> bool:
        return self.ruler.length(*self.ruler.stripped(start, end)) <= self.size

    def _whole(self, start: int, end: int) -> list[Cut]:
        first, last = self.ruler.stripped(start, end)
        return [Cut(first, first, last)] if first < last else []

    def _parts(self, first: int, after: int) -> list[tuple[int, int]]:
        """Some sections by the headings that stand highest: the first alone where it stands above all others."""
        levels = [section.level for section in self.sections[first:after]]
        parts = [first]
        lowest = min(levels[1:])
        alone = levels[0] < lowest
        highest = levels[1] if alone else levels[0]
        for number in range(1, len(levels)):
            if (alone and number == 1) or levels[number] <= highest:
                parts.append(first + number)
                highest = levels[number]
        return list(zip(parts, [*parts[1:], after], strict=True))
