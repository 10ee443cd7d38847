"""Seeded draws for the sample databases; they use `random()` alone, whose numbers no version of Python changes."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")
GIVEN = (
    "Ada Amal Aiko Bruno Chiara Dario Elif Farah Goran Hanna Ivo Jana Kofi Lena Malik Nadia Oskar Priya Quentin Rosa "
    "Sami Tove Uma Viktor Wanda Ximena Yusuf Zoe Émile Björn Łukasz Søren"
).split()
FAMILY = (
    "Abebe Bergström Castellano Diallo Eriksen Fontaine Grabowski Haddad Ivanova Jansen Kowalczyk Lindqvist Moreau "
    "Nakamura Okafor Petrov Quiroga Rossi Schäfer Tanaka Ueda Varga Weiss Yılmaz Zimmer O'Brien"
).split()


class Draws:
    """Draws from one seed, each in turn."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends inclusive."""
        return low + int(self._random() * (high - low + 1))

    def price(self, low: float, high: float) -> float:
        return round(low + self._random() * (high - low), 2)

    def chance(self, share: float) -> bool:
        return self._random() < share

    def one(self, values: Sequence[T], favour: float = 1.0) -> T:
        """One of several values; with `favour` above 1 the first ones come more often."""
        return values[int(self._random() ** favour * len(values))]

    def some(self, values: Sequence[T], count: int) -> list[T]:
        """Different values, in the order in which they are drawn."""
        left = [*values]
        return [left.pop(int(self._random() * len(left))) for _ in range(count)]

    def day(self, first: str, last: str) -> date:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
        return start + timedelta(days=self.number(0, (end - start).days))

    def person(self) -> str:
        return f"{self.one(GIVEN)} {self.one(FAMILY)}"


def or_null(draws: Draws, value: T, share: float) -> T | None:
    """The value, or null for a share of the draws."""
    return None if draws.chance(share) else value
