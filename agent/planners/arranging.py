"""Reads how rows are put in order or told apart: sorted, shuffled, split into sets."""

from fractions import Fraction
from types import MappingProxyType
from typing import Final

from pydantic import JsonValue

from .likely import JUDGED, likely_columns, rankable
from .quantities import plain
from .shapes import is_row_noun
from .vocabulary import ROW_NOUNS
from .wording import ARTICLES, JOINS, NUMBERS, Missing, TableMention, Wording

MOST_SETS: Final = 5
SORT, SHUFFLE, SPLIT = "sort_rows", "shuffle_rows", "split_dataset"

_NOUNS: Final = (
    ROW_NOUNS | ARTICLES | frozenset("data dataset datasets set corpus of whole entire it them order".split())
)
_SORTING: Final = frozenset("sort sorted sorting order ordered ordering arrange arranged rank ranked".split())
_RISING: Final = frozenset("ascending asc increasing rising alphabetically alphabetical".split())
_FALLING: Final = frozenset("descending desc decreasing falling reverse reversed".split())
_LOW_FIRST: Final = frozenset("lowest smallest oldest shortest least earliest fewest".split())
_HIGH_FIRST: Final = frozenset("highest largest newest longest most latest biggest best greatest".split())
_RISING_PHRASES: Final = ("low to high", "a to z", "from low to high", "from a to z", "old to new", "short to long")
_FALLING_PHRASES: Final = ("high to low", "z to a", "from high to low", "from z to a", "new to old", "long to short")
_TIMES: Final = frozenset("newest oldest latest earliest".split())
_TIME_NAMES: Final = frozenset("date time year timestamp created published updated created_at published_at".split())
_SORTED_BY: Final = frozenset({"by", "on", "according", "after"})
_LENGTHS: Final = frozenset("length lengths size characters chars".split())
_SHUFFLING: Final = frozenset("shuffle shuffled shuffling permute permuted randomize randomise randomized".split())
_SPLITTING: Final = frozenset("split splits splitting divide partition assign".split())
_HOLDING: Final = ("hold out", "split off", "set aside", "reserve", "put aside", "keep back")
_SETS: Final = MappingProxyType(
    dict.fromkeys(("train", "training"), "train")
    | dict.fromkeys(("test", "testing", "tests"), "test")
    | dict.fromkeys(("validation", "validating"), "validation")
    | dict.fromkeys(("evaluation", "evaluating"), "evaluation")
    | {word: word for word in ("val", "valid", "dev", "eval", "development", "holdout")}
)
_DEFAULT: Final = MappingProxyType({"train": 0.8, "validation": 0.1, "test": 0.1})
"""The shares of `split_dataset` where none are said."""
_USUAL: Final = MappingProxyType({1: (), 2: ("train", "test"), 3: ("train", "validation", "test")})
_RATIO_SIGNS: Final = frozenset({"/", "-", ":", "–", ",", "and", "to", "%", "percent"})
_SET_WORDS: Final = ARTICLES | JOINS | frozenset(
    "into in for as of set sets split splits part parts portion data rows dataset or to with percent rest remaining "
    "remainder is goes go should be use using : ( )".split()
)  # fmt: skip


def find_sort(said: Wording, at: int) -> TableMention | None:
    """Reads "sort by year, newest first" and "longest texts first"."""
    found = _first_form(said, at)
    if found is not None:
        return found
    if said.low(at) not in _SORTING or (said.low(at) == "order" and said.low(at - 1) in ("the", "random", "in", "row")):
        return None
    begin = said.skip(at + 1, _NOUNS)
    begin += said.low(begin + 1) in _SORTED_BY and is_row_noun(said, begin)  # "sort the ads by …"
    early, begin = _direction(said, begin)
    by = said.phrase(begin, ("by", "on", "according to", "by their", "after"))
    if by is not None:
        return _sorted(said, at, by, early)
    begin = said.skip(begin, {"for", "me", "us", "please", "somehow", "properly", "nicely"})
    if said.low(at) == "order" or not said.ends(begin):
        return None
    names = rankable(said.profile)
    missing = Missing("By which column are rows sorted?", f"sort by `{{}}` {early or 'ascending'}", names)
    return TableMention(at, max(begin, at + 1), SORT, missing=missing)


