"""Brings together what a model chose and what the rules read: what rules read wholly stands, else it may be asked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import JsonValue

from ...operators.core.expression import Expression
from ..state import Check, Question
from . import proofs
from .cards import MODEL_CONCEPTS, OperatorCard, OptionCard
from .clauses import Clause
from .directions import Interval, Limit
from .doubts import Decisions, Doubt, how_long, which_operator
from .matching import SURE, Matcher
from .quantities import plain
from .slots import fill_limit, fill_words
from .tokens import tokenize
from .understanding import Understanding
from .vocabulary import SOFT, action_stems, concept_set, stem
from .wishes import Reading, Wish

SHARED_WORDS: Final = 0.5
"""Share of the words that a step claims to serve which must stand in the clause."""


@dataclass(frozen=True)
class Proposal:
    """A step that a model chose.

    Args:
        options: what the model set, already accepted by the operator.
        asked: the words of the request that it says to serve; may be empty.
        only_named: whether the model said no more than a name, as small ones do. Of such choices every second one for
            words that the rules do not understand was wrong, so that a person is asked.
        rival: what retrieval finds besides, offered in that question.
    """

    card: OperatorCard
    options: Mapping[str, JsonValue]
    where: str | None = None
    asked: str = ""
    only_named: bool = False
    rival: OperatorCard | None = None


@dataclass(frozen=True)
class Reconciled:
    """The request as rules and model together read it, and what is to be said about that."""

    understood: Understanding
    notes: tuple[str, ...] = ()


def reconcile(
    understood: Understanding, proposals: Sequence[Proposal], decisions: Decisions, matcher: Matcher
) -> Reconciled:
    """What each clause asks for.

    A clause of which the rules understood every word stands as they read it; what a model reads otherwise is said.
    Where the rules have nothing for a clause, or not for all of it, the model's steps serve it. It is a question, which
    `decisions` may have answered, where they contradict those of the rules, or where the model said no more than a
    name. A step that leaves out what the clause states is not taken. What a model adds without a word of the request
    behind it is left out, whatever made it do so.
    """
    by_clause = _by_clause([reading.clause for reading in understood.readings], proposals, matcher)
    notes = [_ungrounded(one) for one in proposals if not any(one is p for some in by_clause.values() for p in some)]
    readings = []
    for at, reading in enumerate(understood.readings):
        merged, more = _reading(reading, by_clause.get(at, []), decisions, matcher)
        readings.append(merged)
        notes += more
    return Reconciled(replace(understood, readings=tuple(readings)), tuple(dict.fromkeys(notes)))


def _reading(
    reading: Reading, proposed: Sequence[Proposal], decisions: Decisions, matcher: Matcher
) -> tuple[Reading, list[str]]:
    clause = reading.clause
    if reading.doubt or reading.scope or clause.polarity == "protect":
        return reading, []
    by_rules = {wish.card.name for wish in reading.wishes}
    chosen = decisions.operators.get(clause.text)
    if chosen is not None and chosen not in by_rules:
        given = [one for one in proposed if one.card.name == chosen]
        picked = given or [Proposal(matcher.card(chosen), {}, asked=clause.text)]
        return _served(replace(reading, wishes=()), picked, decisions, matcher)
    if not proposed:
        return reading, []
    if reading.wishes and (chosen is not None or not reading.not_covered):
        return reading, [note for one in proposed for note in _otherwise(reading, one)]
    extra = [one for one in proposed if one.card.name not in by_rules]
    open_words = frozenset().union(*map(content_words, reading.not_covered))
    against = [one for one in extra if reading.wishes and not content_words(one.asked) & open_words]
    if against and not any(one.card.name in by_rules for one in proposed):
        cards = [reading.wishes[0].card, *(one.card for one in extra)]
        return replace(reading, doubt=which_operator(clause, cards)), []
    agreed = {one.card.name: one for one in proposed if one.card.name in by_rules}
    notes, wishes = list[str](), list[Wish]()
    for wish in reading.wishes:
        filled, said = _filled(wish, agreed.get(wish.card.name))
        wishes.append(filled)
        notes += said
    served, more = _served(replace(reading, wishes=tuple(wishes)), extra, decisions, matcher)
    return served, [*notes, *more]


def _served(
    reading: Reading, extra: Sequence[Proposal], decisions: Decisions, matcher: Matcher
) -> tuple[Reading, list[str]]:
    """The reading with steps that only a model, or a person, chose for it; or what must be asked about them."""
    clause, taken, wishes, notes = reading.clause, list[Proposal](), list[Wish](), list[str]()
    for one in extra:
        decided = decisions.operators.get(_key(one)) if one.only_named else one.card.name
        if decided == LEFT_OUT:
            continue
        proposal = replace(one, card=matcher.card(decided)) if decided is not None else one
        beside_rules = bool(reading.wishes) and one.only_named
        wish = _wish(clause, proposal, limited=not beside_rules)
        why = _unfit(wish, matcher, asked=decided is not None, whole=not beside_rules)
        if why is not None:
            notes.append(f"“{one.asked or clause.text}” was taken for {proposal.card.name}, but {why}.")
            continue
        if decided is None:
            beside = one.rival if one.rival and _speaks_of(clause, one.rival) else None
            return replace(reading, doubt=_is_it(replace(one, rival=beside))), []
        unlimited = _unlimited(wish)
        if unlimited is not None:
            return replace(reading, doubt=how_long(clause, unlimited)), []
        taken.append(proposal)
        wishes.append(wish)
    covered = replace(reading, wishes=(*reading.wishes, *wishes), not_covered=_still_open(reading, taken))
    return covered, notes


LEFT_OUT: Final = "none: leave it out"


def _key(proposal: Proposal) -> str:
    """What a decision about a model's choice is kept under; no clause reads like it."""
    return f"model: {proposal.asked}"


