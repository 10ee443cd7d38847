"""How the answers to one item of a benchmark are marked, for each kind of item."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..reasoning._algebra import Algebra
from ..reasoning._equality import exactly_equal, reference_answers
from ..reasoning._final_answer import find_answer, trimmed
from ._matching import token_f1

Task = Literal["qa", "multi_answer", "choice", "choices", "pairwise", "text_score"]
Method = Literal["math_verify", "exact", "token_f1"]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MARKED = re.compile(r"\(?\s*([A-Za-z]|\d{1,2})\s*[).:：]?|\(?([A-Za-z]|\d{1,2})\)?\s*[).:：]\s+\S.*", re.DOTALL)
_NAMED_OPTION = re.compile(r"(?:options?|choices?)\s*\(?([A-Za-z]|\d{1,2})\)?(?![\w'])", re.IGNORECASE)
_SEPARATORS = re.compile(r"\s*(?:[,;、/&\n]|\band\b)\s*")


@dataclass(frozen=True)
class Mark:
    """What one item was given: a score and whether it is right, or why it could not be marked."""

    score: float | None = None
    correct: bool | None = None
    prediction: str | None = None
    error: str | None = None


class Unmarked(Exception):
    """An item cannot be marked, for a reason that is a code."""


@dataclass(frozen=True)
class Item:
    """The values of one row that a task reads; None where the row has none."""

    prediction: Any = None
    reference: Any = None
    options: Any = None
    chosen: float | None = None
    rejected: float | None = None


@dataclass(frozen=True)
class Marking:
    """How answers are compared: the method, algebra where it needs it, and the number of the first option."""

    method: Method
    algebra: Algebra | None = None
    first_index: int | None = None


def mark(task: Task, item: Item, marking: Marking) -> Mark:
    """Mark one item; one that cannot be marked has an error and no score."""
    try:
        return _TASKS[task](item, marking)
    except Unmarked as reason:
        shown = reference_answers(item.prediction)
        return Mark(prediction=shown[0] if len(shown) == 1 else None, error=str(reason))


def _free_answer(item: Item, marking: Marking) -> Mark:
    references = reference_answers(item.reference)
    if not references:
        raise Unmarked("no_reference")
    said = _said(item.prediction)
    fallback: Literal["number", "none"] = "number" if marking.method == "math_verify" else "none"
    found = find_answer(said, fallback)
    answer = found.text if found else trimmed(said)
    if marking.method == "token_f1":
        score = max(token_f1(answer, reference) for reference in references)
        return Mark(score, score == 1, answer)
    findings = {_compared(answer, reference, marking.algebra) for reference in references}
    if "equal" not in findings and "undecided" in findings:
        return Mark(prediction=answer, error="undecided")
    return Mark(float("equal" in findings), "equal" in findings, answer)


def _compared(answer: str, reference: str, algebra: Algebra | None) -> str:
    if algebra is not None:
        return algebra.compare(answer, reference)
    return "equal" if exactly_equal(answer.casefold(), reference.casefold()) else "different"


def _one_choice(item: Item, marking: Marking) -> Mark:
    options = _options(item.options)
    wanted = _labels(item.reference, options, marking.first_index, "reference")
    if len(wanted) != 1:
        raise Unmarked("reference_not_one_option")
    said = _said(item.prediction)
    taken = _option_said(said, options, marking.first_index)
    if taken is None:
        raise Unmarked("no_option_in_prediction")
    right = taken in wanted
    return Mark(float(right), right, LETTERS[taken])


def _several_choices(item: Item, marking: Marking) -> Mark:
    options = _options(item.options)
    wanted = _labels(item.reference, options, marking.first_index, "reference")
    if isinstance(item.prediction, list):
        taken = _labels(item.prediction, options, marking.first_index, "prediction")
    else:
        taken = _options_said(_said(item.prediction), options, marking.first_index)
    if not taken:
        raise Unmarked("no_option_in_prediction")
    score = 2 * len(taken & wanted) / (len(taken) + len(wanted))
    return Mark(score, taken == wanted, ", ".join(LETTERS[at] for at in sorted(taken)))


def _pairwise(item: Item, _: Marking) -> Mark:
    if item.chosen is None or item.rejected is None:
        raise Unmarked("no_score")
    if item.chosen == item.rejected:
        return Mark(0.5, False, "tie")
    won = item.chosen > item.rejected
    return Mark(float(won), won, "chosen" if won else "rejected")


def _text_score(item: Item, _: Marking) -> Mark:
    if item.chosen is None:
        raise Unmarked("no_score")
    return Mark(item.chosen)


_TASKS: Mapping[Task, Callable[[Item, Marking], Mark]] = {
    "qa": _free_answer,
    "multi_answer": _free_answer,
    "choice": _one_choice,
    "choices": _several_choices,
    "pairwise": _pairwise,
    "text_score": _text_score,
}


def _said(prediction: Any) -> str:
    """What was answered, as a text."""
    answers = [] if isinstance(prediction, list) else reference_answers(prediction)
    if not answers:
        raise Unmarked("no_prediction")
    return answers[0]


def _options(value: Any) -> list[str]:
    options = value if isinstance(value, list) else []
    texts = [answer for option in options for answer in reference_answers(option)[:1]]
    if not 2 <= len(texts) <= len(LETTERS) or len(texts) != len(options):
        raise Unmarked("no_options")
    if len({_plain(text) for text in texts}) < len(texts):
        raise Unmarked("options_repeat")
    return texts


def _labels(value: Any, options: Sequence[str], first_index: int | None, what: str) -> frozenset[int]:
    """The places of the options that a value names, each by its letter, its number, or its text."""
    named = value if isinstance(value, list) else [value]
    if isinstance(value, str) and _place(value, options, first_index) is None:
        named = _SEPARATORS.split(value)
    if not named or any(one is None for one in named):
        raise Unmarked(f"no_{what}")
    places = [_place(one, options, first_index) for one in named]
    if any(place is None for place in places):
        numbered = first_index is None and any(str(one).strip().isdigit() for one in named)
        raise Unmarked("set_first_index" if numbered else f"{what}_names_no_option")
    return frozenset(place for place in places if place is not None)


def _place(value: Any, options: Sequence[str], first_index: int | None) -> int | None:
    """The place of the option that a label names; the text of an option goes before a letter or a number."""
    labels = reference_answers(value)
    if len(labels) != 1:
        return None
    label = trimmed(labels[0])
    by_text = [at for at, option in enumerate(options) if _plain(option) == _plain(label)]
    # A number that is not a text says which option it is, even where an option is that number.
    if by_text and isinstance(value, str):
        return by_text[0]
    marked = _MARKED.fullmatch(label)
    sign = (marked[1] or marked[2]) if marked else None
    if sign is None:
        return by_text[0] if by_text else None
    if sign.isascii() and sign.isdigit():
        place = int(sign) - first_index if first_index is not None else -1
    else:
        place = LETTERS.find(sign.upper())
    return place if 0 <= place < len(options) else None


def _option_said(said: str, options: Sequence[str], first_index: int | None) -> int | None:
    """The option that an answer takes: as its final answer, as a whole, by "option B", or by the text of just one."""
    found = find_answer(said, "none")
    for text in (found.text if found else None, said.strip(), said.strip().partition("\n")[0]):
        place = None if text is None else _place(text, options, first_index)
        if place is not None:
            return place
    named = {_place(match[1], options, first_index) for match in _NAMED_OPTION.finditer(said)} - {None}
    if not named and found is not None:
        stated = _plain(found.text)
        named = {at for at, option in enumerate(options) if _stands_in(_plain(option), stated)}
    return named.pop() if len(named) == 1 else None


def _options_said(said: str, options: Sequence[str], first_index: int | None) -> frozenset[int]:
    found = find_answer(said, "none")
    text = found.text if found else said.strip()
    parts = [part for part in _SEPARATORS.split(text.strip("[]{} ")) if part]
    if len(parts) == 1 and re.fullmatch(r"[A-Z]{2,26}", parts[0]):
        parts = list(parts[0])
    places = {_place(part.strip("\"'"), options, first_index) for part in parts}
    if None not in places and places:
        return frozenset(place for place in places if place is not None)
    one = _option_said(said, options, first_index)
    return frozenset() if one is None else frozenset({one})


def _stands_in(words: str, text: str) -> bool:
    """Whether words occur in a text by themselves, not as part of a word or a number."""
    return re.search(rf"(?<![\w.]){re.escape(words)}(?!\w|\.\d)", text) is not None


def _plain(text: str) -> str:
    """A text without regard to case, white space, quotes around it and a full stop."""
    return " ".join(text.casefold().split()).strip("\"'").rstrip(".")
