"""What people call columns and their values in conditions: near names, adjectives for flags, "cheaper", "stars"."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ...operators.core.expression import Among, Column, Compare, Condition, IsNull, Value
from ...tools.profile import ColumnProfile, Profile
from .columns import column_at, is_key, words_of
from .conditions import joined, within
from .dates import dated_at, of_year
from .directions import Interval, Limit, Sign, comparator_behind
from .quantities import SMALL, UNITS
from .row_nouns import is_row_noun
from .tokens import Token
from .vocabulary import stem

Found = tuple[Condition, int]
"""A condition and where it ends."""


def _groups(*lines: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(line.split()) for line in lines)


_PRICE: Final = frozenset("price cost fee amount msrp prize rent fare".split())
_RATING: Final = frozenset("rating star stars grade rated".split())
_MARKED: Final = _RATING | frozenset("score mark points".split())
_SALARY: Final = frozenset("salary pay wage income earnings compensation payment".split())
_SIZE: Final = frozenset("size area sqm surface".split())
_YEAR: Final = frozenset("year date published released posted created opened day time timestamp".split())
_LASTING: Final = frozenset("minute duration runtime min minutes mins seconds hours days day hour second time".split())
_STOCK: Final = frozenset("stock inventory quantity qty".split())
_WEIGHT: Final = frozenset("weight kg grams gram kilos pounds".split())
_SAME: Final = _groups(
    "price cost fee amount msrp fare rent rental rate tariff charge",
    "salary pay wage wages income earnings compensation paid payment remuneration",
    "rating stars star grade mark marks",
    "stock inventory quantity qty availability",
    "answer reply response solution",
    "title headline heading subject",
    "description blurb desc summary details",
    "message msg",
    "review comment feedback opinion remark",
    "country nation land",
    "city town place location",
    "difficulty level hardness",
    "subject topic field discipline theme",
    "company firm employer organisation organization",
    "brand manufacturer maker",
    "applicants applications candidates applicant",
    "size area sqm surface",
    "category section department genre topic cuisine kind type group",
    "votes upvotes likes",
    "views clicks reads visits",
    "duration minutes runtime",
    "loans lent borrowed",
    "licence license",
    "colour color",
    "sales sold purchases bought orders ordered",
    "downloads downloaded",
    "wait waiting waited",
    "author writer creator poster user username",
    "source origin site outlet",
)
"""Words that people use for one another where a column has one of them in its name."""
_TOO_GENERAL: Final = frozenset(
    "score count counts number id text length column share rate max min total value data name has is was are url html "
    "email phone word time page pages language lang of in to the a".split()
) | frozenset(UNITS)
"""Words of names that say too little by themselves."""
COMPARED: Final[Mapping[str, tuple[Collection[str], Sign]]] = MappingProxyType(
    {
        **dict.fromkeys("cheaper".split(), (_PRICE, "<")),
        **dict.fromkeys("dearer pricier costlier".split(), (_PRICE, ">")),
        **dict.fromkeys("older earlier".split(), (_YEAR, "<")),
        **dict.fromkeys("newer later younger".split(), (_YEAR, ">")),
        **dict.fromkeys("longer slower".split(), (_LASTING, ">")),
        "heavier": (_WEIGHT, ">"),
        **dict.fromkeys("shorter quicker faster".split(), (_LASTING, "<")),
        **dict.fromkeys("lighter".split(), (_WEIGHT, "<")),
        **dict.fromkeys("bigger larger".split(), (_SIZE, ">")),
        **dict.fromkeys("smaller".split(), (_SIZE, "<")),
    }
)
"""Adjectives that name a column by what they compare."""
MEASURING: Final[Mapping[str, Collection[str]]] = MappingProxyType(
    {
        **dict.fromkeys("cost costs costing priced sells selling sold worth valued".split(), _PRICE),
        **dict.fromkeys("rated rates starred".split(), _RATING),
        **dict.fromkeys("scored scores scoring gave give gives giving awarded got".split(), _MARKED),
        **dict.fromkeys("pay pays paying paid earn earns earning offer offers offering".split(), _SALARY),
        **dict.fromkeys("take takes took taking last lasts lasted lasting".split(), _LASTING),
        **dict.fromkeys("weigh weighs weighing".split(), _WEIGHT),
    }
)
"""Verbs that name a column by what they measure."""
_UNITS_OF_VALUES: Final = frozenset(
    "euro euros eur € dollar dollars usd $ buck bucks pound pounds gbp £ cent cents minute minutes min mins hour "
    "hours second seconds day days week weeks month months point points star stars time times kg kilo kilos gram "
    "grams".split()
)
_PERIODS: Final = frozenset("month year week day night hour head person".split())
_MONEY: Final = frozenset("euro euros eur € dollar dollars usd $ buck bucks gbp £ cent cents".split())
_TIMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        word: unit
        for unit, words in {
            "second": "s sec secs second seconds",
            "minute": "m min mins minute minutes",
            "hour": "h hr hrs hour hours",
            "day": "d day days",
        }.items()
        for word in words.split()
    }
)
_OPPOSITES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "closed": "open", "shut": "open", "resolved": "open", "solved": "open", "unresolved": "resolved",
        "unsolved": "solved", "free": "paid", "private": "public", "disabled": "enabled", "offline": "online",
        "outdated": "current", "inactive": "active", "incorrect": "correct", "wrong": "correct",
    }
)  # fmt: skip
_LONG: Final = 4
_DENYING: Final = ("un", "non", "in", "dis", "im", "ir", "de")
_FLAGS: Final = frozenset("is has was are had did can should".split())
_NOT: Final = frozenset("not non isn't aren't wasn't weren't never".split())
_MOST_LISTED: Final = 12
_NUMBERS: Final = ("integer", "number", "json")


def singular(word: str) -> str:
    """A noun without the ending of the plural."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def near_column(tokens: Sequence[Token], at: int, profile: Profile, dtypes: Collection[str]) -> tuple[str, int] | None:
    """The one column of such a type whose name holds a word, or one that means the same: "price" for `price_eur`."""
    if at >= len(tokens) or not tokens[at].is_word or tokens[at].low in _TOO_GENERAL:
        return None
    columns = [one for one in profile.columns if one.dtype in dtypes and not (one.dtype in _NUMBERS and is_key(one))]
    root = {stem(tokens[at].low)} if len(tokens[at].low) > _LONG else set[str]()  # "waited" for `wait_min`
    for words, form in (({singular(tokens[at].low)}, singular), (alike(tokens[at].low), singular), (root, stem)):
        named = [column for column in columns if words & {form(part) for part in words_of(column.name)}]
        if len(named) == 1:
            end = at + 1
            parts = {singular(part) for part in words_of(named[0].name)}
            while end < len(tokens) and tokens[end].is_word and singular(tokens[end].low) in parts - _TOO_GENERAL:
                end += 1
            return named[0].name, end
        if named:
            return None
    return None