def _is_it(proposal: Proposal) -> Doubt:
    """Asks whether a model's choice is meant, beside the one that retrieval finds."""
    cards = [proposal.card, *([proposal.rival] if proposal.rival else [])]
    by_option = {**{f"{card.name}: {card.summary}": card.name for card in cards}, LEFT_OUT: LEFT_OUT}
    names = {name: name for name in by_option.values()} | {"none": LEFT_OUT}

    def decide(answer: str, so_far: Decisions) -> Decisions | None:
        said = by_option.get(answer) or names.get(answer.strip())
        return replace(so_far, operators={**so_far.operators, _key(proposal): said}) if said else None

    text = f"No rule understands {proposal.asked!r}. Is it this?"
    return Doubt(Question(text=text, options=tuple(by_option)), decide)


def _otherwise(reading: Reading, proposal: Proposal) -> list[str]:
    """How a model's choice differs from a reading that stands."""
    same = next((wish for wish in reading.wishes if wish.card.name == proposal.card.name), None)
    if same is not None:
        return _filled(same, proposal)[1]
    return [
        f"The model took “{reading.clause.text}” for {proposal.card.name}; all its words were understood otherwise, so "
        "that was left out."
    ]


def _unfit(wish: Wish, matcher: Matcher, *, asked: bool, whole: bool) -> str | None:
    """What speaks against a step that only a model chose, as the end of a sentence.

    Args:
        asked: whether the operator is beyond doubt.
        whole: whether the step is for the whole clause, and not beside steps of the rules.
    """
    clause, card = wish.clause, wish.card
    if not wish.options and _turned_round(clause, card, matcher):
        return "that keeps what is to go"
    unset = next(_unset(wish), None) if whole else None
    if unset is not None:
        return f"“{unset}” has no place in that"
    return None if asked or _speaks_of(clause, card) else "no word of that speaks of it"


def _speaks_of(clause: Clause, card: OperatorCard) -> bool:
    """Whether a word of the clause is one that an operator answers to; verbs such as "write" say nothing of what."""
    said = {concept for _, concept in clause.concepts} - action_stems() - MODEL_CONCEPTS
    return any(max(card.sureness.get(one, 0.0), card.sureness.get(stem(one), 0.0)) >= SURE for one in said)


