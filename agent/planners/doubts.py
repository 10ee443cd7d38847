"""The questions that a request leaves open, and how an answer closes them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from ...tools.profile import ColumnProfile, Profile
from ..state import Question
from .cards import OperatorCard, OptionCard
from .clauses import Clause
from .directions import Limit
from .quantities import SMALL, plain
from .tokens import tokenize
from .vocabulary import DROP, KEEP, SIZE_WORDS
from .wording import Missing, TableMention

MORE: Final = frozenset("too also then besides additionally afterwards first finally well plus".split())
"""Words of a further wish, which answers nothing."""
_WHICH: Final = frozenset({"whose", "where"})
_WAYS: Final = {"min": ("fewer than", "at least"), "max": ("more than", "at most")}
_FEWEST_WORDS: Final = 3.0
"""Words that texts have on average where some may be called long."""
_ROUND_FROM: Final = 10
SIZES: Final = {"min": (20, 50, 100), "max": (500, 1000, 2000)}
"""Numbers that are offered where a request says short or long without one."""


@dataclass(frozen=True)
class Decisions:
    """What a person has decided so far.

    Args:
        request: the request, doubtful pieces replaced by what was chosen.
        column: the column with the main text.
        operators: the operator chosen for a clause, by the clause's text.
        bindings: the column chosen for an option of an operator, by "operator.option".
        settled: whether a question between readings that only the data tells apart was answered.
    """

    request: str
    column: str | None = None
    operators: dict[str, str] = field(default_factory=dict)
    bindings: dict[str, str] = field(default_factory=dict)
    settled: bool = False


@dataclass(frozen=True)
class Opening:
    """Where an answer in somebody's own words goes.

    Args:
        words: the piece of the request that the answer stands for.
        form: what is asked about: which rows, or their order.
        verb: what the request does with the rows.
        end: the end of the scale that stays, where a word of the request says it.
        column: the one column that the question is about.
    """

    words: str
    form: Literal["rows", "order"] = "rows"
    verb: str = "keep"
    end: Literal["high", "low"] | None = None
    column: str | None = None


@dataclass(frozen=True)
class Doubt:
    """A question, and what an answer to it decides; `decide` gives None for an answer that does not fit."""

    question: Question
    decide: Callable[[str, Decisions], Decisions | None]
    opening: Opening | None = None

    def is_offered(self, answer: str) -> bool:
        """Whether an answer is one of the options, word for word or by its number."""
        words = " ".join(answer.split()).casefold().rstrip(".!")
        options = {" ".join(option.split()).casefold() for option in self.question.options}
        return words in options or (words.isdecimal() and 1 <= int(words) <= len(options))

    def resolved(self, answer: str, so_far: Decisions) -> Decisions | None:
        """The decisions after an answer; None when the answer leaves the doubt as it is."""
        options = {" ".join(option.split()).casefold(): option for option in self.question.options}
        plain_answer = " ".join(answer.split()).casefold().rstrip(".!")
        if plain_answer.isdecimal() and 1 <= int(plain_answer) <= len(options) and plain_answer not in options:
            plain_answer = list(options)[int(plain_answer) - 1]
        return self.decide(options.get(plain_answer, answer.strip()), so_far)


def which_column(profile: Profile) -> Doubt:
    """No column, or more than one, may be the main text."""
    candidates = profile.text_candidates() or profile.schema.names

    def decide(answer: str, so_far: Decisions) -> Decisions | None:
        named = next((name for name in profile.schema.names if name.casefold() == answer.casefold()), None)
        return None if named is None else replace(so_far, column=named)

    return Doubt(Question(text="Which column holds the text?", options=candidates[:3]), decide)


def unknown_column(clause: Clause, name: str, near: Sequence[str]) -> Doubt:
    """A column is named that does not exist."""
    text = f"There is no column {name!r}; which one is meant in {clause.text!r}?"

    def decide(answer: str, so_far: Decisions) -> Decisions | None:
        return _replaced(so_far, clause.text, clause.text.replace(name, f"`{answer}`", 1)) if answer else None

    return Doubt(Question(text=text, options=tuple(near[:3])), decide)


def how_long(clause: Clause, option: OptionCard, texts: ColumnProfile | None = None) -> Doubt:
    """A limit is asked for without a number.

    Args:
        texts: the column that is limited, where it is known: offered are sizes that its texts have.
    """
    side, unit = option.side or "min", option.unit or "words"
    sized = any(concept in SIZE_WORDS for _, concept in clause.concepts)
    told = sized and clause.polarity in ("keep", "drop")
    way = _WAYS[side][0 if told and clause.polarity == "drop" else 1]
    first = [option.default] if isinstance(option.default, int) else []
    numbers = _sizes_of(texts, side) if texts is not None and unit == "words" else ()
    alone = not (clause.languages or clause.conditions or clause.limits)
    if numbers and told and alone and texts is not None:
        options = tuple(f"{clause.polarity} rows whose `{texts.name}` is a text with {way} {n} words" for n in numbers)
    else:
        rest = _without_size(clause) if told else f"keep {_subject(clause)}"
        options = tuple(f"{rest} with {way} {n} {unit}" for n in numbers or sorted({*first, *SIZES[side]})[:3])
    what = "short" if side == "min" else "long"
    text = f"How {what} is too {what} in {clause.text!r}?" if sized else f"Which limit is meant in {clause.text!r}?"
    opening = _opening(clause, "high" if side == "min" else "low") if sized else _opening(clause)
    return Doubt(Question(text=text, options=options), _replacing(clause, options, unit), opening)


def how_long_texts(clause: Clause, texts: ColumnProfile, *, long: bool) -> Doubt | None:
    """Rows are described as those with long texts, or with short ones; None where texts are not told apart so.

    Args:
        clause: with the polarity that says what becomes of these rows.
        texts: the column with the texts.
        long: whether it is the long ones.
    """
    drops = clause.polarity == "drop"
    numbers = _sizes_of(texts, "max" if long else "min")
    if not numbers:
        return None
    way = ("more than" if drops else "at least") if long else ("fewer than" if drops else "at most")
    verb = "drop" if drops else "keep"
    options = tuple(f"{verb} rows whose `{texts.name}` is a text with {way} {number} words" for number in numbers)
    what = "long" if long else "short"
    question = Question(text=f"How {what} is {what} in {clause.text!r}?", options=options)
    return Doubt(question, _replacing(clause, options, "words"), _opening(clause, "low" if long == drops else "high"))


def _sizes_of(texts: ColumnProfile, side: str) -> tuple[int, ...]:
    """Round numbers of words that part the texts of a column: below the mean for short ones, above it for long ones."""
    mean, chars, most = texts.mean_words or 0.0, texts.mean_chars or 0.0, texts.max_chars or 0
    if mean < _FEWEST_WORDS or not chars:
        return ()
    longest = most * mean / chars
    shares = (mean / 4, mean / 2, mean) if side == "min" else (mean, (mean + longest) / 2, longest * 0.9)
    return tuple(sorted({_rounded(one) for one in shares}))


def _rounded(number: float) -> int:
    """A number near to one, with as few digits as people use: 3, 15, 200."""
    if number < _ROUND_FROM:
        return max(1, round(number))
    step = int(10 ** (len(str(int(number))) - 1)) // 2
    return round(number / step) * step


def at_least_or_at_most(clause: Clause, limit: Limit) -> Doubt:
    """A number is given without a direction."""
    number, unit = plain(limit.interval.low or 0), limit.unit or "words"
    subject = _subject(clause)
    options = tuple(f"keep {subject} with {way} {number} {unit}" for way in ("at least", "exactly", "at most"))
    return Doubt(
        Question(text=f"Which way is the limit in {clause.text!r}?", options=options),
        _replacing(clause, options, unit),
        _opening(clause),
    )


def keep_or_drop(clause: Clause) -> Doubt:
    """Rows are described, but not what happens to them."""
    rest = clause.marked.text(clause.verb_at + 1 if clause.own_verb else clause.start, clause.end)
    options = (f"keep {rest}", f"drop {rest}")
    text = f"Should what {clause.text!r} describes be kept or dropped?"
    return Doubt(Question(text=text, options=options), _replacing(clause, options, None), _opening(clause))


def what_is_meant(clause: Clause, word: str, options: Sequence[str], pole: Literal["high", "low"]) -> Doubt:
    """A word says which rows only to whom it comes from; `pole` is the end of a scale that it names."""
    text = f"Which rows are meant by {word!r} in {clause.text!r}?"
    other: Literal["high", "low"] = "low" if pole == "high" else "high"
    opening = _opening(clause, other if clause.polarity == "drop" else pole)
    columns = {name for option in options for name in re.findall("`([^`]+)`", option)}
    if len(columns) == 1:
        opening = replace(opening, column=columns.pop())
    return Doubt(Question(text=text, options=tuple(options)), _replacing(clause, options, None), opening)


def which_order(clause: Clause, options: Sequence[str]) -> Doubt:
    """Rows are to be put in order, but by what is not said."""
    text = f"Which order is meant in {clause.text!r}?"
    opening = _opening(clause, form="order")
    return Doubt(Question(text=text, options=tuple(options)), _replacing(clause, options, None), opening)


def which_unit(clause: Clause, limit: Limit, units: Sequence[str]) -> Doubt:
    """A number is given without saying of what."""
    before = clause.marked.text(clause.start, limit.end)
    after = clause.marked.text(limit.end, clause.end)
    names = {"chars": "characters"}
    options = tuple(f"{before} {names.get(unit, unit)} {after}".strip() for unit in units[:3])
    return Doubt(
        Question(text=f"What is counted in {clause.text!r}?", options=options), _replacing(clause, options, None)
    )


def which_score(clause: Clause, noun: str, side: str, operator: str) -> Doubt:
    """Rows are described by a measure that has no usual limit."""
    text = f"Which {noun} is meant by {clause.text!r}? {operator} computes it; say the number, {side} which is kept."

    def decide(answer: str, so_far: Decisions) -> Decisions | None:
        number = re.search(r"\d+(?:\.\d+)?", answer)
        return _replaced(so_far, clause.text, f"keep {noun} {side} {number[0]}") if number else None

    return Doubt(Question(text=text), decide)


def which_operator(clause: Clause, cards: Sequence[OperatorCard]) -> Doubt:
    """Several operators answer equally well, and do different things."""
    by_option = {f"{card.name}: {card.summary}": card.name for card in cards[:3]}

    def decide(answer: str, so_far: Decisions) -> Decisions | None:
        chosen = by_option.get(answer) or next((name for name in by_option.values() if name == answer.strip()), None)
        return replace(so_far, operators={**so_far.operators, clause.text: chosen}) if chosen else None

    return Doubt(Question(text=f"Which is meant by {clause.text!r}?", options=tuple(by_option)), decide)


def all_of_them(clause: Clause, parts: Sequence[str]) -> Doubt:
    """Rows are to go that are several things at once; one filter cannot say that."""
    both = " and ".join(f"drop {part}" for part in parts)
    options = (both, *(f"drop {part}" for part in parts))[:3]
    text = f"No single filter drops only rows that are all of {clause.text!r}. Which is meant?"
    return Doubt(Question(text=text, options=options), _replacing(clause, options, None))


def left_open(clause: Clause, mention: TableMention) -> Doubt:
    """A wording leaves something open that only a person can say, such as a number or the name of a table."""
    missing = mention.missing or Missing("", "")
    said = clause.marked.text(mention.start, mention.end)

    def decide(answer: str, so_far: Decisions) -> Decisions | None:
        return _replaced(so_far, said, missing.filled.replace("{}", answer, 1)) if answer else None

    opening = None
    if mention.operator in _OF_ROWS and not (clause.limits or clause.conditions or clause.languages):
        opening = _opening(clause, form="order" if mention.operator == "sort_rows" else "rows")
    return Doubt(Question(text=missing.question, options=missing.options), decide, opening)


_OF_ROWS: Final = frozenset({"sort_rows", "top_rows", "sample_rows"})


def _opening(
    clause: Clause, end: Literal["high", "low"] | None = None, form: Literal["rows", "order"] = "rows"
) -> Opening:
    return Opening(clause.text, form, "drop" if clause.polarity == "drop" else "keep", end)


def _without_size(clause: Clause) -> str:
    """The clause without "short", "that are too long" and the like."""
    sizes = {at for at, concept in clause.concepts if concept in SIZE_WORDS}
    kept: list[str] = []
    for at in range(clause.start, clause.end):
        if at in sizes:
            while kept and kept[-1].lower() in (
                "too",
                "very",
                "rather",
                "are",
                "is",
                "that",
                "which",
                "so",
                "extremely",
            ):
                kept.pop()
            continue
        kept.append(clause.marked.request[clause.marked.tokens[at].start : clause.marked.tokens[at].end])
    verb = f"{clause.polarity} " if clause.polarity in ("keep", "drop") and not clause.own_verb else ""
    return verb + " ".join(kept)


def _subject(clause: Clause) -> str:
    """What the clause is about, for an answer that replaces it: its columns, or texts."""
    names = [name for mention in clause.columns for name in mention.names]
    return f"rows whose `{names[0]}` is a text" if len(names) == 1 else "texts"


def _replacing(
    clause: Clause, options: Sequence[str], unit: str | None
) -> Callable[[str, Decisions], Decisions | None]:
    """Puts the answer in the place of the clause: an option, its first word, or a number such as "80" or "80 words"."""

    def decide(answer: str, so_far: Decisions) -> Decisions | None:
        if answer in options:
            return _replaced(so_far, clause.text, answer)
        first = answer.split(maxsplit=1)[0].lower() if answer.split() else ""
        named = [option for option in options if option.split()[0] == first]
        if len(named) == 1 and answer.strip().lower() == first:
            return _replaced(so_far, clause.text, named[0])
        if _says_which_rows(answer, sized=unit is not None):
            return _replaced(so_far, clause.text, answer.rstrip(".!"))
        if unit is None or not first.replace(",", "").isdigit():
            return None
        number = answer if len(answer.split()) > 1 else f"{answer} {unit}"
        return _replaced(so_far, clause.text, re.sub(r"\d+ \w+$", lambda _: number, options[0]))

    return decide


def _says_which_rows(answer: str, *, sized: bool) -> bool:
    """Whether an answer is a request that can stand for the doubtful words: other wishes must not push them out.

    It keeps or drops rows, by a number; where no size was asked about, a condition will do as well.
    """
    words = [token.low for token in tokenize(answer)]
    numbers = any(token.kind == "number" for token in tokenize(answer)) or any(word in SMALL for word in words)
    decides = numbers or (not sized and not _WHICH.isdisjoint(words))
    return bool(words) and words[0] in KEEP | DROP and decides and MORE.isdisjoint(words)


def _replaced(so_far: Decisions, old: str, new: str) -> Decisions | None:
    if old not in so_far.request:
        return None
    return replace(so_far, request=so_far.request.replace(old, new, 1))
