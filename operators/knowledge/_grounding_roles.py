"""Whether a claim has what its evidence says of one thing said of another: who did it to whom, which is more."""

import re
from collections.abc import Sequence

from ._grounding_clauses import Clause
from ._grounding_fault import Fault
from ._grounding_names import names_in
from ._grounding_words import is_irregular, is_unspaced, opposites, stem

_ARTICLES = frozenset("the a an its their his her der die das ein eine".split())

_BE = frozenset("is are was were be been being wurde wurden wird werden ist sind".split())
_BY = frozenset("by von durch".split())
_MUTUAL = frozenset(map(stem, "meet marry play border resemble agree differ compete discuss equal".split()))


def swapped_fault(
    claim: Clause, sentences: Sequence[Clause], parts: Sequence[Clause], there: Sequence[Clause]
) -> Fault | None:
    """Whether two things have changed places around what connects them."""
    faults = [_names_swapped(claim, one) for one in sentences]
    faults += [_triple_swapped(part, one) for part in parts for one in there]
    faults += [_compared_swapped(part, one) for part in parts for one in there]
    faults += [_substituted(part, there) for part in parts]
    found = next((fault for fault in faults if fault is not None), None)
    return found or _crossed(parts, there) or _borrowed(parts, there) or _moved(claim, sentences)


def _borrowed(claim: Sequence[Clause], evidence: Sequence[Clause]) -> Fault | None:
    """Whether a clause says the rest of the claim of something else, and what the claim says it of stands elsewhere."""
    for clause in claim:
        for teller in evidence:
            rest, lacking = clause.terms & teller.terms, clause.terms - teller.terms
            if clause.sequence[:1] and clause.sequence[0] not in lacking and not is_unspaced(clause.sequence[0]):
                continue
            if len(rest) < 2 or not 0 < len(lacking) <= len(rest) or not _other_subject(teller, clause.terms):
                continue
            for holder in evidence:
                told = lacking <= holder.terms | _joints(lacking) and lacking & holder.terms
                if told and not (holder.terms & rest) and not _goes_on(holder, teller, evidence):
                    return Fault("role_mismatch", "the source says this of something else")
    return None


def _joints(terms: frozenset[str]) -> frozenset[str]:
    """Pairs of characters, which may be only the joint of two words."""
    return frozenset(term for term in terms if is_unspaced(term))


def _other_subject(teller: Clause, whole: frozenset[str]) -> bool:
    """Whether something that the claim does not name stands before what they share."""
    shared = [n for n, term in enumerate(teller.sequence) if term in whole]
    return bool(shared) and any(term not in whole for term in teller.sequence[: shared[-1]])


def _goes_on(holder: Clause, teller: Clause, evidence: Sequence[Clause]) -> bool:
    """Whether a clause may lack a subject of its own and go on about that of one before it."""
    places = evidence.index(holder), evidence.index(teller)
    apart = any(clause.opens for clause in evidence[min(places) + 1 : max(places) + 1])
    if places[0] > places[1]:
        return apart and any(is_unspaced(term) for term in teller.sequence)
    if apart:
        return True
    first = teller.words[0] if teller.words else None
    return first is None or not (first.low in _ARTICLES or first.shown[0].isupper())


def _names_swapped(claim: Clause, sentence: Clause) -> Fault | None:
    mine, theirs = _units(claim), _units(sentence)
    places = {unit: place for place, (unit, _) in enumerate(theirs)}
    names = [(place, unit) for place, (unit, is_name) in enumerate(mine) if unit in places and is_name]
    for n, (first, one) in enumerate(names):
        for second, other in names[n + 1 :]:
            if one == other:
                continue
            low, high = sorted((places[one], places[other]))
            there = {unit for unit, _ in theirs[low + 1 : high]}
            between = {unit for unit, _ in mine[first + 1 : second] if unit in there or opposites(unit) & there}
            turned = places[one] > places[other]
            turned ^= _passive(claim, one, other)
            turned ^= _passive(sentence, *((other, one) if places[one] > places[other] else (one, other)))
            if turned and between - _MUTUAL:
                return Fault("role_mismatch", f"the source has {one!r} and {other!r} the other way round")
    return None


def _triple_swapped(claim: Clause, clause: Clause) -> Fault | None:
    """The same for any three terms in a row: "cats chase mice"."""
    mine, theirs = claim.sequence, clause.sequence
    turned = {(mine[n + 2], mine[n + 1], mine[n]) for n in range(len(mine) - 2) if mine[n] != mine[n + 2]}
    for triple in zip(theirs, theirs[1:], theirs[2:], strict=False):
        if triple in turned and triple[1] not in _MUTUAL and not _is_passive(claim) and not _is_passive(clause):
            return Fault("role_mismatch", f"the source has {triple[0]!r} and {triple[2]!r} the other way round")
    return None


