"""Finds the final answer of a worked solution, and trims it without changing what it says."""

import re
from collections import deque
from dataclasses import dataclass
from typing import Literal

from ._boxes import balanced, last_box

Fallback = Literal["number", "none"]
Source = Literal["tag", "statement", "box", "hashes", "whole", "number"]

MOST_CHARS = 20_000
"""Longest answer that is taken for one."""
_WHOLE_CHARS = 200

_THOUGHT_END = "</think>"
_MINERVA = re.compile(r"final answer is:?\s*\$([^$]{1,2000})\$\.?\s*I hope", re.IGNORECASE)
_STATEMENT = re.compile(
    r"(?:\banswers?\b[*_ \t]{0,9}(?:\([a-z0-9]\)|[A-Z\d]{1,2}\b)?[*_ \t]{0,9}(?:\b(?:is|are)\b[*_ \t]{0,9}:?|[:：=])"
    r"|答案(?:[是为][:：]?|[:：]))[*_\s]*",
    re.IGNORECASE,
)
_HASHES = re.compile(r"^[ \t]*####[ \t]*(?!#)", re.MULTILINE)
_MATHS = re.compile(
    # What is opened again before it is closed is none: so the time stays linear.
    r"\$\$([^$]++)\$\$|(?<!\\)\$((?:[^$\n\\]|\\.)++)\$|\\\(((?:[^\n\\]|\\[^()\[\]\n])++)\\\)"
    r"|\\\[((?:[^\\]|\\[^()\[\]])++)\\\]"
)
_SENTENCE_END = re.compile(r"(?<=[^\s.])[.。](?=\s|\Z)|[;；](?=\s)")
_ITEM = re.compile(r"^(?:\s*[•*\-–]\s+|\s*\(?[a-z]\)\s+)(?=\S)")
_EQUALS = re.compile(r"=|\\approx|\\simeq|≈|≃")

_SPACE = "\u00a0\u2009\u202f"
_FRACTION = r"\\[dt]?frac\{[^{}\s]{1,40}\}\{[^{}\s]{1,40}\}"
_DIGITS = rf"(?:\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d{{1,3}}(?:[{_SPACE}]\d{{3}})+(?!\d)|\d+)(?:\.\d+)?|\.\d+"
_NUMBER = re.compile(
    rf"(?:(?<![^\s(=:,\[{{*$|])[-−–])?(?:{_FRACTION}|(?:{_DIGITS})(?:[/⁄](?:{_DIGITS}))?)"
    rf"(?:[ {_SPACE}]?\\?%)?"
)
_INNER_SPACE = re.compile(rf"[ {_SPACE}]")

_BOX = re.compile(r"\\(?:boxed|fbox)\s*\{(.*)\}", re.DOTALL)
_COMMANDS = re.compile(r"\\(?:(?:begin|end)\s*\{[^{}]*\}|[A-Za-z]+|.)", re.DOTALL)
_TEXT_COMMAND = re.compile(r"\\(?:text|mathrm|textbf|textit|mathbf|textrm|mbox|operatorname)\s*\{([^{}]*)\}")
_WORD = re.compile(r"[^\W\d_]{3,}|\b(?:is|are|to|of|in|at|by|we|so|if|it|or|no|an|on)\b", re.IGNORECASE)
_FUNCTIONS = frozenset(
    "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log exp min max mod gcd lcm det dim ker sgn inf sup "
    "lim sqrt frac infty infinity and or in".split()
)


@dataclass(frozen=True)
class FinalAnswer:
    """An answer, and by what it was found."""

    text: str
    source: Source


def find_answer(text: str, fallback: Fallback = "number") -> FinalAnswer | None:
    r"""The final answer of a worked solution; None where it gives none.

    What comes before `</think>` is no part of the solution. The first of these that the text has: the last
    `<answer>…</answer>`; "final answer is $…$. I hope"; the last \boxed{…} or \fbox{…}; the last line after `####`;
    the last "answer is …", "Answer: …"; the text itself where it is one expression; with the fallback the last number,
    or where that is part of a formula in LaTeX the right-hand side of the formula.

    >>> find_answer("So the answer is $x = 5$.").text
    'x = 5'
    """
    text = text.rpartition(_THOUGHT_END)[2] if _THOUGHT_END in text else text
    tagged = _last_tag(text)
    if tagged is not None:
        inside = last_box(tagged) or _stated_in(tagged, "none")
        return _found(inside or tagged, "tag")
    if stated := _MINERVA.search(text):
        return _found(last_box(stated[1]) or stated[1], "statement")
    if (box := last_box(text)) is not None:
        return _found(box, "box")
    for source, statement in (("hashes", _after_hashes(text)), ("statement", _stated_in(text, fallback))):
        if statement and (answer := _found(statement, source)):  # type: ignore[arg-type]
            return answer
    whole = text.strip()
    if whole and len(whole) <= _WHOLE_CHARS and "\n" not in whole and not has_words(whole):
        return _found(whole, "whole")
    number = _last_number(text) if fallback == "number" else None
    return None if number is None else _found(number, "number")


