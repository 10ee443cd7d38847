"""Names of a claim that its source does not hold, or says the rest of somebody else."""

import re
from collections.abc import Iterable, Sequence

from ._grounding_clauses import Clause
from ._grounding_fault import Fault
from ._grounding_source import Source

_PEOPLES = {
    word: pair.split()[0]
    for pair in "france french|germany german germans|england english|spain spanish|netherlands dutch|china "
    "chinese|japan "
    "japanese|greece greek greeks|switzerland swiss|denmark danish|poland polish|turkey turkish|ireland irish"
    "|wales welsh|"
    "scotland scottish|sweden swedish|finland finnish|portugal portuguese|usa us america american americans|uk "
    "britain british".split("|")
    for word in pair.split()
}
_NAME_ENDINGS = frozenset(
    ("", "s", "n", "an", "ian", "ean", "ese", "ish", "ns", "ans", "ians", "i", "a", "e", "en", "er")
)
_COMMON_ENDINGS = ("s", "ing", "ly", "ion", "ment", "ness", "ity", "ed", "ism", "ance", "ence")
_HAN_PLACE = re.compile(r"[在于从到由向]([\u4e00-\u9fff]{2,3}?)(?=([\u4e00-\u9fff]{2})|(?![\u4e00-\u9fff]))")
_HAN_KINDS = frozenset("国省市县州岛山河江湖海洋")
_MOST_OF = 0.7


def names_fault(
    claim: Sequence[Clause], evidence: Sequence[Clause], source: Source, asked: frozenset[str]
) -> Fault | None:
    """A name of the claim that the source does not hold, or that stands elsewhere, where the evidence names another."""
    here = {word.low.removesuffix("'s") for clause in evidence for word in clause.words}
    mine = {word.low.removesuffix("'s") for clause in claim for word in clause.words} | asked
    others = [name for clause in evidence for name in clause.names if not _among(name, mine)]
    openers = [
        clause.first_name
        for clause in evidence
        if clause.first_name and _may_be_name(clause.first_name, source) and not _among(clause.first_name, mine)
    ]
    for name in [name for clause in claim for name in clause.names]:
        if _among(name, here) or _is_initials(name, evidence):
            continue
        if not (_among(name, source.words) or _abbreviates(name, source)):
            return Fault("name_mismatch", f"the source does not name {name!r}")
        if (others or openers) and not any(clause.has_pronoun for clause in evidence):
            return Fault("name_mismatch", f"the source says this of {(others + openers)[0]!r}, not of {name!r}")
    fault = _kind_fault(claim, evidence)
    return fault or _opener_fault(claim, here, [*others, *openers], source) or _subject_fault(claim, evidence, source)


def _kind_fault(claim: Sequence[Clause], evidence: Sequence[Clause]) -> Fault | None:
    """A Chinese name of a place that the evidence does not have, where it has another of the kind."""
    for place in [one for clause in claim for one in _HAN_PLACE.findall(clause.text)]:
        if place[0][0] in "哪什谁何":
            continue
        other = _other_place(place, evidence)
        if other is not None:
            return Fault("name_mismatch", f"the source says this of {other!r}, not of {place[0]!r}")
    here = {term for clause in evidence for term in clause.sequence}
    mine = {term for clause in claim for term in clause.sequence}
    for term in sorted(mine - here):
        if len(term) == 2 and term[1] in _HAN_KINDS:
            other = next((one for one in sorted(here - mine) if len(one) == 2 and one[1] == term[1]), None)
            if other is not None:
                return Fault("name_mismatch", f"the source says this of {other!r}, not of {term!r}")
    return None


def _other_place(place: tuple[str, str], evidence: Sequence[Clause]) -> str | None:
    """What stands in the evidence between "in" and the words that follow a place of the claim."""
    name, behind = place
    texts = [clause.text for clause in evidence]
    if any(name in text for text in texts):
        return None
    pattern = re.compile(rf"[在于从到由向]([\u4e00-\u9fff]{{2,3}}){behind or '(?![一-龥])'}")
    return next((found[1] for text in texts if (found := pattern.search(text))), None)


