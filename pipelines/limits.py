"""The limits of a rule as a histogram marks them, and which of its values lie beyond them."""

import math
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

from ..operators.core import Range, Rule


class Limit(BaseModel):
    """One end of what a filter keeps.

    `at` is where the line between kept and not kept is drawn: at `value`, but among whole numbers at the first one that
    is on its other side, so that no bin that holds only one number is cut.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    side: Literal["low", "high"]
    value: float
    at: float


def limits_of(rule: Range, *, whole: bool) -> tuple[Limit, ...]:
    """The limits that are set, the lower one first.

    Args:
        whole: all values that the rule judges are whole numbers.
    """
    ends: dict[Literal["low", "high"], float | None] = {"low": rule.low, "high": rule.high}
    return tuple(
        Limit(side=side, value=value, at=_next_whole(rule, side, value) if whole else value)
        for side, value in ends.items()
        if value is not None and math.isfinite(value)
    )


def _next_whole(rule: Range, side: Literal["low", "high"], value: float) -> float:
    behind = rule.closed in (("both", "right") if side == "high" else ("right", "none"))
    return math.floor(value) + 1 if behind else math.ceil(value)


def all_whole(values: pl.Series) -> bool:
    """Whether there are values and all are whole numbers; nulls do not count."""
    some = values.drop_nulls()
    return bool(len(some)) and bool((some == some.floor()).all())


def beyond(values: pl.Series, rule: Rule) -> pl.Series:
    """The values that a rule does not keep."""
    return values.filter(values.to_frame("value").select(rule.reasons("value").is_not_null()).to_series())
