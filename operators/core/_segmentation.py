"""Patterns that cut a text into words and sentences, in every script."""

import re
from functools import cache
from itertools import groupby

import polars as pl

UNSPACED = (
    "\u3041-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
"""Scripts that are written without spaces, for a class of characters in a pattern. They count one word a character
(Unicode's default segmentation does so for Han and Hiragana; Thai, Lao, Khmer and Burmese would need a dictionary).
Katakana and all else count by runs."""

_JOINTS = "\u200c\u200d\u00ad"
"""Zero-width non-joiner and joiner, soft hyphen: they stand inside words and end none."""

ASCII_WORD = re.compile(r"[A-Za-z0-9_]+(?:['.][A-Za-z0-9_]+)*")
PLAIN_WORD = re.compile(r"\w+(?:['’.·]\w+)*")
"""Words of a text in which `special_characters` finds nothing."""


@cache
def _marks() -> str:
    """Combining marks, for a class of characters: Python's word class leaves them out."""
    planes = (range(0x300, 0xD800), range(0xE000, 0x20000), range(0xE0000, 0xE0200))
    characters = pl.Series(["".join(map(chr, plane)) for plane in planes])
    runs: list[str] = characters.str.extract_all(r"\p{M}+").explode().to_list()
    return "".join(f"{run[0]}-{run[-1]}" for run in runs)


@cache
def special_characters() -> re.Pattern[str]:
    """Characters that only `any_word` treats right: scripts without spaces, combining marks, invisible joints."""
    return re.compile(rf"[{UNSPACED}{_marks()}{_JOINTS}]")


@cache
def any_word() -> re.Pattern[str]:
    """A word of any script: it begins with a letter or digit, so that what hangs on an emoji is none."""
    run = rf"[^\W{UNSPACED}](?:[^\W{UNSPACED}]+|[{_marks()}{_JOINTS}]+)*"
    return re.compile(rf"[{UNSPACED}][{_marks()}]*|{run}(?:['’.·]{run})*")


_SPACED = rf"[[\p{{L}}\p{{N}}_]--[{UNSPACED}]]"
_RUN = rf"{_SPACED}[{_SPACED}\p{{M}}{_JOINTS}]*"
RUST_WORD = rf"[{UNSPACED}]\p{{M}}*|{_RUN}(?:['’.·]{_RUN})*"
"""What `any_word` matches, for the regular expressions of polars."""

# Abbreviations whose full stop ends no sentence: ever, before a number, before a lower-case letter.
_NEVER = "Mr Ms Dr St Mt Lt vs cf ca Fr Hr Mrs Mme Gen Col Sgt Rev Hon Gov Sen Rep Prof Capt bzw e.g i.e z.B u.a approx"
_BEFORE_NUMBERS = (
    "No Nos Fig Figs Eq Eqs Sec Ch Vol pp p v Nr Art Abs Tel Ext Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
)
_BEFORE_LOWER_CASE = "etc Inc Ltd Co Corp al a.m p.m Jr Sr usw est dept Dept ed eds Ph.D"
_INITIAL = "[A-HJ-Z]"
_GAP = r"[^\S\r\n]"

_CLOSING = "\"'”’»)\\]」』】》）"
_FULL_STOPS = "。！？｡؟۔।॥።។။"  # each ends a sentence, with or without white space after it
_INSIDE = rf"[^\r\n.!?…{_FULL_STOPS}]"


def _sentence() -> str:
    def just_after(abbreviations: str) -> str:
        # Look-behinds must have one length each.
        by_length = groupby(sorted(abbreviations.split(), key=len), key=len)
        alternatives = ("|".join(map(re.escape, group)) for _, group in by_length)
        return "(?:" + "|".join(rf"(?<=\b(?:{one_length})\.)" for one_length in alternatives) + ")"

    abbreviated = (
        rf"\.(?={_GAP})(?:(?<=\b{_INITIAL}\.)|{just_after(_NEVER)}"
        rf"|{just_after(_BEFORE_NUMBERS)}(?={_GAP}+\d)|{just_after(_BEFORE_LOWER_CASE)}(?={_GAP}+[a-zà-ÿ]))"
    )
    no_end = rf"(?:[.!?…](?![{_CLOSING}]*+(?:\s|\Z))|{abbreviated})"
    return rf"\S{_INSIDE}*+(?:{no_end}{_INSIDE}*+)*+(?:[.!?…{_FULL_STOPS}]++[{_CLOSING}]*+)?"


def _rust_sentence() -> str:
    def one_of(abbreviations: str) -> str:
        return "(?:" + "|".join(map(re.escape, abbreviations.split())) + ")"

    abbreviated = (
        rf"(?-u:\b)(?:(?:{_INITIAL}|{one_of(_NEVER)})\.{_GAP}|{one_of(_BEFORE_NUMBERS)}\.{_GAP}+\d"
        rf"|{one_of(_BEFORE_LOWER_CASE)}\.{_GAP}+[a-zà-ÿ])"
    )
    no_end = rf"[.!?…][.!?…{_CLOSING}]*(?:{abbreviated}|[^\s.!?…{_CLOSING}{_FULL_STOPS}])"
    return rf"(?:{abbreviated}|[\p{{L}}\p{{N}}])(?:{abbreviated}|{_INSIDE}|{no_end})*"


SENTENCE = re.compile(_sentence())
"""A sentence, or a piece of text without any word."""
RUST_SENTENCE = _rust_sentence()
"""Matches once in each sentence that holds a word, for counting with the regular expressions of polars."""
