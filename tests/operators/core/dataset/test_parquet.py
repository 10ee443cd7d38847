"""Parquet in and out: native types, and blocks that are read when they are asked for."""

import datetime as dt
import pickle
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dataflow_agent.operators.core.dataset import Dataset, open_writer
from dataflow_agent.operators.core.errors import InvalidInput
from dataflow_agent.operators.core.schema import ColumnSpec, Schema

MOMENT = dt.datetime(2026, 1, 2, 3, 4, 5, 678901)

EVERY_TYPE = {
    "text": (pa.array(["é", None, "a\x00b"]), "text"),
    "large_text": (pa.array(["x", "y", None], pa.large_string()), "text"),
    "category": (pa.array(["x", "y", "x"]).dictionary_encode(), "text"),
    "i8": (pa.array([1, None, -128], pa.int8()), "integer"),
    "u64": (pa.array([2**64 - 1, None, 0], pa.uint64()), "integer"),
    "f32": (pa.array([0.1, None, float("nan")], pa.float32()), "number"),
    "f64": (pa.array([0.1, float("inf"), None]), "number"),
    "decimal": (pa.array([Decimal("1.10"), None, Decimal("-2.00")], pa.decimal128(10, 2)), "number"),
    "bool": (pa.array([True, None, False]), "boolean"),
    "bytes": (pa.array([b"\xff\x00", None, b""]), "bytes"),
    "date": (pa.array([dt.date(2026, 1, 2), None, None]), "time"),
    "moment": (pa.array([MOMENT, None, None], pa.timestamp("us", "Europe/Paris")), "time"),
    "nanoseconds": (pa.array([1, None, 2], pa.timestamp("ns")), "time"),
    "clock": (pa.array([dt.time(1, 2, 3), None, None], pa.time64("ns")), "time"),
    "duration": (pa.array([dt.timedelta(seconds=1.5), None, None]), "time"),
    "vector": (pa.array([[0.5, 1.0], None, []], pa.list_(pa.float32())), "vector"),
    "fixed_vector": (pa.array([[0.5, 1.0], None, [2.0, 3.0]], pa.list_(pa.float64(), 2)), "vector"),
    "list": (pa.array([["a", None], None, []]), "nested"),
    "struct": (pa.array([{"a": [{"b": 1}], "t": MOMENT}, None, {"a": None, "t": None}]), "nested"),
    "map": (pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())), "nested"),
}


@pytest.fixture
def every_type(place):
    path = place("in.parquet")
    pq.write_table(pa.table({name: array for name, (array, _) in EVERY_TYPE.items()}), path)
    return path


def test_native_types_are_kept_and_named(every_type, read):
    rows = read(every_type)
    assert {spec.name: spec.dtype for spec in rows.schema.columns} == {n: d for n, (_, d) in EVERY_TYPE.items()}
    assert not any(spec.encoded for spec in rows.schema.columns)
    assert rows.frame["u64"].dtype == pl.UInt64
    assert rows.frame["i8"].dtype == pl.Int8
    assert rows.frame["f32"].dtype == pl.Float32
    assert rows.warnings == []


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_every_native_type_survives_a_round_trip(every_type, convert, tmp_path, limit):
    convert(every_type, tmp_path / "out.parquet", max_rows=limit)
    before, after = pq.read_table(every_type), pq.read_table(tmp_path / "out.parquet")
    assert before.column_names == after.column_names
    for name in set(before.column_names) - {"f32"}:  # NaN is not equal to itself
        assert before[name].to_pylist() == after[name].to_pylist(), name
        kinds = {pa.string(): pa.large_string(), pa.binary(): pa.large_binary()}
        kind = before[name].type
        if name not in ("category", "list", "struct", "map", "vector", "fixed_vector"):
            assert after[name].type == kinds.get(kind, kind), name
    assert repr(before["f32"].to_pylist()) == repr(after["f32"].to_pylist())


