"""The demonstration: its data is ours and reproducible, and it shows every part of the way."""

import json
import runpy
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from dataflow_agent.pipelines.workflow import Workflow

Cli = Callable[..., Any]
SHIPPED = files("dataflow_agent.pipelines").joinpath("samples", "demo.jsonl")


def test_the_shipped_sample_is_what_its_maker_makes(tmp_path: Path) -> None:
    maker = runpy.run_path(str(Path(__file__).with_name("make_demo_sample.py")))
    maker["main"](str(tmp_path / "demo.jsonl"))
    assert (tmp_path / "demo.jsonl").read_bytes() == SHIPPED.read_bytes()


def test_the_sample_holds_everything_that_the_demonstration_cleans() -> None:
    texts = [json.loads(line)["text"] for line in SHIPPED.read_text(encoding="utf-8").splitlines()]
    assert 100 <= len(texts) <= 130
    for planted in ("<p>", "https://", "@example.org", "+44 20 7946", " der ", " les ", "\U0001f44d\U0001f3fd"):
        assert any(planted in text for text in texts), planted
    assert len(texts) - len(set(texts)) >= 5
    assert sum(len(text.split()) < 15 for text in texts) >= 10


def test_it_goes_from_request_to_plan_to_run_to_the_stories_of_two_rows(cli: Cli, tmp_path: Path) -> None:
    said = cli("demo", "--folder", tmp_path / "here", "--json")
    assert said.code == 0
    found = said.document
    assert found["status"] == "completed"
    assert found["not_covered"] == []
    assert found["question"] is None
    assert not [ask for ask in found["asks"] if ask["holds"] is False]
    operators = [step["operator"] for step in found["workflow"]["steps"]]
    wanted = "strip_html strip_urls remove_emoji mask_pii language_filter word_count_filter exact_dedup minhash_dedup"
    assert set(wanted.split()) == set(operators)
    steps = {step["operator"]: step for step in found["run"]["steps"]}
    for operator in ("strip_html", "strip_urls", "remove_emoji", "mask_pii"):
        assert steps[operator]["changed"] >= 5, operator
    assert steps["language_filter"]["dropped"] >= 10
    assert steps["word_count_filter"]["dropped"] + steps["language_filter"]["dropped"] >= 20
    assert steps["exact_dedup"]["merged"] >= 5
    assert steps["minhash_dedup"]["merged"] >= 5
    assert [story["fate"] for story in found["result"]["stories"]] == ["dropped", "merged"]
    here = Path(found["result"]["folder"])
    assert here == tmp_path / "here"
    assert {path.name for path in here.iterdir()} == {"demo.jsonl", "plan.yaml", "clean.jsonl"}
    assert len((here / "clean.jsonl").read_text(encoding="utf-8").splitlines()) == found["run"]["rows_out"]
    assert len(Workflow.from_yaml(here / "plan.yaml").steps) == len(operators)


def test_people_see_the_four_parts_and_it_can_be_seen_twice(cli: Cli, tmp_path: Path) -> None:
    for _ in range(2):
        said = cli("demo")
        assert said.code == 0
        for part in ("1. The data", "2. The plan", "3. The run", "4. Why", "was dropped by", "was merged into row"):
            assert part in said.out
    assert str(tmp_path / "dataflow-demo") in said.out


def test_a_folder_with_other_things_is_left_alone(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "clean.jsonl").write_text("mine")
    said = cli("demo", "--folder", "mine")
    assert said.code == 2
    assert "--folder" in said.err
    assert [path.read_text() for path in (tmp_path / "mine").iterdir()] == ["mine"]
