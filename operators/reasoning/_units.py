"""Splits an answer into its value and the unit behind it."""

import re

_NAMES = """
    mm millimeter millimeters millimetre millimetres | cm centimeter centimeters centimetre centimetres
    m meter meters metre metres | km kilometer kilometers kilometre kilometres
    in inch inches ″ | ft foot feet ′ | yd yard yards | mi mile miles | rad radian radians
    mg milligram milligrams | g gram grams | kg kilogram kilograms kilo kilos | lb lbs pound pounds | oz ounce ounces
    ml milliliter milliliters millilitre millilitres | l liter liters litre litres | gal gallon gallons
    ms millisecond milliseconds | s sec secs second seconds | min mins minute minutes | h hr hrs hour hours
    day days | week weeks | month months | yr yrs year years | ° deg degree degrees | °c celsius | °f fahrenheit
    $ dollar dollars usd | ¢ cent cents | € euro euros eur | £ | ¥ yuan yen rmb | ₹ rupee rupees rs | k kelvin
    n newton newtons | j joule joules | w watt watts | kw kilowatt kilowatts | v volt volts | hz hertz
    a amp amps ampere amperes | pa pascal pascals | mol mole moles
    mph | km/h kph | m/s | km/s | ft/s | cm/s
"""
_KNOWN = {
    name: names.split()[0]
    for line in _NAMES.strip().splitlines()
    for names in line.split("|")
    for name in names.split()
}
_CANONICAL = frozenset(_KNOWN.values())
_SINGLE = frozenset("m g s h l N L J W V A K".split())
_CURRENCY = re.compile(r"^([-+]?)\s*(?:\\?\$|([€£¥₹]))\s*(?=[\d.(\\])")
_TEXT = r"\\(?:text|mathrm|textrm|mbox|operatorname|rm)\s*\{[^{}]*\}"
_UNIT = re.compile(
    rf"(?:\s|~|\\[,;:! ])*(?P<unit>{_TEXT}(?:\s*/\s*{_TEXT})?|\^\{{?\\circ\}}?\s*[CF]?|°\s*[CF]?|[€£¢″′]|\\?\$"
    r"|[A-Za-zµ][A-Za-zµ'’‐‑\- /.]*)(?P<power>(?:\s*\^\s*\{?\s*[23]\s*\}?|[²³])?)\s*\Z"
)
_START = re.compile(r"(?<=[\d\s})π%½.,!;~])(?=[A-Za-zµ\\€£¢$″′])|(?=[\^°])")
_NO_UNIT = re.compile(r"(?:or|and|to|mod|if|for|in)\b(?!\Z)|(?:or|and|pi|sin|cos|tan|log|ln)\Z")
_VALUE = re.compile(
    r"(?:[A-Za-z](?:_\w|\([a-z]\))?\s*=\s*)?(?=[^=]*[\dπ½])"
    r"(?:[\d.,/+\-−–*^(){}\[\]\sπ√½⅓¼¾·×%]|\\(?:[dt]?frac|sqrt|pi|times|cdot|left|right|%|[,;:! ]))+"
)
MOST_CHARS = 400
"""Longest answer that is looked at for a unit."""


def split_unit(answer: str) -> tuple[str, str | None]:
    r"""The value and the unit of an answer; no unit where what stands behind is no unit of a number.

    A unit is \text{…} or words behind a number, known names of units and others alike ("5 muffins"), a sign of a
    currency or a degree. A single letter is one only if it is a known unit behind a space or in \text{…}: "5 m" is
    metres, "5m" a product. Percent is no unit, and variables, functions and words alone are values.

    Returns:
        The value, and the unit by one name for all its spellings, in lower case.

    >>> split_unit(r"5\text{ cm}"), split_unit("3x"), split_unit("$12")
    (('5', 'cm'), ('3x', None), ('12', '$'))
    """
    if len(answer) > MOST_CHARS:
        return answer, None
    if currency := _CURRENCY.match(answer):
        return currency[1] + answer[currency.end() :], currency[2] or "$"
    # The unit begins somewhere in the last words; the earliest place that leaves a number before it is right.
    for unit in _candidates(answer):
        value = answer[: unit.start()].rstrip()
        if _VALUE.fullmatch(value) and _is_unit(unit):
            return value, _named(unit)
    return answer, None


def _candidates(answer: str) -> list[re.Match[str]]:
    found = (_UNIT.match(answer, start.start()) for start in _START.finditer(answer))
    return [match for match in found if match is not None]


def _is_unit(unit: re.Match[str]) -> bool:
    word = unit["unit"].strip()
    apart = unit.string[: unit.start()].endswith((" ", "~", r"\,", r"\;", r"\!"))
    if len(word) == 1 and word.isalpha():
        return apart and word in _SINGLE
    if word.isalpha() and not apart:
        return word.lower() in _KNOWN
    return _NO_UNIT.match(word) is None


def _named(unit: re.Match[str]) -> str:
    plain = re.sub(_TEXT, lambda text: text[0].partition("{")[2][:-1], unit["unit"])
    name = " ".join(re.sub(r"\^?\{?\\circ\}?", "°", plain).replace("\\", "").lower().split()).rstrip(".")
    power = re.sub(r"[^23²³]", "", unit["power"]).translate(str.maketrans("²³", "23"))
    for word, exponent in (("square ", "2"), ("sq ", "2"), ("cubic ", "3")):
        if name.startswith(word):
            name, power = name.removeprefix(word), exponent
    name = _KNOWN.get(name.replace("° ", "°"), name)
    return f"{name}^{power}" if power else name


def contradict(left: str | None, right: str | None) -> bool:
    """Whether two units cannot mean the same: both are known ones, and they differ. Nothing is converted.

    >>> contradict("km", "m"), contradict("apple", "apples"), contradict("m", None)
    (True, False, False)
    """
    if left is None or right is None or left == right:
        return False
    return all(unit.partition("^")[0] in _CANONICAL for unit in (left, right))
