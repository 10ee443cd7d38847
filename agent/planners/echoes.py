"""Clauses that only go on with the one before: "the same for the title", "the body too", "but leave IPs alone"."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .clauses import Clause
from .quantities import plain
from .slots import SIZE, UNIT, Options
from .vocabulary import concept_set, stem
from .wishes import Reading, Wish

_SAME: Final = frozenset("same too likewise also equally ditto well".split())
_ALONE: Final = frozenset(map(stem, "alone untouched unchanged intact touch".split()))
_OF_SIZE: Final = frozenset("size sizes fit fits fitting length long so that such".split())
_STAY: Final = frozenset("stay stays remain remains keep kept stand leave".split())
_TEXT: Final = frozenset(
    "word words text texts wording content contents sentence sentences rest letters writing message readable "
    "everything else itself themselves untouched".split()
)
_AS_IT_IS: Final = _STAY | frozenset(
    "can may should must shall could will the a an is are be have has to it them its their they as was were those "
    "these this that of course though however but and only please in there alone untouched unchanged".split()
)
_SAYS_LITTLE: Final = frozenset(
    "out from inside within do does done the a an and as is are it that this goes go happens holds applies "
    "apply for with to in on of by both "
    "please our my their its column columns field fields then thing treatment but way".split()
)


def is_same_again(clause: Clause) -> bool:
    """Whether a clause only says that the one before is meant for other columns too."""
    if not clause.columns or clause.limits or clause.languages or clause.conditions or clause.tables:
        return False
    named = {at for column in clause.columns for at in range(column.start, column.end)}
    words = {clause.marked.tokens[at].low for at in range(clause.start, clause.end) if at not in named}
    words = {word for word in words if word[:1].isalpha()}
    return bool(words & _SAME) and words <= _SAME | _SAYS_LITTLE


def again(clause: Clause, before: Sequence[Reading]) -> Reading | None:
    """The steps of the clause before, for the columns that this one names; None where it had none on columns."""
    last = before[-1] if before else None
    if last is None or last.doubt is not None or last.not_covered:
        return None
    wishes = [wish for wish in last.wishes if wish.card.text_option is not None]
    names = tuple(dict.fromkeys(name for column in clause.columns for name in column.names))
    if not wishes or len(wishes) < len(last.wishes) or not names:
        return None
    kinds = list(dict.fromkeys((wish.card.name, str(wish.options)) for wish in wishes))
    first = [next(wish for wish in wishes if (wish.card.name, str(wish.options)) == kind) for kind in kinds]
    return Reading(clause, tuple(replace(w, clause=clause, columns=(n,), proofs=()) for n in names for w in first))


def sized(readings: Sequence[Reading]) -> list[Reading]:
    """The readings with a size that a sentence of its own states: "the model reads 512 tokens; cut texts that fit"."""
    done = list(readings)
    for reading in readings:
        wish = reading.wishes[-1] if len(reading.wishes) == 1 else None
        refers = bool({*reading.clause.words} & _OF_SIZE) and not reading.clause.limits
        if wish is None or not refers or not {SIZE, UNIT} <= wish.card.options.keys() or SIZE in wish.options:
            continue
        stated = next((one for one in done if _states_size(one, wish)), None)
        if stated is None:
            continue
        interval = stated.clause.limits[0].interval
        value = interval.high if interval.high is not None else interval.low
        size: Options = {SIZE: plain(value or 0), UNIT: stated.clause.limits[0].unit}
        done[done.index(reading)] = replace(reading, wishes=(replace(wish, options={**wish.options, **size}),))
        done.remove(stated)
    return done


def _states_size(reading: Reading, wish: Wish) -> bool:
    clause = reading.clause
    other = clause.conditions or clause.columns or clause.languages or clause.tables or reading.wishes
    return not other and len(clause.limits) == 1 and clause.limits[0].unit in wish.card.options[UNIT].choices


def spared(readings: Sequence[Reading]) -> list[Reading]:
    """The readings without those that only name kinds which a step before is to leave alone, and does then."""
    done: list[Reading] = []
    for reading in readings:
        if _stays_anyway(reading, done):
            continue
        if reading.clause.polarity != "protect" and not _may_stay(reading):
            done.append(reading)
            continue
        at = next((n for n in reversed(range(len(done))) if _sparing(done[n], reading) is not None), None)
        if at is None:
            done.append(reading)
        else:
            done[at] = replace(done[at], wishes=_sparing(done[at], reading) or ())
    return done


def _may_stay(reading: Reading) -> bool:
    """Whether a clause says that what it names stays: "phone numbers may stay"."""
    words = {*reading.clause.words}
    return reading.clause.polarity == "keep" and bool(words & _STAY) and not reading.wishes


def _stays_anyway(reading: Reading, before: Sequence[Reading]) -> bool:
    """Whether a clause only says of the texts, or of other columns, that they stay, which no step before changes."""
    clause = reading.clause
    if reading.wishes or clause.limits or clause.languages or clause.conditions or clause.tables:
        return False
    wishes = [wish for one in before for wish in one.wishes]
    words = {word for word in clause.words if word[:1].isalpha()}
    about = {concept for _, concept in clause.concepts}
    told = {concept for one in before for _, concept in one.clause.concepts}
    if about and about <= told and words & {"only", "nothing"} and wishes:
        return all(wish.card.cls.kind == "refine" for wish in wishes)
    if clause.polarity not in ("keep", "protect") or not wishes:
        return False
    if any(wish.card.cls.kind != "refine" for wish in wishes):
        return False
    if clause.columns:
        named = {at for column in clause.columns for at in range(column.start, column.end)}
        left = {clause.marked.tokens[at].low for at in range(clause.start, clause.end) if at not in named}
        touched = {name for wish in wishes for name in wish.columns}
        names = {name for column in clause.columns for name in column.names}
        return bool(touched) and not names & touched and {word for word in left if word[:1].isalpha()} <= _AS_IT_IS
    return bool(words & _STAY) and words <= _AS_IT_IS | _TEXT


def _sparing(before: Reading, reading: Reading) -> tuple[Wish, ...] | None:
    clause = reading.clause
    if reading.wishes or clause.conditions or clause.columns:
        return None
    left = {concept for _, concept in clause.concepts} - _ALONE
    if not left:
        return None
    wishes = [_without(wish, left) for wish in before.wishes]
    kept = [wish for wish in wishes if wish is not None]
    return tuple(kept) if kept and len(kept) == len(wishes) else None


def _without(wish: Wish, left: set[str]) -> Wish | None:
    """A step for all kinds but those to be left alone; None where these are none of its kinds, or were asked for."""
    for option in wish.card.options.values():
        kinds = {choice: concept_set(choice) for choice in option.choices} if option.many else {}
        out = [choice for choice, known in kinds.items() if known and known <= left]
        if not out or not left <= set().union(*(kinds[choice] for choice in out)):
            continue
        said = wish.options.get(option.name)
        chosen = list(said) if isinstance(said, list) else list(option.default or ())
        if isinstance(said, list):
            return None if set(out) & set(said) else wish
        rest = [choice for choice in chosen if choice not in out]
        return replace(wish, options={**wish.options, option.name: rest}) if rest else None
    return None


_WRITING: Final = frozenset(
    "put write save store say note record keep add place give call name have make get goes go stand stands stored "
    "saved written result results answer answers value values word words label labels it that this them which what the "
    "one each for every row rows i want we need should must please then and , ( ) be is are to in into so can you "
    "also with found finding such these those there named called part set fold new column".split()
)
"""Words of a clause that only says where a result goes."""


def written_to(clause: Clause) -> str | None:
    """The new column that a clause says the result goes to, where it says nothing else: "put it into a column x"."""
    made = [one for one in clause.columns if one.after_into and one.unknown]
    stated = clause.limits or clause.languages or clause.conditions or clause.tables
    if len(made) != 1 or len(clause.columns) != 1 or stated:
        return None
    places = {*range(made[0].start, made[0].end)}
    rest = [clause.marked.tokens[at].low for at in range(clause.start, clause.end) if at not in places]
    return made[0].unknown[0] if all(word in _WRITING for word in rest) else None


def writing(reading: Reading, column: str) -> Reading | None:
    """The reading with a column for its result; None where its one step has no such option, or it is said already."""
    if len(reading.wishes) != 1 or reading.doubt is not None:
        return None
    wish = reading.wishes[0]
    option = wish.card.options.get("output")
    if option is None or not option.writes or "output" in wish.options:
        return None
    if wish.card.name == "reshape_rows" and not {"template", "parse", "explode"} & wish.options.keys():
        return None
    return replace(reading, wishes=(replace(wish, options={**wish.options, "output": column}),))
