"""What a dataset looks like at its beginning: columns, types, what their values resemble, and which holds the text."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import orjson
import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from ..operators.core.batch import Batch
from ..operators.core.dataset import Dataset, Parsed, conform, unify
from ..operators.core.schema import ColumnSpec, DType, Schema

Look = Literal["prose", "html", "urls", "emoji", "identifier", "label", "code"]

EXAMPLES, EXAMPLE_CHARACTERS = 3, 200
LABELS, LABEL_CHARACTERS = 20, 60
REPEATED = 0.75
"""Largest share of different values in a column of labels: small tables repeat few of theirs."""
BLOCK_BYTES = 8 * 2**20
MAX_BLOCKS = 4
"""Most blocks read of one input, so that very long rows cost no more than `MAX_BLOCKS * BLOCK_BYTES`."""

HINTS: Final = ("text", "content", "raw_content", "body", "document", "article", "page_content", "passage", "markdown")
"""Names that the main text usually has, the likeliest first."""
KEYS: Final = frozenset({"id", "_id", "uuid", "guid", "key", "hash"})
CLEARLY_LONGER: Final = 2.0
"""How many times longer on average a text must be than the others to be taken for the main text."""

_PATTERNS: Final[tuple[tuple[Look, str, float], ...]] = (
    ("html", r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>", 0.02),
    ("urls", r"https?://|www\.", 0.02),
    ("emoji", r"[\x{1F300}-\x{1FAFF}\x{2600}-\x{27BF}]", 0.01),
    ("code", r"(?m)^\s*(?:def |class |import |from \S+ import |#include|function |public |const |return |\}\s*$)", 0.3),
)
"""What a text may hold: the look, a pattern, and the share of texts that must match."""


class ColumnProfile(BaseModel):
    """One column, as the rows that were read show it.

    Shares are 0 to 1. `distinct_share` is of the values that are not null. Characters and words are None where the
    column holds no text. `examples` are the first different values, `labels` the most frequent ones of a column with
    few; both are values of the data and are cut. The type is that of the schema, but `number` for a `json` column
    whose values are numbers, some whole and some not.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    dtype: DType
    null_share: float = 0.0
    distinct_share: float = 0.0
    mean_chars: float | None = None
    max_chars: int | None = None
    mean_words: float | None = None
    looks: tuple[Look, ...] = ()
    examples: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


class Profile(BaseModel):
    """What is known of a dataset before anything runs; plain data.

    `complete` says whether all rows were read; otherwise columns may exist that it does not name. `inputs` are the
    base names of the files. `warnings` tell which files are left out, which columns have conflicting types, and what
    cannot be read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)

    columns_schema: Schema = Field(alias="schema")
    rows_seen: int
    complete: bool
    columns: tuple[ColumnProfile, ...]
    inputs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def schema(self) -> Schema:  # type: ignore[override]  # pydantic's own is deprecated
        """The columns and their types, as the rows that were read show them."""
        return self.columns_schema

    def column(self, name: str) -> ColumnProfile:
        """The column of this name.

        Raises:
            KeyError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def with_columns(self, written: Mapping[str, DType]) -> "Profile":
        """The profile with columns that steps will write, of which only the type is known."""
        new = {name: dtype for name, dtype in written.items() if name not in self.schema}
        schema = self.schema
        for name, dtype in new.items():
            schema = schema.with_column(name, dtype)
        columns = (*self.columns, *(ColumnProfile(name=name, dtype=dtype) for name, dtype in new.items()))
        return self.model_copy(update={"columns_schema": schema, "columns": columns})

    def text_column(self) -> str | None:
        """The column with the main text: by its name, else the only or clearly longest text; None when in doubt."""
        texts = self._texts()
        if not texts:
            return None
        longest = max(_length(column) for column in texts)
        for hint in HINTS:
            for column in texts:
                if column.name.lower() == hint and _length(column) * CLEARLY_LONGER >= longest:
                    return column.name
        named = [column for column in texts if _has_hint(column.name)]
        rivals = named or texts
        best = max(rivals, key=_length)
        clear = all(_length(best) >= CLEARLY_LONGER * _length(other) for other in rivals if other is not best)
        return best.name if clear else None

    def text_candidates(self) -> tuple[str, ...]:
        """The columns that may hold the main text, the likeliest first."""
        texts = self._texts()
        texts.sort(key=lambda column: (not _has_hint(column.name), -_length(column)))
        return tuple(column.name for column in texts)

    def _texts(self) -> list[ColumnProfile]:
        """Columns of text that are no mere keys or labels; all columns of text where that leaves none."""
        texts = [
            column for column in self.columns if column.mean_chars is not None and column.dtype in ("text", "json")
        ]
        texts = [column for column in texts if "prose" in column.looks or not _names_keys(column.name)]
        free = [c for c in texts if _has_hint(c.name) or not {"identifier", "label"} & set(c.looks)]
        prose = [c for c in free if "prose" in c.looks or _has_hint(c.name)]
        return prose or free or texts


