"""Splits a request into clauses: one thing to do each, with its verb, its direction and what it is about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal

from .columns import ColumnMention
from .conditions import ConditionMention
from .directions import Limit
from .languages import LanguageMention
from .marks import Marked, inside
from .vocabulary import DROP, EXCEPT, KEEP, NEGATIONS, ORDER, ROW_NOUNS, SOFT, STRIP, concepts, is_general

Polarity = Literal["keep", "drop", "strip", "protect", "filter"]
"""What happens to what is named: it stays, it goes, it is treated, it is left alone, or "filter", which may be both."""

_HARD: Final = frozenset({";", ".", "!", "?", "→", "|", "•"})
_SOFT: Final = frozenset({",", "and", "then", "but", "plus", "&", "or", "nor", "as", "well", "followed", "while"})
_SEQUENCE: Final = frozenset({"before", "after", "once"})
_AFTER_THIS: Final = frozenset("that this these which it".split())
_OUT: Final = frozenset({"out", "away", "rid", "off"})
_OUT_VERBS: Final = frozenset("take leave left cut filter filtered filtering screen sort choose pick get kick".split())
_ALONE: Final = frozenset("alone untouched unchanged intact".split())
_HEAD_ENDS: Final = frozenset(
    "from in of with that which whose where containing on for by who without inside when if".split()
)
_SCOPE: Final = frozenset({"only", "for", "in", "on", "if", "when", "where", "whenever"})
_REST: Final = frozenset({"rest", "others", "remainder", "remaining"})
_ANAPHORS: Final = frozenset("those these it them anything everything all ones that which others".split())


@dataclass(frozen=True)
class Clause:
    """One thing that is asked.

    Args:
        start: position of its first token.
        end: one past its last.
        polarity: what happens to what is named; None where no verb says it.
        own_verb: whether the verb stands in the clause itself, and not in one before that it shares.
        verb_at: position of the verb, or of the start.
        group: clauses that share one verb have one number.
        verb_concepts: concepts of a shared verb that the clause does not repeat.
        after_previous: whether it was said to come before the previous clause ("… after removing URLs").
        before_next: whether it was said to come after the next one ("before …, …").
    """

    marked: Marked
    start: int
    end: int
    polarity: Polarity | None = None
    own_verb: bool = False
    verb_at: int = 0
    group: int = 0
    hard: bool = True
    verb_concepts: tuple[str, ...] = ()
    after_previous: bool = False
    before_next: bool = False
    subordinate: bool = False

    @cached_property
    def text(self) -> str:
        """The clause as it was written."""
        return self.marked.text(self.start, self.end)

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """The numbers with a direction in it."""
        return inside(self.marked.limits, self.start, self.end)

    @cached_property
    def languages(self) -> tuple[LanguageMention, ...]:
        """The languages named in it."""
        return inside(self.marked.languages, self.start, self.end)

    @cached_property
    def conditions(self) -> tuple[ConditionMention, ...]:
        """The conditions on columns in it."""
        return inside(self.marked.conditions, self.start, self.end)

    @cached_property
    def columns(self) -> tuple[ColumnMention, ...]:
        """The columns named in it."""
        return inside(self.marked.columns, self.start, self.end)

    @cached_property
    def free(self) -> tuple[int, ...]:
        """Positions of words that no rule has read."""
        taken = self.marked.taken
        return tuple(at for at in range(self.start, self.end) if at not in taken and self.marked.tokens[at].is_word)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """All its words in lower case."""
        return tuple(token.low for token in self.marked.tokens[self.start : self.end])

    @cached_property
    def concepts(self) -> tuple[tuple[int, str], ...]:
        """What its free words are about, each with the position of its word."""
        runs: list[list[int]] = []
        for at in self.free:
            runs[-1].append(at) if runs and runs[-1][-1] == at - 1 else runs.append([at])
        return tuple(
            (run[first], concept)
            for run in runs
            for first, _, some in concepts([self.marked.tokens[at].low for at in run])
            for concept in some
        )

    @cached_property
    def about_rows(self) -> bool:
        """Whether whole rows are what the verb takes: "drop documents …", not "drop URLs from documents"."""
        tokens = self.marked.tokens
        first = self.verb_at
        before = [tokens[at].low for at in range(self.start, min(first, self.end))]
        head: list[str] = []
        for at in range(first, self.end):
            if tokens[at].low in _HEAD_ENDS and at > first:
                break
            head.append(tokens[at].low)
        for words in (before, head):
            for at, word in enumerate(words):
                if word in _HEAD_ENDS and words is before:
                    break
                if word in ROW_NOUNS and not (word in ("all", "these", "those") and at + 1 < len(words)):
                    return True
        return any(not c.marked and c.start < self._head_end for c in self.columns) and bool(
            self.limits or self.languages or self.conditions
        )

    @cached_property
    def _head_end(self) -> int:
        ends = (at for at in range(self.verb_at + 1, self.end) if self.marked.tokens[at].low in _HEAD_ENDS)
        return next(ends, self.end)

    @property
    def is_scope(self) -> bool:
        """Whether its condition only says on which rows something else is done: "only for rows where …"."""
        return bool(self.conditions) and not self.own_verb and self.scope_led and not self.concepts

    @cached_property
    def scope_led(self) -> bool:
        """Whether words such as "only for rows where" lead to its condition."""
        if not self.conditions:
            return False
        lead = [self.marked.tokens[at].low for at in range(self.start, self.conditions[0].start)]
        return any(word in _SCOPE for word in lead)

    @property
    def is_echo(self) -> bool:
        """Whether it says again what the clause before said: "drop the rest", "drop those below"."""
        if self.concepts or self.languages or self.conditions or self.limits or not self.own_verb:
            return False
        words = set(self.words)
        compares = bool(
            words & {"below", "under", "above", "over", "shorter", "longer", "fewer", "less", "more", "else"}
        )
        return bool(words & _REST) or (compares and bool(words & _ANAPHORS))

    def negations_before(self, position: int) -> int:
        """How often "not", "except" and the like stand between the verb and a position."""
        tokens = self.marked.tokens
        count = 0
        for at in range(self.verb_at if self.own_verb else self.start, position):
            word = tokens[at].low
            if at == self.verb_at and self.own_verb:
                continue
            if at in self.marked.taken and not word.endswith("n't"):
                continue
            following = tokens[at + 1].low if at + 1 < len(tokens) else ""
            if (
                word in ("not", "never", "unless", "nor")
                or word.endswith("n't")
                or word in EXCEPT
                or (word == "other" and following == "than")
                or (word == "apart" and following == "from")
                or (
                    word == "but"
                    and at > self.start
                    and tokens[at - 1].low in ("all", "everything", "anything", "nothing")
                )
            ):
                count += 1
        return count


def split(marked: Marked, verbs: frozenset[str] = frozenset()) -> list[Clause]:
    """The clauses of a request, in its order.

    Args:
        verbs: concepts that begin the names of operators, which a following part without a verb shares.
    """
    pieces = _joined(marked, list(_pieces(marked)))
    clauses = _with_verbs([_clause(marked, *piece) for piece in pieces], verbs)
    return _passives(clauses)


def order_is_meant(marked: Marked) -> bool:
    """Whether words such as "then" say that the steps come in the order of the request."""
    words = [token.low for at, token in enumerate(marked.tokens) if at not in marked.taken]
    if any(word in ORDER - {"last", "next"} for word in words):
        return True
    pairs = list(zip(words, words[1:], strict=False))
    return any(pair in (("after", "that"), ("after", "this"), ("followed", "by"), ("before", "that")) for pair in pairs)


def _pieces(marked: Marked) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Runs of tokens between coordinators, each with the coordinators before it; a hard one is `.`."""
    start, links = 0, ["."]
    for at, token in enumerate(marked.tokens):
        if at in marked.taken:
            continue
        hard = token.kind == "break" or (token.kind == "sign" and token.low in _HARD)
        if not (hard or _coordinates(marked, at)):
            continue
        if at > start:
            yield start, at, tuple(links)
            links = []
        links.append("." if hard else token.low)
        start = at + 1
    if start < len(marked.tokens):
        yield start, len(marked.tokens), tuple(links)


