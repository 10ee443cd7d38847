"""Finds conditions on columns in a request: "whose source is wiki", "score at least 0.5", "with a title"."""

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Final

from ...operators.core.expression import (
    Among,
    Column,
    Compare,
    Condition,
    Expression,
    IsBlank,
    IsNull,
    Length,
    Not,
    Value,
)
from ...tools.profile import ColumnProfile, Profile
from .columns import column_at, looks_dated, words_of
from .condition_pairs import elements_at, paired_at, refers_at
from .condition_texts import ENDS, NEGATED, NO_TEXTS, TESTS, TextTests
from .condition_words import (
    COMPARED,
    by_dimension,
    compared_at,
    counted_at,
    flag_at,
    near_column,
    numbers_at,
    past_dimension,
    past_unit,
    stars_at,
)
from .conditions import ConditionMention, any_test, complement, joined, negate, within
from .directions import Interval, Limit, comparator_at, comparator_behind
from .judgements import judgement_of
from .languages import code_of
from .tokens import Token
from .vocabulary import DROP, KEEP, ROW_NOUNS, STRIP, TEXT_NOUNS, is_synonym

_COPULAS: Final = frozenset(
    "is are was were = == equals equal : be being has have having of value must should to".split()
)
_MISSING: Final = frozenset("missing null absent none unset nan na nil lacking unknown".split())
_EMPTY: Final = frozenset({"empty", "blank"})
_NUMBERS: Final = ("integer", "number", "json")
_PRESENT: Final = frozenset("present given available set filled there".split())
_AFTER_RELATIVE: Final = frozenset({*TESTS, *_COPULAS, *NEGATED, "do", "does"})
_LEADS: Final = frozenset(
    "the a an its their with whose where have has having that which who also are is were was either of they it".split()
)
_COLUMN_NOUNS: Final = frozenset("column field columns fields count counts score scores".split())
"""What may stand behind the name of a column: "a views count of at least 100"."""
_SENTENCE: Final = 8
"""Words from which on texts are sentences or queries, which no single word equals."""
_GIVEN: Final = frozenset("given known stated listed available provided recorded specified indicated set".split())
_EXACTLY: Final = frozenset("only just exactly with having has have worth".split())
_ADVERBS: Final = frozenset("too so very quite rather really pretty far much even often always mostly all".split())
_IF: Final = frozenset("if unless when whenever where for except excepting besides".split())
"""Words that begin the saying of what rows are meant."""
_TRUTH: Final = MappingProxyType({"true": True, "yes": True, "false": False, "no": False})


def find_conditions(tokens: Sequence[Token], limits: Sequence[Limit], profile: Profile) -> list[ConditionMention]:
    """Every condition on a column in the request, those joined by "and" and "or" together."""
    return _Finder(tokens, limits, profile).all()


