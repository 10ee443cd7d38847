"""What operators that talk with a model about a row share: texts to treat, replies that fit the row, rows to drop."""

from collections.abc import Callable, Generator
from typing import Annotated, Any, TypeVar

import orjson
import polars as pl
from pydantic import BaseModel, StringConstraints

from ..core import Reply, Request, RowError, require_text
from ..core.structured import InvalidReply, Shape, ask_shaped, read_reply, schema_of

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
Talk = Generator[Request, Reply, T]
"""A conversation that asks one thing at a time."""
Written = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A text of a reply that must not be blank."""


def filled_text(row: dict[str, Any], column: str) -> str:
    """The text in a column of a row.

    Raises:
        RowError: there is none (`no_value`), or nothing but white space (`empty_text`).
    """
    text = require_text(row, column)
    if not text.strip():
        raise RowError("empty_text", f"column {column!r} holds an empty text")
    return text


def folded(text: str) -> str:
    """A text without its case and its spacing, for telling whether two say the same."""
    return " ".join(text.casefold().split())


def ask_until(model: type[M], request: Request, fault: Callable[[M], str | None]) -> Talk[M]:
    """`ask_for` whose reply must also fit the row; one that does not goes back with the reason.

    Args:
        fault: what is wrong with a reply, in a sentence that the model can act on, or None.

    Raises:
        RowError: no reply was fit.
    """

    def fit(found: Any) -> M:
        reply = read_reply(model, orjson.dumps(found).decode())
        error = fault(reply)
        if error is not None:
            raise InvalidReply(error)
        return reply

    return ask_shaped(Shape(schema_of(model), fit), request)


def dropped_for(records: pl.DataFrame, *reasons: str) -> pl.DataFrame:
    """Records in which the rows that failed for one of these reasons are dropped: nothing went wrong with them."""
    meant = (pl.col("fate") == "failed") & pl.col("reason").is_in(reasons)
    return records.with_columns(fate=pl.when(meant).then(pl.lit("dropped")).otherwise(pl.col("fate")))
