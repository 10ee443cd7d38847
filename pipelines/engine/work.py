"""The work on one part of a stage: the same function in this process and in a worker's."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import polars as pl

from ...operators.core import Batch, Context, DatasetOperator, Outcome
from .barrier import sketch_part
from .manifest import PartKey
from .parts import Part, PartStore, digest_of, digest_of_frame
from .physical import Stage, asks
from .rowpass import run_steps
from .source import Input


@dataclass(frozen=True)
class Done:
    """A part that went through a stage: its rows, and where they and their sketches lie.

    `part` is None where the stage has no steps of its own.
    """

    rows: Input
    part: Part | None
    sketch: Part | None

    @property
    def key(self) -> PartKey | None:
        """How the manifest names the part."""
        if self.part is None:
            return None
        return PartKey(recipe=self.part.folder.name, key=self.part.key, rows=self.rows.rows, reused=self.part.reused)


class Bench:
    """A place where the parts of one stage are worked on; opens each operator once, when it is first needed.

    Several threads may work at it. Only operators that ask a model are at work in several at once: the others need not
    be made for that.
    """

    def __init__(self, stage: Stage, store: PartStore, context: Callable[[], Context]) -> None:
        self._stage, self._store, self._context = stage, store, context
        self._alone = threading.RLock()
        self._states: list[Any] | None = None
        self._sketch_state: tuple[Any] | None = None

    def work(self, given: Input, verdict: pl.DataFrame | None) -> Done:
        """Take one part through the stage, or find what an earlier run made of it.

        Args:
            given: the rows.
            verdict: the barrier's records for these rows, in their order; None for a stage without a barrier.
        """
        if not self._stage.all_steps:
            return Done(given, None, self._sketched(given))
        key = given.digest if verdict is None else digest_of(given.digest, digest_of_frame(verdict))
        found = self._found(key)
        return self._done(found) if found else self._done(*self._put(key, given.load(), verdict))

    def _found(self, key: str) -> Part | None:
        """The part that an earlier run left; one with rows that failed is not found, so that they are tried again."""
        return None if self._anew else self._store.find(self._stage.recipe, key)

    @property
    def _anew(self) -> bool:
        """Whether a model is asked here whatever it said earlier."""
        return self._stage.asks and self._context().asks_anew

    def create(self, key: str, created: Outcome) -> Done:
        """Take the rows that the stage's barrier created through its later steps."""
        nothing = created.rows.slice(0, 0)
        found = self._found(key)
        return self._done(found) if found else self._done(*self._put(key, nothing, None, created))

    def _put(
        self, key: str, batch: Batch, verdict: pl.DataFrame | None, created: Outcome | None = None
    ) -> tuple[Part, Batch]:
        states = self._opened()
        with self._turn(all(asks(planned) for planned in self._stage.all_steps)):
            passed = run_steps(batch, self._stage.all_steps, states, verdict, created)
        frames = {"ledger": passed.ledger, "rows": passed.rows.frame}
        lasting = not self._anew and not any(tally.failed for tally in passed.tallies)
        return self._store.put(self._stage.recipe, key, frames, passed.meta(), lasting=lasting), passed.rows

    def _done(self, part: Part, batch: Batch | None = None) -> Done:
        """The part as input of the next stage, sketched where a barrier follows; `batch` are its rows if at hand."""
        rows = Input(part, part.digest("rows"), int(part.meta["rows"]), self._stage.all_steps[-1].after)
        return Done(rows, part, self._sketched(rows, batch))

    def _sketched(self, rows: Input, batch: Batch | None = None) -> Part | None:
        if self._stage.sketched is None:
            return None
        with self._turn(asks(self._stage.sketched)):
            return sketch_part(self._stage.sketched, rows, self._opened_sketch, self._store, batch, anew=self._anew)

    def _turn(self, together: bool) -> AbstractContextManager[object]:
        """Holds others up for so long as work that is not done `together` takes."""
        return nullcontext() if together else self._alone

    def _opened_sketch(self) -> Any:
        with self._alone:
            if self._sketch_state is None:
                assert self._stage.sketched is not None  # noqa: S101 - asked for only then
                planned = self._stage.sketched
                self._sketch_state = (planned.operator.open(planned.context(self._context())),)
            return self._sketch_state[0]

    def _opened(self) -> list[Any]:
        with self._alone:
            if self._states is None:
                ctx = self._context()
                self._states = [
                    None
                    if isinstance(planned.operator, DatasetOperator)
                    else planned.operator.open(planned.context(ctx))
                    for planned in self._stage.all_steps
                ]
            return self._states
