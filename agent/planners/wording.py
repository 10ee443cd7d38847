"""What the rules for fixed wordings share: a request as tokens with its numbers and columns, and what they find."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from ...operators.core.schema import DType
from ...tools.profile import ColumnProfile, Profile
from .columns import column_at
from .quantities import Quantity
from .tokens import Token

NUMBERS: Final[tuple[DType, ...]] = ("number", "integer")
MARKS: Final = frozenset("column columns field fields".split())
ARTICLES: Final = frozenset("the a an my our its their this that these those all both each every".split())
BREAKS: Final = frozenset({",", ".", ";", ":", "!", "?", "and", "or", "then", "but"})
JOINS: Final = frozenset({",", "and", "&", "/"})
SHORTEST_ABBREVIATION: Final = 3
MOST_SKIPPED: Final = 12
"""More words in a row that say nothing are no wording; looking on would take long where a request is all of them."""
MOST_TOKENS: Final = 60
"""Longest wording that is read."""


@dataclass(frozen=True)
class Missing:
    """What a wording leaves open.

    Args:
        question: what is asked.
        filled: the wording with an answer in the place of `{}`.
        options: answers to choose from; any other text is an answer too.
    """

    question: str
    filled: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableMention:
    """Work on the rows or columns as a whole that a fixed wording asks for; token positions, end exclusive.

    Args:
        kept: the operator's options where the verb of the clause keeps what is named, or there is none.
        dropped: the same where the verb drops it. In both None means that no operator does that.
        missing: what must be asked first.
        wanted: whether it says by itself what is wanted, so that no verb of a clause before is meant for it.
        whole: whether all its words are read, its verbs too, so that none of them says what its clause does.
        names_model: whether it says that a language model is to do it; None where none is needed.
        note: what was taken for granted, said with the plan.
        then: steps that belong right behind, with their options: "the newest five" sorts and then cuts.
        picks: whether it says which of some copies stays, so that it belongs before the step that drops the others.
    """

    start: int
    end: int
    operator: str
    kept: Mapping[str, JsonValue] | None = None
    dropped: Mapping[str, JsonValue] | None = None
    missing: Missing | None = None
    wanted: bool = True
    whole: bool = False
    names_model: bool | None = None
    note: str = ""
    then: tuple[tuple[str, Mapping[str, JsonValue]], ...] = ()
    picks: bool = False


@dataclass(frozen=True)
class Wording:
    """A request as the rules for wordings read it."""

    request: str
    tokens: Sequence[Token]
    profile: Profile
    quantities: Mapping[int, Quantity] = field(default_factory=dict)
    main: str | None = None
    """The column with the main text, where it is known."""
    ordered: bool = False
    """Whether an order was asked for before, so that "the top ten" are its first ones."""
    cuts: frozenset[int] = frozenset()
    """Where something begins that says which copy stays, so that what stands before is a clause."""

    def low(self, at: int) -> str:
        """A token in lower case; empty outside the request."""
        return self.tokens[at].low if 0 <= at < len(self.tokens) else ""

    def text(self, start: int, end: int) -> str:
        """The piece of the request between two token positions."""
        some = self.tokens[start:end]
        return self.request[some[0].start : some[-1].end] if some else ""

    def skip(self, at: int, words: Collection[str]) -> int:
        """The first position from here on whose token is none of these words, at most `MOST_SKIPPED` behind."""
        end = min(at + MOST_SKIPPED, len(self.tokens))
        while at < end and self.low(at) in words:
            at += 1
        return at

    def reach(self, start: int) -> int:
        """One past the last token that a wording from here on may take."""
        return min(start + MOST_TOKENS, len(self.tokens))

    def phrase(self, at: int, phrases: Collection[str]) -> int | None:
        """Where the longest of these phrases that stands here ends."""
        ends = [at + len(words) for words in map(str.split, phrases) if self.lows(at, len(words)) == words]
        return max(ends, default=None)

    def lows(self, at: int, size: int) -> list[str]:
        """So many tokens from here on, in lower case."""
        return [token.low for token in self.tokens[at : at + size]]

    def column(self, at: int, *dtypes: DType) -> tuple[str, int] | None:
        """The column named here, marks such as "the … column" included, and where its name ends."""
        at = self.skip(at, ARTICLES | MARKS) if at < len(self.tokens) else at
        if at >= len(self.tokens):
            return None
        found = column_at(self.tokens, at, self.profile) or self._written_out(at)
        if found is None or (dtypes and self.profile.column(found[0]).dtype not in (*dtypes, "json")):
            return None
        return found[0], self.skip(found[1], MARKS)

    def _written_out(self, at: int) -> tuple[str, int] | None:
        """A column whose name is short for the word here: `lang` for "language"."""
        word = self.low(at)
        found = [
            one.name
            for one in self.profile.columns
            if len(one.name) >= SHORTEST_ABBREVIATION and word.rstrip("s").startswith(one.name.lower())
        ]
        return (found[0], at + 1) if len(found) == 1 and self.tokens[at].is_word else None

    def columns(self, at: int) -> tuple[list[str], int]:
        """Columns named here, joined by "and" or commas; none and the position where there is none."""
        names: list[str] = []
        end = after = at
        while after < self.reach(at) and (found := self.column(after)) is not None:
            names.append(found[0])
            end = found[1]
            after = self.skip(end, JOINS)
            if after == end:
                break
        return names, end

    def ends(self, at: int) -> bool:
        """Whether a clause may end here."""
        inside = 0 <= at < len(self.tokens)
        return not inside or self.low(at) in BREAKS or self.tokens[at].kind == "break" or at in self.cuts

    def seed(self, at: int) -> tuple[int, int] | None:
        """The number in "with seed 7", "(seed = 7)", and where it ends."""
        place = self.skip(at, {"with", "using", "use", "and", ",", "(", "a", "the", "random", "fixed"})
        number = self.low(place)
        if number.isdecimal() and self.low(place + 1) == "as":  # "use 3 as the seed"
            behind = self.skip(place + 1, {"as", "the", "a", "random"})
            return (int(number), behind + 1) if self.low(behind) == "seed" else None
        if self.low(place) != "seed":
            return None
        place = self.skip(place + 1, {"=", "of", ":", "is", "number"})
        number = self.low(place)
        if not number.isdecimal():
            return None
        return int(number), self.skip(place + 1, {")"})

    def per(self, at: int) -> tuple[list[str], str, int] | None:
        """The columns in "per source", "for each kind", what was named that is no column, and where that ends."""
        end = self.phrase(at, ("per", "for each", "for every", "in each", "in every", "of each", "of every",
                               "from each", "from every", "within each", "stratified by", "grouped by"))  # fmt: skip
        if end is None:
            return None
        names, after = self.columns(end)
        return (names, "", after) if names else ([], self.low(end), end + 1)

    def typed(self, *dtypes: DType) -> list[ColumnProfile]:
        """The columns of these types."""
        return [column for column in self.profile.columns if column.dtype in dtypes]
