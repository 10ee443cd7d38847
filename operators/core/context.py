"""What an operator may use while it runs; built by `tools/wiring.py`, passed in, never global."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .embedder import Embedder, default_embedder
from .vectors import VectorStore, in_memory

if TYPE_CHECKING:
    from .llm import LLM


@dataclass(frozen=True)
class Context:
    """The means of one run.

    `resources` binds the names that a workflow uses to paths or URLs. `embedder` is a function so that its model loads
    only when a step asks for it; `open_index` gives the store of a named index, which loads as late. `workspace` is a
    folder for scratch files of this run.
    """

    seed: int = 0
    resources: Mapping[str, str] = field(default_factory=dict)
    workspace: Path | None = None
    embedder: Callable[[], Embedder] = default_embedder
    llm: "LLM | None" = None
    open_index: Callable[[str], VectorStore] = in_memory
    allow_network: bool = False

    def identities(self) -> dict[str, str]:
        """Which models steps get, by what they need: their results are not those of other models. Loads none."""
        models = {"embedder": self.embedder().identity}
        if self.llm is not None:
            models["llm"] = self.llm.identity
        return models
