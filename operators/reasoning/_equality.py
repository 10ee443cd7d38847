"""Decides whether two answers say the same, as far as that needs no algebra."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import Any

from ._boxes import balanced
from ._final_answer import has_words, trimmed
from ._units import contradict, split_unit

MOST_CHARS = 2_000
"""Longest answer that algebra is tried on; longer ones are compared as they are written."""
_MOST_DIGITS = 400
_SURE_DIGITS = 6
"""A decimal of so many digits equals the number that it rounds or cuts off."""

_SIGNS = str.maketrans("−–‐‑＝，（）⁄∕÷~\u00a0\u2002\u2003\u2008\u2009\u200a\u202f", "----=,()///" + " " * 8, "\u200b")
_NAMES = {
    "×": r"\times ", "·": r"\cdot ", "π": r"\pi ", "∞": r"\infty ", "≤": r"\le ", "≥": r"\ge ", "≠": r"\neq ",
    "±": r"\pm ", "∪": r"\cup ", "∩": r"\cap ", "∈": r"\in ", "ℝ": r"\mathbb{R}", "°": r"^\circ ", "∅": r"\emptyset ",
    "½": r"\frac{1}{2}", "⅓": r"\frac{1}{3}", "⅔": r"\frac{2}{3}", "¼": r"\frac{1}{4}", "¾": r"\frac{3}{4}",
    "⅕": r"\frac{1}{5}", "⅙": r"\frac{1}{6}", "⅛": r"\frac{1}{8}", "θ": r"\theta ", "α": r"\alpha ", "β": r"\beta ",
}  # fmt: skip
_NAMED = re.compile("|".join(map(re.escape, _NAMES)))
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ]+")
_RAISED_SIGNS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ", "0123456789+-n")
_ROOT = re.compile(r"√\s*(?:\(([^()]*)\)|(\d+(?:\.\d+)?|[A-Za-z]))")
_TEXT = re.compile(r"\\(?:text|mathrm|textbf|textit|mathbf|textrm|mbox|operatorname)\s*\{([^{}]*)\}")
_SPACING = re.compile(r"(?<!\\)\\(?:[,;:! ]|quad\b|qquad\b)")
_DRESS = re.compile(r"\\(?:left|right|displaystyle|dollar)(?![A-Za-z])|\\[dt](?=frac)")
_GROUPS = re.compile(r"(?<![\d,.])\d{1,3}(?:(?:\{,\}|,)\d{3})+(?![\d,])|(?<![\d.])\d{1,3}(?: \d{3})+(?! ?\d)")
_DECIMAL = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")
_MIXED = re.compile(r"(?<![\d.])(\d+) +(\d+)/(\d+)(?![\d.])")
_SCIENTIFIC = re.compile(r"(?<=\d)[eE]([-+]?\d+)\b")
_SHORT_FRACTION = re.compile(r"\\frac\s*(\d)\s*(\d)(?!\d)")
_FRACTION = re.compile(r"([-+]?)\s*(?:\\frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}|([^/{}\\]+)/([^/{}\\]+))")
_NAMED_SIDE = re.compile(r"\s*([A-Za-z](?:_\{?\w+\}?)?(?:\([a-z]\))?)\s*=([^=]+)")


def written(answer: str) -> str:
    r"""One spelling for the many that an answer has: of signs, spaces, groups of thousands, LaTeX without effect.

    Nothing that decides what it says is lost: brackets, variables, signs and percent stay. Case stays.

    >>> written(r"$\left(1,\, 2\right]$"), written("1,000"), written("x²")
    ('(1,2]', '1000', 'x^{2}')
    """
    text = _TEXT.sub(r" \1 ", trimmed(answer).translate(_SIGNS))
    text = _RAISED.sub(lambda raised: f"^{{{raised[0].translate(_RAISED_SIGNS)}}}", text)
    text = _MIXED.sub(r"\1\\frac{\2}{\3}", text)
    text = _NAMED.sub(lambda sign: _NAMES[sign[0]], text)
    text = _ROOT.sub(lambda root: f"\\sqrt{{{root[1] or root[2]}}}", text)
    text = _DRESS.sub(lambda dress: "\\" if dress[0] in (r"\d", r"\t") else "", _SPACING.sub(" ", text))
    text = _SHORT_FRACTION.sub(r"\\frac{\1}{\2}", _SCIENTIFIC.sub(r"\\cdot 10^{\1}", text))
    if not text.lstrip().startswith(("(", "[", "{", r"\{")):
        text = _GROUPS.sub(lambda groups: re.sub(r"\D", "", groups[0]), text)
    text = " ".join(text.replace(r"\%", "%").split())
    return re.sub(r"(?<![A-Za-z\d]) | (?![A-Za-z\d])", "", text).rstrip(".")


def exactly_equal(left: str, right: str) -> bool:
    """Whether two answers are written the same, apart from spelling, and numbers the same number; case counts.

    >>> exactly_equal("8", "8.0"), exactly_equal("1/2", "0.5")
    (True, False)
    """
    left, right = written(left), written(right)
    if left == right:
        return bool(left)
    numbers = [Fraction(side) if _is_decimal(side) else None for side in (left, right)]
    return numbers[0] is not None and numbers[0] == numbers[1]


@dataclass(frozen=True)
class _Number:
    """A number, and for a decimal how many digits it has, and how many of them behind the point."""

    value: Fraction
    digits: int = 0
    decimals: int | None = None

    def hundredth(self) -> "_Number":
        """What so many percent are."""
        return _Number(self.value / 100, self.digits, None if self.decimals is None else self.decimals + 2)


@dataclass(frozen=True)
class _Form:
    """What of an answer is compared: the name of its left side, its value, its unit, and the value as a number."""

    name: str | None
    value: str
    unit: str | None
    number: _Number | None


def plainly_equal(left: str, right: str) -> bool | None:
    r"""Whether two answers say the same; None where only algebra can tell. The order of both does not matter.

    A unit, or a name as in x = 5, that only one of both has does not count, nor does case in words. Known units that
    differ contradict, and so do words that differ. Numbers are equal as numbers, percents both to a hundredth and to
    the number before the sign; a decimal with six digits or more equals what it rounds or cuts off.

    >>> plainly_equal("1/2", "50%"), plainly_equal("x = 5", "5 cm"), plainly_equal("5 cm", "5 kg")
    (True, True, False)
    >>> plainly_equal("x + 1", "1 + x") is None
    True
    """
    one, other = _form(left), _form(right)
    if contradict(one.unit, other.unit) or (
        one.name and other.name and one.name != other.name and "=" not in one.value
    ):
        return False
    if one.value.casefold() == other.value.casefold() and one.value:
        # Variables differ by case, words do not.
        return one.value == other.value or has_words(one.value) or None
    agree = _numbers_agree(one, other)
    if agree is not None:
        return agree
    if _is_text(one.value) or _is_text(other.value):
        return False
    return None


def reference_answers(reference: Any) -> list[str]:
    """The acceptable answers that a reference holds: a text, a number, or a list of them; empty texts are none.

    >>> reference_answers([8.0, "x", None, ""]), reference_answers(True)
    (['8', 'x'], ['true'])
    """
    if isinstance(reference, list):
        return [answer for one in reference if not isinstance(one, list) for answer in reference_answers(one)]
    if isinstance(reference, bool):
        return [str(reference).lower()]
    if isinstance(reference, float):
        return [format(Decimal(repr(reference)).normalize(), "f")] if isfinite(reference) else []
    if isinstance(reference, int):
        return [str(reference)]
    return [reference] if isinstance(reference, str) and reference.strip() else []


@lru_cache(maxsize=2048)
def _form(answer: str) -> _Form:
    value, unit = split_unit(trimmed(answer).translate(_SIGNS))
    value = written(value)
    named = _NAMED_SIDE.fullmatch(value)
    name = named[1] if named else None
    value = named[2].strip() if named else value
    percent = value.endswith("%")
    return _Form(name, value, "%" if percent else unit, _number(value.removesuffix("%").strip()))


def _numbers_agree(one: _Form, other: _Form) -> bool | None:
    """Whether both are the same number; None where one of them is none."""
    if one.number is None or other.number is None:
        return None
    if _number_equal(one.number, other.number):
        return True
    if one.unit == other.unit or "%" not in (one.unit, other.unit):
        return False
    percent, plain = (one.number, other.number) if one.unit == "%" else (other.number, one.number)
    return _number_equal(percent.hundredth(), plain)


def _number_equal(one: _Number, other: _Number) -> bool:
    if one.value == other.value:
        return True
    for rounded, exact in ((one, other), (other, one)):
        if rounded.decimals and rounded.digits >= _SURE_DIGITS and exact.decimals is None:
            last = Fraction(1, 10**rounded.decimals)
            cut_off = abs(exact.value) - abs(rounded.value)
            return abs(rounded.value - exact.value) * 2 <= last or (
                0 <= cut_off < last and exact.value * rounded.value > 0
            )
    return False


def _number(value: str) -> _Number | None:
    """A decimal or a fraction of decimals as a number."""
    if _is_decimal(value):
        digits = len(re.sub(r"\D", "", value).lstrip("0"))
        return _Number(Fraction(value), digits, len(value.partition(".")[2]) if "." in value else None)
    if len(value) <= _MOST_DIGITS and (fraction := _FRACTION.fullmatch(value)):
        above, below = (part.strip() for part in (fraction[2] or fraction[4] or "", fraction[3] or fraction[5] or ""))
        if _is_decimal(above) and _is_decimal(below) and Fraction(below):
            return _Number(Fraction(above) / Fraction(below) * (-1 if fraction[1] == "-" else 1))
    return None


def _is_decimal(value: str) -> bool:
    return len(value) <= _MOST_DIGITS and value.isascii() and _DECIMAL.fullmatch(value) is not None


def _is_text(value: str) -> bool:
    """Whether algebra can make nothing of an answer: words, digits apart, braces that are never closed, or too long."""
    return len(value) > MOST_CHARS or not balanced(value) or has_words(value) or re.search(r"\d \d", value) is not None
