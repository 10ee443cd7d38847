"""Finds abusive language by a lexicon, also in simple disguise."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, Literal

import polars as pl

from ..core.textcolumn import unicode_words
from ..text._terms import Terms

Language = Literal["en", "zh"]
Level = Literal["severe", "strong", "mild"]
SEVERITY: Mapping[Level, float] = {"severe": 1.0, "strong": 0.5, "mild": 0.25}
"""What one occurrence of a term of each level weighs."""
LENGTH: Final = 20
"""Words; the weights are added up for so many of them."""

# Threats, wishes of death and slurs; abuse of persons; vulgar words and insults that are not always meant as abuse.
# Left out is what is often said otherwise: parts of bodies and of cars, "retard the spark", "spic and span".
_EN: Mapping[Level, str] = {
    "severe": """
burn in hell, die in a fire, faggot, faggots, gonna kill you, gook, gooks, hang yourself, hope you die, i will kill you,
i'll kill you, i'm going to kill you, am going to kill you, kike, kikes, kill yourself, kys, nigger, niggers, raghead,
ragheads, rot in hell, slit your throat, towelhead, towelheads, wetback, wetbacks
""",
    "strong": """
arsehole, arseholes, asshole, assholes, cocksucker, cocksuckers, cunt, cunts, dickhead, dickheads, dipshit, dipshits,
douchebag, douchebags, dumbass, dumbasses, dumbfuck, eat shit, fuck off, fuck you, fuck yourself, fucktard, fuckwit,
go to hell, libtard, libtards, motherfucker, motherfuckers, motherfucking, nigga, niggas, piece of shit, screw you,
scumbag, scumbags, shithead, shitheads, shut the fuck up, slut, sluts, son of a bitch, sons of bitches, stfu, twat,
twats, wanker, wankers, whore, whores
""",
    "mild": """
bastard, bastards, bitch, bitches, bitching, bullshit, clusterfuck, fuck, fucked, fucker, fuckers, fuckin, fucking,
fucks, idiot, idiots, imbecile, imbeciles, jackass, moron, morons, piss off, shit, shithole, shits, shitty
""",
}
# A Chinese term is found anywhere; so none that ordinary words make where they meet.
_ZH: Mapping[Level, str] = {
    "severe": "杀了你, 杀你全家, 去死吧, 不得好死",
    "strong": "操你妈, 草泥马, 去你妈的, 傻逼, 狗娘养的, 婊子, 王八蛋, 贱人",
    "mild": "他妈的, 狗屎, 混蛋, 滚蛋, 脑残, 白痴",
}
_LISTS: Mapping[Language, Mapping[Level, str]] = {"en": _EN, "zh": _ZH}

_INSULT = "stupid|dumb|idiots?|morons?|imbeciles?|retards?|retarded|pathetic|worthless|scum|losers?|cowards?"
_CALLED = rf"{_INSULT}|fools?|freaks?|pigs?|vermin|disgusting"
_MORE = r"an?|such|so|all|really|just|fucking|absolute|total|complete|bloody|little|bunch of"
_AT_YOU = (
    rf"(?i)\b(?:(?:you|u)(?:\s+(?:{_MORE}))*\s+(?:{_INSULT})"
    rf"|(?:you['’]?re|(?:you|u)\s+(?:are|r)|are\s+you)(?:\s+(?:{_MORE}))*\s+(?:{_CALLED}))\b"
)
"""An insult said to someone's face, which weighs as a strong term."""

_INVISIBLE = "[\u00ad\u200b-\u200d\u2060\ufeff]"
_LETTER_FOR = {"0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i", "*": "a-z"}
_SHORTEST = 4
"""The fewest letters of a term that is looked for in disguise; what is shorter may be anything, such as A55."""
_SPACED = re.compile(rf"(?<!\w)[a-z](?:([ .\-*_])[a-z])(?:\1[a-z]){{{_SHORTEST - 2},}}(?!\w)", re.IGNORECASE)
_REPEATED = re.compile(r"(\w)\1{2,}")
# In Rust's syntax, for a whole column: words that may be disguised, and whether a text may hold a disguise at all.
_THREE = "|".join(f"{letter}{{3}}" for letter in "abcdefghijklnoprstuvy")
_RUN = rf"(?i)[\p{{L}}\p{{N}}]*[@$!*013457][\p{{L}}\p{{N}}_@$!*]*|[a-z]*(?:{_THREE})[a-z]*"
_HINT = (
    rf"(?i)[a-z@$][a-z]*[@$!*013457]+[a-z]|[@$][a-z]{{3}}|[a-z]{{3}}[@$013457]|{_THREE}"
    r"|(?:^|[^a-z])[a-z](?:[ .\-*_][a-z]){3}(?:[^a-z]|$)"
)


