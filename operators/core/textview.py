"""One text and what rules need of it, each part computed once for all operators of a stage."""

import re
from functools import cached_property

from ._segmentation import ASCII_WORD, PLAIN_WORD, SENTENCE, any_word, special_characters

_HAS_WORD = re.compile(r"[^\W_]")


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
            return ASCII_WORD.findall(self.text)
        return (any_word() if special_characters().search(self.text) else PLAIN_WORD).findall(self.text)

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
        return list(map(str.rstrip, filter(_HAS_WORD.search, SENTENCE.findall(self.text))))

    @cached_property
    def lower(self) -> str:
        """The text in lower case."""
        return self.text.lower()

    @cached_property
    def visible_characters(self) -> int:
        """Number of characters that are not white space."""
        return sum(map(len, self.tokens))
