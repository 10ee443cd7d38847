"""Files that a person names: what is refused before anything is done, and what a write leaves behind."""

from pathlib import Path

import pytest
from dataflow_agent.operators.core import InvalidInput
from dataflow_agent.ui.writing import file_to_write, write_file


def refused(given: Path, *, overwrite: bool = False, not_over: tuple[str | None, ...] = ()) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as raised:
        file_to_write(str(given), "the page", "page.html", overwrite=overwrite, not_over=not_over)
    (fault,) = raised.value.faults
    return fault.code, fault.message


def test_a_file_that_is_not_there_yet_is_given_as_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert file_to_write("page.html", "the page", "page.html", overwrite=False) == Path("page.html")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_and_a_missing_folder_are_told_apart(tmp_path: Path) -> None:
    code, said = refused(tmp_path, overwrite=True)
    assert (code, said) == ("unwritable_target", f"the page {tmp_path} is a folder; name a file such as page.html")
    code, said = refused(tmp_path / "no" / "page.html", overwrite=True)
    assert code == "unwritable_target"
    assert f"there is no folder {tmp_path / 'no'} for the page" in said


def test_what_is_there_is_replaced_only_where_that_was_said(tmp_path: Path) -> None:
    there = tmp_path / "page.html"
    there.write_text("mine")
    code, said = refused(there)
    assert code == "output_exists"
    assert "--overwrite" in said
    assert file_to_write(str(there), "the page", "page.html", overwrite=True) == there


def test_data_is_never_replaced_by_whatever_name_it_goes(tmp_path: Path) -> None:
    data, link = tmp_path / "rows.jsonl", tmp_path / "link.jsonl"
    data.write_text("{}\n")
    link.symlink_to(data)
    unrelated = (None, "https://example.org/rows.jsonl", str(tmp_path / "gone.jsonl"))
    for given in (data, link, tmp_path / ".." / tmp_path.name / "rows.jsonl"):
        assert refused(given, overwrite=True, not_over=(*unrelated, str(data)))[0] == "output_among_inputs"
    assert file_to_write(str(data), "the page", "page.html", overwrite=True, not_over=unrelated) == data


def test_a_write_leaves_the_text_and_nothing_else_and_follows_a_link(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    page, link = tmp_path / "a" / "page.html", tmp_path / "b" / "link.html"
    page.write_text("old")
    link.symlink_to(page)
    write_file(link, "é\n")
    assert page.read_bytes() == "é\n".encode()
    assert link.is_symlink()
    assert sorted(tmp_path.rglob("*.html")) == [page, link]
