"""DataFlow Agent: say in plain words what your training data should become; an agent plans it, an engine runs it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataflow_agent.agent.api import Agent, Plan
    from dataflow_agent.pipelines.card.model import QualityCard
    from dataflow_agent.pipelines.run import RunResult, run
    from dataflow_agent.pipelines.workflow import Step, Workflow
    from dataflow_agent.tools.evaluate import evaluate

__all__ = ["Agent", "Plan", "QualityCard", "RunResult", "Step", "Workflow", "evaluate", "run"]

_PLACES = {
    "Agent": "agent.api",
    "Plan": "agent.api",
    "QualityCard": "pipelines.card.model",
    "RunResult": "pipelines.run",
    "Step": "pipelines.workflow",
    "Workflow": "pipelines.workflow",
    "evaluate": "tools.evaluate",
    "run": "pipelines.run",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for, so that `import dataflow_agent` stays instant."""
    if name not in _PLACES:
        raise AttributeError(f"module 'dataflow_agent' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"dataflow_agent.{_PLACES[name]}"), name)
