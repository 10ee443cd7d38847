"""Reads whole sentences that keep or drop rows: what is said of which rows, in any of the ways people say it."""

from collections.abc import Iterator, Sequence
from typing import Final

from ....tools.profile import Profile
from ..judgements import judgement_of, spares
from ..marks import Marked
from .nouns import NounPhrases
from .phrases import DROP, EXCEPT, GOES, KEEP, ONLY, POLITE, STAYS, Phrases
from .rows import Rows
from .treatments import Treatments
from .values import Found

_IF: Final = frozenset("if when whenever where wherever unless".split())
_MOST_TOKENS: Final = 60
_SHORT: Final = 5
_UNTOUCHED: Final = frozenset("alone untouched unchanged intact unaffected hands".split())
"""Words by which rows are spared what is done to others, not kept."""
_FOR_SOME: Final = frozenset("where if when whenever for".split())
_MUST: Final = frozenset("must should shall needs need has have ought".split())
_THEM: Final = frozenset("them it those these".split())
_SO: Final = frozenset({"so", ",", "and", ";", ".", "-", "–", "—", "->", "=>", "→", "then", "please", "hence", "thus"})
_LINKS: Final = frozenset(
    {":", ",", "-", "–", "—", "->", "=>", "→", "?", "=", "then", "it's", "they", "these", "those", "it"}
)


