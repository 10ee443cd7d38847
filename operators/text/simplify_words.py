"""Remove stop words, and reduce words to their stems."""

import re
import string
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, Literal, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Context, Example, InvalidInput, Refiner
from ._stop_words import STOP_CONTRACTIONS, STOP_WORDS

Action = Literal["stop_words", "stem"]
Language = Literal[
    "ca", "da", "de", "el", "en", "eo", "es", "et", "eu", "fi", "fr", "ga", "hu", "id", "it", "lt", "nl", "no", "pt",
    "ro", "ru", "sv", "tr",
]  # fmt: skip
_STEMMERS: dict[Language, str] = {
    "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "eo": "esperanto", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hu": "hungarian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nl": "dutch", "no": "norwegian", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
_MISSING = 'simplify_words stems with snowballstemmer, which is not installed: pip install "dataflow-agent[words]"'
_WORD = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f])+(?:['’](?:[^\W\d_]|[\u0300-\u036f])+)*")
_SPACES = re.compile(r"(\s+)")
# No * or _, which stand in pairs around words.
_EDGES = string.punctuation.replace("*", "").replace("_", "") + "…–—“”‘’«»¿¡。，、；：！？（）「」『』【】《》"


class SimplifyWords(Refiner):
    """Remove stop words, reduce words to their stems, or both.

    Rewrites the text; rows without one fall under `on_null`; lines, punctuation and the white space between words stay.

    Action `stop_words` removes frequent words that say little, with the blanks before them, in whatever case: a list of
    English ones that comes along, or the `words` given. Punctuation around them stays. Negations such as "not", "no"
    and "don't" are no stop words, since without them a text says the opposite; nor are parts of compounds such as
    "end-to-end".

    Action `stem` reduces words to their stems by the Snowball algorithm of the language, so that "connected" and
    "connections" become "connect"; a stem need not be a word. Capitals are kept. It needs the package snowballstemmer
    (the extra `words`).

    Source: Porter 1980, "An algorithm for suffix stripping", as revised in Snowball.
    """

    name = "simplify_words"
    phrases = (
        "remove stop words",
        "stem the words",
        "strip stopwords such as the and of",
        "reduce words to their stems",
        "stemming",
        "apply a Porter stemmer",
        "drop filler words",
        "lemmatize or stem tokens",
        "stop word removal",
    )

    actions: tuple[Action, ...] = Field(
        default=("stop_words",), description="What to do: remove stop_words, stem, or both in this order."
    )
    language: Language = Field(default="en", description="Language of the texts, ISO 639-1; for its stems.")
    words: tuple[str, ...] | None = Field(
        default=None, description="The stop words; the English list that comes along when not given."
    )

    @model_validator(mode="after")
    def _all_that_is_needed(self) -> Self:
        if not self.actions:
            raise ValueError("name at least one action: stop_words, stem")
        if "stop_words" in self.actions and self.words is None and self.language != "en":
            raise ValueError(f"there is no list of stop words for {self.language!r}; give them as words")
        if self.words is not None and any(len(word.split()) != 1 for word in self.words):
            raise ValueError("each of words must be one word, without white space")
        return self

    def open(self, ctx: Context) -> Any:
        if "stem" in self.actions:
            _stemmer(self.language)
        return None

    def refine(self, text: str) -> str:
        return str(self.refine_all(pl.Series([text], dtype=pl.String))[0])

    def refine_all(self, texts: pl.Series) -> pl.Series:
        if "stop_words" in self.actions:
            listed = STOP_WORDS | STOP_CONTRACTIONS if self.words is None else self.words
            stop_words = frozenset(_plain(word) for word in listed)
            texts = _each(texts, lambda text: _without(text, stop_words))
        if "stem" not in self.actions:
            return texts
        stem = _stemmer(self.language)
        return _each(texts, lambda text: _WORD.sub(lambda found: stem(found[0]), text))

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"actions": ["stop_words", "stem"]},
            rows=["The cats were not\nrunning on the mats.", "End-to-end connections"],
            out=["cat not\nrun mat.", "End-to-end connect"],
        )


def _each(texts: pl.Series, treat: Callable[[str], str]) -> pl.Series:
    return pl.Series([None if text is None else treat(text) for text in texts], dtype=pl.String)


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")


def _without(text: str, stop_words: frozenset[str]) -> str:
    """The text without some words; the blanks before them go too, at the start of a line those after them."""
    parts = _SPACES.split(text)
    kept: list[str] = []
    line_has_text = skips_gap = False
    for gap, token in zip(["", *parts[1::2]], parts[0::2], strict=True):
        if "\n" in gap or "\r" in gap:
            line_has_text = skips_gap = False
        elif skips_gap:
            gap = ""  # noqa: PLW2901 - there is nothing before it on its line that it divides from
        marks = _marks_around(token, stop_words)
        if marks is None:
            kept += (gap, token)
            skips_gap = False
            line_has_text = line_has_text or token != ""
            continue
        opening, closing = marks
        is_between = line_has_text and not opening
        kept += ("" if is_between else gap, opening, closing)
        line_has_text = line_has_text or opening + closing != ""
        skips_gap = not closing and (skips_gap or not is_between)
    return "".join(kept)


def _marks_around(token: str, stop_words: frozenset[str]) -> tuple[str, str] | None:
    """The punctuation before and after a stop word, None when the token is none."""
    if _plain(token) in stop_words:
        return "", ""
    word = token.strip(_EDGES)
    if token.isalnum() or not word or _plain(word) not in stop_words:
        return None
    opening, _, closing = token.partition(word)
    return opening, closing


@cache
def _stemmer(language: Language) -> Callable[[str], str]:
    try:
        import snowballstemmer
    except ImportError:
        raise InvalidInput.of("missing_package", _MISSING, got="snowballstemmer") from None
    stemmer = snowballstemmer.stemmer(_STEMMERS[language])

    @lru_cache(maxsize=200_000)
    def stem(word: str) -> str:
        stemmed = str(stemmer.stemWord(word.lower().replace("’", "'")))
        if len(word) > 1 and word.isupper():
            return stemmed.upper()
        return stemmed[:1].upper() + stemmed[1:] if word[0].isupper() else stemmed

    return stem