def _coordinates(marked: Marked, at: int) -> bool:
    word = marked.tokens[at].low
    following = marked.tokens[at + 1].low if at + 1 < len(marked.tokens) else ""
    previous = marked.tokens[at - 1].low if at else ""
    if word in ("as", "well"):
        return (
            (word == "as" and following == "well")
            or (word == "well" and previous == "as")
            or (word == "as" and previous == "well")
        )
    if word == "followed":
        return following == "by"
    if word == "while":
        return False
    if word == "but":
        return previous not in ("all", "everything", "anything", "nothing")
    if word in _SEQUENCE:
        return following not in _AFTER_THIS
    return word in _SOFT


def _joined(marked: Marked, pieces: list[tuple[int, int, tuple[str, ...]]]) -> list[tuple[int, int, tuple[str, ...]]]:
    """Pieces that say nothing by themselves ("please", "also") belong to the one before."""
    joined: list[tuple[int, int, tuple[str, ...]]] = []
    for start, end, links in pieces:
        if joined and not _has_substance(marked, start, end):
            joined[-1] = (joined[-1][0], end, joined[-1][2])
        elif _has_substance(marked, start, end):
            joined.append((start, end, links))
        else:
            joined.append((start, end, links))
    # A first piece without substance ("Please, …") leads into the next.
    if len(joined) > 1 and not _has_substance(marked, joined[0][0], joined[0][1]):
        joined[:2] = [(joined[1][0], joined[1][1], joined[0][2] + joined[1][2])]
    return joined


