"""Puts what a clause states, such as limits and languages, into an operator's options, by their names and types."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from pydantic import JsonValue, ValidationError

from .cards import COMMON, LLM, MODEL_CONCEPTS, OperatorCard, OptionCard
from .clauses import Clause
from .directions import Interval, Limit
from .quantities import plain
from .vocabulary import concept_set, is_general

Options = dict[str, JsonValue]

LANGUAGES: Final = "languages"
GROUP: Final = "group"
EXCLUDE: Final = "exclude"
EXPRESSION: Final = "expression"
"""Names of options that mean the same wherever they occur."""

SIZE: Final = "size"
UNIT: Final = "unit"
"""Options that belong together: so many of these, as in "chunks of 200 words"."""

_OF_SHARES: Final = frozenset({"ratio", "share"})
"""What a name says of an option that a percentage may be given for, bounded or not."""
_LEAD_WAYS: Final = frozenset("by at along using with".split())
_BEFORE_WAYS: Final = frozenset("the a an their its each every my language large".split())
"""Words that lead to how something is done, and those that may stand between."""
_TOGETHER: Final = frozenset("same per within".split())
_COUNTS: Final = ("count", "rows", "n", "number", "size", "samples", "k")
"""Options that take a plain number of rows."""


def fill_limit(card: OperatorCard, limit: Limit, kept: Interval | None, concepts: Collection[str]) -> Options | None:
    """The options that hold a limit, or None where the operator has none for it.

    The other end of a limit that has a default is set to null, since only what was asked may drop rows.

    Args:
        limit: the number with its unit.
        kept: the numbers that are to stay, None where these are no interval. An option without a side, such as a
            threshold, takes the number as it was said: "drop what is more than 90 % similar" is a threshold of 0.9.
        concepts: what the words around the number are about.
    """
    sided = _sided(card, limit, concepts)
    if sided:
        return None if kept is None else _both_ends(sided, kept)
    plain_option = _plain_option(card, limit, concepts)
    if plain_option is None:
        return None
    value = limit.interval.low if limit.interval.low is not None else limit.interval.high
    options: Options = {plain_option.name: typed(plain_option, value)}
    if limit.unit is not None and _counts_in(card, limit.unit) and card.options[UNIT].default != limit.unit:
        options[UNIT] = limit.unit
    return options


def fill_languages(card: OperatorCard, codes: Sequence[str], *, exclude: bool) -> Options | None:
    """The options that name languages to keep, or to drop."""
    if LANGUAGES not in card.options or (exclude and EXCLUDE not in card.options):
        return None
    return {LANGUAGES: list(codes), EXCLUDE: True} if exclude else {LANGUAGES: list(codes)}


def fill_words(card: OperatorCard, clause: Clause, concepts: Collection[str]) -> Options:
    """The options that words of the clause choose: closed choices, switches and columns to write."""
    options: Options = {}
    words = {word for word in clause.words if not is_general(word)}
    for option in card.options.values():
        if option.choices:
            chosen = _chosen(card, option, clause, concepts)
            if chosen:
                options[option.name] = [*chosen] if option.many else chosen[0]
        elif bool in option.types and option.name != EXCLUDE and option.concepts:
            if option.concepts <= _beside_verb(clause, concepts) and not option.concepts <= card.name_concepts:
                options[option.name] = not _switched_off(clause, option)
        elif option.name == GROUP and option.reads and (by := group_of(clause)):
            options[option.name] = by
        elif option.writes and _is_output(card, option) and (target := _target(clause)):
            options[option.name] = target
        elif option.types == {str} and not option.reads and not option.many and words:
            quoted = [t.text for t in clause.marked.tokens[clause.start : clause.end] if t.kind == "quoted"]
            if len(quoted) == 1 and option.field.is_required() and option.name != EXPRESSION:
                options[option.name] = quoted[0]
    return {name: value for name, value in options.items() if value != card.options[name].default}


def group_of(clause: Clause) -> str | None:
    """The column by which rows belong together: "questions of the same document", "within each source"."""
    tokens = clause.marked.tokens
    for mention in clause.columns:
        places = range(max(clause.start, mention.start - 1), mention.end)
        if len(mention.names) == 1 and any(tokens[at].low in _TOGETHER for at in places):
            return mention.names[0]
    return None


def missing_options(card: OperatorCard, options: Mapping[str, JsonValue]) -> list[OptionCard]:
    """The options that must be given and are not."""
    return [option for option in card.options.values() if option.field.is_required() and option.name not in options]


def fault_of(card: OperatorCard, options: Mapping[str, JsonValue]) -> str | None:
    """What is wrong with the values, in a sentence; None when the operator takes them."""
    try:
        card.cls.model_validate(dict(options))
    except ValidationError as error:
        first = next((e for e in error.errors(include_url=False) if e["type"] != "missing"), None)
        if first is None:
            return None
        place = ".".join(map(str, first["loc"][:1])) or card.name
        return f"{place} of {card.name}: {first['msg'].removeprefix('Value error, ')}"
    return None


def with_both_ends(options: Options, more: Options) -> Options:
    """Options joined; a null that stands for "no limit was asked" gives way to a number."""
    together = dict(options)
    for name, value in more.items():
        if value is not None or together.get(name) is None:
            together[name] = value
    return together


def _sided(card: OperatorCard, limit: Limit, concepts: Collection[str]) -> list[OptionCard]:
    """The `min_` and `max_` options that a number with this unit belongs to."""
    limits = list(card.limits())
    if limit.unit is not None:
        return [option for option in limits if option.unit == limit.unit]
    named = [option for option in limits if option.concepts & set(concepts) and _fits(option, limit)]
    if named:
        return named
    fitting = [option for option in limits if option.unit is None and _fits(option, limit)]
    return fitting if len({option.name[4:] for option in fitting}) == 1 else []


def _fits(option: OptionCard, limit: Limit) -> bool:
    values = [value for value in (limit.interval.low, limit.interval.high) if value is not None]
    if limit.share and not (option.is_share or option.concepts & _OF_SHARES):
        return False
    if option.whole and any(value % 1 for value in values):
        return False
    return all((option.low is None or v >= option.low) and (option.high is None or v <= option.high) for v in values)


def _both_ends(sided: Sequence[OptionCard], kept: Interval) -> Options | None:
    options: Options = {}
    by_side = {option.side: option for option in sided}
    whole = kept.whole() if all(option.whole for option in sided) else kept
    for side, value in (("min", whole.low), ("max", whole.high)):
        option = by_side.get(side)  # type: ignore[call-overload]
        if value is None:
            if option is not None and option.default is not None and option.nullable:
                options[option.name] = None
            continue
        if option is None:
            return None
        options[option.name] = typed(option, value)
    return options


def _plain_option(card: OperatorCard, limit: Limit, concepts: Collection[str]) -> OptionCard | None:
    """An option without a side, such as `threshold` or `count`."""
    numbers = [option for option in card.options.values() if option.is_number and option.side is None]
    named = [option for option in numbers if option.concepts and option.concepts <= set(concepts)]
    if named:
        return named[0] if _fits(named[0], limit) else None
    if limit.unit is not None:
        return next((option for option in numbers if option.name == SIZE and _counts_in(card, limit.unit)), None)
    value = limit.interval.low if limit.interval.low is not None else limit.interval.high
    if limit.share or (value is not None and value < 1):
        return next((option for option in numbers if option.is_share), None)
    return next((option for option in numbers if option.name in _COUNTS), None)


def _counts_in(card: OperatorCard, unit: str) -> bool:
    """Whether an option says what other options count, and this unit is one of its choices."""
    return UNIT in card.options and unit in card.options[UNIT].choices


def typed(option: OptionCard, value: float | None) -> JsonValue:
    """The number as the option holds it."""
    if value is None:
        return None
    return plain(value) if option.whole else float(value)


def _chosen(card: OperatorCard, option: OptionCard, clause: Clause, concepts: Collection[str]) -> tuple[str, ...]:
    """The choices that the clause names.

    A single choice counts where its option is named too or is a unit, where it says how ("by headings"), and where its
    words say nothing else of the operator ("for postgres").
    """
    spoken = set(concepts) | {concept for word in clause.words for concept in concept_set(word)}
    found = tuple(choice for choice in option.choices if concept_set(choice) and concept_set(choice) <= spoken)
    if option.many:
        return found
    if option.name == UNIT or (option.concepts and option.concepts <= spoken):
        return found[:1]
    ways = _ways(clause)
    meant = {choice: concept_set(choice) for choice in option.choices if concept_set(choice)}
    how = tuple(choice for choice, known in meant.items() if known <= ways)
    if not how and option.name not in COMMON:  # a word that says nothing else of this operator
        free = {concept for _, concept in clause.concepts}
        how = tuple(choice for choice, known in meant.items() if known <= free and not known & card.own_concepts)
    if not how and option.field.default is None and not option.field.is_required():  # which one is nowhere else said
        told = {concept for _, concept in clause.concepts}
        how = tuple(choice for choice, known in meant.items() if known <= told)
    return how if len(how) == 1 else ()


def _ways(clause: Clause) -> set[str]:
    """What the clause says of how something is done: "by their headings", "along sections", "semantically"."""
    tokens, taken = clause.marked.tokens, clause.marked.taken
    ways: set[str] = set()
    for at, concept in clause.concepts:
        place = at - 1
        while place > clause.start and tokens[place].low in _BEFORE_WAYS:
            place -= 1
        if at not in taken and (tokens[place].low in _LEAD_WAYS or tokens[at].low.endswith("ally")):
            ways |= {concept, LLM} if concept in MODEL_CONCEPTS else {concept}
    return ways


def _beside_verb(clause: Clause, concepts: Collection[str]) -> set[str]:
    """What the clause is about, its verb left out: "collapse duplicates" switches nothing on."""
    verb = clause.concepts[0][0] if clause.acts and clause.concepts else -1
    return {concept for at, concept in clause.concepts if at != verb and concept in concepts}


def _switched_off(clause: Clause, option: OptionCard) -> bool:
    at = next((at for at, concept in clause.concepts if concept in option.concepts), clause.start)
    before = clause.marked.tokens[max(clause.start, at - 3) : at]
    return clause.polarity == "protect" or any(
        t.low in ("not", "without", "no") or t.low.endswith("n't") for t in before
    )


def _is_output(card: OperatorCard, option: OptionCard) -> bool:
    """Whether an option names the one column that a result goes to."""
    return option.name == "output" or sum(one.writes for one in card.options.values()) == 1


def _target(clause: Clause) -> str | None:
    """The column after "into"."""
    for mention in clause.columns:
        if mention.after_into:
            return (*mention.names, *mention.unknown)[0]
    return None
