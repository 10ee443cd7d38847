"""Reads requests that point to the past: "the same as last time", "do again what I did for the wiki data"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ...memory._lexical import terms

LONGEST: Final = 300
"""Most characters of a request that points to the past; a longer one says itself what is to be done."""

_LEAD = (
    r"(?:(?:please|kindly|ok(?:ay)?|now|just|hi|hello|hey|can you|could you|would you|let'?s|let us|so"
    r"|i(?:'d| would) like(?: you)? to|i want(?: you)? to)[ ,]+)*"
)
_VERB = r"(?:do|run|apply|use|make|perform|repeat|redo|re-?run|re-?use|clean|process|filter|prepare|treat|handle|take)"
_DATA = (
    r"(?:it|them|everything|all of (?:it|this|them)|(?:this|these|that|those|the|my|our)"
    r"(?: (?!same|last|previous|latest|earlier|most)(?P<object>(?:new )?\w+(?: (?:data|file|dataset))?))?)"
)
_SAME = (
    r"(?:(?:exactly|just) )?(?:the |that )?(?:very |exact )?same"
    r"(?: (?:thing|things|stuff|steps?|pipeline|workflow|plan|cleaning|cleanup|processing|treatment|procedure|recipe"
    r"|way|job))?"
)
_DAY = r"(?:yesterday|today|(?:on )?\d{4}-\d{2}-\d{2})"
_DID = r"(?:i|we|you) did"
_LAST = r"(?:(?:the|my|our) )?(?:last|previous|latest|most recent|earlier)"
_WHEN = (
    rf"(?:(?:(?:in|on|with|for) )?{_LAST} (?:time|run|one|workflow|pipeline|plan|job|request)|the time before|before"
    rf"|previously|earlier|{_DAY}|{_DID}(?: (?:it )?(?:before|last time|previously|earlier|{_DAY}))?)"
)
_AGAIN = r"(?: (?:again|once more|one more time))?"
_TOPIC = r"(?: (?:for|with|on|to|of|from|over|about) (?P<topic>[^,;:.!?]{1,80}?))?"
_BUT = r"(?:(?:, ?|; ?| )(?:(?:but|except|only|and|then|plus|also)(?: then| also)?:? )(?P<but>.+))?"
_REPEAT = r"(?:repeat|redo|re-?run|re-?use|apply|use|run|do|execute|take)"
_NOUN = r"(?:workflow|run|pipeline|plan|request|steps|job|recipe|processing|cleaning)"

_FORMS: Final = tuple(
    re.compile(_LEAD + form + _TOPIC + _AGAIN + _BUT)
    for form in (
        rf"(?:{_VERB} )?(?:{_DATA} )?{_SAME}(?:(?: (?:as|like|that|from))? {_WHEN}{_AGAIN}| again| once more)",
        rf"(?:{_VERB} (?:{_DATA})?{_AGAIN} ?)?(?:(?:exactly|just) )?(?:as|like|the way) {_WHEN}{_AGAIN}",
        rf"(?:{_VERB}{_AGAIN} (?:exactly )?)?what {_DID}(?: {_WHEN})?{_AGAIN}",
        rf"{_REPEAT}{_AGAIN} {_LAST} {_NOUN}(?: from {_DAY})?{_AGAIN}",
    )
)
_SAYS_LITTLE: Final = frozenset(
    term
    for word in "data file dataset set row text document record one thing stuff table same new last time".split()
    for term in terms(word)
)
_HERE: Final = frozenset("this these here it them my our new".split())


@dataclass(frozen=True)
class Reference:
    """What of the past a request points to.

    Args:
        topic: the terms of what it was about; none for the last.
        words: the same as it was said.
        day: on which it was run.
        change: what is to be other this time.
    """

    topic: frozenset[str] = frozenset()
    words: str = ""
    day: date | None = None
    change: str = ""


def reference_in(request: str, today: date) -> Reference | None:
    """The past that a request points to; None for a request that says by itself what is to be done.

    >>> reference_in("The same as last time, please.", date(2026, 11, 20))
    Reference(topic=frozenset(), words='', day=None, change='')
    >>> reference_in("keep the same rows as before", date(2026, 11, 20)) is None
    True
    """
    if len(request) > LONGEST:
        return None
    plain = " ".join(request.replace("’", "'").split())
    plain = re.sub(r"[ ,]*(?:please|thanks|thank you)?[ .!?]*$", "", plain, flags=re.IGNORECASE)
    low = plain.lower()
    found = next((match for form in _FORMS if (match := form.fullmatch(low))), None)
    if found is None or len(low) != len(plain):
        return None
    groups = found.groupdict()
    words = next((groups[name] for name in ("topic", "object") if groups.get(name)), "")
    but = plain[found.start("but") :] if groups["but"] else ""
    head = low[: found.start("but")] if groups["but"] else low
    about = frozenset() if set(words.split()) & _HERE else frozenset(terms(words)) - _SAYS_LITTLE
    return Reference(about, words if about else "", _day(head, today), but)


def tells(topic: frozenset[str], texts: Sequence[str]) -> bool:
    """Whether all terms of a topic occur in some texts."""
    return topic <= {term for text in texts for term in terms(re.sub(r"[_\W]+", " ", text))}


def _day(words: str, today: date) -> date | None:
    if re.search(r"\byesterday\b", words):
        return today - timedelta(days=1)
    if re.search(r"\btoday\b", words):
        return today
    stated = re.search(r"\d{4}-\d{2}-\d{2}", words)
    try:
        return date.fromisoformat(stated[0]) if stated else None
    except ValueError:
        return None
