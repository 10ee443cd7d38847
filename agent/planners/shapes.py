"""Reads what a sentence says of the shape of the table, where every word of it is understood, whatever their order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from ...tools.profile import ColumnProfile
from .columns import column_at, is_key, looks_dated, new_column, words_of
from .likely import JUDGED, likely_columns
from .quantities import UNITS
from .shape_words import LONGEST, MEANINGS, ROW_WORDS, SCALES, Role
from .vocabulary import EXCEPT, NEGATIONS, is_synonym, stem
from .wording import ARTICLES, MARKS, NUMBERS, TableMention, Wording

MOST_TOKENS: Final = 45
"""Longest sentence that is read."""
MOST_IN_REQUEST: Final = 250
"""Most tokens of a request that is read so: longer ones are lists of words, and reading them takes time."""
MOST_BREAKS: Final = 5
"""Most commas, "and" and the like in it."""
_THAT_ROW: Final = frozenset("first last earliest original other second".split())
_STOPS: Final = frozenset({".", ";", "!", "?"})
_REASONS: Final = frozenset({"because", "since", "as", "so"})
_WHOSE: Final = frozenset("our my us me their his her them".split())
_MOST: Final = frozenset({"most", "least"})
_PARTS: Final = {
    "half": 0.5, "third": 1 / 3, "quarter": 0.25, "quartile": 0.25, "fifth": 0.2, "sixth": 1 / 6, "eighth": 0.125,
    "tenth": 0.1, "decile": 0.1, "twentieth": 0.05, "hundredth": 0.01, "quarters": 0.25, "thirds": 1 / 3,
    "fifths": 0.2, "tenths": 0.1, "eighths": 0.125,
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """A piece of a sentence and what it says; token positions, end exclusive.

    Args:
        weak: for a column, whether its name may as well stand for the rows.
        marked: for a column, whether its name can mean nothing else.
        exact: for a column, whether its whole name is said.
    """

    role: Role
    value: Any
    start: int
    end: int
    weak: bool = False
    marked: bool = False
    exact: bool = False


@dataclass(frozen=True)
class Sentence:
    """A stretch of a request in pieces, those that say nothing left out."""

    said: Wording
    start: int
    end: int
    items: tuple[Item, ...]

    def of(self, *roles: Role) -> list[Item]:
        """The pieces with one of these roles."""
        return [item for item in self.items if item.role in roles]

    @cached_property
    def has(self) -> frozenset[Role]:
        """The roles that occur."""
        return frozenset(item.role for item in self.items)

    @property
    def text(self) -> str:
        """The stretch as it was written."""
        return self.said.text(self.start, self.end)

    def names(self, *, strong: bool = False) -> list[str]:
        """The columns, each once, in order; with `strong` only those whose words cannot stand for the rows."""
        meant = (one for one in self.of("column") if one.exact or not (strong and one.weak))
        return list(dict.fromkeys(one.value for one in meant))


Rule = Callable[[Sentence], TableMention | None]


def whole_sentence(said: Wording, at: int, rules: Sequence[tuple[frozenset[Role], Rule]]) -> TableMention | None:
    """The longest stretch from the beginning of a clause that one of the rules reads to its last word."""
    if not said.ends(at - 1) or said.ends(at):
        return None
    best: TableMention | None = None
    for roles, rule in rules:
        items, reached = items_from(said, at, roles)
        ends = [end for end in range(reached, at, -1) if said.ends(end) and not said.ends(end - 1)]
        for end in ends:
            if best is not None and best.end >= end:
                break
            found = rule(Sentence(said, at, end, tuple(one for one in items if one.end <= end and one.role != "say")))
            if found is not None:
                best = found
                break
    return best


def items_from(said: Wording, at: int, roles: frozenset[Role]) -> tuple[list[Item], int]:
    """The pieces up to the first word that no role explains, and where that stands."""
    items: list[Item] = []
    last = min(at + MOST_TOKENS, len(said.tokens))
    breaks = 0
    while at < last and breaks <= MOST_BREAKS:
        item = _item(said, at, roles)
        if item is None:
            break
        items.append(item)
        at = item.end
        breaks += said.ends(at)
    return items, at


def _item(said: Wording, at: int, roles: frozenset[Role]) -> Item | None:  # noqa: PLR0911 - one return for each kind
    token = said.tokens[at]
    if token.low == ";" and not roles.isdisjoint({"sort", "output"}):
        return Item("say", "", at, at + 1)
    if token.low == "+" and said.quantities.get(at - 1) is not None:  # "4+" is no list
        return None
    if token.kind == "break" or token.low in _STOPS:
        return Item("stop", "", at, at + 1) if "stop" in roles else None
    if token.kind == "quoted":
        name = column_at(said.tokens, at, said.profile)
        if name is not None and "column" in roles:
            return Item("column", name[0], at, name[1], marked=True)
        return Item("quoted", token.text, at, at + 1) if "quoted" in roles else None
    made = new_column(said.tokens, at, said.profile) if "output" in roles else None
    if made is not None:
        return Item("output", made[0], at, made[1])
    seeded = said.seed(at)
    if seeded is not None:
        return Item("seed", seeded[0], at, seeded[1]) if "seed" in roles else None
    column = (_column(said, at) or _likely(said, at)) if "column" in roles else None
    meant = _phrase(said, at, roles)
    groups = meant is not None and meant.role == "within" and said.low(at + 1) not in MARKS  # "every hotel"
    if column is not None and not groups and (meant is None or column.end >= meant.end or column.marked):
        return column
    amount = _amount(said, at, roles)
    if amount is not None and (meant is None or meant.role == "say" or amount.end > meant.end):
        return amount
    return meant or _aside(said, at)


def _phrase(said: Wording, at: int, roles: frozenset[Role]) -> Item | None:
    """The longest phrase with one of the roles, or that says nothing."""
    if said.low(at) == "at" and (said.low(at + 1) == "least" or (said.low(at + 1) == "most" and "cap" not in roles)):
        return None
    for size in range(min(LONGEST.get(said.low(at), 0), len(said.tokens) - at), 0, -1):
        meanings = MEANINGS.get(tuple(said.lows(at, size)))
        if meanings is None:
            continue
        role = next((one for one in meanings if one in roles), "say" if "say" in meanings else None)
        if role is not None:
            return Item(role, meanings[role], at, at + size)
    return None


def _amount(said: Wording, at: int, roles: frozenset[Role]) -> Item | None:
    """Reads "ten", "10 %", "three quarters", "a tenth"."""
    if "number" not in roles:
        return None
    quantity = said.quantities.get(at)
    if quantity is not None and quantity.unit is None:
        if said.low(quantity.end) in _PARTS and not quantity.share:
            share = quantity.value * _PARTS[said.low(quantity.end)]
            return Item("share", share, at, quantity.end + 1) if share < 1 else None
        return Item("share" if quantity.share else "number", quantity.value, at, quantity.end)
    word = said.low(at)
    before = said.low(at - 1)
    compared = "more" in MEANINGS.get((before,), {})
    ranked = before.endswith("est") or compared or said.low(at - 2) in _MOST
    if word in _PARTS and (ranked or before in ARTICLES | {"one", "random", "worst", "top", "bottom", "first", "last"}):
        return Item("share", _PARTS[word], at, at + 1)
    if word in ("one", "single"):
        return Item("one", 1, at, at + 1)
    return None


def _aside(said: Wording, at: int) -> Item | None:
    """Nouns for rows, and what something is for: "for our card", "because …"."""
    word, last = said.low(at), min(at + MOST_TOKENS, len(said.tokens))
    superlative = said.low(at - 1).endswith("est") or (said.low(at - 2) in _MOST and said.low(at - 3) != "at")
    if is_row_noun(said, at) or (superlative and said.tokens[at].is_word and not is_synonym(word)):
        return Item("say", "", at, at + 1)  # "the oldest shipment"
    if word in ("for", "because") and (word == "because" or said.low(at + 1) in _WHOSE):
        end = at + 1
        while end < last and not said.ends(end):
            if said.quantities.get(end) is not None or said.low(end) in NEGATIONS | EXCEPT:
                return None
            end += 1
        return Item("say", "", at, end) if end > at + 1 else None
    return None


def is_row_noun(said: Wording, at: int) -> bool:
    """Whether a word only stands for the rows: a known noun, one of the file's name, or an unknown plural."""
    token = said.tokens[at]
    if not token.is_word:
        return False
    word = token.low.removesuffix("'s")
    if word in ROW_WORDS:
        return True
    if is_row_noun_of_file(said, word):
        return True
    plural = word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3
    if not plural or is_synonym(word) or word in UNITS:
        return False
    return all(word != label.lower() for column in said.profile.columns for label in column.labels)


