"""The means of one run, made when they are first asked for and let go at its end."""

import threading
from collections.abc import Callable, Mapping
from typing import Self

from ...operators.core import Context


class Means:
    """Calls a factory of contexts at most once; a context manager that closes the door to the model, if one was made.

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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._made is not None and self._made.llm is not None:
            self._made.llm.close()