def _has_substance(marked: Marked, start: int, end: int) -> bool:
    return any(
        at in marked.taken or token.kind in ("quoted", "number") or (token.is_word and (token.low not in SOFT))
        for at, token in enumerate(marked.tokens[start:end], start)
    )


def _clause(marked: Marked, start: int, end: int, links: tuple[str, ...]) -> Clause:
    verb_at, polarity = _verb(marked, start, end)
    sequence = next((link for link in links if link in _SEQUENCE), None)
    first = "." in links
    clause = Clause(
        marked,
        start,
        end,
        polarity,
        own_verb=polarity is not None and verb_at is not None,
        verb_at=start if verb_at is None else verb_at,
        hard=first,
        subordinate=sequence is not None,
    )
    if sequence == "before" and first:
        return replace(clause, before_next=True)
    if sequence in ("after", "once") and not first:
        return replace(clause, after_previous=True)
    return clause


def _verb(marked: Marked, start: int, end: int) -> tuple[int | None, Polarity | None]:
    """Where the verb of a piece stands, and what it means with its negations."""
    found: list[tuple[int, Polarity]] = []
    tokens = marked.tokens
    for at in range(start, end):
        word = tokens[at].low
        if at in marked.taken or not tokens[at].is_word:
            continue
        if (
            word in _OUT_VERBS and any(t.low in _OUT for t in tokens[at + 1 : min(at + 6, end)]) and word not in DROP
        ) or word in DROP:
            found.append((at, "drop"))
        elif word in KEEP:
            found.append((at, "keep"))
        elif word in STRIP:
            found.append((at, "filter" if word.startswith("filter") else "strip"))
    if any(tokens[at].low in _ALONE for at in range(start, end)):
        return (found[0][0] if found else start), "protect"
    if not found:
        return _without_verb(marked, start, end)
    at, polarity = next((one for one in found if one[1] == "drop"), found[0])
    if polarity == "filter":
        polarity = next((one[1] for one in found if one[1] in ("keep", "drop")), _filtered(marked, at, end))
    first = found[0][0]
    negated = any(_negates(tokens[i].low) for i in range(start, first) if i not in marked.taken)
    if not negated:
        return at, polarity
    opposite: dict[Polarity, Polarity] = {"drop": "protect", "keep": "drop", "strip": "protect", "filter": "protect"}
    # "no document should be longer than …" forbids what follows; "don't remove …" protects it.
    return at, opposite.get(polarity, polarity)


