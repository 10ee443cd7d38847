"""What a check of a claim finds: which check failed, and why."""

from dataclasses import dataclass
from typing import Literal

Check = Literal[
    "number_mismatch", "date_mismatch", "name_mismatch", "role_mismatch", "opposite_mismatch", "negation_mismatch"
]


@dataclass(frozen=True)
class Fault:
    """What speaks against a claim: the check that failed, and the words about it."""

    check: Check
    words: str
    terms: frozenset[str] = frozenset()
    """Those that are opposed, for a negation that turns them round again."""


__all__ = ["Check", "Fault"]
