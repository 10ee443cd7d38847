"""Finds tables with ruling lines on a PDF page."""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any, Final

from ._pdf_lines import lines_in_order
from ._pdf_words import HYPHEN, Box, Word
from .tables import markdown_table

_NEAR: Final = 3.0
"""Points within which ruling lines are one, or meet."""
_FEWEST: Final = 3
"""Ruling lines across, and as many down, that two rows of two columns need."""
_MOST_SHAPES: Final = 20_000
"""Shapes of a page beyond which it is a drawing."""
_MOST_CROSSINGS: Final = 20_000
"""Of lines across and lines down, beyond which a page is a drawing too."""
_LEAST_FILLED: Final = 0.3
"""Share of the cells that hold text; grids of charts are empty."""
_DEEPEST: Final = 3
_WHOLE: Final = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True)
class Table:
    """A table as Markdown, and its box on the page; y grows upwards."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


def tables_of(page: Any, words: Sequence[Word], placed: Callable[[Box], Box]) -> list[Table]:
    """The tables of a page with at least two rows and two columns; at least two rows have text in two of their cells.

    Args:
        page: of pypdfium2.
        words: of the page.
        placed: where a box of the document stands on the page as it is shown.
    """
    across, down = [], []
    for one, other in islice(_rules(page), _MOST_SHAPES):
        left, bottom, right, top = placed((min(one[0], other[0]), min(one[1], other[1]), *_upper(one, other)))
        if right - left > _NEAR > top - bottom:
            across.append(_edge("h", left, bottom, right, top))
        elif top - bottom > _NEAR > right - left:
            down.append(_edge("v", left, bottom, right, top))
    if min(len(across), len(down)) < _FEWEST:
        return []
    from pdfplumber import table as finder

    edges = finder.merge_edges([*across, *down], _NEAR, _NEAR, _NEAR, _NEAR)
    lying = sum(edge["orientation"] == "h" for edge in edges)
    if lying * (len(edges) - lying) > _MOST_CROSSINGS:
        return []
    cells = finder.intersections_to_cells(finder.edges_to_intersections(edges, _NEAR, _NEAR))
    grids = finder.cells_to_tables(cells) if cells else []
    return [*filter(None, (_table(grid, words) for grid in grids))]


def _upper(one: Point, other: Point) -> Point:
    return max(one[0], other[0]), max(one[1], other[1])


def _edge(orientation: str, left: float, bottom: float, right: float, top: float) -> dict[str, Any]:
    """A ruling line as pdfplumber has it, where y grows downwards."""
    sides = {"x0": left, "x1": right, "top": -top, "bottom": -bottom}
    return {"orientation": orientation, **sides, "width": right - left, "height": top - bottom}


def _table(grid: Sequence[Box], words: Sequence[Word]) -> Table | None:
    """The table that cells make, given with y growing downwards."""
    left, upper = min(cell[0] for cell in grid), min(cell[1] for cell in grid)
    right, lower = max(cell[2] for cell in grid), max(cell[3] for cell in grid)
    inside = [word for word in words if left <= word.center <= right and -lower <= word.middle <= -upper]
    lefts = sorted({cell[0] for cell in grid})
    found = {cell[:2]: cell for cell in grid}
    rows = [[_text(found.get((one, top)), inside) for one in lefts] for top in sorted({cell[1] for cell in grid})]
    columns = [at for at in range(max(map(len, rows), default=0)) if any(row[at] for row in rows)]
    rows = [[row[at] for at in columns] for row in rows if any(row)]
    filled = [sum(map(bool, row)) for row in rows]
    if sum(cells >= 2 for cells in filled) < 2 or sum(filled) < _LEAST_FILLED * len(rows) * len(columns):
        return None
    return Table(markdown_table(rows), left, -lower, right, -upper)


def _text(cell: Box | None, words: Sequence[Word]) -> str:
    """What stands in a cell, given with y growing downwards."""
    if cell is None:
        return ""
    left, upper, right, lower = cell
    held = [word for word in words if left <= word.center < right and -lower <= word.middle < -upper]
    text = ""
    for line in lines_in_order(held):
        text = text[:-1] + line.text if text.endswith(HYPHEN) else f"{text} {line.text}".strip()
    return text.replace(HYPHEN, "")


def _rules(page: Any) -> Iterator[tuple[Point, Point]]:
    """The straight lines that are drawn on a page, from point to point."""
    from pypdfium2 import raw

    count = raw.FPDFPage_CountObjects(page.raw)
    if count > _MOST_SHAPES:
        return
    for at in range(count):
        yield from _drawn(raw.FPDFPage_GetObject(page.raw, at), _WHOLE, _DEEPEST)


def _drawn(shape: Any, around: Matrix, depth: int) -> Iterator[tuple[Point, Point]]:
    from pypdfium2 import raw

    kind = raw.FPDFPageObj_GetType(shape)
    if kind == raw.FPDF_PAGEOBJ_PATH:
        points = _corners(shape, _product(_matrix(shape), around))
        yield from ((one, other) for one, other in pairwise(points) if one is not None and other is not None)
    elif kind == raw.FPDF_PAGEOBJ_FORM and depth:
        inner = raw.FPDFFormObj_CountObjects(shape)
        if inner <= _MOST_SHAPES:
            matrix = _product(_matrix(shape), around)
            for at in range(inner):
                yield from _drawn(raw.FPDFFormObj_GetObject(shape, at), matrix, depth - 1)


def _matrix(shape: Any) -> Matrix:
    from pypdfium2 import raw

    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(shape, ctypes.byref(found)):
        return _WHOLE
    return found.a, found.b, found.c, found.d, found.e, found.f


def _product(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    u, v, w, x, y, z = outer
    return a * u + b * w, a * v + b * x, c * u + d * w, c * v + d * x, e * u + f * w + y, e * v + f * x + z


def _corners(path: Any, matrix: Matrix) -> Iterator[Point | None]:
    """The points of a path, None where the next is not joined to the last by a straight line."""
    from pypdfium2 import raw

    a, b, c, d, e, f = matrix
    x, y = ctypes.c_float(), ctypes.c_float()
    start: Point | None = None
    for at in range(min(raw.FPDFPath_CountSegments(path), _MOST_SHAPES)):
        segment = raw.FPDFPath_GetPathSegment(path, at)
        kind = raw.FPDFPathSegment_GetType(segment)
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        if kind != raw.FPDF_SEGMENT_LINETO:
            yield None
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        yield point
        if raw.FPDFPathSegment_GetClose(segment):
            yield start
