"""Whether an answer is nothing but whole sentences of a text, word for word."""

from collections.abc import Sequence
from typing import Final

from ..core import TextView
from ..core.quoting import Quotable

_ENDS: Final = frozenset(".!?。！？…:;\"'”’»)]}")
"""What stands at the end of a sentence; in a text it may also be the end of a line."""
_MOST_SENTENCES: Final = 200
_MOST_JOINED: Final = 20


def quoted_sentences(answer: str, source: Quotable) -> list[str] | None:
    """The parts of the text that an answer consists of, None where some of it is no whole sentence of the text.

    What is said before a sentence begins may turn it into its opposite, so a quotation must begin and end where
    sentences do.

    >>> quoted_sentences("It pours.  It stops.", Quotable("It rains. It pours. It stops."))
    ['It pours. It stops.']
    >>> quoted_sentences("It pours.", Quotable("Nobody says that it pours."))
    """
    sentences = TextView(answer).sentences
    if not sentences or len(sentences) > _MOST_SENTENCES:
        return None
    found, at = list[str](), 0
    while at < len(sentences):
        count, part = _longest(sentences[at : at + _MOST_JOINED], source)
        if part is None:
            return None
        found.append(part)
        at += count
    return found


def _longest(sentences: Sequence[str], source: Quotable) -> tuple[int, str | None]:
    """How many sentences from the first on stand in the text one after the other, and how."""
    for count in range(len(sentences), 0, -1):
        place = source.find(" ".join(sentences[:count]))
        if place is not None and _is_whole(source.text, *place):
            return count, source.text[slice(*place)]
    return 0, None


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a sentence begins and ends at the edges of a part of a text."""
    before, after = text[:start].rstrip(" \t"), text[end:].lstrip(" \t")
    begins = not before or before[-1] in _ENDS or before[-1] in "\n\r\f"
    ends = text[end - 1] in _ENDS or not after or after[0] in "\n\r\f"
    return begins and ends
