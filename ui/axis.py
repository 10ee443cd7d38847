"""What stands along the axis of a histogram, on terminal and page alike: its ends, its edges and its limits."""

from collections.abc import Callable, Sequence

from ..pipelines.limits import Limit

MOST_DIGITS = 17
"""As many as a float has."""


def share_of_axis(value: float, edges: Sequence[float]) -> float:
    """Where a value stands between the first edge, 0, and the last one, 1; at one of them where it is beyond."""
    return min(1.0, max(0.0, (value - edges[0]) / (edges[-1] - edges[0])))


def in_view(limit: Limit, edges: Sequence[float]) -> bool:
    """Whether a limit's line lies within the edges of a histogram."""
    return edges[0] <= limit.at <= edges[-1]


def edge_labels(edges: Sequence[float], write: Callable[[float, int], str], fewest: int) -> list[str]:
    """The edges as they are written, with as many digits as it takes to tell them apart.

    Args:
        write: a number with so many digits.
        fewest: digits that are enough where they tell the edges apart.

    >>> edge_labels([12.34, 12.345, 12.35], lambda value, digits: f"{value:.{digits}g}", 3)
    ['12.34', '12.345', '12.35']
    """
    labels: list[str] = []
    for digits in range(fewest, MOST_DIGITS + 1):
        labels = [write(edge, digits) for edge in edges]
        if len(set(labels)) == len(labels):
            break
    return labels


def end_labels(
    edges: Sequence[float], labels: Sequence[str], smallest: float | None, largest: float | None
) -> tuple[str, str]:
    """The ends of an axis; values beyond them, which the end bins of its histogram hold, are hinted at.

    Args:
        labels: the edges as they are written.
        smallest: of all values, as `largest`; None without any.
    """
    below = smallest is not None and smallest < edges[0]
    above = largest is not None and largest > edges[-1]
    return f"{'<' * below}{labels[0]}", f"{labels[-1]}{'+' * above}"