def profile(dataset: Dataset, max_rows: int = 2000) -> Profile:
    """Look at the first rows of every input.

    Args:
        max_rows: about how many rows are read, over all inputs.

    Raises:
        InvalidInput: an input cannot be read.
    """
    share = max(1, max_rows // len(dataset.sources))
    parts, complete = list[Parsed](), True
    for source in dataset.sources:
        found, all_read = _first_parts(Dataset((source,)), share)
        parts += found
        complete = complete and all_read
    schema, conflicts = unify(part.schema for part in parts)
    warnings = [*dataset.warnings, *conflicts]
    frames = [conform(part.frame, part.schema, schema) for part in parts]
    frame = pl.concat(frames, how="vertical_relaxed")
    rejects = sum(len(part.rejects) for part in parts)
    if rejects:
        warnings.append(f"{rejects} records at the beginning cannot be read and will be rejected")
    return Profile(
        columns_schema=schema,
        rows_seen=frame.height,
        complete=complete,
        columns=tuple(_column(Batch(frame, schema), name) for name in schema.names),
        inputs=tuple(source.name for source in dataset.sources),
        warnings=tuple(warnings),
    )


def _first_parts(dataset: Dataset, rows: int) -> tuple[list[Parsed], bool]:
    parts: list[Parsed] = []
    blocks = dataset.blocks(max_rows=rows, max_bytes=BLOCK_BYTES)
    for block in blocks:
        parts.append(block.parse())
        if sum(part.frame.height for part in parts) >= rows or len(parts) == MAX_BLOCKS:
            break
    return parts, next(iter(blocks), None) is None


def _column(batch: Batch, name: str) -> ColumnProfile:
    spec = batch.schema[name]
    series = batch.frame[name]
    some = series.drop_nulls()
    texts = batch.texts(name).drop_nulls() if spec.dtype in ("text", "json") else pl.Series([], dtype=pl.String)
    base = ColumnProfile(
        name=name,
        dtype=spec.dtype,
        null_share=round(1 - len(some) / max(1, len(series)), 4),
        distinct_share=round(_distinct(some) / max(1, len(some)), 4),
        examples=_examples(some),
    )
    if not len(texts):
        looks: tuple[Look, ...] = ("identifier",) if spec.dtype == "integer" and _is_key(base, some) else ()
        return base.model_copy(update={"looks": looks, "dtype": "number" if _holds_numbers(spec, some) else spec.dtype})
    chars = texts.str.len_chars()
    measured = base.model_copy(
        update={
            "mean_chars": round(float(chars.mean()), 2),  # type: ignore[arg-type]
            "max_chars": int(chars.max()),  # type: ignore[arg-type]
            "mean_words": round(float(texts.str.count_matches(r"\S+").mean()), 2),  # type: ignore[arg-type]
        }
    )
    looks = _looks(measured, texts)
    return measured.model_copy(update={"looks": looks, "labels": _labels(texts) if "label" in looks else ()})


def _holds_numbers(spec: ColumnSpec, values: pl.Series) -> bool:
    """Whether a column of values of several kinds holds numbers alone, some whole and some not: 7 and 8.5."""
    return spec.dtype == "json" and len(values) > 0 and bool(values.str.contains(r"^-?[0-9]").all())


def _looks(column: ColumnProfile, texts: pl.Series) -> tuple[Look, ...]:
    words = column.mean_words or 0.0
    looks: list[Look] = ["prose"] if words >= 8 else []
    looks += [look for look, pattern, share in _PATTERNS if float(texts.str.contains(pattern).mean()) >= share]  # type: ignore[arg-type]
    if words < 4 and _distinct(texts) <= LABELS and column.distinct_share <= REPEATED:
        looks.append("label")
    if words <= 1.05 and (_names_keys(column.name) or _is_key(column, texts)):
        looks.append("identifier")
    return tuple(looks)


def _names_keys(name: str) -> bool:
    """Whether a name says that the column holds keys: `id`, `doc_id`, `uuid`."""
    return name.lower() in KEYS or name.lower().endswith(("_id", "_uuid", "_key"))


def _is_key(column: ColumnProfile, values: pl.Series) -> bool:
    return len(values) > 1 and column.distinct_share == 1.0 and (column.mean_chars or 0.0) <= 80


def _distinct(values: pl.Series) -> int:
    try:
        return values.n_unique()
    except (pl.exceptions.InvalidOperationError, pl.exceptions.ComputeError):  # nested values cannot be compared
        return len(values)


def _examples(values: pl.Series) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for value in values.head(50):
        shown = value if isinstance(value, str) else _as_json(value)
        found.setdefault(shown[:EXAMPLE_CHARACTERS])
        if len(found) == EXAMPLES:
            break
    return tuple(found)


def _labels(texts: pl.Series) -> tuple[str, ...]:
    counted = texts.value_counts().sort(["count", texts.name], descending=[True, False])
    return tuple(text for text in counted[texts.name].head(LABELS) if len(text) <= LABEL_CHARACTERS)


def _as_json(value: object) -> str:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, pl.Series):
        value = value.to_list()
    return orjson.dumps(value, default=str).decode()


def _length(column: ColumnProfile) -> float:
    return column.mean_chars or 0.0


def _has_hint(name: str) -> bool:
    """Whether a word of the name is one that main texts have: `full_text`, `articleBody`."""
    words: Sequence[str] = [part.lower() for part in re.findall(r"[A-Z]?[^\W\d_A-Z]+", name)]
    return name.lower() in HINTS or any(word in HINTS or word.removesuffix("s") in HINTS for word in words)
