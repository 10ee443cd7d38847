"""Marks what is asked of the table as a whole, such as an order, a sample or other columns, by its fixed wordings."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ...tools.profile import Profile
from .arranging import find_shuffle, find_sort, find_split
from .cards import OperatorCard
from .clauses import Clause
from .comparing import find_comparison
from .consulting import find_consultation
from .doubts import Doubt, keep_or_drop, left_open
from .formats import find_training_format
from .instructing import find_instruction
from .marks import Marked, apart
from .matching import Matcher
from .portions import find_portion
from .quantities import find_quantities
from .reshaping import find_columns_work, find_format
from .shape_orders import ORDERS
from .shape_picks import with_cuts
from .shape_reading import find_shape
from .slots import Options
from .sources import find_benchmark, find_join, find_mix
from .vocabulary import concept_set
from .wording import TableMention, Wording

_PURPOSES: Final = frozenset("training evaluation finetuning review inspection debugging testing annotation".split())
_RULES: Final[tuple[Callable[[Wording, int], TableMention | None], ...]] = (
    find_consultation,
    find_instruction,
    find_shape,
    find_columns_work,
    find_format,
    find_training_format,
    find_comparison,
    find_mix,
    find_join,
    find_benchmark,
    find_split,
    find_shuffle,
    find_sort,
    find_portion,
)
"""The rules for fixed wordings; of two that fit at one place the first one counts."""


def steps_of(clause: Clause, matcher: Matcher) -> list[tuple[OperatorCard, Options]] | Doubt | None:
    """What a clause about the table as a whole asks for.

    Returns:
        The operators with their options, or what must be decided first; None where no operator does it, or the clause
        says more than the wordings do.
    """
    missing = next((one for one in clause.tables if one.missing), None)
    if clause.polarity == "protect" or lacks_model(clause, matcher):
        return None
    if missing is not None:  # the clause is read again with the answer, and what else it says counts then
        return left_open(clause, missing)
    if _says_more(clause):
        return None
    if clause.polarity == "filter" and any(one.dropped for one in clause.tables):
        return keep_or_drop(clause)
    steps = []
    for mention in clause.tables:
        options = mention.dropped if clause.polarity == "drop" else mention.kept
        if options is None:
            return None
        steps.append((matcher.card(mention.operator), dict(options)))
        steps += [(matcher.card(name), dict(more)) for name, more in mention.then]
    return steps


def lacks_model(clause: Clause, matcher: Matcher) -> bool:
    """Whether only a language model does what a clause asks, and it names none, and there is none."""
    return not matcher.has_model and any(one.names_model is False for one in clause.tables)


def _says_more(clause: Clause) -> bool:
    stated = clause.limits or clause.languages or clause.conditions or clause.columns
    return bool(stated) or any(not _is_purpose(clause, at) for at, _ in clause.concepts)


def _is_purpose(clause: Clause, at: int) -> bool:
    """Whether a word only says what something is for, or that it is asked: "give me …", "… for training"."""
    before, word = clause.marked.tokens[at - 1].low, clause.marked.tokens[at].low
    return (before == "for" and word in _PURPOSES) or word == "give"


def with_tables(marked: Marked, profile: Profile, matcher: Matcher, main: str | None = None) -> Marked:
    """The request with such wordings marked; what else was marked inside them is theirs.

    Args:
        main: the column with the main text, where it is known.
    """
    quantities = {quantity.start: quantity for quantity in find_quantities(marked.tokens)}
    said = Wording(marked.request, marked.tokens, profile, quantities, main)
    found: list[TableMention] = []
    at = 0
    said, picks = with_cuts(said)
    while at < len(marked.tokens):
        mention = picks.get(at) or _phrase(said, at, matcher)
        mention = mention or next(filter(None, (rule(said, at) for rule in _RULES)), None)
        if mention is None or mention.operator not in matcher.operators or _has_its_own(mention, said, matcher):
            at += 1
            continue
        found.append(mention)
        if mention.operator in ORDERS and mention.kept is not None and not (mention.picks or mention.then):
            said = replace(said, ordered=True)
        at = max(mention.end, at + 1)
    if not found:
        return marked
    return replace(
        marked,
        tables=tuple(found),
        limits=tuple(apart(marked.limits, found)),
        languages=tuple(apart(marked.languages, found)),
        conditions=tuple(apart(marked.conditions, found)),
        columns=tuple(apart(marked.columns, found)),
    )


def _phrase(said: Wording, at: int, matcher: Matcher) -> TableMention | None:
    """A clause that says word for word what an operator is asked by, "and" included."""
    if not said.ends(at - 1):
        return None
    for words, name in matcher.joined_phrases.items():
        end = at + len(words)
        if said.low(at) == words[0] and said.ends(end) and tuple(said.lows(at, len(words))) == words:
            return TableMention(at, end, name, {}, {}, whole=True)
    return None


def _has_its_own(mention: TableMention, said: Wording, matcher: Matcher) -> bool:
    """Whether another operator is there for just what a model is to do: "critique and revise the answers"."""
    if mention.names_model is None:
        return False
    spoken = concept_set(said.text(mention.start, mention.end))
    return any(
        one.name_concepts <= spoken or any(len(phrase) > 1 and phrase <= spoken for phrase in one.phrase_concepts)
        for name in matcher.operators
        if not name.startswith("llm_") and (one := matcher.card(name)).asks_model
    )
