"""Several processes in one home at once: each gets its whole result, and every part that is left is whole."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import dataflow_agent.operators.core.testing as doubles
import pytest
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.workflow import Step, Workflow

ROUNDS = 4
PROCESSES = 3

CROWD = """
import json, sys, time
from pathlib import Path
from dataflow_agent.operators.core import InvalidInput, all_operators
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.testing import FailOn
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.workflow import Workflow

order = json.loads(sys.argv[1])
folder, me = Path(order["folder"]), order["me"]
all_operators()
for number in range(order["rounds"]):
    (folder / f"ready-{number}-{me}").touch()
    while len(list(folder.glob(f"ready-{number}-*"))) < order["processes"]:
        time.sleep(0.01)
    output = folder / order["output"].format(round=number, me=me)
    settings = Settings(home=folder / f"home-{number}")
    try:
        result = run(Workflow.parse_text(order["flow"]), folder / "in.jsonl", output, settings=settings, part_rows=10,
                     overwrite=order["overwrite"])
    except InvalidInput as refused:
        print(json.dumps({"round": number, "refused": refused.faults[0].code}), flush=True)
    else:
        print(json.dumps({"round": number, "ledger": result.ledger.digest()}), flush=True)
"""


def flow(fewest_words: int) -> Workflow:
    return Workflow(
        name="crowd",
        steps=(
            Step(id="space", operator="normalize_whitespace"),
            Step(id="words", operator="word_count_filter", options={"min_words": fewest_words}),
            Step(id="dedup", operator="exact_dedup"),
            Step(id="fail", operator=doubles.FailOn.name, options={"word": "17"}),
        ),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [{"text": "word  " * (n % 7) + f"end {n % 23}", "n": n} for n in range(60)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def crowd(folder: Path, output: str, flows: list[Workflow], *, overwrite: bool = False) -> list[list[Any]]:
    """What each process tells of its rounds; all begin each round together, in one home that nobody has used."""
    order = {"folder": str(folder), "output": output, "rounds": ROUNDS, "processes": len(flows), "overwrite": overwrite}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CROWD, json.dumps({**order, "me": me, "flow": workflow.to_yaml()})],
            stdout=subprocess.PIPE,
            text=True,
        )
        for me, workflow in enumerate(flows)
    ]
    told = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(flows)
    return [[json.loads(line) for line in lines.splitlines()] for lines in told]


def alone(folder: Path, workflow: Workflow) -> tuple[bytes, str]:
    """Output and ledger of a run that has its home for itself."""
    name = workflow.digest()[:8]
    home = Settings(home=folder / f"alone-{name}")
    result = run(workflow, folder / "in.jsonl", folder / f"{name}.jsonl", settings=home, part_rows=10)
    return result.output.read_bytes(), result.ledger.digest()


def torn_files(home: Path) -> list[str]:
    """Files of parts that are not what was committed, and files that were left over."""
    torn = [str(path) for path in home.rglob(".*")]
    for commit in (home / "cache").glob("*/*.json"):
        for kind, facts in json.loads(commit.read_bytes())["files"].items():
            content = commit.with_name(f"{commit.stem}.{kind}.parquet").read_bytes()
            if hashlib.sha256(content).hexdigest() != facts["sha256"]:
                torn.append(f"{commit.stem}.{kind}")
    return torn


def test_runs_of_the_same_thing_at_once_all_get_the_whole_result(folder: Path) -> None:
    workflow = flow(2)
    output, ledger = alone(folder, workflow)
    told = crowd(folder, "{round}-{me}.jsonl", [workflow] * PROCESSES)
    assert told == [[{"round": number, "ledger": ledger} for number in range(ROUNDS)]] * PROCESSES
    outputs = [folder / f"{number}-{me}.jsonl" for number in range(ROUNDS) for me in range(PROCESSES)]
    assert {path.read_bytes() for path in outputs} == {output}
    for number in range(ROUNDS):
        assert torn_files(folder / f"home-{number}") == []
        assert len(list((folder / f"home-{number}" / "runs").iterdir())) == PROCESSES


@pytest.mark.parametrize("overwrite", [True, False])
def test_of_two_runs_with_one_output_one_wins_whole(folder: Path, *, overwrite: bool) -> None:
    flows = [flow(2), flow(4)]
    results = [alone(folder, workflow) for workflow in flows]
    told = crowd(folder, "{round}.jsonl", flows, overwrite=overwrite)
    for number in range(ROUNDS):
        assert (folder / f"{number}.jsonl").read_bytes() in [output for output, _ in results]
        ended = [mine[number] for mine in told]
        assert all(one.get("ledger") in (None, ledger) for one, (_, ledger) in zip(ended, results, strict=True))
        refused = [one["refused"] for one in ended if "refused" in one]
        assert refused in ([], ["output_exists"])
        assert not (overwrite and refused)
    assert list(folder.glob(".*")) == []
