"""Column options: reading, writing and the names that are allowed derive from their types."""

from typing import Any

import pytest
from dataflow_agent.operators.core import Anything, Column, Columns, DType, Number, OutputColumn, RowOperator, Text
from dataflow_agent.operators.core.columns import accepts
from dataflow_agent.operators.core.schema import DTYPES, INTERNAL
from pydantic import Field


class EveryKind(RowOperator):
    """Every kind of column option there is; has no name, so it is in no registry."""

    kind = "generate"
    effect = "same"
    column: Column[Text] = Field(default="text")
    score: Column[Number] = Field(default="score")
    other: Column[Anything] = Field(default="other")
    maybe: Column[Text] | None = Field(default=None)
    keys: Columns = Field(default=("a", "b"))
    output: OutputColumn = Field(default="out")
    spare: OutputColumn | None = Field(default=None)
    plain: str = Field(default="no column")


def test_what_is_read_derives_from_the_options_that_name_columns() -> None:
    assert EveryKind().reads() == {
        "text": ("text",),
        "score": ("number", "integer"),
        "other": DTYPES,
        "a": DTYPES,
        "b": DTYPES,
    }
    assert EveryKind(column="body", maybe="title", keys=()).reads() == {
        "body": ("text",),
        "score": ("number", "integer"),
        "other": DTYPES,
        "title": ("text",),
    }


def test_what_is_written_derives_from_the_output_options() -> None:
    assert EveryKind().writes() == {"out": "text"}
    assert EveryKind(spare="more").writes() == {"out": "text", "more": "text"}


@pytest.mark.parametrize("name", [*INTERNAL, ""])
@pytest.mark.parametrize("option", ["column", "output", "keys"])
def test_internal_and_empty_names_are_refused(option: str, name: str) -> None:
    value: Any = [name] if option == "keys" else name
    with pytest.raises(ValueError, match=option):
        EveryKind(**{option: value})


@pytest.mark.parametrize("name", ["with space", "_under", "ünïcode", "a.b", "where"])
def test_any_other_name_is_a_column(name: str) -> None:
    assert EveryKind(column=name).column == name


@pytest.mark.parametrize(
    ("wanted", "actual", "allowed"),
    [
        (("text",), "text", True),
        (("text",), "json", True),
        (("text",), "integer", False),
        (("number", "integer"), "integer", True),
        (("number", "integer"), "boolean", False),
    ],
)
def test_a_column_of_several_types_may_always_be_read(wanted: tuple[DType, ...], actual: DType, allowed: bool) -> None:
    assert accepts(wanted, actual) is allowed
