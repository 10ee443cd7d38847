"""The means of one run, made when they are first asked for and let go at its end."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from ...operators.core import Context, Usage


@dataclass(frozen=True)
class DefaultContext:
    """Builds a `Context` with what needs no settings: resources, a workspace and the offline embedder."""

    seed: int
    resources: Mapping[str, str]
    workspace: Path

    def __call__(self) -> Context:
        """The context, in whatever process this is."""
        return Context(seed=self.seed, resources=self.resources, workspace=self.workspace)


@dataclass(frozen=True)
class Placed:
    """A factory of contexts that know where the inputs lie."""

    factory: Callable[[], Context]
    folders: tuple[Path | None, ...]

    def __call__(self) -> Context:
        """The context, in whatever process this is."""
        return replace(self.factory(), folders=self.folders)


class Means:
    """Calls a factory of contexts at most once; a context manager that closes what it made, if that was asked for.

    Args:
        factory: makes the context.
    """

    def __init__(self, factory: Callable[[], Context]) -> None:
        self._factory = factory
        self._made: Context | None = None
        self._models: Mapping[str, str] | None = None
        self._alone = threading.RLock()

    def __call__(self) -> Context:
        """The context."""
        with self._alone:
            if self._made is None:
                self._made = self._factory()
            return self._made

    def identities(self) -> Mapping[str, str]:
        """Which model serves each need."""
        if self._models is None:
            self._models = self().identities()
        return self._models

    def has_remote_embedder(self) -> bool:
        """Whether vectors come from elsewhere."""
        return self().remote_embedder

    def spent(self) -> Usage:
        """What the calls of models took so far."""
        return Usage() if self._made is None else self._made.spent()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._made is not None:
            self._made.close()
