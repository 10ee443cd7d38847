"""Numbers as people read them: counts, shares and other figures, and by how much they differ."""

from ..pipelines.card_model import Unit
from .funnel_words import percent

MISSING = "–"
_SCALES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_PLAIN_BELOW = 1e4


def figure(value: float | None, unit: Unit = "number") -> str:
    """A number in its unit; a dash for none.

    >>> figure(1234567, "count"), figure(0.1234, "share"), figure(0.0001, "share"), figure(5.6789), figure(None)
    ('1,234,567', '12.3%', '<0.1%', '5.68', '–')
    """
    if value is None:
        return MISSING
    if unit == "share":
        return f"{value:.0%}" if value in (0, 1) else percent(value)
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    if unit == "count":
        return f"{value:,.1f}"
    return "<0.001" if 0 < value < 0.0005 else f"{value:.3g}"


def change(value: float | None, unit: Unit = "number") -> str:
    """A difference with its sign; that of shares in percentage points.

    >>> change(-568, "count"), change(0.0214, "share"), change(0.0, "share"), change(None)
    ('−568', '+2.1 pp', '0', '–')
    """
    if value is None:
        return MISSING
    if not value:
        return "0"
    sign = "+" if value > 0 else "−"
    if unit != "share":
        size = figure(abs(value), unit)
        return sign + (f"{abs(value):.1g}" if size.startswith("<") else size)
    points = 100 * abs(value)
    return f"{sign}{points:.1f} pp" if points >= 0.05 else f"{sign}{points:.1g} pp"


def compact(value: float, unit: Unit = "number") -> str:
    """A number that takes little room, for an axis.

    >>> compact(9500), compact(12500), compact(2_000_000), compact(0.25), compact(0.25, "share")
    ('9,500', '12.5k', '2M', '0.25', '25%')
    """
    if unit == "share":
        return f"{100 * value:.3g}%"
    if abs(value) < _PLAIN_BELOW:
        return f"{value:,.0f}" if value == int(value) else f"{value:.3g}"
    size, letter = next(scale for scale in _SCALES if abs(value) >= scale[0])
    return f"{value / size:.4g}{letter}"
