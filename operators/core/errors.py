"""Errors a user can act on. Everything else is a bug and shows its trace.

DataFlowError
  InvalidInput     the request, workflow or data cannot be used; carries its faults; nothing has run
  RowError         one operator failed on one row; the engine turns it into a failed row
  EndpointError    the model endpoint gave no usable answer after all tries
  RunStopped       a cap or a limit ended the run; finished parts are kept
"""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import partial
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from .usage import Usage


class Fault(BaseModel):
    """One thing that is wrong with a workflow, a request or an input, found before anything runs.

    `suggestion` is a `PlanEdit` as JSON that would mend it, where one is known.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    message: str
    severity: Literal["error", "warning"] = "error"
    step: str | None = None
    got: JsonValue = None
    allowed: JsonValue = None
    suggestion: dict[str, JsonValue] | None = None


class DataFlowError(Exception):
    """Base of every error raised on purpose."""


class InvalidInput(DataFlowError):
    """The request, workflow or data cannot be used; nothing has run.

    Args:
        faults: all that is wrong, at least one.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.message for fault in self.faults))

    def __reduce__(self) -> "tuple[type[InvalidInput], tuple[tuple[Fault, ...]]]":
        return type(self), (self.faults,)

    @classmethod
    def of(cls, code: str, message: str, *, got: JsonValue = None, allowed: JsonValue = None) -> "InvalidInput":
        """The error with a single fault."""
        return cls([Fault(code=code, message=message, got=got, allowed=allowed)])


class RowError(DataFlowError):
    """One operator failed on one row; the engine turns it into a failed row with this reason."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason}: {detail}" if detail else reason)

    def __reduce__(self) -> "tuple[type[RowError], tuple[str, str]]":
        return type(self), (self.reason, self.detail)


class EndpointError(DataFlowError):
    """The model endpoint gave no usable answer after all tries.

    Args:
        reason: a code, which becomes the reason of the row that asked.
        usage: what the tries took.
    """

    def __init__(self, message: str, *, reason: str = "no_answer", usage: Usage = Usage(failures=1)) -> None:  # noqa: B008
        self.reason, self.usage = reason, usage
        super().__init__(message)

    def __reduce__(self) -> "tuple[partial[EndpointError], tuple[str]]":
        return partial(type(self), reason=self.reason, usage=self.usage), (str(self),)


class RunStopped(DataFlowError):
    """A cap or a limit ended the run; finished parts are kept and the same command continues."""


def near_name(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like `name`, or None when none is near.

    >>> near_name("word_cout_filter", ["word_count_filter", "strip_html"])
    'word_count_filter'
    """
    found = get_close_matches(name, list(known), n=1)
    return found[0] if found else None
