"""A result as a folder of shards: whole or absent, of one hash, and never in the place of other files."""

from hashlib import sha256

import polars as pl
import pytest
from dataflow_agent.operators.core.dataset import Output, open_writer
from dataflow_agent.operators.core.dataset.shards import _Folder
from dataflow_agent.operators.core.errors import InvalidInput
from dataflow_agent.operators.core.schema import Schema

TEXT = Schema.of(text="text")


def texts(*values):
    return pl.DataFrame({"text": list(values)}, schema={"text": pl.String})


def write_shards(path, rows, frames, schema=TEXT, **options):
    with open_writer(path, schema, shard_rows=rows, **options) as writer:
        for frame in frames:
            writer.write(frame)
        return writer.commit()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_each_shard_but_the_last_has_the_rows_asked_for(tmp_path, read):
    write_shards(tmp_path / "out", 3, [texts(*"abcd"), texts(*"ef"), texts(), texts(*"gh")])
    assert names(tmp_path / "out") == ["part-00001.jsonl", "part-00002.jsonl", "part-00003.jsonl"]
    assert [len(path.read_text().splitlines()) for path in sorted((tmp_path / "out").iterdir())] == [3, 3, 2]
    assert read(tmp_path / "out").values("text") == list("abcdefgh")


@pytest.mark.parametrize("kind", ["jsonl", "jsonl.gz", "csv", "parquet", "json"])
def test_shards_read_back_as_the_rows_they_were(tmp_path, read, kind):
    rows = [str(number) for number in range(50)]
    write_shards(tmp_path / "out", 7, [texts(*rows[:20]), texts(*rows[20:])], format=kind)
    assert names(tmp_path / "out")[0] == f"part-00001.{kind}"
    assert read(tmp_path / "out").values("text") == rows


def test_shards_do_not_depend_on_the_frames_that_rows_come_in(tmp_path):
    whole = write_shards(tmp_path / "one", 4, [texts(*"abcdefghij")])
    parts = write_shards(tmp_path / "two", 4, [texts(letter) for letter in "abcdefghij"])
    assert parts == whole
    assert write_shards(tmp_path / "three", 5, [texts(*"abcdefghij")]) != whole


def test_the_hash_is_over_the_hashes_of_the_shards_in_order(tmp_path):
    digest = write_shards(tmp_path / "out", 2, [texts(*"abc")])
    files = [b'{"text":"a"}\n{"text":"b"}\n', b'{"text":"c"}\n']
    assert digest == sha256("".join(sha256(file).hexdigest() for file in files).encode()).hexdigest()
    assert Output.at(tmp_path / "out", shard_rows=2).digest() == digest


def test_no_rows_are_one_shard_that_keeps_the_columns(tmp_path):
    write_shards(tmp_path / "out", 2, [], format="csv")
    assert names(tmp_path / "out") == ["part-00001.csv"]
    assert (tmp_path / "out" / "part-00001.csv").read_text() == "text\n"


def test_nothing_stands_there_before_the_commit_or_after_a_failure(tmp_path):
    with open_writer(tmp_path / "out", TEXT, shard_rows=1) as writer:
        writer.write(texts("a", "b"))
        writer.finish()
        assert not (tmp_path / "out").exists()
    assert list(tmp_path.iterdir()) == []

    def fail_while_writing():
        with open_writer(tmp_path / "out", TEXT, shard_rows=10) as writer:
            writer.write(texts("a", "b"))
            raise KeyError("a bug")

    with pytest.raises(KeyError):
        fail_while_writing()
    assert list(tmp_path.iterdir()) == []


def test_shards_replace_shards_as_a_whole(tmp_path):
    write_shards(tmp_path / "out", 1, [texts(*"abc")])
    write_shards(tmp_path / "out", 2, [texts(*"xy")])
    assert names(tmp_path / "out") == ["part-00001.jsonl"]
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("name", ["thesis.doc", "data.jsonl", ".config", "part-00001.txt", "part-1.jsonl"])
def test_a_folder_that_holds_anything_else_is_never_replaced(tmp_path, name):
    write_shards(tmp_path / "out", 1, [texts(*"abc")])
    (tmp_path / "out" / name).write_text("precious")
    with pytest.raises(InvalidInput, match="other things than shards") as caught:
        write_shards(tmp_path / "out", 1, [texts("x")])
    assert caught.value.faults[0].code == "unwritable_target"
    assert (tmp_path / "out" / name).read_text() == "precious"


def test_what_came_into_the_folder_meanwhile_is_not_replaced_either(tmp_path):
    (tmp_path / "out").mkdir()
    with open_writer(tmp_path / "out", TEXT, shard_rows=1) as writer:
        writer.write(texts("a"))
        (tmp_path / "out" / "thesis.doc").write_text("precious")
        with pytest.raises(InvalidInput, match=r"thesis\.doc"):
            writer.commit()
    assert names(tmp_path / "out") == ["thesis.doc"]
    assert names(tmp_path) == ["out"]


def test_names_sort_as_their_numbers_however_many_there_are(tmp_path):
    folder = _Folder(tmp_path / "out", ".jsonl", digits=1)
    for number in range(1, 101):
        folder.next_shard().write_text(str(number))
        folder.add("")
    folder.finish()
    folder.commit()
    assert [path.read_text() for path in sorted((tmp_path / "out").iterdir())] == [str(n) for n in range(1, 101)]


def test_an_empty_folder_is_there_to_be_filled(tmp_path):
    (tmp_path / "out").mkdir()
    output = Output.at(tmp_path / "out", shard_rows=10)
    assert not output.exists()
    with output.open(TEXT) as writer:
        writer.commit()
    assert output.exists()


def test_a_folder_may_be_called_like_a_file_where_it_says_that_it_is_one(tmp_path):
    write_shards(f"{tmp_path}/out.jsonl/", 1, [texts("a")])
    assert names(tmp_path / "out.jsonl") == ["part-00001.jsonl"]
    with Output.at(f"{tmp_path}/new.jsonl/", shard_rows=1).open(TEXT) as writer:
        writer.commit()
    assert (tmp_path / "new.jsonl").is_dir()


@pytest.mark.parametrize(
    ("place", "options", "message"),
    [
        ("out.jsonl", {"shard_rows": 5}, "name a folder, such as out/"),
        ("out/", {}, "give --shard-rows N"),
        ("there", {}, "give --shard-rows N"),
        ("none/out", {"shard_rows": 5}, "make the folder first"),
        ("file", {"shard_rows": 5}, "it is a file"),
        ("out", {"shard_rows": 0}, "a number from 1 on"),
        ("out", {"shard_rows": 5, "format": "xlsx"}, "known are"),
    ],
)
def test_places_that_cannot_hold_the_result_are_refused_with_the_way_out(tmp_path, place, options, message):
    (tmp_path / "there").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match=message):
        write_shards(f"{tmp_path}/{place}", options.pop("shard_rows", None), [texts("a")], **options)
    assert names(tmp_path) == ["file", "there"]
