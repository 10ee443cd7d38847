"""The families: one small method becomes an outcome in which each row has its fate."""

import math
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import (
    Batch,
    Column,
    DatasetFilter,
    DType,
    Evaluator,
    OneOf,
    Range,
    Refiner,
    RowError,
    RowFilter,
    Rule,
    Text,
    TextFilter,
    TextView,
    judge,
    require_text,
)
from dataflow_agent.operators.core.outcome import complete_records
from dataflow_agent.operators.core.testing import FailOn, WordsToRows, apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.word_count_filter import WordCountFilter
from pydantic import Field

ROWS: list[dict[str, Any]] = [{"text": "a"}, {"text": None}, {"text": 5}, {}, {"text": "bbb"}]


def fates(operator: Any, rows: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    records = apply_outcome(operator, batch_of(rows)).records
    assert records is not None
    return list(zip(records["fate"], complete_records(records)["reason"], strict=True))


class Length(TextFilter):
    longest: int = Field(default=2)

    @classmethod
    def metric_name(cls) -> str:
        return "length"

    def metric(self, text: TextView) -> float:
        return math.nan if text.text == "nan" else len(text.text)

    def keep(self) -> Range:
        return Range(None, self.longest)


class TwoMetrics(RowFilter):
    column: Column[Text] = Field(default="text")

    def metrics(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        return {"size": texts.str.len_chars(), "head": texts.str.head(1), "unused": texts.str.len_bytes()}

    def keep(self) -> Mapping[str, Rule]:
        return {"size": Range(1, 2), "head": OneOf.of(["a"])}


class Upper(Refiner):
    def refine(self, text: str) -> str:
        return text.upper()


class Size(Evaluator):
    column: Column[Text] = Field(default="text")

    def writes(self) -> dict[str, DType]:
        return {"size": "integer", "label": "text"}

    def scores(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
        sizes = batch.texts(self.column).str.len_chars().cast(pl.Int64)
        return {"size": sizes, "label": sizes.cast(pl.String)}


def test_a_filter_is_named_after_its_metric() -> None:
    assert WordCountFilter.metric_name() == "word_count"


def test_a_filter_keeps_the_metric_of_every_row() -> None:
    records = apply_outcome(Length(), batch_of([{"text": "ab"}, {"text": "abc"}])).records
    assert records is not None
    assert records["length"].to_list() == [2, 3]
    assert fates(Length(), [{"text": "ab"}, {"text": "abc"}]) == [("kept", None), ("dropped", "length_too_high")]


on_null_fates = pytest.mark.parametrize(
    ("on_null", "expected"),
    [("drop", ("dropped", "no_value")), ("keep", ("kept", None)), ("fail", ("failed", "no_value"))],
)


@on_null_fates
def test_a_filter_sends_null_absent_other_types_and_nan_to_on_null(on_null: str, expected: tuple[str, Any]) -> None:
    found = fates(Length(on_null=on_null), [*ROWS, {"text": "nan"}])
    assert found == [("kept", None), *[expected] * 3, ("dropped", "length_too_high"), expected]


def test_the_first_rule_that_is_broken_gives_the_reason() -> None:
    rows = [{"text": text} for text in ("a", "b", "abc", "bbb", "")]
    assert [reason for _, reason in fates(TwoMetrics(), rows)] == [
        None, "head_not_allowed", "size_too_high", "size_too_high", "size_too_low",
    ]  # fmt: skip


def test_a_metric_that_decides_nothing_is_recorded_and_may_be_null() -> None:
    metrics = pl.DataFrame({"m": [1.0, 2.0], "extra": [None, 1]})
    assert judge(metrics, {"m": Range(None, 1)}, "drop")["fate"].to_list() == ["kept", "dropped"]
    records = apply_outcome(TwoMetrics(), batch_of([{"text": "é"}])).records
    assert records is not None
    assert records["unused"].to_list() == [2]


def test_a_refiner_rewrites_texts_and_leaves_the_rest() -> None:
    assert apply_rows(Upper(), ROWS) == [{"text": "A"}, {"text": None}, {"text": 5}, {}, {"text": "BBB"}]
    assert apply_rows(Upper(on_null="drop"), ROWS) == [{"text": "A"}, {"text": "BBB"}]
    assert [fate for fate, _ in fates(Upper(on_null="fail"), ROWS)] == ["kept", *["failed"] * 3, "kept"]


def test_a_refiner_may_write_to_another_column() -> None:
    rows = [{"text": "a", "loud": "old"}, {"text": None, "loud": "old"}]
    assert apply_rows(Upper(output="loud"), rows) == [{"text": "a", "loud": "A"}, {"text": None, "loud": "old"}]
    assert apply_rows(Upper(output="new"), [{"text": "a"}]) == [{"text": "a", "new": "A"}]


def test_a_refined_column_of_several_types_keeps_its_type() -> None:
    batch = batch_of(ROWS)
    assert Upper().output_schema(batch.schema, {}) == apply_outcome(Upper(), batch).rows.schema == batch.schema


@on_null_fates
def test_an_evaluator_sends_rows_without_any_score_to_on_null(on_null: str, expected: tuple[str, Any]) -> None:
    assert fates(Size(on_null=on_null), ROWS) == [("kept", None), *[expected] * 3, ("kept", None)]


def test_an_evaluator_writes_its_scores_and_records_the_numbers() -> None:
    outcome = apply_outcome(Size(), batch_of(ROWS))
    assert outcome.records is not None
    assert outcome.rows.values("size") == [1, None, None, None, 3]
    assert outcome.records["size"].to_list() == [1, None, None, None, 3]
    assert "label" not in outcome.records
    assert set(outcome.records["fate"]) == {"kept"}
    assert [fate for fate, _ in fates(Size(on_null="drop"), ROWS)] == ["kept", *["dropped"] * 3, "kept"]


def test_a_generator_fails_the_row_it_cannot_treat() -> None:
    assert apply_rows(FailOn(), [{"text": "ab"}]) == [{"text": "ab", "size": 2}]
    for row in ({"text": "please fail"}, {"text": None}, {}):
        with pytest.raises(RowError):
            apply_rows(FailOn(), [row, {"text": "b"}])


def test_children_take_the_place_of_their_parent_and_carry_its_id() -> None:
    outcome = apply_outcome(
        WordsToRows(), batch_of([{"text": "a b", "k": 1}, {"text": "", "k": 2}, {"text": "c", "k": 3}])
    )
    assert outcome.rows.rows() == [{"text": "a", "k": 1}, {"text": "b", "k": 1}, {"text": "c", "k": 3}]
    assert outcome.rows.ids.to_list() == ["0:1.1", "0:1.2", "0:3.1"]
    assert outcome.births is not None
    assert outcome.births["parents"].to_list() == [["0:1"], ["0:1"], ["0:3"]]
    assert outcome.records is not None
    assert outcome.records["fate"].to_list() == ["expanded", "dropped", "expanded"]
    assert outcome.records["reason"].to_list() == [None, "no_children", None]


@on_null_fates
def test_rows_without_a_key_fall_under_on_null_of_a_dataset_filter(
    on_null: Any, expected: tuple[str, str | None]
) -> None:
    class Keyless(DatasetFilter):
        sketch_bytes = 1

    records = Keyless(on_null=on_null).null_records(batch_of(ROWS).frame.head(1))
    assert (records["fate"][0], records["reason"][0]) == expected
    assert Keyless().on_null == "keep"


@pytest.mark.parametrize("row", [{"text": 5}, {"text": None}, {}, {"text": ["a"]}])
def test_require_text_names_the_column(row: dict[str, Any]) -> None:
    with pytest.raises(RowError, match="'text' holds no text"):
        require_text(row, "text")
    assert require_text({"text": ""}, "text") == ""