def _unset(wish: Wish) -> Iterator[str]:
    """What a clause states and the step leaves out: numbers, languages, quoted texts, conditions."""
    clause, tokens = wish.clause, wish.clause.marked.tokens
    values = {str(value).casefold() for one in wish.options.values() for value in _flat(one)}
    proven = {limit.start for limit in clause.limits if _fills(wish, limit)}
    for limit in clause.limits:
        number = plain(limit.interval.low if limit.interval.low is not None else limit.interval.high or 0)
        if limit.start not in proven and str(number) not in values:
            yield clause.marked.text(limit.start, limit.end)
    read = {at for limit in clause.limits for at in range(limit.start, limit.end)}
    for at in range(clause.start, clause.end):
        kind, text = tokens[at].kind, tokens[at].text.casefold()
        if at not in read and kind in ("number", "quoted") and not any(text in value for value in values):
            yield tokens[at].text
    for language in clause.languages:
        if not values.issuperset(language.codes):
            yield clause.marked.text(language.start, language.end)
    if clause.conditions and wish.where is None:
        yield clause.marked.text(clause.conditions[0].start, clause.conditions[0].end)


def _fills(wish: Wish, limit: Limit) -> bool:
    """Whether a limit of the clause stands in the step."""
    kept = _kept(wish.clause, limit)
    found = None if kept is None else fill_limit(wish.card, limit, kept, [c for _, c in wish.clause.concepts])
    return found is not None and found.items() <= dict(wish.options).items()


def _flat(value: JsonValue) -> Iterator[JsonValue]:
    if isinstance(value, list):
        yield from value
    else:
        yield value


def _unlimited(wish: Wish) -> OptionCard | None:
    """The limit that a filter which only counts was given no number for."""
    limits = list(wish.card.limits()) if wish.card.cls.kind == "filter" else []
    if not limits or not all(one.unit for one in limits) or any(one.name in wish.options for one in limits):
        return None
    side = "max" if wish.clause.is_upper else "min"
    return next((one for one in limits if one.side == side), limits[0])


def _turned_round(clause: Clause, card: OperatorCard, matcher: Matcher) -> bool:
    """Whether a filter without options would keep just what the clause wants to be rid of."""
    if card.cls.kind != "filter" or clause.polarity not in ("keep", "drop"):
        return False
    denied = bool(clause.negations_before(clause.end) % 2)
    return matcher.turned_round(card, concept_set(clause.text), keeps=(clause.polarity == "keep") != denied)


def _still_open(reading: Reading, proposed: Sequence[Proposal]) -> tuple[str, ...]:
    """The pieces of a clause that nobody serves; a step that does not say what it serves, serves all of it."""
    if any(not one.asked for one in proposed):
        return ()
    claimed: frozenset[str] = frozenset().union(*(content_words(one.asked) for one in proposed))
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


def _wish(clause: Clause, proposal: Proposal, *, limited: bool) -> Wish:
    """The step of a clause that only the model read; a limit in it points where the rules say, if they can tell.

    Args:
        limited: whether the numbers of the clause are for this step.
    """
    options = {**fill_words(proposal.card, clause, ()), **proposal.options}
    proven = []
    for limit in clause.limits if limited else ():
        kept = _kept(clause, limit)
        found = None if kept is None else fill_limit(proposal.card, limit, kept, [c for _, c in clause.concepts])
        if kept is None or found is None:
            continue
        options = {name: value for name, value in options.items() if proposal.card.options[name].side is None}
        options.update(found)
        text = proposal.card.text_option
        column = options.get(text.name) if text else None
        proven.append((clause.text, proofs.limit_check(limit.unit, kept, column if isinstance(column, str) else None)))
    text = proposal.card.text_option
    columns = () if text is None or text.name in options else _columns(clause)
    where = proposal.where
    if where is None and clause.conditions and proposal.card.cls.kind != "filter":
        where = str(Expression(clause.stated_condition()))
    return Wish(clause, proposal.card, options, columns, where, tuple(proven or [(clause.text, Check())]))


def _columns(clause: Clause) -> tuple[str, ...]:
    """The columns that a clause names, those said to be columns first of all."""
    mentions = [one for one in clause.columns if not one.after_into]
    named = [one for one in mentions if one.marked] or [one for one in mentions if len(one.names) == 1]
    return tuple(dict.fromkeys(name for one in named for name in one.names))


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
