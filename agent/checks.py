"""Proves the asks of a request on the output, by rules of its own, without looking at the plan."""

import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from ..operators.core import Batch, TextView
from ..operators.core.dataset import Dataset, conform, unify
from ..operators.core.expression import parse_expression
from .state import Ask, Check

PATTERNS = {
    "url": re.compile(r"https?://\S", re.IGNORECASE),
    "html": re.compile(r"</?(?:p|div|span|a|br|table|script|li|ul|h[1-6])\b[^<>]*>", re.IGNORECASE),
    "email": re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE),
}


def check_asks(asks: Sequence[Ask], output: Path) -> tuple[Ask, ...]:
    """The asks with `holds` set: True proven, False broken, None not checkable."""
    parsed = [block.parse() for block in Dataset.open([output]).blocks()]
    schema, _ = unify([part.schema for part in parsed])
    batches = [Batch(conform(part.frame, part.schema, schema), schema) for part in parsed]
    return tuple(ask.model_copy(update={"holds": _holds(ask.check, batches)}) for ask in asks)


def _holds(check: Check, batches: list[Batch]) -> bool | None:
    if check.kind == "none":
        return None
    if check.column is not None and any(check.column not in batch.schema for batch in batches):
        return None
    if check.kind == "condition":
        expression = parse_expression(str(check.arguments["expression"]))
        return all(bool(expression.mask(batch.frame, batch.schema).all()) for batch in batches)
    if check.column is None:
        return None
    texts = pl.concat([batch.texts(check.column).alias("text") for batch in batches]).drop_nulls()
    if check.kind == "no_exact_duplicates":
        return texts.n_unique() == len(texts)
    if check.kind == "no_match":
        pattern = PATTERNS.get(str(check.arguments.get("pattern_name")))
        return None if pattern is None else not any(pattern.search(text) for text in texts)
    if check.kind in ("word_count", "char_count"):
        low, high = check.arguments.get("min"), check.arguments.get("max")
        sizes = [len(TextView(text).words) if check.kind == "word_count" else len(text) for text in texts]
        return all((low is None or n >= float(str(low))) and (high is None or n <= float(str(high))) for n in sizes)
    return None
