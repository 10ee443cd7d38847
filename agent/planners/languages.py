"""Names and codes of languages, and where a request names them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .tokens import Token

_TABLE: Final = (
    "af Afrikaans|am Amharic|ar Arabic|as Assamese|az Azerbaijani|be Belarusian|bg Bulgarian|bn Bengali Bangla|"
    "br Breton|bs Bosnian|ca Catalan|cs Czech|cy Welsh|da Danish|de German|el Greek|en English|eo Esperanto|es Spanish "
    "Castilian|et Estonian|eu Basque|fa Persian Farsi|fi Finnish|fo Faroese|fr French|ga Irish|gl Galician|gu Gujarati|"
    "he Hebrew|hi Hindi|hr Croatian|ht Haitian|hu Hungarian|hy Armenian|id Indonesian|is Icelandic|it Italian|"
    "ja Japanese|jv Javanese|ka Georgian|kk Kazakh|km Khmer|kn Kannada|ko Korean|ku Kurdish|ky Kyrgyz|la Latin|"
    "lb Luxembourgish|lo Lao|lt Lithuanian|lv Latvian|mg Malagasy|mk Macedonian|ml Malayalam|mn Mongolian|mr Marathi|"
    "ms Malay|mt Maltese|my Burmese|nb Bokmål|ne Nepali|nl Dutch Flemish|nn Nynorsk|no Norwegian|oc Occitan|or Odia "
    "Oriya|pa Punjabi|pl Polish|ps Pashto|pt Portuguese|qu Quechua|ro Romanian|ru Russian|rw Kinyarwanda|"
    "si Sinhala Sinhalese|sk Slovak|sl Slovenian Slovene|sq Albanian|sr Serbian|sv Swedish|sw Swahili|ta Tamil|"
    "te Telugu|th Thai|tl Tagalog Filipino|tr Turkish|ug Uyghur|uk Ukrainian|ur Urdu|uz Uzbek|vi Vietnamese|"
    "vo Volapük|wa Walloon|xh Xhosa|yo Yoruba|zh Chinese Mandarin|zu Zulu"
)
_ENTRIES: Final = tuple(tuple(entry.split()) for entry in _TABLE.split("|"))
NAMES: Final[Mapping[str, str]] = MappingProxyType({name.lower(): code for code, *names in _ENTRIES for name in names})
"""Lower-case name to ISO 639-1 code."""
ENGLISH: Final[Mapping[str, str]] = MappingProxyType({code: names[0] for code, *names in _ENTRIES})
"""Code to the first name."""

_WORDLIKE_CODES: Final = frozenset("am as be he hi id is it la lo my no or pa te th".split())
"""Codes that are words of English, which count only where a language is expected."""
_EXPECT: Final = frozenset({"language", "languages", "lang", "iso"})
_JOIN: Final = frozenset({",", "and", "or", "/", "&"})


@dataclass(frozen=True)
class LanguageMention:
    """Languages named together; `foreign` for "non-English"."""

    start: int
    end: int
    codes: tuple[str, ...]
    foreign: bool = False


def find_languages(tokens: Sequence[Token]) -> list[LanguageMention]:
    """Where languages are named, lists joined; spans are token positions, end exclusive."""
    found: list[LanguageMention] = []
    at = 0
    while at < len(tokens):
        mention = _mention(tokens, at)
        if mention is None:
            at += 1
            continue
        found.append(mention)
        at = mention.end
    return found


def code_of(text: str) -> str | None:
    """The code of a language by its name or code; None when it is neither.

    >>> code_of("German"), code_of("de"), code_of("xx")
    ('de', 'de', None)
    """
    low = text.strip().lower()
    return NAMES.get(low) or (low if low in ENGLISH else None)


def _mention(tokens: Sequence[Token], at: int) -> LanguageMention | None:
    foreign = tokens[at].low == "non" and at + 1 < len(tokens)
    first = at + 1 if foreign else at
    codes: list[str] = []
    end = first
    position = first
    while position < len(tokens):
        code = _code_at(tokens, position, listed=bool(codes))
        if code is None:
            break
        codes.append(code)
        end = position + 1
        position = _after_join(tokens, end)
        if position is None:
            break
    if not codes:
        return None
    return LanguageMention(at, end, tuple(dict.fromkeys(codes)), foreign)


def _after_join(tokens: Sequence[Token], at: int) -> int | None:
    position = at
    while position < len(tokens) and tokens[position].low in _JOIN:
        position += 1
    return position if position > at else None


def _code_at(tokens: Sequence[Token], at: int, *, listed: bool) -> str | None:
    token = tokens[at]
    if token.kind not in ("word", "quoted"):
        return None
    if token.low in NAMES:
        return None if _is_verb(tokens, at) else NAMES[token.low]
    if token.low not in ENGLISH:
        return None
    expected = listed or _expected(tokens, at)
    if token.low in _WORDLIKE_CODES:
        return token.low if _expected(tokens, at) and not listed else None
    return token.low if expected else None


def _is_verb(tokens: Sequence[Token], at: int) -> bool:
    """Whether "polish" is something to do."""
    if tokens[at].low != "polish":
        return False
    after = tokens[at + 1].low if at + 1 < len(tokens) else ""
    return tokens[at].text == "polish" or after in ("the", "my", "our", "up", "each", "every")


def _expected(tokens: Sequence[Token], at: int) -> bool:
    """Whether a language is spoken of right before or after."""
    before = [token.low for token in tokens[max(0, at - 4) : at]]
    after = [token.low for token in tokens[at + 1 : at + 2]]
    return any(word in _EXPECT for word in (*before, *after))
