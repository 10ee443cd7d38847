"""Finds pairs of brackets of several characters that may stand inside each other."""

import re
from collections.abc import Callable


def balanced_spans(text: str, opening: str, closing: str, wanted: Callable[[int], object]) -> list[tuple[int, int]]:
    """The outermost balanced pairs that are wanted, in order; what is opened and never closed is none.

    Args:
        text: where to look.
        opening: what opens, such as `{{`.
        closing: what closes.
        wanted: whether a pair is wanted, from the place after what opens it.

    Returns:
        Where each begins and ends, brackets included, in time linear in the length of the text.

    >>> balanced_spans("a {{x {{y}} z}} {{", "{{", "}}", lambda _: True)
    [(2, 15)]
    """
    open_at: list[int] = []
    found: list[tuple[int, int]] = []
    for bracket in re.finditer(f"{re.escape(opening)}|{re.escape(closing)}", text):
        if bracket[0] == opening:
            open_at.append(bracket.start())
        elif open_at:
            start = open_at.pop()
            if wanted(start + len(opening)):
                while found and found[-1][0] > start:
                    found.pop()
                found.append((start, bracket.end()))
    return found


def without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text without some spans, which are in order and do not overlap."""
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    return "".join(text[end:start] for end, start in zip(ends, starts, strict=True))
