"""Rows out: what each format holds, the same bytes for the same rows, and never half a file."""

import csv
import gzip
import io
import json
import os
import random
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
import zstandard
from dataflow_agent.operators.core.dataset import ENDINGS, open_writer
from dataflow_agent.operators.core.errors import InvalidInput, RunStopped
from dataflow_agent.operators.core.schema import ColumnSpec, Schema
from hypothesis import given, settings
from hypothesis import strategies as st

TEXT = Schema.of(text="text")
UNPACK = {".gz": gzip.decompress, ".zst": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)}
every_ending = pytest.mark.parametrize("ending", ENDINGS)


def texts(*values):
    return pl.DataFrame({"text": values}, schema={"text": pl.String})


def plain(path):
    return UNPACK.get(path.suffix, bytes)(path.read_bytes())


def test_jsonl_keeps_order_nulls_and_scripts_and_leaves_absent_out(place, convert, tmp_path):
    lines = '{"b":"é😀\\u0000\\n","a":null}\n{"b":"007"}\n{}\n{"b":null,"a":1.0}\n'
    assert convert(place("a.jsonl", lines), tmp_path / "b.jsonl").decode() == lines


def test_a_value_written_by_a_step_wins_over_absent(write, tmp_path):
    frame = pl.DataFrame({"_absent": [["text"], ["text"]], "text": ["made", None]})
    assert write(tmp_path / "a.jsonl", TEXT, [frame]) == b'{"text":"made"}\n{}\n'


def test_names_of_removed_columns_in_absent_are_ignored(write, tmp_path):
    frame = pl.DataFrame({"_absent": [["gone"]], "text": ["x"], "_row": ["0:1"]})
    assert write(tmp_path / "a.jsonl", TEXT, [frame]) == b'{"text":"x"}\n'


def test_only_columns_of_the_schema_leave_in_its_order(write, tmp_path):
    frame = pl.DataFrame({"_row": ["0:1"], "text": ["x"], "other": [1], "n": [2]})
    assert write(tmp_path / "a.jsonl", Schema.of(n="integer", text="text"), [frame]) == b'{"n":2,"text":"x"}\n'


def test_encoded_text_with_line_breaks_stays_on_one_line(write, tmp_path):
    schema = Schema(columns=(ColumnSpec(name="v", dtype="nested", encoded=True),))
    written = write(tmp_path / "a.jsonl", schema, [pl.DataFrame({"v": ['{\n "a": [1,\r\n 2]\n}']})])
    assert written.count(b"\n") == 1
    assert json.loads(written) == {"v": {"a": [1, 2]}}


def test_json_is_an_array_with_one_object_a_line(write, tmp_path):
    assert write(tmp_path / "a.json", TEXT, [texts("x"), texts(), texts("y", None)]) == (
        b'[\n{"text":"x"},\n{"text":"y"},\n{"text":null}\n]\n'
    )


def test_csv_holds_text_as_it_is_and_other_values_as_json_writes_them(place, convert, tmp_path):
    lines = [
        {"text": 'a,"b"\n', "i": 7, "f": 1.0, "b": True, "mixed": "é", "o": {"k": [1, "x"]}, "late": None},
        {"text": "", "i": None, "f": 1e-7, "b": False, "mixed": 1, "o": None, "late": "x"},
        {"text": " c\rd", "f": 0.1, "mixed": 1.0},
    ]
    got = convert(place("a.jsonl", "\n".join(map(json.dumps, lines))), tmp_path / "b.csv")
    assert got.decode() == (
        "text,i,f,b,mixed,o,late\n"
        '"a,""b""\n",7,1.0,true,é,"{""k"":[1,""x""]}",\n'
        ",,1e-07,false,1,,x\n"
        '" c\rd",,0.1,,1.0,,\n'
    )


