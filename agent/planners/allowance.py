"""How much a planner may take of its model in one conversation, what it took, and what the model chose with it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from ...operators.core.settings import Settings

CHARACTERS_PER_TOKEN = 4
"""By which tokens are estimated where an endpoint tells none."""


class AllowanceSpent(Exception):
    """The model may not be asked any more; says why, as the end of a sentence."""


class Planning(BaseModel):
    """What planning took of a model so far, and the steps it chose; plain JSON-able data for the graph's state.

    Args:
        seconds: for which somebody waited for the model.
        shown: whether the model saw of the data what may be shared.
        chosen: steps by the words that were asked about, so that an answered question takes no second call.
    """

    model_config = ConfigDict(extra="ignore")

    calls: int = Field(default=0, ge=0)
    tokens: int = Field(default=0, ge=0)
    seconds: float = Field(default=0.0, ge=0)
    shown: bool = False
    chosen: dict[str, list[dict[str, JsonValue]]] = Field(default_factory=dict)

    @classmethod
    def of(cls, document: Mapping[str, Any] | None) -> "Planning":
        """From plain data; nothing was taken where it cannot be read."""
        try:
            return cls.model_validate(document or {})
        except ValidationError:
            return cls()


@dataclass
class Allowance:
    """What may still be taken; each call goes through `call`, which counts it.

    Args:
        calls: most calls of the conversation.
        tokens: most tokens, read and written.
        seconds: longest wait for the model.
    """

    calls: int
    tokens: int
    seconds: float
    planning: Planning = field(default_factory=Planning)

    @classmethod
    def of(cls, settings: Settings, planning: Planning) -> "Allowance":
        """The allowance of some settings, less what was taken."""
        return cls(settings.planner_calls, settings.planner_tokens, settings.planner_seconds, planning)

    @property
    def calls_left(self) -> int:
        """Calls that may still be made; 0 as well where tokens or seconds are spent."""
        return 0 if self.spent else self.calls - self.planning.calls

    @property
    def seconds_left(self) -> float:
        """How long the model may still be waited for."""
        return max(0.0, self.seconds - self.planning.seconds)

    @property
    def spent(self) -> str | None:
        """Why the model may not be asked any more; None while it may."""
        return self._spent_with(0)

    @contextmanager
    def call(self, prompt_characters: int) -> Iterator["Call"]:
        """One call of the model, counted also where it fails.

        Raises:
            AllowanceSpent: before it, where it may not be made.
        """
        why = self._spent_with(prompt_characters // CHARACTERS_PER_TOKEN)
        if why is not None:
            raise AllowanceSpent(why)
        call, began = Call(), monotonic()
        try:
            yield call
        finally:
            self.planning.calls += 1
            self.planning.tokens += call.tokens
            self.planning.seconds = round(self.planning.seconds + monotonic() - began, 3)

    def _spent_with(self, more: int) -> str | None:
        taken = self.planning
        if taken.calls >= self.calls:
            return f"its {self.calls} calls are spent (planner_calls)"
        if taken.tokens + more >= self.tokens:
            return f"its {self.tokens:,} tokens are spent (planner_tokens)"
        if self.seconds_left <= 0:
            return f"its {self.seconds:g} seconds are spent (planner_seconds)"
        return None


@dataclass
class Call:
    """One call while it lasts; whoever makes it says what it took."""

    tokens: int = 0
