"""Reads orders and ends of a scale by what a stretch names: "the five that pay most", "who waited longest on top"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ..columns import column_at, is_key, looks_dated
from ..condition_words import near_column
from ..grammar.rows import Rows
from ..quantities import plain
from ..shape_words import LONGEST, MEANINGS, PLAIN_ENDS
from ..shapes import columns_of_scale
from ..vague import VAGUE, vague_columns
from ..wording import NUMBERS
from .pieces import Piece, Pieces

_EARLY: Final = {("soonest",): ("low", "time"), ("first", "to"): ("low", "time")}
_TOP: Final = frozenset("top first leading lead front head start upwards downwards uppermost".split())
_EACH: Final = frozenset("per each every".split())
_MOST_UNKNOWN: Final = 9
_PLACES: Final = frozenset("the on up at very".split())
_ROOM: Final = frozenset("room space place places slots slot give take show print want need".split())
"""Words that say how many rows can be taken."""
_EARLIEST, _LATEST = 1899, 2101
"""Between these, numbers are years."""
_REACH: Final = 3


@dataclass(frozen=True)
class Ranked:
    """An order, or the rows at one end of it.

    Args:
        columns: that may be meant; more than one are asked about.
        high: whether the high end comes first, or stays.
        count: how many rows stay; all of them, in order, where it is None.
        per: the columns of which each group keeps so many.
        rows: of which rows they are; of all where it is None.
    """

    columns: tuple[str, ...]
    high: bool
    count: int | None
    per: tuple[str, ...] = ()
    rows: Rows | None = None


@dataclass(frozen=True)
class _End:
    """A superlative: where it stands, and which end of which scale it names."""

    start: int
    end: int
    pole: str
    scale: str

    @property
    def high(self) -> bool:
        """Whether it is the high end."""
        return self.pole == "high"


def first_rows(pieces: Pieces, some: Sequence[Piece]) -> int | None:
    """How many rows stay from the front, by what there is room for: "the sheet has room for three only"; else None.

    It says so only of rows that have an order.
    """
    words = pieces.words(some)
    counts = [one for one in some if one.kind in ("limit", "number")]
    unknown = [one for one in some if one.kind == "word" and pieces.low(one.start) not in _ROOM]
    others = any(one.kind in ("rows", "thing", "column", "hard", "drop", "deny") for one in some)
    if len(counts) != 1 or others or len(unknown) > 1 or _ROOM.isdisjoint(words) or counts[0].kind != "limit":
        return None
    limit = counts[0].value
    size = limit.interval.high if limit.interval.high is not None else limit.interval.low
    whole = size is not None and limit.unit is None and not limit.share and size == int(size) and size > 0
    return int(size) if whole else None


def _is_exact(limit: Piece) -> bool:
    """Whether a limit is a number of its own: "exactly five"."""
    interval = limit.value.interval
    return limit.value.unit is None and interval.low is not None and interval.low == interval.high


def _bases(word: str) -> Iterator[str]:
    """What a superlative may be made of: "happiest" of "happy", "nicest" of "nice"."""
    if word.endswith("est") and len(word) > _REACH + 2:
        yield from (word[:-3], word[:-2], word[:-4], word[:-4] + "y")


class Ranks:
    """Reads ranks.

    Args:
        pieces: takes stretches apart.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces

    def read(self, some: Sequence[Piece]) -> Ranked | None:
        """The rank that a stretch asks for; None where it is not clear by which column, or which end."""
        end = self._only_end(some)
        described = [one.value for one in some if one.kind == "rows"]
        plain_rows = len(described) < 2 and all(one.kinds == 1 and one.condition is not None for one in described)
        if end is None or not plain_rows or len([one for one in some if one.kind == "word"]) > _MOST_UNKNOWN:
            return None
        start, stop = some[0].start, some[-1].end
        per = self._groups(start, stop)
        columns = () if per is None else self._columns(range(start, stop), end, per)
        counts = [
            one for at, one in self._pieces.said.quantities.items()
            if start <= at < stop and one.unit is None and not one.share and not end.start <= at < end.end
            and not _EARLIEST < one.value < _LATEST and one.value == int(one.value)
        ]  # fmt: skip
        if per is None or not columns or len({one.value for one in counts}) > 1:
            return None
        rows = described[0] if described else None
        if counts:
            return Ranked(columns, end.high, int(plain(counts[0].value)), per, rows)
        leads = any(self._pieces.low(at) in _TOP for at in range(start, stop))
        return Ranked(columns, end.high, None) if leads and not per and rows is None else None

    def _only_end(self, some: Sequence[Piece]) -> "_End | None":
        """The one superlative of a stretch that asks for nothing else."""
        if any(one.kind in ("thing", "hard", "drop", "rest", "deny") for one in some):
            return None
        if any(one.kind == "limit" and one.value.stated and not _is_exact(one) for one in some):
            return None
        stop = some[-1].end
        ends = [one for at in range(some[0].start, stop) if (one := self._end_at(at, stop)) is not None]
        ends = [one for one in ends if not any(other.start < one.start < other.end for other in ends)]
        return ends[0] if len(ends) == 1 else None

    def _end_at(self, at: int, stop: int) -> "_End | None":
        """The superlative at a position."""
        for words, meant in _EARLY.items():
            if tuple(self._pieces.low(at + n) for n in range(len(words))) == words:
                return _End(at, at + len(words), *meant)
        for size in range(min(LONGEST.get(self._pieces.low(at), 0), stop - at), 0, -1):
            words = tuple(self._pieces.low(at + n) for n in range(size))
            role = MEANINGS.get(words, {}).get("end")
            place = words in (("top",), ("bottom",)) and self._pieces.low(at - 1) in _PLACES
            if role is not None and words[0] not in PLAIN_ENDS and self._pieces.low(at - 1) != "at" and not place:
                return _End(at, at + size, *role)
        vague = next((VAGUE[base] for base in _bases(self._pieces.low(at)) if base in VAGUE), None)
        return None if vague is None else _End(at, at + 1, vague[0], vague[1][0])

    def _groups(self, start: int, end: int) -> tuple[str, ...] | None:
        """The columns behind "for each"; None where there is no column behind it."""
        at = next((one for one in range(start, end) if self._pieces.low(one) in _EACH), None)
        if at is None:
            return ()
        for place in range(at + 1, min(at + 1 + _REACH, end)):
            named = self._pieces.values.column(place)
            if named is not None:
                return (named[0].name,)
        return None

    def _columns(self, places: range, end: "_End", per: Sequence[str]) -> tuple[str, ...]:
        """The columns that may be meant: one that is named, that the verb is about, or that holds the scale."""
        named = [one for at in places if (one := self._number_at(at)) is not None and one not in per]
        if len({*named}) == 1:
            return (named[0],)
        if named:
            return ()
        verb = self._pieces.values.by_verb(end.start - 1) if end.start > places.start else None
        if verb is not None and (verb.dtype in NUMBERS or looks_dated(verb)):
            return (verb.name,)
        known = columns_of_scale(self._pieces.said, end.scale) if end.scale not in ("", "length") else []
        known = known or list(dict.fromkeys(vague_columns(self._pieces.profile, end.scale)))
        if known:
            return tuple(known[:3])
        before = range(max(places.start, end.start - 2), end.start)
        around = [*before, *range(end.end, min(end.end + 2, places.stop))]
        near = self._pieces.nearness.number([self._pieces.low(at) for at in around if self._pieces.low(at).isalpha()])
        return () if near is None else (near.name,)

    def _number_at(self, at: int) -> str | None:
        """The column of numbers or days that is named at a position."""
        profile = self._pieces.profile
        found = column_at(self._pieces.said.tokens, at, profile) or near_column(
            self._pieces.said.tokens, at, profile, NUMBERS
        )
        if found is None:
            return None
        column = profile.column(found[0])
        return column.name if (column.dtype in NUMBERS and not is_key(column)) or looks_dated(column) else None
