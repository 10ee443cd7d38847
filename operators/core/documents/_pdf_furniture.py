"""Finds what is repeated at the edges of pages: running headers and footers, and page numbers."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from ._pdf_lines import Line

_EDGE: Final = 0.12
"""Share of a page's height, from above and from below, in which headers and footers stand."""
_FEWEST_PAGES: Final = 3
_LEAST_SHARE: Final = 0.4
_SAME_HEIGHT: Final = 6.0
"""Points by which the height of a header may differ from page to page."""
_PAGE_OF_PAGES: Final = re.compile(r"\b(\d+)\s*(?:/|of|von|de)\s*2\b", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)


def without_furniture(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> list[list[Line]]:
    """The lines of all pages without those that stand on many at the same place, apart from their numbers.

    Of two pages only what is equal word for word goes, apart from the number of the page ("1/2"). One page keeps all.

    Args:
        pages: the lines of each page.
        heights: of each page, in points.
    """
    if len(pages) < 2:
        return [[*lines] for lines in pages]
    if len(pages) < _FEWEST_PAGES:
        return _without_equal(pages, heights)
    seen: dict[tuple[str, int], set[int]] = defaultdict(set)
    for number, (lines, height) in enumerate(zip(pages, heights, strict=True)):
        for line in lines:
            if _at_edge(line, height):
                for place in _places(line):
                    seen[_known(line), place].add(number)
    least = max(_FEWEST_PAGES, _LEAST_SHARE * len(pages) / 2)  # left and right pages may have headers of their own
    return [
        [line for line in lines if not (_at_edge(line, height) and _is_repeated(line, seen, least))]
        for lines, height in zip(pages, heights, strict=True)
    ]


def _without_equal(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> list[list[Line]]:
    at_edges = [
        {place: {_numbered(line, number) for line in lines if place in _edges(line, height)} for place in (-1, 1)}
        for number, (lines, height) in enumerate(zip(pages, heights, strict=True), start=1)
    ]
    first, second = at_edges
    return [
        [
            line
            for line in lines
            if not any(_numbered(line, number) in first[edge] & second[edge] for edge in _edges(line, height))
        ]
        for number, (lines, height) in enumerate(zip(pages, heights, strict=True), start=1)
    ]


def _numbered(line: Line, page: int) -> str:
    """The text of a line in which "2/2" on the second of two pages is the same as "1/2" on the first."""
    return _PAGE_OF_PAGES.sub(lambda found: "#" if found[1] == str(page) else found[0], line.text)


def _edges(line: Line, height: float) -> list[int]:
    """The edge a line stands at, if it does: -1 is the lower one."""
    return [edge for edge, is_at in ((1, line.bottom > (1 - _EDGE) * height), (-1, line.top < _EDGE * height)) if is_at]


def _is_repeated(line: Line, seen: dict[tuple[str, int], set[int]], least: float) -> bool:
    return any(len(seen[_known(line), place]) >= least for place in _places(line))


def _at_edge(line: Line, height: float) -> bool:
    return bool(_edges(line, height))


def _known(line: Line) -> str:
    return _DIGITS.sub("#", line.text.casefold())


def _places(line: Line) -> tuple[int, int]:
    """The height, so coarsely that two that are near share one of two."""
    return int(line.bottom / _SAME_HEIGHT), int(line.bottom / _SAME_HEIGHT + 0.5) + 1_000_000
