"""Numbers as people read them: counts, shares and other figures, and by how much they differ."""

from ..pipelines.card.model import Unit

MISSING = "–"
_SCALES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_PLAIN_BELOW = 1e4


def percent(share: float) -> str:
    """A share as people read it; what is not nothing and not all never looks so.

    >>> percent(0.8495), percent(0.00001), percent(0.99999), percent(0.0), percent(1.0), percent(4.0)
    ('85.0%', '<0.1%', '>99.9%', '0%', '100%', '400.0%')
    """
    if share in (0, 1):
        return f"{share:.0%}"
    if 0 < share < 0.0005:
        return "<0.1%"
    return ">99.9%" if 0.9995 <= share < 1 else f"{share:.1%}"


def figure(value: float | None, unit: Unit = "number") -> str:
    """A number in its unit; a dash for none.

    >>> figure(1234567, "count"), figure(0.1234, "share"), figure(0.0001, "share"), figure(5.6789), figure(None)
    ('1,234,567', '12.3%', '<0.1%', '5.68', '–')
    """
    if value is None:
        return MISSING
    if unit == "share":
        return percent(value)
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


def exact(value: float, unit: Unit = "number", digits: int = 4) -> str:
    """A number with its digits, for a limit; whole ones below ten million are written out.

    Args:
        digits: how many tell of a number that is not whole.

    >>> exact(5000.0), exact(0.30000000000000004), exact(2.5e9), exact(0.285, "share")
    ('5,000', '0.3', '2.5e+09', '28.5%')
    """
    if unit == "share":
        return f"{100 * value:.{digits}g}%"
    if value == int(value) and abs(value) < 1e7:
        return f"{int(value):,}"
    return f"{value:.{digits}g}"


def compact(value: float, unit: Unit = "number", digits: int = 3) -> str:
    """A number that takes little room, for an axis.

    Args:
        digits: how many tell of a number that is not whole; one more of a shortened one.

    >>> compact(9500), compact(12500), compact(2_000_000), compact(0.25), compact(0.25, "share")
    ('9,500', '12.5k', '2M', '0.25', '25%')
    """
    if unit == "share":
        return f"{100 * value:.{digits}g}%"
    if abs(value) < _PLAIN_BELOW:
        return f"{value:,.0f}" if value == int(value) else f"{value:.{digits}g}"
    size, letter = next(scale for scale in _SCALES if abs(value) >= scale[0])
    return f"{value / size:.{digits + 1}g}{letter}"
