"""What a fake endpoint does amiss: faults by share, drawn from a request's content, and requests that it refuses."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate
from random import Random
from typing import Any, Literal

import orjson

Body = dict[str, Any]
Fault = Literal["fail", "hang", "html", "drop", "truncate", "empty", "huge", "malformed", "wrong"]
FAULTS: tuple[Fault, ...] = ("fail", "hang", "html", "drop", "truncate", "empty", "huge", "malformed", "wrong")
PASSING = FAULTS[:4]
"""Faults of the way to the model, which a retry may get past; the others are the model's own and stay."""
CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True)
class Behaviour:
    """How a fake endpoint behaves; by default it answers everything at once and well.

    Shares are between 0 and 1 and together at most 1: a request meets one of them or none. Which one follows from the
    request's body and `seed` alone, never from the order of arrival.

    Args:
        seed: draws faults, jitter and default answers.
        delay_s: seconds before each answer.
        jitter_s: up to so many seconds more, so that answers come out of order.
        fail: share answered by status 500 or 503.
        hang: share that is never answered.
        html: share answered by status 200 and a page of HTML.
        drop: share whose connection is closed in the middle of the answer.
        fails_first: how many times one and the same body meets these four faults; then it is answered. None: always.
        truncate: share cut off in the middle, with the finish reason "length".
        empty: share with an empty text.
        huge: share with a text of 1 MB.
        malformed: share that is no JSON or lacks a required field.
        wrong: share with a valid but wrong answer: other booleans, numbers and choices than the right one.
        wrong_answer: makes the wrong answer from the body instead.
        per_second: most requests answered in any second; others get status 429.
        open_at_once: most requests open at one moment; others get status 429.
        retry_after_s: what the header `Retry-After` of a 429 says.
        key: the bearer key that is asked for; others get status 401.
        models: the models there are, others get status 404; none: any name will do.
        context_tokens: longest prompt in tokens of 4 characters; longer ones get status 400.
        refuse_schema: status 400 for a response format with a schema.
        refuse_json: status 400 for every response format.
        refuse_seed: status 400 for requests with a seed.
        refuse_tools: status 400 for requests with tools.
        refuse_logprobs: status 400 for requests for log-probabilities.
        ignore_schema: takes a response format and answers with prose around JSON in a code fence.
        shuffle_embeddings: gives embeddings out of order, each with its right index.
        dimensions: length of embeddings that ask for no other.

    Raises:
        ValueError: a share is not between 0 and 1, or the shares are more than 1 together.
    """

    seed: int = 0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    fail: float = 0.0
    hang: float = 0.0
    html: float = 0.0
    drop: float = 0.0
    fails_first: int | None = 1
    truncate: float = 0.0
    empty: float = 0.0
    huge: float = 0.0
    malformed: float = 0.0
    wrong: float = 0.0
    wrong_answer: Callable[[Body], str] | None = None
    per_second: int | None = None
    open_at_once: int | None = None
    retry_after_s: float = 1.0
    key: str | None = None
    models: tuple[str, ...] = ()
    context_tokens: int | None = None
    refuse_schema: bool = False
    refuse_json: bool = False
    refuse_seed: bool = False
    refuse_tools: bool = False
    refuse_logprobs: bool = False
    ignore_schema: bool = False
    shuffle_embeddings: bool = False
    dimensions: int = 64

    def __post_init__(self) -> None:
        shares = {name: getattr(self, name) for name in FAULTS}
        if odd := {name: share for name, share in shares.items() if not 0 <= share <= 1}:
            raise ValueError(f"shares lie between 0 and 1, got {odd}")
        if sum(shares.values()) > 1 + 1e-9:
            raise ValueError(f"shares are at most 1 together, got { ({n: s for n, s in shares.items() if s}) }")

    def fault(self, body: Body) -> Fault | None:
        """What goes amiss with this request, for tests that must know which rows are hit."""
        if not any(getattr(self, name) for name in FAULTS):
            return None
        drawn = self.draw("fault", body).random()
        ends = accumulate(getattr(self, name) for name in FAULTS)
        return next((name for name, end in zip(FAULTS, ends, strict=True) if drawn < end), None)

    def delay_of(self, body: Body) -> float:
        """Seconds until this request is answered."""
        return self.delay_s + (self.jitter_s and self.jitter_s * self.draw("delay", body).random())

    def draw(self, purpose: str, *content: object) -> Random:
        """Chance that depends on the seed, the purpose and the content alone."""
        return Random(digest(self.seed, purpose, *content))


def digest(*content: object) -> int:
    """A number that stands for some JSON content, whatever the order of its keys."""
    return int.from_bytes(blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=8).digest())
