"""Expand English contractions."""

import re

import polars as pl
from pydantic import Field

from ..core import Example, Refiner
from ._contractions import (
    ADVERBS,
    AFTER_HAD,
    AFTER_HAS,
    CLITICS,
    INFORMAL,
    NEGATED,
    NEGATED_IRREGULAR,
    PLAIN_IN_ED,
    WITH_IS,
    WITH_WOULD,
)

_APOSTROPHE = "['’ʼ＇]"
_CLITIC = rf"{_APOSTROPHE}(?:ll|re|ve|[tdms])"
_CONTRACTION = re.compile(rf"(?<![\w'’])([a-z]+)((?:{_CLITIC})+)(?!{_APOSTROPHE}?\w)", re.IGNORECASE)
_INFORMAL = re.compile(
    rf"(?<![\w'’])(?:{'|'.join(INFORMAL).replace(chr(39), _APOSTROPHE)})(?!{_APOSTROPHE}?\w)", re.IGNORECASE
)
_NEXT_WORD = re.compile(r"\s{1,9}([a-z]{1,20})\b", re.IGNORECASE)
_MOST_ADVERBS = 3
# In Rust's syntax, for a whole column: could there be one?
_HINT = rf"(?i)[a-z]{_CLITIC}(?-u:\b)"
_INFORMAL_HINT = f"(?i){'|'.join(INFORMAL).replace(chr(39), _APOSTROPHE)}"


class ExpandContractions(Refiner):
    """Write English contractions out, such as "do not" for "don't".

    Rewrites the text; rows without one fall under `on_null`. What is expanded: n't after auxiliary verbs; 'll, 're and
    've; I'm; let's; 's and 'd after pronouns and words such as "there" and "what". Apostrophes may be straight or
    curled, and capitals are kept. The next word decides between two readings: "it's been" becomes "it has been",
    "she'd gone" "she had gone", else it is "is" and "would". A possessive, "ain't", and words of other languages stay.

    Doing it twice changes nothing more.
    """

    name = "expand_contractions"
    phrases = (
        "expand contractions",
        "replace don't by do not",
        "write out contracted forms",
        "remove contractions",
        "turn it's into it is",
        "spell out English contractions",
        "no contractions such as can't",
    )

    informal: bool = Field(
        default=True, description="Expand informal forms too, such as gonna, wanna, gimme, kinda, y'all."
    )

    def refine(self, text: str) -> str:
        text = _CONTRACTION.sub(_expanded, text)
        return _INFORMAL.sub(_formal, text) if self.informal else text

    def refine_all(self, texts: pl.Series) -> pl.Series:
        candidates = texts.str.contains(f"{_HINT}|{_INFORMAL_HINT}" if self.informal else _HINT)
        refined = super().refine_all(pl.select(pl.when(candidates).then(texts)).to_series())
        return pl.select(pl.when(candidates).then(refined).otherwise(texts)).to_series()

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["I don't think it's John’s; he'd gone. We’ll see!", "the dogs' bowls"],
            out=["I do not think it is John’s; he had gone. We will see!", "the dogs' bowls"],
        )


def _expanded(found: re.Match[str]) -> str:
    host, endings = found[1], re.split(_APOSTROPHE, found[2])[1:]
    following = _following(found)
    parts = [host]
    for place, ending in enumerate(endings):
        clitic = ending.lower()
        if clitic == "t":
            written = _negated(host, ending) if place == 0 else None
            parts = [written] if written else []
        else:
            after = following if place + 1 == len(endings) else endings[place + 1].lower()
            meaning = _meaning(host.lower() if place == 0 else "", clitic, after)
            parts = [*parts, meaning.upper() if ending.isupper() else meaning] if meaning and parts else []
    return " ".join(parts) or found[0]


def _negated(host: str, ending: str) -> str | None:
    """The verb before n't with its "not", None when it is no such verb."""
    low = host.lower()
    if low in NEGATED_IRREGULAR:
        written = NEGATED_IRREGULAR[low]
    elif low.endswith("n") and low[:-1] in NEGATED:
        written = f"{low[:-1]} not"
    else:
        return None
    return _in_case_of(written, host + ending)


def _meaning(host: str, clitic: str, following: str) -> str | None:
    """What an ending means after a host, before the word that follows; None when it is no contraction."""
    if clitic in CLITICS:
        return CLITICS[clitic]
    if clitic == "m":
        return "am" if host == "i" else None
    if clitic == "s":
        if host == "let":
            return "us"
        return ("has" if following in AFTER_HAS else "is") if host in WITH_IS else None
    if host not in WITH_WOULD:
        return None
    is_past = following.endswith("ed") and len(following) > 3 and following not in PLAIN_IN_ED
    return "had" if is_past or following in AFTER_HAD else "would"


def _following(found: re.Match[str]) -> str:
    """The word after the contraction, adverbs left out, in lower case; empty when there is none."""
    end = found.end()
    for _ in range(_MOST_ADVERBS):
        word = _NEXT_WORD.match(found.string, end)
        if not word:
            return ""
        if word[1].lower() not in ADVERBS:
            return word[1].lower()
        end = word.end()
    return ""


def _formal(found: re.Match[str]) -> str:
    return _in_case_of(INFORMAL[re.sub(_APOSTROPHE, "'", found[0].lower())], found[0].strip("'’ʼ＇"))


def _in_case_of(written: str, model: str) -> str:
    if len(model) > 1 and model.isupper():
        return written.upper()
    return written[0].upper() + written[1:] if model[0].isupper() else written