def _subject_fault(claim: Sequence[Clause], evidence: Sequence[Clause], source: Source) -> Fault | None:
    """The name at the beginning of the claim, where the sentence that says the rest begins with another."""
    opening = _opening_names(claim[0], source)
    if not opening:
        return None
    names = {name.lower() for clause in claim for name in names_in(clause)}
    rest = frozenset(term for clause in claim for word in clause.tokens if word.low not in names for term in word.terms)
    told = [len(clause.terms & rest) for clause in evidence]
    best = max(range(len(evidence)), key=told.__getitem__, default=0)
    if not rest or not evidence or told[best] < _MOST_OF * len(rest):
        return None
    begins = max(n for n in range(best + 1) if evidence[n].opens)
    sentence = evidence[begins : best + 1]
    there = _opening_names(sentence[0], source)
    present = {word.low for clause in sentence for word in clause.words}
    absent = not any(_among(name, present) for name in opening) and not any(_among(name, names) for name in there)
    if there and absent and not sentence[0].has_pronoun:
        return Fault("name_mismatch", f"the source says this of {there[0]!r}, not of {opening[0]!r}")
    return None


def _opening_names(clause: Clause, source: Source) -> list[str]:
    names = [name for name in names_in(clause) if name in clause.names or _may_be_name(name, source)]
    return [word.shown for word in clause.words[:4] if word.shown in names]


def _may_be_name(opener: str, source: Source) -> bool:
    return opener.lower() in source.inner_names or not opener.lower().endswith(_COMMON_ENDINGS)


def _opener_fault(claim: Sequence[Clause], here: set[str], others: list[str], source: Source) -> Fault | None:
    """The same for the word that opens the claim, which has its capital anyway."""
    for clause in claim:
        name = clause.first_name
        if name is None or _among(name, here) or name.lower().endswith(_COMMON_ENDINGS):
            continue
        terms = {term for word in clause.words[:1] for term in word.terms}
        known = name.lower() in source.names
        if terms & source.places.keys() and not known:
            continue
        if others and (known or not terms & source.places.keys()):
            return Fault("name_mismatch", f"the source says this of {others[0]!r}, not of {name!r}")
    return None


def _among(name: str, words: Iterable[str]) -> bool:
    low = name.lower().removesuffix("'s").removesuffix("’s")
    if low in words:
        return True
    people = _PEOPLES.get(low)
    return any((people is not None and _PEOPLES.get(word) == people) or _kindred(low, word) for word in words)


def _kindred(left: str, right: str) -> bool:
    """Whether two names are forms of one: Korea and Korean, not Austria and Australia."""
    if left[:4] != right[:4]:
        return False
    shared = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        shared += 1
    return shared >= 4 and left[shared:] in _NAME_ENDINGS and right[shared:] in _NAME_ENDINGS


def _is_initials(name: str, evidence: Sequence[Clause]) -> bool:
    """Whether a name stands for the first letters of names of the evidence."""
    if not (name.isupper() and 2 <= len(name) <= 6):
        return False
    return any(
        name in "".join(word.shown[0] for word in clause.words if word.shown[0].isupper()) for clause in evidence
    )


def _abbreviates(name: str, source: Source) -> bool:
    clauses = [clause for sentence in source.sentences for clause in sentence.clauses]
    return _is_initials(name, clauses)


def name_binding_fault(claim: Sequence[Clause], evidence: Sequence[Clause]) -> Fault | None:
    """A name that the evidence has, where another clause says the claim of another name."""
    whole = frozenset[str]().union(*(clause.terms for clause in claim))
    low = {word.low for clause in claim for word in clause.words}
    own = [word for clause in claim for word in clause.words if word.shown in names_in(clause)]
    named = frozenset(term for word in own for term in word.terms)
    for word in own:
        holders = [clause for clause in evidence if any(one.low == word.low for one in clause.words)]
        if len(holders) != 1:
            continue
        shared = (holders[0].terms & whole) - named
        for one in evidence:
            rival = next((name for name in names_in(one) if name.lower() not in low), None)
            if one is holders[0] or rival is None or one.has_pronoun or _among(rival, low):
                continue
            opens_with = [each.low for each in one.words[:5]]
            if evidence.index(one) > evidence.index(holders[0]) and rival.lower() not in opens_with:
                continue  # what has no subject of its own goes on about the one before
            rest = whole - named
            if shared < (one.terms & whole) and len(one.terms & rest) >= _MOST_OF * len(rest):
                return Fault("name_mismatch", f"the source says this of {rival!r}, not of {word.shown!r}")
    return None


def names_in(clause: Clause) -> list[str]:
    """The names of a clause, the word that opens it among them if it may be one."""
    return [*clause.names, *filter(None, [clause.first_name])]


__all__ = ["name_binding_fault", "names_fault", "names_in"]