class Sentences:
    """Reads one piece of a request at a time.

    Args:
        marked: the request.
        profile: the data.
        main: the column with the main text.
    """

    def __init__(self, marked: Marked, profile: Profile, main: str | None) -> None:
        self._tokens = marked.tokens
        self._phrases = NounPhrases(marked, profile, main)
        self.treatments = Treatments(marked, profile, self._phrases)

    def kept(self, start: int, end: int, *, told: bool = False) -> tuple[Rows, ...]:
        """The different rows that a piece may ask to keep; empty where it is no such sentence.

        Args:
            start: its first token.
            end: one past its last token.
            told: only where a word says that they stay or go; rows that are only named stay as well.
        """
        found: list[Rows] = []
        words = [token.low for token in self._tokens[start:end]]
        spared = not _UNTOUCHED.isdisjoint(words) or spares(words) or _is_beside_others(words)
        for begin in self._past(start, end) if end - start <= _MOST_TOKENS and not spared else ():
            said = self._sentences(begin, end, told=told)
            found += [rows for rows in said if rows is not None and not rows.is_all]
            if found:
                break
        return _plainest(found)

    def named(self, start: int, end: int) -> tuple[Rows, ...]:
        """The rows that a piece names without saying what becomes of them; one reading, or none."""
        for begin in self._past(start, end) if end - start <= _MOST_TOKENS else ():
            only = self._rows(begin, end)
            if only:
                return only if len(only) == 1 else ()
        return ()

    def describes(self, start: int, end: int) -> bool:
        """Whether something is said of rows anywhere in a piece."""
        places = range(start, min(end, start + _MOST_TOKENS))
        return any(self._phrases.adjective(at) or self._phrases.condition(at) for at in places)

    def scope(self, start: int, end: int) -> tuple[Rows, ...]:
        """The rows for which something else is done, in a piece such as "but only for lost parcels"."""
        for begin in self._past(start, end) if end - start <= _MOST_TOKENS else ():
            at = ONLY.end(self._tokens, begin) or begin
            if self._phrases.low(at) == "for":
                return self._rows(at + 1, end)
        return ()

    def _rows(self, at: int, end: int) -> tuple[Rows, ...]:
        """The plainest readings of a phrase for rows that reaches to the end."""
        begin = ONLY.end(self._tokens, at) or at
        phrases = [*self._phrases.several(begin), *self._phrases.behind(begin)]
        found = [rows for rows, last in phrases if self._closes(last, end) and not rows.is_all]
        return _plainest(found)

    def _sentences(self, at: int, end: int, *, told: bool) -> Iterator[Rows | None]:
        yield from self._required_to_have(at, end)
        yield from self._governed(at, end)
        yield from self._judged(at, end, told=told)
        yield from self._conditional(at, end)
        yield from self._asked_for(at, end)
        yield from self._needed(at, end)

    def _required_to_have(self, at: int, end: int) -> Iterator[Rows | None]:
        """Reads "no tests, no entry": what lacks the one is refused the other."""
        if self._phrases.low(at) != "no":
            return
        for rows, last in self._phrases.behind(at):
            told = [self._phrases.low(place) for place in range(last, end) if self._phrases.low(place) != ","]
            refused = self._phrases.low(last) == "," and told[:1] == ["no"] and 1 < len(told) <= _SHORT
            if refused and not self._phrases.behind(last + 1):
                yield rows.inverse()

    def _governed(self, at: int, end: int) -> Iterator[Rows | None]:
        """Reads "keep …", "only …", "get rid of …", "no …"."""
        for after in DROP.ends(self._tokens, at):
            for begin in self._past(after, end):
                for rows, last in self._phrases.several(begin):
                    if self._closes(last, end):
                        yield rows.inverse()
        for after in KEEP.ends(self._tokens, at):
            for begin in [*self._past(after, end)]:
                for only in [begin, *ONLY.ends(self._tokens, begin)]:
                    yield from self._kept_at(only, end)
        for after in ONLY.ends(self._tokens, at):
            yield from self._kept_at(after, end)
            for verb in KEEP.ends(self._tokens, after):
                yield from self._kept_at(verb, end)

    def _kept_at(self, at: int, end: int) -> Iterator[Rows | None]:
        for rows, last in self._phrases.several(at):
            if self._closes(last, end) or self._said_behind(STAYS, last, end):
                yield rows

    def _judged(self, at: int, end: int, *, told: bool) -> Iterator[Rows | None]:
        """Reads "… can go", "… only", "… -> out", and rows that are named without a verb, which stay."""
        whole = [*self._judged_at(self._phrases.several(at), end, told=told)]
        yield from whole or self._judged_at(self._phrases.behind(at), end, told=told)

    def _judged_at(self, phrases: Sequence[Found], end: int, *, told: bool) -> Iterator[Rows | None]:
        for rows, last in phrases:
            yield from self._unless(rows, last, end)
            if self._said_behind(GOES, last, end):
                yield rows.inverse()
            elif self._said_behind(STAYS, last, end) or (self._closes(last, end) and (rows.defined or not told)):
                yield rows
            else:  # "the rating must be at least 4"
                for said, after in self._required(last, rows):
                    if self._closes(after, end):
                        yield said

    def _needed(self, at: int, end: int) -> Iterator[Rows | None]:
        """Reads "where the topic is physics the score must be at least 5": what only some rows must be."""
        if self._phrases.low(at) not in _FOR_SOME:
            return
        begin = at + 1
        for some, last in [*self._clauses(begin), *self._phrases.several(begin)]:
            place = last + (self._phrases.low(last) in (",", "then"))
            if some.is_all or _MUST.isdisjoint(self._words(place, end)):
                continue
            for needed, after in [*self._phrases.condition(place), *self._phrases.several(place)]:
                rest = some.inverse()
                if self._closes(after, end) and rest is not None and not needed.is_all:
                    yield rest.either(needed)

    def _unless(self, rows: Rows, at: int, end: int) -> Iterator[Rows | None]:
        """Reads "… can go, unless they were insured"."""
        for place in range(at + 1, end):
            excepted = EXCEPT.end(self._tokens, place)
            if excepted is None or not self._said_behind(GOES, at, place - (self._phrases.low(place - 1) == ",")):
                continue
            for other, last in [*self._phrases.said(excepted), *self._phrases.several(excepted)]:
                rest = other.inverse()
                if self._closes(last, end) and rest is not None and not other.is_all:
                    gone = rows.both(rest)
                    yield None if gone is None else gone.inverse()

    def _asked_for(self, at: int, end: int) -> Iterator[Rows | None]:
        """Reads "which parcels are lost? just those"."""
        if self._phrases.low(at) not in ("which", "what", "who"):
            return
        for rows, last in self._clauses(at + 1):
            if self._phrases.low(last) == "?" and self._said_behind(STAYS, last, end):
                yield rows

    def _required(self, at: int, rows: Rows) -> Iterator[tuple[Rows, int]]:
        """What all rows must be: "parcels must be insured"."""
        if not rows.is_all or self._phrases.low(at) not in ("must", "should", "shall", "need", "needs", "have", "has"):
            return
        yield from self._phrases.said(at + 1 + (self._phrases.low(at + 1) == "to"))

    def _conditional(self, at: int, end: int) -> Iterator[Rows | None]:
        """Reads "if a parcel was lost, drop it"."""
        word = self._phrases.low(at)
        if word not in _IF:
            return
        for rows, last in self._clauses(at + 1):
            if self._said_behind(GOES, last, end):
                yield rows.inverse() if word != "unless" else rows
            elif self._said_behind(STAYS, last, end) and word != "unless":
                yield rows

    def _clauses(self, at: int) -> Iterator[tuple[Rows, int]]:
        """A subject and what is said of it."""
        yield from self._phrases.condition(at)
        for rows, middle in self._phrases.phrase(at):
            if rows.is_all:
                yield from self._phrases.said(middle)
            else:
                yield rows, middle

    def _past(self, at: int, end: int) -> Iterator[int]:
        """Where a sentence may begin behind polite words, the farthest first."""
        places, here = [at], at
        while here < end and (after := POLITE.end(self._tokens, here)) is not None and after <= end:
            places.append(after)
            here = after
        return iter(places[::-1])

    def _closes(self, at: int, end: int) -> bool:
        """Whether nothing but polite words stands up to the end."""
        if at > end:
            return False
        while at < end:
            after = POLITE.end(self._tokens, at)
            if after is None or after > end:
                return False
            at = after
        return True

    def _said_behind(self, phrases: Phrases, at: int, end: int) -> bool:
        """Whether the words up to the end say of the rows before them that they stay, or that they go."""
        places, here = [at], at
        while here < end:
            after = here + 1 if self._phrases.low(here) in _LINKS else POLITE.end(self._tokens, here)
            if after is None:
                break
            places.append(after)
            here = after
        if any(
            self._closes(last, end) for place in places if place < end for last in phrases.ends(self._tokens, place)
        ):
            return True
        if phrases is not GOES:
            return False
        if self._goes_after_all(at, end):
            return True
        words = [token.low for token in self._tokens[at:end]]
        said = any(self._phrases.behind(place) or self._phrases.condition(place) for place in range(at, end))
        if said or "," in words[1:]:  # something more is said of rows
            return False
        return judgement_of(words) == "drop"

    def _goes_after_all(self, at: int, end: int) -> bool:
        """Reads "… aren't done yet, so skip them": what is told of rows before it is said that they go."""
        for place in range(at + 1, end):
            told = self._phrases.low(place - 1) in _SO and self._phrases.low(place) not in _SO
            if not told or not _THEM & self._words(place, end):
                continue
            if any(self._closes(last, end) for last in GOES.ends(self._tokens, place)):
                plain = all(token.is_word or token.kind == "sign" for token in self._tokens[at:place])
                told_of = (self._phrases.behind(one) or self._phrases.condition(one) for one in range(at, place))
                return plain and not any(told_of)
        return False

    def _words(self, start: int, end: int) -> set[str]:
        return {token.low for token in self._tokens[start:end]}


def _is_beside_others(words: Sequence[str]) -> bool:
    """Whether rows are only said to stay like others: "lost ones too", "even lost ones are what we want"."""
    return bool({"too", "even"} & {*words}) and not {"only", "just"} & {*words}


def _plainest(found: Sequence[Rows]) -> tuple[Rows, ...]:
    """Of several readings those that are the least far-fetched."""
    least = min((rows.cost for rows in found), default=0)
    return tuple(dict.fromkeys(rows for rows in found if rows.cost == least))
