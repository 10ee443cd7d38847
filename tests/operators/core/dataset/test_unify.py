"""One schema over all parts, and every part in it."""

import datetime as dt

import polars as pl
import pytest
from dataflow_agent.operators.core.dataset import PartSchema, conform, unify
from dataflow_agent.operators.core.errors import InvalidInput
from dataflow_agent.operators.core.schema import ColumnSpec, Schema


def spec(name, dtype, encoded=False):
    return ColumnSpec(name=name, dtype=dtype, encoded=encoded)


def parquet(path, **columns):
    pl.DataFrame(columns).write_parquet(path)
    return path


def test_columns_are_the_union_in_order_of_first_appearance(place, read):
    rows = read(place("a.jsonl", '{"b":1}\n{"a":2,"b":1}\n'), place("b.csv", "c,a2\nx,y\n"))
    assert rows.schema.names == ("b", "a", "c", "a2")
    assert rows.values("_absent") == [["a", "c", "a2"], ["c", "a2"], ["b", "a"]]
    assert rows.frame.columns == ["_row", "_absent", "b", "a", "c", "a2"]


def test_names_of_absent_columns_do_not_depend_on_blocks(place, read):
    path = place("a.jsonl", '{"a":1}\n{"b":2}\n{"c":3,"a":1}\n{}\n')
    assert read(path, max_rows=1).frame.equals(read(path).frame)


def test_a_conflict_between_inputs_flags_the_column_and_names_the_types(place, read):
    rows = read(place("a.jsonl", '{"n":1,"t":"x"}\n'), place("b.csv", "n,t\n1,y\n"))
    assert rows.schema["n"] == spec("n", "json", True)
    assert rows.schema["t"] == spec("t", "text")
    assert rows.values("n") == ["1", '"1"']
    (warning,) = rows.warnings
    assert all(word in warning for word in ("'n'", "integer", "text"))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("1", "1"),
        ("-0.0", "-0.0"),
        ("1e300", "1e300"),
        ("true", "true"),
        ('"é\\"\\u0000"', '"é\\"\\u0000"'),
        ('{"a":[1.0,null]}', '{"a":[1.0,null]}'),
        ("18446744073709551616", "18446744073709551616"),
    ],
)
def test_a_value_has_the_same_json_text_whether_the_conflict_is_in_its_part_or_in_another(place, read, line, text):
    path = place("a.jsonl", f'{{"v":{line}}}\n{{"v":"text"}}\n{{"v":5}}\n')
    together, apart = read(path), read(path, max_rows=1)
    assert together.values("v") == apart.values("v")
    assert float(together.values("v")[0]) == 1e300 if line == "1e300" else together.values("v")[0] == text


def test_a_column_that_is_null_everywhere_is_json_and_null(place, read):
    rows = read(place("a.jsonl", '{"n":null}\n'), place("b.jsonl", '{"n":null}\n'))
    assert rows.schema == Schema(columns=(spec("n", "json", True),))
    assert rows.frame["n"].dtype == pl.String
    assert rows.values("n") == [None, None]
    assert rows.warnings == []


@pytest.mark.parametrize("value", ["1", "1.5", '"x"', "true", "[1]"])
def test_a_part_of_nulls_takes_the_type_of_the_others(place, read, value):
    path = place("a.jsonl", f'{{"v":null}}\n{{"v":{value}}}\n')
    apart, together = read(path, max_rows=1), read(path)
    assert apart.schema == together.schema
    assert {frame["v"].dtype for frame in apart.frames} == {together.frame["v"].dtype}


def test_integer_and_float_widths_share_a_column(place, read):
    small = pl.Series([1], dtype=pl.Int8), pl.Series([0.5], dtype=pl.Float32)
    rows = read(parquet(place("a.parquet"), n=small[0], f=small[1]), place("b.jsonl", f'{{"n":{2**62},"f":0.1}}\n'))
    assert rows.schema == Schema.of(n="integer", f="number")
    assert (rows.values("n"), rows.values("f")) == ([1, 2**62], [0.5, 0.1])
    assert rows.warnings == []


@pytest.mark.parametrize(
    ("one", "other", "texts"),
    [
        (pl.Series([2**64 - 1], dtype=pl.UInt64), pl.Series([-1]), ["18446744073709551615", "-1"]),
        (pl.Series([dt.date(2026, 1, 2)]), pl.Series([dt.time(1, 2)]), ['"2026-01-02"', '"01:02:00"']),
        (pl.Series(["1.10"]).cast(pl.Decimal(10, 2)), pl.Series([0.5]), ["1.10", "0.5"]),
        (pl.Series([{"a": 1}]), pl.Series([{"b": 1}]), ['{"a":1}', '{"b":1}']),
        (pl.Series([b"\xff"]), pl.Series(["x"]), ['"/w=="', '"x"']),
        (pl.Series([[0.5]]), pl.Series([[1]]), ["[0.5]", "[1]"]),
    ],
)
def test_native_types_that_would_change_each_other_travel_as_json(place, read, one, other, texts):
    rows = read(parquet(place("a.parquet"), v=one), parquet(place("b.parquet"), v=other))
    assert rows.schema["v"] == spec("v", "json", True)
    assert rows.values("v") == texts
    assert len(rows.warnings) == 1


def test_nested_values_of_json_and_of_parquet_meet_as_json_text(place, read):
    rows = read(place("a.jsonl", '{"v":{"b":1,"a":"é"}}\n'), parquet(place("b.parquet"), v=pl.Series([{"b": [1.0]}])))
    assert rows.schema["v"] == spec("v", "nested", True)
    assert rows.values("v") == ['{"b":1,"a":"é"}', '{"b":[1.0]}']


def test_nan_that_would_have_to_become_json_is_refused_by_column_and_row(place, read):
    with pytest.raises(InvalidInput, match=r"'v'.*0:2"):
        read(parquet(place("a.parquet"), v=[1.0, float("nan")]), place("b.jsonl", '{"v":"x"}\n'))


def test_native_columns_that_a_part_lacks_join_the_others(place, read):
    rows = read(place("a.jsonl", '{"a":1}\n'), parquet(place("b.parquet"), day=[dt.date(2026, 1, 2)], v=[[0.5]]))
    assert rows.frame.rows() == [
        ("0:1", ["day", "v"], 1, None, None),
        ("1:1", ["a"], None, dt.date(2026, 1, 2), [0.5]),
    ]


def test_part_schemas_survive_json(place, read):
    rows = read(place("a.jsonl", '{"a":1,"b":[1],"c":null}\n{"a":"x"}\n'))
    stored = [PartSchema.model_validate_json(part.schema.model_dump_json()) for part in rows.parts]
    assert stored == [part.schema for part in rows.parts]
    assert unify(stored) == (rows.schema, rows.warnings)
    assert conform(rows.parts[0].frame, stored[0], rows.schema).equals(rows.frame)
