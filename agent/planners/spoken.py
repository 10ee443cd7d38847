"""Finds the main text by what a request calls it: "solutions" is no `problem`, so it is the other column of texts."""

from collections.abc import Collection
from typing import Final

from ...tools.profile import Profile
from .columns import words_of
from .condition_words import singular

_ASKED: Final = frozenset(
    "question problem prompt instruction task exercise query riddle puzzle assignment request input".split()
)
_ANSWERED: Final = frozenset("answer solution response reply output completion result derivation proof".split())
"""What is asked, and what is answered to it, in names of columns and in requests."""


def spoken_text(words: Collection[str], profile: Profile) -> tuple[str, str] | None:
    """The word of a request and the column that it means, where of several texts one alone may be meant.

    Args:
        words: of the request, in lower case.
    """
    if profile.text_column() is not None:
        return None
    said = {singular(word) for word in words}
    for own, other in ((_ANSWERED, _ASKED), (_ASKED, _ANSWERED)):
        spoken = sorted(said & own)
        left = [name for name in profile.text_candidates() if not other & {*words_of(name)}]
        fewer = len(left) < len(profile.text_candidates())
        if spoken and not said & other and len(left) == 1 and fewer:
            return spoken[0], left[0]
    return None
