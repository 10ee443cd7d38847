"""Counts what makes an instruction demanding: length, sentences, clauses, questions, numbers, items, constraints."""

import math
import re

from ..core import TextView

_CONSTRAINT = re.compile(
    r"\b(?:must|should|shall|need to|make sure|ensure|avoid|without|except|unless|only|exactly|at least|at most|"
    r"no more than|no fewer than|no less than|fewer than|more than|less than|between|within|limit|maximum|minimum|"
    r"do not|don't|never|always|instead of|if|in the (?:style|form|voice|tone) of|step by step|in order|"
    r"using|based on|according to|include|including|exclude|format|json|table|bullet points?|"
    r"explain why|justify|compare|contrast|analy[sz]e|evaluate|prove|derive|optimi[sz]e)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[,;:，；：、،؛]|\b(?:and|or|but|because|so that|while|when|where|which|who|that|then|after|before)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[?？؟]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ITEM = re.compile(r"^\s*(?:[-*+•–]|\d+[.)]|[a-z]\))\s", re.MULTILINE)

_WEIGHTS = {"words": 0.02, "sentences": 0.3, "clauses": 0.2, "questions": 0.3, "numbers": 0.2, "items": 0.4}
_CONSTRAINT_WEIGHT = 0.6
_HALF = 4.0
"""Points at which half of the scale is reached."""


def complexity(text: str) -> float | None:
    """How demanding an instruction is by what can be counted, from 0 to below 1; None for a text without words.

    >>> [round(complexity(text) or 0, 2) for text in ("Say hi.", "Say hi in exactly 3 words, without using vowels.")]
    [0.01, 0.34]
    """
    view = TextView(text)
    if not view.words:
        return None
    counts = {
        "words": len(view.words),
        "sentences": max(len(view.sentences) - 1, 0),
        "clauses": len(_CLAUSE.findall(text)),
        "questions": len(_QUESTION.findall(text)),
        "numbers": len(_NUMBER.findall(text)),
        "items": len(_ITEM.findall(text)),
    }
    # Each constraint counts once however often it is said.
    constraints = len({found.lower() for found in _CONSTRAINT.findall(text)})
    points = sum(_WEIGHTS[name] * count for name, count in counts.items()) + _CONSTRAINT_WEIGHT * constraints
    return 1 - math.exp2(-points / _HALF)
