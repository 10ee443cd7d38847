"""Mends words that are nearly ones the planner knows, and says so."""

from difflib import get_close_matches
from typing import Final

from ...operators.core.embedder import default_embedder
from ...pipelines.builtin import builtins
from ...tools.profile import Profile
from .columns import words_of
from .languages import NAMES
from .matching import Matcher
from .quantities import SCALES, SMALL, UNITS
from .tokens import Token, tokenize
from .vocabulary import ACTIONS, DROP, KEEP, ORDER, ROW_NOUNS, STRIP, THINGS, is_general, is_synonym, stem, synonyms

SHORTEST: Final = 5
_ENDINGS: Final = ("s", "es", "ed", "ing", "er", "ers", "ly", "ness", "able", "ful", "less")
NEARNESS: Final = 0.87
"""Least likeness by `difflib`; one wrong letter in seven is about that."""
MOST: Final = 20
"""With more unknown words than these a request is about something else, and looking all of them up would take long."""


def mended(request: str, profile: Profile, matcher: Matcher) -> tuple[str, tuple[str, ...]]:
    """The request with misspelt words replaced, and a note for each."""
    own = {word for column in profile.columns for word in (column.name.lower(), *words_of(column.name))}
    own |= {word for column in profile.columns for label in column.labels for word in label.lower().split()}
    known = sorted(_known_words(matcher))
    own |= {stem(word) for word in known}
    own |= {word for one in builtins().values() for phrase in one.phrases for word in words_of(phrase.lower())}
    unknown = [token for token in tokenize(request) if _is_unknown(token, own)]
    if not unknown or len(unknown) > MOST:
        return request, ()
    notes: list[str] = []
    for token in reversed(unknown):
        near = [word for word in get_close_matches(token.low, known, n=3, cutoff=NEARNESS) if word[0] == token.low[0]]
        if near:
            request = request[: token.start] + near[0] + request[token.end :]
            notes.insert(0, f"“{token.text}” is read as “{near[0]}”.")
    return request, tuple(notes)


def _is_unknown(token: Token, own: set[str]) -> bool:
    word = token.low
    if not token.is_word or len(word) < SHORTEST or not word.isalpha() or word in own or stem(word) in own:
        return False
    if _is_common(word):
        return False
    said = is_general(word) or is_synonym(word) or word in ACTIONS or (word,) in NAMES
    return not (said or word in UNITS or word in SMALL or word in SCALES)


def _is_common(word: str) -> bool:
    """Whether a word is one of the language, plain or with a regular ending, and so not misspelt."""
    common = default_embedder().words
    bases = [word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)]
    bases += [f"{base}e" for base in bases if not word.endswith("s") or word.endswith("ers")]
    return word in common or any(len(base) > 3 and base in common for base in bases)


def _known_words(matcher: Matcher) -> set[str]:
    known = {word for word, meant in synonyms().items() if all(map(matcher.is_known, meant))}
    known |= {word for name in NAMES for word in name} | ACTIONS
    known |= DROP | KEEP | STRIP | ORDER | (ROW_NOUNS - THINGS) | {*SMALL, *SCALES, *UNITS}
    known = known.union(*(matcher.card(name).phrase_words for name in matcher.operators))
    return {word for word in known if len(word) >= SHORTEST}
