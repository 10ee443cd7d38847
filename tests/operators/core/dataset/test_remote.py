"""URLs as inputs and outputs: local ones are paths, others need fsspec, and leaving this machine needs a word."""

import gzip
import subprocess
import sys
from hashlib import sha256
from uuid import uuid4

import polars as pl
import pytest
from dataflow_agent.operators.core.dataset import Dataset, Output, open_writer
from dataflow_agent.operators.core.dataset.remote import shown
from dataflow_agent.operators.core.errors import InvalidInput
from dataflow_agent.operators.core.schema import Schema

TEXT = Schema.of(text="text")
LINES = b'{"text":"a"}\n{"text":"b"}\n'


@pytest.fixture
def memory():
    """A place of its own in the memory of this process, as a URL; files are put there by name."""
    fsspec = pytest.importorskip("fsspec")
    files = fsspec.filesystem("memory")

    class Place(str):
        def put(self, name, content):
            files.pipe_file(f"{self}/{name}", content)
            return f"{self}/{name}"

        def get(self, name):
            return files.cat_file(f"{self}/{name}")

        def names(self):
            return sorted(path.rpartition("/")[2] for path in files.find(self))

    place = Place(f"memory://{uuid4().hex}")
    yield place
    if files.exists(place):
        files.rm(place, recursive=True)


def texts(*values):
    return pl.DataFrame({"text": list(values)})


def codes(caught):
    return [fault.code for fault in caught.value.faults]


def parquet(tmp_path):
    path = tmp_path / "a.parquet"
    texts(*"abcdef").write_parquet(path, row_group_size=2)
    return path.read_bytes()


def test_a_file_url_is_its_path(tmp_path, read, write):
    (tmp_path / "two words.jsonl").write_bytes(LINES)
    url = (tmp_path / "two words.jsonl").as_uri()
    assert "%20" in url
    assert read(url).values("text") == ["a", "b"]
    assert read(tmp_path.as_uri()).values("text") == ["a", "b"]
    with open_writer((tmp_path / "out 1.jsonl").as_uri(), TEXT) as writer:
        writer.write(texts("x"))
        writer.commit()
    assert (tmp_path / "out 1.jsonl").exists()
    assert Output.at((tmp_path / "out 1.jsonl").as_uri()).location == tmp_path / "out 1.jsonl"


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.parquet"])
def test_a_url_reads_as_the_file_does_and_has_the_same_digests(memory, read, tmp_path, name):
    content = {"a.jsonl": LINES, "a.jsonl.gz": gzip.compress(LINES), "a.parquet": parquet(tmp_path)}[name]
    (tmp_path / name).write_bytes(content)
    url = memory.put(name, content)
    assert read(url, max_rows=1).frame.equals(read(tmp_path / name).frame)
    digests = [[block.digest for block in Dataset.open([place]).blocks()] for place in (url, tmp_path / name)]
    assert digests[0] == digests[1]


def test_a_url_may_be_a_folder_or_a_pattern(memory, read):
    for name in ("b.jsonl", "a/1.jsonl", "a.jsonl", ".hidden.jsonl", "README.md"):
        memory.put(name, b'{"v":"%s"}\n' % name.encode())
    assert read(str(memory)).values("v") == ["a/1.jsonl", "a.jsonl", "b.jsonl"]
    assert "README.md" in Dataset.open([str(memory)]).warnings[0]
    assert read(f"{memory}/*.jsonl").values("v") == ["a.jsonl", "b.jsonl"]


def test_a_url_at_which_there_is_nothing_is_a_missing_file(memory):
    for url in (f"{memory}/none.jsonl", f"{memory}/*.jsonl"):
        with pytest.raises(InvalidInput, match="no such file") as caught:
            Dataset.open([url])
        assert codes(caught) == ["missing_file"]


def test_a_url_of_another_ending_lists_the_known_ones(memory):
    with pytest.raises(InvalidInput) as caught:
        Dataset.open([memory.put("a.xlsx", b"x")])
    assert codes(caught) == ["unknown_ending"]


