"""What the rules for files of source code share: their lines, and the language that a column names."""

from collections.abc import Collection

import polars as pl

from ..core import Batch

MARKUP = frozenset({"html", "json", "markdown", "roff", "roff manpage", "smt", "tex", "text", "xml"})
"""Languages whose lines are prose or data, so may be long."""


def lines_of(batch: Batch, column: str) -> pl.Series:
    """The lines of each text without their ends, in lists; null where there is no text.

    They end at `\\n`, `\\r\\n` and `\\r`; an end after the last line begins no other, so an empty text has none.
    """
    return batch.derived(column, "lines of code", _split)


def _split(texts: pl.Series) -> pl.Series:
    ended = texts.str.replace_all("\r\n?", "\n")
    lines = ended.str.strip_suffix("\n").str.split("\n")
    nothing = pl.lit([], dtype=pl.List(pl.String))
    return pl.select(pl.when(ended != "").then(lines).when(ended == "").then(nothing)).to_series()


def names_one_of(batch: Batch, column: str | None, names: Collection[str]) -> pl.Series:
    """For each row whether a column names one of some languages, whatever its case; no row does without a column."""
    if column is None:
        return pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(batch))
    named = batch.texts(column).str.strip_chars().str.to_lowercase()
    return named.is_in(sorted(names)).fill_null(value=False)


def where(condition: pl.Series, then: pl.Series, otherwise: pl.Series | float) -> pl.Series:
    """One value for each row, of the first where the condition holds, else of the other."""
    return pl.select(pl.when(condition).then(then).otherwise(otherwise)).to_series()
