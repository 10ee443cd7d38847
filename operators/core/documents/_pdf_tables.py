"""Finds tables with ruling lines on a PDF page."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from .tables import markdown_table

_THIN: Final = 2.5
"""Points up to which a shape is a ruling line."""
_FEWEST: Final = 3
_MOST_SHAPES: Final = 20_000
"""Shapes of a page beyond which it is a drawing."""


@dataclass(frozen=True)
class Table:
    """A table as Markdown, and its box on the page; y grows upwards."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


def has_rules(page: Any) -> bool:
    """Whether a page has so many horizontal and vertical lines, or so many boxes, that there may be a table on it.

    Args:
        page: of pypdfium2.
    """
    from pypdfium2 import raw

    across = down = boxes = 0
    for number, shape in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=2)):
        if number == _MOST_SHAPES:
            return False
        left, bottom, right, top = shape.get_bounds()
        wide, high = right - left, top - bottom
        across += high <= _THIN < wide
        down += wide <= _THIN < high
        boxes += wide > 5 * _THIN and high > 2 * _THIN
    return (across >= _FEWEST and down >= _FEWEST - 1) or (across >= _FEWEST and boxes > 0) or boxes >= 2 * _FEWEST


class Tables:
    """Finds the tables of a document's pages; opens it for that once, and only when it is asked."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._opened: Any = None

    def on(self, number: int, height: float) -> list[Table]:
        """The tables on a page that have at least two rows and two columns.

        Args:
            number: of the page, from 0.
            height: of the page, in points.
        """
        import pdfplumber

        if self._opened is None:
            self._opened = pdfplumber.open(BytesIO(self._data))
        page = self._opened.pages[number]
        try:
            return [*filter(None, (_table(found, height) for found in page.find_tables()))]
        finally:
            page.close()

    def close(self) -> None:
        """Close the document, if it was opened."""
        if self._opened is not None:
            self._opened.close()


def _table(found: Any, height: float) -> Table | None:
    rows = [[(cell or "").strip() for cell in row] for row in found.extract()]
    columns = [at for at in range(max(map(len, rows), default=0)) if any(row[at] for row in rows)]
    rows = [[row[at] for at in columns] for row in rows if any(row)]
    if len(rows) < 2 or len(columns) < 2:
        return None
    left, upper, right, lower = found.bbox
    return Table(markdown_table(rows), left, height - lower, right, height - upper)