def test_native_values_have_sensible_json(every_type, convert, tmp_path, place):
    table = pq.read_table(every_type).drop_columns(["f32", "f64"])
    path = place("finite.parquet")
    pq.write_table(table.slice(0, 1), path)
    assert convert(path, tmp_path / "out.jsonl").decode() == (
        '{"text":"é","large_text":"x","category":"x","i8":1,"u64":18446744073709551615,"decimal":1.10,"bool":true,'
        '"bytes":"/wA=","date":"2026-01-02","moment":"2026-01-02T04:04:05.678901+01:00",'
        '"nanoseconds":"1970-01-01T00:00:00.000000001","clock":"01:02:03","duration":"PT1.5S","vector":[0.5,1.0],'
        '"fixed_vector":[0.5,1.0],"list":["a",null],"struct":{"a":[{"b":1}],"t":"2026-01-02T03:04:05.678901"},'
        '"map":{"k":1}}\n'
    )


def test_nested_times_bytes_and_decimals_reach_json(place, convert, tmp_path):
    inner = {"ns": 1, "raw": b"\xff", "money": Decimal("1.10"), "wait": dt.timedelta(seconds=1.5)}
    kind = pa.struct(
        {"ns": pa.timestamp("ns"), "raw": pa.binary(), "money": pa.decimal128(5, 2), "wait": pa.duration("us")}
    )
    path = place("in.parquet")
    pq.write_table(pa.table({"v": pa.array([[inner], None], pa.list_(kind))}), path)
    assert convert(path, tmp_path / "out.jsonl").decode().splitlines() == [
        '{"v":[{"ns":"1970-01-01 00:00:00.000000001","raw":"/w==","money":1.10,"wait":"PT1.5S"}]}',
        '{"v":null}',
    ]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1.0, float("nan")], pa.float64()),
        ([1.0, float("-inf")], pa.float32()),
        ([[1.0], [0.0, float("nan")]], pa.list_(pa.float32())),
        ([{"a": [1.0]}, {"a": [float("inf")]}], pa.struct({"a": pa.list_(pa.float64())})),
        ([[("k", 1.0)], [("k", float("nan"))]], pa.map_(pa.string(), pa.float64())),
    ],
)
def test_nan_never_becomes_null_in_json(place, convert, tmp_path, values, kind):
    path = place("in.parquet")
    pq.write_table(pa.table({"score": pa.array(values, kind)}), path)
    for ending in ("jsonl", "json"):
        with pytest.raises(InvalidInput, match=r"'score' of row 0:2 .*\.parquet"):
            convert(path, tmp_path / f"out.{ending}")
    assert list(tmp_path.iterdir()) == []


def test_a_column_of_the_null_type_is_json(place, read):
    path = place("in.parquet")
    pq.write_table(pa.table({"n": pa.nulls(2)}), path)
    assert read(path).schema == Schema(columns=(ColumnSpec(name="n", dtype="json", encoded=True),))


def numbers(path, rows, group):
    pq.write_table(pa.table({"n": range(rows)}), path, row_group_size=group)
    return path


@pytest.mark.parametrize("group", [3, 7, 100])
@pytest.mark.parametrize("limit", [1, 4, 1000])
def test_rows_are_counted_across_row_groups(place, read, group, limit):
    rows = read(numbers(place("in.parquet"), 20, group), max_rows=limit)
    assert rows.values("n") == list(range(20))
    assert rows.values("_row") == [f"0:{n}" for n in range(1, 21)]


def test_blocks_can_be_parsed_in_any_order_in_part_and_elsewhere(place):
    blocks = list(Dataset.open([numbers(place("in.parquet"), 20, 10)]).blocks(max_rows=4))
    for block in [*reversed(blocks), *blocks[::2], *pickle.loads(pickle.dumps(blocks))]:
        length = block.parse().frame.height
        assert block.parse().frame["n"].to_list() == list(range(block.first - 1, block.first - 1 + length))


