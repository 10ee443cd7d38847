"""Marks in a request what rules read: limits, languages, conditions and columns, none over another."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar

from ...tools.profile import Profile
from .columns import ColumnMention, find_columns
from .condition_finder import find_conditions
from .conditions import ConditionMention
from .directions import Limit, find_limits
from .idioms import plain_words
from .languages import LanguageMention, find_languages, said_by_labels
from .quantities import find_quantities
from .tokens import Token, tokenize
from .vocabulary import DROP, KEEP
from .wording import TableMention


class Span(Protocol):
    """Token positions, end exclusive."""

    @property
    def start(self) -> int:
        """The first token."""
        ...

    @property
    def end(self) -> int:
        """One past the last token."""
        ...


S = TypeVar("S", bound=Span)


@dataclass(frozen=True)
class Marked:
    """A request as tokens, with what was found in it."""

    request: str
    tokens: tuple[Token, ...]
    limits: tuple[Limit, ...] = ()
    languages: tuple[LanguageMention, ...] = ()
    conditions: tuple[ConditionMention, ...] = ()
    columns: tuple[ColumnMention, ...] = ()
    tables: tuple[TableMention, ...] = ()

    @cached_property
    def taken(self) -> frozenset[int]:
        """Positions inside a limit, a language, a condition, work on the table, or columns meant without doubt.

        The verbs of keeping and dropping in wordings about the table stay free: they say what their clause does.
        """
        sure = [column for column in self.columns if column.marked]
        spans: list[Span] = [*self.limits, *self.languages, *self.conditions, *self.tables, *sure]
        inside_tables = (at for table in self.tables if not table.whole for at in range(table.start, table.end))
        verbs = {at for at in inside_tables if self.tokens[at].low in DROP | KEEP}
        return frozenset(at for span in spans for at in range(span.start, span.end)) - verbs

    @cached_property
    def taken_by_others(self) -> frozenset[int]:
        """The same without languages."""
        return self.taken - {at for one in self.languages for at in range(one.start, one.end)}

    def text(self, start: int, end: int) -> str:
        """The piece of the request between two token positions, as it was written."""
        some = self.tokens[start:end]
        return self.request[some[0].start : some[-1].end].strip() if some else ""


def mark(request: str, profile: Profile) -> Marked:
    """Read a request as far as rules for single phrases go."""
    tokens = plain_words(tokenize(request), profile)
    limits = find_limits(tokens, find_quantities(tokens))
    conditions = find_conditions(tokens, limits, profile)
    limits = apart(limits, conditions)
    languages = apart(find_languages(tokens), conditions)
    told = [_as_condition(one, tokens, profile) for one in languages]
    languages = [one for one, said in zip(languages, told, strict=True) if said is None]
    conditions = sorted([*conditions, *filter(None, told)], key=_start)
    columns = apart(find_columns(tokens, profile), [*conditions, *limits, *languages])
    return Marked(request, tuple(tokens), tuple(limits), tuple(languages), tuple(conditions), tuple(columns))


def _as_condition(one: LanguageMention, tokens: Sequence[Token], profile: Profile) -> ConditionMention | None:
    """The condition that a language stands for in data with a column of languages, but not as what to write into."""
    into = one.start and tokens[one.start - 1].low == "into"
    said = None if into else said_by_labels(one, profile)
    return None if said is None else ConditionMention(one.start, one.end, said)


def inside(spans: Sequence[S], start: int, end: int) -> tuple[S, ...]:
    """The spans, which are in order, that begin in a range of positions."""
    first = bisect_left(spans, start, key=_start)
    return tuple(spans[first : bisect_left(spans, end, first, key=_start)])


def _start(span: Span) -> int:
    return span.start


def apart(spans: Sequence[S], others: Sequence[Span]) -> list[S]:
    """The spans that overlap none of the others."""
    return [span for span in spans if not any(o.start < span.end and span.start < o.end for o in others)]
