"""Folders, patterns and standard input as inputs: which files they stand for, and in which order."""

import io
import os

import pytest
from dataflow_agent.operators.core.dataset import ENDINGS, MEDIA_TYPES, Dataset, Output, spool_stdin
from dataflow_agent.operators.core.errors import InvalidInput

links = pytest.mark.skipif(os.name != "posix", reason="links of POSIX")


def line(value):
    return f'{{"v":"{value}"}}\n'


@pytest.fixture
def crawl(tmp_path):
    """A folder of data of several formats and depths, with things that are no data."""
    files = {
        "b.jsonl": line("b"),
        "a/2.csv": "v\na2\n",
        "a/1.jsonl": line("a1"),
        "a.jsonl": line("a"),
        "a/deep/x.json": '[{"v":"deep"}]',
        ".hidden.jsonl": line("hidden"),
        ".git/config.jsonl": line("hidden too"),
        "README.md": "# read me",
        "_SUCCESS": "",
        "empty.jsonl": "",
    }
    for name, content in files.items():
        path = tmp_path / "crawl" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "crawl"


def codes(caught):
    return [fault.code for fault in caught.value.faults]


def test_a_folder_stands_for_its_data_files_sorted_and_ids_count_them(crawl, read):
    rows = read(crawl)
    assert rows.values("v") == ["a1", "a2", "deep", "a", "b"]
    assert rows.values("_row") == [f"{source}:1" for source in range(5)]


def test_what_is_left_out_of_a_folder_is_named(crawl):
    unknown, empty = Dataset.open([crawl]).warnings
    assert "README.md" in unknown
    assert "_SUCCESS" in unknown
    assert "hidden" not in unknown
    assert empty.endswith("empty.jsonl")


def test_many_files_that_are_left_out_are_counted(tmp_path):
    (tmp_path / "a.jsonl").write_text(line("a"))
    for number in range(8):
        (tmp_path / f"note-{number}.log").touch()
    (warning,) = Dataset.open([tmp_path]).warnings
    assert warning.endswith("note-4.log and 3 more")


def test_a_folder_without_data_lists_the_endings(tmp_path):
    (tmp_path / "notes.log").write_text("x")
    with pytest.raises(InvalidInput, match=r"\.parquet.*\.pdf") as caught:
        Dataset.open([tmp_path])
    assert codes(caught) == ["no_data_files"]
    assert caught.value.faults[0].allowed == [*ENDINGS, *MEDIA_TYPES]


def test_faults_of_files_in_a_folder_are_told_by_file(crawl):
    (crawl / "bad.csv").write_text("a,a\n")
    (crawl / "bad.parquet").write_text("x")
    with pytest.raises(InvalidInput) as caught:
        Dataset.open([crawl])
    assert [fault.message.partition(":")[0] for fault in caught.value.faults] == ["bad.csv", "bad.parquet"]


@links
def test_links_out_of_a_folder_are_refused_by_name(crawl, tmp_path):
    (tmp_path / "secret.jsonl").write_text(line("secret"))
    (tmp_path / "elsewhere").mkdir()
    (crawl / "file.jsonl").symlink_to(tmp_path / "secret.jsonl")
    (crawl / "a" / "folder").symlink_to(tmp_path / "elsewhere")
    (crawl / "up.jsonl").symlink_to("../missing.jsonl")
    with pytest.raises(InvalidInput) as caught:
        Dataset.open([crawl])
    assert codes(caught) == ["link_out"] * 3
    assert [fault.got for fault in caught.value.faults] == [
        str(crawl / name) for name in ("a/folder", "file.jsonl", "up.jsonl")
    ]
    assert "secret.jsonl" in caught.value.faults[1].message


@links
def test_a_folder_beside_whose_name_begins_alike_is_outside(crawl, tmp_path):
    beside = tmp_path / "crawl-2"
    beside.mkdir()
    (beside / "x.jsonl").write_text(line("x"))
    (crawl / "x.jsonl").symlink_to(beside / "x.jsonl")
    with pytest.raises(InvalidInput) as caught:
        Dataset.open([crawl])
    assert codes(caught) == ["link_out"]


@links
def test_links_inside_a_folder_read_each_file_once_and_never_turn_in_circles(crawl, read):
    (crawl / "again.jsonl").symlink_to("b.jsonl")
    (crawl / "a" / "loop").symlink_to("..")
    (crawl / "shown.jsonl").symlink_to(".hidden.jsonl")
    assert sorted(read(crawl).values("v")) == ["a", "a1", "a2", "b", "deep", "hidden"]


@links
def test_a_folder_may_itself_be_named_by_a_link(crawl, tmp_path, read):
    (tmp_path / "link").symlink_to(crawl)
    assert len(read(tmp_path / "link").values("v")) == 5


