"""What the checks of questions share: documents to answer from, attempts at an answer, and their judgement."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, StrictBool, StrictStr

from ..core import Request, RowError, ask_for, template
from ..score._matching import token_f1
from ..sft._talking import Talk, folded
from ._prompts import JUDGE

_OF_A_TEXT = re.compile(
    r"\b(?:the|this|that|given|provided)\s+(?:above\s+|given\s+|provided\s+)?(?:text|passage|document|excerpt|paragraph)\b",
    re.IGNORECASE,
)

_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


class Attempt(BaseModel):
    """An answer, null where it is not known."""

    answer: StrictStr | None


class Judgement(BaseModel):
    """Why, and whether an answer is that of the reference."""

    reason: StrictStr
    correct: StrictBool


@dataclass(frozen=True)
class Tried:
    """How an attempt at an answer ended: the answer, its token F1 with the reference, and whether it is right."""

    answer: str | None
    f1: float
    correct: bool


def documents_in(row: dict[str, Any], columns: Sequence[str]) -> list[str]:
    """The texts in some columns of a row, in order: a text, or a list of texts or passages; blank ones are none.

    Raises:
        RowError: there is none.
    """
    values = [one for name in columns for one in _listed(row.get(name))]
    texts = [one.get("text") if isinstance(one, dict) else one for one in values]
    found = [*dict.fromkeys(text for text in texts if isinstance(text, str) and text.strip())]
    if not found:
        raise RowError("no_value", f"{', '.join(columns)}: there is no document")
    return found


def as_documents(texts: Sequence[str]) -> str:
    """Documents one after the other, as a prompt shows them."""
    return "\n\n".join(texts) if len(texts) == 1 else "\n\n".join(f"[{at}] {text}" for at, text in enumerate(texts, 1))


@dataclass(frozen=True)
class Marking:
    """How answers are marked.

    Args:
        judge: a request with the system prompt and the limits of the judge; None goes by the words alone.
        min_f1: from which token F1 on the words of an answer are right, where there is no judge.
    """

    judge: Request | None
    min_f1: float

    def tried(self, attempt: Request, question: str, reference: str) -> Talk[Tried]:
        """Ask for an answer, and for a judgement where its words do not decide whether it is right."""
        answer = (yield from ask_for(Attempt, attempt)).answer
        if answer is None or not answer.strip():
            return Tried(None, 0.0, correct=False)
        f1 = token_f1(answer, reference)
        if self.judge is None or f1 == 1:
            return Tried(answer, f1, f1 >= self.min_f1)
        said = template(JUDGE).fill({"question": question, "reference": reference, "answer": answer})
        judgement = yield from ask_for(Judgement, replace(self.judge, prompt=said))
        return Tried(answer, f1, judgement.correct)


def names(text: str, name: str) -> bool:
    """Whether a text contains a name as whole words, whatever their case; in scripts without spaces, at any place."""
    if _UNSPACED.search(name):
        return folded(name) in folded(text)
    return re.search(rf"(?<!\w){re.escape(folded(name))}(?!\w)", folded(text)) is not None


def standing_alone(question: str, answer: str) -> str | None:
    """Why a question cannot stand without its text, or gives its answer away; None where it is fine."""
    if names(question, answer):
        return f"question: it contains the answer {answer!r}"
    if _OF_A_TEXT.search(question):
        return "question: it speaks of a text that its reader does not see"
    return None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
