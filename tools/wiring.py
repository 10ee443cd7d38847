"""Puts together what a run and a request need: the context of operators, the means of this machine, the catalogue."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..memory.catalog import Catalog, fresh_catalog, operator_entries, pipeline_entries
from ..memory.history import History
from ..memory.store import open_store
from ..operators.core import Context, InvalidInput, Usage, all_operators
from ..operators.core.embedder import default_embedder
from ..operators.core.operator import Need
from ..operators.core.sandbox import sandbox_problem
from ..operators.core.serving import Budget, EndpointEmbedder, budget_of, open_embedder, open_model
from ..operators.core.settings import Settings, make_private_folder
from ..operators.core.spending import NO_CAPS, Prices, Spending
from ..operators.core.usage import NOTHING
from ..pipelines.builtin import builtins
from ..pipelines.run import Home
from ..pipelines.validate import Resources

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool

CATALOG = "catalog"
"""Name of the index over operators, pipelines and past workflows."""


@dataclass(frozen=True)
class ContextFactory:
    """Makes the context of a run, here or in a spawned worker: it can be pickled, and loads nothing before its call.

    Args:
        seed: of the workflow.
        resources: names that the workflow uses, bound to paths or URLs.
        home: the user's folder, which holds scratch files and indexes; without it indexes live in memory.
        allow_network: whether operators may leave the machine.
        settings: name the model that steps may ask, and an embedding model; without them there is none, and the
            embedder is the one that ships.
        spending: what may be taken of both together.
        before: what was spent under the same caps already.

    Raises:
        InvalidInput: what it may cost is capped, and no prices are set.
    """

    seed: int = 0
    resources: dict[str, str] = field(default_factory=dict)
    home: Path | None = None
    allow_network: bool = False
    settings: Settings | None = field(default=None, repr=False)
    spending: Spending = NO_CAPS
    before: Usage = NOTHING

    def __post_init__(self) -> None:
        if self.spending.max_cost is None or self.settings is None or prices_of(self.settings).known:
            return
        message = (
            "--max-cost needs prices: set DATAFLOW_LLM_PRICE_IN and DATAFLOW_LLM_PRICE_OUT, the money for a million "
            "tokens read and written, or use --max-tokens or --max-calls"
        )
        raise InvalidInput.of("no_prices", message, got=self.spending.max_cost)

    def __call__(self) -> Context:
        """The context; its models and indexes load when a step first asks for them."""
        context = Context(seed=self.seed, resources=dict(self.resources), allow_network=self.allow_network)
        if self.settings is not None:
            context = self._with_models(context, self.settings)
        if self.home is None:
            return context
        workspace = make_private_folder(self.home / "workspace")
        return replace(context, workspace=workspace, open_index=partial(open_store, self.home))

    def _with_models(self, context: Context, settings: Settings) -> Context:
        """The context with the models that the settings name; what they take is counted together."""
        budget = budget_of(settings, self.spending, self.before)
        context = replace(context, spent=lambda: budget.spent, asks_anew=not self.spending.use_cache)
        if names_model(settings):
            llm = open_model(settings, home=self.home, spending=self.spending, budget=budget)
            context = replace(context, llm=llm)
        if settings.embed_model:
            remote = _RemoteEmbedder(settings, budget)
            context = replace(context, embedder=remote, remote_embedder=True, at_end=(remote.close,))
        return context


class _RemoteEmbedder:
    """Opens the embedder that the settings name when it is first asked for, and closes it if it was."""

    def __init__(self, settings: Settings, budget: Budget) -> None:
        self._settings, self._budget = settings, budget
        self._opened: EndpointEmbedder | None = None
        self._alone = threading.Lock()

    def __call__(self) -> EndpointEmbedder:
        with self._alone:
            if self._opened is None:
                self._opened = open_embedder(self._settings, self._budget)
            return self._opened

    def close(self) -> None:
        with self._alone:
            if self._opened is not None:
                self._opened.close()


def available(bound: Mapping[str, str], settings: Settings | None = None) -> Resources:
    """What validation may take to be there on this machine.

    Args:
        bound: resources with the path or URL behind each.
        settings: may name the endpoint of a model.
    """
    named = settings is not None and names_model(settings)
    model: frozenset[Need] = frozenset({"llm"} if named else ())
    sandbox: frozenset[Need] = frozenset({"sandbox"} if sandbox_problem() is None else ())
    return Resources(names=frozenset(bound), needs=Resources().needs | model | sandbox, bound=dict(bound))


def prices_of(settings: Settings) -> Prices:
    """What the tokens of the settings' model cost."""
    return Prices(prompt=settings.llm_price_in, completion=settings.llm_price_out)


def names_model(settings: Settings) -> bool:
    """Whether the settings name a model that steps can ask."""
    has_place = settings.llm_base_url or settings.llm_backend != "endpoint"
    return bool(settings.llm_model and has_place)


def tool_of(function: Callable[..., Any]) -> "StructuredTool":
    """A function as a langchain tool; its docstring's first paragraph is the description."""
    from langchain_core.tools import StructuredTool

    description = cleandoc(function.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    return StructuredTool.from_function(function, description=description)


def open_catalog(settings: Settings) -> Catalog:
    """The catalogue over all operators, pipelines and past workflows, its index brought up to date.

    Raises:
        InvalidInput: history or index under the home folder cannot be used.
    """
    home = Home.of(settings).path
    shipped = [*operator_entries(all_operators()), *pipeline_entries(builtins())]
    entries = [*shipped, *History(home).workflow_entries()]
    return fresh_catalog(open_store(home, CATALOG), default_embedder(), entries)
