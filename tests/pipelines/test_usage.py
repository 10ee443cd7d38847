"""What a model took is counted once, where it belongs, now and earlier apart; and facts of steps come to the report."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import dataflow_agent.operators.core.testing as doubles
import polars as pl
import pytest
from dataflow_agent.operators.core import (
    ROW,
    Batch,
    Column,
    Context,
    DatasetOperator,
    DType,
    EndpointError,
    Example,
    Fetch,
    Outcome,
    RowOperator,
    RunStopped,
    Text,
    Usage,
    Verdict,
)
from dataflow_agent.operators.core.llm import Heard, Reply, Request
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.spending import Spending
from dataflow_agent.operators.core.testing import ScriptedLLM
from dataflow_agent.operators.core.testing_endpoint import Behaviour, FakeEndpoint
from dataflow_agent.pipelines.engine.manifest import Manifest
from dataflow_agent.pipelines.ledger import Ledger
from dataflow_agent.pipelines.quote import usages
from dataflow_agent.pipelines.report import StepUsage
from dataflow_agent.pipelines.run import Home, RunResult, run
from dataflow_agent.pipelines.validate import Resources
from dataflow_agent.pipelines.workflow import Step, Workflow
from dataflow_agent.tools.wiring import ContextFactory
from pydantic import Field

LABEL = Step(id="label", operator=doubles.AskForLabel.name)
PAID = Usage(calls=1, prompt_tokens=10, completion_tokens=2, cost=0.5)


class Caching:
    """A model with a cache that lasts as long as this object: what it said once it says again, free of charge."""

    identity = "caching"
    in_flight = 4

    def __init__(self, refused: frozenset[str] = frozenset()) -> None:
        self.refused, self.called = refused, list[str]()
        self._said: dict[Request, Reply] = {}

    def start(self, request: Request, heard: Heard) -> None:
        text = request.prompt.rpartition(": ")[2].strip("'")
        found = self._said.get(request)
        if found:
            heard(Reply(found.text, usage=Usage(cached=1, saved_tokens=12)))
            return
        self.called.append(text)
        if text in self.refused:
            heard(EndpointError("nobody answers", usage=Usage(failures=1, retries=2)))
        else:
            reply = self._said[request] = Reply(f"of-{text}", usage=PAID)
            heard(reply)

    def forget(self, requests: Sequence[Request]) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """The cache stays."""


class Place:
    """Runs workflows over rows in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "home"

    def run(self, *steps: Step, texts: list[str], llm: Any = None, **options: Any) -> RunResult:
        data = self.folder / "in.jsonl"
        data.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        made: Callable[[], Context] = lambda: Context(llm=llm)  # noqa: E731
        means = {"context": made, "available": Resources(needs=frozenset({"llm"}))}
        options = {"settings": Settings(home=self.home), "overwrite": True, **means, **options}
        return run(Workflow(name="usage", steps=steps), data, self.folder / "out.jsonl", **options)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def names(count: int) -> list[str]:
    return [f"row{number}" for number in range(count)]


def test_the_second_run_calls_the_model_for_the_rows_that_failed_and_for_no_others(place: Place) -> None:
    model = Caching(refused=frozenset({"row7", "row40"}))
    first = place.run(LABEL, texts=names(64), llm=model).report
    assert (first.failed, sorted(model.called)) == (2, sorted(names(64)))
    model.refused, model.called = frozenset(), []
    second = place.run(LABEL, texts=names(64), llm=model).report
    assert (second.failed, sorted(model.called)) == (0, ["row40", "row7"])


