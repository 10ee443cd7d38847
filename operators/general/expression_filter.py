"""Keep rows for which a condition holds."""

import polars as pl
from pydantic import Field

from ..core import Batch, DType, Example, OneOf, RowFilter, Schema
from ..core.expression import Expression, Not, RowExpression, parse_expression
from ..core.schema import DTYPES


class ExpressionFilter(RowFilter):
    """Keep rows for which a condition on their columns holds.

    Drops rows; order is kept. The metric `holds` says whether the condition is true. Where a value that it needs is
    null, absent or of another kind it is neither true nor false: `holds` is null and the row falls under `on_null`,
    so it is dropped by default.

    The condition knows `=`, `!=`, `<`, `<=`, `>`, `>=`, `in (…)`, `is null`, `contains`, `starts with`, `ends with`,
    `matches`, `length(column)`, `and`, `or`, `not` and brackets; it is never run as code.
    """

    name = "expression_filter"
    phrases = (
        "keep rows where score is at least 0.5",
        "drop rows whose status equals draft",
        "only rows with language = 'en' and length above 100",
        "filter by a condition on columns",
        "keep rows whose url contains docs",
        "rows where the field is not null",
        "remove rows with rating below 3",
        "select rows whose category is one of a, b, c",
        "drop rows whose title matches a pattern",
    )

    expression: RowExpression = Field(description='Condition on a row, such as: score >= 0.5 and lang in ("en", "de").')

    @classmethod
    def metric_name(cls) -> str:
        return "holds"

    def reads(self) -> dict[str, tuple[DType, ...]]:
        return dict.fromkeys(parse_expression(self.expression).columns(), DTYPES)

    def check_schema(self, schema: Schema) -> list[str]:
        return parse_expression(self.expression).check(schema)

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        expression = parse_expression(self.expression)
        true = expression.mask(batch.frame, batch.schema)
        false = Expression(Not(expression.condition)).mask(batch.frame, batch.schema)
        return {self.metric_name(): pl.select(pl.when(true | false).then(true)).to_series()}

    def keep(self) -> OneOf:
        return OneOf.of([True])

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"expression": 'score >= 0.5 and lang in ("en", "de")'},
            rows=[
                {"score": 0.9, "lang": "en"},
                {"score": 0.9, "lang": "fr"},
                {"score": 0.2, "lang": "de"},
                {"score": None, "lang": "en"},
            ],
            kept=[0],
        )
