"""The way of a request: a graph of small steps whose state is on disk after each, so that any process goes on with it.

```
look -> draft -> [weigh what is asked] -> check -> [repair, at most 3] -> sample -> [repair, or ask] -> quote -> review
     -> name the run -> run (start or attach) -> check output -> tell -> remember
```
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from ..operators.core import DataFlowError, InvalidInput
from ..pipelines.attaching import RunInterrupted
from ..pipelines.events import Listener
from . import nodes, trying, weighing
from .conversation import Conversation, errors_of, faults_of, the_draft
from .means import Means
from .repairing import next_move, outcome_of
from .state import Question

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.graph.state import CompiledStateGraph
    from langgraph.types import StateSnapshot

FILE_NAME = "checkpoints.sqlite"
BUSY_S = 30.0
STEPS_AT_MOST = 10_000
"""More than any talk over a plan takes; LangGraph wants a bound."""

Route = Callable[[Conversation], str]


class Node(Protocol):
    """One step: what it makes of the state."""

    def __call__(self, state: Conversation) -> Conversation:  # noqa: D102
        ...


class NodeWithMeans(Protocol):
    """One step that needs means."""

    def __call__(self, state: Conversation, means: Means) -> Conversation:  # noqa: D102
        ...


END = "__end__"
PURE: dict[str, Node] = {
    "look": nodes.look,
    "give_up": nodes.give_up,
    "review": nodes.review,
    "name_run": nodes.name_run,
    "turn_down": nodes.turn_down,
    "put_down": nodes.put_down,
    "check_output": nodes.check_output,
    "tell": nodes.tell,
    "ask_what_is_meant": trying.ask_what_is_meant,
}
WITH_MEANS: dict[str, NodeWithMeans] = {
    "draft": nodes.draft_plan,
    "change": nodes.change_plan,
    "check": nodes.check_plan,
    "repair": nodes.repair_plan,
    "weigh": weighing.weigh,
    "sample": trying.try_sample,
    "quote": trying.quote_plan,
    "run": nodes.carry_out,
    "remember": nodes.remember,
}


def after_draft(state: Conversation) -> str:
    """A refusal ends it; a question is asked before anything else is done."""
    draft = the_draft(state)
    return "turn_down" if draft.refusal else "weigh" if draft.question or draft.rivals else "check"


def after_weighing(state: Conversation) -> str:
    """Readings that come to the same rows need no question."""
    return "review" if the_draft(state).question else "check"


def after_first_draft(state: Conversation) -> str:
    """Words that answered nothing are a wish to change the plan."""
    return "change" if state.get("decision") == "change" else after_draft(state)


def after_check(state: Conversation) -> str:
    """Errors are mended as often as is allowed."""
    return _mended_or("sample", state)


def after_sample(state: Conversation) -> str:
    """What only the data shows is mended likewise."""
    move = _mended_or("quote", state)
    contradicted = {fault.code for fault in errors_of(state)} == {"canary"}
    return "ask_what_is_meant" if move == "give_up" and contradicted else move


def after_quote(state: Conversation) -> str:
    """A plan that cannot stay below its caps is not run."""
    return "give_up" if errors_of(state) else "review"


def after_review(state: Conversation) -> str:
    """Where the decision leads."""
    ways = {"run": "name_run", "planned": "put_down", "rejected": "turn_down", "answer": "draft", "ask": "review"}
    return {**ways, "try": "quote", "meant": "sample"}.get(state["decision"], state["decision"])


def after_run(state: Conversation) -> str:
    """A run whose process was lost is begun anew, under another name."""
    return "check_output" if state.get("run_id") else "name_run"


def _mended_or(otherwise: str, state: Conversation) -> str:
    left = state.get("planning", {}).get("left", 0)
    move = next_move(outcome_of(faults_of(state)), state.get("repairs", 0), left)
    return otherwise if move == "go_on" else move


def to(name: str) -> Route:
    """Always on to one node."""
    return lambda _: name


ROUTES: dict[str, tuple[Route, tuple[str, ...]]] = {
    "look": (to("draft"), ("draft",)),
    "draft": (after_first_draft, ("turn_down", "weigh", "check", "change")),
    "change": (after_draft, ("turn_down", "weigh", "check")),
    "weigh": (after_weighing, ("review", "check")),
    "check": (after_check, ("sample", "repair", "give_up")),
    "repair": (to("check"), ("check",)),
    "give_up": (to(END), ()),
    "sample": (after_sample, ("quote", "repair", "give_up", "ask_what_is_meant")),
    "ask_what_is_meant": (to("review"), ("review",)),
    "quote": (after_quote, ("review", "give_up")),
    "review": (after_review, ("name_run", "put_down", "turn_down", "draft", "change", "quote", "sample", "review")),
    "name_run": (to("run"), ("run",)),
    "turn_down": (to("remember"), ("remember",)),
    "put_down": (to(END), ()),
    "run": (after_run, ("check_output", "name_run")),
    "check_output": (to("tell"), ("tell",)),
    "tell": (to("remember"), ("remember",)),
    "remember": (to(END), ()),
}
RUNNING = frozenset({"run", "check_output", "tell"})
"""Steps whose failure is remembered: by then a plan was approved."""


@dataclass(frozen=True)
class Stand:
    """Where a request stands: its state, whether steps are left, what it waits for, and the step that comes next."""

    state: Conversation
    unfinished: bool
    question: Question | None
    step: str = ""


class Conversations:
    """The requests of one user, each under its thread. Made by `open_conversations`."""

    def __init__(self, graph: "CompiledStateGraph[Conversation]") -> None:
        self._graph = graph

    def begin(self, thread: str, state: Conversation) -> Stand:
        """Start a request and take it as far as it goes by itself."""
        return self._go(thread, state)

    def answer(self, thread: str, answer: str) -> Stand:
        """Give the answer that a request waits for."""
        from langgraph.types import Command

        return self._go(thread, Command(resume=answer))

    def go_on(self, thread: str) -> Stand:
        """Take up a request whose process died."""
        return self._go(thread, None)

    def decide(self, thread: str, decision: Conversation) -> Stand:
        """Take up a request as if its review had decided so, wherever it stands."""
        self._graph.update_state(_config(thread), decision, as_node="review")
        return self._go(thread, None)

    def stand(self, thread: str) -> Stand | None:
        """Where a request stands; None when there is no such thread."""
        found = self._graph.get_state(_config(thread))
        return _stand(found) if found.values else None

    def _go(self, thread: str, given: Any) -> Stand:
        from langsmith import tracing_context

        # A tracer that the environment turns on would send rows of the data to a foreign server.
        with tracing_context(enabled=False):
            # Each step is on disk before the next one starts.
            self._graph.invoke(given, _config(thread), durability="sync")
        return _stand(self._graph.get_state(_config(thread)))


@contextmanager
def open_conversations(means: Means, home: Path) -> Iterator[Conversations]:
    """The requests kept under a home folder.

    Raises:
        InvalidInput: their file cannot be used.
    """
    from langgraph.checkpoint.sqlite import SqliteSaver

    path = home / FILE_NAME
    try:
        # Made before SQLite would make it, which asks the umask.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise _unusable(path, error) from error
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False)) as connection:
            yield Conversations(build_graph(means, SqliteSaver(connection)))
    except sqlite3.DatabaseError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: Exception) -> InvalidInput:
    return InvalidInput.of(
        "checkpoints_unusable",
        f"the conversations in {str(path)!r} cannot be used ({error}); "
        "move the file away to begin anew, or name another folder in DATAFLOW_HOME",
        got=str(path),
    )


def build_graph(means: Means, saver: "BaseCheckpointSaver[str]") -> "CompiledStateGraph[Conversation]":
    """The graph over some means, its state kept by a checkpointer."""
    from langgraph.graph import START, StateGraph

    graph = StateGraph(Conversation)
    with_means: dict[str, Node] = {name: partial(node, means=means) for name, node in WITH_MEANS.items()}
    for name, node in {**PURE, **with_means}.items():
        graph.add_node(name, _told(name, node, means.on_event))
    graph.add_edge(START, "look")
    for name, (route, targets) in ROUTES.items():
        otherwise = "remember" if name in RUNNING else END
        graph.add_conditional_edges(name, _unless_failed(route, otherwise), sorted({*targets, otherwise, END}))
    return graph.compile(checkpointer=saver)


def _told(name: str, node: Node, on_event: Listener | None) -> Node:
    """The node, its start told to the listener, and an error that a user can act on put into the state."""

    def step(state: Conversation) -> Conversation:
        if on_event:
            moment = datetime.now(UTC).isoformat(timespec="milliseconds")
            on_event({"time": moment, "event": "node_started", "node": name})
        try:
            return node(state)
        except RunInterrupted:
            raise  # no end: the step is taken again when the request goes on
        except InvalidInput as error:
            faults = [fault.model_dump(mode="json") for fault in error.faults]
            return {"status": "failed", "message": str(error), "faults": faults}
        except DataFlowError as error:
            return {"status": "failed", "message": str(error)}

    return step


def _unless_failed(route: Route, otherwise: str) -> Route:
    return lambda state: otherwise if state.get("status") == "failed" else route(state)


def _config(thread: str) -> Any:
    return {"configurable": {"thread_id": thread}, "recursion_limit": STEPS_AT_MOST}


def _stand(found: "StateSnapshot") -> Stand:
    question = Question.model_validate(found.interrupts[0].value) if found.interrupts else None
    return Stand(cast(Conversation, found.values), bool(found.next), question, "".join(found.next[:1]))
