"""The pages of a text, which form feeds divide."""

from bisect import bisect_right
from itertools import pairwise
from typing import Any

from ..core.documents.contract import PAGE_BREAK

_ENDS = ("", "\r", "\n")


def without_page_breaks(text: str) -> str:
    """The text with a space for each form feed inside a paragraph, and a line end for any other; as long as before."""
    parts = text.split(PAGE_BREAK)
    made = [parts[0]]
    for before, after in pairwise(parts):
        made += ["\n" if before[-1:] in _ENDS or after[:1] in _ENDS else " ", after]
    return "".join(made)


def page_breaks(text: str, page_count: Any) -> list[int] | None:
    """Where the form feeds of a text stand; None unless it has as many pages as `page_count` says."""
    if isinstance(page_count, bool) or page_count != text.count(PAGE_BREAK) + 1:
        return None
    return [place for place, character in enumerate(text) if character == PAGE_BREAK]


def page_of(breaks: list[int], place: int) -> int:
    """The number of the page, from 1, on which a place lies."""
    return bisect_right(breaks, place) + 1
