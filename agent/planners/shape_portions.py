"""Rules for sentences that keep a portion of the rows, once all their words are understood."""

from fractions import Fraction
from typing import Final

from pydantic import JsonValue

from .portions import GONE
from .quantities import plain
from .shape_orders import SORT, asks, made
from .shape_ranks import Open, Ranking, main_end, ranking_of
from .shape_words import OUT, PLAIN_ENDS
from .shapes import Item, Sentence, fits_scale, grouped, ranked_columns
from .vocabulary import DROP, KEEP
from .wording import NUMBERS, TableMention

TOP, SAMPLE = "top_rows", "sample_rows"
TOP_ROLES: Final = frozenset("column by within number end more out rest only enough cap all except deny".split())
SAMPLE_ROLES: Final = frozenset("column within number random first seed out only rest enough cap few".split())

_SIZES: Final = ("10 rows", "100 rows", "10 %")
_SINGLE: Final = frozenset("row one entry record item line example sample occurrence".split())
_LITTLE: Final = frozenset("for in of from per each every by the".split())


def _has_verb(one: Sentence) -> bool:
    return any(one.said.low(at) in DROP | KEEP | OUT for at in range(one.start, one.end))


def best_rows(one: Sentence) -> TableMention | None:  # noqa: PLR0911 - one return for each reason against
    """Reads "the quarter with the highest rating", "from every genre the three with the lowest price", "newest 8"."""
    numbers = _amounts(one)
    end = main_end(one) or (main_end(one, "more") if any(one.role == "share" for one in numbers) else None)
    groups, others = grouped(one)
    # "the youngest objects" beside `object_title`
    weak = [item.value for item in one.of("column") if item.weak and item.value not in (groups or ())]
    if end is None:
        return None
    named = [name for name in others if name not in weak or _counts(one, name, end.value[1])]
    if not numbers and groups and _is_single(one, end):
        numbers = [Item("one", 1, end.start, end.start)]
    if len(numbers) != 1 or groups is None or len(named) > 1 or _is_counted(one, numbers[0]):
        return None
    number = numbers[0]
    if any(one.said.low(at) in KEEP for gone in one.of("out") for at in range(gone.end, number.start)):
        return None  # "drop id, keep the 20 most popular" are two wishes
    single = one.said.low(number.start) == "single"
    if one.said.low(end.start) in PLAIN_ENDS or (number.role == "one" and not groups and not single):
        return None
    if not named and _in_that_order(one, end, number):
        return _first_ones(one, number, groups)
    ranking = ranking_of(one, end, named, weak)
    if isinstance(ranking, Open):
        return _asked(one, ranking)
    if ranking is None:
        return None
    excepted = _is_excepted(one)
    if one.of("except", "deny") and not excepted:
        return None
    out = (bool(one.of("out")) is not excepted) and not one.of("rest")  # "drop all but the two dearest" keeps two
    if not ranking.number:
        return _in_order(one, ranking, number, groups, out=out)
    named_score: dict[str, JsonValue] = {} if ranking.name == "score" else {"score": ranking.name}
    per: dict[str, JsonValue] = {"per": [*groups]} if groups else {}
    high: dict[str, JsonValue] = {}
    low: dict[str, JsonValue] = {"best": "low"}
    stays = {**named_score, **(high if ranking.high else low), **sized(number), **per}
    rest = {**named_score, **(low if ranking.high else high), **sized(number, dropped=True), **per}
    gone = rest if number.role == "share" else {**stays, **GONE}
    if _has_verb(one) or excepted:
        return made(one, TOP, gone if out else stays)
    return TableMention(one.start, one.end, TOP, stays, gone, wanted=ranking.high)


def _in_that_order(one: Sentence, end: Item, number: Item) -> bool:
    """Whether "the top ten" are the first ones of an order that was asked for before."""
    return one.said.ordered and number.role != "one" and one.said.low(end.start) == "top" and end.end == end.start + 1


def _counts(one: Sentence, name: str, scale: str) -> bool:
    """Whether rows may be ranked by a column whose name may as well stand for them: "the oldest tracks" by no id."""
    if one.said.profile.column(name).dtype not in NUMBERS or name not in ranked_columns(one.said):
        return False
    return scale != "time" or fits_scale(one.said, name, scale)


def _is_single(one: Sentence, end: Item) -> bool:
    """Whether "the best answer per question" means one row, as no plural says more."""
    if one.said.low(end.start) in PLAIN_ENDS or one.of("rest", "enough", "out"):
        return False
    behind = [one.said.low(at) for at in range(end.end, one.end) if not one.said.ends(at)]
    nouns = [word for word in behind[:3] if word.isalpha() and word not in _LITTLE]
    return not any(word.endswith("s") and not word.endswith("ss") for word in nouns[:1])


def _is_counted(one: Sentence, number: Item) -> bool:
    """Whether a number says what a column holds: "four or five stars, the fives at the top" are no five rows."""
    behind = [item for item in one.of("column") if item.start == number.end]
    return any(one.said.profile.column(item.value).dtype in NUMBERS for item in behind)


