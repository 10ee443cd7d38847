"""Brings together what a model chose and what the rules read: rules decide direction, disagreement is a question."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import JsonValue

from ..state import Check
from . import proofs
from .cards import OperatorCard
from .clauses import Clause
from .directions import Interval, Limit
from .doubts import Decisions, which_operator
from .matching import Matcher
from .slots import fill_limit
from .tokens import tokenize
from .understanding import Understanding
from .vocabulary import SOFT
from .wishes import Reading, Wish

SHARED_WORDS: Final = 0.5
"""Share of the words that a step claims to serve which must stand in the clause."""


@dataclass(frozen=True)
class Proposal:
    """A step that a model chose.

    Args:
        options: what the model set, already accepted by the operator.
        asked: the words of the request that it says to serve; may be empty.
    """

    card: OperatorCard
    options: Mapping[str, JsonValue]
    where: str | None = None
    asked: str = ""


@dataclass(frozen=True)
class Reconciled:
    """The request as rules and model together read it, and what is to be said about that."""

    understood: Understanding
    notes: tuple[str, ...] = ()


def reconcile(
    understood: Understanding, proposals: Sequence[Proposal], decisions: Decisions, matcher: Matcher
) -> Reconciled:
    """What each clause asks for.

    Where rules and model agree on the operator, the rules' limits stand. Where only one of them serves a clause, that
    one does. Where they differ, it is a question, which `decisions` may have answered. What a model adds without a
    word of the request behind it is left out, whatever made it do so.
    """
    by_clause = _by_clause([reading.clause for reading in understood.readings], proposals, matcher)
    notes = [_ungrounded(one) for one in proposals if not any(one is p for some in by_clause.values() for p in some)]
    readings = []
    for at, reading in enumerate(understood.readings):
        merged, more = _reading(reading, by_clause.get(at, []), decisions)
        readings.append(merged)
        notes += more
    return Reconciled(replace(understood, readings=tuple(readings)), tuple(dict.fromkeys(notes)))


def _reading(reading: Reading, proposed: Sequence[Proposal], decisions: Decisions) -> tuple[Reading, list[str]]:
    chosen = decisions.operators.get(reading.clause.text)
    if chosen is not None:
        proposed = [one for one in proposed if one.card.name == chosen]
    if not proposed or reading.doubt or reading.scope or reading.clause.polarity == "protect":
        return reading, []
    by_rules = {wish.card.name for wish in reading.wishes}
    extra = [one for one in proposed if one.card.name not in by_rules]
    if chosen is not None or not by_rules:
        wishes = [_wish(reading.clause, one) for one in extra]
        kept = reading.wishes if chosen is None or chosen in by_rules else ()
        return replace(reading, wishes=(*kept, *wishes), not_covered=_still_open(reading, extra)), []
    agreed = {one.card.name: one for one in proposed if one.card.name in by_rules}
    if not agreed:
        cards = [reading.wishes[0].card, *(one.card for one in extra)]
        return replace(reading, doubt=which_operator(reading.clause, cards)), []
    notes, wishes = list[str](), list[Wish]()
    for wish in reading.wishes:
        filled, said = _filled(wish, agreed.get(wish.card.name))
        wishes.append(filled)
        notes += said
    if not reading.not_covered:
        return replace(reading, wishes=tuple(wishes)), [*notes, *map(_ungrounded, extra)]
    wishes += [_wish(reading.clause, one) for one in extra]
    return replace(reading, wishes=tuple(wishes), not_covered=_still_open(reading, extra)), notes


def _still_open(reading: Reading, proposed: Sequence[Proposal]) -> tuple[str, ...]:
    """The pieces of a clause that nobody serves; a step that does not say what it serves, serves all of it."""
    if any(not one.asked for one in proposed):
        return ()
    claimed = frozenset().union(*(content_words(one.asked) for one in proposed))
    return tuple(piece for piece in reading.not_covered if not claimed & content_words(piece))


def _filled(wish: Wish, proposal: Proposal | None) -> tuple[Wish, list[str]]:
    """The rules' step with what only the model read; limits are the rules'."""
    if proposal is None:
        return wish, []
    options, notes = dict(wish.options), list[str]()
    text = wish.card.text_option
    for name, value in proposal.options.items():
        option = wish.card.options[name]
        if option.side is not None:
            if options.get(name) != value:
                notes.append(f"{wish.card.name}: the model wrote {name} {value}; the words of the request decided.")
        elif name not in options and not (option is text and wish.columns):
            options[name] = value
    return replace(wish, options=options, where=wish.where or proposal.where), notes


def _wish(clause: Clause, proposal: Proposal) -> Wish:
    """The step of a clause that only the model read; a limit in it points where the rules say, if they can tell."""
    options = dict(proposal.options)
    proven = []
    for limit in clause.limits:
        kept = _kept(clause, limit)
        found = None if kept is None else fill_limit(proposal.card, limit, kept, [c for _, c in clause.concepts])
        if kept is None or found is None:
            continue
        options = {name: value for name, value in options.items() if proposal.card.options[name].side is None}
        options.update(found)
        text = proposal.card.text_option
        column = options.get(text.name) if text else None
        proven.append((clause.text, proofs.limit_check(limit.unit, kept, column if isinstance(column, str) else None)))
    return Wish(clause, proposal.card, options, (), proposal.where, tuple(proven or [(clause.text, Check())]))


def _kept(clause: Clause, limit: Limit) -> Interval | None:
    """The numbers that stay; None where the verb does not say whether what is described stays or goes."""
    if clause.polarity not in ("keep", "drop"):
        return limit.interval if limit.requirement else None
    keeps = (clause.polarity == "keep") != bool(clause.negations_before(limit.start) % 2)
    return limit.interval if keeps else limit.interval.outside()


def _by_clause(clauses: Sequence[Clause], proposals: Iterable[Proposal], matcher: Matcher) -> dict[int, list[Proposal]]:
    found: dict[int, list[Proposal]] = {}
    for proposal in proposals:
        at = _clause_of(clauses, proposal, matcher)
        if at is not None:
            found.setdefault(at, []).append(proposal)
    return found


def _clause_of(clauses: Sequence[Clause], proposal: Proposal, matcher: Matcher) -> int | None:
    """The clause whose words the step claims to serve; without such words, the one that retrieval found it for."""
    claimed = content_words(proposal.asked)
    if claimed:
        shares = [len(claimed & content_words(clause.text)) / len(claimed) for clause in clauses]
        best = max(shares, default=0.0)
        return shares.index(best) if best >= SHARED_WORDS else None
    scores = [dict(matcher.hits(clause.text)).get(proposal.card.name, 0.0) for clause in clauses]
    best = max(scores, default=0.0)
    return scores.index(best) if best else None


def content_words(text: str) -> frozenset[str]:
    """The words and numbers of a text in lower case, without those that say nothing where others are left."""
    words = frozenset(token.low for token in tokenize(text) if token.is_word or token.kind == "number")
    return words - SOFT or words


def _ungrounded(proposal: Proposal) -> str:
    return f"The model also wanted {proposal.card.name}; it was left out, since no words of the request ask for it."
