"""Asks about words of degree that were left open: "the heavy boxes give us trouble, only those please"."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final, Literal

from .. import doubts
from ..clauses import Clause
from ..columns import is_key, looks_dated, words_of
from ..doubts import Doubt
from ..row_nouns import is_row_noun
from ..shape_words import MEANINGS
from ..shapes import columns_of_scale
from ..vague import LITTLE, MUCH, VAGUE, portion_option, vague_columns
from ..vocabulary import stem
from ..wording import NUMBERS
from .pieces import Piece, Pieces
from .verdicts import Verdict, said_by, verdict_of

Pole = Literal["high", "low"]

_LENGTH: Final = frozenset(
    "long lengthy wordy verbose long-winded winded endless rambling short brief tiny little terse scant laconic curt "
    "shortish longish".split()
)
_LONG: Final = frozenset("long lengthy wordy verbose long-winded winded endless rambling longish".split())
_MORE: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    word: (pole, tuple(scales.split()))
    for words, pole, scales in (
        ("big large huge massive giant enormous bulky", "high", "size height weight"),
        ("small tiny little", "low", "size height weight"),
        ("tall", "high", "height"),
        ("often frequently lot lots loads plenty tons", "high", "popular"),
        ("rarely seldom hardly barely scarcely", "low", "popular"),
        ("long lengthy", "high", "duration"),
        ("short brief", "low", "duration"),
        ("recently lately newly", "high", "time"),
        ("ages", "low", "time"),
        ("reasonable sensible useful valuable promising", "high", "good popular"),
        ("wordy verbose long-winded winded endless rambling longish", "high", ""),
        ("terse scant laconic curt shortish", "low", ""),
        ("strong", "high", "good"),
        ("weak", "low", "good"),
        ("hot warm", "high", "heat"),
        ("cold cool", "low", "heat"),
    )
    for word in words.split()
}
_HOW: Final[dict[str, str]] = {"well": "best", "highly": "best", "badly": "worst", "poorly": "worst"}
"""Words before a participle, and the superlative that names the same end: "well paid", "poorly rated"."""
_APPROVING: Final = frozenset("accept approv pass verifi correct valid help recommend".split())
"""Stems in the names of columns of truths that hold for what is good."""
_NARROWING: Final = frozenset("about of on from by in with regarding concerning without".split())
_POINTING: Final = frozenset("it them this that these those".split())
_SEEMING: Final = frozenset("looking sounding seeming feeling".split())
_OTHERWISE: Final = frozenset("top read fine enough known watched visited current".split())
"""Vague words that say something else in most sentences."""
_NO_ROWS: Final = frozenset("letters letter caps capitals case print mark marks deal time times way".split())
_FEWER: Final = frozenset("hardly barely scarcely".split())
_MOST_UNKNOWN: Final = 6
_MOST_OPTIONS: Final = 3
_PORTIONS: Final = ("10 %", "25 %", "50 %")
_SINGLE: Final = "25 %"


class Graded:
    """Finds what words of degree leave open.

    Args:
        pieces: takes stretches apart.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces

    def doubt(self, clause: Clause, some: Sequence[Piece]) -> Doubt | None:
        """The question that a stretch leaves open; None where no word of degree says which rows stay or go."""
        verdict, read = verdict_of(some)
        verdict = verdict or said_by(clause)
        if verdict is None or self._says_more(some, read) or self._is_narrowed(some) or self._describes_more(some):
            return None
        found = list(self._degrees(some))
        if len({pole for _, pole, _ in found}) != 1:
            return None
        return self._asked(replace(clause, polarity=verdict, own_verb=True), some, found[0], verdict)

    def _says_more(self, some: Sequence[Piece], read: frozenset[int]) -> bool:
        """Whether a stretch names what no question would repeat, or denies something else than what stays."""
        named = any(one.kind in ("thing", "hard", "number", "rows") for one in some)
        stated = any(one.kind == "limit" and one.value.stated for one in some)
        denied = any(one.kind == "deny" and one.start not in read for one in some)
        unknown = [one for one in some if one.kind == "word" and not self._grades(one)]
        return named or stated or denied or len(unknown) > _MOST_UNKNOWN

    def _grades(self, one: Piece) -> bool:
        low = self._pieces.low(one.start)
        return low in VAGUE or low in _MORE or low in _HOW or low in MUCH | LITTLE

    def _is_narrowed(self, some: Sequence[Piece]) -> bool:
        """Whether unknown words say more of the rows, which no answer would repeat: "good rows about cats"."""
        for before, one in pairwise(some):
            lead = self._pieces.low(before.start) if before.end == before.start + 1 else ""
            noun = self._pieces.low(one.start)
            told = lead == "about" or (lead == "for" and noun.endswith("s") and noun not in ("us", "this"))
            if told and one.kind == "soft" and noun not in _POINTING:
                return True
            led = lead in _NARROWING
            looks = self._grades(before) and self._pieces.low(one.start) in _SEEMING
            if one.kind == "word" and not self._grades(one) and (led or looks):
                return True
        return False

    def _degrees(self, some: Sequence[Piece]) -> Iterator[tuple[int, Pole, tuple[str, ...]]]:
        """The words of degree of a stretch: where they stand, the end that they name, and of which scales."""
        places = [at for one in some if one.kind != "column" for at in range(one.start, one.end)]
        few = any(self._pieces.low(at) in _FEWER for at in places)
        for at in places:
            low = self._pieces.low(at)
            if low in _OTHERWISE or self._says_else(some, at):
                continue
            meant = self._participle(at) or VAGUE.get(low) or _MORE.get(low)
            if few and low not in _FEWER:
                continue
            if meant is None and low in MUCH | LITTLE and low not in ("few", "little"):
                meant = ("high" if low in MUCH else "low", ())
            if meant is None and low in ("few", "little") and self._pieces.low(at - 1) != "a":
                meant = ("low", ())
            if meant is not None:
                yield at, "high" if meant[0] == "high" else "low", tuple(meant[1])

    def _says_else(self, some: Sequence[Piece], at: int) -> bool:
        """Whether a word of degree is a part of a name, or of something else: "the new HR system", "small letters"."""
        after = self._pieces.low(at + 1)
        unknown = {one.start for one in some if one.kind == "word"}
        return after in _NO_ROWS or ({at + 1, at + 2} <= unknown and not after.endswith(("ed", "s")))

    def _describes_more(self, some: Sequence[Piece]) -> bool:
        """Whether an unknown word stands between a word of degree and the rows: "heavy wooden parcels"."""
        tokens = self._pieces.marked.tokens
        rows = [one for one in some if one.kind == "column" or (one.kind == "soft" and is_row_noun(tokens, one.start))]
        first = min((one.start for one in some if self._grades(one)), default=some[-1].end)
        between = [one for one in some if rows and first < one.start < rows[-1].start and one.kind == "word"]
        run = {one.start for one in between}
        ends = {one.start - 1 for one in rows} & run
        return any(not self._pieces.low(at).endswith("ed") and not self._is_degree(at) for at in ends)

    def _is_degree(self, at: int) -> bool:
        return self._pieces.low(at) in {*VAGUE, *_MORE} | MUCH | LITTLE

    def _participle(self, at: int) -> tuple[str, tuple[str, ...]] | None:
        """What "well paid" means: the end and the scale of "best paid"."""
        best = _HOW.get(self._pieces.low(at))
        if best is None:
            return None
        role = MEANINGS.get((best, self._pieces.low(at + 1)), {}).get("end")
        named = self._pieces.values.by_verb(at + 1)
        if role is None and (named is None or named.dtype not in NUMBERS):
            return None
        return "high" if best == "best" else "low", () if role is None else (role[1],)

    def _asked(
        self, clause: Clause, some: Sequence[Piece], degree: tuple[int, Pole, tuple[str, ...]], verdict: Verdict
    ) -> Doubt | None:
        at, pole, scales = degree
        word = self._pieces.low(at)
        columns = self._columns(some, degree)
        if not columns and word in _LENGTH:
            texts = self._texts(some)
            known = None if texts is None else self._pieces.profile.column(texts)
            return None if known is None else doubts.how_long_texts(clause, known, long=word in _LONG)
        options = [self._flag_option(name, pole, verdict) for name in self._flags(scales)]
        if not columns and ("good" in scales or "size" in scales):
            columns = self._numbers()
        portions = [(columns[0], part) for part in _PORTIONS] if len(columns) == 1 and not options else []
        portions = portions or [(name, _SINGLE) for name in columns]
        options += [
            portion_option(self._pieces.profile, name, part, high=pole == "high", keep=verdict == "keep")
            for name, part in portions
        ]
        return doubts.what_is_meant(clause, word, options[:_MOST_OPTIONS], pole) if len(options) > 1 else None

    def _columns(self, some: Sequence[Piece], degree: tuple[int, Pole, tuple[str, ...]]) -> list[str]:
        """The columns that a word of degree may be about, the likeliest first; at most three."""
        at, _, scales = degree
        profile = self._pieces.profile
        named = [one.value for one in some if one.kind == "column"]
        timed = "time" in scales
        fits = [name for name in named if self._fits(name, timed=timed)]
        verbs = [
            column.name
            for one in some
            if one.kind in ("word", "soft")
            for place in range(one.start, one.end)
            if (column := self._pieces.values.by_verb(place)) is not None and self._fits(column.name, timed=timed)
        ]
        if fits or verbs:
            return list(dict.fromkeys(fits or verbs))[:_MOST_OPTIONS]
        if any(profile.column(name).dtype == "text" for name in named) and self._pieces.low(at) in _LENGTH:
            return []
        known = [name for scale in scales if scale for name in self._of_scale(scale)]
        if known:
            return list(dict.fromkeys(known))[:_MOST_OPTIONS]
        words = [self._pieces.low(one.start) for one in some if one.kind == "word"]
        words += [word for word in self._pieces.words(some) if word.endswith("ed") and word not in words]
        near = None if timed else self._pieces.nearness.number(words)
        if near is not None:
            return [near.name]
        return []

    def _of_scale(self, scale: str) -> list[str]:
        return [*columns_of_scale(self._pieces.said, scale), *vague_columns(self._pieces.profile, scale)]

    def _fits(self, name: str, *, timed: bool) -> bool:
        """Whether a column may be what a word of degree is about."""
        column = self._pieces.profile.column(name)
        dated = column.dtype == "time" or looks_dated(column)
        return dated if timed else column.dtype in NUMBERS and not is_key(column)

    def _numbers(self) -> list[str]:
        return [one.name for one in self._pieces.profile.columns if one.dtype in NUMBERS and not is_key(one)]

    def _texts(self, some: Sequence[Piece]) -> str | None:
        """The column whose texts are long or short: the one named, else the main one."""
        named = [one.value for one in some if one.kind == "column"]
        texts = [name for name in named if self._pieces.profile.column(name).dtype == "text"]
        return texts[0] if len({*texts}) == 1 else None if named else self._pieces.main

    def _flags(self, scales: Sequence[str]) -> list[str]:
        """Columns of truths that hold for what is good."""
        if "good" not in scales:
            return []
        return [
            one.name
            for one in self._pieces.profile.columns
            if one.dtype == "boolean" and any(stem(part).startswith(tuple(_APPROVING)) for part in words_of(one.name))
        ]

    def _flag_option(self, name: str, pole: Pole, verdict: Verdict) -> str:
        return f"{verdict} rows where `{name}` is {'true' if pole == 'high' else 'false'}"
