"""What an endpoint can do beyond plain text, learned from what it refuses."""

import re
from dataclasses import dataclass, fields, replace

from ..llm import Request

SCHEMA, JSON, TEXT = 2, 1, 0


@dataclass(frozen=True)
class Features:
    """Parts of a request that an endpoint may refuse.

    Args:
        form: how a structure is asked for: 2 by a JSON schema, 1 by JSON mode and the schema in the prompt, 0 by the
            schema in the prompt alone.
        seed: whether a seed is sent.
        temperature: whether a temperature is sent.
        max_tokens: whether the most tokens are called `max_tokens`, and not `max_completion_tokens`.
    """

    form: int = SCHEMA
    seed: bool = True
    temperature: bool = True
    max_tokens: bool = True

    @classmethod
    def of(cls, request: Request) -> "Features":
        """What a request makes use of."""
        form = SCHEMA if request.reply_schema is not None else TEXT
        return cls(form, request.seed is not None, True, request.max_tokens is not None)

    def __and__(self, other: "Features") -> "Features":
        """What both have."""
        return Features(*(min(getattr(self, one.name), getattr(other, one.name)) for one in fields(self)))

    def without(self, lost: "Features", asked: "Features") -> "Features":
        """These less what `lost` has less of than `asked`."""
        less = {
            one.name: min(getattr(self, one.name), getattr(lost, one.name))
            for one in fields(self)
            if getattr(lost, one.name) < getattr(asked, one.name)
        }
        return replace(self, **less)


PLAIN = Features(TEXT, False, False, False)
_NAMES = {
    "form": re.compile(r"response_format|json_schema|json_object|schema|grammar|guided|structured", re.IGNORECASE),
    "seed": re.compile(r"\bseed\b", re.IGNORECASE),
    "temperature": re.compile(r"\btemperature\b", re.IGNORECASE),
    "max_tokens": re.compile(r"\bmax_completion_tokens\b", re.IGNORECASE),
}


class Learned:
    """What is known of an endpoint's features; it only ever shrinks, and what has worked is not doubted without cause.

    Lives on one event loop.
    """

    def __init__(self) -> None:
        self.features = Features()
        self._worked = PLAIN

    def succeeded(self, used: Features, asked: Features) -> None:
        """A request went through with `used`, after `asked` may have been refused."""
        if used != asked:
            self.features = self.features.without(used, asked)
        self._worked = Features(
            *(max(getattr(self._worked, one.name), getattr(used, one.name)) for one in fields(used))
        )

    def lesser(self, used: Features, asked: Features, refusal: str) -> list[Features]:
        """What may be tried in the place of refused features, likeliest first; nothing where none is to blame."""
        named = {name for name, words in _NAMES.items() if words.search(refusal)}
        tried: list[Features] = [
            replace(used, **{name: False})
            for name in ("max_tokens", "temperature", "seed")
            if name in named and getattr(used, name)
        ]
        if used.form > TEXT and ("form" in named or self._worked.form < used.form):
            tried.append(replace(used, form=used.form - 1))
        if asked.seed and not self._worked.seed:
            tried.append(replace(asked, seed=False))
        return tried
