"""What a statement says of the rows it names: "… are of no use to us", "… is too thin", "… are what I am after"."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal

from .vocabulary import DROP, NEGATIONS

Judgement = Literal["keep", "drop"]

_GOOD: Final = frozenset(
    "used use using usable useful keep kept keeping stay stays staying remain remains wanted want welcome needed need "
    "required require fine good ok okay great perfect nice relevant interesting interest interested helpful help "
    "valuable value worth worthwhile acceptable accepted allowed permitted included include considered counted count "
    "counts matter matters belong belongs published shown trusted reliable ideal right enough place room appreciated "
    "sufficient suffice suffices care admissible tolerated eligible qualify qualifies pass passes desired desirable "
    "purpose point business worthy suitable serious pay trust purposes expected part accept survive survives".split()
)
"""What is said of rows that stay; with a "not" of rows that go."""
_BAD: Final = frozenset(
    "useless worthless unwanted unusable junk rubbish garbage trash noise irrelevant pointless forbidden banned "
    "unacceptable boring uninteresting superfluous unnecessary unneeded needless harmful bad poor weak dull worse "
    "horrible terrible awful crap nonsense waste bye goodbye adios gone out away history unwelcome unsuitable "
    "inadmissible disqualified redundant obsolete dispensable undesirable dead off-limits taboo tabu excess "
    "skippable expendable removable droppable disposable annoying annoy annoys bother bothers".split()
) | (DROP - {"lost", "losing", "kill"})
"""What is said of rows that go; with a "not" of rows that stay."""
_FRAME: Final = frozenset(
    "is are was were be been being am 's it's they're that's that it they them those these this we i you us me our my "
    "your his her their to of for in on at with the a an any all so very really just simply quite rather only even "
    "still also too please thanks thank can could may might must should shall will would do does did has have had "
    "having get gets got go goes going no not never nothing none as far concerned here there anymore more longer time "
    "money effort while purpose purposes model models team training project set dataset data corpus work people "
    "anyone anybody nobody something thing things what which who whatever such like at and or , : ; - – — . ! right "
    "now by from much little few zero definitely certainly surely really honestly "
    "after looking frankly probably obviously clearly "
    "then into up rid let leave left put take make makes say said seem seems look looks feel feels find consider "
    "considered think him one ones again".split()
)
"""Words around it that turn nothing round."""
_LEAVING: Final = (("can", "go"), ("may", "go"), ("must", "go"), ("should", "go"), ("to", "go"), ("will", "go"))
_LEFT: Final = (("left", "out"), ("leave", "out"), ("left", "behind"), ("left", "aside"), ("put", "aside"))
_WANTING: Final = (
    ("after",), ("looking", "for"), ("we", "want"), ("i", "want"), ("we", "need"), ("i", "need"), ("will", "do"),
)  # fmt: skip
_DENYING: Final = frozenset("little zero few nobody noone".split())
_FOR_US: Final = (["for", "us"], ["for", "me"], ["for", "anyone"], ["for", "anybody"], ["for", "this"])
_THERE: Final = frozenset("there here in be".split())


def judgement_of(words: Sequence[str]) -> Judgement | None:
    """What words in lower case that stand behind the rows' description say of them; None where they say anything else.

    >>> judgement_of("are of no use to us".split()), judgement_of("is too thin for us".split())
    ('drop', 'drop')
    >>> judgement_of("are fine".split()), judgement_of("have typos".split())
    ('keep', None)
    """
    said = [word for word in words if word[:1].isalpha()]
    pairs = list(pairwise(said))
    if not said:
        return None
    too = next((at for at, word in enumerate(said[:-1]) if word == "too"), None)
    unknown = {word for at, word in enumerate(said) if not _is_known(word) and (too is None or at != too + 1)}
    if unknown:
        return None
    denied = sum(_denies(word) or word in _DENYING for word in said) % 2 == 1
    if any(pair in _LEFT for pair in pairs) or any(pair in _LEAVING for pair in pairs):
        return "keep" if denied else "drop"
    if too is not None and not _is_known(said[too + 1]):
        return "keep" if denied else "drop"
    bad, good = any(word in _BAD for word in said), any(word in _GOOD for word in said)
    wanting = any(" ".join(one) in " ".join(said) for one in _WANTING)
    if bad == (good or wanting):
        absent = {"be", *said[-1:]} <= {*said} & _THERE or said[-2:] in _FOR_US
        return "drop" if denied and not bad and absent else None
    return "drop" if bad != denied else "keep"


def _is_known(word: str) -> bool:
    return word in _FRAME or word in _GOOD or word in _BAD or _denies(word)


def _denies(word: str) -> bool:
    return word in NEGATIONS or word.endswith("n't")
