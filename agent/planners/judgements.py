"""What a statement says of the rows it names: "… are of no use to us", "… is too thin", "… are what I am after"."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, Literal

from .vocabulary import ACTIONS, DROP, KEEP, NEGATIONS, ROW_NOUNS, STRIP, is_synonym

Judgement = Literal["keep", "drop"]

_GOOD: Final = frozenset(
    "used use using usable useful keep kept keeping stay stays staying remain remains wanted want welcome needed need "
    "required require fine good ok okay great perfect nice relevant interesting interest interested helpful help "
    "valuable value worth worthwhile acceptable accepted allowed permitted included include considered counted count "
    "counts matter matters belong belongs published shown trusted reliable ideal right enough place room appreciated "
    "sufficient suffice suffices care admissible tolerated eligible qualify qualifies pass passes information "
    "informative meaning meaningful sense signal substance insight insights tell "
    "tells teach teaches add adds contribute contributes offer offers bring brings give gives readable desired "
    "desirable "
    "purpose point business worthy suitable serious pay trust purposes expected part accept survive survives".split()
)
"""What is said of rows that stay; with a "not" of rows that go."""
_BAD: Final = frozenset(
    "problem problems useless worthless unwanted unusable junk rubbish garbage trash noise irrelevant pointless "
    "forbidden banned "
    "unacceptable boring uninteresting superfluous unnecessary unneeded needless harmful bad poor weak dull worse "
    "horrible terrible awful crap nonsense waste bye goodbye adios gone out away history unwelcome unsuitable "
    "inadmissible disqualified redundant obsolete dispensable undesirable dead off-limits taboo tabu excess "
    "spam spammy trivial silly stupid lame meh flimsy skimpy scant measly sketchy shallow hollow vacuous tedious "
    "tiresome "
    "nuisance pain burden clutter filler fluff chaff ballast meaningless senseless uninformative unhelpful unreadable "
    "incomprehensible unreliable inappropriate unfit insufficient inadequate excessive overkill problematic worrying "
    "confusing confuse confuses distracting distract distracts misleading mislead misleads disturb disturbs irritate "
    "irritates hurt hurts spoil spoils pollute pollutes skew skews clog clogs suspicious dubious doubtful questionable "
    "skippable expendable removable droppable disposable annoying annoy annoys bother bothers".split()
) | (DROP - {"lost", "losing", "kill"})
"""What is said of rows that go; with a "not" of rows that stay."""
_FRAME: Final = frozenset(
    "is are was were be been being am 's it's they're that's that it they them those these this we i you us me our my "
    "your his her their to of for in on at with the a an any all so very really just simply quite rather only even "
    "still also too please thanks thank can could may might must should shall will would do does did has have had "
    "having get gets got go goes going no not never nothing none as far concerned here there anymore more longer time "
    "money effort while purpose purposes model models team training project set dataset data corpus work people "
    "anything everything anyone anybody nobody something thing things what which who whatever such like at and or , "
    ": ; - – — . ! right "
    "now by from much little few zero definitely certainly surely really honestly "
    "after looking frankly probably obviously clearly "
    "space keeping having read reads reading sound sounds just probably mostly often usually simply then into up rid "
    "let leave left put "
    "take make makes say said seem seems look looks feel feels find consider "
    "considered think him one ones again".split()
)
"""Words around it that turn nothing round."""
_PLACES: Final = frozenset("in into on onto for to from with at during".split())
_OWNERS: Final = frozenset("the our my a an this your their that these those any".split())
_AMOUNTS: Final = frozenset({"much", "many", "little", "few"})
_WHOSE: Final = frozenset("our my your their the".split())
_PARTS: Final = frozenset("title body text heading headline summary it them not or and but".split())
_MOST_PLACE: Final = 3
_LEAVING: Final = tuple(
    (modal, verb)
    for modal in ("can", "may", "must", "should", "to", "will")
    for verb in ("go", "leave", "disappear", "vanish", "depart")
)
_BARRED: Final = tuple(
    (modal, verb)
    for modal in ("can't", "cannot", "mustn't", "shouldn't", "won't")
    for verb in ("go", "come", "get", "make")
)
_WORK: Final = DROP | STRIP | KEEP | ACTIONS
_LINKING: Final = frozenset(
    "is are was were be do does did can could will would just simply really are usually".split()
)
_MODAL: Final = frozenset("must should may can could shall will might ought".split())
_DENIED_HAVING: Final = frozenset({"don't", "doesn't", "dont", "doesnt"})
_REMOVED: Final = frozenset(
    "dropped removed deleted discarded excluded thrown filtered cut omitted skipped ignored eliminated rejected binned "
    "purged kicked tossed scrapped weeded lost ditched".split()
)
_LEFT: Final = (("left", "out"), ("leave", "out"), ("left", "behind"), ("left", "aside"), ("put", "aside"))
_WANTING: Final = (
    ("after",), ("looking", "for"), ("we", "want"), ("i", "want"), ("we", "need"), ("i", "need"), ("will", "do"),
)  # fmt: skip
_DENYING: Final = frozenset("little zero few nobody noone".split())
_FOR_US: Final = (["for", "us"], ["for", "me"], ["for", "anyone"], ["for", "anybody"], ["for", "this"])
_THERE: Final = frozenset("there here in be".split())


def judgement_of(words: Sequence[str], *, alone: bool = False) -> Judgement | None:
    """What words in lower case that stand behind the rows' description say of them; None where they say anything else.

    Args:
        words: in lower case.
        alone: whether no description stands before them, so that what they name may be one.

    >>> judgement_of("are of no use to us".split()), judgement_of("is too thin for us".split())
    ('drop', 'drop')
    >>> judgement_of("are fine".split()), judgement_of("have typos".split())
    ('keep', None)
    """
    said = [word for word in words if word[:1].isalpha()]
    if alone:
        return _said(said, alone=True)
    return _said(said) or next(filter(None, map(_said, _without_places(said))), None)


def _without_places(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """The words without what stands at the end and only says where or what for: "can't go in the report"."""
    for at in range(1, len(words) - 1):
        size = len(words) - at - (words[at + 1] in _OWNERS)
        if words[at] in _PLACES and 1 < size <= _MOST_PLACE and not _PARTS & {*words[at:]}:
            yield words[:at]


def _said(said: Sequence[str], *, alone: bool = False) -> Judgement | None:  # noqa: PLR0911 - one return for each form
    pairs = list(pairwise(said))
    if not said:
        return None
    said = said[1:] if said[0] in ROW_NOUNS and len(said) > 1 else said
    too = next((at for at, word in enumerate(said[:-1]) if word == "too"), None)
    whole = not alone and not {*said} & {"rest", "others", "other"}
    owned = {at for at in range(1, len(said)) if whole and said[at - 1] in _WHOSE and not is_synonym(said[at])}
    unknown = {
        word
        for at, word in enumerate(said)
        if not (_is_known(word) or at in owned or (too is not None and at == too + 1))
        and not (at and said[at - 1] == "worth" and word.endswith("ing"))  # "not worth printing"
    }
    if unknown:
        return None
    if any(pair in _BARRED for pair in pairs):  # "can't go in the report"
        return "drop"
    if said[-1] == "care" and _denies(said[-2] if len(said) > 1 else ""):  # "I don't care" leaves them be
        return None
    denied = sum(_denies(word) or word in _DENYING for word in said) % 2 == 1
    if too is not None and said[too + 1] in _AMOUNTS:  # "are too much for us"
        return "keep" if sum(map(_denies, said)) % 2 else "drop"
    if any(pair in _LEFT for pair in pairs) or any(pair in _LEAVING for pair in pairs):
        return "keep" if denied else "drop"
    if too is not None and not _is_known(said[too + 1]):
        return "keep" if denied else "drop"
    bad, good = any(word in _BAD for word in said), any(word in _GOOD for word in said)
    wanting = any(" ".join(one) in " ".join(said) for one in _WANTING)
    if bad == (good or wanting):
        absent = (
            {"be", *said[-1:]} <= {*said} & _THERE
            or said[-2:] in _FOR_US
            or "into" in said
            or said[:2] == ["not", "for"]
        )
        return "drop" if denied and not bad and absent else None
    return "drop" if bad != denied else "keep"


def _is_known(word: str) -> bool:
    return word in _FRAME or word in _GOOD or word in _BAD or _denies(word)


def is_denied(words: Sequence[str]) -> bool:
    """Whether words behind the rows' description deny something of them that names no work: "don't sell".

    >>> is_denied("don't sell".split()), is_denied("don't remove the links".split())
    (True, False)
    """
    said = [word for word in words if word[:1].isalpha()]
    if not said or any(word in _WORK or is_synonym(word) for word in said):
        return False
    first = next((word for word in said if word not in _LINKING), "")
    return _denies(first) and first != "without" and sum(map(_denies, said)) == 1


def spares(words: Sequence[str]) -> bool:
    """Whether words say that rows are not to go, or need not be as they are described; nothing follows for the others.

    >>> spares("insured parcels must not be removed".split()), spares("no parcel should be dropped".split())
    (True, True)
    >>> spares("lost parcels should be removed".split()), spares("parcels need not be insured".split())
    (False, True)
    """
    said = [word for word in words if word != "please"]
    for at, word in enumerate(said):
        behind = said[at + 1 : at + 4]
        denied = word.endswith("n't") or (word in _MODAL and behind[:1] in (["not"], ["never"]))
        rest = behind[1:] if behind[:1] in (["not"], ["never"]) else behind
        if denied and rest[:1] in (["be"], ["get"]) and rest[1:2] and rest[1] in _REMOVED:
            return True
        need = word in ("need", "needn't") and (word == "needn't" or behind[:1] == ["not"])
        if need or (
            word in _DENIED_HAVING and (behind[:1] == ["must"] or behind[:2] in (["have", "to"], ["need", "to"]))
        ):
            return True
        if behind[:2] == ["not", "have"] and said[at + 3 : at + 4] == ["to"]:
            return True
    if said[:1] and said[0] in ("no", "none", "nothing"):
        modal = next((at for at, word in enumerate(said) if word in _MODAL), None)
        rest = said[modal + 1 :] if modal is not None else []
        removed = rest[:1] in (["be"], ["get"]) and bool(rest[1:2]) and rest[1] in _REMOVED
        return removed or (rest[:1] == ["go"] and len(rest) == 1)
    return False


def is_judging(word: str) -> bool:
    """Whether a word in lower case may stand in a statement about rows and names nothing itself."""
    return _is_known(word)


def _denies(word: str) -> bool:
    return word in NEGATIONS or word.endswith("n't")