def terms_of(languages: Iterable[Language]) -> dict[Level, list[str]]:
    """The terms of some languages by how much they weigh."""
    return {
        level: [" ".join(term.split()) for language in languages for term in _LISTS[language][level].split(",")]
        for level in SEVERITY
    }


class Lexicon:
    """Terms of abuse, found regardless of case as whole words, with a weight for each occurrence.

    Args:
        terms: by level; none blank.
    """

    def __init__(self, terms: Mapping[Level, Sequence[str]]) -> None:
        self._levels = {level: Terms(listed) for level, listed in terms.items() if listed}
        self._words = {
            level: "\n".join(term.lower() for term in listed if len(term) >= _SHORTEST and term.isalpha())
            for level, listed in terms.items()
        }

    def scores(self, texts: pl.Series) -> pl.Series:
        """How densely each text is abusive, 0 to 1; null where there is no text."""
        lengths = unicode_words(texts).list.len().clip(lower_bound=LENGTH)
        return 1 - (-self.weights(texts) * LENGTH / lengths).exp()

    def weights(self, texts: pl.Series) -> pl.Series:
        """The weights of all that is found in each text, added up; null where there is no text."""
        plain = texts.str.normalize("NFKC").str.replace_all(_INVISIBLE, "")
        counted = [terms.counts_in(plain) * SEVERITY[level] for level, terms in self._levels.items()]
        directed = plain.str.count_matches(_AT_YOU) * SEVERITY["strong"]
        return sum([directed, *counted], self._disguised(plain)).rename("")

    def _disguised(self, texts: pl.Series) -> pl.Series:
        possible = texts.str.contains(_HINT).arg_true()
        some = texts.gather(possible)
        found = [
            sum(self._weight_of(disguise) for disguise in (*_spelt_apart(text), *_disguises(words)))
            for text, words in zip(some, some.str.extract_all(_RUN), strict=True)
        ]
        nothing = pl.select(pl.when(texts.is_not_null()).then(0.0)).to_series()
        return nothing.scatter(possible, pl.Series(found, dtype=pl.Float64))

    def _weight_of(self, disguise: re.Pattern[str]) -> float:
        return max((SEVERITY[level] for level, words in self._words.items() if disguise.search(words)), default=0.0)


def _spelt_apart(text: str) -> Iterator[re.Pattern[str]]:
    """A pattern for each word whose letters stand apart, such as "s h i t"."""
    for found in _SPACED.finditer(text):
        yield _pattern(re.sub(r"\W|_", "", found[0]).lower())


def _disguises(words: Iterable[str]) -> Iterator[re.Pattern[str]]:
    """For each word in disguise a pattern that finds what it may stand for, among words one a line.

    A disguise is a digit or sign for a letter ("sh1t", "@ss…", "f*ck"), or one letter three times or more ("shiiit").
    Half of the characters must be letters, and the first be one or look like one.
    """
    for found in words:
        word = found.lower().strip("!*")
        fit = len(word) >= _SHORTEST and word[0] not in "!*0123456789_" and 2 * sum(map(str.isalpha, word)) >= len(word)
        if fit and (not word.isalpha() or _REPEATED.search(word)):
            yield _pattern(word)


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    pieces: list[str] = []
    end = 0
    for run in _REPEATED.finditer(word):
        pieces += [*map(_letter, word[end : run.start()]), f"{_letter(run[1])}{{1,2}}"]
        end = run.end()
    return re.compile("^" + "".join([*pieces, *map(_letter, word[end:])]) + "$", re.MULTILINE)


def _letter(character: str) -> str:
    return f"[{_LETTER_FOR[character]}]" if character in _LETTER_FOR else re.escape(character)
