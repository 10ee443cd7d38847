"""Reads how much of the rows is wanted: the best, the first, random or diverse ones; a number or a share of them."""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal

from pydantic import JsonValue

from .columns import is_key, words_of
from .likely import likely_columns, rankable
from .quantities import SCALES, plain
from .vocabulary import DROP, KEEP, ROW_NOUNS, stem
from .wording import ARTICLES, NUMBERS, Missing, TableMention, Wording

MOST_WORDS: Final = 24
"""Longest portion that is read."""
TOP, SAMPLE, CORESET = "top_rows", "sample_rows", "coreset_select"
End = Literal["high", "low"]
GONE: Final = MappingProxyType({"chosen": "dropped", "on_null": "keep"})
"""Options of `top_rows` where a number of rows goes; those without a score are not among them."""

_HIGH: Final = frozenset("top best highest largest greatest most".split())
_LOW: Final = frozenset("worst bottom lowest smallest poorest weakest fewest".split())
_JUDGING: Final = frozenset("top best worst bottom poorest weakest".split())
"""Words that say what is good, not which numbers are."""
_LOW_IS_GOOD: Final = frozenset("perplexity ppl loss error errors toxicity rank distance".split())
_PARTS: Final = MappingProxyType(
    {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "quartile": 0.25, "fifth": 0.2, "tenth": 0.1, "decile": 0.1}
)
_LARGE: Final = frozenset(word for word in SCALES if len(word) > 1)
_RANDOM: Final = frozenset("random randomly".split())
_SAMPLE: Final = frozenset("sample samples sampling subsample subsampling downsample draw".split())
_DIVERSE: Final = frozenset("diverse different varied representative dissimilar coreset diversity".split())
_NOUNS: Final = (
    ROW_NOUNS | ARTICLES | frozenset("data dataset datasets corpus set subset input of rest remaining".split())
) - frozenset("whatever whichever everything anything".split())
_GLUE: Final = (KEEP | frozenset({"at", "to", "down", "chosen", "drawn", "only", "just", "with", "which", "have"})) - {
    "must", "should", "limit", "limited", "restrict", "restricted",
}  # fmt: skip
_CAPS: Final = frozenset({"limit", "limited", "cap", "capped", "restrict", "restricted", "reduce", "downsample"})
_AT_MOST: Final = ("at most", "up to", "no more than", "not more than", "a maximum of", "max")
_BY: Final = (
    "by", "according to", "based on", "in terms of", "with respect to", "judged by", "ranked by", "on", "by their",
)  # fmt: skip
_SCORED: Final = frozenset("scoring scored rated ranked ranking".split())
_SCORE_NAMES: Final = ("score", "quality", "rating", "grade", "perplexity", "probability")


@dataclass(frozen=True)
class _Found:
    """What was read so far; `end` is one past the last token that says something."""

    start: int
    end: int
    number: float | None = None
    share: bool = False
    end_word: str = ""
    score: str | None = None
    unknown: str = ""
    per: tuple[str, ...] = ()
    seed: int | None = None
    words: frozenset[str] = field(default_factory=frozenset)
    rows: bool = False


_Step = tuple[_Found, int]
"""What was read with the next words, and where they end."""


def find_portion(said: Wording, at: int) -> TableMention | None:
    """The portion of rows that is named from a position on."""
    found, place = _Found(at, at), at
    while place < min(at + MOST_WORDS, said.reach(at)):
        step = _step(said, place, found)
        if step is None:
            break
        found, place = step
    if found.end == at:
        return None
    return _mention(said, found)


def _step(said: Wording, at: int, found: _Found) -> _Step | None:
    """What the next words say, and where they end; None for words that belong to something else."""
    return (
        _amount(said, at, found)
        or _suffix(said, at, found)
        or _rank_word(said, at, found)
        or _kind_word(said, at, found)
        or _plain_word(said, at, found)
    )


def _amount(said: Wording, at: int, found: _Found) -> _Step | None:
    """Reads "10 %", "at most 500", "a thousand", "half"."""
    most = said.phrase(at, _AT_MOST) if at == found.start else None
    if most is not None:
        return found, most
    if found.number is not None:
        return None
    word, quantity = said.low(at), said.quantities.get(at)
    if quantity is not None and quantity.unit is None:
        return replace(found, number=quantity.value, share=quantity.share, end=quantity.end), quantity.end
    if word in _LARGE and (found.words or found.end_word):
        return replace(found, number=SCALES[word], end=at + 1), at + 1
    if word in _PARTS and (found.words or found.end_word or said.low(at - 1) in ARTICLES):
        return replace(found, number=_PARTS[word], share=True, end=at + 1), at + 1
    return None


def _rank_word(said: Wording, at: int, found: _Found) -> _Step | None:
    """Reads "top", "worst", "highest scoring", "most diverse"."""
    word = said.low(at)
    if word == "most" and said.low(at + 1) in _DIVERSE:
        return replace(found, words=found.words | {"diverse"}, end=at + 2), at + 2
    if word in _HIGH | _LOW and not found.end_word and said.low(at - 1) != "at":
        return _ranked(said, at, found)
    return (replace(found, end=at + 1), at + 1) if word in _SCORED and found.end_word else None


