"""Which columns a word may mean that is the name of none: "date" for `posted`, "salary" for `salary_min`."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from ...tools.profile import ColumnProfile, Profile
from .columns import is_key, looks_dated, words_of
from .condition_words import alike
from .shape_words import SCALES
from .tokens import Token
from .vocabulary import stem
from .wording import ARTICLES, NUMBERS

_MOST: Final = 3
"""Columns that a question offers."""
_MOST_WORDS: Final = 3
"""Words of one name: "the date of posting"."""
_LINKS: Final = ARTICLES | {"of", "how"}
_KINDS: Final = frozenset("date dates time times".split())
"""Nouns for what a column holds, whatever its name."""
JUDGED: Final = frozenset({"popularity", "quality"})
"""Names of what nobody wants in rising order, so that the way is asked about with the column."""
_NAMING: Final = {"popularity": "popular", "age": "time", "recency": "time", "quality": "good", "price": "price"}


def likely_columns(tokens: Sequence[Token], at: int, profile: Profile) -> tuple[tuple[str, ...], int]:
    """The columns that a name of some words may mean, all of them as likely, and where the name ends.

    None where nothing speaks for any; the name has one word then.
    """
    begin = at
    while begin < len(tokens) and tokens[begin].low in ARTICLES:
        begin += 1
    found: tuple[str, ...] = ()
    end = place = begin
    while place < min(len(tokens), begin + _MOST_WORDS) and tokens[place].is_word:
        if tokens[place].low not in _LINKS:
            meant = tuple(_meant(tokens[place].low, profile))
            both = tuple(name for name in found if name in meant)
            if not meant and found:
                break
            found, end = (both or meant or found), (place + 1 if meant else end)
        place += 1
    return found[:_MOST], (end if found else min(begin + 1, len(tokens)))


def rankable(profile: Profile, dtypes: Collection[str] = ()) -> tuple[str, ...]:
    """The columns by which somebody may put rows in order, those that say how much or when before the others.

    Args:
        dtypes: the types that the columns must have; any, when empty.
    """
    fit = [one for one in profile.columns if not dtypes or one.dtype in dtypes]
    ranked = [one for one in fit if (one.dtype in NUMBERS and not is_key(one)) or looks_dated(one)]
    return tuple(one.name for one in ranked or fit)[:_MOST]


def scales_of(word: str) -> tuple[str, ...]:
    """The scales that a noun names: "popularity", "date", "rating"."""
    own = _NAMING.get(word)
    root = stem(word)
    return (own,) if own else tuple(scale for scale, words in SCALES.items() if root in map(stem, words))


def on_scale(column: ColumnProfile, scale: str) -> bool:
    """Whether a column holds a scale, such as prices: by its name and type, and for times by what is in it."""
    if scale == "time" and looks_dated(column):
        return True
    words = {stem(word) for word in SCALES.get(scale, frozenset())}
    return column.dtype in NUMBERS and not is_key(column) and any(stem(word) in words for word in words_of(column.name))


def _meant(word: str, profile: Profile) -> Iterator[str]:
    """The columns that one word may be about: by a part of the name first, else by what people call such things."""
    whole = [one.name for one in profile.columns if one.name.lower() == word]
    named = whole or [one.name for one in profile.columns if stem(word) in map(stem, words_of(one.name))]
    others = {stem(other) for other in alike(word)}
    called = [one.name for one in profile.columns if others & {*map(stem, words_of(one.name))}]
    scaled = [one.name for scale in scales_of(word) for one in profile.columns if on_scale(one, scale)]
    yield from dict.fromkeys([*named, *scaled] if word in _KINDS else named or [*called, *scaled])
