"""Whether two results of queries say the same."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from ..errors import RowError
from .contract import Table

TOLERANCE: Final = 1e-9
"""How far a float may be from another number and still be the same, relative to the larger one."""
Row = tuple[Any, ...]


def same_result(gold: Table, other: Table) -> bool:
    """Whether `other` answers what `gold` answers.

    - Columns are compared by their place. Their number counts, their names do not.
    - Rows count as often as they come. Their order counts where `gold` has an outermost ORDER BY: rows that are equal
      in all that it sorts by may change places, as far as that can be seen in the columns of the result.
    - NULL is only NULL, and no empty text. Integers, floats, decimals and Booleans are numbers: 1, 1.0 and true are the
      same; a float is the same as a number within 1e-9 of it. A text is never a number or a date.

    Raises:
        RowError: `result_too_large`: rows were left out of one for a limit, so nothing can be said.
    """
    for table in (gold, other):
        if table.truncated:
            raise RowError("result_too_large", f"it has more rows than the {len(table.rows):,} that were read")
    if len(gold.columns) != len(other.columns) or len(gold.rows) != len(other.rows):
        return False
    left, right = ([_plain_row(row) for row in table.rows] for table in (gold, other))
    if left == right or _all_same(left, right):
        return True
    if gold.order_by is None:
        return _same_rows(left, right)
    keys = gold.order_by
    if not keys:
        return False
    return _all_same([_chosen(row, keys) for row in left], [_chosen(row, keys) for row in right]) and _same_rows(
        left, right
    )


def _chosen(row: Row, places: Sequence[int]) -> Row:
    return tuple(row[place] for place in places)


def _plain_row(row: Sequence[Any]) -> Row:
    return tuple(_plain(value) for value in row)


def _plain(value: Any) -> Any:
    """A value that can be hashed, and equals those that it is the same as, but for floats that are only near."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float | Decimal) and value != value:  # noqa: PLR0124 - NaN
        return _NAN
    if isinstance(value, list):
        return ("list", *map(_plain, value))
    if isinstance(value, dict):
        return ("dict", *sorted(((_plain(key), _plain(one)) for key, one in value.items()), key=repr))
    return value


_NAN: Final = ("not a number",)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal)


def _same(left: Any, right: Any) -> bool:
    if left == right:
        return True
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(_same, left, right))
    if not (_is_number(left) and _is_number(right) and (isinstance(left, float) or isinstance(right, float))):
        return False
    try:
        return math.isclose(float(left), float(right), rel_tol=TOLERANCE)
    except OverflowError:  # an integer beyond all floats
        return False


def _all_same(left: Sequence[Row], right: Sequence[Row]) -> bool:
    return all(map(_same, left, right))


def _same_rows(left: Sequence[Row], right: Sequence[Row]) -> bool:
    """Whether rows are the same in some order: those that are equal first, then those that are near."""
    lone, others = Counter(left), Counter(right)
    missing, extra = lone - others, others - lone
    waiting: dict[Row, list[Row]] = {}
    for row in extra.elements():
        waiting.setdefault(_without_numbers(row), []).append(row)
    for rows in waiting.values():
        rows.sort(key=_numbers)
    return all(_taken(row, waiting.get(_without_numbers(row), [])) for row in sorted(missing.elements(), key=_numbers))


def _taken(row: Row, candidates: list[Row]) -> bool:
    """Take the first of the candidates that is the same, in the order of their numbers, out of them."""
    numbers = _numbers(row)
    about = abs(numbers[0]) * 2 * TOLERANCE if numbers and math.isfinite(numbers[0]) else 0.0
    start = bisect_left(candidates, numbers[0] - about, key=_first_number) if numbers else 0
    for at in range(start, len(candidates)):
        if _same(row, candidates[at]):
            del candidates[at]
            return True
        if numbers and _first_number(candidates[at]) > numbers[0] + about:
            return False
    return False


def _numbers(row: Row) -> tuple[float, ...]:
    return tuple(_float(value) for value in row if _is_number(value))


def _first_number(row: Row) -> float:
    return _numbers(row)[0]


def _float(value: int | float | Decimal) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _without_numbers(row: Row) -> Row:
    """The row with a mark in place of numbers, and of lists, which may hold some."""
    return tuple(... if _is_number(value) else (len(value),) if isinstance(value, tuple) else value for value in row)
