"""Values of a column one by one, whatever its type: as JSON, as texts, and back as a column."""

from collections.abc import Iterable
from typing import Any

import orjson
import polars as pl

from ..core import Batch, RowError
from ..core.dataset.native import json_texts
from ..core.dataset.values import NotReadable, TooDeep, column_of, dumps, loads_exact

_SHOWN = 80
"""Most characters of a value that a message shows."""


def as_json(batch: Batch, column: str) -> list[str | None]:
    """The values as JSON documents, numbers with all their digits; None for null, absent, NaN and infinity."""
    series = batch.frame[column]
    if batch.schema[column].encoded:
        return series.cast(pl.String).to_list()
    return [None if document == "null" else document for document in json_texts(series)]


def as_texts(batch: Batch, column: str) -> list[str | None]:
    """The values as they are written: texts as they are, others as JSON; None as in `as_json`.

    Times are ISO 8601, bytes base64.
    """
    if batch.schema[column].dtype == "text":
        return batch.frame[column].to_list()
    return [
        orjson.loads(document) if document is not None and document[0] == '"' else document
        for document in as_json(batch, column)
    ]


def as_values(batch: Batch, column: str) -> list[Any]:
    """The values as Python objects, integers of any size; None as in `as_json`."""
    if batch.schema[column].dtype == "text":
        return batch.frame[column].to_list()
    return [None if document is None else loads_exact(document.encode()) for document in as_json(batch, column)]


def encoded(values: Iterable[Any]) -> pl.Series:
    """Python values as an encoded column, one JSON document each; None stays null."""
    return pl.Series([None if value is None else dumps(value) for value in values], dtype=pl.String)


def nested_json(text: str) -> str | None:
    """The JSON document of the list or object that a text holds; None where it holds `null`.

    Raises:
        RowError: `invalid_json`, the text is no JSON, or neither list nor object.
    """
    try:
        documents, column = column_of("value", [loads_exact(text.encode())])
    except (NotReadable, TooDeep) as error:
        raise RowError("invalid_json", str(error)) from error
    if column.dtype not in ("nested", None):
        raise RowError("invalid_json", f"{text[:_SHOWN]!r} is neither a list nor an object")
    return documents[0]  # type: ignore[no-any-return]
