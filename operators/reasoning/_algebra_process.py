"""What the process of `_algebra.py` carries out: says of two answers whether algebra finds them equal."""

from contextlib import suppress
from typing import Any


class Comparing:
    """Compares the answers `left` and `right` of an order: "equal", "different" or "unreadable"."""

    def __init__(self) -> None:
        # Loads the libraries and what they make at their first use, so that no question pays for it.
        _compare("x + 1", "1 + x")

    def __call__(self, order: dict[str, Any], payload: bytes) -> str:
        return _compare(order["left"], order["right"])


def _compare(left: str, right: str) -> str:
    from math_verify import verify

    one, other = _parsed(left), _parsed(right)
    if not one or not other:
        return "unreadable"
    # It asks differently of the reference and of what is compared with it; here neither is preferred.
    with suppress(RecursionError):
        if any(verify(*pair, timeout_seconds=None) for pair in ((one, other), (other, one))):
            return "equal"
    return "different"


def _parsed(answer: str) -> list[Any]:
    from math_verify import parse

    with suppress(RecursionError):
        return list(parse(f"${answer}$", parsing_timeout=None, fallback_mode="no_fallback"))
    return []
