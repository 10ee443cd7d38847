"""The order in which a model answers, parts, workers and kills change nothing in runs that ask it."""

import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dataflow_agent.operators.core.testing as doubles
import pytest
from dataflow_agent.pipelines.workflow import Step, Workflow

pytestmark = pytest.mark.xdist_group("model_determinism")  # what its fixture runs takes long, so one worker does it

SEED, ROWS, PART_ROWS = 20261122, 120, 17
KILLED_AT = (1, 9, 20, 40)

SPACE = Step(id="space", operator="normalize_whitespace", where="length(text) > 6")
LABEL = Step(id="label", operator=doubles.AskForLabel.name)
AGAIN = Step(id="again", operator=doubles.AskForLabel.name, options={"column": "label", "output": "again"})
SOME = Step(id="some", operator=doubles.AskForLabel.name, options={"output": "other"}, where="n >= 30 and n < 90")
WHETHER = Step(id="whether", operator="testing_ask_whether")
CHILDREN = Step(id="children", operator="testing_ask_for_children")
WORDS = Step(id="words", operator="word_count_filter", options={"min_words": 2})
DEDUP = Step(id="dedup", operator="exact_dedup")
FLOWS = {
    "one": (LABEL,),
    "chained": (SPACE, LABEL, AGAIN, WHETHER, WORDS),
    "around_a_barrier": (WHETHER, WORDS, SPACE, DEDUP, LABEL, CHILDREN, WORDS.model_copy(update={"id": "more"})),
    "barrier_after": (CHILDREN, SOME, DEDUP),
}


def corpus(folder: Path) -> Path:
    lot = random.Random(SEED)
    texts = [f"{lot.choice(['red', 'blue'])}  {lot.choice('abc')} {n % 40}" for n in range(ROWS)]
    texts[3], texts[11] = "short", ""
    path = folder / "in.jsonl"
    path.write_text("".join(json.dumps({"text": text, "n": n}) + "\n" for n, text in enumerate(texts)))
    return path


def ran(folder: Path, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What comes of runs, each in a home of its own."""
    folder.mkdir()
    for number, one in enumerate(asked):
        one["place"] = str(folder / str(number))
        Path(one["place"]).mkdir()
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("flow_driver.py"))],
        input="".join(json.dumps(one) + "\n" for one in asked),
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


class Ended:
    """What came of the same workflows under different circumstances."""

    def __init__(self, folder: Path) -> None:
        data = corpus(folder)
        asked = []
        for name, steps in FLOWS.items():
            path = folder / f"{name}.yaml"
            Workflow(name=name, seed=SEED, steps=steps).save(path)
            asked.append({"flow": str(path), "data": str(data), "part_rows": PART_ROWS, "lot": 1})
        with ThreadPoolExecutor(2) as threads:
            plain = threads.submit(ran, folder / "plain", [dict(one) for one in asked])
            other = [{**one, "lot": 2} for one in asked] + [{**one, "lot": 3, "workers": 2} for one in asked]
            others = threads.submit(ran, folder / "other", other)
            killed = [{**one, "lot": 4, "kill_at": at} for one in asked for at in KILLED_AT]
            kills = threads.submit(ran, folder / "killed", killed)
            whole = threads.submit(ran, folder / "whole", [{**one, "lot": 5, "part_rows": 10 * ROWS} for one in asked])
            self.plain, self.whole = plain.result(), whole.result()
            self.scattered, self.workers = others.result()[: len(asked)], others.result()[len(asked) :]
            self.killed = kills.result()


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    return Ended(tmp_path_factory.mktemp("model"))


def test_rows_come_to_every_step(ended: Ended) -> None:
    assert [name for told in ended.plain for name, rows in told["reached"].items() if rows < 10] == []


def test_the_order_of_answers_changes_neither_output_nor_ledger(ended: Ended) -> None:
    assert ended.scattered == ended.plain


def test_workers_change_neither_output_nor_ledger(ended: Ended) -> None:
    assert ended.workers == ended.plain


def test_a_run_that_was_killed_and_given_again_ends_the_same(ended: Ended) -> None:
    assert ended.killed == [told for told in ended.plain for _ in KILLED_AT]


def test_the_size_of_parts_changes_neither_output_nor_what_is_known_of_a_row(ended: Ended) -> None:
    def known(told: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in told.items() if name != "digest"}

    assert [*map(known, ended.whole)] == [*map(known, ended.plain)]
