"""What the filters that measure words share: the option that says what a word is."""

from collections import Counter
from typing import Literal

from pydantic import Field

from ..core import Column, RowFilter, Text, TextFilter, TextView


class WordRules(RowFilter):
    """Keeps rows by the words of their text, whatever a word is taken to be."""

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    words: Literal["unicode", "whitespace"] = Field(
        default="unicode", description="What a word is: a Unicode word, or a run without white space."
    )

    def words_of(self, text: TextView) -> list[str]:
        """The words of a text, in order."""
        return text.words if self.words == "unicode" else text.tokens

    def counts_of(self, text: TextView) -> Counter[str]:
        """How often each word of a text occurs, in lower case."""
        return text.word_counts if self.words == "unicode" else Counter(text.lower.split())


class WordFilter(WordRules, TextFilter):
    """Keeps rows by one number that is measured on the words of their text."""
