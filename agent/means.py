"""What the steps of a request are given beside its state, and what they make of both."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..memory.catalog import Catalog
from ..operators.core import Usage
from ..operators.core.settings import Settings, make_private_folder
from ..operators.core.usage import NOTHING
from ..pipelines.events import Listener
from ..pipelines.quote import paid_steps
from ..pipelines.run import Home, RunResult, run
from ..pipelines.runner import Runner
from ..pipelines.validate import Resources
from ..pipelines.workflow import Workflow
from ..tools.wiring import ContextFactory, available
from .conversation import Conversation, options_of
from .state import Planner


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Means:
    """What the steps of a request need, beside its state.

    Args:
        planner: makes and changes plans.
        open_catalog: opens what there is to plan with.
        settings: home folder and resources; keys are never written into the state.
        fallback: makes the planner for when the endpoint of the first gives no answer; without it the request fails.
        run: carries out a workflow in this process, which the sample always is.
        runner: carries out the approved plan over all rows; in this process, by `run`, if not given.
        on_event: hears the events of the run, and `node_started` for each step of the request.
        now: the time, ISO 8601.
    """

    planner: Planner
    open_catalog: Callable[[], Catalog]
    settings: Settings = field(repr=False)
    fallback: Callable[[], Planner] | None = None
    run: Callable[..., RunResult] = run
    runner: Runner | None = None
    on_event: Listener | None = None
    now: Callable[[], str] = _now


def _bound(state: Conversation, means: Means) -> dict[str, str]:
    return {**means.settings.resources, **options_of(state).resources}


def offered(state: Conversation, means: Means) -> Resources:
    """What validation may take to be there."""
    return available(_bound(state, means), means.settings)


def run_options(state: Conversation, means: Means, workflow: Workflow, before: Usage = NOTHING) -> dict[str, Any]:
    """What every run of the request is given; `before` is what was spent under its caps already."""
    bound = _bound(state, means)
    return {
        "resources": bound,
        "context": ContextFactory(
            workflow.seed,
            bound,
            Home.of(means.settings).path,
            options_of(state).allow_network,
            means.settings,
            spending=options_of(state).spending,
            before=before,
        ),
        "available": offered(state, means),
        "allow_network": options_of(state).allow_network,
        "read_as": options_of(state).read_as,
    }


def scratch(means: Means) -> Path:
    """A folder for what is gone after the step."""
    return make_private_folder(Home.of(means.settings).path / "workspace")


def free_steps(workflow: Workflow) -> Workflow:
    """The workflow as far as its first step that costs money."""
    paid = paid_steps(workflow)
    first = next((at for at, step in enumerate(workflow.steps) if step.id in paid), len(workflow.steps))
    return workflow.model_copy(update={"steps": workflow.steps[:first]})
