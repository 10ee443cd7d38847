"""Paths in rows lead to files inside the folder of the input, and nowhere else."""

import os
from pathlib import Path

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.core.documents import document_at, folder_of, folder_resources, folders_fingerprint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "input"
    (inside / "deep").mkdir(parents=True)
    (inside / "a.md").write_bytes(b"inside")
    (tmp_path / "secret.md").write_bytes(b"secret")
    (tmp_path / "input-two").mkdir()
    (tmp_path / "input-two" / "b.md").write_bytes(b"secret")
    (inside / "link.md").symlink_to(inside / "a.md")
    (inside / "out.md").symlink_to(tmp_path / "secret.md")
    (inside / "away").symlink_to(tmp_path / "input-two")
    (inside / "circle.md").symlink_to("circle.md")
    os.mkfifo(inside / "pipe.md")
    return inside


@pytest.mark.parametrize("path", ["a.md", "./a.md", "deep/../a.md", "link.md"])
def test_a_path_leads_to_a_file_inside(folder: Path, path: str) -> None:
    assert document_at(path, folder, 100) == b"inside"
    assert document_at(str(folder / path), folder, 100) == b"inside"


@pytest.mark.parametrize(
    "path",
    ["../secret.md", "deep/../../secret.md", "out.md", "away/b.md", "../input-two/b.md", "/etc/passwd", "../none.md"],
)
def test_nothing_leads_out(folder: Path, path: str) -> None:
    with pytest.raises(RowError) as caught:
        document_at(path, folder, 100)
    assert caught.value.reason == "outside_input"


@pytest.mark.parametrize(
    ("path", "reason"),
    [("none.md", "missing_file"), ("a.md/x", "missing_file"), ("deep", "unreadable_file"),
     ("pipe.md", "unreadable_file"), ("circle.md", "unreadable_file"), ("a\0.md", "unreadable_file"),
     ("x" * 5000, "unreadable_file")],
)  # fmt: skip
def test_what_is_no_file_fails_its_row(folder: Path, path: str, reason: str) -> None:
    with pytest.raises(RowError) as caught:
        document_at(path, folder, 100)
    assert caught.value.reason == reason
    assert len(caught.value.detail) < 400


def test_a_file_of_the_largest_size_is_read_and_no_larger_one(folder: Path) -> None:
    assert document_at("a.md", folder, 6) == b"inside"
    with pytest.raises(RowError, match="too_large"):
        document_at("a.md", folder, 5)


def test_a_row_has_the_folder_of_its_own_input(folder: Path) -> None:
    folders = (folder, None, folder / "deep")
    assert folder_of("0:17", folders) == folder
    assert folder_of("2:1.4", folders) == folder / "deep"
    for row in ("1:1", "3:1", "sample:1"):
        with pytest.raises(RowError, match="no_folder"):
            folder_of(row, folders)


def test_what_may_be_read_differs_once_a_document_is_written(folder: Path) -> None:
    resources = folder_resources([folder, None])
    before = folders_fingerprint(resources)
    assert folders_fingerprint(folder_resources([folder])) == before
    (folder / "out.jsonl").write_bytes(b"{}")
    assert folders_fingerprint(resources) == before
    (folder / "deep" / "c.md").write_bytes(b"new")
    assert folders_fingerprint(resources) != before
