"""Reads rows kept or dropped for what no column says yet, such as toxicity: a score is computed, then limited."""

from dataclasses import dataclass, field
from typing import Final, Literal

from ...tools.profile import Profile
from . import doubts
from .clauses import Clause
from .columns import words_of
from .directions import Interval, Limit
from .doubts import Doubt
from .matching import Matcher
from .quantities import plain
from .slots import Options
from .vocabulary import ROW_NOUNS, TEXT_NOUNS, is_general

SCORE_FILTER: Final = "score_filter"


@dataclass(frozen=True)
class Measure:
    """A number that an operator computes for each row.

    Args:
        operator: what computes it.
        column: the column that holds it then.
        nouns: what it is called.
        high: words for rows of which it is high.
        low: words for rows of which it is low.
        limits: the usual limits where none is said, of rows that are not `high`, and not `low`.
        reason: where these are from.
        options: the options with which the operator writes the column.
    """

    operator: str
    column: str
    nouns: tuple[str, ...]
    high: tuple[str, ...] = ()
    low: tuple[str, ...] = ()
    limits: tuple[float | None, float | None] = (None, None)
    reason: str = ""
    options: Options = field(default_factory=dict)


def _named(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


MEASURES: Final = (
    Measure(
        "toxicity_score", "toxicity", _named("toxicity score|toxicity"),
        _named("hate speech|abusive language|offensive language|toxic|abusive|insulting|offensive|hateful|insults|"
               "slurs|vulgar|obscene"),
        (), (0.5, None), "from about 0.5 on a text is mostly abuse",
    ),
    Measure(
        "readability_score", "flesch_reading_ease",
        _named("flesch reading ease|flesch score|reading ease|readability score|readability|flesch"),
        _named("easy to read|easily readable|readable|legible"),
        _named("hard to read|difficult to read|unreadable"), (None, 60), "Flesch calls 60 and more plain English",
    ),
    Measure(
        "readability_score", "flesch_kincaid_grade",
        _named("flesch kincaid grade level|flesch kincaid grade|reading grade level|grade level"),
    ),
    Measure("readability_score", "gunning_fog", _named("gunning fog index|gunning fog|fog index"),
            options={"measures": ["gunning_fog"]}),
    Measure("readability_score", "smog_index", _named("smog index|smog"), options={"measures": ["smog_index"]}),
    Measure("perplexity_score", "perplexity_score", _named("perplexity score|perplexity"),
            _named("gibberish|garbled|nonsensical|nonsense"), _named("fluent|natural sounding")),
    Measure("ngram_repetition_score", "ngram_repetition_score", _named("repetition score"),
            (), _named("repetitive|looping|repeat themselves|repeating themselves|degenerate"), (None, 0.8),
            "as in the pipeline text_pretrain_synthesis"),
    Measure("text_quality_score", "text_quality_score", _named("text quality score|text quality"),
            _named("high quality|good quality|well written"),
            _named("low quality|poor quality|bad quality|badly written"),
            (None, 0.6), "as in the pipeline text_pretrain_synthesis; its rules see form, not truth"),
    Measure("lexical_diversity_score", "mtld", _named("mtld score|mtld|lexical diversity|vocabulary richness"),
            _named("lexically diverse"), _named("lexically poor")),
    Measure("lexical_diversity_score", "hdd", _named("hd d|hdd")),
    Measure("pii_count_score", "pii_count", _named("pii count"),
            _named("personal data|personal information|private data|pii"), (), (0, None), "none at all"),
    Measure("ifd_score", "ifd_score", _named("ifd score|ifd|instruction following difficulty")),
    Measure("instruction_complexity_score", "instruction_complexity_score",
            _named("instruction complexity score|instruction complexity"),
            _named("complex instructions|complex instruction|demanding instructions"), _named("simple instructions")),
    Measure("response_quality_score", "response_quality_score",
            _named("response quality score|response quality|answer quality|deita quality")),
    Measure("reference_similarity_score", "token_f1", _named("token f1|f1")),
    Measure("reference_similarity_score", "bleu", _named("bleu score|bleu"), options={"measures": ["bleu"]}),
    Measure("reference_similarity_score", "rouge_l", _named("rouge l|rouge score|rouge"),
            options={"measures": ["rouge_l"]}),
)  # fmt: skip
"""The measures of the operators that ship, each with the words for it."""

_TWO: Final = 2
_TOO: Final = frozenset("hard difficult easy".split())
_THINGS: Final = ROW_NOUNS | TEXT_NOUNS | frozenset(
    "comment comments message messages review reviews tweet tweets answer answers response responses reply replies "
    "question questions output outputs speech web site sites score scores level levels rating is sentence sentences "
    "pair pairs instruction instructions conversation conversations exceed exceeds exceeding most mostly ( ) "
    "paragraph language paragraphs story stories include includes including".split()
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """A score to compute, and the limits of what is kept.

    Args:
        column: where the score is written to.
        columns: the column to score that was named.
        condition: what holds for every row that stays.
        note: what was taken for granted.
    """

    operator: str
    column: str
    options: Options
    columns: tuple[str, ...]
    limits: Options
    condition: str
    note: str = ""


def measured(clause: Clause, profile: Profile, matcher: Matcher) -> Measured | Doubt | None:
    """What a clause keeps or drops by a measure that no column holds; None where it speaks of no such thing."""
    found = _found(clause)
    if found is None or not {SCORE_FILTER, found.measure.operator} <= matcher.operators.keys():
        return None
    loose = [limit for limit in clause.limits if limit.unit is None]
    plain_clause = not clause.languages and not clause.conditions and len(loose) == len(clause.limits) < _TWO
    if not plain_clause or _is_held(found.measure, profile) or _says_more(clause, found):
        return None
    if clause.polarity in ("keep", "drop"):
        return _limited(clause, found, loose[0] if loose else None)
    return doubts.keep_or_drop(clause) if loose and clause.polarity in (None, "filter") else None


def _limited(clause: Clause, found: "_Found", limit: Limit | None) -> Measured | Doubt | None:
    """The score with the limit that was said, or with the usual one."""
    measure = found.measure
    kept = _usual(clause, found) if limit is None else _stated(clause, limit)
    if kept is None:
        return _how_much(clause, found) if limit is None else None
    columns = tuple(dict.fromkeys(name for one in clause.columns for name in one.names))
    limits: Options = {
        name: float(bound) for name, bound in (("min_score", kept.low), ("max_score", kept.high)) if bound is not None
    }
    note = f"{measure.operator}: “{found.word}” is read as {_said(measure, kept)}, {measure.reason}."
    condition = _condition(measure.column, kept)
    return Measured(
        measure.operator, measure.column, measure.options, columns, limits, condition, note if limit is None else ""
    )


def _is_held(measure: Measure, profile: Profile) -> bool:
    """Whether the data has such a number already."""
    about = {word for word in words_of(measure.column) if word not in ("score", "count")}
    return any({*words_of(one.name)} & about for one in profile.columns if one.dtype in ("number", "integer"))


@dataclass(frozen=True)
class _Found:
    """A measure that a clause names; `side` says which end of it a describing word means."""

    measure: Measure
    word: str
    start: int
    end: int
    side: Literal["high", "low"] | None


def _words_and_sides(measure: Measure) -> tuple[tuple[tuple[str, ...], Literal["high", "low"] | None], ...]:
    return (measure.nouns, None), (measure.high, "high"), (measure.low, "low")


def _found(clause: Clause) -> _Found | None:
    """The longest words in a clause that stand for a measure; a describing word goes first where no number is said."""
    tokens = clause.marked.tokens
    hits = [
        _Found(measure, word, at, at + len(word.split()), side)
        for measure in MEASURES
        for words, side in _words_and_sides(measure)
        for word in words
        for at in range(clause.start, clause.end)
        if [token.low for token in tokens[at : at + len(word.split())]] == word.split()
    ]  # fmt: skip
    if not any(hit.side for hit in hits) and not clause.limits:
        return None
    named = [hit for hit in hits if clause.limits and hit.side is None] or [hit for hit in hits if hit.side]
    return max(named, key=lambda hit: (hit.end - hit.start, -hit.start), default=None)


def _says_more(clause: Clause, found: _Found) -> bool:
    """Whether the clause is about something else as well."""
    own = {word for one in MEASURES if one.column == found.measure.column
           for words in (one.nouns, one.high, one.low) for phrase in words for word in phrase.split()}  # fmt: skip
    named = {at for column in clause.columns for at in range(column.start, column.end)}
    rest = (clause.marked.tokens[at].low for at in clause.free if at not in named)
    return any(not (word in own or word in _THINGS or word in _TOO or is_general(word)) for word in rest)


def _stated(clause: Clause, limit: Limit) -> Interval | None:
    if not limit.stated:
        return None
    return limit.interval if clause.keeps(limit.start) else limit.interval.outside()


def _usual(clause: Clause, found: _Found) -> Interval | None:
    """The usual limit for the rows that stay; None where there is none."""
    if found.side is None:
        return None
    described = (clause.polarity != "drop") != clause.lacks(found.start)
    most, least = found.measure.limits
    bound = most if most is not None else least
    if bound is None:
        return None
    low_stays = described == (found.side == "low")
    # A count of nothing: what has some has at least one.
    if bound == 0 and not low_stays:
        return Interval(low=1)
    return Interval(high=bound) if low_stays else Interval(low=bound)


def _how_much(clause: Clause, found: _Found) -> Doubt | None:
    """Asks for the limit of a measure that has no usual one."""
    if found.side is None:
        return None
    described = (clause.polarity != "drop") != clause.lacks(found.start)
    side = "at least" if described == (found.side == "high") else "at most"
    noun = found.measure.nouns[-1] if found.measure.nouns else found.measure.column
    return doubts.which_score(clause, noun, side, found.measure.operator)


def _said(measure: Measure, kept: Interval) -> str:
    low = f"{measure.column} of at least {plain(kept.low)}" if kept.low is not None else ""
    return low or f"{measure.column} of at most {plain(kept.high or 0)}"


def _condition(column: str, kept: Interval) -> str:
    bounds = [
        f"{column} {sign} {plain(bound)}" for sign, bound in ((">=", kept.low), ("<=", kept.high)) if bound is not None
    ]
    return " and ".join(bounds)
