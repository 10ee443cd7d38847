"""Reads plainly numbered questions, options, answers and answer keys out of Markdown or plain text, by rules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from ._entries import Entry, chapter_key

Part = Literal["question", "answer", "solution"]

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$|\*\*([^*]+)\*\*$")
_PLAIN_CHAPTER = re.compile(
    r"(?:chapter|kapitel|unit|lesson|lektion)\s+(?:\d+|[ivxlc]+)\b.{0,80}$|第.{1,5}[章课].{0,40}$", re.I
)
_EXERCISES = re.compile(
    r"(?:\d[\d.]*\s+)?(?:(?:review|practice|end-of-chapter|homework)\s+)?"
    r"(?:exercises?|questions?|problems?|quiz|test|multiple[- ]choice.*|true (?:or|/) false.*|short answers?|"
    r"übungen|aufgaben|übungsaufgaben|fragen|习题|练习|练习题)\b.{0,40}$|[一二三四五六七八九十]+、.*题.*",
    re.IGNORECASE,
)
_ANSWERS = re.compile(
    r"(?:.*\b)?(?P<answer>answers?(?: key)?|key|antworten|lösungsschlüssel)(?:\s+(?:to|for|zu)\b.*|\s*:)?$"
    r"|(?:.*\b)?(?P<solution>(?:worked )?solutions?|lösungen|explanations?)(?:\s+(?:to|for|zu)\b.*|\s*:)?$"
    r"|(?:参考)?(?P<answer_zh>答案)(?:与解析)?[:：]?$|(?P<solution_zh>解析|解答|详解)[:：]?$",
    re.IGNORECASE,
)
_WORDS = r"(?:question|problem|exercise|task|q|aufgabe|frage|übung)"
_NAMED_ITEM = re.compile(rf"{_WORDS}\s*(\d{{1,3}}(?:\.\d{{1,3}})*[a-z]?)\s*[.):：]?\s*(.*)$", re.IGNORECASE)
_ITEM = re.compile(
    r"[(（]?(\d{1,3}(?:\.\d{1,3})*)(?:[.)）:：](?=\s|$)|[、．）]|[.)](?=[^\s\d.]))\s*(.*)$|第\s*(\d{1,3})\s*[题問问][.:：、]?\s*(.*)$"
)
_SECTIONED_ITEM = re.compile(r"(\d{1,3}(?:\.\d{1,3})+)\s+(\S.*)$")
_LOST_NUMBER = re.compile(r"[．]\s*(\S.*)$")
_MARKED = re.compile(
    r"(?:(?P<answer>(?:correct answer|answer|ans|richtige antwort|antwort)\b|(?:参考)?答案|答)"
    r"|(?P<solution>(?:solution|explanation|rationale|lösung|erklärung|begründung)\b|解析|解答|解))"
    r"\s*\.?\s*[:：]\s*(?P<rest>.*)$|【(?P<boxed>答案|解析|解答)】\s*(?P<boxed_rest>.*)$",
    re.IGNORECASE,
)
_IN_A_ROW = re.compile(r"(\d{1,3}(?:\.\d{1,3})*)\s*[.):：、．-]?\s*[(（]?([A-H])[)）]?(?=[\s,;，；.]|$)[\s,;，；.]*")
_RUN = re.compile(r"(\d{1,3})\s*[-–~～]\s*(\d{1,3})\s*[.:：]?\s*([A-H]{2,})\s*")
_LETTER_FIRST = re.compile(r"[(（]?([A-H])[)）]?(?:[.:：]\s*|\s*[-–—]\s+|\s*$)", re.MULTILINE)
_OPTION = re.compile(r"(?:^|(?<=\s))[(（]?([A-H])[.)）．、](?:\s+|(?=\S))", re.MULTILINE)
_NEAR = 50
"""Marks after that of the first option among which the others are."""
_INDENT = 40
"""Most characters before the first option in its line."""
_FENCE = re.compile(r"(?:```|~~~)")


@dataclass
class _Item:
    """What is being read: the lines of each part of one numbered item."""

    entry: Entry
    part: Part
    section: int
    lines: dict[Part, list[str]] = field(default_factory=dict)
    raw: list[str] = field(default_factory=list)
    is_closed: bool = False

    def add(self, line: str, raw: str) -> None:
        self.lines.setdefault(self.part, []).append(line)
        self.raw.append(raw)

    def text(self, part: Part) -> str | None:
        return "\n".join(self.lines.get(part, [])).strip() or None

    def read(self, kind: Part) -> Entry | None:
        """The entry; `kind` is what the text of an item is in the section where it stands."""
        question, answer, solution = self.text("question"), self.text("answer"), self.text("solution")
        options: tuple[str, ...] = ()
        if kind == "question" and question:
            question, options = split_options(question)
        elif kind != "question" and question is None and answer and "answer" in self.lines:
            letter = _LETTER_FIRST.match(answer)
            if letter:
                rest = answer[letter.end() :].strip()
                answer, solution = letter[1], solution or rest or None
        if not (question or answer or solution):
            return None
        asks = bool(question) and (question or "").rstrip("*_ ").endswith(("?", "？"))
        sure = self.entry.sure or asks or bool(options) or bool(question and (answer or solution))
        passage = "\n".join(self.raw).strip()
        return replace(
            self.entry,
            question=question,
            options=options,
            answer=answer,
            solution=solution,
            sure=sure,
            passages=(passage,),
        )


def split_options(text: str) -> tuple[str, tuple[str, ...]]:
    """A question and its options, which begin with A at the start of a line and go on in the order of letters.

    >>> split_options("Which is red?\\nA. blood  B. snow\\nC. grass")
    ('Which is red?', ('blood', 'snow', 'grass'))
    """
    marks = list(_OPTION.finditer(text))
    for at, first in enumerate(marks):
        line = text.rfind("\n", 0, first.start()) + 1
        if first[1] != "A" or first.start() - line > _INDENT or text[line : first.start()].strip(" -*\t"):
            continue
        chain = [first]
        for mark in marks[at + 1 : at + _NEAR]:
            if ord(mark[1]) == ord(chain[-1][1]) + 1:
                chain.append(mark)
        if len(chain) < 2 or not text[: first.start()].strip():
            continue
        ends = [mark.start() for mark in chain[1:]] + [len(text)]
        options = tuple(text[mark.end() : end].strip(" -*\n\t") for mark, end in zip(chain, ends, strict=True))
        if all(options):
            return text[: first.start()].rstrip(" -*\n\t"), options
    return text, ()


def read_numbered(text: str) -> list[Entry]:
    """The questions and the answers that a document holds, in order, not yet merged."""
    reader = _Reader()
    for line in text.replace("\f", "\n").splitlines():
        reader.read(line)
    return list(reader.entries())


class _Reader:
    def __init__(self) -> None:
        self._stack: list[tuple[int, str]] = []
        self._chapter: str | None = None
        self._asked: set[str] = set()
        self._kind: Part = "question"
        self._kind_level = 0
        self._is_exercise = False
        self._section = 0
        self._items: list[tuple[_Item, Part]] = []
        self._open: _Item | None = None
        self._is_code = False

    def entries(self) -> Iterator[Entry]:
        """What was read; items of a section of which one is known to be a question are all questions."""
        found = [(item, entry) for item, kind in self._items if (entry := item.read(kind)) is not None]
        sure = {item.section for item, entry in found if entry.sure and entry.question}
        for item, entry in found:
            yield replace(entry, sure=entry.sure or item.section in sure)

    def read(self, line: str) -> None:
        bare = line.strip()
        if _FENCE.match(bare):
            self._is_code = not self._is_code
        if self._is_code or len(line) - len(line.lstrip(" ")) > 3 or line.startswith("\t"):
            self._add(bare if not self._is_code else line, line)
            return
        if not (self._is_heading(bare) or self._is_key(bare) or self._is_item(bare, line) or self._is_part(bare, line)):
            self._add(bare, line)

    def _add(self, line: str, raw: str) -> None:
        item = self._open
        if item is None or item.is_closed:
            return
        if not line and item.part == "answer" and item.entry.question is None and self._kind == "question":
            item.is_closed = True
        item.add(line, raw)

    # Headings

    def _is_heading(self, bare: str) -> bool:
        found = _HEADING.match(bare)
        title = (found[2] or found[3]).strip("* ") if found else bare
        is_chapter = bool(_PLAIN_CHAPTER.match(bare))
        if found is None and not is_chapter and not self._is_plain_heading(bare):
            return False
        if found and (_NAMED_ITEM.match(title) or _MARKED.match(title)):
            return False
        if found and found[3] and not (_ANSWERS.match(title) or _EXERCISES.match(title) or _PLAIN_CHAPTER.match(title)):
            return False
        self._head(title, len(found[1]) if found and found[1] else 1 if is_chapter else 6)
        return True

    def _is_plain_heading(self, bare: str) -> bool:
        if len(bare) > 60 or not bare:
            return False
        words = bare.rstrip(":： ")
        is_answers = _ANSWERS.fullmatch(words) and len(words.split()) <= 3 and not words.endswith((".", "?"))
        return bool(is_answers) or bool(re.match("[一二三四五六七八九十]+、.*题", bare))

    def _head(self, title: str, level: int) -> None:
        self._open, self._section = None, self._section + 1
        answers = _ANSWERS.match(title)
        if answers:
            self._begin_answers(answers, title, level)
            return
        if _EXERCISES.match(title):
            self._is_exercise = True
            if self._kind != "question" and level <= self._kind_level and level < 6:
                self._kind = "question"
            return
        self._stack = [one for one in self._stack if one[0] < level] + [(level, title)]
        self._chapter = _chapter_of(self._stack)
        is_again = chapter_key(self._chapter) in self._asked
        if self._kind != "question" and level <= self._kind_level and not is_again:
            self._kind = "question"
        self._is_exercise = self._is_exercise and self._kind != "question"

    def _begin_answers(self, answers: re.Match[str], title: str, level: int) -> None:
        self._kind = "answer" if answers["answer"] or answers["answer_zh"] else "solution"
        self._kind_level = level
        names_chapter = re.search(r"\b(?:chapter|unit|kapitel|lesson)\s+\w+|第.+[章课]", title, re.IGNORECASE)
        if names_chapter:
            self._chapter = names_chapter[0]
        elif self._stack and level <= max(1, min(one[0] for one in self._stack)):
            self._stack, self._chapter = [], None

    # Items

    def _is_key(self, bare: str) -> bool:
        """Several answers in a line: `1. B 2. C`, `1-5 ABCDC`, or a row of a table."""
        if self._kind == "question":
            return False
        pairs = _pairs_in(bare)
        for number, answer in pairs:
            self._begin(number, sure=True)
            if self._open:
                self._open.add(answer, bare)
                self._open.is_closed = True
        return bool(pairs)

    def _is_item(self, bare: str, raw: str) -> bool:
        plain = bare.replace("**", "").lstrip("#*- ").strip() if bare[:1] in "#*-" else bare
        named = _NAMED_ITEM.match(plain)
        found = named or _ITEM.match(plain)
        if found is None and (self._is_exercise or self._kind != "question"):
            found = _SECTIONED_ITEM.match(plain)
        if found is not None:
            groups = [one for one in found.groups() if one is not None]
            self._begin(groups[0], sure=bool(named) or self._is_exercise)
            rest = groups[1] if len(groups) > 1 else ""
        else:
            lost = _LOST_NUMBER.match(plain)
            if lost is None:
                return False
            self._begin(None, sure=False)
            rest = lost[1]
        if rest and self._is_part(rest, raw):
            return True
        self._add(rest, raw)
        return True

    def _begin(self, number: str | None, *, sure: bool) -> None:
        if self._kind == "question":
            self._asked.add(chapter_key(self._chapter))
        entry = Entry(self._chapter, number, sure=sure)
        self._open = _Item(entry, self._kind, self._section)
        self._items.append((self._open, self._kind))

    def _is_part(self, bare: str, raw: str) -> bool:
        """A line that says that the answer or the solution begins."""
        if self._open is None:
            return False
        marked = _MARKED.match(bare.replace("**", "").lstrip("#*->_ "))
        if marked is None:
            return False
        is_answer = marked["answer"] or marked["boxed"] == "答案"
        self._open.part = "answer" if is_answer else "solution"
        self._open.is_closed = False
        self._open.add((marked["rest"] or marked["boxed_rest"] or "").strip("_ "), raw)
        return True


def _chapter_of(stack: list[tuple[int, str]]) -> str | None:
    """The nearest heading that calls itself a chapter, or else the nearest."""
    named = [title for _, title in stack if _PLAIN_CHAPTER.match(title)]
    return named[-1] if named else stack[-1][1] if stack else None


def _pairs_in(bare: str) -> list[tuple[str, str]]:
    """The numbers and answers of a line that holds nothing else."""
    if bare.startswith("|"):
        cells = [cell.strip() for cell in bare.strip("|").split("|")]
        numbers, answers = cells[::2], cells[1::2]
        fits = len(cells) % 2 == 0 and all(re.fullmatch(r"\d{1,3}(?:\.\d{1,3})*\.?", one) for one in numbers)
        return (
            [(number.rstrip("."), answer) for number, answer in zip(numbers, answers, strict=False) if answer]
            if fits
            else []
        )
    found, place = list[tuple[str, str]](), 0
    while place < len(bare):
        run = _RUN.match(bare, place)
        if run and int(run[2]) - int(run[1]) + 1 == len(run[3]):
            found += [(str(int(run[1]) + n), letter) for n, letter in enumerate(run[3])]
            place = run.end()
            continue
        one = _IN_A_ROW.match(bare, place)
        if one is None:
            return []
        found.append((one[1], one[2]))
        place = one.end()
    return found
