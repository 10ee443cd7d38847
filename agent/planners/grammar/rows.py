"""What a phrase says of rows: a condition on their columns, the languages and the sizes of their texts."""

from dataclasses import dataclass, field, replace

from ....operators.core.expression import Condition
from ..conditions import complement, joined
from ..directions import Interval

Size = tuple[str, Interval]
"""A unit as options spell it ("words"), and how many of it a text has."""


@dataclass(frozen=True)
class Rows:
    """The rows for which all of this holds; of nothing at all, every row.

    Args:
        condition: holds for their columns.
        languages: ISO 639-1 codes, of which the text is in one.
        foreign: the text is in none of these languages instead.
        sizes: how long their texts are.
        column: whose texts the languages and sizes are of; the main text where it is None.
        defined: a vague word was told what it means ("popular ones, 100 votes or more").
        mixed: two descriptions stand side by side ("insured and heavy"): those that stay are both, but what goes may be
            either.
        cost: how far-fetched this reading of the words is; of several, the plainest is meant.
    """

    condition: Condition | None = None
    languages: tuple[str, ...] = ()
    foreign: bool = False
    sizes: tuple[Size, ...] = ()
    column: str | None = None
    defined: bool = False
    mixed: bool = field(default=False, compare=False)
    cost: int = field(default=0, compare=False)

    @property
    def is_all(self) -> bool:
        """Whether nothing is said of them."""
        return self.condition is None and not self.languages and not self.sizes

    @property
    def kinds(self) -> int:
        """How many kinds of things are said of them; each takes a filter of its own."""
        return (self.condition is not None) + bool(self.languages) + len(self.sizes)

    def both(self, other: "Rows") -> "Rows | None":
        """Rows for which this and the other holds; None where no row of filters says that."""
        if (self.languages and other.languages) or (self.column and other.column and self.column != other.column):
            return None
        terms = [one.condition for one in (self, other) if one.condition is not None]
        spoken = self if self.languages else other
        condition = joined("and", terms) if terms else None
        sizes, defined = (*self.sizes, *other.sizes), self.defined or other.defined
        column = self.column or other.column
        mixed, cost = self.mixed or other.mixed, self.cost + other.cost
        return Rows(condition, spoken.languages, spoken.foreign, sizes, column, defined, mixed, cost)

    def either(self, other: "Rows") -> "Rows | None":
        """Rows for which this or the other holds; None where no filter says that."""
        if self.condition is not None and other.condition is not None and self.kinds == other.kinds == 1:
            cost = self.cost + other.cost + 1
            return replace(self, condition=joined("or", [self.condition, other.condition]), cost=cost)
        if self.languages and other.languages and self.foreign == other.foreign and self.kinds == other.kinds == 1:
            return replace(self, languages=tuple(dict.fromkeys([*self.languages, *other.languages])))
        return None

    def inverse(self) -> "Rows | None":
        """All other rows; None where no filter keeps just these, or where it is not clear which these are."""
        if self.kinds != 1 or self.mixed:
            return None
        if self.condition is not None:
            return replace(self, condition=complement(self.condition))
        if self.languages:
            return replace(self, foreign=not self.foreign)
        unit, interval = self.sizes[0]
        outside = interval.outside()
        return None if outside is None else replace(self, sizes=((unit, outside),))
