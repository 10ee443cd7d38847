"""Rules for sentences that put rows in order, once all their words are understood."""

from typing import Final

from pydantic import JsonValue

from .likely import rankable
from .shape_words import OUT
from .shapes import Item, Sentence, columns_of_scale, fits_scale, ranked_columns
from .vocabulary import DROP, KEEP
from .wording import NUMBERS, Missing, TableMention, Wording

SORT, SHUFFLE = "sort_rows", "shuffle_rows"
ORDERS: Final = frozenset({SORT, SHUFFLE})
SORT_ROLES: Final = frozenset("column sort by top bottom way alphabet both within length end empty rest".split())
SHUFFLE_ROLES: Final = frozenset("shuffle seed sort".split())


def made(one: Sentence, operator: str, options: dict[str, JsonValue], note: str = "") -> TableMention:
    """What a sentence asks for, all its words being read."""
    # A verb that leads may be meant for what follows as well: "drop the column url and French texts".
    leads = one.said.low(one.start) in DROP | KEEP
    return TableMention(one.start, one.end, operator, options, options, whole=not leads, note=note)


def asks(one: Sentence, operator: str, question: str, filled: str, options: tuple[str, ...]) -> TableMention:
    """What must be asked before a sentence can be followed."""
    return TableMention(one.start, one.end, operator, missing=Missing(question, filled, options), whole=True)


# Order


class _Keys:
    """The columns to sort by, on their way."""

    def __init__(self, one: Sentence) -> None:
        self.one = one
        self.outer: list[str] = []
        self.names: list[str] = []
        self.orders: dict[str, str] = {}
        self.lengths: set[str] = set()
        self.early: str | None = None
        self.waiting: str | None = None
        self.open_scale: tuple[str, ...] = ()
        self.scale = ""
        self.failed = False
        self.nulls = ""
        self.lacking = ""
        self.nested = False

    def add(self, name: str, *, outer: bool = False) -> None:
        if name not in (*self.names, *self.outer):
            (self.outer if outer else self.names).append(name)
        if self.open_scale and self.scale and not outer and name not in self.orders:
            # "newest first by opened": the column behind settles what the words before leave open.
            self.failed = self.failed or not fits_scale(self.one.said, name, self.scale)
            self.orders[name], self.open_scale = self.waiting or self.early or "ascending", ()

    def direct(self, order: str, scale: str = "", name: str | None = None) -> None:
        """A direction, of a column, of a scale, or of the key before it."""
        free = [key for key in (*self.outer, *self.names) if key not in self.orders]
        if name is None and scale:
            free = [key for key in free if fits_scale(self.one.said, key, scale)]
            known = columns_of_scale(self.one.said, scale)
            name = next((key for key in free if key in known), free[-1] if free else None)
            if name is None and (self.nested or not (self.names or self.outer)):
                name = self.of_scale(scale)
        elif name is None:
            name = free[-1] if free else None
        if name is None:
            if self.names or self.outer or self.open_scale:
                self.waiting = order
                self.failed = self.failed or not self.open_scale
            else:
                self.early = order
            return
        self.add(name)
        if self.orders.get(name, order) != order:
            self.failed = True
        self.orders[name] = order
        if scale == "length" and self.one.said.profile.column(name).dtype not in NUMBERS:
            self.lengths.add(name)

    def of_scale(self, scale: str) -> str | None:
        """The column that holds a scale; which one, is asked where there are several."""
        if scale == "length":
            main = self.one.said.profile.text_column()
            if main is None:
                self.open_scale = tuple(self.one.said.profile.text_candidates())
            return main
        found = columns_of_scale(self.one.said, scale)
        if len(found) == 1:
            return found[0]
        self.scale = scale
        self.open_scale = tuple(found or ranked_columns(self.one.said))[:3] or ("",)
        return None


def sorted_rows(one: Sentence) -> TableMention | None:  # noqa: C901, PLR0912 - one branch for each role
    """Reads "line them up from cheapest to dearest", "by category, and inside it by price, both upwards"."""
    keys, items = _Keys(one), [item for item in one.items if item.role != "both"]
    if _selects_first(one) or _selects_behind(one) or _drops_too(one):
        return None
    at, evident = 0, "sort" in one.has
    while at < len(items):
        item, following = items[at], items[at + 1 : at + 3]
        roles = [other.role for other in following]
        if item.role == "column":
            before = items[at - 1].role if at else ""
            object_ = item.weak and before != "by" and "by" in [other.role for other in items[at + 1 :]]
            keys.nested = before == "within"
            if not object_:
                keys.add(item.value, outer=before == "within" and bool(keys.names or "by" in roles or "sort" in roles))
        elif item.role == "empty":
            size = _lacking(keys, following)
            if not size:
                return None
            evident, at = True, at + size - 1
        elif item.role in ("top", "bottom"):
            if roles[:1] in (["by"], ["sort"]) and not at:  # "first by status, then …", "at the end sort by …"
                at += 1
                continue
            if roles[:1] != ["end"]:
                return None
            keys.direct(_order(following[0].value[0], item.role), following[0].value[1])
            evident, at = True, at + 1
        elif item.role == "end":
            size = _ended(keys, item, following)
            if not size:
                return None
            evident, at = True, at + size - 1
        elif item.role == "way":
            timely = "chronolog" in one.said.text(item.start, item.end).lower() and "column" not in one.has
            keys.direct(item.value, "time" if timely else "")
            evident = evident or timely or "by" in one.has or "column" in one.has
        elif item.role == "alphabet":
            keys.early = keys.early or "ascending"
            evident = True
        elif item.role == "length":
            name = following[0].value if roles[:1] == ["column"] else None
            if name is None and at and items[at - 1].role == "column":  # "by title length"
                name = items[at - 1].value
            name = name or keys.of_scale("length")
            if name is None and not keys.open_scale:
                return None
            if name is not None:
                keys.add(name)
                keys.lengths.add(name)
            at += roles[:1] == ["column"]
        at += 1
    return _sorted(one, keys) if evident and not keys.failed else None


