"""One text and what rules need of it, each part computed once for all operators of a stage."""

import re
import unicodedata
from collections import Counter
from functools import cache, cached_property
from itertools import filterfalse, groupby

UNSPACED = (
    "\u3041-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
"""Scripts that are written without spaces, for a class of characters in a pattern. They count one word a character
(Unicode's default segmentation does so for Han and Hiragana; Thai, Lao, Khmer and Burmese would need a dictionary).
Katakana and all else count by runs."""

_ASCII_WORD = re.compile(r"[A-Za-z0-9_]+(?:['.][A-Za-z0-9_]+)*")
_PLAIN_WORD = re.compile(r"\w+(?:['’.·]\w+)*")
_UNSPACED = re.compile(f"[{UNSPACED}]")

# Abbreviations: those that never end a sentence, those that go on with a number, those that go on in lower case.
_ALWAYS = (
    "Mr Ms Dr St Mt Lt vs cf ca Fr Hr Mrs Mme Gen Col Sgt Rev Hon Gov Sen Rep Prof Capt bzw e.g i.e z.B u.a approx"
)
_BEFORE_NUMBER = (
    "No Nos Fig Figs Eq Eqs Sec Ch Vol pp p v Nr Art Abs Tel Ext Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
)
_BEFORE_LOWER = "etc Inc Ltd Co Corp al a.m p.m Jr Sr usw est dept Dept ed eds Ph.D"


def _just_after(abbreviations: str) -> str:
    """Pattern that holds right after the full stop of one of them; look-behinds must have one length each."""
    by_length = groupby(sorted(abbreviations.split(), key=len), key=len)
    alternatives = ("|".join(map(re.escape, group)) for _, group in by_length)
    return "(?:" + "|".join(rf"(?<=\b(?:{one_length})\.)" for one_length in alternatives) + ")"


_CLOSING = "\"'”’»)\\]」』】》）"
_FULL_STOPS = "。！？｡؟۔।॥።။។"  # each ends a sentence, with or without white space after it
_INSIDE = rf"[^\r\n.!?…{_FULL_STOPS}]*+"
_NO_END = (
    rf"(?:[.!?…](?![{_CLOSING}]*+(?:\s|\Z))"
    rf"|\.(?=[^\S\r\n])(?:(?<=\b[A-HJ-Z]\.)|{_just_after(_ALWAYS)}"
    rf"|{_just_after(_BEFORE_NUMBER)}(?=\s+\d)|{_just_after(_BEFORE_LOWER)}(?=\s+[a-zà-ÿ])))"
)
_SENTENCE = re.compile(rf"\S{_INSIDE}(?:{_NO_END}{_INSIDE})*+(?:[.!?…{_FULL_STOPS}]++[{_CLOSING}]*+)?")
_HAS_WORD = re.compile(r"[^\W_]")


@cache
def _unicode_word() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What makes a text need the slow pattern for words, and that pattern."""
    # Python's word class leaves out combining marks, which would cut a word with vowel signs in two.
    codes = (code for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M")
    runs = groupby(enumerate(codes), key=lambda pair: pair[1] - pair[0])
    spans = [[code for _, code in group] for _, group in runs]
    marks = "".join(f"{chr(span[0])}-{chr(span[-1])}" for span in spans)
    run = rf"(?:[^\W{UNSPACED}]+|[{marks}\u200d]+)+"
    word = re.compile(rf"[{UNSPACED}][{marks}]*|{run}(?:['’.·]{run})*")
    return re.compile(rf"[{UNSPACED}{marks}\u200d]"), word


class TextView:
    """A text with its words, lines, sentences and lower case, computed when first asked for.

    >>> TextView("Don't panic. 你好").words
    ["Don't", 'panic', '你', '好']
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def words(self) -> list[str]:
        """Words by Unicode letters, digits and marks; one per character in scripts written without spaces."""
        if self.text.isascii():
            return _ASCII_WORD.findall(self.text)
        special, word = _unicode_word()
        return (word if special.search(self.text) else _PLAIN_WORD).findall(self.text)

    @cached_property
    def word_counts(self) -> Counter[str]:
        """How often each word occurs, in lower case."""
        counts = Counter(self.words)
        for word in list(filterfalse(str.islower, counts)):
            lowered = word.lower()
            if lowered != word:
                counts[lowered] += counts.pop(word)
        return counts

    @cached_property
    def spaced_words(self) -> list[str]:
        """Words of scripts that set words apart by spaces; one character of another script is no word."""
        if self.text.isascii() or not _UNSPACED.search(self.text):
            return self.words
        return [word for word in self.words if not _UNSPACED.match(word)]

    @cached_property
    def tokens(self) -> list[str]:
        """Runs of non-white-space characters, as `str.split` gives them."""
        return self.text.split()

    @cached_property
    def lines(self) -> list[str]:
        """Lines without their ends; split at `\\n`, `\\r\\n` and `\\r` only."""
        return self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    @cached_property
    def sentences(self) -> list[str]:
        """Sentences that hold at least one word, each with its end mark.

        They end at line ends, at `.!?…` before white space, and at the full stops of CJK, Arabic, Indic and other
        scripts. The full stop of an initial or a common abbreviation ends none: "Dr. J. Smith" goes on.
        """
        return list(map(str.rstrip, filter(_HAS_WORD.search, _SENTENCE.findall(self.text))))

    @cached_property
    def lower(self) -> str:
        """The text in lower case."""
        return self.text.lower()

    @cached_property
    def visible_characters(self) -> int:
        """Number of characters that are not white space."""
        return sum(map(len, self.tokens))