def _column(said: Wording, at: int) -> Item | None:
    """A column named here, by its name, by a part of it that no other has, or by what is in it."""
    begin = said.skip(at, ARTICLES)
    lead = said.low(begin) in MARKS
    begin = said.skip(begin, MARKS | {"called", "named"}) if lead else begin
    if begin >= len(said.tokens):
        return None
    found = column_at(said.tokens, begin, said.profile) or _by_part(said, begin) or _possessive(said, begin)
    if found is None:
        return None
    name, end = found
    marked = lead or said.low(end) in MARKS or "_" in said.tokens[begin].text or said.tokens[begin].kind == "quoted"
    exact = said.low(end - 1) == name.lower() or end > begin + 1
    end = said.skip(end, MARKS)
    end += (
        said.profile.column(name).dtype == "text"
        and said.low(end) in ("text", "texts")
        and not column_at(said.tokens, end, said.profile)
    )
    plural = said.low(begin).endswith("s") and said.low(begin) != name.lower()
    row = said.low(begin) in ROW_WORDS and is_row_noun(said, begin)
    row = row or (not exact and said.low(begin - 1) in _THAT_ROW)  # "the first object keeps it"
    text = said.profile.column(name).dtype == "text"
    row = row or (not exact and text and said.low(begin - 1).endswith("est"))  # "the latest question"
    return Item("column", name, at, end, weak=(plural or row) and not marked, marked=marked, exact=exact)


