"""Splits a request into clauses: one thing to do each, with its verb, its direction and what it is about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Final, Literal

from .columns import ColumnMention
from .conditions import ConditionMention
from .directions import Limit
from .languages import LanguageMention
from .marks import Marked, inside
from .vocabulary import (
    ACTIONS,
    DROP,
    EXCEPT,
    KEEP,
    NEGATIONS,
    ORDER,
    ROW_NOUNS,
    SIZE_WORDS,
    SOFT,
    STRIP,
    concepts,
    is_general,
)

Polarity = Literal["keep", "drop", "strip", "protect", "filter"]
"""What happens to what is named: it stays, it goes, it is treated, it is left alone, or "filter", which may be both."""

_HARD: Final = frozenset({";", ".", "!", "?", "→", "|", "•"})
_SOFT: Final = frozenset({",", ":", "and", "then", "but", "plus", "&", "or", "nor", "as", "well", "followed", "while"})
_SEQUENCE: Final = frozenset({"before", "after", "once"})
_AFTER_THIS: Final = frozenset("that this these which it".split())
_OUT: Final = frozenset({"out", "away", "rid", "off"})
_OUT_VERBS: Final = frozenset("take leave left cut filter filtered filtering screen sort choose pick get kick".split())
_ALONE: Final = frozenset("alone untouched unchanged intact".split())
_HEAD_ENDS: Final = frozenset(
    "from in of with that which whose where containing on for by who without inside when if".split()
)
_SCOPE: Final = frozenset({"for", "in", "on", "if", "when", "where", "whenever"})
_REST: Final = frozenset({"rest", "others", "remainder", "remaining"})
_ARTICLES: Final = frozenset("the a an my our its their each every this that of in with".split())
_MUST: Final = frozenset("should must can may to will".split())
_THEM: Final = frozenset("them those these it".split())
_COMPARES: Final = frozenset(
    "below under above over beyond shorter longer fewer less more else short long smaller larger".split()
)
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
        hard: whether it begins a sentence or a line.
        acts: whether it begins with a verb that says by itself what is done, such as "mask".
        group: clauses that share one verb have one number.
        verb_concepts: concepts of a shared verb that the clause does not repeat.
        after_previous: whether it was said to come before the previous clause ("… after removing URLs").
        before_next: whether it was said to come after the next one ("before …, …").
        subordinate: whether it stands in such a side clause.
        alternative: whether "or" joins it to the clause before.
    """

    marked: Marked
    start: int
    end: int
    polarity: Polarity | None = None
    own_verb: bool = False
    verb_at: int = 0
    group: int = 0
    hard: bool = True
    acts: bool = False
    verb_concepts: tuple[str, ...] = ()
    after_previous: bool = False
    before_next: bool = False
    subordinate: bool = False
    alternative: bool = False

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
        verb = any(word in DROP or word in STRIP or word in KEEP for word in self.words)
        return self.scope_led and not verb and not self.concepts and not self.limits and not self.languages

    @cached_property
    def scope_led(self) -> bool:
        """Whether words such as "only for rows where" lead to its condition."""
        if not self.conditions:
            return False
        lead = [self.marked.tokens[at].low for at in range(self.start, self.conditions[0].start)]
        plain = [word for word in lead if word not in ("but", "and", "only", "just", "then")]
        if plain and plain[0] in _SCOPE:
            return True
        return any(word == "only" and after in _SCOPE for word, after in pairwise(lead)) or "if" in lead

    @property
    def is_echo(self) -> bool:
        """Whether it says again what the clause before said: "drop the rest", "drop those below"."""
        if self.languages or self.conditions or self.limits or not self.own_verb:
            return False
        words = set(self.words)
        if any(concept not in _COMPARES for _, concept in self.concepts):
            return False
        return bool(words & _REST) or (bool(words & _COMPARES) and bool(words & _ANAPHORS))

    @property
    def is_upper(self) -> bool:
        """Whether a size without a number asks for a maximum: "keep short texts", "drop long ones"."""
        short = any(concept == "short" for _, concept in self.concepts)
        return short == (self.polarity != "drop") and any(c in SIZE_WORDS for _, c in self.concepts)

    def keeps(self, position: int) -> bool:
        """Whether what stands at a position describes the rows that stay."""
        return (self.polarity != "drop") != bool(self.negations_before(position) % 2)

    def lacks(self, position: int) -> bool:
        """Whether what stands at a position is said to be missing: "texts without URLs", "that contain no URL"."""
        before = (self.marked.tokens[at].low for at in range(self.verb_at + self.own_verb, position))
        return bool(sum(_negates(word) for word in before) % 2)

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
    meant = (("after", "that"), ("after", "this"), ("followed", "by"), ("before", "that"))
    return any(pair in meant for pair in pairwise(words))


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
    if word == ":":
        return at + 1 not in marked.taken and at + 1 < len(marked.tokens) and marked.tokens[at + 1].is_word
    if word == "once":
        return previous in ("", ",")
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
        alternative="or" in links,
    )
    if sequence == "before" and first:
        return replace(clause, before_next=True)
    if sequence in ("after", "once") and not first:
        return replace(clause, after_previous=True)
    return clause


