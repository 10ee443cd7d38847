r"""Finds what stands in \boxed{…}, braces inside braces."""

import re
from collections.abc import Iterator

_BOX = re.compile(r"\\(?:boxed|fbox)(?![A-Za-z])[ \t]{0,9}")
_BARE = re.compile(r"[^\s{}$\\,;]+")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


def boxes(text: str) -> Iterator[tuple[int, int] | None]:
    r"""Where what stands in \boxed{…} and \fbox{…} begins and ends, those inside others too; None for one never closed.

    TeX's form without braces, `\boxed 5`, is read up to white space or `$`. Time is linear in the length of the text.

    >>> text = r"\boxed{\frac{1}{2}} and \boxed 5, \boxed{"
    >>> [box and text[slice(*box)] for box in boxes(text)]
    ['\\frac{1}{2}', '5', None]
    """
    ends: dict[int, int] | None = None
    for box in _BOX.finditer(text):
        if text.startswith("{", box.end()):
            ends = _braces(text) if ends is None else ends
            end = ends.get(box.end())
            yield None if end is None else (box.end() + 1, end)
        elif bare := _BARE.match(text, box.end()):
            yield bare.span()


def last_box(text: str) -> str | None:
    r"""What stands in the last \boxed{…} that is closed and not empty; None where there is none."""
    # From the last on, so that of boxes inside boxes only one is cut out.
    for box in reversed(list(boxes(text))):
        if box is not None and (inside := text[slice(*box)].strip()):
            return inside
    return None


def balanced(text: str) -> bool:
    """Whether every brace of a LaTeX text is closed, and none closes what was never opened."""
    depth = 0
    for brace in _BRACE.finditer(text):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth < 0:
            return False
    return depth == 0


def _braces(text: str) -> dict[int, int]:
    """The place of each opening brace that is closed, with that of the brace that closes it."""
    open_at: list[int] = []
    ends: dict[int, int] = {}
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            open_at.append(brace.start())
        elif brace[0] == "}" and open_at:
            ends[open_at.pop()] = brace.start()
    return ends
