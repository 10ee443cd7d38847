"""One text and what rules need of it, each part computed once for all operators of a stage."""

import re
import unicodedata
from functools import cache, cached_property
from itertools import groupby

_ASCII_WORD = re.compile(r"[A-Za-z0-9_]+(?:['.][A-Za-z0-9_]+)*")
# Scripts that are written without spaces count one word a character (Unicode's default segmentation does so for Han
# and Hiragana; Thai, Lao, Khmer and Burmese would need a dictionary). Katakana and all else count by runs.
_SINGLE = (
    "\u3041-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。！？｡])[」』”’）]*\s*|\n+")


@cache
def _unicode_word() -> re.Pattern[str]:
    # Python's word class leaves out combining marks, which would cut a word with vowel signs in two.
    codes = (code for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M")
    runs = groupby(enumerate(codes), key=lambda pair: pair[1] - pair[0])
    spans = [[code for _, code in group] for _, group in runs]
    marks = "".join(f"{chr(span[0])}-{chr(span[-1])}" for span in spans)
    run = rf"(?:[^\W{_SINGLE}]+|[{marks}\u200d]+)+"
    return re.compile(rf"[{_SINGLE}][{marks}]*|{run}(?:['’.·]{run})*")


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
        return (_ASCII_WORD if self.text.isascii() else _unicode_word()).findall(self.text)

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
        """Sentences that hold at least one word, split at Latin and CJK end marks and at line ends."""
        parts = (part.strip() for part in _SENTENCE_END.split(self.text))
        return [part for part in parts if any(character.isalnum() for character in part)]

    @cached_property
    def lower(self) -> str:
        """The text in lower case."""
        return self.text.lower()

    @cached_property
    def visible_characters(self) -> int:
        """Number of characters that are not white space."""
        return sum(map(len, self.tokens))