def _verb(marked: Marked, start: int, end: int) -> tuple[int | None, Polarity | None]:
    """Where the verb of a piece stands, and what it means with its negations."""
    tokens = marked.tokens
    words = [at for at in range(start, end) if at not in marked.taken and tokens[at].is_word]
    found = [(at, meant) for at in words if (meant := _meaning_of(marked, at, end)) is not None]
    if any(tokens[at].low in _ALONE for at in range(start, end)):
        return (found[0][0] if found else start), "protect"
    if not found:
        return _without_verb(marked, start, end)
    at, polarity = next((one for one in found if one[1] == "drop"), found[0])
    if polarity == "filter":
        polarity = next((one[1] for one in found if one[1] in ("keep", "drop")), _filtered(marked, at, end))
    if not any(_negates(tokens[i].low) for i in range(start, found[0][0]) if i not in marked.taken):
        return at, polarity
    # "no document should be longer than …" forbids what follows; "don't remove …" protects it.
    return at, "drop" if polarity == "keep" else "protect"


def _meaning_of(marked: Marked, at: int, end: int) -> Polarity | None:
    """What a word says as a verb; None for one that is no verb of keeping, dropping or treating."""
    tokens = marked.tokens
    word = tokens[at].low
    leaves = word in ("go", "goes") and at > 0 and tokens[at - 1].low in _MUST
    moved_out = word in _OUT_VERBS and any(token.low in _OUT for token in tokens[at + 1 : min(at + 6, end)])
    if word in DROP or leaves or moved_out:
        return "drop"
    if word in KEEP:
        return "keep"
    if word in STRIP:
        return "filter" if word.startswith("filter") else "strip"
    return None


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
        if word in ("don't", "dont") or (
            word == "do" and marked.tokens[at + 1 : at + 2] and marked.tokens[at + 1].low == "not"
        ):
            return at, "protect"
        if word in ("no", "without", "nothing", "none", "nowhere"):
            return at, "drop"
        if word == "only":
            return at, "keep"
    return None, None


def _with_verbs(clauses: Sequence[Clause], verbs: frozenset[str]) -> list[Clause]:
    """Clauses without a verb share that of the clause before, in the same sentence."""
    done: list[Clause] = []
    group = 0
    for one in clauses:
        clause = replace(one, acts=_acts(one, verbs))
        previous = done[-1] if done else None
        alone = clause.own_verb or clause.acts or clause.hard or clause.subordinate
        if alone or previous is None or previous.subordinate:
            group += 1
            done.append(replace(clause, group=group))
        else:
            done.append(_sharing(clause, previous))
    return done


def _acts(clause: Clause, verbs: frozenset[str]) -> bool:
    if not clause.concepts or clause.own_verb:
        return False
    at, lead = clause.concepts[0]
    before = [word.low for word in clause.marked.tokens[clause.start : at]]
    led = all(map(is_general, before)) and not (before and before[-1] in _ARTICLES)
    return led and (lead in verbs or clause.marked.tokens[at].low in ACTIONS)


def _sharing(clause: Clause, previous: Clause) -> Clause:
    shared = previous.verb_concepts
    if not previous.own_verb and previous.concepts and not shared:
        at, lead = previous.concepts[0]
        soft = all(is_general(word.low) for word in clause.marked.tokens[previous.start : at])
        shared = (lead,) if previous.acts or (soft and _looks_like_verb(previous)) else ()
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


def _passives(clauses: Sequence[Clause]) -> list[Clause]:
    """Verbs that come last belong to what stands before: "HTML and URLs should be removed", "…, throw them out"."""
    done: list[Clause] = []
    for clause in reversed(clauses):
        following = done[-1] if done else None
        lacks = following is not None and not clause.own_verb and not clause.acts and clause.polarity is None
        if following is None or not lacks or following.polarity is None:
            done.append(clause)
        elif _speaks_of_them(following):
            done[-1] = replace(clause, polarity=following.polarity)
        elif not following.hard and _ends_in_verb(following):
            done.append(replace(clause, polarity=following.polarity, group=following.group))
        else:
            done.append(clause)
    return done[::-1]


def _speaks_of_them(clause: Clause) -> bool:
    """Whether a clause is only a verb for what was named before: "throw them out"."""
    said = clause.concepts or clause.limits or clause.languages or clause.conditions
    return clause.own_verb and not said and any(word in _THEM for word in clause.words)


def _ends_in_verb(clause: Clause) -> bool:
    """Whether the verb stands behind what it is about."""
    before = range(clause.start, clause.verb_at)
    taken = clause.marked.taken
    return any(at in taken for at in before) or any(at < clause.verb_at for at, _ in clause.concepts)
