"""Answers taken apart into what they claim, and answers that claim nothing."""

import re
from dataclasses import dataclass, replace

from ..core import TextView
from ._grounding_clauses import Clause, clauses_of, pieces_of_sentence

_ITEM = re.compile(r"^\s*(?:[-*•‣–]|\d{1,3}[.)]|\(?[a-z]\))\s+", re.MULTILINE)
_MARKUP = re.compile(r"\*\*|__|`|^#+\s*", re.MULTILINE)
_SOURCED = re.compile(
    r"^(?:according to|based on|as (?:stated|mentioned|described) in|in)\s+the\s+(?:text|passage|context|document"
    r"|article|source)s?\s*,\s*"
    r"|^(?:the\s+)?(?:text|passage|context|document|article)\s+(?:says|states|mentions|notes|explains)\s+that\s+"
    r"|^(?:the\s+(?:correct\s+)?answer\s+is:?|answer:)\s+|^(?:laut|gemäß)\s+(?:dem\s+)?text\s*,?\s*|^根据(?:文本|上文"
    r"|文章|文中|原文)[，,]?",
    re.IGNORECASE,
)
_VERDICT = re.compile(
    r"^(yes|no|ja|nein|correct|incorrect|true|false|是的|是|不是|不|对|否)\s*(?:[,.!:;，。！–—]+\s*|$)", re.IGNORECASE
)
_DENIES = frozenset("no nein incorrect false 不是 不 否".split())
_REFUSAL = re.compile(
    r"\b(?:i(?: do not|['’ ]?don['’]?t) know|i(?:['’]m| am) (?:not sure|sorry)|i (?:can(?:not|['’]t)) (?:answer"
    r"|determine|find|say|tell)"
    r"|(?:does|do|did)(?: not|n['’]t) (?:say|mention|specify|state|provide|contain|give|tell|include|indicate"
    r"|address)\b"
    r"|(?:is|are|was|were)(?: not|n['’]t) (?:mentioned|specified|stated|provided|given|clear from|addressed"
    r"|answerable|available)"
    r"|cannot be (?:determined|answered|inferred)|no (?:information|mention|answer|details?) (?:is|are|was|about"
    r"|on|in|given|provided|available)"
    r"|not enough information|insufficient information|as an ai\b|unanswerable|n/?a$|unknown$"
    r"|(?:weiß ich|ich weiß es|ich weiß das) nicht|geht aus dem text nicht hervor|(?:wird )?im text nicht "
    r"(?:erwähnt|genannt))"
    r"|我不知道|不清楚|无法(?:确定|回答|判断)|文中(?:没有|未)|没有提到|未提及",
    re.IGNORECASE,
)
_ABOUT_SOURCE = re.compile(
    r"\b(?:text|passage|context|document|article|source|information|i|know|answer|ai)\b|文|知道|回答|确定|提|清楚|判断|n/?a"
    r"|unknown|unanswerable",
    re.IGNORECASE,
)
_WHO = re.compile(
    r"\s*(?:who|wer|谁|(?:which|what|welche[rs]?)\s+\w+(?=\s+(?:is|was|are|were|has|had|will|can|ist|war|\w+ed"
    r"|\w+s)\b))\s+",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"(?:great|good|excellent|interesting) question|sure\b|certainly\b|of course\b|thank|here (?:is|are)\b|let me\b"
    r"|i hope|gerne\b|natürlich\b|好的",
    re.IGNORECASE,
)
_SHORT_TERMS = 3
_LONG_REFUSAL = 300
_LEAST = 3


@dataclass(frozen=True)
class Claim:
    """One statement of an answer.

    Args:
        text: as written, without what introduces it.
        clauses: its parts.
        asked: the clauses of the question, where the statement is too short to stand alone.
        denied: whether it says that the question's statement is wrong.
        about_question: whether it only says yes or no, so that the statement is the question's.
    """

    text: str
    clauses: tuple[Clause, ...]
    asked: tuple[Clause, ...] = ()
    denied: bool = False
    about_question: bool = False

    @property
    def weight(self) -> int:
        """How many terms, numbers and names it has."""
        return len(frozenset().union(*(clause.terms for clause in self.clauses)))


def is_refusal(answer: str) -> bool:
    """Whether an answer says that there is none: such text claims nothing about the matter.

    >>> is_refusal("The text does not say."), is_refusal("Whales do not say hello.")
    (True, False)
    """
    found = _REFUSAL.search(answer) if len(answer) <= _LONG_REFUSAL else None
    return found is not None and _ABOUT_SOURCE.search(answer) is not None


def claims_of(answer: str, question: str | None = None) -> list[Claim]:
    """What an answer claims, sentence by sentence; nothing for an answer without a word.

    Args:
        question: what was asked; it completes an answer that is too short to be a statement.

    >>> [claim.text for claim in claims_of("1. The sea is blue.\\n2. Grass is green.")]
    ['The sea is blue.', 'Grass is green.']
    """
    plain = _ITEM.sub("", _MARKUP.sub("", answer))
    whole = (_SOURCED.sub("", one) for one in TextView(plain).sentences)
    sentences = [piece for one in whole for piece in pieces_of_sentence(one)]
    verdict = _VERDICT.match(sentences[0]) if question and sentences else None
    claims: list[Claim] = []
    if verdict and question:
        rest = sentences[0][verdict.end() :].strip()
        sentences = [rest, *sentences[1:]] if rest else sentences[1:]
        parts = tuple(clauses_of(question))
        claims.append(Claim(verdict[1], parts, (), denied=verdict[1].lower() in _DENIES, about_question=True))
    elif sentences and _VERDICT.match(sentences[0]):
        sentences[0] = _VERDICT.sub("", sentences[0], count=1)
    claims += [Claim(one, tuple(clauses_of(one))) for one in sentences if one]
    if len(claims) > 1:
        telling = [claim for claim in claims if _tells(claim)]
        claims = telling or claims
    if question and len(claims) == 1 and not claims[0].about_question and claims[0].weight <= _SHORT_TERMS:
        claims = [_completed(claims[0], question)]
    return claims


def _completed(claim: Claim, question: str) -> Claim:
    """A short answer with its question; the answer to "who" is put in its place."""
    who = _WHO.match(question)
    if who is None:
        return replace(claim, asked=tuple(clauses_of(question)))
    told = f"{claim.text.rstrip('.!。 ')} {question[who.end() :].rstrip('?？ ')}"
    return Claim(told, tuple(clauses_of(told)))


def _tells(claim: Claim) -> bool:
    """Whether it says something by itself, and does not only greet or announce."""
    if claim.about_question:
        return True
    holds = any(clause.keys or clause.names for clause in claim.clauses)
    announces = claim.text.rstrip().endswith((":", "："))
    return not announces and not _TALK.match(claim.text) and (holds or claim.weight >= _LEAST - 1)


__all__ = ["Claim", "claims_of", "is_refusal"]
