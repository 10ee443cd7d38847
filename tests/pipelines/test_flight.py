"""Steps that ask a model: parts overlap, the model is never idle, and every end is clean and can be continued."""

import json
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import dataflow_agent.operators.core.testing as doubles
import polars as pl
import pytest
from dataflow_agent.operators.core import Batch, Context, EndpointError, Example, OneOf, RowFilter, RunStopped
from dataflow_agent.operators.core.dataset import Dataset
from dataflow_agent.operators.core.llm import LLM, Heard, Reply, Request
from dataflow_agent.operators.core.ranges import Rule
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.engine.flight import MOST_ROWS, MOST_THREADS, first_rows, part_size, small, threads_for
from dataflow_agent.pipelines.engine.manifest import Manifest
from dataflow_agent.pipelines.engine.parts import PartStore
from dataflow_agent.pipelines.engine.source import Input, read_source
from dataflow_agent.pipelines.run import Home, RunResult, run
from dataflow_agent.pipelines.validate import Resources
from dataflow_agent.pipelines.workflow import Step, Workflow
from hypothesis import given, settings
from hypothesis import strategies as st

PATIENCE_S = 20
"""After so long a double that waits for what must come gives up, so that a test fails and does not hang."""
FIRST = Step(id="first", operator=doubles.AskForLabel.name)
SECOND = Step(id="second", operator=doubles.AskForLabel.name, options={"column": "label", "output": "again"})


def answer(request: Request) -> str:
    """One word that follows from the text asked about."""
    return f"of-{request.prompt.rpartition(': ')[2].strip(chr(39)).replace(' ', '_')}"


