"""The columns of a dataset and their types."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

DType = Literal["text", "integer", "number", "boolean", "bytes", "time", "vector", "nested", "json"]
DTYPES: tuple[DType, ...] = get_args(DType)

ROW = "_row"
"""Internal column: the id of a row, `source:position`, children append `.n`, created rows are `step:n`."""
ABSENT = "_absent"
"""Internal column: names of the columns that this row does not have (absent is not null); null when it has all."""
INTERNAL = (ROW, ABSENT)


class ColumnSpec(BaseModel):
    """One column.

    `encoded` columns travel as JSON text, one document a row: always so for `json` (values of several
    types, or integers beyond 64 bits), and for `nested` values that came from JSON.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    dtype: DType
    encoded: bool = False


class Schema(BaseModel):
    """The columns of a dataset, in order; internal columns are not listed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: tuple[ColumnSpec, ...] = ()

    @classmethod
    def of(cls, **columns: DType) -> "Schema":
        """Schema from keyword arguments.

        >>> Schema.of(text="text", n="integer").names
        ('text', 'n')
        """
        return cls(columns=tuple(ColumnSpec(name=n, dtype=d, encoded=d == "json") for n, d in columns.items()))

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def _by_name(self) -> dict[str, ColumnSpec]:
        return {column.name: column for column in reversed(self.columns)}

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> ColumnSpec:
        return self._by_name[name]

    def specs(self) -> Iterator[ColumnSpec]:
        """The columns, in order."""
        return iter(self.columns)

    def of_dtype(self, *dtypes: DType) -> tuple[str, ...]:
        """Names of the columns that have one of these types."""
        return tuple(column.name for column in self.columns if column.dtype in dtypes)

    def with_column(self, name: str, dtype: DType, *, encoded: bool | None = None) -> "Schema":
        """The schema after `name` was written: replaced in its place, or added at the end.

        What steps write into `nested` and `json` columns is encoded, unless said otherwise.
        """
        written = dtype in {"nested", "json"}
        spec = ColumnSpec(name=name, dtype=dtype, encoded=written if encoded is None else encoded)
        if name in self:
            return Schema(columns=tuple(spec if column.name == name else column for column in self.columns))
        return Schema(columns=(*self.columns, spec))

    def without(self, names: Iterable[str]) -> "Schema":
        """The schema after `names` were removed."""
        gone = set(names)
        return Schema(columns=tuple(column for column in self.columns if column.name not in gone))

    def renamed(self, names: dict[str, str]) -> "Schema":
        """The schema after columns were renamed, old name to new name."""
        return Schema(
            columns=tuple(
                column.model_copy(update={"name": names.get(column.name, column.name)}) for column in self.columns
            )
        )
