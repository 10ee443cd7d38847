"""What a request of the benchmark is: words, a table, and the rows that must come out, without names of operators."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Row = dict[str, Any]
Rows = list[Row]
Expected = Callable[[Rows], Rows]
"""The rows that must come out, in order, from those that went in: a reference implementation in plain Python."""
Holds = Callable[[Rows, Rows], bool]
"""Whether a rule holds between the rows that went in and those that came out."""

Kind = Literal["single", "multi", "condition", "ambiguous", "impossible", "hostile"]
Level = Literal["easy", "medium", "hard"]


@dataclass(frozen=True)
class Clause:
    """One thing that a request asks for.

    Args:
        words: its words, as they stand in the request.
        operators: those that could do it; for the recall of retrieval alone, never for whether a run was right.
        holds: whether the output fulfils this clause, whatever became of the others.
    """

    words: str
    operators: tuple[str, ...]
    holds: Holds | None = None


@dataclass(frozen=True)
class Reading:
    """One of the things that an ambiguous request may mean.

    Args:
        answer: what a person who means it says when asked, in their own words ("at least 40 words").
        expect: the rows that must come out then.
        picks: words by which such a person recognises their reading among options; all of them stand in the option.
    """

    answer: str
    expect: Expected
    picks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One request with its oracle.

    Args:
        request: the words of a person.
        table: file in `tables/`.
        kind: `ambiguous` must be asked about, `impossible` and `hostile` without `expect` must be refused.
        expect: the rows that must come out. Columns that it leaves out of a row are not looked at.
        check: where many outputs are right (a random sample): whether this one is.
        gone: columns that must not come out.
        clauses: the parts of the request.
        readings: of an ambiguous request, each with another result.
        uncovered: the part that nothing can do, of a request that can be done in part.
    """

    request: str
    table: str
    kind: Kind
    level: Level
    expect: Expected | None = None
    check: Holds | None = None
    gone: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    readings: tuple[Reading, ...] = ()
    uncovered: str = ""

    def __post_init__(self) -> None:
        """A case that can be judged has one way to be judged.

        Raises:
            ValueError: it has none, or several.
        """
        ways = [self.expect is not None, self.check is not None, bool(self.readings)]
        refused = self.kind in ("impossible", "hostile") or bool(self.uncovered)
        if sum(ways) != 1 and not (refused and not any(ways)):
            raise ValueError(f"{self.request!r}: exactly one of expect, check and readings says what is right")
        if (self.kind == "ambiguous") != (len(self.readings) > 1):
            raise ValueError(f"{self.request!r}: an ambiguous request, and only such a one, has two readings or more")

    def is_right(self, given: Rows, out: Rows) -> bool:
        """Whether an output is what a request without a question in it asks for."""
        if self.check is not None:
            return self.check(given, out)
        return self.expect is not None and same(out, self.expect(given), self.gone)


def case(request: str, table: str, kind: Kind, level: Level, **more: Any) -> Case:
    """A case; lists become tuples."""
    return Case(
        request,
        table,
        kind,
        level,
        **{name: tuple(value) if isinstance(value, list) else value for name, value in more.items()},
    )


def clause(words: str, *operators: str, holds: Holds | None = None) -> Clause:
    """One thing that a request asks for."""
    return Clause(words, operators, holds)


def same(out: Sequence[Row], expected: Sequence[Row], gone: Sequence[str] = ()) -> bool:
    """Whether rows came out as expected: as many, in order, equal where anything is expected, nothing gone in them."""
    if len(out) != len(expected) or any(name in row for row in out for name in gone):
        return False
    return all(_equal(row, wanted) for row, wanted in zip(out, expected, strict=True))


def _equal(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(name in row and _close(row[name], value) for name, value in wanted.items())


def _close(value: Any, wanted: Any) -> bool:
    if isinstance(value, float | int) and isinstance(wanted, float) and not isinstance(value, bool):
        return abs(value - wanted) <= 1e-6 * max(1.0, abs(wanted))
    return bool(value == wanted)
