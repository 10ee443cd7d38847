"""The words that the reader of canaries knows; a word that is not here makes it say nothing."""

import re
from types import MappingProxyType
from typing import Final

KEEPS: Final = frozenset(
    "keep keeps kept keeping retain select want wants need needs require requires must should ensure care".split()
)
"""What is described stays; demands ("must", "need") among them."""
DROPS: Final = frozenset(
    "drop drops dropped dropping remove removed removing delete deleted discard discarded reject exclude "
    "eliminate".split()
)
NEGATIONS: Final = frozenset(
    "not no none nothing never don't doesn't isn't aren't shouldn't mustn't can't won't haven't hasn't".split()
)
DOCUMENTS: Final = frozenset(
    "text texts document documents doc docs page pages article articles row rows record records entry entries example "
    "examples item items everything anything whatever those ones content posts post corpus".split()
)
FILLERS: Final = frozenset(
    "a an the all any each every please i we you could would that which is are be have has having had do does with of "
    "in to at it long length whose per written language languages they them these get me us so finally".split()
)
PHRASES: Final = (
    (r"\b(?:throw|throwing)\s+(?:out|away)\b", "drop"),
    (r"\b(?:filter|filtering|weed|leave|kick|take|sort)\s+out\b(?=\s)", "drop"),
    (r"\bget\s+rid\s+of\b", "drop"),
    (r"\b(?:must|should|can|have to|has to)\s+(?:be\s+(?:dropped|removed|discarded|deleted|excluded)|go)\b", "drop"),
    (r"\b(?:are|is)\s+out\b", "drop"),
    (r"\b(?:nothing|none)\s+(?:but|except(?:\s+for)?|other\s+than)\b", "only"),
    (r"\bother\s+than\b|\bexcept(?:\s+for)?\b|\b(?:everything|anything|all)\s+but\b", "except"),
    (r"\bmake\s+sure\b", "ensure"),
    (r"\b(?:have|has|had)\s+to\b", "must"),
    (r"\b(?:should|must)(?:\s+not|n't)\b", "not must"),
    (r"\bdo\s+not\b", "don't"),
)
"""What several words say together, and the one word for it."""

LANGUAGES: Final = MappingProxyType(
    {
        "english": "en",
        "german": "de",
        "french": "fr",
        "spanish": "es",
        "italian": "it",
        "portuguese": "pt",
        "dutch": "nl",
        "russian": "ru",
        "chinese": "zh",
        "japanese": "ja",
        "korean": "ko",
        "polish": "pl",
        "swedish": "sv",
        "turkish": "tr",
        "arabic": "ar",
        "greek": "el",
        "finnish": "fi",
        "czech": "cs",
        "danish": "da",
        "norwegian": "no",
        "ukrainian": "uk",
        "hungarian": "hu",
        "hindi": "hi",
        "hebrew": "he",
    }
)
"""Names of languages and their ISO 639-1 codes."""

_SMALL: Final = MappingProxyType(
    {
        name: number
        for number, name in enumerate(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen".split()
        )
    }
    | dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
)
_WORD: Final = "|".join(sorted([*_SMALL, "hundred", "thousand"], key=len, reverse=True))
NUMBER: Final = rf"(?:\d[\d,]*k?\b(?![.%\d])|(?:an?\s+)?(?:{_WORD})(?:(?:\s+and\s+|\s+|-)(?:{_WORD}))*)"
"""A whole number in digits or words, for a pattern."""


def number_of(said: str) -> int | None:
    """The number that is said: "1,000", "3k", "one hundred and twenty"; None for what is none."""
    digits = re.fullmatch(r"(\d{1,3}(?:,\d{3})+|\d+)(k?)", said)
    if digits:
        return int(digits[1].replace(",", "")) * (1000 if digits[2] else 1)
    total, group = 0, 0
    for word in re.findall(r"[a-z]+", said):
        if word in ("a", "an", "and"):
            continue
        if word == "hundred":
            group = max(group, 1) * 100
        elif word == "thousand":
            total, group = total + max(group, 1) * 1000, 0
        elif word in _SMALL:
            group += _SMALL[word]
        else:
            return None
    return total + group or None