class Alone(RowFilter):
    """Double: keeps every text, and fails where it is at work twice at the same time or was opened twice."""

    name = "testing_alone"

    def open(self, ctx: Context) -> Any:
        """A lock."""
        return threading.Lock()

    def metrics(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
        """True for every text."""
        if not state.acquire(blocking=False):
            raise RuntimeError("two at once")
        for _ in range(50):
            batch.frame.select(pl.all().cast(pl.String, strict=False))
        state.release()
        return {"alone": pl.Series([True] * len(batch))}

    def keep(self) -> dict[str, Rule]:
        """All."""
        return {"alone": OneOf.of([True, False])}

    @classmethod
    def example(cls) -> Example:
        """A row."""
        return Example(rows=["a"], kept=[0])


class Place:
    """Runs workflows over texts with a model, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.made = folder, folder / "home", 0

    def run(self, llm: LLM, *steps: Step, texts: Sequence[str], **options: Any) -> RunResult:
        data = self.folder / "in.jsonl"
        data.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))

        def context() -> Context:
            self.made += 1
            return Context(llm=llm)

        means = {"available": Resources(needs=frozenset({"llm"})), "context": context}
        options = {"settings": Settings(home=self.home), "overwrite": True, **means, **options}
        return run(Workflow(name="flight", steps=steps), data, self.folder / "out.jsonl", **options)

    def rows(self) -> list[Any]:
        return [json.loads(line) for line in (self.folder / "out.jsonl").read_text().splitlines()]

    def manifest(self) -> Manifest:
        home = Home(self.home)
        return Manifest.load(home.run_folder("last"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def names(count: int) -> list[str]:
    return [f"row{number}" for number in range(count)]


def expected(texts: Sequence[str]) -> list[dict[str, str]]:
    return [{"text": text, "label": f"of-{text}", "again": f"of-of-{text}"} for text in texts]


class Door:
    """Base of doubles: answers by a function; notes what is asked, and what after it was closed."""

    identity = "door"

    def __init__(self, in_flight: int = 8, say: Callable[[Request], str | Reply | EndpointError] = answer) -> None:
        self.in_flight, self._say = in_flight, say
        self.asked: list[Request] = []
        self.closed = 0
        self._changed = threading.Condition()

    def start(self, request: Request, heard: Heard) -> None:
        with self._changed:
            self.asked.append(request)
            closed = self.closed
        if closed:
            heard(RunStopped("the model's door is closed"))
        else:
            self._take(request, heard)

    def forget(self, requests: Sequence[Request]) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        with self._changed:
            self.closed += 1
            self._changed.notify_all()

    def _take(self, request: Request, heard: Heard) -> None:
        said = self._say(request)
        heard(Reply(said) if isinstance(said, str) else said)


class Withholding(Door):
    """Keeps the answer about one text back until something happens, or the door is closed."""

    def __init__(self, text: str, until: Callable[[Request], bool], in_flight: int = 100) -> None:
        super().__init__(in_flight)
        self._text, self._until, self.came_first = text, until, False

    def _take(self, request: Request, heard: Heard) -> None:
        if not request.prompt.endswith(f": '{self._text}'"):
            with self._changed:
                self._changed.notify_all()
            super()._take(request, heard)
            return
        threading.Thread(target=self._wait, args=(request, heard), daemon=True).start()

    def _wait(self, request: Request, heard: Heard) -> None:
        with self._changed:
            self.came_first = self._changed.wait_for(
                lambda: self.closed or any(map(self._until, self.asked)), PATIENCE_S
            )
            closed = self.closed
        if closed:
            heard(RunStopped("the model's door is closed"))
        else:
            super()._take(request, heard)


class Full(Door):
    """Answers the oldest call only while as many as it takes are open, until few are left to come."""

    def __init__(self, in_flight: int, calls: int) -> None:
        super().__init__(in_flight)
        self._open: deque[tuple[Request, Heard]] = deque()
        self._eager_from = calls - 4 * in_flight
        self.was_idle = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _take(self, request: Request, heard: Heard) -> None:
        with self._changed:
            self._open.append((request, heard))
            self._changed.notify_all()

    def _serve(self) -> None:
        while True:
            with self._changed:
                full = self._changed.wait_for(lambda: self.closed or self._may_answer(), PATIENCE_S / 4)
                if self.closed:
                    return
                self.was_idle += not full
                if not self._open:
                    continue
                request, heard = self._open.popleft()
            super()._take(request, heard)

    def _may_answer(self) -> bool:
        late = self.was_idle or len(self.asked) >= self._eager_from
        return len(self._open) >= self.in_flight or (late and bool(self._open))


def test_with_few_rows_the_second_step_begins_before_the_first_ends(place: Place) -> None:
    model = Withholding("row9", until=lambda request: "of-row" in request.prompt)
    place.run(model, FIRST, SECOND, texts=names(10))
    assert model.came_first
    assert place.rows() == expected(names(10))


def test_with_many_rows_as_many_calls_as_the_model_takes_are_open_all_the_time(place: Place) -> None:
    model = Full(in_flight=8, calls=2 * 200)
    place.run(model, FIRST, SECOND, texts=names(200))
    assert len(model.asked) == 400
    assert model.was_idle == 0
    assert place.rows() == expected(names(200))


def test_a_model_that_takes_one_call_at_a_time_hears_the_rows_in_their_order(place: Place) -> None:
    model = doubles.ScriptedLLM([f"of-{text}" for text in names(40)])
    place.run(model, FIRST, texts=names(40))
    assert [row["label"] for row in place.rows()] == [f"of-{text}" for text in names(40)]


def test_operators_that_ask_nothing_are_opened_once_and_never_at_work_twice_at_the_same_time(place: Place) -> None:
    alone = Step(id="alone", operator=Alone.name)
    place.run(Door(64), FIRST, alone, SECOND, texts=names(64))
    assert place.rows() == expected(names(64))


class Capped(Door):
    """Stops to answer after so many calls."""

    def __init__(self, calls: int) -> None:
        super().__init__(in_flight=4)
        self._left = calls

    def _take(self, request: Request, heard: Heard) -> None:
        with self._changed:
            self._left -= 1
            over = self._left < 0
        if over:
            heard(RunStopped("the cap is reached"))
        else:
            super()._take(request, heard)


def test_a_cap_stops_the_run_and_the_next_one_asks_only_about_what_is_left(place: Place) -> None:
    texts = names(160)
    with pytest.raises(RunStopped, match="cap is reached"):
        place.run(Capped(150), FIRST, SECOND, texts=texts)
    stopped = place.manifest()
    done = sum(key.rows for key in stopped.stages[0].parts)
    assert stopped.status == "failed"
    assert 0 < done <= 150
    assert stopped.stages[0].steps == ("first",)
    model = Door()
    again = place.run(model, FIRST, SECOND, texts=texts)
    assert again.report.steps[0].reused >= done
    assert len(model.asked) == 2 * 160 - sum(step.reused for step in again.report.steps) < 320
    assert place.rows() == expected(texts)


@pytest.mark.parametrize("steps", [(FIRST,), (FIRST, SECOND)])
def test_ctrl_c_ends_what_waits_for_the_model_at_once_and_the_next_run_continues(
    place: Place, steps: tuple[Step, ...]
) -> None:
    def interrupt(event: dict[str, Any]) -> None:
        if event["event"] == "part_done":
            raise KeyboardInterrupt

    model = Withholding("row30", until=lambda _: False, in_flight=16)
    with pytest.raises(KeyboardInterrupt):
        place.run(model, *steps, texts=names(32), on_event=interrupt)
    assert model.closed
    assert [thread for thread in threading.enumerate() if thread.name.startswith("flight")] == []
    assert place.manifest().status == "interrupted"
    again = place.run(Door(), *steps, texts=names(32))
    assert again.report.steps[0].reused > 0
    assert [row["label"] for row in place.rows()] == [f"of-{text}" for text in names(32)]


def refusing(request: Request) -> str | EndpointError:
    return EndpointError("no") if "row3'" in request.prompt else answer(request)


def test_too_many_failures_stop_the_run_and_no_further_part_is_begun(place: Place) -> None:
    model = Door(in_flight=2, say=refusing)
    with pytest.raises(RunStopped, match="--max-failures"):
        place.run(model, FIRST, texts=names(320), max_failures="0")
    assert model.closed
    assert len(model.asked) < 320


@pytest.mark.parametrize("end", ["completed", "failed", "interrupted"])
def test_the_means_are_made_once_and_the_models_door_is_closed_whatever_the_end(place: Place, end: str) -> None:
    def hear(event: dict[str, Any]) -> None:
        if end == "interrupted" and event["event"] == "stage_started":
            raise KeyboardInterrupt

    model = Door(say=refusing)
    with suppress(RunStopped, KeyboardInterrupt):
        place.run(model, FIRST, texts=names(8), max_failures="0" if end == "failed" else None, on_event=hear)
    assert place.manifest().status == end
    assert place.made == 1
    assert model.closed


def test_a_part_that_cannot_be_written_stops_the_others_before_their_next_step(place: Place) -> None:
    def full(request: Request) -> str:
        if "'row0'" in request.prompt:
            raise RunStopped("the disk is full")
        return answer(request)

    model = Door(in_flight=1, say=full)
    with pytest.raises(RunStopped, match="disk is full"):
        place.run(model, FIRST, SECOND, texts=names(16))
    assert len(model.asked) == 1


def test_paid_rows_go_into_the_first_step_that_asks_and_no_others(place: Place) -> None:
    words = Step(id="words", operator="word_count_filter", options={"min_words": 2})
    texts = ["one", "a b", "c d", "two", "e f", "g h"]
    model = Door()
    result = place.run(model, words, FIRST, SECOND, texts=texts, paid_rows=3)
    assert [row["text"] for row in place.rows()] == ["a b", "c d", "e f"]
    assert [(step.rows_in, step.rows_out) for step in result.report.steps] == [(6, 4), (3, 3), (3, 3)]
    assert len(model.asked) == 6
    assert place.manifest().paid_rows == 3


def inputs_of(folder: Path, rows: int, part_rows: int) -> list[Input]:
    data = folder / f"{rows}-{part_rows}.jsonl"
    data.write_text("".join(f'{{"text": "{number}"}}\n' for number in range(rows)))
    return read_source(Dataset.open([data]), PartStore(folder / "parts"), sample=None, part_rows=part_rows).inputs


@settings(max_examples=40)
@given(rows=st.integers(1, 90), part_rows=st.integers(1, 40), most=st.none() | st.integers(1, 100))
def test_small_parts_hold_the_same_rows_in_the_same_order(
    tmp_path_factory: pytest.TempPathFactory, rows: int, part_rows: int, most: int | None
) -> None:
    cut = small(inputs_of(tmp_path_factory.mktemp("cut"), rows, part_rows), most)
    texts = [text for given in cut for text in given.load().frame["text"]]
    taken = rows if most is None else min(most, rows)
    assert texts == [str(number) for number in range(taken)]
    assert [row for given in cut for row in given.ids().to_series()] == [f"0:{n + 1}" for n in range(taken)]
    assert [given.rows for given in cut] == [len(given.load()) for given in cut]
    assert max(given.rows for given in cut) <= part_size(taken)
    assert len({given.digest for given in cut}) == len(cut)


@given(st.integers(1, 10**6))
def test_the_size_of_a_small_part_is_the_largest_power_of_two_of_which_there_are_sixteen(rows: int) -> None:
    size = part_size(rows)
    assert 1 <= size <= MOST_ROWS
    assert size & (size - 1) == 0
    assert size == 1 or 16 * size <= rows
    assert size == MOST_ROWS or 32 * size > rows


@given(st.lists(st.integers(0, MOST_ROWS), min_size=1, max_size=300), st.integers(1, 1024))
def test_three_times_as_many_rows_as_calls_are_on_their_way_where_there_are_so_many(
    sizes: list[int], in_flight: int
) -> None:
    part = Input(None, "", 0, None)  # type: ignore[arg-type]
    inputs = [Input(part.part, str(n), rows, part.schema) for n, rows in enumerate(sizes)]
    threads = threads_for(inputs, in_flight)
    assert 1 <= threads <= min(MOST_THREADS, len(inputs))
    if in_flight > 1 and 1 < threads < min(MOST_THREADS, len(inputs)):
        assert (threads - 1) * sum(sizes) / len(sizes) >= 3 * in_flight


def test_rows_beyond_those_that_are_taken_are_not_read(tmp_path: Path) -> None:
    inputs = inputs_of(tmp_path, 20, 8)
    assert [given.rows for given in first_rows(inputs, 10)] == [8, 2]
    assert first_rows(inputs, None) == inputs
