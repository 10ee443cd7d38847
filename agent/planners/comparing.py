"""Reads that two columns must say the same: "where got has another value than ref", "predictions that match gold"."""

from typing import Final

from pydantic import JsonValue

from .wording import ARTICLES, TableMention, Wording

MATCH: Final = "answer_match_filter"
_SAME: Final = (
    "equal|equals|equaling|is equal to|are equal to|match|matches|matching|agree with|agrees with|agreeing with|"
    "says the same as|say the same as|is the same as|are the same as|has the same value as|have the same value as|"
    "is identical to|are identical to|coincide with|coincides with|corresponds to|correspond to|gives the same as|"
    "comes to the same as|come to the same as|has the same result as|is in line with|tallies with|tally with"
).split("|")
_OTHER: Final = (
    "differ from|differs from|differing from|is different from|are different from|disagree with|disagrees with|"
    "contradict|contradicts|contradicting|deviate from|deviates from|has another value than|have another value than|"
    "has a different value than|has a different value from|is something else than|is other than|does not equal|"
    "do not equal|don't equal|doesn't equal|does not match|do not match|don't match|doesn't match|isn't the same as|"
    "aren't the same as|is not the same as|are not the same as|doesn't agree with|don't agree with|does not agree with|"
    "do not agree with|does not say the same as|doesn't say the same as|don't say the same as|is not equal to|"
    "are not equal to|isn't equal to|doesn't correspond to|don't correspond to|isn't identical to|is not identical to"
).split("|")
_FIRST: Final = frozenset(one.split()[0] for one in (*_SAME, *_OTHER))
_BETWEEN: Final = frozenset("which that who in column value values answer answers result".split())


def find_comparison(said: Wording, at: int) -> TableMention | None:
    """Reads two columns of texts with words between them that say whether they are the same."""
    left = said.column(at, "text")
    if left is None:
        return None
    place = said.skip(left[1], _BETWEEN)
    if said.low(place) not in _FIRST:
        return None
    same, other = said.phrase(place, _SAME), said.phrase(place, _OTHER)
    end = max(filter(None, (same, other)), default=None)
    right = None if end is None else said.column(said.skip(end, ARTICLES | {"its", "their", "in"}), "text")
    if right is None or right[0] == left[0]:
        return None
    options: dict[str, JsonValue] = {"column": left[0], "reference": right[0]}
    matching = end == same
    return TableMention(at, right[1], MATCH, options if matching else None, None if matching else options, wanted=False)
