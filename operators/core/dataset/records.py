"""Rows as the text of JSONL, JSON, CSV and TSV."""

import re
from abc import ABC, abstractmethod
from typing import Any

import orjson
import polars as pl

from ..errors import InvalidInput
from ..schema import ABSENT, ROW, ColumnSpec, Schema
from .blocks import frame_from
from .native import first_non_finite, fragments, iso_texts, json_texts, json_values, row_json


class Records(ABC):
    """A text format: what stands before, between and after the rows."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def start(self) -> bytes:
        """What stands before the first row."""
        return b""

    @abstractmethod
    def rows(self, frame: pl.DataFrame) -> bytes:
        """The text of neighbouring rows.

        Raises:
            InvalidInput: a value cannot be held by the format.
        """

    def end(self) -> bytes:
        """What stands after the last row."""
        return b""


class JsonLines(Records):
    """One object a line: every value as it came, absent columns left out."""

    def rows(self, frame: pl.DataFrame) -> bytes:
        """The objects, one a line."""
        return b"".join(self.lines(frame))

    def lines(self, frame: pl.DataFrame) -> list[bytes]:
        """One object per row, each with its line end."""
        names = self._schema.names
        columns = [_json_column(frame, spec) for spec in self._schema.columns]
        records = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
        if not columns:
            records = [{} for _ in range(frame.height)]
        if ABSENT in frame.columns and frame[ABSENT].null_count() < frame.height:
            _leave_out(records, frame[ABSENT].to_list())
        return [row_json(record) for record in records]


def _leave_out(records: list[dict[str, Any]], absent: list[list[str] | None]) -> None:
    for record, names in zip(records, absent, strict=True):
        for name in names or ():
            if record.get(name, absent) is None:
                del record[name]


def _json_column(frame: pl.DataFrame, spec: ColumnSpec) -> list[Any]:
    series = frame[spec.name]
    if spec.encoded:
        return fragments(series.cast(pl.String))
    bad = first_non_finite(series)
    if bad is not None:
        row = f"row {frame[ROW][bad]}" if ROW in frame.columns else "a row"
        raise InvalidInput.of(
            "non_finite",
            f"column {spec.name!r} of {row} holds NaN or infinity, which JSON cannot hold; "
            "write .parquet, or drop such rows first",
            got=spec.name,
        )
    return json_values(series)


class JsonArray(Records):
    """An array of objects, one a line."""

    def __init__(self, schema: Schema) -> None:
        super().__init__(schema)
        self._lines = JsonLines(schema)
        self._before = b"[\n"

    def rows(self, frame: pl.DataFrame) -> bytes:
        """The objects, parted by commas from each other and from those before."""
        if frame.height == 0:
            return b""
        before, self._before = self._before, b",\n"
        return before + b",\n".join(line.removesuffix(b"\n") for line in self._lines.lines(frame))

    def end(self) -> bytes:
        """The closing bracket."""
        return b"[]\n" if self._before == b"[\n" else b"\n]\n"


class Delimited(Records):
    """CSV or TSV: a header, then text as it is, null and absent empty, other values as JSON writes them."""

    def __init__(self, schema: Schema, delimiter: str) -> None:
        super().__init__(schema)
        self._delimiter = delimiter
        # A byte-order mark at the start of the file would be taken for the file's own.
        self._special = re.compile(f'["\r\n{delimiter}]|^\ufeff')

    def start(self) -> bytes:
        """The header."""
        names = self._schema.names
        header = self._delimiter.join(self._quoted(name) for name in names) if names != ("",) else '""'
        return f"{header}\n".encode()

    def _quoted(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"' if self._special.search(name) else name

    def rows(self, frame: pl.DataFrame) -> bytes:
        """The records; fields are quoted only where they must be."""
        cells = frame_from(_cells(frame[spec.name], spec) for spec in self._schema.columns)
        alone = cells.width == 1  # an empty line would be no record, so a lone empty field is quoted
        cells = cells.fill_null("") if alone else cells.with_columns(pl.all().replace("", None))
        text = cells.write_csv(include_header=False, separator=self._delimiter, quote_style="necessary")
        return text.encode()


def _cells(series: pl.Series, spec: ColumnSpec) -> pl.Series:
    if spec.encoded:
        texts = series.cast(pl.String)
        return texts if spec.dtype == "nested" else _unquoted(texts)
    physical = series.dtype
    if physical.is_float():
        return pl.Series(spec.name, [None if value is None else repr(value) for value in series.to_list()], pl.String)
    if physical.is_temporal():
        return iso_texts(series)
    if physical == pl.Binary():
        return series.bin.encode("base64")
    if physical.is_nested():
        return pl.Series(spec.name, json_texts(series), pl.String)
    return series.cast(pl.String)


def _unquoted(texts: pl.Series) -> pl.Series:
    """JSON texts, the strings among them as what they say."""
    plain = [orjson.loads(text) if text and text[0] == '"' else text for text in texts.to_list()]
    return pl.Series(texts.name, plain, dtype=pl.String)