def _likely(said: Wording, at: int) -> Item | None:
    """The one column that "by date" may mean, which is the name of none."""
    if said.low(at - 1) not in ("by", "on"):
        return None
    names, end = likely_columns(said.tokens, at, said.profile)
    judged = any(said.low(one) in JUDGED for one in range(at, end))
    return Item("column", names[0], at, end) if len(names) == 1 and not judged else None


def _possessive(said: Wording, at: int) -> tuple[str, int] | None:
    """The column in "every sensor's latest reading"."""
    word = said.low(at)
    if not word.endswith("'s"):
        return None
    named = [one.name for one in said.profile.columns if one.name.lower().replace("_", " ") == word[:-2]]
    return (named[0], at + 1) if named else None


def _by_part(said: Wording, at: int) -> tuple[str, int] | None:
    """The one column in whose name a word stands: "the votes" for `helpful_votes`; or words that it abbreviates."""
    token = said.tokens[at]
    if not token.is_word or len(token.low) < 3 or (token.low,) in MEANINGS or is_row_noun_of_file(said, token.low):
        return None
    for size in (2, 1):
        here = said.lows(at, size)
        if len(here) < size:
            continue
        found = [one.name for one in said.profile.columns if _is_part(here, words_of(one.name))]
        if len(found) == 1:
            numbers = said.profile.column(found[0]).dtype in NUMBERS
            return found[0], at + size + (said.low(at + size) in (("time", "times") if numbers else ("text", "texts")))
    if token.low.endswith(("ed", "ing")):  # "most upvoted" by `upvotes`, "longest waiting time" by `wait_min`
        counted = [one.name for one in said.typed(*NUMBERS) if stem(token.low) in map(stem, words_of(one.name))]
        if len(counted) == 1:
            return counted[0], at + 1
    short = [
        one.name
        for one in said.profile.columns
        if len(one.name) >= 3 and token.low.rstrip("s").startswith(one.name.lower())
    ]
    return (short[0], at + 1) if len(short) == 1 else None


