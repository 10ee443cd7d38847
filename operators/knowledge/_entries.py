"""Questions and answers as they stand in a document, and their merging by chapter and number."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..sft._talking import folded

_CHAPTER = re.compile(
    r"\b(?:chapter|unit|lesson|part|section|kapitel|lektion|teil|abschnitt|chapitre|cap[ií]tulo)\s+"
    r"(\d+(?:\.\d+)*|[ivxlc]+\b|[a-h]\b)|第\s*([\d一二三四五六七八九十百]+)\s*[章节單单課课讲回]",
    re.IGNORECASE,
)
_LEADING_NUMBER = re.compile(r"(\d+(?:\.\d+)*)(?=[\s.:)、]|$)")
_LABEL = re.compile(r"[\w.\-]*\d[\w.\-]*|[ivxlc]+|[a-z]", re.IGNORECASE)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_CHINESE = {digit: number for number, digit in enumerate("一二三四五六七八九", 1)}


@dataclass(frozen=True)
class Entry:
    """A question, an answer, or both, as a place of a document has them.

    Args:
        chapter: the heading it stands under, or that it names.
        number: its number or label.
        sure: whether it is known to be a question; one that is not counts only with an answer.
        passages: the parts of the document that it is from.
    """

    chapter: str | None = None
    number: str | None = None
    question: str | None = None
    options: tuple[str, ...] = ()
    answer: str | None = None
    solution: str | None = None
    sure: bool = True
    passages: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What questions and their answers have in common."""
        return chapter_key(self.chapter), number_key(self.number)

    def with_answer(self, other: "Entry") -> "Entry":
        """With what another entry of the same question has besides."""
        return replace(
            self,
            options=self.options or other.options,
            answer=self.answer or other.answer,
            solution=self.solution or other.solution,
            sure=self.sure or other.sure,
            passages=tuple(dict.fromkeys((*self.passages, *other.passages))),
        )


def chapter_key(heading: str | None) -> str:
    """What two headings of one chapter have in common: its number, or else its words.

    >>> [chapter_key(one) for one in ("Chapter IV. Rivers", "Answers to chapter 4", "第四章", "4 Lakes")]
    ['4', '4', '4', '4']
    """
    if heading is None:
        return ""
    named = _CHAPTER.search(heading)
    if named:
        return _as_digits((named[1] or named[2]).casefold())
    leading = _LEADING_NUMBER.match(heading.strip())
    return leading[1] if leading else folded(heading).strip(" .:")


def number_key(label: str | None) -> str:
    """A label without the words and brackets around it.

    >>> number_key("Question 3."), number_key("(03)"), number_key("2.4"), number_key(None)
    ('3', '3', '2.4', '')
    """
    found = _LABEL.findall(label or "")
    return found[-1].strip(".-").casefold().lstrip("0") if found else ""


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """The questions in the order of the document, each with the answer that stands elsewhere.

    An answer belongs to the question with its chapter and number. Where several questions have both, because numbers
    start again, answers belong to them in order if there are as many, else to none. Where its chapter has no question
    at all, an answer belongs to the question with its number if there is only one in the document.
    """
    questions, answers = _apart(entries)
    places: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate(questions):
        places.setdefault(one.key, []).append(place)
    given: dict[tuple[str, str], list[Entry]] = {}
    for answer in answers:
        given.setdefault(_key_of(answer, places), []).append(answer)
    for key, found in given.items():
        asked = places.get(key, []) if key[1] else []
        owners = asked * len(found) if len(asked) == 1 else asked if len(asked) == len(found) else []
        for place, answer in zip(owners, found, strict=False):
            questions[place] = questions[place].with_answer(answer)
    return [one for one in questions if one.sure or one.answer or one.solution]


def _apart(entries: Iterable[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Questions and answers, each once: what two windows of a document both have is the same."""
    questions: dict[tuple[str, ...], Entry] = {}
    answers: dict[tuple[str, ...], Entry] = {}
    for one in entries:
        if one.question is None:
            answers.setdefault((*one.key, folded(one.answer or ""), folded(one.solution or "")), one)
            continue
        same = (*one.key, folded(one.question))
        questions[same] = questions[same].with_answer(one) if same in questions else one
    return [*questions.values()], [*answers.values()]


def _key_of(answer: Entry, places: dict[tuple[str, str], list[int]]) -> tuple[str, str]:
    """The chapter and number of the questions that an answer may belong to."""
    chapter, number = answer.key
    if any(known == chapter for known, _ in places):
        return chapter, number
    same = [key for key in places if key[1] == number]
    return same[0] if len(same) == 1 else (chapter, number)


def _as_digits(number: str) -> str:
    if set(number) <= _ROMAN.keys():
        values = [_ROMAN[one] for one in number]
        following: Sequence[int] = [*values[1:], 0]
        return str(sum(-one if one < after else one for one, after in zip(values, following, strict=True)))
    if set(number) <= _CHINESE.keys() | {"十"}:
        tens, ten, ones = number.rpartition("十")
        return str((_CHINESE.get(tens, 1) * 10 if ten else 0) + _CHINESE.get(ones, 0))
    return number
