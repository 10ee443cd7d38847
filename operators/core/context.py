"""What an operator may use while it runs; built by `tools/wiring.py`, passed in, never global."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .embedder import Embedder, default_embedder
from .isolated import SharedProcesses
from .sandbox import Sandbox, find_sandbox
from .usage import Usage
from .vectors import VectorStore, in_memory

if TYPE_CHECKING:
    from .llm import LLM


@dataclass(frozen=True)
class Context:
    """The means of one run.

    `resources` binds the names that a workflow uses to paths or URLs. `embedder` is a function so that its model loads
    only when a step asks for it; `open_index` gives the store of a named index, which loads as late; so does `sandbox`,
    which tries the sandbox out and refuses where there is none that holds. `workspace` is a folder for scratch files of
    this run. `spent` tells what the calls of all models took so far. `remote_embedder`: texts are sent elsewhere to
    become vectors, by one process for all. `asks_anew`: what a model said in earlier runs is not to be used.
    `folders` are those that the inputs lie in, by the number of the input; what a row names lies in its own or below.
    `processes` are those that steps share to do what must not harm this one. `at_end` is called when the run ends.
    """

    seed: int = 0
    resources: Mapping[str, str] = field(default_factory=dict)
    workspace: Path | None = None
    embedder: Callable[[], Embedder] = default_embedder
    llm: "LLM | None" = None
    open_index: Callable[[str], VectorStore] = in_memory
    sandbox: Callable[[], Sandbox] = find_sandbox
    allow_network: bool = False
    spent: Callable[[], Usage] = Usage
    remote_embedder: bool = False
    asks_anew: bool = False
    folders: tuple[Path | None, ...] = ()
    processes: SharedProcesses = field(default_factory=SharedProcesses, compare=False)
    at_end: tuple[Callable[[], None], ...] = ()

    def close(self) -> None:
        """End the doors to models with all their calls, and shared processes, from any thread; twice does no harm."""
        if self.llm is not None:
            self.llm.close()
        self.processes.close()
        for end in self.at_end:
            end()

    def identities(self) -> dict[str, str]:
        """Which models steps get, by what they need: their results are not those of other models. Loads none."""
        models = {"embedder": self.embedder().identity}
        if self.llm is not None:
            models["llm"] = self.llm.identity
        return models