def test_a_pattern_is_sorted_and_may_go_deep(crawl, read):
    assert read(str(crawl / "*.jsonl")).values("v") == ["a", "b"]
    assert read(str(crawl / "**" / "*.js*")).values("v") == ["a1", "deep", "a", "b"]
    assert read(str(crawl / "a" / "[12].*")).values("v") == ["a1", "a2"]


def test_a_pattern_without_a_match_is_a_fault(crawl):
    with pytest.raises(InvalidInput, match="no file matches") as caught:
        Dataset.open([str(crawl / "*.tsv")])
    assert codes(caught) == ["missing_file"]


def test_a_name_that_looks_like_a_pattern_is_a_name_where_it_is_there(tmp_path, read):
    (tmp_path / "a[1].jsonl").write_text(line("name"))
    (tmp_path / "a1.jsonl").write_text(line("pattern"))
    assert read(str(tmp_path / "a[1].jsonl")).values("v") == ["name"]


@links
def test_a_link_out_is_refused_in_a_pattern_too(crawl, tmp_path):
    (tmp_path / "secret.jsonl").write_text(line("secret"))
    (crawl / "file.jsonl").symlink_to(tmp_path / "secret.jsonl")
    with pytest.raises(InvalidInput) as caught:
        Dataset.open([str(crawl / "*.jsonl")])
    assert codes(caught) == ["link_out"]


def test_ids_count_files_over_all_inputs(crawl, tmp_path, read):
    (tmp_path / "last.jsonl").write_text(line("last"))
    rows = read(crawl / "a", str(crawl / "*.jsonl"), tmp_path / "last.jsonl")
    assert list(zip(rows.values("_row"), rows.values("v"), strict=True)) == [
        ("0:1", "a1"),
        ("1:1", "a2"),
        ("2:1", "deep"),
        ("3:1", "a"),
        ("4:1", "b"),
        ("5:1", "last"),
    ]


def test_standard_input_is_kept_as_it_comes(tmp_path):
    content = (line("a") + "no json\n" + line("b")).encode() * 50_000
    path = spool_stdin(tmp_path, io.BytesIO(content))
    assert path.name == "stdin.jsonl"
    assert path.read_bytes() == content


def test_nothing_on_standard_input_is_a_fault(tmp_path):
    with pytest.raises(InvalidInput, match="standard input is empty"):
        spool_stdin(tmp_path, io.BytesIO())


def test_standard_input_can_be_named_once_and_needs_a_place(tmp_path):
    for paths, options in ((["-", "-"], {"spool": tmp_path}), (["-"], {})):
        with pytest.raises(InvalidInput, match="only once") as caught:
            Dataset.open(paths, **options)
        assert codes(caught) == ["standard_input"]


def test_a_path_with_a_nul_is_a_missing_file():
    with pytest.raises(InvalidInput) as caught:
        Dataset.open(["a\0b.jsonl"])
    assert codes(caught) == ["missing_file"]


@pytest.mark.parametrize(
    ("given", "place", "among"),
    [
        ("crawl", "crawl/out.jsonl", True),
        ("crawl", "crawl/a/out.jsonl", True),
        ("crawl", "crawl/.out.jsonl", False),
        ("crawl", "out.jsonl", False),
        ("crawl/*.jsonl", "crawl/out.jsonl", True),
        ("crawl/*.jsonl", "crawl/out.csv", False),
        ("crawl/*.jsonl", "crawl/a/out.jsonl", False),
        ("crawl/**/*.jsonl", "crawl/a/out.jsonl", True),
        ("crawl/**/*.jsonl", "crawl/out.jsonl", True),
        ("crawl/b.jsonl", "crawl/b.jsonl", False),
    ],
)
def test_a_result_that_the_same_inputs_would_find_is_refused(crawl, tmp_path, given, place, among):
    output = Output.at(tmp_path / place)
    if among:
        with pytest.raises(InvalidInput, match="would read it too"):
            output.refuse_among([str(tmp_path / given)])
    else:
        output.refuse_among([str(tmp_path / given)])


@pytest.mark.parametrize("given", ["crawl", "crawl/*", "crawl/**", "crawl/a/*", "crawl/**/deep/*", "*/a/**/*.jsonl"])
@pytest.mark.parametrize("name", ["new.jsonl", "a/new.jsonl", "a/deep/new.jsonl", ".git/new.jsonl", "a/.new.jsonl"])
def test_what_may_be_written_is_what_the_same_inputs_would_not_find(crawl, tmp_path, given, name):
    path, inputs = crawl / name, [str(tmp_path / given)]
    refused = None
    try:
        Output.at(path).refuse_among(inputs)
    except InvalidInput as error:
        refused = error
    path.write_text(line("new"))
    found = {source.name for source in Dataset.open(inputs).sources}
    assert (refused is not None) == (path.name in found)
