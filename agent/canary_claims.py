"""What was surely read from a request about rows that stay and rows that go."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["words", "characters", "sentences"]
Tells = Literal["both", "goes", "stays"]
"""Whether it is sure what goes and what stays, or, since something narrows it, only one of them."""


@dataclass(frozen=True)
class CountClaim:
    """Texts of a column stay if they have between `low` and `high` units, both inclusive; others go."""

    said: str
    span: tuple[int, int]
    column: str
    unit: Unit
    low: int | None
    high: int | None
    tells: Tells = "both"


@dataclass(frozen=True)
class LanguageClaim:
    """Texts of a column stay if they are in one of the languages, or with `exclude` in none of them; others go."""

    said: str
    span: tuple[int, int]
    column: str
    codes: tuple[str, ...]
    exclude: bool
    tells: Tells = "both"


@dataclass(frozen=True)
class MemberClaim:
    """Rows stay if a column holds one of the values, or with `exclude` none of them; others go."""

    said: str
    span: tuple[int, int]
    column: str
    values: tuple[str, ...]
    exclude: bool
    tells: Tells = "both"


Claim = CountClaim | LanguageClaim | MemberClaim