def test_tsv_is_parted_by_tabs(write, tmp_path):
    frame = pl.DataFrame({"a\tb": ["x\ty"], "c": ["1,2"]})
    schema = Schema.of(**{"a\tb": "text", "c": "text"})
    assert write(tmp_path / "a.tsv", schema, [frame]) == b'"a\tb"\tc\n"x\ty"\t1,2\n'


def test_a_header_that_starts_with_a_byte_order_mark_keeps_it(write, read, tmp_path):
    frame = pl.DataFrame({"\ufeffa": ["x"], "b": ["y"]})
    write(tmp_path / "a.csv", Schema.of(**{"\ufeffa": "text", "b": "text"}), [frame])
    assert read(tmp_path / "a.csv").schema.names == ("\ufeffa", "b")


PAIRS = st.lists(st.text(), min_size=2, max_size=2)


@given(rows=st.lists(PAIRS), names=PAIRS.filter(lambda pair: pair[0] != pair[1]))
@settings(deadline=None)
def test_pythons_csv_module_reads_what_is_written(place, write, rows, names):
    schema = Schema.of(**dict.fromkeys(names, "text"))
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    written = write(place("a.csv"), schema, [frame]).decode()
    assert list(csv.reader(io.StringIO(written, newline=""))) == [names, *rows]


@given(values=st.lists(st.text() | st.none()))
@settings(deadline=None)
def test_a_lone_column_of_csv_loses_no_row(place, write, read, values):
    path = place("a.csv")
    write(path, TEXT, [texts(*values)])
    assert read(path).values("text") == [value or "" for value in values]


@pytest.mark.parametrize(
    ("ending", "content"), [(".jsonl", b""), (".json", b"[]\n"), (".csv", b"text\n"), (".tsv.gz", b"text\n")]
)
@pytest.mark.parametrize("frames", [[], [texts()]])
def test_no_rows_still_write_what_the_format_has_to_say(write, tmp_path, ending, content, frames):
    write(tmp_path / f"a{ending}", TEXT, frames)
    assert plain(tmp_path / f"a{ending}") == content


def test_no_rows_still_write_the_columns_of_parquet(write, tmp_path):
    schema = Schema.of(
        t="text", i="integer", n="number", b="boolean", y="bytes", m="time", v="vector", o="nested", j="json"
    )
    write(tmp_path / "a.parquet", schema, [])
    written = pl.read_parquet(tmp_path / "a.parquet")
    assert (written.columns, written.height) == (list(schema.names), 0)
    assert written["i"].dtype == pl.Int64


@every_ending
def test_the_same_rows_give_the_same_bytes_whatever_the_frames(write, tmp_path, ending):
    rows = 20_000
    frame = pl.DataFrame(
        {
            "text": [f"{n * 7919 % 1009} é" for n in range(rows)],
            "n": [n if n > 17_000 else None for n in range(rows)],
            "l": [[n, n] for n in range(rows)],
            "_absent": [["n"] if n % 3 == 0 else None for n in range(rows)],
        }
    )
    schema = Schema.of(text="text", n="integer", l="nested")
    whole = write(tmp_path / f"one{ending}", schema, [frame])
    for size in (1_000, 2_048, 16_384, 19_999):
        frames = [frame.slice(at, size) for at in range(0, rows, size)]
        assert write(tmp_path / f"two{ending}", schema, frames) == whole
    uneven = [frame.head(1), frame.slice(1, 0), frame.slice(1, 17_000), frame.slice(17_001)]
    assert write(tmp_path / f"three{ending}", schema, uneven) == whole


@pytest.mark.parametrize("ending", [".jsonl.gz", ".csv.zst", ".parquet"])
def test_frames_leave_no_trace_in_files_of_several_pages_and_pieces(write, read, tmp_path, ending):
    noise = random.Random(0)
    frame = texts(*[noise.randbytes(500).hex() for _ in range(4_000)])
    whole = write(tmp_path / f"one{ending}", TEXT, [frame])
    for size in (7, 1_000, 3_999):
        frames = [frame.slice(at, size) for at in range(0, frame.height, size)]
        assert write(tmp_path / f"two{ending}", TEXT, frames) == whole
    assert read(tmp_path / f"one{ending}").frame["text"].equals(frame["text"])


