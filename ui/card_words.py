"""What is said of a quality card in the terminal and on its page alike."""

from ..operators.text.token_count_filter import BYTES_PER_TOKEN
from ..pipelines.card.model import Duplicates, Group, MetricCard, QualityCard, Unit
from .figures import change, figure

GROUPS: dict[Group, str] = {
    "length": "Length",
    "words": "Words",
    "marks": "Marks and remains",
    "lines": "Lines and sentences",
}
"""The parts into which metrics fall, in order, with their headings."""
Named = tuple[str, list[float | None]]
"""A name, and the number before and after, or the one there is."""
NAMED = 2
_NO_LANGUAGES = {"unclear": "Language unclear", "zxx": "In no language"}


def named(card: QualityCard) -> str:
    """What the data is called.

    A few files by their names, many by the first of them.
    """
    names = list(card.inputs)
    more = f" and {len(names) - NAMED} more files" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def positions(card: QualityCard) -> str:
    """How much was read, and where the texts are."""
    rows = f"{figure(card.rows, 'count')} row{'s' * (card.rows != 1)}"
    read = f"The first {rows}, as asked for" if card.sample is not None and card.rows == card.sample else rows
    where = f"the text is in column {card.column}" if card.column else "no column holds text"
    return f"{read}; {where}. {about_tokens(card)}".strip() if card.rows or card.column else f"{read}."


def about_tokens(card: QualityCard) -> str:
    """How tokens were counted; nothing without texts."""
    if card.tokens is None:
        return ""
    if card.tokenizer:
        return f"Tokens are those of {card.tokenizer}."
    return f"Tokens are an estimate: UTF-8 bytes divided by {BYTES_PER_TOKEN}."


def summary(card: QualityCard, like: QualityCard | None = None) -> dict[str, tuple[float | None, Unit]]:
    """The few numbers that say most, by their titles.

    Args:
        like: the card whose main language counts; the same if not given.
    """
    found: dict[str, tuple[float | None, Unit]] = {"Rows": (card.rows, "count")}
    if card.column:
        tokens, words = card.tokens, card.metric("word_count")
        found["Rows with a text"] = (card.texts, "count")
        found["Tokens" if card.tokenizer else "Tokens (estimate)"] = (tokens.total if tokens else None, "count")
        found["Words, median"] = (words.median if words else None, "count")
    for main in (like or card).languages[:1]:
        title = _NO_LANGUAGES.get(main.code, f"In {main.name}")
        found[title] = (sum(one.share for one in card.languages if one.code == main.code), "share")
    if card.duplicates:
        found["Exact duplicates"] = (card.duplicates.exact_share, "share")
        found["Near duplicates"] = (card.duplicates.near_share, "share")
    found["Rejected records"] = (card.rejects, "count")
    return found


def about_duplicates(card: QualityCard) -> str:
    """How duplicates were found, and among which texts; nothing without texts."""
    found = card.duplicates
    if found is None:
        return ""
    earlier = card.against.duplicates if card.against else None
    among = _among(found)
    if earlier and _among(earlier) != among:
        among = f"{_among(earlier)} before, {among} after"
    return (
        f"Similar: of the word 5-grams in either text at least {100 * found.near_threshold:g}% are in both, as "
        f"minhash_dedup finds it, sought among {among}. Exact copies are sought among all texts."
    )


def _among(found: Duplicates) -> str:
    return "all texts" if found.near_complete else f"the first {figure(found.near_of, 'count')} texts"


def states(card: QualityCard) -> list[QualityCard]:
    """What a number is shown of: before and after, or the one there is."""
    return [card.against, card] if card.against else [card]


def language_shares(card: QualityCard, most: int) -> list[Named]:
    """The share of texts in each language, the largest first, and of all others together."""
    names = {one.code: one.name for each in states(card) for one in each.languages}
    shares = [{one.code: one.share for one in each.languages} for each in states(card)]
    ordered = sorted(names, key=lambda code: -max(share.get(code, 0.0) for share in shares))
    rows: list[Named] = [(names[code], [share.get(code, 0.0) for share in shares]) for code in ordered[:most]]
    rest = ordered[most:]
    others: list[float | None] = [sum(share.get(code, 0.0) for code in rest) for share in shares]
    return [*rows, (f"{len(rest)} others", others)] if rest else rows


def duplicate_shares(card: QualityCard) -> list[Named]:
    """The share of texts that are copies; nothing without texts."""
    found = [each.duplicates for each in states(card)]
    exact = [one.exact_share if one else None for one in found]
    near = [one.near_share if one else None for one in found]
    return [("exact copies", exact), ("near copies", near)] if card.duplicates else []


def personal_data_shares(card: QualityCard) -> list[Named]:
    """The share of texts with each kind of personal data."""
    shares = [{one.kind: one.share for one in each.personal_data} for each in states(card)]
    return [(one.kind, [share.get(one.kind) for share in shares]) for one in card.personal_data]


def null_shares(card: QualityCard) -> list[Named]:
    """The share of rows without a value in each column."""
    shares = [{one.name: one.null_share for one in each.columns} for each in states(card)]
    return [(name, [share.get(name) for share in shares]) for name in column_types(card)]


def column_types(card: QualityCard) -> dict[str, str]:
    """The type of each column, of those that are gone too; both types where it changed."""
    before: dict[str, str] = {one.name: one.dtype for one in card.against.columns} if card.against else {}
    after = {one.name: one.dtype for one in card.columns}
    changes = {name: f"{before[name]} → {dtype}" for name, dtype in after.items() if before.get(name, dtype) != dtype}
    return {**after, **{name: dtype for name, dtype in before.items() if name not in after}, **changes}


def mean_unit(metric: MetricCard) -> Unit:
    """The unit of the metric's mean, which is no whole number where the metric is a count."""
    return "number" if metric.unit == "count" else metric.unit


def changed(before: float | None, after: float | None, unit: Unit) -> str:
    """By how much a number changed; a dash where one of both is missing."""
    return change(None if before is None or after is None else after - before, unit)
