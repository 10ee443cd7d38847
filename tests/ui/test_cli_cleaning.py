"""`runs clean`: what goes, what stays, who is asked, and how it is said."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.ui.cleaning import purge_all

Cli = Callable[..., Any]
HOURS = 2 * 3_600


@pytest.fixture
def used(cli: Cli, plan: Path, data: Path, tmp_path: Path) -> Path:
    """A home after a run of some hours ago."""
    assert cli("apply", plan, "-i", data, "-o", "out.jsonl").code == 0
    home = tmp_path / "home"
    for path in home.rglob("*"):
        earlier = path.stat().st_mtime - HOURS
        os.utime(path, (earlier, earlier))
    return home


def cached(home: Path) -> int:
    return sum(path.stat().st_size for path in home.joinpath("cache").rglob("*") if path.is_file())


def test_a_cache_below_its_limit_stays_and_its_size_is_told(cli: Cli, used: Path) -> None:
    said = cli("runs", "clean", "--json")
    assert said.code == 0
    result = said.document["result"]
    assert (result["kind"], result["parts"], result["bytes_freed"]) == ("cleaned", 0, 0)
    assert result["bytes_left"] == cached(used)
    assert "Nothing was removed" in cli("runs", "clean").out


def test_what_goes_beyond_a_size_is_removed_and_what_that_freed_is_told(cli: Cli, used: Path) -> None:
    before = cached(used)
    result = cli("runs", "clean", "--keep-runs", "0", "--max-size", "0", "--json").document["result"]
    assert result["parts"] > 0
    assert result["bytes_freed"] == before - cached(used)
    assert (result["bytes_left"], cached(used)) == (0, 0)
    assert cli("runs", "show", "last").code == 0, "the run is remembered"


def test_what_may_not_go_is_told_where_the_cache_stays_above_its_limit(cli: Cli, used: Path) -> None:
    found = cli("runs", "clean", "--max-size", "1kB", "--json").document
    assert found["result"]["bytes_held"] == found["result"]["bytes_left"] == cached(used) > 1_000
    assert cli("runs", "why", "last", "4").code == 0, "what a recent run left can still be asked"
    (warning,) = found["warnings"]
    assert "--keep-runs" in warning
    assert "--keep-runs" in cli("runs", "clean", "--max-size", "1kB").out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--max-size", "much"], "500MB"),
        (["--max-size", "-1"], "500MB"),
        (["--keep-runs", "-1"], "--keep-runs"),
        (["--purge", "--yes", "--keep-runs", "3"], "--keep-runs"),
        (["--purge", "--yes", "--max-size", "3GB"], "--max-size"),
    ],
)
def test_limits_that_cannot_be_used_are_refused_and_nothing_goes(
    cli: Cli, used: Path, arguments: list[str], named: str
) -> None:
    before = cached(used)
    said = cli("runs", "clean", *arguments)
    assert said.code == 2
    assert named in said.err
    assert cached(used) == before


def test_a_purge_that_nobody_confirmed_asks_with_3_and_removes_nothing(cli: Cli, used: Path) -> None:
    before = cached(used)
    said = cli("runs", "clean", "--purge")
    assert said.code == 3
    assert "runs clean --purge --yes" in said.out
    asked = cli("runs", "clean", "--purge", "--json")
    assert (asked.code, asked.document["status"]) == (3, "needs_input")
    assert str(used) in asked.document["question"]["text"]
    assert cached(used) == before
    assert len([*used.joinpath("runs").iterdir()]) == 1


def test_a_confirmed_purge_removes_runs_and_parts_and_leaves_outputs(cli: Cli, used: Path, tmp_path: Path) -> None:
    result = cli("runs", "clean", "--purge", "--yes", "--json").document["result"]
    assert result["runs"] == 1
    assert result["parts"] > 0
    assert result["bytes_freed"] > 0
    assert cached(used) == 0
    assert cli("runs", "list", "--json").document["result"]["runs"] == []
    assert (tmp_path / "out.jsonl").exists()
    assert "nothing to remove" in cli("runs", "clean", "--purge", "--yes").out


@pytest.mark.parametrize(
    ("typed", "status", "left"), [("y", "completed", 0), ("no", "rejected", 1), ("", "rejected", 1)]
)
def test_on_a_terminal_a_person_decides(used: Path, typed: str, status: str, left: int) -> None:
    asked: list[str] = []

    def prompt(text: str) -> str:
        asked.append(text)
        return typed

    answer = purge_all(Settings(home=used), yes=False, ask=True, prompt=prompt)
    assert str(used) in asked[0]
    assert answer.document.status == status
    assert len([*used.joinpath("runs").iterdir()]) == left


def test_a_person_who_leaves_confirms_nothing(used: Path) -> None:
    def prompt(_: str) -> str:
        raise EOFError

    assert purge_all(Settings(home=used), yes=False, ask=True, prompt=prompt).document.exit_code == 4
    assert len([*used.joinpath("runs").iterdir()]) == 1
