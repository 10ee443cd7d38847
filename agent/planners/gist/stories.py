"""Finds clauses that only tell how things are where people work: "legal won't have anything else", "context is tight".

They ask for nothing, so the plan goes without them and says so. A clause that names anything of the data, or that may
be a wish in other words ("we can't show names", "the dates should be ISO"), is none.
"""

import re
from collections.abc import Sequence
from typing import Final

from ..matching import Matcher
from ..vague import LITTLE, MUCH, VAGUE
from ..vocabulary import ACTIONS, DROP, EXAMPLE_NOUNS, KEEP, ROW_NOUNS, STRIP, TEXT_NOUNS, concept_set
from .pieces import MOST_TOKENS, Piece, Pieces

_LEADS: Final = frozenset(
    "and but so well because since as cause bc anyway sadly unfortunately you see hi hello".split()
)
_WISHES: Final = re.compile(
    r"\b(?:should|shall|must|mustn't|shouldn't|may|might|let|please|pls|require[sd]?|unless|when|whenever|"
    r"where|whose|"
    r"until|except|instead|rather|also|too|then|afterwards?|finally|besides|each|every|all|both|than|ought|better|"
    r"need|needs|needed|necessary|(?:has|have|had) (?:got )?to|(?:would|'d) (?:like|love|be|prefer)|"
    r"\w+'d (?:like|love|"
    r"prefer)|would you|could you|can you|wish\w*|expect\w*|prefer\w*|demand\w*|in order|convert\w*|"
    r"translat\w*|upload\w*|"
    r"send|sends|sent|mail|mails|mailed|publish\w* (?:it|them)|summari\w+|label\w*|call|called|named?|(?:ends|"
    r"starts|begins) with|first|last|top|"
    r"bottom|only|just|if|no|not that|allowed|supposed)\b"
)
_HARMLESS: Final = re.compile(
    r"\b(?:i was told you can do (?:that|this|it)|you (?:see|know)|(?:'d|would|will|'ll) (?:only|just)|insists? on "
    r"(?:that|this|the|it)(?: \w+)?(?: name)?|not (?:the )?(?:least|first|last) time|just (?:now|so you know)|"
    r"no (?:time|"
    r"money|budget|idea|clue|use for me|disk space|room)|wants? (?:it|this|that)(?: that way| this way| so|"
    r" like that|"
    r" like this)?$|called me|first thing|(?:mean|needs?) no explanation)\b"
)
"""What is written in stories too, although it has a word of a wish."""
_MINE: Final = re.compile(
    r"^(?:i|we) (?:just )?(?:want|need|have|would like|'d like) to (?:have a (?:quick )?look(?: at \w+)?|"
    r"take a (?:quick )?look(?: "
    r"at \w+)?|check (?:it|them|something|that)|see how \w+(?: \w+)?|look at \w+|try \w+(?: out)?|test (?:it|them|"
    r"something)|print (?:it|them)(?: out)?|train (?:a|our|my) (?:\w+ ){0,2}model(?: \w+){0,3})$"
)
"""What people will do with the result."""
_FRAGMENTS: Final = re.compile(
    r"^(?:nothing (?:to learn|to be learned|to gain|but trouble|but hassle|i could use|we could use)\b|(?:too|"
    r"so) much "
    r"(?:hassle|trouble|work|effort|noise|bother)\b|sorry (?:for|about)\b|don't ask (?:me )?why|no time\b|long story|"
    r"(?:a )?(?:waste|pain|nuisance|nightmare|shame|pity|mess|hassle)\b|what a (?:mess|pain|nuisance)|good riddance|"
    r"hard to read|impossible to read|useless (?:for|to) (?:us|me|training)|(?:for|as) (?:legal|privacy|"
    r"whatever) reasons)"
)
_PEOPLE: Final = frozenset("i we i'm we're i've we've i'll we'll".split())
_OTHERS: Final = frozenset(
    "they it that this those these there he she they're they've they'd they'll it's it'll that's there's he's she's "
    "nobody noone somebody someone everybody everyone people our my their his her your another the an other".split()
)
_AUXILIARY: Final = re.compile(
    r"^(?:is|are|was|were|am|has|have|had|will|won't|can|can't|cannot|cant|couldn't|could|would|wouldn't|does|do|did|"
    r"doesn't|don't|didn't|isn't|aren't|wasn't|weren't|hasn't|haven't|never|always|gets?|got|goes|keeps?|"
    r"makes?|comes?|"
    r"looks?|seems?|sounds?|feels?|wants?|says?|said|told|thinks?|hates?|loves?|knows?|takes?|takes|needs?)$"
)
_DENIED: Final = re.compile(r"(?:n't|cannot|cant|never|not)$")
_SHOWING: Final = frozenset("show see publish use have share release ship keep print read display leak expose".split())
_PASSIVE: Final = re.compile(
    r"\b(?:is|are|gets?|be|being)(?: \w+ly| now| then| automatically)? (?!indeed|tired|limited)\w+(?:ed|own|ent)\b"
)
_TURNS: Final = frozenset("want wants after have get take only fit need needs".split())
"""Words that say elsewhere what stays or goes."""
_FAR: Final = 5
_FEWEST: Final = 2
_MOST: Final = 16
_HARMLESS_WORDS: Final = frozenset(
    "fit fits check checks ask asks work works test tests card cards space show shows their run runs end ends few most "
    "mean means error errors source sources fact facts type types detail details sign signs group groups".split()
)


