"""The registry: operators are found by a walk, plugins join them, and a broken plugin stops nobody."""

import subprocess
import sys
from pathlib import Path

import pytest
from dataflow_agent.operators.core import Operator, RowOperator, all_operators


def installed(folder: Path, plugins: dict[str, str], modules: dict[str, str]) -> Path:
    """A folder that Python takes for one installed distribution with these entry points."""
    info = folder / "stranger-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    lines = [f"{name} = {value}" for name, value in plugins.items()]
    (info / "entry_points.txt").write_text("[dataflow_agent.operators]\n" + "\n".join(lines) + "\n")
    for name, code in modules.items():
        (folder / f"{name}.py").write_text(code)
    return folder


def listed(folder: Path) -> subprocess.CompletedProcess[str]:
    code = (
        f"import sys; sys.path.append({str(folder)!r}); from dataflow_agent.operators.core import all_operators; "
        "print(*all_operators())"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


PLUGIN = '''
from dataflow_agent.operators.core import Example, Refiner

class Shout(Refiner):
    """Upper case."""

    name = "plugin_shout"

    def refine(self, text):
        return text.upper()
'''


def test_an_operator_of_an_installed_plugin_is_found(tmp_path: Path) -> None:
    done = listed(installed(tmp_path, {"shout": "plugin_shout:Shout"}, {"plugin_shout": PLUGIN}))
    assert "plugin_shout" in done.stdout.split()
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("value", "code", "error"),
    [
        ("broken_plugin", "import no_such_module_anywhere", "no_such_module_anywhere"),
        ("broken_plugin", "raise RuntimeError('planted')", "planted"),
        ("broken_plugin:Missing", "", "Missing"),
        ("nowhere_to_be_found", "", "nowhere_to_be_found"),
        ("broken_plugin", PLUGIN.replace("plugin_shout", "word_count_filter"), "word_count_filter"),
    ],
)
def test_a_broken_plugin_is_a_warning_that_names_it(tmp_path: Path, value: str, code: str, error: str) -> None:
    plugins = {"a_broken": value, "shout": "plugin_shout:Shout"}
    done = listed(installed(tmp_path, plugins, {"broken_plugin": code, "plugin_shout": PLUGIN}))
    assert {"word_count_filter", "plugin_shout"} <= set(done.stdout.split())
    assert "'a_broken'" in done.stderr
    assert error in done.stderr


def test_operators_come_in_the_order_of_their_names() -> None:
    names = list(all_operators())
    assert names == sorted(names)
    assert all(cls.name == name for name, cls in all_operators().items())


def test_the_list_is_a_copy() -> None:
    all_operators().clear()
    assert "word_count_filter" in all_operators()


def test_a_class_without_a_name_is_a_base_and_no_operator() -> None:
    class Base(RowOperator):
        """A base of a family."""

    assert Base not in Operator.registry.values()


def test_every_file_of_the_families_is_an_operator_or_starts_with_an_underscore() -> None:
    import dataflow_agent.operators as package

    (root,) = package.__path__
    files = {path.stem for path in Path(root).glob("[!c_]*/*.py") if path.parent.name != "core"}
    assert {name for name in files if not name.startswith("_")} <= set(all_operators())
