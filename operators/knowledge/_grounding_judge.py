"""The model that judges whether a source supports an answer: what it is asked, and what its reply must be."""

import re
from collections.abc import Callable

from pydantic import BaseModel, StrictBool, StrictStr

from ..core import Request, template
from ..core.prompts import DATA_RULE
from ..sft._talking import Talk, ask_until
from ._grounding import NONE, Finding

JUDGE_SYSTEM = (
    "You check whether a source supports an answer. Use the source alone, never what you know besides: an answer "
    "that is "
    "true but not said in the source is not supported. Every part of the answer must be said or follow directly: "
    "numbers, dates, units, names, who did what to whom, and whether something is affirmed or denied. Other "
    "words for the "
    "same fact are fine; a missing detail in the answer is fine; a detail that is added is not. An answer that "
    "only says "
    "that it does not know is not supported.\n"
    "Say the reason first, briefly, then whether the answer is `supported`. Copy into `sentence`, word for word, the "
    "sentence of the source that supports it, or the one that speaks most against it; leave it empty if there is "
    "none."
)
JUDGE = "The source:\n\n{source}\n\nThe answer:\n\n{answer}\n\nDoes the source support the answer?"
JUDGE_WITH_QUESTION = (
    "The source:\n\n{source}\n\nThe question:\n\n{question}\n\nThe answer:\n\n{answer}\n\n"
    "Does the source support the answer to the question?"
)
UNSUPPORTED = "unsupported"
_WORD = re.compile(r"\w")


class Judgement(BaseModel):
    """Why, whether the source supports the answer, and the sentence that decides."""

    reason: StrictStr
    supported: StrictBool
    sentence: StrictStr


def judged(answer: str, source: str, question: str | None, max_tokens: int) -> Talk[Finding]:
    """Ask whether a source supports an answer; nothing is asked where one of them has no word.

    Raises:
        RowError: no reply was valid, or none quoted the source.
    """
    if not _WORD.search(answer):
        return Finding(0.0, "no_claim", "", "the answer says nothing that a text could support")
    if not _WORD.search(source):
        return Finding(0.0, UNSUPPORTED, "", "the source says nothing")
    values = {"source": source, "answer": answer, "question": question}
    prompt = template(JUDGE_WITH_QUESTION if question else JUDGE).fill(values)
    request = Request(prompt, system=f"{JUDGE_SYSTEM}\n\n{DATA_RULE}", temperature=0.0, max_tokens=max_tokens)
    reply = yield from ask_until(Judgement, request, _misquotes(source))
    found = NONE if reply.supported else UNSUPPORTED
    return Finding(float(reply.supported), found, reply.sentence.strip(), reply.reason)


def _misquotes(source: str) -> Callable[[Judgement], str | None]:
    """What is wrong with the sentence of a reply: it must be in the source, white space apart."""
    plain = " ".join(source.split())

    def fault(reply: Judgement) -> str | None:
        quoted = " ".join(reply.sentence.split())
        if reply.supported and not _WORD.search(quoted):
            return "`sentence` is empty, but a supported answer needs the sentence of the source that supports it"
        if quoted not in plain:
            return "`sentence` is not in the source; copy it word for word, with its spelling and punctuation"
        return None

    return fault


__all__ = ["JUDGE", "JUDGE_SYSTEM", "JUDGE_WITH_QUESTION", "UNSUPPORTED", "Judgement", "judged"]