def alike(word: str) -> set[str]:
    """Words that people use for the same thing."""
    return {singular(other) for group in _SAME if word in group or singular(word) in group for other in group}


def flag_at(tokens: Sequence[Token], at: int, profile: Profile) -> Found | None:
    """Reads "verified buyers", "not verified", "unverified", "ads", by the column of truths that is named so."""
    first, denied = at, False
    while first < len(tokens) and tokens[first].low in _NOT:
        first, denied = first + 1, not denied
    if first >= len(tokens) or not tokens[first].is_word or (denied and first == len(tokens)):
        return None
    flags = [column for column in profile.columns if column.dtype == "boolean"]
    found = [(column, *meant) for column in flags if (meant := _flagged(tokens, first, column.name)) is not None]
    if len(found) != 1:
        return None
    column, value, end = found[0]
    if end < len(tokens) and tokens[end].low in ("column", "field", "is", "=", "equals", "as", "to", "into"):
        return None
    if end < len(tokens) and is_row_noun(tokens, end) and column_at(tokens, end, profile) is None:
        end += 1
    return Compare(Column(column.name), "=", Value("boolean", value != denied)), end


def _flagged(tokens: Sequence[Token], at: int, name: str) -> tuple[bool, int] | None:
    """Whether the word here says yes or no to a flag, and where it ends."""
    parts = [part for part in words_of(name) if part not in _FLAGS]
    if not parts:
        return None
    here = [token.low for token in tokens[at : at + len(parts)]]
    word = here[0]
    if here == parts or (here[:-1] == parts[:-1] and singular(here[-1]) == parts[-1]):
        return True, at + len(parts)
    rest = at + 1
    while rest < len(tokens) and singular(tokens[rest].low) in parts[1:]:
        rest += 1
    if word == parts[0] and parts[0].endswith(("ed", "en", "able", "al", "ive", "ful", "ous", "nt", "ic")):
        return True, rest
    if len(parts[0]) >= _LONG and any(word == prefix + parts[0] for prefix in _DENYING):
        return False, rest
    if len(word) >= _LONG and any(parts[0] == prefix + word for prefix in ("un", "non", "dis")):
        return False, rest
    return (False, rest) if _OPPOSITES.get(word) == parts[0] or _OPPOSITES.get(parts[0]) == word else None