def _sorted(said: Wording, start: int, at: int, early: str | None) -> TableMention:
    """The keys behind "by", each with its direction."""
    names, orders, kinds = list[str](), list[str](), set[str]()
    end = at
    while at < said.reach(start) and (key := _key(said, at)) is not None:
        names.append(key[0])
        kinds.add(key[1])
        order, end = _direction(said, key[2])
        orders.append(order or early or "ascending")
        at = said.skip(end, JOINS | {"then", "by", "also"})
        if at == end or (said.low(at - 1) not in JOINS | {"by", "then"}):
            break
    if not names:
        likely, named = likely_columns(said.tokens, at, said.profile)
        word = said.text(said.skip(at, ARTICLES), named)
        question = f"There is no column {word!r} to sort by; which one is meant?"
        _, end = _direction(said, named)
        filled = f"{said.text(start, at)} `{{}}` {said.text(named, end)}".strip()
        missing = Missing(question, filled, likely or rankable(said.profile))
        return TableMention(start, end, SORT, missing=missing)
    if len(kinds) > 1:
        return TableMention(start, end, SORT)
    options: dict[str, JsonValue] = {"columns": [*names]}
    if set(orders) != {"ascending"}:
        options["order"] = [orders[0]] if len(set(orders)) == 1 else [*orders]
    if kinds == {"length"}:
        options["by"] = "length"
    return TableMention(start, end, SORT, options)


def _key(said: Wording, at: int) -> tuple[str, str, int] | None:
    """A column, and whether its value or its length is compared."""
    begin = said.skip(at, ARTICLES)
    own = said.column(begin)
    if own is None and begin < len(said.tokens) and said.low(begin) not in _LENGTHS:
        likely, end = likely_columns(said.tokens, begin, said.profile)
        own = (likely[0], end) if len(likely) == 1 and said.low(begin) not in JUDGED else None
    if own is not None:
        if said.low(own[1]) == "length":
            return own[0], "length", own[1] + 1
        return own[0], "value", said.skip(own[1], {"value", "values"})
    after = said.skip(begin, {"text", "character", "document", "word", "number", "of"})
    main = said.main or said.profile.text_column()
    if said.low(after) not in _LENGTHS:
        return None
    of = said.column(after + 2) if said.low(after + 1) == "of" else None
    if of is not None:
        return of[0], "length", of[1]
    if main is None:
        return None
    end = said.skip(after + 1, {"of"} | _NOUNS) if said.low(after + 1) == "of" else after + 1
    return main, "length", end


def _direction(said: Wording, at: int) -> tuple[str | None, int]:
    """Reads "descending", ", newest first", "in descending order" and where it ends."""
    begin = said.skip(at, {",", "in", "(", "with", "the", "from"})
    for phrases, order in ((_RISING_PHRASES, "ascending"), (_FALLING_PHRASES, "descending")):
        end = said.phrase(begin, phrases)
        if end is not None:
            return order, said.skip(end, {")"})
    word = said.low(begin)
    if word in ("reverse", "reversed"):
        return "descending", said.skip(begin + 1, _RISING | {"order", ")"})
    if word in _RISING | _FALLING:
        return "ascending" if word in _RISING else "descending", said.skip(begin + 1, {"order", ")"})
    if word in _LOW_FIRST | _HIGH_FIRST:
        first = said.skip(begin + 1, _NOUNS | {"score", "scores", "value", "values", "ones"})
        if said.low(first) in ("first", "last"):
            rises = (word in _LOW_FIRST) == (said.low(first) == "first")
            return "ascending" if rises else "descending", said.skip(first + 1, {")"})
    return None, at


def _first_form(said: Wording, at: int) -> TableMention | None:
    """Reads "newest rows first", "longest texts first", "highest score first"."""
    word = said.low(at)
    if word not in _LOW_FIRST | _HIGH_FIRST:
        return None
    column = None if said.low(at + 1) in ROW_NOUNS else said.column(at + 1)
    end = said.skip(at + 1, _NOUNS) if column is None else column[1]
    if said.low(end) not in ("first", "last"):
        return None
    if word in ("longest", "shortest"):
        main = column[0] if column else said.profile.text_column()
        options: dict[str, JsonValue] = {"by": "length"}
        columns = [main] if main else []
    else:
        options = {}
        columns = [column[0]] if column else _times(said) if word in _TIMES else []
    if len(columns) != 1:
        names = tuple(columns)[:3] or rankable(said.profile, () if said.low(at) in _TIMES else NUMBERS)
        question = f"Which column says what comes first in {said.text(at, end + 1)!r}?"
        return TableMention(at, end + 1, SORT, missing=Missing(question, f"sort by `{{}}`, {word} first", names))
    rises = (word in _LOW_FIRST) == (said.low(end) == "first")
    order: dict[str, JsonValue] = {} if rises else {"order": ["descending"]}
    return TableMention(at, end + 1, SORT, {"columns": [*columns], **order, **options})