class Stories:
    """Tells stories from wishes.

    Args:
        pieces: takes stretches apart.
        matcher: knows which words operators answer to.
    """

    def __init__(self, pieces: Pieces, matcher: Matcher) -> None:
        self._pieces, self._matcher = pieces, matcher

    def is_story(self, start: int, end: int) -> bool:
        """Whether a stretch of tokens only tells how things are."""
        if end - start > MOST_TOKENS:
            return False
        some = self._pieces.of(start, end)
        words = [self._pieces.low(at) for at in range(start, end) if self._pieces.low(at)[:1].isalnum()]
        while words and words[0] in _LEADS:
            words = words[1:]
        text = " ".join(words)
        if not _FEWEST <= len(words) <= _MOST:
            return False
        if _MINE.search(text):
            return not any(one.kind in ("rows", "thing", "limit", "column") for one in some)
        if any(one.kind not in ("soft", "word", "deny", "reason") and not self._is_said(one) for one in some):
            return False
        plain = _HARMLESS.sub(" ", text)
        if _WISHES.search(plain) or _PASSIVE.search(plain) or self._names_work(words):
            return False
        return bool(_FRAGMENTS.search(text)) or _tells(words)

    def _is_said(self, one: Piece) -> bool:
        """Whether a piece that would say what stays is only a part of a turn: "wants it", "insists"."""
        word = self._pieces.low(one.start)
        return one.kind in ("keep", "drop") and one.end == one.start + 1 and word in _TURNS

    def _names_work(self, words: Sequence[str]) -> bool:
        """Whether a word names rows, texts or what operators work on."""
        degrees = {*VAGUE} | MUCH | LITTLE | _HARMLESS_WORDS
        named = [word for word in words if word not in degrees]
        rows = {*named} & (
            (ROW_NOUNS | TEXT_NOUNS) - EXAMPLE_NOUNS - {"data", "one", "ones", "thing", "things", "anything"}
        )
        treated = any(self._matcher.is_treated(concept) for word in named for concept in concept_set(word))
        return bool(rows) or treated


def _tells(words: Sequence[str]) -> bool:
    """Whether words have a subject that is no row, and a verb that tells of it."""
    first = words[0]
    stripping = {*words} & (DROP | STRIP) - {"cut", "lose", "clear", "clean", "free", "fit", "no", "nothing", "without"}
    if stripping:
        return False
    if first in _PEOPLE:
        denied = [at for at, word in enumerate(words) if _DENIED.search(word)]
        if denied and not _SHOWING.isdisjoint(words[denied[0] :]):
            return False  # "we can't show names" is a wish
        return first != "i" or len(words) > _FEWEST
    verb = next((at for at, word in enumerate(words[1:_FAR], 1) if _AUXILIARY.match(word)), None)
    if first in _OTHERS:
        short = first.endswith(("'s", "'re", "'ve", "'d", "'ll"))
        return short or verb is not None or any(_is_verb(word) for word in words[1:_FAR])
    if first in ACTIONS | KEEP or verb is None:
        return False
    return verb == 1  # "legal won't have anything else"


def _is_verb(word: str) -> bool:
    return (word.endswith(("s", "ed")) and not word.endswith(("ss", "us", "is"))) or word in ("make", "made", "break")