def _negates(word: str) -> bool:
    return word in NEGATIONS or word.endswith("n't")


def _filtered(marked: Marked, at: int, end: int) -> Polarity:
    """What "filter" means by the word behind it: "filter out", "filter for"; else it stays open."""
    following = marked.tokens[at + 1].low if at + 1 < end else ""
    if following == "out":
        return "drop"
    return "keep" if following in ("for", "to", "by", "on") else "filter"


def _without_verb(marked: Marked, start: int, end: int) -> tuple[int | None, Polarity | None]:
    for at in range(start, end):
        word = marked.tokens[at].low
        if at in marked.taken:
            continue
        if word in ("no", "without"):
            return at, "drop"
        if word == "only":
            return at, "keep"
    return None, None


def _with_verbs(clauses: Sequence[Clause], verbs: frozenset[str]) -> list[Clause]:
    """Clauses without a verb share that of the clause before, in the same sentence."""
    done: list[Clause] = []
    group = 0
    for clause in clauses:
        lead = clause.concepts[0][1] if clause.concepts else None
        own = clause.own_verb or (lead in verbs)
        previous = done[-1] if done else None
        if own or previous is None or clause.hard or clause.subordinate or previous.subordinate:
            group += 1
            done.append(replace(clause, group=group))
            continue
        done.append(_sharing(clause, previous, verbs))
    return done


def _sharing(clause: Clause, previous: Clause, verbs: frozenset[str]) -> Clause:
    shared = previous.verb_concepts
    if not previous.own_verb and previous.concepts and not shared:
        at, lead = previous.concepts[0]
        soft = all(is_general(word.low) for word in clause.marked.tokens[previous.start : at])
        shared = (lead,) if lead in verbs or (soft and _looks_like_verb(previous)) else ()
    polarity = previous.polarity
    if _is_requirement(clause) and not previous.limits and polarity in ("drop", "strip", "protect", "filter"):
        polarity = None
    return replace(clause, polarity=polarity, group=previous.group, verb_concepts=shared)


def _looks_like_verb(clause: Clause) -> bool:
    """Whether the first word that counts may be an unknown verb: an article or a noun for rows follows it."""
    at = clause.concepts[0][0]
    tokens = clause.marked.tokens
    following = tokens[at + 1].low if at + 1 < clause.end else ""
    return following in ROW_NOUNS or following in (
        "the",
        "a",
        "an",
        "all",
        "each",
        "every",
        "my",
        "our",
        "it",
        "them",
        "this",
    )


def _is_requirement(clause: Clause) -> bool:
    """Whether a clause without a verb says what is wanted: "at least 50 words"."""
    return bool(clause.limits) and all(limit.requirement for limit in clause.limits)


def _passives(clauses: list[Clause]) -> list[Clause]:
    """In "HTML and URLs should be removed" the verb comes last and belongs to all."""
    done = list(clauses)
    for at in range(len(done) - 2, -1, -1):
        clause, following = done[at], done[at + 1]
        if following.hard or clause.own_verb or clause.polarity is not None or following.polarity is None:
            continue
        if not _ends_in_verb(following):
            continue
        done[at] = replace(clause, polarity=following.polarity, group=following.group, own_verb=False)
    return done


def _ends_in_verb(clause: Clause) -> bool:
    """Whether the verb stands behind what it is about."""
    before = range(clause.start, clause.verb_at)
    taken = clause.marked.taken
    return any(at in taken for at in before) or any(at < clause.verb_at for at, _ in clause.concepts)
