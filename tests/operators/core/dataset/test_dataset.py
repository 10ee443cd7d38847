"""A dataset: faults of all inputs at once, lazy blocks, digests of content."""

import gzip
import json
import os
import pickle
import random
import tracemalloc

import polars as pl
import pytest
import zstandard
from dataflow_agent.operators.core.dataset import ENDINGS, Dataset
from dataflow_agent.operators.core.errors import InvalidInput

LINES = b'{"a":1,"t":"x"}\n{"a":2,"t":"y"}\n{"a":3,"t":"z"}\n'
CONTENT = {
    "a.jsonl": LINES,
    "a.json": b"[" + LINES.strip().replace(b"\n", b",") + b"]",
    "a.csv": b"a,t\n1,x\n2,y\n3,z\n",
    "a.tsv": b"a\tt\n1\tx\n2\ty\n3\tz\n",
}
PACK = {".gz": gzip.compress, ".zst": zstandard.compress}
NAMES = [*CONTENT, *(name + ending for name in CONTENT for ending in PACK), "a.ndjson"]


def content_of(name):
    for ending, pack in PACK.items():
        if name.endswith(ending):
            return pack(CONTENT[name.removesuffix(ending)])
    return CONTENT.get(name, LINES)


def parquet(path, **columns):
    pl.DataFrame(columns).write_parquet(path)
    return path


def codes(caught):
    return [fault.code for fault in caught.value.faults]


def test_all_faults_of_all_inputs_come_at_once(place, tmp_path):
    paths = [
        tmp_path / "missing.jsonl",
        tmp_path,
        place("fine.jsonl", LINES),
        place("notes.log", "x"),
        place("twice.csv", "a,a\n"),
        place("broken.parquet", "x"),
        place("broken.jsonl.gz", "not gzip"),
        place("broken.jsonl.zst", "not zstd at all"),
    ]
    empty = place("empty.jsonl")
    empty.touch()
    with pytest.raises(InvalidInput) as caught:
        Dataset.open([*paths, empty])
    assert codes(caught) == [
        "missing_file",
        "no_data_files",
        "unknown_ending",
        "header",
        "corrupt_input",
        "corrupt_input",
        "corrupt_input",
        "empty_file",
    ]
    for path, fault in zip([path for path in [*paths, empty] if path.name != "fine.jsonl"], caught.value.faults):  # noqa: B905
        assert path.name in fault.message


def test_an_unknown_ending_lists_the_known_ones(place):
    with pytest.raises(InvalidInput) as caught:
        Dataset.open([place("a.xml", "x")])
    assert caught.value.faults[0].allowed == list(ENDINGS)
    assert all(ending in caught.value.faults[0].message for ending in (".jsonl", ".parquet", ".csv.gz", ".json.zst"))


@pytest.mark.parametrize("name", ["a.parquet.gz", "a.gz", "jsonl", ".jsonl.bz2"])
def test_endings_that_only_look_known_are_not(place, name):
    with pytest.raises(InvalidInput) as caught:
        Dataset.open([place(name, "x")])
    assert codes(caught) == ["unknown_ending"]


def test_a_misspelt_file_is_told_its_neighbour(place):
    path = place("crawl.jsonl", LINES)
    with pytest.raises(InvalidInput, match=r"did you mean crawl\.jsonl"):
        Dataset.open([path.with_name("crawll.jsonl")])


def test_no_input_at_all_is_a_fault():
    with pytest.raises(InvalidInput) as caught:
        Dataset.open([])
    assert codes(caught) == ["no_input"]


@pytest.mark.parametrize("pack", PACK.values(), ids=PACK)
@pytest.mark.parametrize("name", CONTENT)
def test_a_compressed_file_without_content_is_empty(place, name, pack):
    ending = next(ending for ending, other in PACK.items() if other is pack)
    with pytest.raises(InvalidInput) as caught:
        Dataset.open([place(name + ending, pack(b""))])
    assert codes(caught) == ["empty_file"]


