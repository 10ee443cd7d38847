"""Reads phrases that stand for rows: "lost parcels from DHL that cost less than 20", "anything under a kilo"."""

from collections.abc import Iterator
from dataclasses import replace

from ....operators.core.expression import Expression
from ..columns import column_at
from ..idioms import FILLER
from ..row_nouns import is_row_noun
from ..vocabulary import EXAMPLE_NOUNS
from .descriptions import AND, OR, Descriptions
from .holdings import once
from .phrases import COMPOUNDS, DEFINES, DETERMINERS, EXCEPT, HEADS, NOT, RELATIVES, VAGUE
from .rows import Rows
from .values import Found


class NounPhrases(Descriptions):
    """Reads phrases that stand for rows."""

    @once
    def several(self, at: int) -> Iterator[Found]:
        """Phrases joined by "and" or "or", which together mean all their rows."""
        for rows, end in self.phrase(at):
            yield rows, end
            after = end
            while self.low(after) in AND | OR or (after > end and self.low(after) in ("also", "any", "all")):
                after += 1
            if after == end:
                continue
            narrows = OR.isdisjoint(self.low(one) for one in range(end, after)) and self._head(end - 1) is None
            for other, last in self.several(after):
                joined = rows.either(other)
                if narrows and _columns(rows) and _columns(other) and _columns(rows).isdisjoint(_columns(other)):
                    both = rows.both(other)
                    joined = None if both is None else replace(both, mixed=True)
                if joined is not None and not rows.is_all and not other.is_all:
                    yield joined, last

    @once
    def phrase(self, at: int) -> Iterator[Found]:
        """One noun phrase, with what is excepted from it."""
        for rows, end in self._plain(at):
            yield rows, end
            comma = end + (self.low(end) == ",")
            for after in EXCEPT.ends(self.tokens, comma):
                if self.low(after) in NOT and self.low(after - 1) not in NOT:  # "but not lost" denies once
                    continue
                if comma > end and self.low(comma) == self.low(at - 1):  # "without lost ones, without returned ones"
                    continue
                for other, last in self.several(after):
                    rest = other.inverse()
                    both = None if rest is None or other.is_all else rows.both(rest)
                    if both is not None:
                        yield both, last

    def _plain(self, at: int) -> Iterator[Found]:
        starts = [at, *DETERMINERS.ends(self.tokens, at)]
        for start in dict.fromkeys(starts):
            yield from self._described(start, Rows(), bare=True)
            yield from self._stated(start)
            yield from self._defined(start)

    def _defined(self, at: int) -> Iterator[Found]:
        """Reads a vague word by what it is said to mean: "low scores, meaning anything under 4"."""
        end = at
        while self.low(end) in VAGUE:
            end += 1
        if end == at:
            return
        named = self._values.column(end)
        nouns = [*self._described(end, Rows(), bare=True), *([] if named is None else [(Rows(), named[1])])]
        nouns += [(Rows(), end)] if self.low(end) == "(" else []  # "insured and heavy (15 kg and up)"
        for narrow, noun in dict.fromkeys(nouns):
            for begin in DEFINES.ends(self.tokens, noun):
                opened = self.low(noun) == "("
                for rows, last in [*self.phrase(begin), *self.said(begin), *self._elliptic(end, begin)]:
                    both = None if rows.is_all or (opened and self.low(last) != ")") else narrow.both(rows)
                    if both is not None:
                        yield replace(both, defined=True), last + opened

    def _elliptic(self, name: int, at: int) -> Iterator[Found]:
        """A number of the column that was named before: "bad ratings (2 or less)", "low scores, so under 4"."""
        named = self._amounts.named(name)
        for begin in dict.fromkeys([at, *filter(None, [self._head(at)])] if named is not None else []):
            for condition, end in self._amounts.of(named[0], begin) if named is not None else ():
                yield Rows(condition), end

    def _described(self, at: int, so_far: Rows, *, bare: bool) -> Iterator[Found]:
        """Adjectives, the noun, and what stands behind it."""
        for rows, end in self.adjective(at):
            both = so_far.both(rows)
            if both is not None and _columns(so_far).isdisjoint(_columns(rows)):
                yield from self._described(
                    end + (self.low(end) in (",", "and") and bool(self.adjective(end + 1))), both, bare=False
                )
        noun = self._head(at)
        text = None if noun is None else self._text_at(at)
        headed = so_far if text is None else so_far.both(Rows(column=text))
        if noun is not None and headed is not None:
            yield from self._followed(noun, headed)
        if not bare:
            yield from self._followed(at, so_far)

    def _followed(self, at: int, so_far: Rows) -> Iterator[Found]:
        yield so_far, at
        while self.low(at) == FILLER:
            at += 1
        comma = at + (self.low(at) == "," and self.low(at + 1) in RELATIVES)
        for rows, end in self.behind(comma):
            both = so_far.both(rows)
            if both is not None:
                yield from self._followed(end, both)

    def _stated(self, at: int) -> Iterator[Found]:
        """Reads rows by a condition alone: "ratings of 4 and above", "price under 20", "10+ votes"."""
        for rows, end in self.condition(at):
            yield from self._followed(end, rows)
            head = self._head(end)
            if head is not None:
                yield from self._followed(head, rows)

    def _head(self, at: int) -> int | None:
        """Where a noun for rows ends; None where none stands."""
        end = HEADS.end(self.tokens, at)
        if end is not None:
            return self._head(end) if self.low(at) in ("all", "any", "these", "those") and self._head(end) else end
        if self.low(at) in COMPOUNDS and self._head(at + 1) is not None:
            return self._head(at + 1)
        if is_row_noun(self.tokens, at) or self.low(at) in EXAMPLE_NOUNS:
            return at + 1
        named = column_at(self.tokens, at, self.profile) if at < len(self.tokens) else None
        if (
            named is not None
            and self.profile.column(named[0]).dtype == "text"
            and not self.profile.column(named[0]).labels
        ):
            return named[1]
        return None


def _columns(rows: Rows) -> frozenset[str]:
    """The columns of which something is said."""
    return frozenset() if rows.condition is None else frozenset(Expression(rows.condition).columns())