def _compared_swapped(claim: Clause, clause: Clause) -> Fault | None:
    """The same for opposites that are compared: "older ones more than younger ones"."""
    if not (compares(claim) and compares(clause)) or "other" in (word.low for word in claim.words):
        return None
    (first, second), (one, other) = _compared(claim), _compared(clause)
    if second and other and second != other and second in one and other in first:
        return Fault("role_mismatch", "the source compares the other way round")
    mine, theirs = claim.sequence, clause.sequence
    for term in mine:
        for against in opposites(term) & set(mine) & set(theirs):
            before = theirs.index(term) < theirs.index(against) if term in theirs else None
            if before is not None and before != (mine.index(term) < mine.index(against)):
                return Fault("role_mismatch", "the source compares the other way round")
    return None


def _compared(clause: Clause) -> tuple[list[str], str]:
    """The terms before "than", and the first behind it."""
    place = next(n for n, word in enumerate(clause.tokens) if word.low in ("than", "als"))
    before = [term for word in clause.tokens[:place] for term in word.terms]
    return before, next((term for word in clause.tokens[place:] for term in word.terms), "")


def compares(clause: Clause) -> bool:
    """Whether something is compared: with "than"."""
    return any(word.low in ("than", "als") for word in clause.words)


def _substituted(claim: Clause, evidence: Sequence[Clause]) -> Fault | None:
    """Whether a clause says the claim but for one word, which stands in the like place of another clause."""
    mine = claim.sequence
    for place, term in enumerate(mine):
        rest = claim.terms - {term}
        for before, after in ((mine[place - 1 : place], None), (None, mine[place + 1 : place + 2])):
            near = (before or after or [""])[0]
            step = 1 if before else -1
            holders = [one for one in evidence if _beside(one, near, step) == term]
            if not near or len(holders) != 1 or len(rest) < 2:
                continue
            for teller in evidence:
                other = _beside(teller, near, step)
                told = teller is not holders[0] and other and other not in claim.terms and rest <= teller.terms
                if told and holders[0].terms & claim.terms < teller.terms & claim.terms | {term}:
                    return Fault("role_mismatch", "the source says this of something else")
    return None


def _beside(clause: Clause, near: str, step: int) -> str | None:
    """The term before or behind another one."""
    if near not in clause.sequence:
        return None
    place = clause.sequence.index(near) + step
    return clause.sequence[place] if 0 <= place < len(clause.sequence) else None


def _is_passive(clause: Clause) -> bool:
    return any(word.low in _BE for word in clause.words) and not any(
        word.low in ("than", "als") for word in clause.words
    )


def _crossed(claim: Sequence[Clause], evidence: Sequence[Clause]) -> Fault | None:
    """Whether two clauses of the claim have exchanged parts of two clauses of the evidence."""
    claim = [clause for clause in claim if len(set(clause.sequence)) >= 2]
    if len(claim) < 2 or len(evidence) < 2:
        return None
    for n, first in enumerate(claim):
        for second in claim[n + 1 :]:
            mine, other = first.terms - second.terms, second.terms - first.terms
            for m, one in enumerate(evidence):
                for two in evidence[m + 1 :]:
                    here, there = one.terms - two.terms, two.terms - one.terms
                    if mine & here and mine & there and other & here and other & there:
                        return Fault("role_mismatch", "the source says this of each other")
    return None


def _units(clause: Clause) -> list[tuple[str, bool]]:
    """The terms in order, and whether each is of a name; little words of place and time count too."""
    names = set(names_in(clause))
    return [
        (word.terms[0] if len(word.terms) == 1 else "", word.shown in names and word.terms != ())
        for word in clause.tokens
        if word.terms
    ]


def _passive(clause: Clause, first: str, second: str) -> bool:
    """Whether what stands between two terms is in the passive: "was beaten by"."""
    lows = [word.low for word in clause.tokens]
    terms = [word.terms for word in clause.tokens]
    start = next((n for n, one in enumerate(terms) if first in one), 0)
    end = next((n for n, one in enumerate(terms) if second in one), len(lows))
    between = lows[start:end]
    by = next((n for n, low in enumerate(between) if low in _BY), 0)
    return by > 0 and (
        between[by - 1].endswith("ed") or is_irregular(between[by - 1]) or bool(_BE.intersection(between))
    )


_FROM_TO = re.compile(
    r"\b(?:from|von|aus)\s+(?:the\s+)?(\w+)\s+(?:to|into|nach|zu)\s+(?:the\s+)?(\w+)|从(\w{2,6}?)到(\w{2,6})",
    re.IGNORECASE,
)


def _moved(claim: Clause, evidence: Sequence[Clause]) -> Fault | None:
    """Whether a way from one to the other is told the other way round."""
    ways = {tuple(part.lower() for part in way if part) for way in _FROM_TO.findall(claim.text)}
    for sentence in evidence:
        for way in _FROM_TO.findall(sentence.text):
            back = tuple(part.lower() for part in reversed(way) if part)
            if back in ways and back != tuple(reversed(back)):
                return Fault("role_mismatch", f"the source says from {back[1]!r} to {back[0]!r}")
    return None


__all__ = ["compares", "swapped_fault"]
