"""Parts, workers, kills and hash seeds change nothing: random workflows of all deterministic operators prove it.

The operators come with the options of their examples, each over some of the rows; the rows mix the values of all
examples with texts made to break things.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import Operator, Schema, all_operators
from dataflow_agent.operators.core.dataset import Dataset, unify
from dataflow_agent.pipelines.validate import validate
from dataflow_agent.pipelines.workflow import Step, Workflow

pytestmark = pytest.mark.xdist_group("determinism")  # what its fixture runs takes long, so one worker does it

SEED, ROWS, PART_ROWS, LONGEST = 20261122, 60, 7, 14
NASTY = (
    "", " ", "\n\n", "a", "A\u0000b", "\ufeffbom", "\u2028\u2029", "e\u0301 \u00e9", "İstanbul ß ﬁ", "👩‍👩‍👧 🇩🇪 ✍🏽",
    "你好 世界", "مرحبا", "<p>one</p><b", "&amp;lt;", "{{x}} [[y]] [1]", "\\u0041 \\", "a" * 300, "no. no. no. no.",
    "1e400 -0.0", "007", "null", "x\r\ny\rz", "http://x.org/?a=b&c=d mail a@b.org +49 30 1234567", "- a\n- b\n- c",
    "the THE The the",
)  # fmt: skip
KILLED_AT = (1, 9, 4)
LAST = frozenset({"extract_document_qa"})
"""Operators that leave hardly any row of the corpus, so that none comes after them."""


def chosen() -> dict[str, type[Operator]]:
    """The operators that need neither model nor index; seeds make those deterministic that draw lots.

    Not those that read bytes, which the rows of this corpus cannot hold.
    """
    plain = {name: cls for name, cls in all_operators().items() if not cls.needs and not name.startswith("testing_")}
    return {name: cls for name, cls in plain.items() if not reads_bytes(cls)}


def reads_bytes(cls: type[Operator]) -> bool:
    return any("bytes" in dtypes for dtypes in cls(**cls.example().options).reads().values() if len(dtypes) == 1)


OPERATORS = chosen()


def corpus(folder: Path) -> Path:
    """Rows in all columns that the operators read."""
    lot = random.Random(SEED)
    values, rows = example_values(), list[dict[str, Any]]()
    for number in range(ROWS):
        row: dict[str, Any] = {"n": number}
        for column, pool in values.items():
            if lot.random() > 0.05:
                row[column] = None if lot.random() < 0.05 else lot.choice(pool)
        rows.append(row)
    rows += lot.choices(rows, k=6)
    path = folder / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def example_values() -> dict[str, list[Any]]:
    """The values of each column in the examples of the operators that read it, and the nasty ones of its type."""
    found: dict[str, list[Any]] = {}
    for cls in OPERATORS.values():
        example = cls.example()
        for column in cls(**example.options).reads():
            held = [row[column] for row in example.input_rows() if row.get(column) is not None]
            found.setdefault(column, []).extend(float(value) if type(value) is int else value for value in held)
    return {column: [*of_one_type(pool), *nasty(column, pool)] for column, pool in found.items()}


def of_one_type(pool: list[Any]) -> list[Any]:
    return [value for value in pool if type(value) is type(pool[0])]


def nasty(column: str, pool: list[Any]) -> Sequence[str]:
    if type(pool[0]) is not str:
        return ()
    return NASTY * 3 if column == "text" else NASTY[::4]


def workflows(schema: Schema) -> Iterator[Workflow]:
    """Workflows in which every operator stands once, in an order by the seed, over a third of the rows where it may."""
    lot = random.Random(SEED)
    waiting = lot.sample(sorted(OPERATORS), len(OPERATORS))
    while waiting:
        steps, left = tuple[Step, ...](), list[str]()
        for name in waiting:
            first = lot.randrange(ROWS * 2 // 3)
            where = f"n >= {first} and n < {first + ROWS // 3}"
            step = Step(id=name, operator=name, options=OPERATORS[name].example().options, where=where)
            either = ((*steps, step), (*steps, step.model_copy(update={"where": None})))
            longer = next((flow for flow in either if is_valid(flow, schema)), None)
            is_over = bool(steps) and steps[-1].operator in LAST
            if longer is None or len(longer) > LONGEST or is_over:
                left.append(name)
            else:
                steps = longer
        assert steps, f"no workflow can begin with any of {left} over the columns of the corpus"
        yield workflow(steps)
        waiting = left


def workflow(steps: tuple[Step, ...]) -> Workflow:
    return Workflow(name="lot", seed=SEED, steps=steps)


def is_valid(steps: tuple[Step, ...], schema: Schema) -> bool:
    return not any(fault.severity == "error" for fault in validate(workflow(steps), schema))


def ran(folder: Path, hash_seed: str, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What comes of runs in processes of one hash seed."""
    for number, one in enumerate(asked):
        one["place"] = str(folder / f"{hash_seed}-{number}")
        Path(one["place"]).mkdir()
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("flow_driver.py"))],
        input="".join(json.dumps(one) + "\n" for one in asked),
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


class Ended:
    """What came of the same workflows under different circumstances."""

    def __init__(self, folder: Path) -> None:
        data = corpus(folder)
        parsed = next(Dataset.open([data]).blocks()).parse()
        self.flows = [*workflows(unify([parsed.schema])[0])]
        asked = []
        for number, flow in enumerate(self.flows):
            path = folder / f"{number}.yaml"
            flow.save(path)
            asked.append({"flow": str(path), "data": str(data), "part_rows": PART_ROWS})
        killed = [{**one, "kill_at": KILLED_AT[at % len(KILLED_AT)]} for at, one in enumerate(asked)]
        whole = [{**one, "part_rows": 10 * ROWS} for one in asked]
        with ThreadPoolExecutor() as threads:
            plain = threads.submit(ran, folder, "0", [dict(one) for one in asked])
            other = threads.submit(ran, folder, "1", [{**one, "workers": 2} for one in asked])
            third = threads.submit(ran, folder, "2", [*killed, *whole])
            self.plain, self.workers = plain.result(), other.result()
            self.killed, self.whole = third.result()[: len(asked)], third.result()[len(asked) :]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    return Ended(tmp_path_factory.mktemp("flows"))


def test_every_operator_is_put_to_the_proof(ended: Ended) -> None:
    assert sorted(step.operator for flow in ended.flows for step in flow.steps) == sorted(OPERATORS)
    idle = [name for told in ended.plain for name, rows in told["reached"].items() if rows < 3]
    assert idle == [], "too few rows come to these operators; another SEED may do"


def test_workers_and_hash_seeds_change_neither_output_nor_ledger(ended: Ended) -> None:
    assert ended.workers == ended.plain


def test_a_run_that_was_killed_and_given_again_under_another_hash_seed_ends_the_same(ended: Ended) -> None:
    assert ended.killed == ended.plain


def test_the_size_of_parts_changes_neither_output_nor_what_is_known_of_a_row(ended: Ended) -> None:
    def known(told: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in told.items() if name != "digest"}

    assert [*map(known, ended.whole)] == [*map(known, ended.plain)]
