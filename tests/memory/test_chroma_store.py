"""What only a store on disk must stand: other processes, damage, leftovers, a hostile environment."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from dataflow_agent.memory.chroma_store import ChromaStore
from dataflow_agent.memory.store import open_store
from dataflow_agent.operators.core import InvalidInput
from dataflow_agent.operators.core.vectors import LostIndex

pytest.importorskip("chromadb", reason="chromadb is not installed")

MANY = 1500
"""So many vectors that Chroma keeps a part of them in files of its own, beside its database."""
QUERY = np.eye(4, dtype=np.float32)[0]


def vectors(count: int) -> np.ndarray:
    rows = np.random.default_rng(1).normal(size=(count, 4)).astype(np.float32)
    rows[0] = QUERY
    return rows


def fill(store: ChromaStore, stamp: str, count: int = 3) -> None:
    names = [f"{stamp}{number}" for number in range(count)]
    store.replace(stamp, names, vectors(count), names)


def first(store: ChromaStore) -> str:
    return store.nearest(QUERY, 1)[0][0]


def run_python(code: str, *arguments: str, **environment: str) -> str:
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


FILL = """
import sys, numpy as np
from pathlib import Path
from dataflow_agent.memory.chroma_store import ChromaStore
store = ChromaStore(Path(sys.argv[1]), "some-index")
for round in range(int(sys.argv[3])):
    store.replace(sys.argv[2], [sys.argv[2] + str(n) for n in range(4)], np.eye(4, dtype=np.float32), list("abcd"))
