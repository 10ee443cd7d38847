"""What two quality cards differ in, number by number."""

from collections.abc import Iterator

from .model import Difference, QualityCard, Unit

Number = tuple[str, Unit, float | None]
"""Title, unit and value."""
_PARTS = ("size", "duplicates", "languages", "personal_data", "metrics", "columns")


def differences(before: QualityCard, after: QualityCard) -> tuple[Difference, ...]:
    """Each number that at least one of the cards has; `change` is after minus before.

    A language that only one of them has is 0 in the other.
    """
    left, right = dict(_numbers(before)), dict(_numbers(after))
    names = sorted({**right, **left}, key=lambda name: _PARTS.index(name.partition(".")[0]))
    return tuple(_difference(name, left.get(name), right.get(name)) for name in names)


def _difference(name: str, left: Number | None, right: Number | None) -> Difference:
    title, unit, _ = right or left or (name, "number", None)
    absent = 0.0 if name.startswith("languages.") else None
    before, after = (absent if number is None else number[2] for number in (left, right))
    change = None if before is None or after is None else after - before
    return Difference(name=name, title=title, unit=unit, before=before, after=after, change=change)


def _numbers(card: QualityCard) -> Iterator[tuple[str, Number]]:
    yield "size.rows", ("Rows", "count", card.rows)
    yield "size.rejects", ("Rejected records", "count", card.rejects)
    yield "size.texts", ("Rows with a text", "count", card.texts)
    yield "size.tokens", ("Tokens", "count", card.tokens.total if card.tokens else None)
    if card.duplicates:
        yield "duplicates.exact_share", ("Exact duplicates", "share", card.duplicates.exact_share)
        yield "duplicates.near_share", ("Near duplicates", "share", card.duplicates.near_share)
    for language in card.languages:
        yield f"languages.{language.code}", (language.name, "share", language.share)
    for kind in card.personal_data:
        yield f"personal_data.{kind.kind}", (f"Texts with {kind.kind}", "share", kind.share)
    for metric in card.metrics:
        unit: Unit = "number" if metric.unit == "count" else metric.unit
        yield f"metrics.{metric.name}.median", (f"{metric.title}, median", unit, metric.median)
        yield f"metrics.{metric.name}.mean", (f"{metric.title}, mean", unit, metric.mean)
        if metric.outside_share is not None:
            title = f"{metric.title}, beyond the default limits"
            yield f"metrics.{metric.name}.outside_share", (title, "share", metric.outside_share)
    for column in card.columns:
        yield f"columns.{column.name}", (f"{column.name}, without a value", "share", column.null_share)
