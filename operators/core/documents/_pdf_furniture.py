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
_DIGITS: Final = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)


def without_furniture(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> list[list[Line]]:
    """The lines of all pages without those that stand on many at the same place, apart from their numbers.

    A document of one or two pages keeps all its lines.

    Args:
        pages: the lines of each page.
        heights: of each page, in points.
    """
    if len(pages) < _FEWEST_PAGES:
        return [[*lines] for lines in pages]
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


def _is_repeated(line: Line, seen: dict[tuple[str, int], set[int]], least: float) -> bool:
    return any(len(seen[_known(line), place]) >= least for place in _places(line))


def _at_edge(line: Line, height: float) -> bool:
    return line.bottom > (1 - _EDGE) * height or line.top < _EDGE * height


def _known(line: Line) -> str:
    return _DIGITS.sub("#", line.text.casefold())


def _places(line: Line) -> tuple[int, int]:
    """The height, so coarsely that two that are near share one of two."""
    return int(line.bottom / _SAME_HEIGHT), int(line.bottom / _SAME_HEIGHT + 0.5) + 1_000_000