def stars_at(tokens: Sequence[Token], at: int, limits: Mapping[int, Limit], profile: Profile) -> Found | None:
    """Reads "one-star reviews", "two and three star", "3 stars or more", "fewer than two stars"."""
    limit = limits.get(at)
    if limit is not None and limit.stated and limit.end < len(tokens) and _is_star(tokens, limit.end):
        column = role_column(profile, _RATING, _NUMBERS)
        return None if column is None else (within(Column(column.name), limit.interval), limit.end + 1)
    numbers: list[int] = []
    end = at
    while end < min(len(tokens), at + _MOST_LISTED) and (number := _small(tokens[end])) is not None:
        numbers.append(number)
        end += 1
        if end < len(tokens) and _is_star(tokens, end) and _small_follows(tokens, end + 1):
            end += 1
        if (
            end + 1 < len(tokens)
            and tokens[end].low in ("and", "or", ",", "/", "&", "to", "-", "–")
            and (_small(tokens[end + 1]) is not None)
        ):
            if tokens[end].low in ("to", "-", "–"):
                numbers += range(number, _small(tokens[end + 1]) or 0)
            end += 1
    if not numbers or end >= len(tokens) or not _is_star(tokens, end):
        return None
    column = role_column(profile, _RATING, _NUMBERS)
    if column is None:
        return None
    end += 1
    name = Column(column.name)
    behind = comparator_behind(tokens, end)
    if behind is not None and len(numbers) == 1:
        return within(name, Interval.of(behind[1], numbers[0])), behind[0]
    if end < len(tokens) and is_row_noun(tokens, end) and column_at(tokens, end, profile) is None:
        end += 1
    chosen = sorted(set(numbers))
    if chosen == list(range(chosen[0], chosen[-1] + 1)):
        return within(name, Interval(chosen[0], chosen[-1])), end
    return None


def _small_follows(tokens: Sequence[Token], at: int) -> bool:
    joined = at + 1 < len(tokens) and tokens[at].low in ("and", "or", ",", "/", "&")
    return joined and _small(tokens[at + 1]) is not None


def _is_star(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].low in ("star", "stars", "starred", "★")


def _small(token: Token) -> int | None:
    if token.kind == "number" and token.low.isdigit() and len(token.low) < 3:
        return int(token.low)
    return SMALL.get(token.low)


def role_column(profile: Profile, role: Collection[str], dtypes: Collection[str]) -> ColumnProfile | None:
    """The one column whose name says that it holds such a thing."""
    found = [
        column
        for column in profile.columns
        if column.dtype in dtypes
        and {singular(part) for part in words_of(column.name)} & {singular(one) for one in role}
    ]
    return found[0] if len(found) == 1 else None


def compared_at(tokens: Sequence[Token], at: int, limits: Mapping[int, Limit], profile: Profile) -> Found | None:
    """Reads "cheaper than 20", "costs 100 and more", "older than 2020", "before 2019", "longer than 3 minutes"."""
    return (
        _by_adjective(tokens, at, limits, profile)
        or _by_verb(tokens, at, limits, profile)
        or dated_at(tokens, at, profile)
    )


def _by_adjective(tokens: Sequence[Token], at: int, limits: Mapping[int, Limit], profile: Profile) -> Found | None:
    low = tokens[at].low
    more = low in ("more", "less") and at + 1 < len(tokens) and tokens[at + 1].low in ("expensive", "recent", "costly")
    limit = limits.get(at)
    if limit is None or limit.unit or limit.share or not limit.stated:
        return None
    value = limit.interval.low if limit.interval.low is not None else limit.interval.high
    if more:
        role: Collection[str] = _YEAR if tokens[at + 1].low == "recent" else _PRICE
        sign: Sign = ">" if low == "more" else "<"
    elif low in COMPARED:
        role, sign = COMPARED[low]
    else:
        return None
    if value is None:
        return None
    if role is _YEAR:
        condition = of_year(profile, sign, value)
        return None if condition is None else (condition, limit.end)
    return _measured(tokens, profile, role, Interval.of(sign, value), limit.end)


