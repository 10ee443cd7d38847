"""Tells whether words are quoted from a text."""

import re
import unicodedata

_QUOTES = str.maketrans(dict.fromkeys("‘’‚‛", "'") | dict.fromkeys("“”„‟«»", '"'))
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")


def is_quoted(words: str, text: str) -> bool:
    """Whether words stand in a text as they are, but for case, white space, and the form of quotes and dashes.

    >>> is_quoted("It's “well\\nknown”", 'That it\\'s "well known" is true.')
    True
    """
    plain = _plain(words)
    return bool(plain) and plain in _plain(text)


def _plain(text: str) -> str:
    same = _DASHES.sub("-", unicodedata.normalize("NFKC", text).translate(_QUOTES))
    return " ".join(same.casefold().split())