@pytest.mark.skipif(os.name != "posix", reason="named pipes of POSIX")
def test_a_pipe_is_refused_and_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(InvalidInput) as caught:
        Dataset.open([tmp_path / "pipe.jsonl"])
    assert codes(caught) == ["not_a_file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable(place):
    path = place("a.jsonl", LINES)
    path.chmod(0)
    with pytest.raises(InvalidInput) as caught:
        Dataset.open([path])
    assert codes(caught) == ["unreadable"]


def test_a_file_that_went_away_is_unreadable(place):
    path = place("a.jsonl", LINES)
    dataset = Dataset.open([path])
    path.unlink()
    with pytest.raises(InvalidInput) as caught:
        next(dataset.blocks())
    assert codes(caught) == ["unreadable"]


@pytest.mark.parametrize("name", NAMES)
def test_each_format_gives_the_same_rows(place, read, name):
    rows = read(place(name, content_of(name)))
    assert rows.values("_row") == ["0:1", "0:2", "0:3"]
    assert [int(value) for value in rows.values("a")] == [1, 2, 3]
    assert rows.values("t") == ["x", "y", "z"]


def test_endings_may_be_in_capitals(place, read):
    assert read(place("A.JSONL.GZ", gzip.compress(LINES))).values("a") == [1, 2, 3]


def test_concatenated_compressed_members_are_one_file(place, read):
    for ending, pack in PACK.items():
        assert read(place("a.jsonl" + ending, pack(LINES) + pack(LINES))).values("a") == [1, 2, 3, 1, 2, 3]


@pytest.mark.parametrize("name", NAMES)
def test_block_size_changes_no_row(place, read, name):
    path = place(name, content_of(name))
    whole = read(path)
    for limits in ({"max_rows": 1}, {"max_rows": 2}, {"max_bytes": 1}, {"max_bytes": 40}):
        other = read(path, **limits)
        assert other.frame.equals(whole.frame)
        assert other.schema == whole.schema


@pytest.mark.parametrize("name", NAMES)
def test_digests_follow_content_and_not_the_path(place, name):
    def digests(content, called=name):
        return [block.digest for block in Dataset.open([place(called, content)]).blocks(max_rows=1)]

    content = content_of(name)
    before = digests(content)
    assert len(set(before)) == 3
    assert digests(content, "other" + name[1:]) == before
    for ending, pack in PACK.items():
        if not name.endswith(tuple(PACK)):
            assert digests(pack(content), name + ending) == before
            assert digests(pack(content.replace(b"y", b"Y")), name + ending) != before
    if not name.endswith(tuple(PACK)):
        after = digests(content.replace(b"y", b"Y"))
        assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True]


def test_digests_of_parquet_follow_content_and_not_the_path(place):
    def digests(path):
        return [block.digest for block in Dataset.open([path]).blocks(max_rows=1)]

    one = parquet(place("a.parquet"), t=["x", "y"])
    same, other = parquet(place("b.parquet"), t=["x", "y"]), parquet(place("a.parquet"), t=["x", "Y"])
    assert digests(one) == digests(same)
    assert not set(digests(one)) & set(digests(other))
    assert len(set(digests(one))) == 2


def test_digests_know_source_position_header_and_delimiter(place):
    def digest(*paths):
        return [block.digest for block in Dataset.open(paths).blocks(max_rows=1)]

    path = place("a.jsonl", LINES[:16] * 2)
    assert len(set(digest(path, path))) == 4
    assert digest(place("a.csv", "a\nx\n")) != digest(place("a.csv", "b\nx\n"))
    assert digest(place("a.csv", "a\nx\n")) != digest(place("a.tsv", "a\nx\n"))


@pytest.mark.parametrize("ending", PACK)
def test_the_first_block_comes_before_the_file_is_read(place, ending):
    line = json.dumps({"a": random.Random(0).randbytes(400).hex()}).encode() + b"\n"
    packed = PACK[ending](b"".join(line.replace(b'"a"', b'"a%d"' % n) for n in range(10_000)))
    blocks = Dataset.open([place("cut.jsonl" + ending, packed[:-40])]).blocks(max_rows=10)
    assert next(blocks).parse().frame.height == 10
    with pytest.raises(InvalidInput, match=r"cut\.jsonl.*cut off") as caught:
        list(blocks)
    assert codes(caught) == ["corrupt_input"]


@pytest.mark.parametrize("ending", PACK)
def test_damaged_compressed_data_is_told_by_name(place, ending):
    packed = bytearray(PACK[ending](b"".join(b'{"a":%d}\n' % n for n in range(50_000))))
    packed[len(packed) // 2] ^= 0xFF
    packed[len(packed) // 2 + 1] ^= 0xFF
    with pytest.raises(InvalidInput, match=r"damaged\.jsonl"):
        list(Dataset.open([place("damaged.jsonl" + ending, bytes(packed))]).blocks())


@pytest.mark.parametrize("name", ["big.jsonl", "big.csv", "big.jsonl.gz", "big.jsonl.zst"])
def test_memory_follows_the_block_and_not_the_file(place, name):
    lines = b"".join(b'{"a":"%01000d"}\n' % n for n in range(20_000))
    content = {"gz": gzip.compress, "zst": zstandard.compress}.get(name.rsplit(".")[-1], bytes)(lines)
    path = place(name, content)
    del lines, content
    tracemalloc.start()
    try:
        rows = sum(1 for _ in Dataset.open([path]).blocks(max_rows=100))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert rows == 200
    assert peak < 5 * 2**20


@pytest.mark.parametrize("name", NAMES)
def test_blocks_can_be_sent_to_another_process(place, name):
    for block in Dataset.open([place(name, content_of(name))]).blocks(max_rows=2):
        assert pickle.loads(pickle.dumps(block)).parse().frame.equals(block.parse().frame)