def _kind_word(said: Wording, at: int, found: _Found) -> _Step | None:
    """Reads the words for chance, for samples, for variety, and "first" and "last"."""
    word = said.low(at)
    kinds = [kind for words, kind in ((_RANDOM, "random"), (_SAMPLE, "sample"), (_DIVERSE, "diverse")) if word in words]
    if word in ("first", "last") and not said.ends(at + 1):
        kinds = [word]
    return (replace(found, words=found.words | {*kinds}, end=at + 1), at + 1) if kinds else None


def _plain_word(said: Wording, at: int, found: _Found) -> _Step | None:
    """Steps over nouns for rows and words between."""
    word = said.low(at)
    if word == "," and found.per and found.number is None and not found.end_word:  # "for each board, the three …"
        return found, at + 1
    if word in _CAPS:
        return replace(found, words=found.words | {"cap"}), at + 1
    if word in _NOUNS:
        is_row = word in ROW_NOUNS - {"all", "these", "those"} and found.number is not None
        return replace(found, rows=found.rows or is_row, end=at + 1 if is_row else found.end), at + 1
    glued = (word in _GLUE and (found.end > found.start or found.words)) or (word in DROP and "random" in found.words)
    return (found, at + 1) if glued else None


def _ranked(said: Wording, at: int, found: _Found) -> _Step:
    """Reads "top", "highest scoring", "lowest perplexity": which end, and perhaps of what."""
    column = None if said.low(at + 1) in ROW_NOUNS else said.column(at + 1, *NUMBERS) or _described(said, at + 1)
    if column is None:
        return replace(found, end_word=said.low(at), end=at + 1), at + 1
    end = column[1]
    return replace(found, end_word=said.low(at), score=found.score or column[0], end=end), end


def _described(said: Wording, at: int) -> tuple[str, int] | None:
    """The one column of numbers that a word such as "upvoted" or "helpful" stands for, and where it ends."""
    word = said.low(at)
    named = [one.name for one in said.typed(*NUMBERS) if stem(word) in {stem(part) for part in words_of(one.name)}]
    return (named[0], at + 1) if len(named) == 1 and said.low(at - 1) in ("most", "least") else None


def _suffix(said: Wording, at: int, found: _Found) -> _Step | None:
    """Reads "by score", "per source", "with seed 7"."""
    seeded = said.seed(at)
    if seeded is not None:
        return replace(found, seed=seeded[0], end=seeded[1]), seeded[1]
    grouped = said.per(at)
    if grouped is not None:
        names, unknown, end = grouped
        return replace(found, per=tuple(names), unknown=found.unknown or unknown, end=end), end
    by = said.phrase(at, _BY)
    if by is None:
        return None
    column = said.column(by, *NUMBERS)
    if column is None:
        named = said.skip(by, ARTICLES)
        if found.number is None and not found.end_word:
            return None
        return replace(found, unknown=said.low(named), end=named + 1), named + 1
    end = said.skip(column[1], {"score", "scores", "value", "values"})
    return replace(found, score=column[0], end=end), end


# What that means


def _mention(said: Wording, found: _Found) -> TableMention | None:
    operator = _operator(said, found)
    seeded = found.seed is not None and operator != SAMPLE
    if operator is None or seeded or (operator == TOP and "first" in found.words):
        return None
    wanted = found.end_word not in _LOW
    mention = TableMention(found.start, found.end, operator, wanted=wanted)
    missing = _missing(said, found, operator)
    if missing is not None:
        return replace(mention, missing=missing)
    kept, dropped = _options(said, found, operator)
    return replace(mention, kept=kept, dropped=dropped)


def _options(said: Wording, found: _Found, operator: str) -> tuple[dict[str, JsonValue], dict[str, JsonValue] | None]:
    """The options where the portion is kept, and where it is dropped."""
    common: dict[str, JsonValue] = {"per": [*found.per]} if found.per else {}
    if found.seed is not None:
        common["seed"] = found.seed
    kept, dropped = _sizes(found)
    rest = None if dropped is None else {**dropped, **common}
    if operator == TOP:
        column = found.score or _score_column(said)
        end = _end(found)
        named: dict[str, JsonValue] = {} if column == "score" else {"score": column}
        other: dict[str, JsonValue] = {**_best(end), **kept, **GONE}
        if found.share and rest is not None:
            other = {**_best("low" if end == "high" else "high"), **rest}
        return {**named, **_best(end), **kept, **common}, {**named, **other, **common}
    placed = next((word for word in ("first", "last") if word in found.words), None)
    if placed is not None:
        return {"method": placed, **kept, **common}, {"method": placed, **kept, "chosen": "dropped", **common}
    return {**kept, **common}, None if operator == CORESET else rest


