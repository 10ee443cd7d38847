"""What the clauses of one request are read against."""

from collections.abc import Sequence

from ...tools.profile import Profile
from .doubts import Decisions
from .matching import Matcher


class Ground:
    """What clauses are read against: the operators there are, the columns of the data, and what was read before.

    Args:
        matcher: finds operators.
        profile: the data.
        decisions: what a person has decided so far.
    """

    def __init__(self, matcher: Matcher, profile: Profile, decisions: Decisions) -> None:
        self.matcher, self.profile, self.decisions = matcher, profile, decisions
        self.main = decisions.column or profile.text_column()
        self.cut = False
        """Whether a clause before cuts texts into pieces, so that rows are no whole texts any more."""

    def about(self, columns: Sequence[str]) -> tuple[str, ...]:
        """The columns a wish is about: those named, else the main text."""
        return tuple(columns) or ((self.main,) if self.main else ())
