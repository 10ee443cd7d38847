"""Correct English spelling mistakes."""

import re
from collections import Counter
from typing import Any

from pydantic import Field

from ..core import Context, Example, Refiner
from ._spelling import open_speller

# Not part of a name, an address, a path, a compound or code.
_WORD = re.compile(r"(?<![\w'’.\-/@:=<>$#&\\])[a-z]{3,}(?![\w'’\-/@=(<>\[{\\]|[.:]\w)")
_MEANT = 3


class CorrectSpelling(Refiner):
    """Correct misspelt English words, where what was meant is plain.

    Rewrites the text; rows without one fall under `on_null`; punctuation, layout and all other words stay. Only words
    in small letters are looked at, so no names, and none that is part of a compound, an address, a path or code. A word
    that the dictionary lacks is replaced when slips that people make lead to one word of it: letters swapped, doubled
    or not, a wrong vowel, a letter left out; in words of eight letters or more up to `max_edits` of them, in shorter
    ones one. British and American spelling both stand. A word that occurs three times in a text is taken as meant.

    A text of whose words fewer than `min_known_ratio` are known or plainly misspelt is no plain English, and stays.
    Technical texts have many words that no dictionary has: give theirs as `known_words`.

    Needs the package symspellpy (the extra `spelling`), which brings the dictionary.
    """

    name = "correct_spelling"
    phrases = (
        "correct spelling mistakes",
        "fix typos",
        "fix the spelling",
        "spell check the texts",
        "repair misspelled words",
        "correct misspellings in English",
        "spelling correction",
        "autocorrect",
    )

    max_edits: int = Field(default=2, ge=1, le=2, description="Most slips in a word of eight letters or more.")
    min_known_ratio: float = Field(
        default=0.9,
        ge=0,
        le=1,
        description="Least share of words, 0 to 1, that are known or plainly misspelt in a text to correct, inclusive.",
    )
    known_words: tuple[str, ...] = Field(default=(), description="More words that are right, in any case.")

    def open(self, ctx: Context) -> Any:
        open_speller(self.max_edits)
        return None

    def refine(self, text: str) -> str:
        speller = open_speller(self.max_edits)
        own = {word.lower() for word in self.known_words}
        counted = Counter(_WORD.findall(text))
        unknown = [word for word in counted if word not in own and not speller.knows(word)]
        fixes = {word: meant for word in unknown if (meant := speller.correction(word))}
        strange = sum(counted[word] for word in unknown if word not in fixes)
        if not fixes or (counted.total() - strange) / counted.total() < self.min_known_ratio:
            return text
        fixes = {word: meant for word, meant in fixes.items() if counted[word] < _MEANT}
        return _WORD.sub(lambda found: fixes.get(found[0], found[0]), text)

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=[
                "We recieved teh letter, definately from Smyth's freind.",
                "Wir haben es seit gestern nicht gesehen.",
            ],
            out=["We received the letter, definitely from Smyth's friend.", "Wir haben es seit gestern nicht gesehen."],
        )
