"""Input that breaks naive readers: thousands of columns, NUL bytes, one enormous line, equal ids."""

import json

import polars as pl
import pytest
from dataflow_agent.operators.core.dataset import Dataset, open_writer
from dataflow_agent.operators.core.errors import InvalidInput
from dataflow_agent.operators.core.schema import Schema

COLUMNS = 10_000


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """The same rows of many columns in each format."""
    folder = tmp_path_factory.mktemp("wide")
    row = {f"c{n}": f"v{n}" for n in range(COLUMNS)}
    (folder / "a.jsonl").write_text(f"{json.dumps(row)}\n" * 3)
    (folder / "a.csv").write_text(",".join(row) + "\n" + f"{','.join(row.values())}\n" * 3)
    pl.DataFrame([row] * 3).write_parquet(folder / "a.parquet")
    return folder


@pytest.mark.parametrize(("name", "out"), [("a.jsonl", "b.parquet"), ("a.csv", "b.jsonl"), ("a.parquet", "b.csv")])
def test_ten_thousand_columns_come_through(wide, convert, read, tmp_path, name, out):
    convert(wide / name, tmp_path / out)
    assert read(tmp_path / out).frame.equals(read(wide / name).frame)


def test_nul_characters_are_characters(place, convert, read, tmp_path):
    given = place("a.jsonl", '{"a\\u0000b":"x\\u0000y","t":"\\u0000"}\n{"a\\u0000b":"","t":null}\n')
    assert read(given).values("t") == ["\0", None]
    for name in ("b.jsonl", "c.json", "d.csv"):
        convert(given, tmp_path / name)
        assert read(tmp_path / name).values("a\0b") == ["x\0y", ""]


def test_nul_bytes_are_no_json_and_cost_their_line(place, read):
    rows = read(place("a.jsonl", b'{"a":1}\n' + bytes(4096) + b'\n{"a":"\0"}\n{"a":2}\n'))
    assert rows.values("a") == [1, 2]
    assert [reject.line for reject in rows.rejects] == [2, 3]


def test_nul_bytes_in_csv_stay_in_their_field(place, read):
    assert read(place("a.csv", b"a,b\nx\0y,z\n")).values("a") == ["x\0y"]


def test_a_nul_in_a_parquet_text_survives(place, read, write, tmp_path):
    rows = read(place("a.jsonl", '{"t":"x\\u0000y"}\n'))
    write(tmp_path / "b.parquet", rows.schema, rows.frames)
    assert read(tmp_path / "b.parquet").values("t") == ["x\0y"]


def test_a_nul_in_the_name_of_a_column_is_refused_by_parquet_before_any_row(tmp_path):
    with pytest.raises(InvalidInput, match="NUL") as caught:
        open_writer(tmp_path / "a.parquet", Schema.of(**{"a\0b": "text"}))
    assert caught.value.faults[0].code == "unsupported_column"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.json"])
def test_a_line_of_fifty_megabytes_is_a_row_like_others(place, convert, read, tmp_path, name):
    long = "long word " * 5_000_000
    content = {
        "a.jsonl": f'{{"t":"a"}}\n{{"t":"{long}"}}\n{{"t":"b"}}\n',
        "a.csv": f't,n\na,1\n"{long}",2\nb,3\n',
        "a.json": f'[{{"t":"a"}},{{"t":"{long}"}},{{"t":"b"}}]',
    }[name]
    path = place(name, content)
    assert [block.first for block in Dataset.open([path]).blocks()] == [1, 2, 3]
    convert(path, tmp_path / f"b-{name}")
    assert read(tmp_path / f"b-{name}").values("t") == ["a", long, "b"]


def test_a_line_of_fifty_megabytes_that_is_no_json_is_rejected_in_short(place, read):
    rows = read(place("a.jsonl", b'{"t":"a"}\n' + b"x" * 50_000_000 + b'\n{"t":"b"}\n'))
    assert rows.values("t") == ["a", "b"]
    (reject,) = rows.rejects
    assert reject.line == 2
    assert len(reject.raw) == 2_000


def test_equal_ids_are_only_data(place, read):
    rows = read(place("a.jsonl", '{"id":1,"t":"a"}\n' * 2 + '{"id":1,"t":"b"}\n'))
    assert rows.values("t") == ["a", "a", "b"]
    assert rows.values("_row") == ["0:1", "0:2", "0:3"]


def test_nested_parquet_types_come_through_native(read, write, tmp_path):
    frame = pl.DataFrame(
        {
            "list": [[1, 2], [], None],
            "struct": [{"a": 1, "b": {"c": ["x"]}}, {"a": None, "b": None}, None],
            "structs": [[{"role": "user", "n": 1.5}], [], None],
            "vector": pl.Series([[1.0, 2.0], [3.0, 4.0], None], dtype=pl.Array(pl.Float32, 2)),
        },
        schema_overrides={"struct": pl.Struct({"a": pl.Int16, "b": pl.Struct({"c": pl.List(pl.String)})})},
    )
    frame.write_parquet(tmp_path / "a.parquet")
    rows = read(tmp_path / "a.parquet")
    write(tmp_path / "b.parquet", rows.schema, rows.frames)
    back = pl.read_parquet(tmp_path / "b.parquet")
    assert back.equals(frame)
    assert back["struct"].dtype == frame["struct"].dtype
    assert [spec.dtype for spec in rows.schema.columns] == ["nested", "nested", "nested", "vector"]
    assert not any(spec.encoded for spec in rows.schema.columns)