def test_blocks_follow_the_byte_limit(place):
    path = place("in.parquet")
    pq.write_table(pa.table({"t": [f"{n:01000}" for n in range(100)]}), path, use_dictionary=False)
    sizes = [block.parse().frame.height for block in Dataset.open([path]).blocks(max_bytes=10_000)]
    assert sum(sizes) == 100
    assert set(sizes[:-1]) == {9}


def test_a_file_without_rows_still_names_its_columns(place, read, convert, tmp_path):
    path = place("in.parquet")
    pq.write_table(pa.table({"n": pa.array([], pa.int16()), "t": pa.array([], pa.string())}), path)
    assert read(path).schema == Schema.of(n="integer", t="text")
    convert(path, tmp_path / "out.parquet")
    assert pq.read_schema(tmp_path / "out.parquet").types == [pa.int16(), pa.large_string()]


@pytest.mark.parametrize("content", [b"PAR1", b"not parquet" * 100])
def test_a_file_that_is_no_parquet_is_refused_by_name(place, content):
    with pytest.raises(InvalidInput, match=r"in\.parquet.*not a whole Parquet file"):
        Dataset.open([place("in.parquet", content)])


def test_columns_that_cannot_be_held_are_all_named(place):
    path = place("in.parquet")
    long = pa.array([Decimal(1)], pa.decimal256(50, 2))
    same = pa.array([1])
    pq.write_table(pa.table([same, same, same, long], names=["twice", "twice", "_row", "long"]), path)
    with pytest.raises(InvalidInput) as caught:
        Dataset.open([path])
    assert {(fault.code, fault.got) for fault in caught.value.faults} == {
        ("duplicate_column", "twice"),
        ("reserved_column", "_row"),
        ("unsupported_column", "long"),
    }


def parquet_bytes(path, schema, frames):
    with open_writer(path, schema) as writer:
        for frame in frames:
            writer.write(frame)
        writer.commit()
    return path.read_bytes()


def test_the_file_takes_the_widest_type_of_its_frames_also_when_it_comes_late(tmp_path):
    schema = Schema.of(n="integer", day="time", score="number")
    early = pl.DataFrame({"n": [1] * 20_000, "day": [None] * 20_000, "score": [0.5] * 20_000}).with_columns(
        pl.col("n").cast(pl.Int8), pl.col("score").cast(pl.Float32)
    )
    late = pl.DataFrame({"n": [2**40], "day": [dt.date(2026, 1, 2)], "score": [0.1]})
    parquet_bytes(tmp_path / "out.parquet", schema, [early, late])
    written = pl.read_parquet(tmp_path / "out.parquet")
    assert written.schema == pl.Schema({"n": pl.Int64, "day": pl.Date, "score": pl.Float64})
    assert written.rows() == [(1, None, 0.5)] * 20_000 + [(2**40, dt.date(2026, 1, 2), 0.1)]
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]


def test_columns_of_nulls_do_not_widen_a_file(tmp_path):
    schema = Schema.of(n="integer")
    frames = [pl.DataFrame({"n": [None]}, schema={"n": pl.Int64}), pl.DataFrame({"n": [1]}, schema={"n": pl.Int8})]
    parquet_bytes(tmp_path / "out.parquet", schema, frames)
    assert pl.read_parquet(tmp_path / "out.parquet").schema["n"] == pl.Int8


def test_row_groups_are_bounded_in_rows_and_bytes(tmp_path):
    schema = Schema.of(t="text")
    parquet_bytes(tmp_path / "rows.parquet", schema, [pl.DataFrame({"t": ["x"] * 40_000})])
    big = pl.DataFrame({"t": ["x" * (12 * 2**20)] * 5})
    parquet_bytes(tmp_path / "bytes.parquet", schema, [big])

    def groups(name):
        metadata = pq.ParquetFile(tmp_path / name).metadata
        return [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]

    assert groups("rows.parquet") == [16_384, 16_384, 7_232]
    assert groups("bytes.parquet") == [2, 2, 1]
