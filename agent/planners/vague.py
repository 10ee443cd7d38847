"""Asks what a vague word means on the data at hand: "recent", "best", "popular", "expensive"."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from ...tools.profile import Profile
from . import doubts
from .clauses import Clause
from .columns import column_at, is_key, looks_dated, words_of
from .condition_words import near_column
from .doubts import Doubt
from .shape_words import SCALES
from .vocabulary import ROW_NOUNS, concept_set, is_general, stem

_NUMBERS: Final = frozenset({"integer", "number"})
_PORTIONS: Final = ("10 %", "25 %", "50 %")

VAGUE: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        word: (pole, tuple(scales.split()))
        for words, pole, scales in (
            (
                "good best better great nice excellent fine decent top quality worthwhile solid strong outstanding "
                "superb favourite favorite happy satisfied pleased enough helpful",
                "high",
                "good popular",
            ),
            (
                "bad worst poor weak unhappy dissatisfied awful lousy terrible mediocre angry useless",
                "low",
                "good popular",
            ),
            (
                "popular famous trending loved liked viral hot known watched visited read bestselling successful",
                "high",
                "popular read sold good",
            ),
            ("unpopular obscure unknown unloved", "low", "popular read sold good"),
            ("recent new fresh latest current modern newish", "high", "time"),
            ("old outdated stale ancient dated obsolete older", "low", "time"),
            ("expensive dear pricey costly pricy", "high", "price"),
            ("cheap affordable inexpensive", "low", "price"),
            ("quick fast rapid speedy", "low", "duration"),
            ("slow lengthy", "high", "duration"),
            ("heavy", "high", "weight"),
            ("light lightweight", "low", "weight"),
            ("hard difficult tough challenging tricky advanced", "high", "hard"),
            ("easy simple basic", "low", "hard"),
            ("certain confident sure reliable", "high", "sure"),
            ("uncertain unsure doubtful shaky", "low", "sure"),
        )
        for word in words.split()
    }
)
"""Vague words: the end of a scale that they mean, and the scales, the likeliest first."""

MUCH: Final = frozenset("high higher much many lots large big great highly long heavy strong huge".split())
LITTLE: Final = frozenset("low lower little few small poor weak short brief tiny".split())
_MORE_SCALES: Final = MappingProxyType(
    {
        "hard": frozenset("difficulty level grade hardness complexity".split()),
        "sure": frozenset("confidence probability certainty prob likelihood".split()),
    }
)


def vague_doubt(clause: Clause, profile: Profile) -> Doubt | None:
    """The question that a vague word leaves open; None where there is none, or no column that it may be about."""
    stated = clause.limits or clause.languages or clause.conditions or clause.tables
    if clause.polarity not in ("keep", "drop", "filter", None) or stated or not _may_be_rows(clause):
        return None
    degree = _degree(clause, profile)  # "high quality only"
    if degree is not None:
        degree_word, name = degree
        high = degree_word in MUCH
        keeps = {"drop": (False,), "filter": (True, False)}.get(clause.polarity or "keep", (True,))
        told = [portion_option(profile, name, part, high=high, keep=keep) for part in _PORTIONS for keep in keeps]
        return doubts.what_is_meant(clause, degree_word, told[:3], "high" if high else "low")
    word = _only_vague_word(clause, profile)
    if word is None:
        return None
    pole, scales = VAGUE[word]
    columns = list(dict.fromkeys(name for scale in scales for name in vague_columns(profile, scale)))[:3]
    if not columns and scales[0] == "good":  # "the best": by whatever numbers there are
        columns = [one.name for one in profile.columns if one.dtype in _NUMBERS and not is_key(one)][:3]
    if not columns:
        return None
    ways = {"drop": (False,), "filter": (True, False)}.get(clause.polarity or "keep", (True,))
    sized = [(one, "25 %") for one in columns]
    if len(columns) == len(ways) == 1:
        sized = [(columns[0], portion) for portion in _PORTIONS]
    options = [
        portion_option(profile, name, part, high=pole == "high", keep=keep) for name, part in sized for keep in ways
    ]
    return doubts.what_is_meant(clause, word, options[:3], "high" if pole == "high" else "low")


def _degree(clause: Clause, profile: Profile) -> tuple[str, str] | None:
    """A word such as "high" beside the name of a column of numbers, where the clause says nothing else."""
    tokens = clause.marked.tokens
    for at in range(clause.start, clause.end - 1):
        if tokens[at].low not in MUCH | LITTLE:
            continue
        begin = at + 1 + (tokens[at + 1].low == "of")
        found = column_at(tokens, begin, profile) or near_column(tokens, begin, profile, _NUMBERS)
        if found is None or profile.column(found[0]).dtype not in _NUMBERS or found[1] > clause.end:
            continue
        named = {at, *range(begin, found[1])}
        rest = [one for one, _ in clause.concepts if one not in named and tokens[one].low not in ROW_NOUNS]
        return None if rest else (tokens[at].low, found[0])
    return None


def _may_be_rows(clause: Clause) -> bool:
    """Whether a clause may name rows: no verb of its own says that something else is done."""
    return not clause.acts or clause.words[0] in _GIVING


def _only_vague_word(clause: Clause, profile: Profile) -> str | None:
    """The one vague word of a clause that says nothing else but what the rows are called."""
    tokens = clause.marked.tokens
    own = concept_set(" ".join(name.partition(".")[0].replace("_", " ") for name in profile.inputs))
    vague = {at for at in range(clause.start, clause.end) if tokens[at].low in VAGUE}
    if len({tokens[at].low for at in vague}) != 1:
        return None
    for at, concept in clause.concepts:
        word = tokens[at].low
        described = _is_plural(word) and at - 1 in vague
        known = described or word in ROW_NOUNS or is_general(word) or concept in own or word in _GIVING
        if at not in vague and not known:
            return None
    return tokens[min(vague)].low


_GIVING: Final = frozenset("give show get bring find fetch list care".split())


def _is_plural(word: str) -> bool:
    """Whether an unknown word may be what the rows are called."""
    return word.endswith("s") and not word.endswith("ss") and len(word) > 3


def vague_columns(profile: Profile, scale: str) -> Iterator[str]:
    """The columns whose names, or whose dates, say that they hold a scale."""
    words = {stem(word) for word in SCALES.get(scale, frozenset()) | _MORE_SCALES.get(scale, frozenset())}
    for column in profile.columns:
        dated = scale == "time" and (column.dtype == "time" or looks_dated(column))
        named = any(stem(word) in words for word in words_of(column.name))
        if dated or (named and column.dtype in _NUMBERS):
            yield column.name


def portion_option(profile: Profile, name: str, portion: str, *, high: bool, keep: bool) -> str:
    """A request that the planner reads by itself: it keeps or drops a portion at one end of a column."""
    if profile.column(name).dtype in _NUMBERS:
        return f"{'keep' if keep else 'drop'} the {portion} of rows with the {'highest' if high else 'lowest'} `{name}`"
    # Dates are put in order; what is left is taken from the front.
    share = portion if keep else f"{100 - int(portion.removesuffix(' %'))} %"
    return f"sort by `{name}`, {'newest' if high == keep else 'oldest'} first, then keep the first {share}"
