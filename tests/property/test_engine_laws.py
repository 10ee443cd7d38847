"""Laws of the engine that hold for all rows and all workflows of its deterministic operators."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dataflow_agent.operators.core.testing as doubles
from dataflow_agent.operators.core import RunStopped
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.run import RunResult, run
from dataflow_agent.pipelines.workflow import Step, Workflow
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WORDS = st.sampled_from(
    ["", "a", "A", "a b", "a  b\n", "fail", "boom", "three small words", "<b>x</b> y", "x y", "\u4f60\u597d 😀"]
)
ROWS = st.lists(
    st.fixed_dictionaries({"text": st.one_of(WORDS, st.none(), st.just(7))}, optional={"n": st.integers(0, 3)}),
    min_size=1,
    max_size=14,
).map(lambda rows: [{"text": "plain words"}, *rows])  # a column without any text is no text column


def _step(operator: str, **options: Any) -> Callable[[int], Step]:
    return lambda number: Step(id=f"s{number}", operator=operator, options=options)


def _where(operator: str, where: str) -> Callable[[int], Step]:
    return lambda number: Step(id=f"s{number}", operator=operator, where=where)


STEPS = st.sampled_from(
    [
        _step("word_count_filter", min_words=1),
        _step("word_count_filter", min_words=2, on_null="keep"),
        _step("normalize_whitespace"),
        _step("strip_html"),
        _step("remove_emoji"),
        _step("empty_text_filter"),
        _step("exact_dedup"),
        _step("exact_dedup", normalize=True),
        _step("testing_words_to_rows"),
        _step("testing_fail_on"),
        _step("testing_raise_on"),
        _step("testing_add_summary"),
        _where("normalize_whitespace", "length(text) > 2"),
    ]
)
WORKFLOWS = st.lists(STEPS, min_size=1, max_size=5).map(
    lambda makers: Workflow(name="law", steps=tuple(make(number) for number, make in enumerate(makers)))
)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
assert doubles.WordsToRows.name == "testing_words_to_rows"


class Place:
    """A folder with its own home, gone at the end."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()

    def run(self, flow: Workflow, rows: list[Any], *, part_rows: int, home: str) -> tuple[bytes, RunResult] | str:
        """The bytes that came out and the run, or what stopped it."""
        folder = Path(self._folder.name)
        data = folder / "in.jsonl"
        data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        out = folder / f"{home}-{part_rows}.jsonl"
        try:
            result = run(flow, data, out, settings=Settings(home=folder / home), part_rows=part_rows, overwrite=True)
        except RunStopped as stopped:
            return str(stopped)
        return out.read_bytes(), result

    def __enter__(self) -> "Place":
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


@SLOW
@given(WORKFLOWS, ROWS, st.integers(1, 5))
def test_part_size_changes_nothing(flow: Workflow, rows: list[Any], part_rows: int) -> None:
    with Place() as place:
        whole = place.run(flow, rows, part_rows=100, home="whole")
        cut = place.run(flow, rows, part_rows=part_rows, home="cut")
        if isinstance(whole, str) or isinstance(cut, str):
            assert whole == cut
            return
        assert whole[0] == cut[0]
        stories = [result.ledger.why(f"{n}") for _, result in (whole, cut) for n in range(1, len(rows) + 1)]
        assert stories[: len(rows)] == stories[len(rows) :]


@SLOW
@given(WORKFLOWS, ROWS)
def test_every_row_has_one_fate_and_the_counts_add_up(flow: Workflow, rows: list[Any]) -> None:
    with Place() as place:
        ended = place.run(flow, rows, part_rows=4, home="law")
        if isinstance(ended, str):
            return
        flowing = len(rows)
        for step in ended[1].report.steps:
            assert step.rows_in == flowing
            assert step.rows_in == step.kept + step.dropped + step.merged + step.failed + step.expanded
            assert step.rows_out == step.kept + step.children + step.created
            flowing = step.rows_out
        assert ended[0].count(b"\n") == flowing


@SLOW
@given(WORKFLOWS, ROWS)
def test_a_rerun_from_the_cache_gives_the_same_bytes_and_the_same_ledger(flow: Workflow, rows: list[Any]) -> None:
    with Place() as place:
        first = place.run(flow, rows, part_rows=3, home="same")
        second = place.run(flow, rows, part_rows=3, home="same")
        if isinstance(first, str) or isinstance(second, str):
            assert first == second
            return
        assert first[0] == second[0]
        assert first[1].ledger.digest() == second[1].ledger.digest()
