"""Finds conditions on columns in a request: "whose source is wiki", "score at least 0.5", "with a title"."""

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Final

from ...operators.core.expression import Among, Column, Compare, Condition, IsNull, Not, Value
from ...tools.profile import ColumnProfile, Profile
from .columns import column_at
from .conditions import ConditionMention, any_test, joined, negate, some_value, within
from .directions import Interval, Limit, comparator_at
from .languages import code_of
from .tokens import Token
from .vocabulary import DROP, KEEP, ROW_NOUNS, STRIP

_COPULAS: Final = frozenset(
    "is are was were = == equals equal : be being has have having of value must should to".split()
)
_NEGATED: Final = frozenset("not isn't aren't wasn't != <> ≠ doesn't don't never".split())
_MISSING: Final = frozenset("missing null absent none unset nan na".split())
_EMPTY: Final = frozenset({"empty", "blank"})
_PRESENT: Final = frozenset("present given available set filled there".split())
_TESTS: Final = {
    **dict.fromkeys(
        "contains contain containing includes include including mentions mention mentioning".split(), "contains"
    ),
    **dict.fromkeys("starts start starting begins begin beginning".split(), "starts with"),
    **dict.fromkeys("ends end ending".split(), "ends with"),
    **dict.fromkeys("matches match matching".split(), "matches"),
}
_AFTER_RELATIVE: Final = frozenset({*_TESTS, *_COPULAS, *_NEGATED, "do", "does"})
_CITED: Final = frozenset("the a an word words phrase phrases string strings text term terms regex pattern".split())
_LEADS: Final = frozenset("the a an its their with whose where have has having that which also".split())
_ENDS: Final = frozenset(
    "and or but then only please , . ; ) in with whose where for if when than as so from of".split()
)
_COLUMN_NOUNS: Final = frozenset("column field columns fields count counts score scores".split())
"""What may stand behind the name of a column: "a views count of at least 100"."""
_SENTENCE: Final = 8
"""Words from which on texts are sentences or queries, which no single word equals."""
_TRUTH: Final = MappingProxyType({"true": True, "yes": True, "false": False, "no": False})


def find_conditions(tokens: Sequence[Token], limits: Sequence[Limit], profile: Profile) -> list[ConditionMention]:
    """Every condition on a column in the request, those joined by "and" and "or" together."""
    return _Finder(tokens, limits, profile).all()


