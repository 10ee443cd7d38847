"""Remove characters by class."""

from typing import Literal, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Example, Refiner

CharacterClass = Literal["punctuation", "symbols", "digits", "control"]
CLASSES: tuple[CharacterClass, ...] = ("punctuation", "symbols", "digits", "control")

# In Rust's syntax.
_MARKS = {"punctuation": r"\p{P}$+<=>\^`|~", "symbols": r"\p{S}"}
_DIGITS = r"\p{Nd}+(?:[.,]\p{Nd}+)*"
_CONTROL = r"[[\p{Cc}\p{Cf}\p{Co}\x{FFFD}]--[\s\x{200C}\x{200D}\x{0600}-\x{0605}\x{06DD}\x{08E2}\x{E0020}-\x{E007F}]]"
_APOSTROPHES = "['’ʼ]"
_PICTURE_TAIL = r"(\p{S})[\x{FE0F}\x{200D}]+"


class RemoveCharacters(Refiner):
    """Remove punctuation, symbols, digits or control characters.

    Rewrites the text; rows without one fall under `on_null`. Classes are those of Unicode, so of all scripts:
    `punctuation` with the ASCII signs $+<=>^`|~; `symbols` are signs of mathematics and currency, and emoji; `digits`
    are numbers with the points and commas inside them, while ² and ½ stay; `control` are control and private-use
    characters, invisible format characters such as the soft hyphen, and U+FFFD, but neither white space nor joiners.

    Where punctuation or symbols stand between two words without white space, a space takes their place, so that
    "one,two" becomes "one two"; an apostrophe goes alone: "don't" becomes "dont". The white space around stays as it
    is. Doing it twice changes nothing more.
    """

    name = "remove_characters"
    phrases = (
        "remove punctuation",
        "strip all punctuation marks",
        "delete digits",
        "remove all numbers and digits",
        "drop control characters",
        "strip symbols",
        "no digits in the text",
        "remove special characters from the text",
        "get rid of numerals",
        "punctuation removal",
    )

    classes: tuple[CharacterClass, ...] = Field(
        description="What to remove, one or more of: punctuation, symbols, digits, control."
    )
    characters: str = Field(default="", description="More characters to remove, each for itself, such as #*.")

    @model_validator(mode="after")
    def _something_to_remove(self) -> Self:
        if not (self.classes or self.characters):
            raise ValueError(f"name at least one of the classes {', '.join(CLASSES)}, or characters to remove")
        return self

    def refine(self, text: str) -> str:
        return str(self.refine_all(pl.Series([text]))[0])

    def refine_all(self, texts: pl.Series) -> pl.Series:
        if self.characters:
            texts = texts.str.replace_all(_any_of(self.characters), "")
        if "control" in self.classes:
            texts = texts.str.replace_all(_CONTROL, "")
        if "digits" in self.classes:
            texts = texts.str.replace_all(_DIGITS, "")
        if "symbols" in self.classes:
            texts = texts.str.replace_all(_PICTURE_TAIL, "${1}")
        marks = "".join(_MARKS[one] for one in self.classes if one in _MARKS)
        if not marks:
            return texts
        if "punctuation" in self.classes:
            texts = texts.str.replace_all(_APOSTROPHES, "")
        return (
            texts.str.replace_all(rf"(^|\s)[{marks}]+", "${1}")
            .str.replace_all(rf"[{marks}]+(\s|$)", "${1}")
            .str.replace_all(f"[{marks}]+", " ")
        )

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"classes": ["punctuation", "digits"]},
            rows=["“Don't,” she said:one,two... 3.14!", "plain text"],
            out=["Dont she said one two ", "plain text"],
        )


def _any_of(characters: str) -> str:
    return "[" + "".join(f"\\x{{{ord(one):X}}}" for one in characters) + "]"
