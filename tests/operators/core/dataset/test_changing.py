"""Files that change while they are read, or between two reads."""

import gzip
import os
import pickle

import polars as pl
import pytest
from dataflow_agent.operators.core.dataset import Dataset
from dataflow_agent.operators.core.errors import InvalidInput

LINES = b"".join(b'{"n":%d,"t":"%0200d"}\n' % (n, n) for n in range(20_000))
TABLE = b"n,t\n" + b"".join(b"%d,%0200d\n" % (n, n) for n in range(20_000))


def shrink(path):
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def grow(path):
    with path.open("ab") as file:
        file.write(b'{"n":-1,"t":"late"}\n')


def overwrite(path):
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 40)
        file.write(b"9")


def replace(path):
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)


def remove(path):
    path.unlink()


CHANGES = [shrink, grow, overwrite, replace, remove]


def parquet(path):
    numbers = range(20_000)
    pl.DataFrame({"n": numbers, "t": [f"{n:0200}" for n in numbers]}).write_parquet(path, row_group_size=5_000)
    return path


def parsed(blocks):
    return [block.parse().frame.height for block in blocks]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.jsonl.gz"])
def test_a_file_that_changes_while_it_is_read_is_refused(place, name, change):
    content = {"a.jsonl": LINES, "a.csv": TABLE, "a.jsonl.gz": gzip.compress(LINES)}[name]
    path = place(name, content)
    blocks = Dataset.open([path]).blocks(max_rows=100)
    next(blocks)
    change(path)
    with pytest.raises(InvalidInput, match="changed while it was read") as caught:
        list(blocks)
    assert [fault.code for fault in caught.value.faults] == ["changed_input"]


@pytest.mark.parametrize("change", CHANGES)
def test_rows_of_a_parquet_file_that_changes_never_pass_for_those_of_its_digest(place, change):
    path = parquet(place("a.parquet"))
    blocks = Dataset.open([path]).blocks(max_rows=100)
    first = next(blocks)
    change(path)
    with pytest.raises(InvalidInput, match="changed while it was read"):
        first.parse()


def test_a_block_of_a_changed_parquet_file_is_refused_in_another_process_too(place):
    path = parquet(place("a.parquet"))
    sent = pickle.dumps(next(Dataset.open([path]).blocks(max_rows=100)))
    grow(path)
    with pytest.raises(InvalidInput, match="changed while it was read"):
        pickle.loads(sent).parse()


def test_a_file_of_which_only_the_beginning_was_read_may_change(place):
    path = place("a.jsonl", LINES)
    blocks = Dataset.open([path]).blocks(max_rows=100)
    assert next(blocks).parse().frame.height == 100
    grow(path)
    blocks.close()


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.json", "a.parquet"])
def test_other_content_under_the_same_name_size_and_time_is_noticed(place, name):
    def digests():
        return [block.digest for block in Dataset.open([path]).blocks(max_rows=1)]

    contents = {"a.jsonl": b'{"t":"a"}\n{"t":"b"}\n', "a.csv": b"t\na\nb\n", "a.json": b'[{"t":"a"},{"t":"b"}]'}
    path = place(name)
    if name in contents:
        path.write_bytes(contents[name])
    else:
        pl.DataFrame({"t": ["a", "b"]}).write_parquet(path, compression="uncompressed")
    stat, before = path.stat(), digests()
    path.write_bytes(path.read_bytes().replace(b"b", b"c") if name in contents else b"")
    if name not in contents:
        pl.DataFrame({"t": ["a", "c"]}).write_parquet(path, compression="uncompressed")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (stat.st_size, stat.st_mtime_ns, stat.st_ino)
    assert digests() != before


def test_damaged_pages_of_a_parquet_file_are_told_by_name(place):
    path = parquet(place("a.parquet"))
    content = bytearray(path.read_bytes())
    content[4:2_000] = b"\xff" * 1_996
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"a\.parquet: not a whole Parquet file"):
        parsed(Dataset.open([path]).blocks(max_rows=100))
