"""Finds what a model says it copied, as it stands in a text, and asks once more about pairs that are not covered so."""

import re
from bisect import bisect_right
from collections.abc import Callable, Generator, Sequence
from functools import cached_property
from typing import Generic, Self, TypeVar

from pydantic import BaseModel, model_validator

from ..core import Reply, Request, RowError, ask_for
from ..core.quoting import Place, Quotable
from ..core.structured import asked_again
from ..sft._talking import Written, folded
from ._cutting import sentences
from ._ruler import Ruler

NOT_FOUND = "evidence_not_found"
DECLINED = "declined"
TOO_SHORT = "fewer_than_two_sentences"
AGAIN = (
    "Some of it cannot be used: {error}\n"
    "Answer again with the JSON object only. Give these anew with words that are copied exactly from the text, or "
    "leave them out."
)
_WRAPPED = re.compile(r"^(?![#|>])(.*[^\s.!?:。！？：])\n(?=[^\s#|>*+\d-])", re.MULTILINE)
_MAX_FAULTS = 5
"""Faults that are told to the model; more would be of no more use to it."""


class QuotableSentences(Quotable):
    """A text in which quotations are looked for, and the sentences in which they stand."""

    @cached_property
    def sentences(self) -> list[Place]:
        """Where the sentences of the text stand, in order; a line end within a paragraph ends none."""
        unwrapped = _WRAPPED.sub(r"\1 ", self.text.replace("\f", "\n"))
        return sentences(Ruler(unwrapped, "chars"))

    def around(self, place: Place) -> Place:
        """The numbers of the first and the last sentence that a part of the text touches."""
        starts = [start for start, _ in self.sentences]
        first, last = bisect_right(starts, place[0]) - 1, bisect_right(starts, place[1] - 1) - 1
        return max(first, 0), max(last, 0)

    def whole_sentences(self, words: str) -> str | None:
        """The sentences of the text in which words stand, or None where it does not have them.

        >>> QuotableSentences("It rains. It pours today. It stops.").whole_sentences("pours")
        'It pours today.'
        """
        place = self.find(words)
        if place is None:
            return None
        first, last = self.around(place)
        return self.text[self.sentences[first][0] : self.sentences[last][1]]


M = TypeVar("M", bound=BaseModel)


class Pair(BaseModel):
    """What is asked; kinds of pairs add what answers it, and the words of the text that say so."""

    question: Written


P = TypeVar("P", bound=Pair)


class Pairs(BaseModel, Generic[P]):
    """The pairs of one text, or why there are none."""

    pairs: list[P] = []
    declined: str | None = None

    @model_validator(mode="after")
    def _pairs_or_a_reason(self) -> Self:
        if not self.pairs and not (self.declined or "").strip():
            raise ValueError("there is no pair and declined gives no reason")
        return self


def covered_pairs(
    request: Request, model: type[Pairs[P]], fault: Callable[[P], str | None], most: int
) -> Generator[Request, Reply, list[P]]:
    """Ask for pairs, and once more where some are not covered by the text; those that are stay, whatever the others.

    Args:
        model: what the reply must be.
        fault: what is wrong with a pair, in a sentence that the model can act on, or None.
        most: pairs that are wanted; one question is taken once.

    Raises:
        RowError: no reply was valid, the model declined (`declined`), or no pair is covered (`evidence_not_found`).
    """
    reply = yield from ask_for(model, request)
    if not reply.pairs:
        raise RowError(DECLINED, (reply.declined or "").strip())
    fine, faults = _sorted(reply.pairs, fault)
    if faults and len(fine) < most:
        second = yield from once_more(request, reply, faults)
        more, faults = _sorted(second.pairs, fault) if second else ({}, faults)
        fine |= {question: pair for question, pair in more.items() if question not in fine}
    if not fine:
        raise RowError(NOT_FOUND, "; ".join(faults[:_MAX_FAULTS]))
    return [*fine.values()][:most]


def once_more(request: Request, reply: M, faults: Sequence[str]) -> Generator[Request, Reply, M | None]:
    """Ask once more for what replaces a reply, and say what is wrong with it; None where that is no valid reply."""
    words = AGAIN.format(error="; ".join(faults[:_MAX_FAULTS]))
    asked = asked_again(request, Reply(reply.model_dump_json()), words)
    try:
        return (yield from ask_for(type(reply), asked, tries=1))
    except RowError:
        return None


def _sorted(pairs: list[P], fault: Callable[[P], str | None]) -> tuple[dict[str, P], list[str]]:
    """The pairs that are fine by their question, the first of each, and what is wrong with the others."""
    fine, faults = dict[str, P](), list[str]()
    for number, pair in enumerate(pairs, 1):
        error = fault(pair)
        if error is None:
            fine.setdefault(folded(pair.question), pair)
        else:
            faults.append(f"pair {number}: {error}")
    return fine, faults