print(store.stamp(), len(store.nearest(np.ones(4), 9)))
"""


def versions(path: Path) -> list[Path]:
    return [folder for folder in path.iterdir() if folder.is_dir()]


def test_what_was_put_is_there_after_opening_again(tmp_path: Path) -> None:
    store = ChromaStore(tmp_path, "some-index")
    fill(store, "s")
    expected = store.nearest(QUERY, 3)
    store.close()
    assert store.nearest(QUERY, 3) == expected
    again = ChromaStore(tmp_path, "some-index")
    assert (again.stamp(), again.count(), again.nearest(QUERY, 3)) == ("s", 3, expected)


def test_two_indexes_in_one_folder_know_nothing_of_each_other(tmp_path: Path) -> None:
    one, other = ChromaStore(tmp_path, "operators"), ChromaStore(tmp_path, "workflows")
    fill(one, "o")
    assert other.stamp() is None
    fill(other, "w")
    assert (first(one), first(other)) == ("o0", "w0")


def test_what_another_process_puts_is_seen_by_the_next_store_and_disturbs_no_other(tmp_path: Path) -> None:
    store = ChromaStore(tmp_path, "some-index")
    fill(store, "ours")
    assert run_python(FILL, str(tmp_path), "theirs", "1") == "theirs 4"
    assert (store.stamp(), first(store)) == ("ours", "ours0")
    following = ChromaStore(tmp_path, "some-index")
    assert (following.stamp(), first(following)) == ("theirs", "theirs0")


def test_processes_that_replace_at_once_leave_one_whole_index(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", FILL, str(tmp_path)]
    running = [subprocess.Popen([*command, name, "4"], stdout=subprocess.PIPE, text=True) for name in ("a", "b")]
    printed = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], printed
    store = ChromaStore(tmp_path, "some-index")
    stamp = store.stamp()
    assert stamp in ("a", "b")
    assert {name for name, _ in store.nearest(QUERY, 9)} == {f"{stamp}{number}" for number in range(4)}


class BreaksInTheMiddle(Sequence[str]):
    """Texts that cannot be read beyond the first batch."""

    def __len__(self) -> int:
        return MANY

    def __getitem__(self, rows):  # type: ignore[no-untyped-def]
        if rows.start > 0:
            raise RuntimeError("the process ends here")
        return ["text"] * len(range(*rows.indices(MANY)))


def test_a_build_that_ends_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    store = ChromaStore(tmp_path, "some-index")
    fill(store, "old")
    with pytest.raises(RuntimeError, match="ends here"):
        store.replace("new", [str(n) for n in range(MANY)], vectors(MANY), BreaksInTheMiddle())
    assert (store.stamp(), first(store)) == ("old", "old0")
    again = ChromaStore(tmp_path, "some-index")
    assert (again.stamp(), first(again)) == ("old", "old0")


def garbage_everywhere(path: Path) -> None:
    for file in [file for file in path.rglob("*") if file.is_file()]:
        file.write_bytes(b"\x07garbage" * 500)


def garbage_database(path: Path) -> None:
    next(path.rglob("chroma.sqlite3")).write_bytes(os.urandom(9000))


def cut_database(path: Path) -> None:
    file = next(path.rglob("chroma.sqlite3"))
    file.write_bytes(file.read_bytes()[:40_000])


def no_database(path: Path) -> None:
    next(path.rglob("chroma.sqlite3")).unlink()


def folder_for_a_database(path: Path) -> None:
    no_database(path)
    (versions(path)[0] / "chroma.sqlite3").mkdir()


def another_version_of_chroma(path: Path) -> None:
    with sqlite3.connect(next(path.rglob("chroma.sqlite3"))) as database:
        database.execute("UPDATE migrations SET hash = 'of another release'")
    database.close()


def lost_rows(path: Path) -> None:
    with sqlite3.connect(next(path.rglob("chroma.sqlite3"))) as database:
        database.execute("DELETE FROM collections")
    database.close()


def no_versions(path: Path) -> None:
    for folder in versions(path):
        shutil.rmtree(folder)


def garbage_pointer(path: Path) -> None:
    (path / "some-index.json").write_bytes(b"{]")


def pointer_to_elsewhere(path: Path) -> None:
    (path / "some-index.json").write_text('{"stamp": "s", "folder": "../elsewhere", "count": 3, "dimension": 4}')


def folder_for_a_pointer(path: Path) -> None:
    (path / "some-index.json").unlink()
    (path / "some-index.json").mkdir()


@pytest.mark.parametrize(
    "damage",
    [
        garbage_everywhere,
        garbage_database,
        cut_database,
        no_database,
        folder_for_a_database,
        another_version_of_chroma,
        lost_rows,
        no_versions,
        garbage_pointer,
        pointer_to_elsewhere,
        folder_for_a_pointer,
    ],
)
def test_a_damaged_index_counts_as_absent_and_is_built_anew(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    before = ChromaStore(tmp_path, "some-index")
    fill(before, "s")
    before.close()
    damage(tmp_path)
    store = ChromaStore(tmp_path, "some-index")
    assert (store.stamp(), store.count(), store.nearest(QUERY, 3)) == (None, 0, [])
    fill(store, "s")
    assert (store.stamp(), first(store)) == ("s", "s0")


def garbage_graph(path: Path) -> None:
    for file in path.glob("*/*/*"):
        file.write_bytes(b"garbage")


def no_graph(path: Path) -> None:
    for folder in [folder for folder in path.glob("*/*") if folder.is_dir()]:
        shutil.rmtree(folder)


def one_file_less(path: Path) -> None:
    sorted(path.glob("*/*/*"))[0].unlink()


@pytest.mark.parametrize("damage", [garbage_graph, no_graph, one_file_less])
def test_a_large_index_without_its_graph_counts_as_absent(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    before = ChromaStore(tmp_path, "some-index")
    fill(before, "s", MANY)
    before.close()
    assert ChromaStore(tmp_path, "some-index").stamp() == "s"
    assert list(tmp_path.glob("*/*/*")), "Chroma keeps no files beside its database: this test damages nothing"
    damage(tmp_path)
    run = "import sys; from pathlib import Path; from dataflow_agent.memory.chroma_store import ChromaStore\n"
    assert run_python(run + "print(ChromaStore(Path(sys.argv[1]), 'some-index').stamp())", str(tmp_path)) == "None"


def test_damage_while_it_is_open_is_named_and_then_the_index_is_absent(tmp_path: Path) -> None:
    store = ChromaStore(tmp_path, "some-index")
    fill(store, "s")
    assert store.stamp() == "s"
    os.truncate(next(tmp_path.rglob("chroma.sqlite3")), 5000)
    with pytest.raises(LostIndex, match="damaged"):
        store.nearest(QUERY, 3)
    assert store.stamp() is None
    fill(store, "s")
    assert first(store) == "s0"


def test_old_versions_are_deleted_and_files_of_others_are_not(tmp_path: Path) -> None:
    store = ChromaStore(tmp_path, "some-index")
    fill(store, "old")
    (abandoned,) = versions(tmp_path)
    foreign = [tmp_path / "some-index-notes", tmp_path / "other-index-0123456789ab-01234567"]
    for folder in foreign:
        folder.mkdir()
    for path in (*foreign, abandoned):
        os.utime(path, (0, 0))
    fill(store, "new")
    fill(store, "newer")
    assert not abandoned.exists()
    assert all(folder.exists() for folder in foreign)
    assert len(versions(tmp_path)) == len(foreign) + 2, "the one that counts, and a young one that another may read"
    assert first(store) == "newer0"


def test_only_the_owner_can_enter_the_folder(tmp_path: Path) -> None:
    store = ChromaStore(tmp_path / "home" / "index", "some-index")
    fill(store, "s")
    assert (tmp_path / "home" / "index").stat().st_mode & 0o777 == 0o700
    assert [folder.stat().st_mode & 0o777 for folder in versions(tmp_path / "home" / "index")] == [0o700]


@pytest.mark.parametrize("name", ["", "ab", "a/b/c", "../up", "-abc", "x" * 99])
def test_a_name_that_chroma_or_a_file_system_would_refuse_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="collection name"):
        ChromaStore(tmp_path, name)


def test_a_file_in_the_place_of_the_folder_is_a_fault_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("mine")
    with pytest.raises(InvalidInput, match="index"):
        ChromaStore(tmp_path / "index", "some-index")
    assert (tmp_path / "index").read_text() == "mine"


USE_IN_A_HOSTILE_PLACE = """
import os, sys, numpy as np
from pathlib import Path
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        raise AssertionError(f"the network was asked for: {event} {arguments}")
sys.addaudithook(refuse)
from dataflow_agent.memory.store import open_store
store = open_store(Path(sys.argv[1]), "some-index")
store.replace("s", ["a", "b"], np.eye(2, dtype=np.float32), ["x", "y"])
assert store.nearest(np.array([0.0, 1.0]), 1) == [("b", 1.0)]
known = {inode for name in ("tcp", "tcp6", "udp", "udp6") if (table := Path("/proc/self/net", name)).is_file()
         for inode in (line.split()[9] for line in table.read_text().splitlines()[1:])}
