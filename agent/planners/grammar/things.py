"""What texts hold, by its names: links, e-mail addresses, tags, emoji; how it is treated, and how it is found."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ..facets import PATTERNS
from ..tokens import Token
from .phrases import Phrases

Kind = str
"""A concept of what texts hold: "url", "emoji", "html", "email", "phone", "ip", "card", "pii"."""

_NAMES: Final[Mapping[Kind, Phrases]] = MappingProxyType(
    {
        "url": Phrases(
            "links|link|urls|url|hyperlinks|hyperlink|web links|weblinks|web addresses|web address|website "
            "addresses|http "
            "links|https links|website links|uris|www addresses|links to websites|addresses of websites|www links"
        ),
        "emoji": Phrases("emojis|emoji|emoticons|smileys|smilies|smiley|emoji characters|pictograms"),
        "html": Phrases(
            "html|html tags|html tag|tags|markup|html markup|html code|html leftovers|leftover html|html bits|html "
            "remains|html stuff|bits of html|remains of html|html elements"
        ),
        "email": Phrases(
            "emails|email|email addresses|email address|e mails|e mail|e mail addresses|e mail address|mail "
            "addresses|"
            "mail address|mails|addresses for mail|email adresses"
        ),
        "phone": Phrases(
            "phone numbers|phone number|phones|telephone numbers|telephone number|mobile numbers|mobile number|"
            "telephones|"
            "numbers to call|phone nos|phone no|phone"
        ),
        "ip": Phrases("ip addresses|ip address|ips|ip"),
        "card": Phrases("credit card numbers|credit card number|card numbers|card number|credit cards"),
        "pii": Phrases(
            "personal data|personal information|personal info|personal details|private data|private information|"
            "private "
            "details|contact details|contact data|contact information|pii|personally identifiable information|"
            "sensitive "
            "data"
        ),
    }
)
PRIVATE: Final = frozenset({"email", "phone", "ip", "card", "pii"})
"""What is masked."""
_LEADS: Final = frozenset("the any all every those these a an their our its such some single".split())
_JOINS: Final = frozenset({",", "and", "or", "nor", "&", "plus", "no", "as", "well", "also", "/", "then"})


def things_at(tokens: Sequence[Token], at: int) -> Iterator[tuple[tuple[Kind, ...], int]]:
    """The things that are named here, joined by commas and "and", and where their names end; the longest list "
    "first."""
    found: list[tuple[tuple[Kind, ...], int]] = []
    kinds: tuple[Kind, ...] = ()
    here = at
    while True:
        while here < len(tokens) and tokens[here].low in _LEADS:
            here += 1
        named = _thing(tokens, here)
        if named is None:
            break
        kinds, here = (*kinds, named[0]), named[1]
        found.append((tuple(dict.fromkeys(kinds)), here))
        while here < len(tokens) and tokens[here].low in _JOINS:
            here += 1
    yield from reversed(found)


def pattern_of(kind: Kind) -> str | None:
    """The pattern by which such a thing is found in a text; None where there is none."""
    return PATTERNS.get(kind)


def _thing(tokens: Sequence[Token], at: int) -> tuple[Kind, int] | None:
    ends = [(end, kind) for kind, names in _NAMES.items() if (end := names.end(tokens, at)) is not None]
    if not ends:
        return None
    end, kind = max(ends)
    return kind, end
