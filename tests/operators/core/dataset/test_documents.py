"""Documents come in as one row a file, with path, media type and bytes; none of them spoils the others."""

import os
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import InvalidInput
from dataflow_agent.operators.core.dataset import Dataset, documents

TABLE = '{"a": 1}\n'


def laid(folder: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def rows_of(*paths: Path, **how: Any) -> list[tuple[Any, ...]]:
    read = [block.parse().frame for block in Dataset.open(paths, **how).blocks()]
    return [row for frame in read for row in frame.select("_row", "path", "media_type", "bytes").rows()]


def test_each_file_of_a_folder_is_a_row_in_the_order_of_the_paths(tmp_path: Path) -> None:
    laid(tmp_path, b_PDF=b"%PDF\x00\xff", a__z_md="# z", a__b_html="<p>", c_txt="", _hidden_txt="no")
    assert rows_of(tmp_path) == [
        ("0:1", "a/b.html", "text/html", b"<p>"),
        ("0:2", "a/z.md", "text/markdown", b"# z"),
        ("0:3", "b.PDF", "application/pdf", b"%PDF\x00\xff"),
        ("0:4", "c.txt", "text/plain", b""),
    ]


def test_a_single_document_a_pattern_and_several_inputs(tmp_path: Path) -> None:
    laid(tmp_path, a_pdf="1", b_pdf="2", c_txt="3")
    assert rows_of(tmp_path / "a.pdf", tmp_path / "c.txt") == [
        ("0:1", "a.pdf", "application/pdf", b"1"),
        ("1:1", "c.txt", "text/plain", b"3"),
    ]
    assert [row[1] for row in rows_of(tmp_path / "*.pdf")] == ["a.pdf", "b.pdf"]


def test_documents_and_tables_in_one_folder_are_a_fault_that_names_both_and_a_choice_leaves_the_others_out(
    tmp_path: Path,
) -> None:
    laid(tmp_path, a_pdf="1", b_jsonl=TABLE, c_md="2")
    with pytest.raises(InvalidInput, match=r"a\.pdf.*b\.jsonl.*--as documents or --as table") as caught:
        Dataset.open([tmp_path])
    assert [fault.code for fault in caught.value.faults] == ["mixed_inputs"]
    chosen = Dataset.open([tmp_path], read_as="documents")
    assert chosen.warnings == (f"{tmp_path}: files are left out, since what is read is documents: b.jsonl",)
    assert [row[1] for row in rows_of(tmp_path, read_as="documents")] == ["a.pdf", "c.md"]
    tables = Dataset.open([tmp_path], read_as="table")
    assert [source.name for source in tables.sources] == ["b.jsonl"]
    assert "a.pdf, c.md" in tables.warnings[0]


def test_what_only_tells_of_a_table_makes_no_folder_of_documents(tmp_path: Path) -> None:
    laid(tmp_path, README_md="about", LICENSE_txt="free", b_jsonl=TABLE)
    found = Dataset.open([tmp_path])
    assert [source.name for source in found.sources] == ["b.jsonl"]
    assert "LICENSE.txt, README.md" in found.warnings[0]
    (tmp_path / "b.jsonl").unlink()
    assert [row[1] for row in rows_of(tmp_path)] == ["LICENSE.txt", "README.md"]


def test_documents_beside_tables_as_inputs_are_a_fault(tmp_path: Path) -> None:
    laid(tmp_path, a_pdf="1", b_jsonl=TABLE)
    with pytest.raises(InvalidInput, match="in a run each"):
        Dataset.open([tmp_path / "a.pdf", tmp_path / "b.jsonl"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_rejected_alone(tmp_path: Path) -> None:
    laid(tmp_path, a_txt="1", b_txt="2")
    (tmp_path / "a.txt").chmod(0)
    assert_only_b_is_read(tmp_path, "cannot be read")


def test_a_file_that_went_away_or_is_too_large_is_rejected_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(tmp_path, a_txt="12345", b_txt="2")
    dataset = Dataset.open([tmp_path])
    monkeypatch.setattr(documents, "MOST_BYTES", 4)
    (parsed,) = [block.parse() for block in dataset.blocks()]
    assert [(one.file, one.line) for one in parsed.rejects] == [("a.txt", 1)]
    (tmp_path / "a.txt").unlink()
    (parsed,) = [block.parse() for block in dataset.blocks()]
    assert [(one.file, one.line) for one in parsed.rejects] == [("a.txt", 1)]
    assert "No such file" in parsed.rejects[0].reason
    assert parsed.frame["_row"].to_list() == ["0:2"]


def assert_only_b_is_read(folder: Path, reason: str) -> None:
    (parsed,) = [block.parse() for block in Dataset.open([folder]).blocks()]
    assert parsed.frame["path"].to_list() == ["b.txt"]
    assert [one.file for one in parsed.rejects] == ["a.txt"]
    assert reason in parsed.rejects[0].reason


@pytest.mark.parametrize("limits", [{"max_rows": 1}, {"max_rows": 2}, {"max_bytes": 3}, {"max_bytes": 1}])
def test_the_size_of_blocks_changes_no_row(tmp_path: Path, limits: dict[str, int]) -> None:
    laid(tmp_path, **{f"{n}_txt": "x" * n for n in range(7)})
    blocks = [*Dataset.open([tmp_path]).blocks(**limits)]
    assert len(blocks) > 1
    rows = [row for block in blocks for row in block.parse().frame.select("_row", "path").rows()]
    assert rows == [(f"0:{n + 1}", f"{n}.txt") for n in range(7)]


def test_a_block_is_known_by_what_is_in_its_files_and_not_by_when_they_were_written(tmp_path: Path) -> None:
    laid(tmp_path, a_txt="1", b_txt="2")
    (before,) = Dataset.open([tmp_path]).blocks()
    os.utime(tmp_path / "a.txt", (1, 1))
    (touched,) = Dataset.open([tmp_path]).blocks()
    laid(tmp_path, a_txt="2", b_txt="1")
    (changed,) = Dataset.open([tmp_path]).blocks()
    assert before.digest == touched.digest != changed.digest


def test_links_are_followed_inside_and_refused_outside(tmp_path: Path) -> None:
    laid(tmp_path / "in", a_txt="1")
    laid(tmp_path / "out", b_txt="2")
    (tmp_path / "in" / "c.txt").symlink_to(tmp_path / "out" / "b.txt")
    with pytest.raises(InvalidInput, match="link out"):
        Dataset.open([tmp_path / "in"])