def states_answer(line: str) -> bool:
    """Whether a line says what the answer is, as "answer is …", "Answer: …" or "#### …"."""
    stated = _after_hashes(line) or _stated_in(line, "none")
    return bool(stated and trimmed(stated))


def trimmed(answer: str) -> str:
    r"""An answer without what only dresses it.

    That is $…$, \(…\), \boxed{…} and \text{…} around it, emphasis, spacing, a leading = or ≈, and a full stop.

    >>> trimmed(r"$\boxed{50\%}$.")
    '50\\%'
    """
    while True:
        before = answer
        answer = answer.strip().strip("\u200b")
        if answer.endswith((".", "。")) and not answer.endswith((r"\.", "..")):
            answer = answer[:-1].rstrip()
        answer = _undressed(answer.lstrip("=≈≃"))
        if answer == before:
            return answer


def has_words(text: str) -> bool:
    r"""Whether a text says something in words, other than names of functions; what stands in \text{…} counts.

    >>> has_words(r"\sin x + g(t)"), has_words("12 apples")
    (False, True)
    """
    plain = _COMMANDS.sub(" ", _TEXT_COMMAND.sub(r" \1 ", text[:MOST_CHARS]))
    return any(word[0].lower() not in _FUNCTIONS for word in _WORD.finditer(plain))


def _found(answer: str, source: Source) -> FinalAnswer | None:
    text = trimmed(answer) if len(answer) <= MOST_CHARS else ""
    return FinalAnswer(text, source) if text else None


def _undressed(answer: str) -> str:
    for opening, closing in (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]"), ("**", "**"), ("`", "`")):
        inner = answer[len(opening) : -len(closing)]
        if answer.startswith(opening) and answer.endswith(closing) and inner and opening not in inner:
            return answer if closing == "$" and inner.endswith("\\") else inner
    for command in (r"\displaystyle", r"\,", r"\;", r"\!", r"\:", r"\quad", r"\qquad"):
        follows = answer[len(command) : len(command) + 1]
        if answer.startswith(command) and not (command[-1].isalpha() and follows.isalpha()):
            return answer[len(command) :]
        if answer.endswith(command) and not answer.endswith("\\" + command):
            return answer[: -len(command)]
    if (box := _BOX.fullmatch(answer)) and balanced(box[1]):
        return box[1]
    text = _TEXT_COMMAND.fullmatch(answer)
    return text[1] if text else answer


def _last_tag(text: str) -> str | None:
    """What stands in the last <answer>…</answer> that is closed and not empty."""
    end = len(text)
    while (end := text.rfind("</answer>", 0, end)) >= 0:
        start = text.rfind("<answer>", 0, end)
        if start >= 0 and (inside := text[start + len("<answer>") : end].strip()):
            return inside
    return None


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = deque(pattern.finditer(text), maxlen=1)
    return found[0] if found else None


def _after_hashes(text: str) -> str | None:
    last = _last(_HASHES, text)
    return None if last is None else text[last.end() :].partition("\n")[0]


def _stated_in(text: str, fallback: Fallback) -> str | None:
    """What the last "answer is" states, without the sentence around it; None where nothing is stated."""
    statements = list(_STATEMENT.finditer(text))
    for number, statement in reversed(list(enumerate(statements))):
        until = statements[number + 1].start() if number + 1 < len(statements) else len(text)
        said = text[statement.end() : min(until, statement.end() + MOST_CHARS)]
        line, _, more = said.partition("\n")
        if line.strip():
            return _of_statement(line, more, fallback)
    return None


def _of_statement(line: str, more: str, fallback: Fallback) -> str:
    """The answer in the line that states it; where that begins a list, the list's last line counts."""
    if _ITEM.match(line) or line.rstrip().endswith((",", ":")):
        items = [item for item in more.split("\n\n", maxsplit=1)[0].split("\n") if item.strip()]
        line = items[-1] if items else line
    sentence = _ITEM.sub("", _sentence(line))
    if not has_words(sentence):
        return sentence
    if (formula := _last_formula(sentence)) is not None:
        return formula[1]
    return (_last_number(sentence) if fallback == "number" else None) or sentence


def _sentence(line: str) -> str:
    """A line up to the end of its first sentence outside of formulas."""
    inside = [match.span() for match in _MATHS.finditer(line)]
    for end in _SENTENCE_END.finditer(line):
        if not any(start <= end.start() < stop for start, stop in inside):
            return line[: end.start()]
    return line


def _last_number(text: str) -> str | None:
    """The last number of a text; of a formula in LaTeX that it stands in, the right-hand side."""
    last = _last(_NUMBER, text)
    if last is None:
        return None
    formula = _last_formula(text)
    if formula is not None and formula[0].start() <= last.start() < formula[0].end():
        return _EQUALS.split(formula[1])[-1]
    return _INNER_SPACE.sub("", last[0])


def _last_formula(text: str) -> tuple[re.Match[str], str] | None:
    """The last formula between dollars or LaTeX's brackets, and what it says; sums of money are none."""
    for formula in reversed(list(_MATHS.finditer(text))):
        says = next(group for group in formula.groups() if group is not None)
        if not has_words(says):
            return formula, says
    return None
