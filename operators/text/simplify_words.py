"""Remove stop words, and reduce words to their stems."""

import re
from collections.abc import Callable, Iterable
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
_MISSING = 'simplify_words needs snowballstemmer to stem, which is not installed: pip install "dataflow-agent[words]"'
_WORD = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f])+(?:['’](?:[^\W\d_]|[\u0300-\u036f])+)*")
# In Rust's syntax. Names such as and.example.org and compounds such as end-to-end are words of their own.
_BLANKS = r"[ \t\x{00A0}]"
_COMPOUND = r"\w+(?:['’.\-/@:]+\w+)+"


class SimplifyWords(Refiner):
    """Remove stop words, reduce words to their stems, or both.

    Rewrites the text; rows without one fall under `on_null`; lines, punctuation and the white space between words stay.

    Action `stop_words` removes frequent words that say little, with the blanks before them, in whatever case: a list of
    English ones that comes along, or the `words` given. Negations such as "not", "no" and "don't" are no stop words,
    since without them a text says the opposite; nor are parts of compounds such as "end-to-end".

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
        if self.words is not None and not all(word.strip() for word in self.words):
            raise ValueError("a stop word may not be empty")
        return self

    def open(self, ctx: Context) -> Any:
        if "stem" in self.actions:
            _stemmer(self.language)
        return None

    def refine(self, text: str) -> str:
        return str(self.refine_all(pl.Series([text], dtype=pl.String))[0])

    def refine_all(self, texts: pl.Series) -> pl.Series:
        if "stop_words" in self.actions:
            texts = _without(texts, STOP_WORDS | STOP_CONTRACTIONS if self.words is None else self.words)
        if "stem" not in self.actions:
            return texts
        stem = _stemmer(self.language)
        stemmed = [None if text is None else _WORD.sub(lambda found: stem(found[0]), text) for text in texts]
        return pl.Series(stemmed, dtype=pl.String)

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"actions": ["stop_words", "stem"]},
            rows=["The cats were not\nrunning on the mats.", "End-to-end connections"],
            out=["cat not\nrun mat.", "End-to-end connect"],
        )


def _without(texts: pl.Series, words: Iterable[str]) -> pl.Series:
    """The texts without some words: first those with a blank before them, then those that begin a line."""
    longest_first = sorted({word.replace("’", "'") for word in words}, key=lambda word: (-len(word), word))
    patterns = [re.escape(word).replace("\\ ", " ").replace("'", "['’]") for word in longest_first]
    plain = [pattern for pattern, word in zip(patterns, longest_first, strict=True) if word.isalnum()]
    drawn = [pattern for pattern, word in zip(patterns, longest_first, strict=True) if not word.isalnum()]
    after_blank = [_word_of(drawn, f"{_BLANKS}+", ""), f"({_BLANKS}+{_COMPOUND})", _word_of(plain, f"{_BLANKS}+", "")]
    at_start = [_word_of(drawn, r"\b", f"{_BLANKS}*"), f"({_COMPOUND})", _word_of(plain, r"\b", f"{_BLANKS}*")]
    for alternatives in (after_blank, at_start):
        texts = texts.str.replace_all(f"(?i){'|'.join(filter(None, alternatives))}", "${1}")
    return texts


def _word_of(patterns: list[str], before: str, after: str) -> str:
    return rf"{before}(?:{'|'.join(patterns)})\b{after}" if patterns else ""


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
