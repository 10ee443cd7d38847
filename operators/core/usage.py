"""What calls of a model took: counted per reply, added up per step."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Usage:
    """Calls of a model and what they took.

    Args:
        calls: requests that the model answered, retries not counted.
        cached: requests that an earlier reply answered, without a call.
        retries: tries that were repeated since the endpoint gave no usable answer.
        failures: requests that no try answered.
        prompt_tokens: read by the model, over all calls.
        completion_tokens: written by it.
        saved_tokens: prompt and completion tokens of the cached replies, which were paid for earlier.
        cost: money, in the currency of the prices in the settings; 0 where they name none.
    """

    calls: int = 0
    cached: int = 0
    retries: int = 0
    failures: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    saved_tokens: int = 0
    cost: float = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def __bool__(self) -> bool:
        return self != Usage()


NOTHING = Usage()
