"""Rules for sentences that tell rows apart into sets, once all their words are understood."""

from fractions import Fraction
from typing import Final

from pydantic import JsonValue

from .quantities import plain
from .shape_orders import made
from .shapes import Item, Sentence, grouped, is_row_noun
from .wording import TableMention

SPLIT: Final = "split_dataset"
SPLIT_ROLES: Final = frozenset(
    "number set split rest random seed within column output chance hold halves together deny".split()
)
_USUAL: Final[dict[int, list[str]]] = {2: ["train", "test"], 3: ["train", "validation", "test"]}


def split_rows(one: Sentence) -> TableMention | None:
    """Reads "three quarters are for training, the rest for testing", "train/val/test 70/15/15", "keep a fifth back"."""
    names = list(dict.fromkeys(item.value for item in one.of("set")))
    groups, others = grouped(one)
    together = bool(one.of("together"))
    weak = {item.value for item in one.of("column") if item.weak}
    others = [name for name in others if together or name not in weak]
    if one.of("deny") and not together:
        return None
    if groups is None or (others and not together) or (together and not others) or _counts_rows(one):
        return None
    shares = _shares(one, names)
    if shares is None:
        return None
    options: dict[str, JsonValue] = {"shares": {**shares}}
    seeds, written = one.of("seed"), one.of("output")
    if len(written) > 1 or len(seeds) > 1:
        return None
    options |= {"output": written[0].value} if written and written[0].value != "split" else {}
    options |= {"per": [*groups]} if groups else {}
    options |= {"together": [*others]} if others else {}
    return made(one, SPLIT, options | ({"seed": seeds[0].value} if seeds else {}))


def _shares(one: Sentence, names: list[str]) -> dict[str, float] | None:
    """The share of each set; None where names and numbers do not fit."""
    said = [_percent(item) for item in one.of("number", "share")]
    if one.of("halves") and not said:
        said = [Fraction(50), Fraction(50)]
    if not names and one.of("split") and not one.of("hold", "rest"):
        names = _USUAL.get(len(said), [])
    if not names and len(said) == 1 and _holds_out(one):
        names = ["test"]
    if len(names) == len(said) == 1 and one.of("hold") and names != ["train"]:
        names, said = ["train", *names], [100 - said[0], *said]
    if len(names) < 2 or not said:
        return None
    if len(said) == len(names) - 1 and one.of("rest"):
        names = _rest_last(one, names)
        said.append(100 - sum(said, Fraction(0)))
    total = sum(said, Fraction(0))
    if len(said) != len(names) or total not in (1, 100) or any(share <= 0 for share in said):
        return None
    return {name: float(share / total) for name, share in zip(names, said, strict=True)}


def _holds_out(one: Sentence) -> bool:
    """Whether "hold out" names by itself what the part is for."""
    return any(one.said.low(item.start) in ("hold", "held", "holdout") for item in one.of("hold"))


def _rest_last(one: Sentence, names: list[str]) -> list[str]:
    """The names in the order of the numbers, that of the rest at the end."""
    marks = [item for item in one.items if item.role in ("set", "rest")]
    at = next(place for place, item in enumerate(marks) if item.role == "rest")
    near = [marks[place] for place in (at + 1, at - 1) if 0 <= place < len(marks) and marks[place].role == "set"]
    beside = [item for item in near if not _parted(one, item, marks[at])] or near
    return [*(name for name in names if name != beside[0].value), beside[0].value]


def _parted(one: Sentence, item: Item, other: Item) -> bool:
    """Whether a comma or a number stands between two pieces."""
    first, then = sorted((item, other), key=lambda piece: piece.start)
    numbers = {piece.start for piece in one.of("number", "share")}
    return any(one.said.ends(at) or at in numbers for at in range(first.end, then.start))


def _counts_rows(one: Sentence) -> bool:
    """Whether a number is one of rows, which no share is: "200 rows for testing"."""
    return any(is_row_noun(one.said, item.end) for item in one.of("number") if item.end < one.end)


def _percent(item: Item) -> Fraction:
    value = Fraction(str(plain(item.value)))
    return value * 100 if item.role == "share" else value
