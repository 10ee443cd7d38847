"""Keep files that hold enough for what they are: data of some lines, pages that show text."""

from math import inf

import polars as pl
from pydantic import Field

from ..core import Batch, Column, Example, Number, OneOf, Range, RowFilter, Rule, Text
from ..text.strip_html import StripHtml
from ._source import lines_of, names_one_of, where

DATA = frozenset({"text", "json", "yaml", "web ontology language", "graphviz", "graphviz (dot)", "dot"})
"""Types of files that are data or prose where they are long."""
DOCUMENTATION = frozenset({"readme", "notes", "todo", "description", "cmakelists"})


class CodeFiletypeFilter(RowFilter):
    """Keep rows by a rule for their type of file: long data files go, and so do HTML pages that show little text.

    Drops rows; order is kept; rows without a type, or without what its rule measures, fall under `on_null`. Types are
    read in whatever case; one without a rule is kept. The metrics of a file:

    - `data_lines`: for Text, JSON, YAML, Web Ontology Language, Graphviz and DOT the number of lines; 0 for others;
    - `visible_chars` and `visible_ratio`: for HTML the characters that the page shows, white space counting once, and
      their share of all; infinite and 1 for others;
    - `documentation_name`, only with `filename`: false for a Text file whose name is not that of documentation, such as
      README, NOTES or requirements.txt; true for others.

    The columns `line_count`, `visible_length` and `total_length` are taken as they are where they are named; what they
    lack is counted in the code itself.

    Source: the rules of OpenCoder, Huang et al. 2024, as DataFlow has them; its rule for names was never reached.
    """

    name = "code_filetype_filter"
    order_hints = ("reads_lines",)
    limits = ("max_lines", "min_visible_chars", "min_visible_ratio")
    phrases = (
        "drop long JSON and YAML files",
        "remove data files of more than 512 lines",
        "filter source files by file type",
        "discard HTML files that show little text",
        "rules for each file type of the code",
        "remove HTML pages with less than 20 % visible text",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the code.")
    filetype: Column[Text] = Field(default="filetype", description="Column that names the type or language of a file.")
    filename: Column[Text] | None = Field(
        default=None, description="Column with the name of the file; null to ask no name of Text files."
    )
    line_count: Column[Number] | None = Field(
        default=None, description="Column with the number of lines; null to count them."
    )
    visible_length: Column[Number] | None = Field(
        default=None, description="Column with the number of visible characters of a page; null to count them."
    )
    total_length: Column[Number] | None = Field(
        default=None, description="Column with the number of characters of a file; null to count them."
    )
    max_lines: int | None = Field(
        default=512, ge=0, description="Most lines of a data file, inclusive; null for no limit."
    )
    min_visible_chars: int | None = Field(
        default=100, ge=0, description="Fewest visible characters of a page, inclusive; null for no limit."
    )
    min_visible_ratio: float | None = Field(
        default=0.2, ge=0, le=1, description="Smallest share of them, 0 to 1, inclusive; null for no limit."
    )

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        typed = batch.texts(self.filetype).is_not_null()
        html = names_one_of(batch, self.filetype, {"html"})
        visible, total = self._visible(batch, html), self._total(batch)
        found = {
            "data_lines": where(names_one_of(batch, self.filetype, DATA), self._lines(batch), 0.0),
            "visible_chars": where(html, visible, inf),
            "visible_ratio": where(html, visible / total.clip(1), 1.0),
        }
        if self.filename is not None:
            found["documentation_name"] = _documentation(batch, self.filetype, self.filename)
        return {name: pl.select(pl.when(typed).then(values)).to_series() for name, values in found.items()}

    def keep(self) -> dict[str, Rule]:
        rules: dict[str, Rule] = {
            "data_lines": Range(None, self.max_lines),
            "visible_chars": Range(self.min_visible_chars, None),
            "visible_ratio": Range(self.min_visible_ratio, None),
        }
        return rules if self.filename is None else {**rules, "documentation_name": OneOf.of([True])}

    def _lines(self, batch: Batch) -> pl.Series:
        return _told(batch, self.line_count, lines_of(batch, self.column).list.len())

    def _visible(self, batch: Batch, html: pl.Series) -> pl.Series:
        pages = pl.select(pl.when(html).then(batch.texts(self.column))).to_series()
        shown = StripHtml(only_tagged=False).refine_all(pages)
        return _told(batch, self.visible_length, shown.str.replace_all(r"\s+", " ").str.len_chars())

    def _total(self, batch: Batch) -> pl.Series:
        return _told(batch, self.total_length, batch.texts(self.column).str.len_chars())

    @classmethod
    def example(cls) -> Example:
        page = "<html><body><script>" + "draw();" * 20 + "</script><p>Hello</p></body></html>"
        return Example(
            rows=[
                {"text": "x = 1\n" * 600, "filetype": "Python"},
                {"text": '{"a": 1}\n' * 600, "filetype": "JSON"},
                {"text": page, "filetype": "HTML"},
            ],
            kept=[0],
        )


def _told(batch: Batch, column: str | None, counted: pl.Series) -> pl.Series:
    """What a column says, and where it says nothing what was counted."""
    counts = counted.cast(pl.Float64)
    return counts if column is None else batch.numbers(column).fill_nan(None).fill_null(counts)


def _documentation(batch: Batch, filetype: str, filename: str) -> pl.Series:
    """For each row whether its name is one of documentation, or it is no Text file; null where a Text file has none."""
    names = batch.texts(filename).str.extract(r"([^/\\]*)\z").str.to_lowercase()
    stems = names.str.replace(r"\.[^.]*\z", "")
    fits = names.str.contains("requirement", literal=True) | stems.is_in(sorted(DOCUMENTATION))
    is_text = names_one_of(batch, filetype, {"text"})
    return pl.select(pl.when(is_text).then(fits).otherwise(True)).to_series()