def test_what_was_spent_now_and_what_earlier_runs_spent_are_told_apart(place: Place) -> None:
    model = Caching(refused=frozenset({"row7"}))
    first = place.run(LABEL, texts=names(64), llm=model).report
    assert first.usage == StepUsage(
        calls=63, failures=1, retries=2, prompt_tokens=630, completion_tokens=126, cost=31.5
    )
    assert not first.usage_saved
    model.refused = frozenset()
    second = place.run(LABEL, texts=names(64), llm=model).report
    # 64 rows are 16 parts of 4 rows, and the part of row7 is computed again.
    assert second.usage == StepUsage(
        calls=1, cached=3, prompt_tokens=10, completion_tokens=2, saved_tokens=36, cost=0.5
    )
    assert second.usage_saved == StepUsage(calls=60, prompt_tokens=600, completion_tokens=120, cost=30)
    third = place.run(LABEL, texts=names(64), llm=model).report
    assert not third.usage
    assert third.usage_saved.calls == 61
    assert third.usage_saved.cached == 3


def test_usage_is_told_of_the_step_that_asked_and_rebuilt_from_disk(place: Place) -> None:
    space = Step(id="space", operator="normalize_whitespace")
    again = Step(id="again", operator=doubles.AskForLabel.name, options={"column": "label", "output": "again"})
    result = place.run(space, LABEL, again, texts=names(20), llm=Caching())
    assert [step.usage.calls for step in result.report.steps] == [0, 20, 20]
    assert result.report.usage.calls == 40
    assert Home(place.home).report(result.id) == result.report


def test_the_events_tell_calls_tokens_and_cost_so_far_of_stages_that_ask_a_model(place: Place) -> None:
    events: list[dict[str, Any]] = []
    words = Step(id="words", operator="word_count_filter", options={"min_words": 1})
    place.run(words, LABEL, texts=names(32), llm=Caching(), on_event=events.append)
    parts = [event for event in events if event["event"] == "part_done"]
    assert {event["calls"] for event in parts if event["stage"] == 0} == {None}
    told = [(event["calls"], event["tokens"], event["cost"]) for event in parts if event["stage"] == 1]
    assert told == [(n, 12 * n, 0.5 * n) for n in range(2, 33, 2)]


class Batchwise(RowOperator):
    """Double: takes a call for each row, and raises for batches of more than two rows and for those with `bad`."""

    name = "testing_batchwise"
    kind = "evaluate"
    effect = "same"
    column: Column[Text] = Field(default="text", description="Column that holds the text.")

    def open(self, ctx: Context) -> None:
        """Nothing."""

    def apply(self, batch: Batch, state: None) -> Outcome:
        """The rows as they are."""
        if len(batch) > 2 or "bad" in batch.texts(self.column).to_list():
            raise ValueError("too many, or bad")
        return Outcome(batch, usage=PAID if len(batch) == 1 else PAID + PAID)

    @classmethod
    def example(cls) -> Example:
        """A row."""
        return Example(rows=["a"], out=["a"])


def test_usage_survives_the_halving_of_a_batch(place: Place) -> None:
    result = place.run(Step(id="b", operator=Batchwise.name), texts=["a", "b", "bad", "c", "d", "e", "f"])
    assert result.report.failed == 1
    assert result.report.usage.calls == 6
    assert result.report.usage.cost == 3.0


class Judging(DatasetOperator):
    """Double: keeps all rows and tells something about the whole; may put the rows in reverse order."""

    name = "testing_judging"
    kind = "evaluate"
    effect = "reorder"
    sketch_bytes = 20
    column: Column[Text] = Field(default="text", description="Column that holds the text.")

    def writes(self) -> dict[str, DType]:
        """Nothing."""
        return {}

    def sketch(self, batch: Batch, state: Any) -> pl.DataFrame:
        """Only the row ids."""
        return batch.frame.select(ROW)

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        """All are kept, and something is said."""
        facts: Mapping[str, Any] = {"rows": sketches.height, "by_kind": {"a": [1, 2.5, None]}}
        records = sketches.with_columns(fate=pl.lit("kept"))
        order = sketches[ROW].reverse()
        return Verdict(records, order=order, facts=facts, warnings=("look at the rows",), usage=PAID)

    @classmethod
    def example(cls) -> Example:
        """Two rows."""
        return Example(rows=["a", "b"], out=["b", "a"])


