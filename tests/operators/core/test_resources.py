"""Resources: names bound to files and folders, told apart by content, with faults that say what to bind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import InvalidInput
from dataflow_agent.operators.core.resources import file_fingerprint, files_fingerprint, resource_file, resource_files

WHAT = "list of some_filter"


@pytest.mark.parametrize("find", [resource_file, resource_files, file_fingerprint, files_fingerprint])
def test_a_name_that_is_not_bound_or_leads_nowhere_is_a_fault(find: Callable[..., Any], tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="--resource words=PATH"):
        find("words", {"other": str(tmp_path)}, WHAT)
    with pytest.raises(InvalidInput, match="is no file"):
        find("words", {"words": str(tmp_path / "gone")}, WHAT)


def test_a_folder_is_no_file_but_stands_for_the_files_in_it(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("b/two.txt", "one.txt", ".hidden", ".git/config"):
        (tmp_path / name).write_text(name)
    bound = {"words": str(tmp_path)}
    with pytest.raises(InvalidInput, match="is no file;"):
        resource_file("words", bound, WHAT)
    found = resource_files("words", bound, WHAT)
    assert found == {"words/b/two.txt": tmp_path / "b/two.txt", "words/one.txt": tmp_path / "one.txt"}


def test_a_fingerprint_is_that_of_the_contents_wherever_they_lie(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one.txt", "copy.txt", "other.txt")]
    for path, text in zip(paths, ("a", "a", "b"), strict=True):
        path.write_text(text)
    one, copy, other = (file_fingerprint("words", {"words": str(path)}, WHAT) for path in paths)
    assert one == copy != other


def test_a_folders_fingerprint_changes_with_a_name_and_with_a_content(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("a")
    bound = {"words": str(tmp_path)}
    seen = [files_fingerprint("words", bound, WHAT)]
    (tmp_path / "one.txt").rename(tmp_path / "two.txt")
    seen.append(files_fingerprint("words", bound, WHAT))
    (tmp_path / "two.txt").write_text("b")
    seen.append(files_fingerprint("words", bound, WHAT))
    assert len(set(seen)) == 3