def _is_excepted(one: Sentence) -> bool:
    """Whether a sentence begins with what is not meant: "all but the two dearest", "without the three heaviest"."""
    first = next((item.role for item in one.items if item.role not in ("all", "out")), "")
    return first == "except" or one.said.low(one.start) == "without"


def _first_ones(one: Sentence, number: Item, groups: list[str]) -> TableMention | None:
    if one.of("out"):
        return None
    per: dict[str, JsonValue] = {"per": [*groups]} if groups else {}
    return made(one, SAMPLE, {"method": "first", **sized(number), **per})


def _in_order(one: Sentence, ranking: Ranking, number: Item, groups: list[str], *, out: bool) -> TableMention:
    """By dates and lengths rows are put in order first; then the first ones stay."""
    per: dict[str, JsonValue] = {"per": [*groups]} if groups else {}
    share = number.role == "share"
    first: dict[str, JsonValue] = {"method": "first", **sized(number, dropped=out and share), **per}
    first |= {"chosen": "dropped"} if out and not share else {}
    order = ranking.order(turned=out and share)
    return TableMention(one.start, one.end, SORT, order, None, whole=True, then=((SAMPLE, first),))


def _asked(one: Sentence, open_: Open) -> TableMention | None:
    if not open_.columns:
        return None
    question = f"Which column of numbers says how good a row is, in {one.text!r}?"
    if not open_.good:
        question = f"Which column is meant by {open_.words!r} in {one.text!r}?"
    return asks(one, TOP, question, f"{one.text} by `{{}}`", open_.columns)


def _amounts(one: Sentence) -> list[Item]:
    """How many are meant; "one" behind another number is a pronoun: "one review per product, the most helpful one"."""
    numbers = one.of("number", "share", "one")
    return numbers[:1] + [item for item in numbers[1:] if item.role != "one"]


def sized(number: Item, *, dropped: bool = False) -> dict[str, JsonValue]:
    """How much stays, as an option."""
    if number.role != "share":
        return {"count": plain(number.value)}
    share = Fraction(str(plain(number.value)))
    return {"share": float(1 - share if dropped else share)}


def some_rows(one: Sentence) -> TableMention | None:  # noqa: PLR0911 - one return for each reason against
    """Reads "draw seven by lot", "the opening 25", "of each product the first two", "one row per author"."""
    numbers, (groups, others) = one.of("number", "share", "one"), grouped(one)
    if one.of("few"):
        plain = one.has <= {"few", "only", "enough", "random"} and not numbers
        question = f"How many rows are meant by {one.text!r}?"
        return asks(one, SAMPLE, question, "a random sample of {}", _SIZES) if plain else None
    weak = {item.value for item in one.of("column") if item.weak}
    lists = any(one.said.profile.column(name).dtype in ("nested", "vector") for name in groups or ())
    first = one.of("first")
    single = bool(groups and first) and one.said.low(first[-1].end) in _SINGLE
    if not numbers and single:  # "the first row for each title"
        numbers = [Item("one", 1, first[-1].start, first[-1].start)]
    if lists or len(numbers) != 1 or groups is None or not {*others} <= weak or {"random", "first"} <= one.has:
        return None  # "one row per tag" unfolds the lists of tags
    number = numbers[0]
    out = bool(one.of("out")) and not one.of("rest")
    if out and not one.of("random", "first"):
        return None
    counted = out and (number.role != "share" or bool(one.of("first")))
    options: dict[str, JsonValue] = sized(number, dropped=out and not counted)
    options |= {"chosen": "dropped"} if counted else {}
    note = ""
    if one.of("first"):
        options = {"method": "first", **options}
    elif not one.of("random"):
        if one.said.ordered and number.role != "one" and _is_kept(one):
            return _first_ones(one, number, groups)
        if groups and number.role == "number" and one.of("cap"):
            return _which(one, number, groups)
        if not groups or number.role != "one":
            return None
        options = {"method": "first", **options}
        note = f"Of rows with the same {' and '.join(groups)} the first one stays."
    elif number.role == "one" and not groups:
        return None
    seeds = one.of("seed")
    if seeds and one.of("first"):
        return None
    options |= {"per": [*groups]} if groups else {}
    return made(one, SAMPLE, options | ({"seed": seeds[0].value} if seeds else {}), note)


def _is_kept(one: Sentence) -> bool:
    """Whether a sentence says that so many rows stay, which are the first ones of an order asked for before."""
    kept = any(one.said.low(at) in KEEP for at in range(one.start, one.end))
    return (kept or bool(one.of("cap", "only", "enough"))) and not one.of("out", "rest")


def _which(one: Sentence, number: Item, groups: list[str]) -> TableMention:
    size, group = plain(number.value), " and ".join(groups)
    options = (f"the first {size} rows per {group}", f"a random sample of {size} rows per {group}")
    return asks(one, SAMPLE, f"Which {size} rows per {group} are meant?", "{}", options)