def test_what_changes_at_a_url_while_it_is_read_is_refused(memory):
    url = memory.put("a.jsonl", LINES * 1_000)
    blocks = Dataset.open([url]).blocks(max_rows=10)
    next(blocks)
    memory.put("a.jsonl", LINES * 2_000)
    with pytest.raises(InvalidInput, match="changed while it was read"):
        list(blocks)


@pytest.mark.parametrize("ending", [".jsonl", ".csv.gz", ".parquet"])
def test_a_result_stands_at_its_url_only_when_it_is_whole(memory, read, ending):
    url = f"{memory}/out{ending}"
    with open_writer(url, TEXT) as writer:
        writer.write(texts("a", "b"))
        digest = writer.finish()
        assert memory.names() == []
        writer.commit()
    assert memory.names() == [f"out{ending}"]
    assert sha256(memory.get(f"out{ending}")).hexdigest() == digest == Output.at(url).digest()
    assert read(url).values("text") == ["a", "b"]


def test_a_failure_leaves_what_stood_at_the_url(memory):
    url = memory.put("out.jsonl", b"old")

    def fail_while_writing():
        with open_writer(url, TEXT) as writer:
            writer.write(texts("x"))
            raise KeyError("a bug")

    with pytest.raises(KeyError):
        fail_while_writing()
    assert memory.get("out.jsonl") == b"old"
    assert memory.names() == ["out.jsonl"]


def test_a_result_replaces_what_stood_at_the_url(memory):
    url = memory.put("out.jsonl", b"old")
    with open_writer(url, TEXT) as writer:
        writer.write(texts("x"))
        writer.commit()
    assert memory.get("out.jsonl") == b'{"text":"x"}\n'


@pytest.mark.parametrize(
    "url", ["s3://bucket/a.jsonl", "https://host/a.jsonl", "simplecache::s3://b/a.jsonl", "ssh://host/a.jsonl"]
)
def test_a_url_that_leaves_this_machine_needs_a_word(url):
    for refused in (lambda: Dataset.open([url]), lambda: open_writer(url, TEXT), lambda: Output.at(url)):
        with pytest.raises(InvalidInput, match="--allow-network") as caught:
            refused()
        assert codes(caught) == ["network_not_allowed"]


def test_an_unknown_kind_of_url_is_a_fault():
    pytest.importorskip("fsspec")
    with pytest.raises(InvalidInput) as caught:
        Dataset.open(["nosuch://a.jsonl"], allow_network=True)
    assert codes(caught) == ["unknown_protocol"]


def test_keys_in_urls_are_not_shown():
    assert shown("https://me:key@host/a.jsonl?signature=key#key") == "https://host/a.jsonl"
    assert shown("s3://token@bucket/a?.jsonl") == "s3://bucket/a?.jsonl"
    with pytest.raises(InvalidInput) as caught:
        Dataset.open(["https://me:key@host/a.jsonl?signature=key"])
    assert "key" not in caught.value.faults[0].model_dump_json()


def test_the_web_and_shards_cannot_be_written_to(memory):
    for url, options in (("https://localhost/a.jsonl", {"allow_network": True}), (f"{memory}/out", {"shard_rows": 5})):
        if "https" in url:
            pytest.importorskip("aiohttp")
        with pytest.raises(InvalidInput) as caught:
            open_writer(url, TEXT, **options)
        assert codes(caught) == ["unwritable_target"]


def test_without_fsspec_the_message_says_what_to_install():
    code = (
        "import sys; sys.modules['fsspec'] = None\n"
        "from dataflow_agent.operators.core.dataset import Dataset\n"
        "from dataflow_agent.operators.core.errors import InvalidInput\n"
        "try: Dataset.open(['memory://a.jsonl'])\n"
        "except InvalidInput as error: print(error)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'pip install "dataflow-agent[remote]"' in told.stdout


def test_local_files_never_load_fsspec(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(LINES)
    code = (
        "import sys\n"
        "from dataflow_agent.operators.core.dataset import Dataset\n"
        f"list(Dataset.open([{str(tmp_path)!r}]).blocks())\n"
        "print('fsspec' in sys.modules)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
