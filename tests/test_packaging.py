"""What an installation holds: every module and every data file of the tree, and nothing of the tests."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("agent", "memory", "operators", "pipelines", "tools", "ui")


def known_files() -> list[str]:
    """All files of the checkout but the ignored ones."""
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout, so nothing says which files belong to it")
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_a_wheel_holds_what_the_tree_holds(tmp_path: Path) -> None:
    files = known_files()
    for name in files:  # a copy, since a build leaves a folder behind, of which the next build takes old files
        copy = tmp_path / "tree" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    made = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path), str(tmp_path / "tree")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    packed = {name.removeprefix("dataflow_agent/") for name in names if name.startswith("dataflow_agent/")}
    inside = {name for name in files if name.startswith(tuple(f"{folder}/" for folder in FOLDERS))}
    # setuptools takes every module that lies beside the root's __init__.py, its own setup.py too.
    assert packed == inside | {"__init__.py", "__main__.py", "py.typed", "setup.py"}


def test_the_package_comes_without_heavy_libraries() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    core = " ".join(project["dependencies"])
    assert not [name for name in ("torch", "vllm", "ray", "gradio", "chromadb", "openai") if f"{name}>" in core]


def test_importing_the_package_loads_nothing_of_it() -> None:
    code = "import sys, dataflow_agent; print([m for m in sys.modules if m.startswith('dataflow_agent.')])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