_SORTING: Final = frozenset("sort sorted sorting arrange arranged".split())


def _selects_first(one: Sentence) -> bool:
    """Whether columns are listed before the verb of sorting, as what is wanted: "only id and text, sort by text"."""
    verb = next((item.start for item in one.items if item.role == "sort"), one.start)
    before = [item for item in one.items if item.start < verb]
    listed = [item for item in before if item.role == "column" and not item.weak]
    return len(listed) > 1 and "by" in one.has and not any(item.role in ("by", "within", "length") for item in before)


def _drops_too(one: Sentence) -> bool:
    """Whether a word says that something goes: "best ones first, and the url can go"."""
    read = {at for item in one.items for at in range(item.start, item.end)}
    return any(one.said.low(at) in OUT for at in range(one.start, one.end) if at not in read)


def _selects_behind(one: Sentence) -> bool:
    """Whether columns are listed behind a semicolon as all that is wanted: "newest on top; the file only has …"."""
    order = [item.end for item in one.items if item.role in ("top", "bottom", "way", "end")]
    mark = next((at for at in range(one.start, one.end) if one.said.low(at) in (";", ",") and at in order), one.end)
    listing = ("only", "just", "nothing", "have", "has", "keep")
    return any(one.said.low(at) in listing for at in range(mark, one.end))


def _ended(keys: _Keys, item: Item, following: list[Item]) -> int:
    """Reads "oldest to newest", "most votes at the top", "newest first"; how many pieces it takes up."""
    pole, scale = item.value
    roles = [other.role for other in following]
    if roles[:1] == ["end"] and following[0].value[0] != pole:
        keys.direct("ascending" if pole == "low" else "descending", scale or following[0].value[1])
        return 2
    named = roles[:1] == ["column"]
    said = keys.one.said
    column = following[0] if named and not following[0].weak and _may_end(said, following[0].value, scale) else None
    place = following[1] if named and len(following) > 1 else following[0] if following else None
    if column is not None and place is not None and place.role in ("top", "bottom"):
        keys.add(column.value)
        keys.direct(_order(pole, place.role), scale, column.value)
        return 3
    if column is None and place is not None and place.role in ("top", "bottom"):
        keys.direct(_order(pole, place.role), scale)
        return 2 + named  # "the newest advert first" means the row
    return 0


def _lacking(keys: _Keys, following: list[Item]) -> int:
    """Reads "empty ones first", "the ones without a salary at the end"; how many pieces it takes up."""
    column = following[0] if following and following[0].role == "column" else None
    place = following[1:2] if column else following[:1]
    if not place or place[0].role not in ("top", "bottom"):
        return 0
    keys.nulls = "first" if place[0].role == "top" else "last"
    keys.lacking = column.value if column else ""
    return 2 + (column is not None)


def _may_end(said: Wording, name: str, scale: str) -> bool:
    """Whether a column may be what a word such as "newest" is about, and not only be named like the rows."""
    return not scale or fits_scale(said, name, scale)


def _order(pole: str, place: str) -> str:
    return "descending" if (pole == "high") == (place == "top") else "ascending"


def _sorted(one: Sentence, keys: _Keys) -> TableMention | None:
    if one.has == {"sort"} and any(one.said.low(item.start) in _SORTING for item in one.items):
        return asks(one, SORT, "By which column are rows sorted?", "sort by `{}`", rankable(one.said.profile))
    names = [*keys.outer, *keys.names] or [keys.lacking] * bool(keys.lacking)
    if keys.open_scale and not names:
        filled = f"sort by `{{}}` {keys.early or keys.waiting or 'ascending'}"
        question = f"Which column says what comes first in {one.text!r}?"
        return asks(one, SORT, question, filled, keys.open_scale)
    if not names:
        return None
    if len(keys.lengths) not in (0, len(names)):  # by value and by length at once, no step does
        return TableMention(one.start, one.end, SORT)
    if "both" in one.has and len(set(keys.orders.values())) == 1:
        keys.early = next(iter(keys.orders.values()))
    orders = [keys.orders.get(name, keys.early or "ascending") for name in names]
    options: dict[str, JsonValue] = {"columns": [*names]}
    if set(orders) != {"ascending"}:
        options["order"] = [orders[0]] if len(set(orders)) == 1 else [*orders]
    if keys.lengths:
        options["by"] = "length"
    if keys.nulls == "first":
        options["nulls"] = "first"
    return made(one, SORT, options)


def shuffled_rows(one: Sentence) -> TableMention | None:
    """Reads "we need a random order, seed 5", "jumble them up"."""
    seeds = one.of("seed")
    if not one.of("shuffle") or len(seeds) > 1:
        return None
    return made(one, SHUFFLE, {"seed": seeds[0].value} if seeds else {})
