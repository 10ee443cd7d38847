"""What a clause says of all that was not named: "the rest can go", "everything else stays", "nothing else changes"."""

from collections.abc import Sequence
from typing import Final, Literal

from .verbs import negates
from .vocabulary import DROP, ROW_NOUNS, is_general

Fate = Literal["goes", "stays", "unchanged", "nothing"]
"""What a remark says of what it speaks of: it goes, it stays, it is not changed, or that there is no more to say."""

REST: Final = frozenset(
    "rest others other else otherwise remaining remainder remainders leftover leftovers elsewhere".split()
)
CHANGES: Final = frozenset(
    "change changes changed changing touch touches touched touching alter alters altered altering modify modifies "
    "modified "
    "modifying edit edits edited affect affects affected affecting happen happens happened do done matter "
    "matters".split()
)
SAME: Final = frozenset(
    "untouched unchanged intact unaffected unaltered unmodified alone hands as-is exempt whatever regardless "
    "free".split()
)
STAYS: Final = frozenset(
    "stay stays stayed staying remain remains remained survive survives survived keep keeps kept retain retained leave "
    "left leaves fine okay ok good preserve preserved welcome be is are seen visible shown readable".split()
)
_GOES: Final = frozenset(
    "leaves later separately go goes gone leave out away vanish disappear ignore ignored forget bye off".split()
)
_WANTED: Final = frozenset(
    "needed need wanted want wants needs care cares interest interested interests bother useful use required "
    "require interesting relevant from of allowed worth included include".split()
)
FRAME: Final = frozenset(
    "a an the this that these those it its they them there here we i you us me our my your all everything anything "
    "every each any of in on at to for from with as by so than theirs ours not no nothing none never don't "
    "dont doesn't didn't won't "
    "isn't aren't can can't cannot could may might must should shouldn't shall will would has have had having do does "
    "did been was were am and or but just only simply also too again then please still yet course already certainly "
    "definitely exactly quite way how what which who when both same were where wherever stand stands sit like well "
    "okay "
    "thing things stuff bit one ones more further additional three two four five six seven eight nine ten half halves "
    "quarter quarters third thirds tenth tenths percent per cent % column columns field fields row rows value values "
    "handle handled handles deal follow follows we'll i'll treat treated come comes do "
    "data table file files dataset off hands with until now before currently up down about".split()
)
_BOUNDS: Final = frozenset(
    "limit limits minimum maximum restriction restrictions rule rules condition conditions".split()
)
_WHATEVER: Final = frozenset({"whatever", "regardless", "however"})
_OTHER_LEADS: Final = frozenset("other remaining".split())
_DETERMINERS: Final = frozenset("the other lower higher better worse all its their".split())


def fate_of_rest(words: Sequence[str]) -> Fate | None:
    """What words in lower case say of all that was not named; None where they say something else.

    >>> fate_of_rest("the other outlets stay as they are".split()), fate_of_rest("forget the rest".split())
    ('unchanged', 'goes')
    """
    free = next((at for at, word in enumerate(words) if word in _WHATEVER), len(words))
    words = words[: free + 1]  # "whatever their rating"
    said = {*words}
    rest = said & REST or (said & {"nothing", "no"} and said & {"more", "further", "additional"})
    if not rest or "than" in said:
        return None
    known = _BOUNDS | REST | CHANGES | SAME | STAYS | _GOES | _WANTED | FRAME | DROP | ROW_NOUNS
    for at, word in enumerate(words):
        if word[:1].isalpha() and word not in known and not _is_other_noun(words, at) and not is_general(word):
            return None
    denied = sum(negates(word) or word in ("dont", "none") for word in words) % 2 == 1
    return next((fate for fate, told in _told(said, denied=denied) if told), None)


def _told(said: set[str], *, denied: bool) -> list[tuple[Fate | None, bool]]:
    """What the words may say, in the order in which they count."""
    turned: Fate = "stays" if denied else "goes"
    changes = bool(said & CHANGES - {"do", "done", "matter", "matters", "happen", "happens"})
    leaves = bool(said & _GOES - {"leave", "off"} or ("leave" in said and said & {"to", "must", "can", "should"}))
    return [
        ("unchanged", bool(said & SAME)),
        ("unchanged", denied and bool(said & _BOUNDS)),  # "for the others there is no limit"
        ("unchanged" if denied else None, changes),
        (turned, bool(said & DROP)),
        ("unchanged", bool(said & {"as", "how"}) and bool(said & {"is", "are", "was", "were", "it", "they"})),
        (turned, leaves),
        ("goes" if denied else None, bool(said & _WANTED - {"from", "of", "use"})),
        ("goes" if denied else "stays", bool(said & (STAYS - {"is", "are", "be", "good"}))),
        ("nothing", bool(denied or said & {"nothing", "none", "no"})),
    ]


def _is_other_noun(words: Sequence[str], at: int) -> bool:
    """Whether a word is the noun of "the other outlets", whatever it names, with one word between at most."""
    return any(word in _OTHER_LEADS for word in words[max(0, at - 2) : at])