def test_gzip_holds_no_time_and_no_name(write, tmp_path):
    data = write(tmp_path / "a.jsonl.gz", TEXT, [texts("x")])
    assert data[3] == 0
    assert data[4:8] == bytes(4)


@every_ending
def test_the_hash_is_that_of_the_files_bytes_and_known_before_the_file_is_there(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    with open_writer(path, TEXT) as writer:
        writer.write(texts("x", "y"))
        digest = writer.finish()
        assert not path.exists()
        assert writer.finish() == digest
        assert writer.commit() == digest
    assert sha256(path.read_bytes()).hexdigest() == digest
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


@every_ending
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    path.write_bytes(b"old")

    def fail_while_writing():
        with open_writer(path, TEXT) as writer:
            writer.write(texts("x"))
            raise KeyError("a bug")

    with pytest.raises(KeyError):
        fail_while_writing()
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_what_was_not_committed_is_removed(tmp_path):
    with open_writer(tmp_path / "a.jsonl", TEXT) as writer:
        writer.write(texts("x"))
        writer.finish()
    assert list(tmp_path.iterdir()) == []


def test_rows_after_finish_are_refused(tmp_path):
    with open_writer(tmp_path / "a.jsonl", TEXT) as writer:
        writer.finish()
        with pytest.raises(ValueError, match="finished"):
            writer.write(texts("x"))


def test_a_link_is_followed_and_stays_a_link(write, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.jsonl").write_text("old")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "real" / "a.jsonl")
    write(tmp_path / "link.jsonl", TEXT, [texts("x")])
    assert (tmp_path / "link.jsonl").is_symlink()
    assert (tmp_path / "real" / "a.jsonl").read_bytes() == b'{"text":"x"}\n'


def test_the_file_has_ordinary_permissions(write, tmp_path):
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    write(tmp_path / "a.jsonl", TEXT, [texts("x")])
    assert (tmp_path / "a.jsonl").stat().st_mode == ordinary.stat().st_mode


def test_an_unwritable_target_is_refused_before_any_row(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder.jsonl").mkdir()
    for path in (tmp_path / "none" / "a.jsonl", tmp_path / "file" / "a.jsonl", tmp_path / "folder.jsonl"):
        with pytest.raises(InvalidInput, match=path.name) as caught:
            open_writer(path, TEXT)
        assert caught.value.faults[0].code == "unwritable_target"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that even root cannot write to")
def test_a_folder_without_permission_is_refused(tmp_path):
    with pytest.raises(InvalidInput) as caught:
        open_writer(Path("/proc/a.jsonl"), TEXT)
    assert caught.value.faults[0].code == "unwritable_target"


def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(InvalidInput) as caught:
        open_writer(tmp_path / "a.xlsx", TEXT)
    assert caught.value.faults[0].code == "unknown_ending"
    assert caught.value.faults[0].allowed == list(ENDINGS)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".parquet"])
def test_rows_without_columns_are_refused_where_they_would_be_lost(tmp_path, ending):
    with pytest.raises(InvalidInput) as caught:
        open_writer(tmp_path / f"a{ending}", Schema())
    assert caught.value.faults[0].code == "no_columns"


@pytest.mark.skipif(os.name != "posix", reason="file size limits of POSIX")
@pytest.mark.parametrize("ending", [".jsonl", ".csv.gz", ".parquet"])
def test_a_full_disk_stops_the_run_with_its_reason_and_leaves_nothing(write, tmp_path, ending):
    import resource

    path = tmp_path / f"a{ending}"
    path.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    noise = random.Random(0)
    rows = texts(*[noise.randbytes(1000).hex() for _ in range(20_000)])
    try:
        with pytest.raises(RunStopped, match=path.name):
            write(path, TEXT, [rows])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
