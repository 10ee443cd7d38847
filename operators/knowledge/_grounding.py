"""Whether a text supports an answer: by shared words, numbers, names and polarity, and by which of its sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from ._claims import Claim, claims_of, is_refusal
from ._grounding_checks import binding_fault, numbers_fault
from ._grounding_clauses import Clause
from ._grounding_fault import Fault
from ._grounding_names import name_binding_fault, names_fault
from ._grounding_opposites import polarity_fault
from ._grounding_source import Sentence, Source
from ._grounding_verbatim import quoted_sentences
from ._grounding_words import opposites

NONE = "none"
"""The failed check of an answer against which nothing speaks."""
_SECOND_SENTENCE = 0.08
_FARTHER_SENTENCE = 0.15
_CLAUSE_TERMS = 2
_INVENTED = 0.3
_MOST_SENTENCES = 3
_SHOWN_SENTENCES = 20
_SHOWN_CHARS = 200
Window = tuple[Sentence, ...]


@dataclass(frozen=True)
class Finding:
    """How far a text supports an answer.

    Args:
        support: 0 to 1, the share of the least supported claim that is found in the text.
        failed_check: what speaks against the answer, `none` if nothing does.
        evidence: the sentences of the text that come nearest, one a line; empty if there is none.
        words: what is wrong, for a person.
    """

    support: float
    failed_check: str
    evidence: str
    words: str | None = None


def ground(answer: str, source: Source, question: str | None = None) -> Finding:
    """How far a text supports an answer.

    Args:
        question: what was asked; it completes an answer that is too short to be a statement.
    """
    quoted = quoted_sentences(answer, source.quotable)
    if quoted is not None:
        return Finding(1.0, NONE, "\n".join(quoted), "the source says it word for word")
    if is_refusal(answer):
        return Finding(0.0, "refusal", "", "the answer says that there is none")
    claims = [claim for claim in claims_of(answer, question) if claim.weight]
    if not claims:
        return Finding(0.0, "no_claim", "", "the answer says nothing that a text could support")
    support, faulty, least = 1.0, None, claims[0]
    used: dict[int, Sentence] = {}
    for claim in claims:
        window, share = _Search(claim, source).evidence()
        fault = _fault(claim, window, source)
        used.update((one.place, one) for one in window)
        if share < support:
            support, least = share, claim
        if fault is not None and faulty is None:
            faulty = (claim, fault, window)
    shown = "\n".join(used[place].text for place in islice(sorted(used), _SHOWN_SENTENCES))
    if faulty is not None:
        claim, fault, window = faulty
        nearest = " ".join(one.text for one in window)
        return Finding(support, fault.check, shown, f"{_short(claim.text)}: {fault.words}; nearest: {_short(nearest)}")
    return Finding(support, NONE, shown, f"{_short(least.text)}: nearest: {_short(shown)}")


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…")


@dataclass(frozen=True)
class _Search:
    """What is looked for in a source: the terms of a claim, and of the question that completes it."""

    claim: Claim
    source: Source

    @cached_property
    def said(self) -> frozenset[str]:
        return _terms(self.claim.clauses)

    @cached_property
    def asked(self) -> frozenset[str]:
        return _terms(self.claim.asked) - self.said

    def evidence(self) -> tuple[Window, float]:
        """The sentences that cover most of the claim, and how much, 0 to 1."""
        near = self.source.near(self.said | self.asked)
        best: Window = ()
        most = 0.0
        for window in self.source.windows(near):
            share = self.share(window) - _SECOND_SENTENCE * (len(window) - 1)
            if share > most + 1e-9:
                best, most = window, share
        best = self._with_farther(best, near)
        return best, self._support(best)

    def _with_farther(self, window: Window, near: Sequence[Sentence]) -> Window:
        """The sentences with one that stands elsewhere, where that covers much more."""
        if not window or len(window) >= _MOST_SENTENCES:
            return window
        wider = [tuple(sorted((*window, one), key=lambda each: each.place)) for one in near if one not in window]
        shares = [(self.share(one), n) for n, one in enumerate(wider)]
        share, chosen = max(shares, key=lambda one: (one[0], -one[1]), default=(0.0, 0))
        return wider[chosen] if share >= self.share(window) + _FARTHER_SENTENCE else window

    def share(self, window: Window) -> float:
        """How much of the claim some sentences cover; what was asked counts less, and only with an answer."""
        there = frozenset[str]().union(*(one.terms for one in window))
        share = _cover(self.said, there, self.source)
        return share * (0.4 + 0.6 * _cover(self.asked, there, self.source)) if self.asked else share

    def _support(self, window: Window) -> float:
        """The share of the whole claim, or of its least supported clause."""
        there = frozenset[str]().union(*(one.terms for one in window))
        shares = [self.share(window)]
        clauses = self.claim.clauses
        if len(clauses) > 1 and not self.claim.about_question:
            telling = (clause.terms for clause in clauses if len(clause.terms) >= _CLAUSE_TERMS)
            shares += [_cover(terms, there, self.source) for terms in telling]
        if any(_is_invented(phrase, self.source) for clause in clauses for phrase in clause.phrases):
            shares.append(_INVENTED)
        return round(min(shares), 4)


def _is_invented(phrase: frozenset[str], source: Source) -> bool:
    """Whether a phrase of several words has none that the source knows."""
    return len(phrase) > 1 and not any(
        term in source.places or opposites(term) & source.places.keys() for term in phrase
    )


def _cover(terms: frozenset[str], there: frozenset[str], source: Source) -> float:
    whole = sum(source.weight(term) for term in terms)
    met = (term for term in terms if term in there or opposites(term) & there)
    return sum(source.weight(term) for term in met) / whole if whole else 1.0


def _terms(clauses: Iterable[Clause]) -> frozenset[str]:
    return frozenset[str]().union(*(clause.terms for clause in clauses))


def _fault(claim: Claim, window: Window, source: Source) -> Fault | None:
    """What speaks against a claim. A "no" is right where something speaks against what was asked."""
    found = _first_fault(claim, window, source)
    if not claim.denied:
        return found
    return None if found else Fault("negation_mismatch", "the answer denies what the source says")


def _first_fault(claim: Claim, window: Window, source: Source) -> Fault | None:
    evidence = [clause for one in window for clause in one.clauses]
    segments = [part for one in window for part in one.segments]
    whole = (Clause(claim.text, opens=True), [one.whole for one in window])
    clauses = [*claim.clauses, *claim.asked]
    asked = frozenset(word.low for clause in claim.asked for word in clause.words)
    is_short = bool(claim.asked)
    return (
        numbers_fault(claim.clauses, evidence)
        or names_fault(claim.clauses, evidence, source, asked)
        or (names_fault(claim.asked, evidence, source, asked) if is_short else None)
        or binding_fault(clauses, evidence, asked=is_short)
        or name_binding_fault(clauses, evidence)
        or binding_fault(clauses, segments, asked=is_short)
        or name_binding_fault(clauses, segments)
        or polarity_fault(claim.clauses, evidence, whole)
    )


__all__ = ["NONE", "Finding", "ground"]
