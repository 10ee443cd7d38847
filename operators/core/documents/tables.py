"""Writes rows of cells as a Markdown table."""

from collections.abc import Sequence


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    r"""Rows as a table whose first row is its head; every row gets as many cells as the longest.

    >>> print(markdown_table([["Year", "a|b"], ["1847", "two\nlines"]]))
    | Year | a\|b |
    | --- | --- |
    | 1847 | two lines |
    """
    width = max((len(row) for row in rows), default=0)
    if not width:
        return ""
    lines = [_line([*map(_cell, row), *[""] * (width - len(row))]) for row in rows]
    return "\n".join([lines[0], _line(["---"] * width), *lines[1:]])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