def _times(said: Wording) -> list[str]:
    return [one.name for one in said.profile.columns if one.dtype == "time" or one.name.lower() in _TIME_NAMES]


# Shuffle


def find_shuffle(said: Wording, at: int) -> TableMention | None:
    """Reads "shuffle the rows with seed 7", "put the rows in random order"."""
    end = _shuffled(said, at)
    if end is None:
        return None
    seeded = said.seed(end)
    if seeded is None:
        return TableMention(at, end, SHUFFLE, {})
    return TableMention(at, seeded[1], SHUFFLE, {"seed": seeded[0]})


def _shuffled(said: Wording, at: int) -> int | None:
    word = said.low(at)
    if word in _SHUFFLING:
        end = said.skip(at + 1, _NOUNS | {"row", "randomly"})
        return said.phrase(end, ("at random", "in random order")) or end
    if word == "mix" and said.low(at + 1) == "up":
        return said.skip(at + 2, _NOUNS)
    if word in ("put", "bring"):
        end = said.skip(at + 1, _NOUNS)
        return said.phrase(end, ("in random order", "in a random order", "into random order", "into a random order"))
    return said.phrase(at, ("in random order", "in a random order"))


# Split


def find_split(said: Wording, at: int) -> TableMention | None:
    """Reads "split 80/10/10 into train, validation and test", "hold out 5 % for validation"."""
    held = said.phrase(at, _HOLDING)
    starts = said.low(at) in _SPLITTING or (said.low(at) in _SETS and _names_a_split(said, at))
    made = said.low(at) in ("make", "create", "build") and _names_a_split(
        said, said.skip(at + 1, ARTICLES | {"stratified"})
    )
    ratio = said.quantities.get(at) is not None and _ratio_of_split(said, at)
    if held is None and not starts and not made and not ratio and said.low(at) != "stratified":
        return None
    if ratio:
        return _Split(said, at).read(0, held=False)
    return _Split(said, at).read(1 if held is None else held - at, held=held is not None)


def _ratio_of_split(said: Wording, at: int) -> bool:
    """Whether "60/20/20 split" or "80/20 train/test split" begins here."""
    place, size = at, 0
    while size <= MOST_SETS and (quantity := said.quantities.get(place)) is not None and quantity.unit is None:
        place, size = said.skip(quantity.end, _RATIO_SIGNS), size + 1
    return size > 1 and (said.low(place) in ("split", "splits") or _names_a_split(said, place))


def _names_a_split(said: Wording, at: int) -> bool:
    """Whether "train / test split" or "a train and a test set" begins here."""
    if said.low(at) not in _SETS:
        return False
    after = said.skip(at + 1, JOINS | ARTICLES | {"set", "sets"} | {*_SETS} | {"-"})
    seen = {said.low(place) for place in range(at, after)} & {*_SETS}
    return len(seen) > 1 and (said.low(after) in ("split", "splits") or "set" in said.lows(at, after - at) or "sets" in
                              said.lows(at, after - at))  # fmt: skip


