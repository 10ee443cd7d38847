"""The nouns that people call the rows of a table by."""

from collections.abc import Collection
from pathlib import PurePath
from typing import Final

from ...tools.profile import Profile
from .columns import words_of

_NOUNS: Final = frozenset(
    "reviews tickets products chats conversations dialogues dialogs stories articles posts messages comments mails "
    "recipes dishes threads replies submissions questions problems exercises tasks snippets functions pairs orders "
    "customers authors buyers cases issues bugs reports listings offers papers abstracts books poems songs tweets "
    "jokes lessons courses events jobs movies films transcripts memos requests calls complaints answers responses "
    "prompts instructions datapoints observations stuff candidates crawls websites webpages blogs news purchases "
    "transactions sessions visits surveys contracts invoices claims patients species places cities companies pages "
    "bits".split()
)
"""Plural nouns, since "drop reviews …" is about rows; of these only the ones that fit the data are taken."""


def row_nouns(profile: Profile) -> frozenset[str]:
    """What the rows of some data may be called: nouns at large, and those of its file and column names."""
    own: set[str] = set()
    for name in [PurePath(one).name.partition(".")[0] for one in profile.inputs] + [c.name for c in profile.columns]:
        own |= {form for word in words_of(name.lower()) if len(word) > 3 for form in (word, _plural(word))}
    return _NOUNS | {word for word in own if word.endswith("s") and not word.endswith("ss")}


def is_row_noun(word: str, nouns: Collection[str], columns: Collection[str]) -> bool:
    """Whether a plural stands for the rows: one of the nouns, and no column in either number."""
    return word in nouns and word not in columns and singular(word) not in columns


def is_one_row(word: str, nouns: Collection[str], columns: Collection[str]) -> bool:
    """Whether a singular, as in "every review", stands for a row."""
    return not word.endswith("s") and is_row_noun(_plural(word), nouns, columns)


def singular(word: str) -> str:
    """A plural without its ending.

    >>> singular("stories"), singular("dishes"), singular("posts")
    ('story', 'dish', 'post')
    """
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("shes", "ches", "xes", "sses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _plural(word: str) -> str:
    if word.endswith("s"):
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("sh", "ch", "x")) else "s")
