"""Reads words as values of the data: labels, flags, days, languages, and values that are missing."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ....operators.core.expression import Among, Column, Compare, Condition, IsBlank, IsNull, Not, TextTest, Value
from ....tools.profile import ColumnProfile, Profile
from ..columns import column_at, is_key, words_of
from ..condition_words import near_column, role_column, singular
from ..conditions import joined
from ..dates import dated_at, in_months, of_year
from ..marks import Marked
from ..tokens import tokenize
from ..vocabulary import is_general, stem
from .amounts import NUMBERS
from .rows import Rows

Found = tuple[Rows, int]
"""What is said of the rows, and where that ends."""

_JOINS: Final = frozenset({",", "and", "or", "nor", "&", "/", "+"})
_NO_LABELS: Final = frozenset(
    "a an the i it is are and or not no in on of to by at for from with yes true false".split()
)
_SHORTEST_STEM: Final = 4
_FLAGS: Final = frozenset("is has was are had did can should with".split())
_AUTHORS: Final = frozenset("author writer user username poster creator owner".split())
_OPPOSITES: Final = frozenset(
    frozenset(pair.split())
    for pair in (
        "draft published", "open closed", "active inactive", "public private", "paid free", "online offline",
        "new used", "full empty", "correct wrong", "solved open", "broken working", "sold available", "valid invalid",
        "passed failed", "alive dead", "manual automatic", "archived current", "resolved open", "answered open",
        "premium free", "taken free", "deleted live",
    )
)  # fmt: skip
"""Words of which one is said of rows for which the other, a flag, does not hold."""
_SITE: Final = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}", re.I)
_ADJECTIVES: Final = ("ed", "able", "ible", "ive", "al", "ic", "en", "ful", "ous", "ing")
"""Endings of what a row is and does not have."""
_DENYING: Final = ("un", "non", "in", "dis")


class Values:
    """Reads values of the data.

    Args:
        marked: the request.
        profile: the data.
    """

    def __init__(self, marked: Marked, profile: Profile) -> None:
        self._tokens, self._marked, self._profile = marked.tokens, marked, profile
        self._conditions = {one.start: one for one in marked.conditions}
        self._languages = {one.start: one for one in marked.languages}
        self._labels = [
            (tuple(token.low for token in tokenize(label)), label, column.name)
            for column in profile.columns
            for label in column.labels
            if column.dtype == "text"
        ]

    # Labels

    def labels(self, at: int, column: str | None = None) -> Iterator[Found]:
        """Labels of one column, joined by commas, "and" or "or"; of several columns each for itself."""
        names = dict.fromkeys(name for _, name, _ in self._labels_at(at) if column in (None, name))
        for name in names:
            values: list[str] = []
            here = end = at
            while (some := [one for one in self._labels_at(here) if one[1] == name]) and here < len(self._tokens):
                longest = max(one[2] for one in some)
                values += [label for label, _, after in some if after == longest]
                end = here = longest
                while self._low(here) in _JOINS or (
                    here > end and self._low(here) in ("the", "from", "in", "by", "via")
                ):
                    here += 1
                if here == end:
                    break
            yield replace(self._equals(name, values), cost=1), end
            first = [one for one in self._labels_at(at) if one[1] == name]
            if len(values) > len(first):
                yield replace(self._equals(name, [label for label, *_ in first]), cost=3), first[0][2]

    def _labels_at(self, at: int) -> list[tuple[str, str, int]]:
        """The labels here, their columns, and where they end; of several columns those spelled so come first."""
        if at >= len(self._tokens):
            return []
        plain = self._low(at) in _NO_LABELS and self._tokens[at].kind != "quoted"  # but "in transit"
        exact = [
            (label, name, at + size)
            for words, label, name in self._labels
            if (size := self._size(at, words, label)) > plain
        ]
        if exact:
            spelled = [one for one in exact if self._spelled(at, one)]
            return spelled if len({name for _, name, _ in spelled}) == 1 else exact
        if plain:
            return []
        families = [(label, name, at + 1) for words, label, name in self._labels if self._is_family(at, words)]
        if families:
            return families
        return [(label, name, at + 1) for words, label, name in self._labels if self._is_form(at, words)]

    def _size(self, at: int, words: tuple[str, ...], label: str) -> int:
        if self._tokens[at].kind == "quoted":
            return int(self._low(at) == label.lower())
        here = tuple(token.low for token in self._tokens[at : at + len(words)])
        if here and here[-1].endswith("'s"):  # "Ana's posts"
            here = (*here[:-1], here[-1][:-2])
        if not words or len(here) < len(words):
            return 0
        plural = len(here[-1]) >= _SHORTEST_STEM and singular(here[-1]) == singular(words[-1])  # "up" is no "UPS"
        same = here == words or (here[:-1] == words[:-1] and plural)
        return len(words) if same else 0

    def _is_family(self, at: int, words: tuple[str, ...]) -> bool:
        """Whether the first part of a label stands here, the rest being a number or a sign: "GPL" for `GPL-3.0`."""
        return len(words) > 1 and words[0] == self._low(at) and not any(map(str.isalpha, "".join(words[1:])))

    def _spelled(self, at: int, one: tuple[str, str, int]) -> bool:
        return self._marked.text(at, one[2]) == one[0]

    def _is_form(self, at: int, words: tuple[str, ...]) -> bool:
        """Whether a word is a form of a label: "returns" for `returned`; never a word that says nothing by itself."""
        low = self._low(at)
        return (
            len(words) == 1 and self._tokens[at].is_word and len(low) > _SHORTEST_STEM
            and not is_general(low) and stem(low) == stem(words[0])
        )  # fmt: skip

    def _equals(self, name: str, values: list[str]) -> Rows:
        some = tuple(Value("text", value) for value in dict.fromkeys(values))
        return Rows(Compare(Column(name), "=", some[0]) if len(some) == 1 else Among(Column(name), some))

    # Flags

    def flags(self, at: int, *, held: bool = False) -> Iterator[Found]:
        """Reads "insured", "uninsured", "drafts" by a column of truths; with `held`, "tests" of `has_tests`."""
        for column in self._profile.columns:
            parts = words_of(column.name)
            plain = [part for part in parts if part not in _FLAGS]
            if column.dtype != "boolean" or not plain or at >= len(self._tokens):
                continue
            if held and parts[0] not in ("has", "with", "had") and plain[-1].endswith(_ADJECTIVES):
                continue
            end = at + len(plain)
            here = [token.low for token in self._tokens[at:end]]
            if len(here) == len(plain) and [*here[:-1], singular(here[-1])] == [*plain[:-1], singular(plain[-1])]:
                yield self._truth(column, value=True), end
            elif len(plain) == 1 and self._denies(at, plain[0]):
                yield self._truth(column, value=False), at + 1

    def _denies(self, at: int, flag: str) -> bool:
        """Whether a word says that a flag does not hold: "uninsured", "published" of drafts."""
        low = self._low(at)
        named = any(low.startswith(lead) and stem(low[len(lead) :]) == stem(flag) for lead in _DENYING)
        return named or frozenset({low, flag}) in _OPPOSITES or any(lead + low == flag for lead in _DENYING)

    @staticmethod
    def _truth(column: ColumnProfile, *, value: bool) -> Rows:
        return Rows(Compare(Column(column.name), "=", Value("boolean", value)))

    # What other rules have read

    def read(self, at: int) -> Iterator[Found]:
        """Conditions and languages that other rules have found here."""
        condition = self._conditions.get(at)
        if condition is not None:
            yield Rows(condition.condition), condition.end
        language = self._languages.get(at)
        if language is not None:
            yield Rows(languages=language.codes, foreign=language.foreign), language.end

    def dates(self, at: int) -> Iterator[Found]:
        """Reads "before March 2025", "in 2024", "shipped between May and July 2025"."""
        if at < len(self._tokens):
            for read in (in_months, dated_at):
                found = read(self._tokens, at, self._profile)
                if found is not None:
                    yield Rows(found[0]), found[1]

    def keys(self, at: int) -> Iterator[Found]:
        """Reads values of a column of keys, by their shape: "P007 and P011" where other keys look like `P001`."""
        shape = self._shape_at(at)
        column = next((one for one in self._profile.columns if is_key(one) and one.dtype == "text"
                       and shape and {*map(_shape, one.examples)} == {shape}), None)  # fmt: skip
        values: list[str] = []
        here = end = at
        while column is not None and self._shape_at(here) == shape:
            values.append(self._tokens[here].text)
            end = here = here + 1
            while self._low(here) in _JOINS:
                here += 1
        if column is not None and values:
            yield self._equals(column.name, values), end

    def _shape_at(self, at: int) -> str:
        """The shape of a word with letters and digits; empty for another."""
        text = self._tokens[at].text if 0 <= at < len(self._tokens) else ""
        shape = _shape(text)
        return shape if "9" in shape and "A" in shape.upper() else ""

    def years(self, at: int) -> Iterator[Found]:
        """Reads the year in "2023 posts" and "2023's posts"."""
        if at < len(self._tokens) and self._low(at).isdecimal():
            end = at + 1 + 2 * (self._low(at + 1) in ("'", "’") and self._low(at + 2) == "s")
            condition = of_year(self._profile, "=", float(self._low(at)))
            if condition is not None:
                yield Rows(condition), end
                yield from self._more_years(condition, end)

    def _more_years(self, first: Condition, at: int) -> Iterator[Found]:
        """The years behind one: "2024 and 2025"."""
        if self._low(at) in ("and", "or", ",", "/", "&"):
            for rows, end in self.years(at + 1):
                if rows.condition is not None:
                    yield Rows(joined("or", [first, rows.condition])), end

    def sites(self, at: int) -> Iterator[Found]:
        """Reads the name of a site, where a column holds addresses: "from docs.example.com"."""
        end = at + 1
        while 0 < end < len(self._tokens) and self._tokens[end].start == self._tokens[end - 1].end:
            end += 1
        while end > at + 1 and not self._tokens[end - 1].text[-1:].isalnum():
            end -= 1
        text = self._marked.text(at, end)
        held = [one.name for one in self._profile.columns if one.examples
                and all("://" in example[:8] for example in one.examples)]  # fmt: skip
        if len(held) == 1 and _SITE.fullmatch(text):
            pattern = rf"(?i)^[a-z]+://(?:[^/]*\.)?{re.escape(text)}(?:[:/?#]|$)"
            yield Rows(TextTest(Column(held[0]), "matches", Value("text", pattern))), end

    # Missing values

    def column(self, at: int) -> tuple[ColumnProfile, int] | None:
        """The column that is named at a position, by its name or by a word of it."""
        if at >= len(self._tokens):
            return None
        named = column_at(self._tokens, at, self._profile) or near_column(
            self._tokens, at, self._profile, ("text", "time", "boolean", *NUMBERS)
        )
        return None if named is None else (self._profile.column(named[0]), named[1])

    def by_verb(self, at: int) -> ColumnProfile | None:
        """The column that a verb names: `rating` for "rated", `review` for "reviewed"."""
        low = self._low(at)
        if len(low) <= _SHORTEST_STEM:
            return None
        found = [
            one
            for one in self._profile.columns
            if not is_key(one) and stem(low) in {stem(part) for part in words_of(one.name)} | _nominal(one)
        ]
        return found[0] if len(found) == 1 else None

    def undone(self, at: int) -> Iterator[Found]:
        """Reads "unrated" as that there is no value in `rating`."""
        low = self._low(at)
        unsigned = role_column(self._profile, _AUTHORS, ("text",)) if low in ("anonymous", "unsigned") else None
        if unsigned is not None:
            yield Rows(nothing(unsigned)), at + 1
        if low.startswith("un") and len(low) > _SHORTEST_STEM + 2:
            root = stem(low[2:])
            found = [
                one
                for one in self._profile.columns
                if root in {stem(part) for part in words_of(one.name)} | _nominal(one)
            ]
            if len(found) == 1 and found[0].dtype != "boolean":
                yield Rows(nothing(found[0])), at + 1

    def _low(self, at: int) -> str:
        return self._tokens[at].low if 0 <= at < len(self._tokens) else ""


def _shape(text: str) -> str:
    """A text with one letter for all letters and one digit for all digits."""
    return "".join(
        "9" if sign.isdigit() else "A" if sign.isupper() else "a" if sign.isalpha() else sign for sign in text
    )


def nothing(column: ColumnProfile, *, present: bool = False, counts: bool = True) -> Condition:
    """The condition that a column has no value, or that it has one.

    Args:
        present: that it has one.
        counts: whether none of what a column of whole numbers counts is no value: "no votes".
    """
    name = Column(column.name)
    gone: Condition = IsBlank(name) if column.dtype == "text" else IsNull(name)
    if counts and column.dtype == "integer" and column.name.endswith("s"):
        gone = joined("or", [Compare(name, "=", Value("number", 0)), IsNull(name)])
        return Compare(name, ">", Value("number", 0)) if present else gone
    return Not(gone) if present else gone


def _nominal(column: ColumnProfile) -> set[str]:
    """The stems of verbs from which the words of a name are made: "rat" of "rating" and "ratings"."""
    return {stem(part.removesuffix("s")) for part in words_of(column.name)}
