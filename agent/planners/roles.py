"""Finds the columns for what a step reads beside the main text, such as a reference; asks where none is certain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from pydantic import JsonValue, ValidationError

from ...operators.core.columns import accepts
from ...tools.profile import HINTS, Profile
from ..state import Question
from .cards import OperatorCard, OptionCard
from .clauses import Clause
from .columns import ColumnMention
from .doubts import Decisions, Doubt
from .vocabulary import ROW_NOUNS

_ALIKE: Final = tuple(
    frozenset(names.split())
    for names in (
        "instruction question prompt query problem input_question",
        "output answer response completion reply solution",
        "reference reference_answer gold gold_answer golden_answer golden ground_truth expected target",
        "messages conversation conversations dialogue dialog dialogues chat",
        "topic subject theme",
        "code source_code raw_code",
        "task tasks",
    )
)
"""Names that columns for the same thing usually have."""


@dataclass(frozen=True)
class Roles:
    """The columns of a step.

    Args:
        options: the options that name columns other than their default.
        notes: what was chosen without being said.
        fault: why there is no column for one of them.
        doubt: asks for a column.
    """

    options: Mapping[str, JsonValue] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    fault: str | None = None
    doubt: Doubt | None = None


def takes_main(option: OptionCard) -> bool:
    """Whether an option names the main text, and not a column for something in particular."""
    default = option.default
    names = [default] if isinstance(default, str) else list(default or ())
    return bool(names) and all(name in HINTS for name in names)


def roles_of(card: OperatorCard) -> list[OptionCard]:
    """The options that name columns, must name some, and have a default."""
    return [option for option in card.options.values() if option.reads is not None and option.default]


def spread(card: OperatorCard, columns: Sequence[str]) -> dict[str, JsonValue] | None:
    """Columns that were named for an operator which reads several, each in its place; None where they are for one."""
    roles = [option for option in roles_of(card) if not option.many]
    if len(roles) < 2 or not columns or len(columns) > len(roles):
        return None
    chosen: dict[str, JsonValue] = {}
    left = list(columns)
    for option in roles:
        same = [name for name in left if alike(name, str(option.default))]
        if len(same) == 1:
            chosen[option.name] = same[0]
            left.remove(same[0])
    for option in roles:
        if option.name not in chosen and left:
            chosen[option.name] = left.pop(0)
    return chosen


def filled_roles(
    card: OperatorCard, given: Mapping[str, JsonValue], profile: Profile, decided: Mapping[str, str]
) -> Roles:
    """The columns for everything that a step reads.

    Args:
        given: its options so far.
        profile: the data, with what other steps write.
        decided: columns that a person chose, by operator and option.
    """
    options: dict[str, JsonValue] = {}
    notes: list[str] = []
    read = _columns_read(card, given)
    for option in roles_of(card):
        value = given.get(option.name, option.default)
        names = [value] if isinstance(value, str) else [str(one) for one in value or ()]
        absent = [name for name in names if name not in profile.schema and (read is None or name in read)]
        if not absent:
            continue
        others = (given.get(one.name, one.default) for one in roles_of(card) if one is not option)
        taken = {one for one in (*others, *options.values()) if isinstance(one, str)}
        fitting = [
            one.name for one in profile.columns if accepts(option.reads or (), one.dtype) and one.name not in taken
        ]
        answer = decided.get(f"{card.name}.{option.name}")
        if answer in profile.schema:
            options[option.name] = [answer] if option.many else answer
            continue
        same = [name for name in fitting if alike(name, absent[0])]
        if len(same) == 1 and len(names) == 1 and option.name not in given:
            options[option.name] = [same[0]] if option.many else same[0]
            notes.append(f"{card.name}: its {option.name} is taken from the column “{same[0]}”.")
        elif not fitting:
            types = " or ".join(option.reads or ())
            kind = types if len(option.reads or ()) < 4 else "any type"
            columns = ", ".join(profile.schema.names) or "none"
            fault = f"{card.name} needs a column {absent[0]!r} ({kind}), and the data has none; its columns: {columns}"
            return Roles(options, tuple(notes), fault=fault)
        else:
            return Roles(options, tuple(notes), doubt=_which(card, option, absent[0], fitting, profile))
    return Roles(options, tuple(notes))


def _columns_read(card: OperatorCard, given: Mapping[str, JsonValue]) -> frozenset[str] | None:
    """The columns that the step reads with these options; None where these do not make a step."""
    try:
        return frozenset(card.cls.model_validate(dict(given)).reads())
    except ValidationError:
        return None


def _which(card: OperatorCard, option: OptionCard, absent: str, fitting: Sequence[str], profile: Profile) -> Doubt:
    what = (option.field.description or "").rstrip(".")
    text = f"{card.name} needs a column {absent!r}, which the data has not ({what}). Which column is meant?"
    likely = [*(name for name in profile.text_candidates() if name in fitting), *fitting]

    def decide(answer: str, so_far: Decisions) -> Decisions | None:
        named = next((name for name in profile.schema.names if name.casefold() == answer.casefold()), None)
        if named is None or named not in fitting:
            return None
        return replace(so_far, bindings={**so_far.bindings, f"{card.name}.{option.name}": named})

    return Doubt(Question(text=text, options=tuple(dict.fromkeys(likely))[:3]), decide)


def alike(name: str, wanted: str) -> bool:
    """Whether two names of columns are for the same thing."""
    low = name.lower()
    return low == wanted.lower() or any(low in group and wanted.lower() in group for group in _ALIKE)


NONE_DECIDED: Mapping[str, str] = MappingProxyType({})


def is_named(mention: ColumnMention, clause: Clause, profile: Profile) -> bool:
    """Whether a column is surely meant: in "tickets with HTML in the message" the identifier `ticket` is not."""
    word = clause.marked.tokens[mention.start].low
    rows = mention.end == mention.start + 1 and word in ROW_NOUNS and mention.names == (word.removesuffix("s"),)
    looks = profile.column(mention.names[0]).looks if rows and mention.names[0] != word else ()
    return mention.marked and not mention.after_into and "identifier" not in looks