class _Finder:
    def __init__(self, tokens: Sequence[Token], limits: Sequence[Limit], profile: Profile) -> None:
        self.tokens, self.profile = tokens, profile
        self.limits = {limit.start: limit for limit in limits}
        self.main = profile.text_column()

    def all(self) -> list[ConditionMention]:
        found: list[ConditionMention] = []
        at = 0
        while at < len(self.tokens):
            mention = self._chain(at)
            if mention is None:
                at += 1
                continue
            found.append(mention)
            at = mention.end
        return found

    def low(self, at: int) -> str:
        return self.tokens[at].low if at < len(self.tokens) else ""

    def _chain(self, at: int) -> ConditionMention | None:
        """One condition and those joined to it; "and" binds tighter than "or"."""
        first = self._one(at)
        if first is None:
            return None
        groups, end = [[first[0]]], first[1]
        while self.low(end) in ("and", "or", ",", "but"):
            word, after = self.low(end), end + 1
            if word == "," and self.low(after) in ("and", "or"):
                word, after = self.low(after), after + 1
            while self.low(after) in _LEADS:
                after += 1
            another = self._one(after) if after < len(self.tokens) else None
            if another is None:
                break
            if word == "or":
                groups.append([another[0]])
            else:
                groups[-1].append(another[0])
            end = another[1]
        condition = joined("or", [joined("and", group) for group in groups])
        return ConditionMention(at, end, condition)

    def _one(self, at: int) -> tuple[Condition, int] | None:
        return self._led(at) or self._of_column(at) or self._counted(at) or self._cited(at) or self._having(at)

    def _led(self, at: int) -> tuple[Condition, int] | None:
        """Reads "at least a score of 8", where the name of the column stands between comparator and number."""
        found = comparator_at(self.tokens, at)
        if found is None:
            return None
        begin = found[0] + 1 if self.low(found[0]) in ("a", "an", "the") else found[0]
        named = column_at(self.tokens, begin, self.profile) if begin < len(self.tokens) else None
        limit = self.limits.get(named[1] + 1) if named is not None and self.low(named[1]) == "of" else None
        if named is None or limit is None or limit.stated or limit.unit or limit.interval.low is None:
            return None
        if self.profile.column(named[0]).dtype not in ("integer", "number", "json"):
            return None
        return within(Column(named[0]), Interval.of(found[1], limit.interval.low)), limit.end

    def _of_column(self, at: int) -> tuple[Condition, int] | None:
        named = column_at(self.tokens, at, self.profile)
        if named is None:
            return None
        column, after = self.profile.column(named[0]), named[1]
        if self.low(after) in _COLUMN_NOUNS:
            after += 1
        if self.low(after) in ("that", "which") and self.low(after + 1) in _AFTER_RELATIVE:
            after += 1
        after, copula, negated = self._copula(after)
        parsers: list[Callable[[ColumnProfile, int, bool], tuple[Condition, int, bool] | None]] = [
            self._limit, self._missing, self._test, self._truth, self._listed,
        ]  # fmt: skip
        for parse in parsers:
            found = parse(column, after, copula or negated)
            if found is not None:
                condition, end, twice = found
                return (negate(condition) if negated != twice else condition), end
        if (
            column.dtype == "boolean"
            and not copula
            and not negated
            and self.low(at - 1) in ("where", "are", "is", "if")
        ):
            return Compare(Column(column.name), "=", Value("boolean", True)), after
        return None

    def _copula(self, at: int) -> tuple[int, bool, bool]:
        """Steps over "is", "is not", "=", "must be": where it ends, whether one was there, whether it was negated."""
        end, copula, negated = at, False, False
        while True:
            if self.low(end) in _NEGATED and end not in self.limits:
                negated = True
            elif self.low(end) in _COPULAS and end not in self.limits:
                copula = True
            elif not (self.low(end) in ("do", "does", "did") and self.low(end + 1) == "not"):
                return end, copula, negated
            end += 1

    def _limit(self, column: ColumnProfile, at: int, told: bool) -> tuple[Condition, int, bool] | None:
        begin = at + 1 if self.low(at) in ("a", "an", "the", "in") else at
        limit = self.limits.get(at) or self.limits.get(begin) or self._starting_before(at)
        if limit is None or limit.unit or limit.share or column.dtype not in ("integer", "number", "json"):
            return None
        if not (limit.stated or told):
            return None
        return within(Column(column.name), limit.interval), limit.end, False

    def _starting_before(self, at: int) -> Limit | None:
        """A limit whose comparator took the copula along, as "= 5" and "is not above 5" do."""
        return next(
            (limit for limit in self.limits.values() if limit.start < at < limit.end and at - limit.start < 4), None
        )

    def _missing(self, column: ColumnProfile, at: int, told: bool) -> tuple[Condition, int, bool] | None:
        name, word = Column(column.name), self.low(at)
        if not told:
            return None
        if word == "non" and self.low(at + 1) in _EMPTY | _MISSING:
            found = self._missing(column, at + 1, told)
            return None if found is None else (found[0], found[1], True)
        if word in _MISSING:
            return IsNull(name), at + 1, False
        if word in _EMPTY:
            nothing: Condition = IsNull(name)
            if column.dtype == "text":
                nothing = joined("or", [nothing, Compare(name, "=", Value("text", ""))])
            return nothing, at + 1, False
        if word in _PRESENT:
            return Not(IsNull(name)), at + 1, False
        return None

    def _test(self, column: ColumnProfile, at: int, told: bool) -> tuple[Condition, int, bool] | None:
        test = _TESTS.get(self.low(at))
        if test is None or column.dtype not in ("text", "json"):
            return None
        after = at + 1 if test in ("contains", "matches") or self.low(at + 1) != "with" else at + 2
        texts, end = self._texts(after)
        if not texts:
            return None
        return any_test(column.name, test, texts), end, False

    def _texts(self, at: int) -> tuple[list[str], int]:
        """Quoted texts, or one plain word, after "contains"."""
        while self.low(at) in _CITED and self.tokens[at].is_word:
            at += 1
        texts: list[str] = []
        end = at
        while end < len(self.tokens) and self.tokens[end].kind == "quoted":
            texts.append(self.tokens[end].text)
            end += 1
            if self.low(end) in ("or", ",") and end + 1 < len(self.tokens) and self.tokens[end + 1].kind == "quoted":
                end += 1
        if (
            not texts
            and at < len(self.tokens)
            and self.tokens[at].is_word
            and self.low(at - 1) in ("word", "phrase", "term")
        ):
            return [self.tokens[at].text], at + 1
        return texts, end

    def _truth(self, column: ColumnProfile, at: int, told: bool) -> tuple[Condition, int, bool] | None:
        value = _TRUTH.get(self.low(at))
        if column.dtype != "boolean" or value is None or not told:
            return None
        return Compare(Column(column.name), "=", Value("boolean", value)), at + 1, False

    def _listed(self, column: ColumnProfile, at: int, told: bool) -> tuple[Condition, int, bool] | None:
        """Reads one value or several: "wiki", "wiki or news", "one of a, b, c", "in (a, b)"."""
        if column.dtype not in ("text", "json") or at in self.limits:
            return None
        start = at
        while self.low(start) in ("in", "one", "of", "any", "either", "among", "(", "the"):
            start += 1
        values: list[str] = []
        end, position = start, start
        while position < len(self.tokens):
            value = self._value(column, position, told=told or start > at, alone=not values)
            if value is None:
                break
            values.append(value[0])
            end = position = value[1]
            while self.low(position) in ("or", ",", "and", "/"):
                position += 1
            if position == end:
                break
        if not values:
            return None
        if self.low(end) == ")":
            end += 1
        item = Column(column.name)
        if len(values) == 1:
            return Compare(item, "=", Value("text", values[0])), end, False
        return Among(item, tuple(Value("text", value) for value in dict.fromkeys(values))), end, False

    def _value(self, column: ColumnProfile, at: int, *, told: bool, alone: bool) -> tuple[str, int] | None:
        """A value of a column: quoted, one that the data shows, or after "is" a single plain word."""
        token = self.tokens[at]
        if token.kind == "quoted":
            return token.text, at + 1
        code = code_of(token.text)
        if code in column.labels and token.text not in column.labels:
            return str(code), at + 1
        for example in sorted({*column.labels, *column.examples}, key=lambda one: (-len(one), one)):
            size = max(1, len(example.split()))
            here = " ".join(one.text for one in self.tokens[at : at + size])
            if here.lower() == example.lower():
                return example, at + size
        if (
            not (told and token.kind in ("word", "number"))
            or token.low in _ENDS
            or column_at(self.tokens, at, self.profile)
        ):
            return None
        if (
            "prose" in column.looks
            or (column.mean_words or 0) >= _SENTENCE
            or self._is_passive(at)
            or token.low in DROP | KEEP | STRIP | ROW_NOUNS
            or (not alone and not self._ends(at + 1))
        ):
            return None
        return (token.text, at + 1) if self._ends(at + 1) or alone else None

    def _is_passive(self, at: int) -> bool:
        """Whether a word says what was done: "answers that are supported by …", "grounded in …"."""
        return self.low(at + 1) == "by" or (self.low(at).endswith("ed") and self.low(at + 1) in ("in", "from", "on"))

    def _ends(self, at: int) -> bool:
        return at >= len(self.tokens) or self.low(at) in _ENDS or self.tokens[at].kind == "break"

    def _counted(self, at: int) -> tuple[Condition, int] | None:
        """Reads "more than 500 views" where `views` is a column of numbers."""
        limit = self.limits.get(at)
        if limit is None or limit.unit or limit.share or limit.end >= len(self.tokens):
            return None
        named = column_at(self.tokens, limit.end, self.profile)
        if named is None or self.profile.column(named[0]).dtype not in ("integer", "number", "json"):
            return None
        return (within(Column(named[0]), limit.interval), named[1]) if limit.stated else None

    def _having(self, at: int) -> tuple[Condition, int] | None:
        """Reads "with a title" and "without title" as whether there is a value."""
        word = self.low(at)
        lacking = word in ("without", "lacking", "missing")
        if not lacking and word not in ("with", "have", "has", "having"):
            return None
        after = at + 1
        while self.low(after) in ("a", "an", "any", "no"):
            lacking = lacking or self.low(after) == "no"
            after += 1
        if after >= len(self.tokens) or (not lacking and after == at + 1):
            return None
        named = column_at(self.tokens, after, self.profile)
        if named is None or named[0] == self.main or not self._ends(named[1]) or self.low(named[1]) == "of":
            return None
        name = Column(named[0])
        nothing: Condition = IsNull(name)
        if self.profile.column(named[0]).dtype == "text":
            nothing = joined("or", [nothing, Compare(name, "=", Value("text", ""))])
        return (nothing if lacking else some_value(nothing)), named[1]

    def _cited(self, at: int) -> tuple[Condition, int] | None:
        """Reads "containing 'x'" with no column, which means the main text."""
        test = _TESTS.get(self.low(at))
        with_word = self.low(at) in ("with", "without") and self.low(at + 1) in ("the", "word", "phrase")
        if self.main is None or (test is None and not with_word):
            return None
        after = at + 2 if test in ("starts with", "ends with") and self.low(at + 1) == "with" else at + 1
        texts, end = self._texts(after)
        if not texts:
            return None
        condition = any_test(self.main, test or "contains", texts)
        before = {self.low(at - 1), self.low(at - 2)} if at else set()
        negated = self.low(at) == "without" or bool(before & _NEGATED)
        return (negate(condition) if negated else condition), end