class _Split:
    """One split on its way: names and shares in the order in which they are said."""

    def __init__(self, said: Wording, at: int) -> None:
        self.said, self.start, self.end = said, at, at
        self.names: list[str] = []
        self.shares: list[float] = []
        self.of_name: dict[str, float] = {}
        self.rest: str | None = None
        self.extra: dict[str, JsonValue] = {}
        self.unknown: tuple[str, int] | None = None

    def read(self, size: int, *, held: bool) -> TableMention | None:
        """The split.

        Args:
            size: how many tokens lead to it.
            held: whether one part is held out, and the rest is for training.
        """
        at = self.start + size
        while at < self.said.reach(self.start):
            after = self.step(at)
            if after is None:
                break
            at = after
        if self.unknown is not None:
            word, place = self.unknown
            columns = tuple(column.name for column in self.said.profile.columns)[:3]
            filled = f"{self.said.text(self.start, place)} `{{}}` {self.said.text(place + 1, self.end)}".strip()
            question = f"There is no column {word!r} to split by; which one is meant?"
            return TableMention(self.start, self.end, SPLIT, missing=Missing(question, filled, columns))
        if self.said.low(self.start) in _SETS:
            self.names.insert(0, _SETS[self.said.low(self.start)])
        if not (self.names or len(self.shares) > 1 or self.said.low(self.start) == "stratified"):
            return None
        return self.mention(held)

    def step(self, at: int) -> int | None:
        """What the words at a position say, and where they end."""
        said = self.said
        word = said.low(at)
        seeded, grouped = said.seed(at), said.per(at)
        together = said.phrase(at, ("by", "keeping each", "grouped on"))
        quantity = said.quantities.get(at)
        if seeded is not None:
            self.extra["seed"] = seeded[0]
            self.end = seeded[1]
        elif grouped is not None:
            names, unknown, self.end = grouped
            self.extra["per"] = [*names]
            self.unknown = self.unknown or ((unknown, self.end - 1) if unknown else None)
        elif together is not None and (named := said.columns(together))[0]:
            self.extra["together"] = [*named[0]]
            self.end = named[1]
        elif said.low(at) == "into" and said.low(said.skip(at + 1, ARTICLES)) == "column":
            self.end = said.skip(at + 1, ARTICLES) + 2
            self.extra["output"] = said.tokens[self.end - 1].text if self.end <= len(said.tokens) else "split"
        elif quantity is not None and quantity.unit is None:
            self.share(quantity.value if not quantity.share else quantity.value * 100, quantity.end)
        elif word in _SETS:
            self.name(_SETS[word], at)
        elif word in _SET_WORDS | _NOUNS | _RATIO_SIGNS | _SPLITTING | {"randomly"}:
            return at + 1 if said.tokens[at].kind != "break" else None
        else:
            return None
        return self.end

    def share(self, value: float, end: int) -> None:
        self.shares.append(value)
        self.end = end

    def name(self, name: str, at: int) -> None:
        """A set; the share right before it, or behind "with … for", is its own."""
        if name not in self.names:
            self.names.append(name)
        before = self.said.lows(max(self.start, at - 3), min(3, at - self.start))
        if "rest" in before or "remaining" in before or "remainder" in before:
            self.rest = name
        elif self.shares and len(self.of_name) < len(self.shares) and at - self.end <= 3:
            self.of_name[name] = self.shares[-1]
        self.end = self.said.skip(at + 1, {"set", "sets", "split", "splits", "data"})

    def mention(self, held: bool) -> TableMention:
        shares = self.sizes(held)
        if shares is None:
            names = " and ".join(self.names or ["train", "test"])
            options = ("80/20", "90/10") if len(self.names) < 3 else ()
            question = Missing("How large is each part of the split?", f"split {{}} into {names}", options)
            return TableMention(self.start, self.end, SPLIT, missing=question)
        if not shares:
            return TableMention(self.start, max(self.end, self.start + 1), SPLIT)
        stated: dict[str, JsonValue] = {} if shares == _DEFAULT else {"shares": {**shares}}
        return TableMention(self.start, self.end, SPLIT, {**stated, **self.extra})

    def sizes(self, held: bool) -> dict[str, float] | None:
        """The share of each set; None where they must be asked for, nothing where they do not fit."""
        names, shares = self.names, [Fraction(str(plain(share))) for share in self.shares]
        if held and len(names) == 1 and len(shares) == 1:
            return _whole({"train": 100 - shares[0], names[0]: shares[0]})
        if not shares:
            return dict(_DEFAULT) if set(names) == {*_DEFAULT} else None
        if len(shares) == len(names) - 1:
            given = {name: Fraction(str(plain(share))) for name, share in self.of_name.items()}
            rest = next((name for name in names if name not in given), None)
            if len(given) == len(shares) and rest is not None:
                total = {**given, rest: 100 - sum(given.values(), Fraction(0))}
                return _whole({name: total[name] for name in names})
        if not names:
            names = [*_USUAL.get(len(shares), ())]
        if len(names) != len(shares):
            return {}
        return _whole(dict(zip(names, shares, strict=True)))


def _whole(shares: dict[str, Fraction]) -> dict[str, float]:
    """Shares of one, where they make up a whole; nothing where they do not."""
    total = sum(shares.values())
    if total not in (1, 100) or any(share <= 0 for share in shares.values()):
        return {}
    return {name: float(share / total) for name, share in shares.items()}