def is_row_noun_of_file(said: Wording, word: str) -> bool:
    """Whether the file is named after a word."""
    return stem(word) in _file_words(said.profile.inputs)


@lru_cache(maxsize=64)
def _file_words(inputs: tuple[str, ...]) -> frozenset[str]:
    """The stems of the words that files are named after."""
    return frozenset(stem(part) for name in inputs for part in words_of(name.partition(".")[0]))


def _is_part(here: Sequence[str], name: Sequence[str]) -> bool:
    """Whether words stand in a row at the end or the beginning of a name, in singular or plural."""
    if len(name) <= len(here):
        return False
    stems, own = [stem(word) for word in here], [stem(word) for word in name]
    return len(own) > len(stems) and (own[-len(stems) :] == stems or own[: len(stems)] == stems)


def grouped(one: Sentence) -> tuple[list[str] | None, list[str]]:
    """The columns behind "per" and "within each", and the others; None where "per" has no column."""
    groups: list[str] = []
    others: list[str] = []
    open_, last = False, -1
    for item in one.items:
        if item.role == "within":
            open_ = True
        elif item.role == "column":
            # "per guest and hotel"
            open_ = open_ or (last >= 0 and [*one.said.lows(last, item.start - last)] in (["and"], [","], ["&"]))
            (groups if open_ else others).append(item.value)
            open_, last = False, item.end if open_ else -1
        elif open_:
            return None, others
    return (None if open_ else list(dict.fromkeys(groups))), list(dict.fromkeys(others))


# Scales


def columns_of_scale(said: Wording, scale: str) -> list[str]:
    """The columns that may hold a scale, such as prices: by their names, by their types and by what is in them."""
    words = {stem(word) for word in SCALES.get(scale, frozenset())}
    found = [one for one in said.profile.columns if _may_rank(one, scale)]
    named = [one.name for one in found if any(stem(word) in words for word in _head(words_of(one.name)))]
    if scale == "time":
        dated = [one.name for one in found if one.dtype == "time" or looks_dated(one)]
        return dated or named
    return named


def _head(words: Sequence[str]) -> Sequence[str]:
    """The words of a name that say what is counted: of `price_per_night` no nights."""
    return words[: words.index("per")] if "per" in words else words


def _may_rank(column: ColumnProfile, scale: str) -> bool:
    if scale == "time":
        return column.dtype in (*NUMBERS, "time") or looks_dated(column)
    return column.dtype in NUMBERS and not is_key(column)


def fits_scale(said: Wording, name: str, scale: str) -> bool:
    """Whether a column may be what a word such as "newest" or "cheapest" is about."""
    column = said.profile.column(name)
    if scale == "time":
        return name in columns_of_scale(said, "time") or column.dtype == "time"
    if scale == "length":
        return column.dtype in NUMBERS or (column.dtype == "text" and not looks_dated(column))
    if scale in ("", "good"):
        return column.dtype != "boolean"
    known = columns_of_scale(said, scale)  # the dearest are no cities
    return name in known or (not known and column.dtype in NUMBERS)


def ranked_columns(said: Wording) -> list[str]:
    """The columns of numbers that rows may be ranked by."""
    return [one.name for one in said.typed(*NUMBERS) if not is_key(one)]
