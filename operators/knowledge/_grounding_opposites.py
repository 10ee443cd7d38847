"""Whether a claim says the opposite of its evidence: by negation, by opposite words, or by swapped roles."""

from collections.abc import Sequence

from ._grounding_clauses import Clause, Word
from ._grounding_fault import Fault
from ._grounding_roles import compares, swapped_fault
from ._grounding_words import OPPOSED_RELATIONS, OPPOSED_RUNS, is_unspaced, opposites, without_negation


def polarity_fault(
    claim: Sequence[Clause], evidence: Sequence[Clause], whole: tuple[Clause, Sequence[Clause]]
) -> Fault | None:
    """Whether claim and evidence say the opposite: by negation, by opposite words, or by swapped roles.

    Two of these undo each other: "A is taller than B" and "B is shorter than A", "not open" and "closed".

    Args:
        whole: the claim as one clause, and each sentence of the evidence as one.
    """
    swapped, opposed, negated = (
        swapped_fault(*whole, claim, evidence),
        _opposed(claim, evidence),
        _negated(claim, evidence),
    )
    if opposed is not None:
        denied = frozenset[str]().union(*(clause.denied for clause in (*claim, *evidence)))
        if swapped is not None and compares(whole[0]):
            return None
        if opposed.terms & denied:
            return None
    return swapped or opposed or negated


def _negated(claim: Sequence[Clause], evidence: Sequence[Clause]) -> Fault | None:
    said = frozenset[str]().union(*(clause.terms for clause in claim))
    denied = frozenset[str]().union(*(clause.denied for clause in claim))
    most = max((len(clause.terms & said) for clause in evidence), default=0)
    near = [clause for clause in evidence if clause.terms & said and 2 * len(clause.terms & said) >= most]
    there = frozenset[str]().union(*(clause.terms for clause in near))
    denied_there = frozenset[str]().union(*(clause.denied for clause in near))
    held_there = frozenset[str]().union(*(clause.terms - clause.denied for clause in near))
    if denied & denied_there:
        return None
    heads = frozenset[str]().union(*(clause.denied_heads for clause in claim))
    heads_there = frozenset[str]().union(*(clause.denied_heads for clause in near))
    if heads & there:
        return Fault("negation_mismatch", "the answer denies what the source says")
    if (heads_there - held_there) & said:
        return Fault("negation_mismatch", "the source denies what the answer says")
    return None


def _opposed(claim: Sequence[Clause], evidence: Sequence[Clause]) -> Fault | None:
    said = frozenset[str]().union(*(clause.terms for clause in claim))
    near = [clause for clause in evidence if clause.terms & said] or list(evidence)
    nearest = max((len(clause.terms & said) for clause in near), default=0)
    there = frozenset[str]().union(*(clause.terms for clause in near))
    words_there = {word.low: word for clause in near if len(clause.terms & said) >= nearest for word in clause.words}
    lows = frozenset(word.low for clause in claim for word in clause.words)
    for clause in claim:
        for word in clause.words:
            if is_unspaced(word.low):
                fault = _opposed_run(word.low, near)
            else:
                fault = _opposed_word(word, lows, there, words_there)
            if fault is not None:
                return fault
    return _opposed_relation(claim, near) or _opposed_in_clause(claim, near, said)


def _opposed_word(word: Word, said: frozenset[str], there: frozenset[str], words: dict[str, Word]) -> Fault | None:
    for term in word.terms:
        if term in there:
            continue
        against, plain = opposites(term), without_negation(word.low)
        other = any(low not in said and against.intersection(one.terms) for low, one in words.items())
        akin = any(low not in said and against <= opposites(of) for low, one in words.items() for of in one.terms)
        turned = (plain is not None and plain in there) or any(without_negation(low) == term for low in words)
        if (other and not akin) or turned:
            terms = frozenset({term, *against, *filter(None, [plain])})
            return Fault("opposite_mismatch", f"the source says the opposite of {word.shown!r}", terms)
    return None


def _opposed_run(run: str, evidence: Sequence[Clause]) -> Fault | None:
    texts = [clause.text for clause in evidence]
    for word, others in OPPOSED_RUNS.items():
        if word in run and len(word) > 1 and not any(word in text for text in texts):
            for other in others:
                if len(other) > 1 and other not in run and any(other in text for text in texts):
                    return Fault("opposite_mismatch", f"the source says the opposite of {word!r}")
    return None


def _opposed_relation(claim: Sequence[Clause], evidence: Sequence[Clause]) -> Fault | None:
    there = frozenset[tuple[str, str]]().union(*(clause.relations for clause in evidence))
    for word, term in sorted(frozenset[tuple[str, str]]().union(*(clause.relations for clause in claim))):
        opposed = any((other, term) in there for other in OPPOSED_RELATIONS[word])
        if opposed and (word, term) not in there:
            return Fault("opposite_mismatch", f"the source says the opposite of {word!r}")
    return None


def _opposed_in_clause(claim: Sequence[Clause], evidence: Sequence[Clause], said: frozenset[str]) -> Fault | None:
    """An opposite that the evidence has too, but of something else: "exports rose and imports fell"."""
    for term in sorted(said):
        against = opposites(term)
        if not against or against & said:
            continue
        holders = [clause for clause in evidence if term in clause.terms]
        rivals = [clause for clause in evidence if clause.terms & against and term not in clause.terms]
        if len(holders) != 1:
            continue
        shared = (holders[0].terms & said) - {term}
        if any(shared < (rival.terms & said) and _is_about(rival, claim, said) for rival in rivals):
            return Fault("opposite_mismatch", "the source says the opposite of this")
    return None


def _is_about(clause: Clause, claim: Sequence[Clause], said: frozenset[str]) -> bool:
    """Whether a clause shares half of the claim, or what the claim begins with."""
    opening = claim[0].sequence[:1]
    return 2 * len(clause.terms & said) >= len(said) or (bool(opening) and opening[0] in clause.terms)


__all__ = ["polarity_fault"]