open_now = {os.readlink(fd) for fd in Path("/proc/self/fd").glob("*") if os.path.lexists(fd)}
print(store.kind, sorted(inode for inode in known if f"socket:[{inode}]" in open_now))
"""


def test_nothing_leaves_the_machine_whatever_the_environment_says(tmp_path: Path) -> None:
    hostile = {
        "CHROMA_API_IMPL": "chromadb.api.fastapi.FastAPI",
        "CHROMA_SERVER_HOST": "chroma.example",
        "CHROMA_OTEL_COLLECTION_ENDPOINT": "http://telemetry.example:4317",
        "CHROMA_OTEL_GRANULARITY": "all",
        "ANONYMIZED_TELEMETRY": "True",
    }
    assert run_python(USE_IN_A_HOSTILE_PLACE, str(tmp_path / "home"), **hostile) == "chroma []"
    assert (tmp_path / "home" / "index").is_dir()


def test_without_chroma_the_store_is_in_memory_and_says_so(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; sys.modules['chromadb'] = None\n"
        "from dataflow_agent.memory.store import open_store\n"
        "print(open_store(Path(sys.argv[1]), 'some-index').kind)"
    )
    assert run_python(code, str(tmp_path)) == "memory"
    assert open_store(tmp_path, "some-index").kind == "chroma"


def test_importing_the_store_does_not_import_chroma() -> None:
    assert run_python("import sys, dataflow_agent.memory.chroma_store; print('chromadb' in sys.modules)") == "False"