def _operator(said: Wording, found: _Found) -> str | None:
    """Which operator takes such a portion; None where no portion is meant."""
    named = found.number is not None
    if "diverse" in found.words:
        subset = _says(said, found, "subset") or _says(said, found, "coreset")
        return CORESET if named or subset or "sample" in found.words else None
    if found.end_word:
        # "the most common words" and "best effort" name no portion; "with the lowest perplexity" lacks its number.
        return TOP if named or found.score else None
    if found.words & {"random", "sample"}:
        nouns = found.rows or named or found.words >= {"random", "sample"} or _says(said, found, "subset")
        return SAMPLE if nouns or _begins(said, found) else None
    if found.words & {"first", "last"}:
        return SAMPLE if named and (found.rows or found.share or said.ends(found.end)) else None
    return SAMPLE if named and found.rows and (found.words & {"cap"} or found.per or _is_whole(said, found)) else None


def _says(said: Wording, found: _Found, word: str) -> bool:
    return word in said.lows(found.start, found.end - found.start + 1)


def _begins(said: Wording, found: _Found) -> bool:
    """Whether the clause begins here with the verb: "sample …"."""
    return said.low(found.start) in ("subsample", "downsample", "sample") and said.ends(found.start - 1)


def _is_whole(said: Wording, found: _Found) -> bool:
    """Whether "1000 rows" is all that is kept: nothing else describes them."""
    return said.low(found.start - 1) in KEEP | {"only"} and said.ends(found.end) and not found.share


def _missing(said: Wording, found: _Found, operator: str) -> Missing | None:
    """What must be asked before the portion is known."""
    text = said.text(found.start, found.end)
    if found.unknown:
        dtypes = NUMBERS if operator == TOP and not said.phrase(_at_of(said, found), ("per",)) else ()
        place = next((at for at in range(found.start, found.end) if said.low(at) == found.unknown), found.start)
        names = likely_columns(said.tokens, place, said.profile)[0] or rankable(said.profile, dtypes)
        filled = _with(said, found, found.unknown)
        return Missing(f"There is no such column as {found.unknown!r}; which one is meant?", filled, names)
    if found.number is None:
        sizes = ("1000 rows", "10 %") if operator != CORESET else ("500 rows", "1000 rows")
        return Missing(f"How many rows are meant by {text!r}?", _sized(found, operator), sizes)
    if operator == TOP:
        return _open_score(said, found, text)
    if not found.words:
        number = plain(found.number)
        group = f" per {' and '.join(found.per)}" if found.per else ""
        options = (f"the first {number} rows{group}", f"a random sample of {number} rows{group}")
        return Missing(f"Which {number} rows{group} are meant?", "{}", options)
    return None


def _at_of(said: Wording, found: _Found) -> int:
    places = (at for at in range(found.start, found.end) if said.low(at) == found.unknown)
    return next(places, found.start) - 1


def _with(said: Wording, found: _Found, word: str) -> str:
    """The wording with a word left open."""
    at = next(at for at in range(found.start, found.end) if said.low(at) == word)
    return f"{said.text(found.start, at)} `{{}}` {said.text(at + 1, found.end)}".strip()


def _sized(found: _Found, operator: str) -> str:
    """The wording with the number left open."""
    if operator == TOP:
        end = "highest" if _end(found) == "high" else "lowest"
        return f"the {end} {{}} by {found.score or 'score'}"
    extra = "".join([f" per {' and '.join(found.per)}" if found.per else "",
                     f" with seed {found.seed}" if found.seed is not None else ""])  # fmt: skip
    lead = "diverse subset" if operator == CORESET else "random sample"
    return f"a {lead} of {{}}{extra}"


def _open_score(said: Wording, found: _Found, text: str) -> Missing | None:
    column = found.score or _score_column(said)
    if column is None:
        names = tuple(one.name for one in said.typed(*NUMBERS) if not is_key(one))
        return Missing(f"Which column of numbers says how good a row is, in {text!r}?", f"{text} by `{{}}`", names[:3])
    if found.end_word in _JUDGING and _LOW_IS_GOOD & {*column.lower().split("_")}:
        amount = f"{plain(found.number * 100)} %" if found.share and found.number else plain(found.number or 0)
        filled = f"the {{}} {amount} by `{column}`" + (f" per {' and '.join(found.per)}" if found.per else "")
        options = ("lowest", "highest")
        return Missing(f"Which values of {column!r} does {text!r} mean?", filled, options)
    return None


def _score_column(said: Wording) -> str | None:
    """The only column that is named like a score; `score` itself goes first."""
    names = [column.name for column in said.typed(*NUMBERS)]
    if "score" in names:
        return "score"
    named = [name for name in names if any(word in name.lower() for word in _SCORE_NAMES)]
    return named[0] if len(named) == 1 else None


def _end(found: _Found) -> End:
    """Which numbers are meant."""
    return "low" if found.end_word in _LOW else "high"


def _best(end: End) -> dict[str, JsonValue]:
    return {} if end == "high" else {"best": "low"}


def _sizes(found: _Found) -> tuple[dict[str, JsonValue], dict[str, JsonValue] | None]:
    """How much stays where the portion is kept, and where it is dropped; the rest of a count is no count."""
    number = found.number or 0
    if not found.share:
        return {"count": plain(number)}, {"count": plain(number), "chosen": "dropped"}
    rest = float(1 - Fraction(str(plain(number))))
    return {"share": float(plain(number))}, {"share": rest} if 0 < rest < 1 else None