class _Finder(TextTests):
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

    def _chain(self, at: int) -> ConditionMention | None:
        """One condition and those joined to it; "and" binds tighter than "or"."""
        first = self._one(at)
        if first is None:
            return None
        groups, end = [[first[0]]], first[1]
        while self.low(end) in ("and", "or", ",", "but", "nor"):
            word, after = self.low(end), end + 1
            if word == "," and self._leads_a_clause(at):
                break
            if word == "," and self.low(after) in ("and", "or"):
                word, after = self.low(after), after + 1
            while self.low(after) in _LEADS:
                after += 1
            another = self._one(after) if after < len(self.tokens) else None
            own = self.low(after) in COMPARED and another is not None  # "… and cheaper than 30" names its column
            another = another if own else self._same_column(groups[-1][-1], after) or another
            if another is None:
                break
            if word in ("or", "nor"):
                groups.append([another[0]])
            else:
                groups[-1].append(another[0])
            end = another[1]
        condition = joined("or", [joined("and", group) for group in groups])
        return ConditionMention(at, end, condition)

    def _same_column(self, before: Condition, at: int) -> tuple[Condition, int] | None:
        """Reads "or ends with Max" and "or above 90" behind a condition on a column that is not named again."""
        column = next(iter(Expression(before).columns()), None)
        if column is None or at >= len(self.tokens):
            return None
        limit = self.limits.get(at)
        if self.low(at) in TESTS and not isinstance(before, IsNull):
            found = self._test(self.profile.column(column), at, told=True)
        elif limit is not None and limit.stated and self._ends(limit.end):
            found = self._limit(self.profile.column(column), at, told=True)
        else:
            return None
        return None if found is None else found[:2]

    def _leads_a_clause(self, at: int) -> bool:
        """Whether the condition says when what comes behind the comma is done: "if …, …", "unless …, …"."""
        while at > 0 and self.low(at - 1) in _LEADS | ROW_NOUNS:
            at -= 1
        return self.low(at - 1) in _IF and (at == 1 or self.tokens[at - 2].kind in ("sign", "break")) if at else False

    def _one(self, at: int) -> tuple[Condition, int] | None:
        return (
            self._led(at)
            or paired_at(self.tokens, at, self.profile)
            or stars_at(self.tokens, at, self.limits, self.profile)
            or compared_at(self.tokens, at, self.limits, self.profile)
            or self._of_column(at)
            or self._counted(at)
            or counted_at(self.tokens, at, self.limits, self.profile)
            or self._cited(at)
            or self._not_given(at)
            or self._having(at)
            or flag_at(self.tokens, at, self.profile)
            or self._sold_out(at)
            or self._signed(at)
            or refers_at(self.tokens, at, self.profile)
        )

    def _signed(self, at: int) -> tuple[Condition, int] | None:
        """Reads "negative votes" and "a positive balance" by a column of numbers."""
        sign = {"negative": "<", "positive": ">"}.get(self.low(at))
        named = self._numbers_at(at + 1) if sign is not None else None
        if named is None:
            return None
        return Compare(Column(named[0]), "<" if sign == "<" else ">", Value("number", 0)), named[1]

    def _numbers_at(self, at: int) -> tuple[str, int] | None:
        """The column of numbers that is named at a position."""
        if at >= len(self.tokens):
            return None
        named = column_at(self.tokens, at, self.profile) or near_column(self.tokens, at, self.profile, _NUMBERS)
        return named if named is not None and self.profile.column(named[0]).dtype in _NUMBERS else None

    def _sold_out(self, at: int) -> tuple[Condition, int] | None:
        """Reads "in stock" and "out of stock" by the column of numbers that says how many there are."""
        words = [token.low for token in self.tokens[at : at + 3]]
        size, sign = (3, "=") if words == ["out", "of", "stock"] else (2, ">")
        if words[:2] not in (["in", "stock"], ["sold", "out"]) and size == 2:
            return None
        named = near_column(self.tokens, at + size - 1, self.profile, _NUMBERS)
        if words[:2] == ["sold", "out"] or named is None:
            return None
        return Compare(Column(named[0]), sign, Value("number", 0)), at + size

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
        near = None if named else near_column(self.tokens, at, self.profile, ("text", *_NUMBERS))
        if named is None and near is None:
            return None
        name, after = named or near or ("", at)
        column = self.profile.column(name)
        if self.low(after) in _COLUMN_NOUNS:
            after += 1
        if self.low(after) in ("that", "which") and self.low(after + 1) in _AFTER_RELATIVE:
            after += 1
        after, copula, negated = self._copula(after)
        parsers: list[Callable[[ColumnProfile, int, bool], tuple[Condition, int, bool] | None]] = [
            self._limit, self._missing, self._test, self._truth, self._listed,
        ]  # fmt: skip
        if named is None:
            parsers = [*parsers[:3], *parsers[4:][: bool(column.labels and copula)]]
        if self.low(after) == ":" and after + 1 in self.limits:  # "low quality: below 0.5"
            after, copula = after + 1, True
        for parse in parsers:
            # "tickets are …" speaks of the rows, not of what the column `ticket` holds.
            rows = parse == self._listed and self.low(at) != name.lower() and self.low(at) == f"{name.lower()}s"
            found = parse(column, after, (copula or negated) and not rows)
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
            if self.low(end) in NEGATED and end not in self.limits:
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
        if self._counts_other(column, limit.end):
            return None
        several = None if limit.stated else numbers_at(self.tokens, limit.start)
        beside = begin == at and self.low(at - 1) in words_of(column.name) and self._ends(limit.end)  # "status 200"
        if not (limit.stated or told or several or beside):
            return None
        if several is not None:
            return Among(Column(column.name), several[0]), several[1], False
        return within(Column(column.name), limit.interval), past_unit(self.tokens, limit.end, column.name), False

    def _counts_other(self, column: ColumnProfile, at: int) -> bool:
        """Whether the number is about another column: "posts with fewer than 10 upvotes"."""
        other = column_at(self.tokens, at, self.profile) if at < len(self.tokens) else None
        return other is not None and other[0] != column.name and self.profile.column(other[0]).dtype in _NUMBERS

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
        end, empty = at, False
        while self.low(end) in _MISSING | _EMPTY:
            empty = empty or self.low(end) in _EMPTY
            end += 1
            joint = end + 1 if self.low(end) in ("or", "and", ",", "/", "nor") else end
            joint += self.low(joint) in ("simply", "just", "is", "are", "completely", "totally", "entirely")
            end = joint if self.low(joint) in _MISSING | _EMPTY else end
        if end > at:
            return (IsBlank(name) if column.dtype == "text" and empty else IsNull(name)), end, False
        if word in _PRESENT:
            return Not(IsNull(name)), at + 1, False
        return None

    def _test(self, column: ColumnProfile, at: int, told: bool) -> tuple[Condition, int, bool] | None:
        test = TESTS.get(self.low(at))
        if test is None or column.dtype not in ("text", "json"):
            return None
        after = at + 1 if test in ("contains", "matches") or self.low(at + 1) != "with" else at + 2
        texts, end = self._texts(after)
        if not texts and self.low(at - 1) != "length":
            texts, end = self._plain_texts(after)
        if not texts:
            return None
        name, end = self.place(end) or (column.name, end)
        return any_test(name, test, texts), end, False

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
            listed = any(self.low(place) != "the" for place in range(at, start)) and self.low(at) != "in"
            value = self._value(column, position, told=told or listed, alone=not values)
            if value is None:
                break
            values.append(value[0])
            end = position = value[1]
            while self.low(position) in ("or", ",", "and", "/", "nor"):
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

    def _is_label(self, low: str) -> bool:
        """Whether a word is a label of some column: "the comment of returned parcels"."""
        return any(low == label.lower() for column in self.profile.columns for label in column.labels)

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
            or token.low in ENDS | _LEADS | NO_TEXTS | _ADVERBS
            or column_at(self.tokens, at, self.profile)
        ):
            return None
        if (
            "prose" in column.looks
            or (column.mean_words or 0) >= _SENTENCE
            or self._is_passive(at)
            or token.low in DROP | KEEP | STRIP | ROW_NOUNS
            or (not alone and not self._ends(at + 1))
            or self._says_what_was_done(at)
            or is_synonym(token.low)
            or (not column.labels and (self._is_label(token.low) or judgement_of([token.low]) is not None))
            or (looks_dated(column) and not any(map(str.isdigit, token.low)))
            or (column.labels and judgement_of([token.low]) is not None)
        ):
            return None
        return (token.text, at + 1) if self._ends(at + 1) or alone else None

    def _says_what_was_done(self, at: int) -> bool:
        """Whether a word only says what was done: "the hotel has not replied"."""
        before = at - 1
        while self.low(before) in NEGATED:
            before -= 1
        return self.low(before) in ("has", "have", "had", "did", "does", "do", "was", "were")

    def _is_passive(self, at: int) -> bool:
        """Whether a word says what was done: "answers that are supported by …", "grounded in …"."""
        return self.low(at + 1) == "by" or (self.low(at).endswith("ed") and self.low(at + 1) in ("in", "from", "on"))

    def _counted(self, at: int) -> tuple[Condition, int] | None:
        """Reads "more than 500 views" where `views` is a column of numbers."""
        limit = self.limits.get(at)
        if limit is None or limit.unit or limit.share or limit.end >= len(self.tokens):
            return None
        after = limit.end + (self.low(limit.end) == "in")
        if after >= len(self.tokens):
            return None
        exact = limit.stated or self.low(at - 1) in ("with", "having", "has", "have", "exactly")  # "with two choices"
        listed = elements_at(self.tokens, after, self.profile) if exact else None
        if listed is not None:
            return within(Length(Column(listed[0])), limit.interval), listed[1]
        named = column_at(self.tokens, after, self.profile) or near_column(self.tokens, after, self.profile, _NUMBERS)
        named = named or by_dimension(self.tokens, after, self.profile)
        if named is None or self.profile.column(named[0]).dtype not in _NUMBERS:
            return None
        name, end = Column(named[0]), past_dimension(self.tokens, named[1])
        if limit.stated:
            return within(name, limit.interval), end
        behind, value = comparator_behind(self.tokens, end), limit.interval.low
        if behind is None and self.low(at - 1) in _EXACTLY and self._ends(end):
            behind = end, "="  # "that bring only 2 points"
        return None if behind is None or value is None else (within(name, Interval.of(behind[1], value)), behind[0])

    def _not_given(self, at: int) -> tuple[Condition, int] | None:
        """Reads "no rent given" as that there is no value."""
        if self.low(at) != "no" or at + 1 >= len(self.tokens):
            return None
        named = column_at(self.tokens, at + 1, self.profile)
        named = named or near_column(self.tokens, at + 1, self.profile, ("text", *_NUMBERS))
        if named is None or self.low(named[1]) not in _GIVEN:
            return None
        name = Column(named[0])
        return (IsBlank(name) if self.profile.column(named[0]).dtype == "text" else IsNull(name)), named[1] + 1

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
        named = named or near_column(self.tokens, after, self.profile, ("text", *_NUMBERS))
        if named is None or not self._ends(named[1]) or self.low(named[1]) == "of":
            return None
        if named[0] == self.main and (self.low(after) in TEXT_NOUNS or self.low(after) in ("content", "contents")):
            return None
        name = Column(named[0])
        counts = self.profile.column(named[0]).dtype == "integer" and self.low(named[1] - 1).endswith("s")
        if lacking and counts:  # "with no applicants" by a column of counts
            return joined("or", [Compare(name, "=", Value("number", 0)), IsNull(name)]), named[1]
        nothing: Condition = IsBlank(name) if self.profile.column(named[0]).dtype == "text" else IsNull(name)
        given: Condition = Not(nothing)
        if self.profile.column(named[0]).dtype == "boolean":  # "without a paywall" by a flag
            given = Compare(name, "=", Value("boolean", True))
            nothing = complement(given)
        return (nothing if lacking else given), named[1]
