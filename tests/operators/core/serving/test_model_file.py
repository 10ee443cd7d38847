"""Model files are known by what they hold."""

import os
from pathlib import Path

import pytest
from dataflow_agent.operators.core.serving.model_file import identity_of, is_gguf, warning_about

HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # sha256sum of "hello"


def test_an_identity_is_the_name_and_the_content_wherever_the_file_lies(tmp_path: Path) -> None:
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "small.gguf").write_text("hello")
    here, there = (identity_of(tmp_path / folder / "small.gguf") for folder in ("here", "there"))
    assert here == there == f"small.gguf sha256:{HELLO}"


def test_other_content_under_the_same_name_is_another_model(tmp_path: Path) -> None:
    file, home = tmp_path / "small.gguf", tmp_path / "home"
    file.write_text("hello")
    before = identity_of(file, home)
    file.write_text("jello")
    os.utime(file, ns=(1, 1))
    assert identity_of(file, home) != before


def test_a_digest_is_kept_while_size_and_time_of_the_file_stay(tmp_path: Path) -> None:
    file, home = tmp_path / "small.gguf", tmp_path / "home"
    file.write_text("hello")
    os.utime(file, ns=(5, 5))
    before = identity_of(file, home)
    file.write_text("jello")
    os.utime(file, ns=(5, 5))
    assert identity_of(file, home) == before, "read again although nothing that shows has changed"
    assert identity_of(file) != before, "without a home there is nowhere to keep it"


@pytest.mark.parametrize("damage", ["", "[1]", "{", "\x00"])
def test_a_damaged_list_of_digests_is_written_anew(tmp_path: Path, damage: str) -> None:
    file, home = tmp_path / "small.gguf", tmp_path / "home"
    file.write_text("hello")
    identity = identity_of(file, home)
    [kept] = [one for one in (home / "cache").iterdir() if one.is_file()]
    kept.write_text(damage)
    assert identity_of(file, home) == identity
    assert HELLO in kept.read_text()


def test_each_part_of_a_model_in_parts_decides_its_identity(tmp_path: Path) -> None:
    first = tmp_path / "big-00001-of-00002.gguf"
    first.write_text("one")
    second = tmp_path / "big-00002-of-00002.gguf"
    second.write_text("two")
    (tmp_path / "other-00002-of-00002.gguf").write_text("of another model")
    before = identity_of(first)
    (tmp_path / "other-00002-of-00002.gguf").write_text("changed")
    assert identity_of(first) == before
    second.write_text("TWO")
    assert identity_of(first) != before


def test_a_gguf_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"GGUF\x03")
    (tmp_path / "b").write_bytes(b"PK\x03\x04")
    (tmp_path / "c").write_bytes(b"")
    assert [is_gguf(tmp_path / name) for name in ("a", "b", "c", "none", ".")] == [True, False, False, False, False]


def test_the_smoke_test_is_called_what_it_is() -> None:
    said = warning_about("SmolLM2-135M-Instruct.Q4_1.gguf sha256:00")
    assert said is not None
    assert "never a source of data to keep" in said
    assert warning_about("Qwen2.5-1.5B.gguf sha256:00") is None
