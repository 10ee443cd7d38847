"""A planner that says what it was told to say: the double for tests, ours and those of users."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ...memory.catalog import Catalog
from ...tools.profile import Profile
from ..state import Change, Draft

T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """One call of a planner: what it was asked, and the answers or the plan that came with it."""

    request: str
    answers: tuple[str, ...] = ()
    draft: Draft | None = None


class ScriptedPlanner:
    """Hands out drafts and changes in order, and notes what it was asked.

    Args:
        drafts: what `draft` returns, one a call; an exception is raised instead.
        changes: what `change` returns, likewise.
    """

    name = "scripted"

    def __init__(self, drafts: Iterable[Draft | Exception] = (), changes: Iterable[Change | Exception] = ()) -> None:
        self._drafts, self._changes = deque(drafts), deque(changes)
        self.asked: list[Asked] = []

    def draft(self, request: str, profile: Profile, catalog: Catalog, *, answers: Sequence[str] = ()) -> Draft:
        """The next draft.

        Raises:
            LookupError: the script has no draft left.
        """
        self.asked.append(Asked(request, tuple(answers)))
        return _next(self._drafts)

    def change(self, request: str, draft: Draft, profile: Profile, catalog: Catalog) -> Change:
        """The next change.

        Raises:
            LookupError: the script has no change left.
        """
        self.asked.append(Asked(request, draft=draft))
        return _next(self._changes)


def _next(script: deque[T | Exception]) -> T:
    if not script:
        raise LookupError("the script of the planner has nothing left to say")
    said = script.popleft()
    if isinstance(said, Exception):
        raise said
    return said