def test_facts_warnings_and_usage_of_a_verdict_come_to_the_report_also_when_it_is_found_again(place: Place) -> None:
    step = Step(id="judge", operator=Judging.name)
    first = place.run(step, texts=["a", "b", "c"])
    again = place.run(step, texts=["a", "b", "c"])
    told = {"rows": 3, "by_kind": {"a": [1, 2.5, None]}}
    assert [result.report.steps[0].facts for result in (first, again)] == [told, told]
    assert [result.report.warnings for result in (first, again)] == [("look at the rows",)] * 2
    assert (first.report.usage.calls, first.report.usage_saved.calls) == (1, 0)
    assert (again.report.usage.calls, again.report.usage_saved.calls) == (0, 1)
    assert isinstance(first.ledger, Ledger)


def test_what_a_verdict_took_is_known_to_quotes(place: Place) -> None:
    home = Home(place.home)
    result = place.run(Step(id="judge", operator=Judging.name), texts=["a", "b", "c"])
    took = usages(Manifest.load(home.run_folder(result.id)), home.parts)["judge"]
    assert sum(took, Usage()) == PAID


def test_a_run_that_is_stopped_tells_all_that_it_took(place: Place) -> None:
    pytest.importorskip("aiohttp")
    with FakeEndpoint(behaviour=Behaviour(delay_s=0.02, jitter_s=0.02)) as endpoint:
        settings = Settings(home=place.home, llm_base_url=endpoint.base_url, llm_model="m", llm_in_flight=8)
        capped = ContextFactory(home=place.home, settings=settings, spending=Spending(max_calls=30))
        with pytest.raises(RunStopped, match=r"this run took 30 calls and [\d,]+ tokens"):
            place.run(LABEL, texts=names(128), context=capped)
        assert endpoint.calls.total() == 30
    report = Home(place.home).report("last")
    assert (report.status, report.spent.calls) == ("failed", 30)
    assert report.spent.tokens > report.usage.tokens, "parts that were cut off are in no step"
    assert "30 calls" in report.message


def test_without_the_cache_a_model_is_asked_anew_and_what_was_kept_stays(place: Place) -> None:
    said = iter(range(100))
    model = ScriptedLLM(lambda _: f"reply{next(said)}")

    def labels(*, anew: bool) -> list[str]:
        made: Callable[[], Context] = lambda: Context(llm=model, asks_anew=anew)  # noqa: E731
        result = place.run(LABEL, texts=["a"], context=made)
        assert result.report.rows_out == 1
        return [json.loads(line)["label"] for line in (place.folder / "out.jsonl").read_text().splitlines()]

    found = [labels(anew=False), labels(anew=True), labels(anew=True), labels(anew=False)]
    assert found == [["reply0"], ["reply1"], ["reply2"], ["reply0"]]


def test_a_run_closes_its_embedder_and_tells_what_it_took(place: Place) -> None:
    pytest.importorskip("aiohttp")
    with FakeEndpoint() as endpoint:
        settings = Settings(home=place.home, embed_base_url=endpoint.base_url, embed_model="e", embed_price=5.0)
        embed = Step(id="embed", operator="embed_text")
        means = {"available": Resources(), "context": ContextFactory(home=place.home, settings=settings)}
        result = place.run(embed, texts=names(9), **means)
    assert result.report.spent.calls == 1
    assert result.report.spent.cost > 0
    assert not [thread for thread in threading.enumerate() if thread.name == "dataflow-model-line"]


def test_a_run_that_asks_no_model_tells_no_usage_and_keeps_none(place: Place) -> None:
    result = place.run(Step(id="space", operator="normalize_whitespace"), texts=["a"])
    assert not result.report.usage
    commits = [json.loads(path.read_bytes()) for path in (place.home / "cache").glob("*/*.json")]
    assert not any("usage" in step for commit in commits for step in commit.get("steps", ()))