def _by_verb(tokens: Sequence[Token], at: int, limits: Mapping[int, Limit], profile: Profile) -> Found | None:
    role = MEASURING.get(tokens[at].low)
    if role is None:
        return None
    after = at + 1
    while after < len(tokens) and tokens[after].low in ("at", "for", "is", "a", "$", "€", "£"):
        after += 1
    limit = limits.get(after)
    several = None if limit is not None and limit.stated else numbers_at(tokens, after)
    column = role_column(profile, role, _NUMBERS)
    if several is not None and column is not None and role is not _LASTING:
        return Among(Column(column.name), several[0]), several[1]
    if limit is None or limit.unit or limit.share or (role is _LASTING and not limit.stated):
        return None
    counted = near_column(tokens, limit.end, profile, _NUMBERS) or (
        column_at(tokens, limit.end, profile) if limit.end < len(tokens) else None
    )
    if counted is not None and (column is None or counted[0] != column.name):
        return None  # "that got more than 10 votes" is about the votes
    return _measured(tokens, profile, role, limit.interval, limit.end)


def _measured(
    tokens: Sequence[Token], profile: Profile, role: Collection[str], interval: Interval, end: int
) -> Found | None:
    column = role_column(profile, role, _NUMBERS)
    if column is None:
        return None
    unit = _TIMES.get(tokens[end].low) if end < len(tokens) else None
    if role is _LASTING and unit is not None and unit not in {_TIMES.get(part) for part in words_of(column.name)}:
        return None
    return within(Column(column.name), interval), past_unit(tokens, end, column.name)


def counted_at(tokens: Sequence[Token], at: int, limits: Mapping[int, Limit], profile: Profile) -> Found | None:
    """Reads "at most 50 euros" by the column of prices, and "no votes" by a column of counts."""
    limit = limits.get(at)
    if limit is not None and limit.stated and not limit.unit and not limit.share and limit.end < len(tokens):
        return (
            _measured(tokens, profile, _PRICE, limit.interval, limit.end) if tokens[limit.end].low in _MONEY else None
        )
    if tokens[at].low not in ("no", "zero", "without") or at + 1 >= len(tokens):
        return None
    here = at + 1 + (tokens[at + 1].low == "any")
    named = near_column(tokens, here, profile, ("integer",)) if here < len(tokens) else None
    if named is None or not words_of(named[0])[-1].endswith("s") or not tokens[named[1] - 1].low.endswith("s"):
        return None
    column = Column(named[0])
    return joined("or", [Compare(column, "=", Value("number", 0)), IsNull(column)]), named[1]


def numbers_at(tokens: Sequence[Token], at: int) -> tuple[tuple[Value, ...], int] | None:
    """Several plain numbers: "4 or 5", "1, 2 and 3"; None for one."""
    values: list[Value] = []
    end = after = at
    while after < min(len(tokens), at + _MOST_LISTED) and (number := _small(tokens[after])) is not None:
        values.append(Value("number", number))
        end = after + 1
        after = end + (end < len(tokens) and tokens[end].low == ",")
        after += after < len(tokens) and tokens[after].low in ("or", "and", "/", "&")
        if after == end:
            break
    return (tuple(values), end) if len(values) > 1 else None


_DIMENSIONS: Final = {
    "high": "height", "tall": "height", "wide": "width", "long": "length", "deep": "depth", "old": "age",
    "thick": "thickness", "heavy": "weight",
}  # fmt: skip
"""What a number with a unit is said to measure, by the adjective behind it."""


def past_dimension(tokens: Sequence[Token], end: int) -> int:
    """Where a number with its unit ends with the adjective behind it: "50 cm high"."""
    return end + (end < len(tokens) and tokens[end].low in _DIMENSIONS)


def by_dimension(tokens: Sequence[Token], at: int, profile: Profile) -> tuple[str, int] | None:
    """The column of numbers for a unit with an adjective behind it: `height_cm` for "cm high" where there is more."""
    noun = _DIMENSIONS.get(tokens[at + 1].low) if at + 1 < len(tokens) else None
    named = [one.name for one in profile.columns if one.dtype in _NUMBERS and noun in words_of(one.name)]
    return (named[0], at + 2) if len(named) == 1 else None


def past_unit(tokens: Sequence[Token], end: int, name: str) -> int:
    """Where a number ends with the unit behind it, as in "20 euros", and words of its column's name."""
    if end < len(tokens) and tokens[end].low in _UNITS_OF_VALUES:
        end += 1
    if end + 1 < len(tokens) and tokens[end].low in ("a", "per") and tokens[end + 1].low in _PERIODS:
        end += 2  # "900 a month"
    parts = words_of(name)
    while end < len(tokens) and tokens[end].low in parts[1:]:
        end += 1
    return past_dimension(tokens, end) if tokens[end - 1].low in _UNITS_OF_VALUES | {*parts[1:]} else end
