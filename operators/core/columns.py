"""Types of options that name columns; reading, writing and column binding derive from them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, Field

from .schema import DTYPES, INTERNAL, DType

if TYPE_CHECKING:
    from pydantic import BaseModel

T = TypeVar("T")


@dataclass(frozen=True)
class Reads:
    """Marks an option that names a column, or several, which the operator reads."""

    dtypes: tuple[DType, ...]


@dataclass(frozen=True)
class Writes:
    """Marks an option that names the column which the operator writes."""


def _free_name(name: str) -> str:
    if name in INTERNAL:
        raise ValueError(f"{name!r} is a name that DataFlow uses itself")
    return name


ColumnName = Annotated[str, Field(min_length=1), AfterValidator(_free_name)]

Text = Annotated[ColumnName, Reads(("text",))]
Number = Annotated[ColumnName, Reads(("number", "integer"))]
Bytes = Annotated[ColumnName, Reads(("bytes",))]
Anything = Annotated[ColumnName, Reads(DTYPES)]
Column = Annotated[T, "names a column"]
"""`Column[Text]`, `Column[Number]`, `Column[Bytes]`, `Column[Anything]`: the name of one column that is read."""
Columns = Annotated[tuple[ColumnName, ...], Reads(DTYPES)]
"""Names of several columns that are read, of any type."""
OutputColumn = Annotated[ColumnName, Writes()]
"""The name of a column that is written."""


def accepts(wanted: tuple[DType, ...], actual: DType) -> bool:
    """Whether an option that wants one of these types may read a column of that type.

    A `json` column holds values of several types; an operator reads those it understands and
    sends the rest to its null policy.
    """
    return actual in wanted or actual == "json"


def markers(model: "type[BaseModel]", field: str) -> Iterator[Reads | Writes]:
    """The column markers of one option, also those inside a union such as `OutputColumn | None`."""
    info = model.model_fields[field]
    yield from _found(info.metadata)
    yield from _inside(info.annotation)


def _found(metadata: Any) -> Iterator[Reads | Writes]:
    yield from (mark for mark in metadata if isinstance(mark, Reads | Writes))


def _inside(annotation: Any) -> Iterator[Reads | Writes]:
    for argument in get_args(annotation):
        yield from _found(getattr(argument, "__metadata__", ()))
        yield from _inside(argument)
