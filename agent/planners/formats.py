"""Reads into which training format rows go, and which column is whose turn, in whatever words both are said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from pydantic import JsonValue

from .columns import words_of
from .vocabulary import ROW_NOUNS
from .wording import ARTICLES, MARKS, Missing, TableMention, Wording

RESHAPE, CONVERT = "reshape_rows", "convert_format"

Role = Literal["question", "answer", "system", "context"]

_FORMATS: Final[Mapping[str, str]] = MappingProxyType(
    {
        name: target
        for target, names in {
            "messages": "chat messages|openai messages|openai chat|openai format|openai style|openai fine tuning|"
            "openai finetuning|openai finetune|openai schema|chatml|chat ml|role content messages|"
            "role / content messages|role / content|role and content|role content|chat format|chat style|"
            "messages format|messages style|messages list|messages column|conversational format|"
            "chat completion|chat completions|user / assistant messages|user assistant messages|"
            "user and assistant messages|openai conversations|openai conversation|gpt fine tuning|list of messages",
            "sharegpt": "sharegpt|share gpt|vicuna|from / value|from and value|human / gpt|sharegpt conversations",
            "alpaca": "alpaca|stanford alpaca|instruction input output|instruction / input / output|"
            "instruction , input , output|instruction , input and output",
            "pretrain": "pretraining text|pre training text|pretraining texts|pretraining format|pretrain format",
            "prompt": "prompt completion|prompt / completion|prompt and completion|prompts and completions|"
            "prompt completions|prompt & completion|prompt , completion",
        }.items()
        for name in names.split("|")
    }
)  # fmt: skip
_SAID_FOR: Final[Mapping[Role, str]] = MappingProxyType(
    {
            "question": "instruction instructions question questions prompt user users human humans user's request "
            "query asker human's",
            "answer": "output outputs answer answers response responses completion completions assistant assistants "
            "assistant's gpt bot bots bot's reply replies model model's target agent chatbot",
            "system": "system",
            "context": "input context",
    }
)  # fmt: skip
_ROLES: Final[Mapping[str, Role]] = MappingProxyType(
    {word: role for role, words in _SAID_FOR.items() for word in words.split()}
)
_BEGINNINGS: Final = frozenset(name.split()[0] for name in _FORMATS)
_LEADS: Final = frozenset(
    "convert converted converting turn turned turns transform transformed export exported bring write written format "
    "formatted formatting reformat save saved store stored stores make made change rewrite restructure put give have "
    "get become becomes need needs want wants like produce output deliver recast arrange need form shape lay "
    "use".split()
)
"""Words that say that a format is wanted."""
_FILLERS: Final = (
    ARTICLES
    | (MARKS - {"column", "columns"})
    | (ROW_NOUNS - {"passage", "passages", "document", "documents", "description", "descriptions"})
    | frozenset(
        "i we you us me it them they each could can would should will shall please pls plz kindly to into in as for of "
        "on by from with is are be being was that this what which who whatever how way the one ones and or so also "
        "left remaining remains rest result results end finally afterwards here there now then says say said saying "
        "speaks writes wrote asks asked asking comes goes go come turn turns turned side part role roles turn's "
        "message messages msg msgs conversation conversations dialogue dialogues chats chat pair pairs data dataset "
        "set table format formats style styles schema layout structure form kind type template json jsonl list lists "
        "fine tuning finetuning finetune tune training train trainer sft model's our my your its their holds hold held "
        "stands stand lives sits found contains out everything all whole thing things becomes become serves serve "
        "serving acting act acts used use taken take do does i'd we'd i'm like them , ( ) : ; = / - -> => → & exactly "
        "just column columns question's both together something into thanks thank up down must has have let let's "
        "usual standard common known old new reads wants accepts eats expects understands requires takes only shape "
        "loader bring".split()
    )
)  # fmt: skip
_ENDS: Final = frozenset({".", "!", "?"})
_ASSIGNS: Final = frozenset("is are was being be as = : -> => → becomes become in from holds to serves acting".split())
_QUESTIONS: Final = frozenset("question prompt instruction query user request customer ask msg message".split())
_ANSWERS: Final = frozenset("answer response output completion reply assistant solution target".split())
_NESTED: Final = MappingProxyType({"messages": "messages", "conversations": "sharegpt", "QA_pairs": "pairs"})
_MOST: Final = 45


@dataclass
class _Seen:
    """What a stretch of words names."""

    target: str | None = None
    asked: bool = False
    items: list[tuple[int, str | None, Role | None]] = field(default_factory=list)


def find_training_format(said: Wording, at: int) -> TableMention | None:
    """Reads "what is left becomes alpaca data: message is the instruction, agent_reply the output"."""
    if not (said.ends(at - 1) or said.low(at) in _LEADS) or _BEGINNINGS.isdisjoint(said.lows(at, _MOST)):
        return None
    seen, end = _Seen(), at
    best: TableMention | None = None
    while end < min(said.reach(at), at + _MOST):
        word = said.low(end)
        kind = said.tokens[end].kind
        if (word in _ENDS or kind == "break") and not _goes_on(said, end + 1, seen):
            break
        step = 1 if word in _ENDS or kind == "break" else _read(said, end, seen)
        if step == 0:
            break
        end += step
        if (said.ends(end) or said.low(end) in {"(", ")"}) and (found := _mention(said, at, end, seen)) is not None:
            best = found
    return best


def _goes_on(said: Wording, at: int, seen: _Seen) -> bool:
    """Whether the next sentence only tells whose turn which column is, or one part of this is still open."""
    column = said.column(at)
    after = column[1] if column else at
    told = column is not None and said.low(after) in _ASSIGNS and any(w in _ROLES for w in said.lows(after, 4))
    opened = said.low(at) in ("what", "the") and any(word in _ROLES for word in said.lows(at, 4))
    return bool(seen.target) and (told or (opened and any(w in _ASSIGNS for w in said.lows(at, 7))))


def _read(said: Wording, at: int, seen: _Seen) -> int:
    """How many tokens from here on are understood; what they name is noted."""
    size = said.phrase(at, _FORMATS) if said.low(at) in _BEGINNINGS else None
    if size is not None:
        name = " ".join(said.lows(at, size - at))
        if seen.target not in (None, _FORMATS[name]) or _column_is_meant(said, at, size):
            return _item(said, at, seen)
        seen.target = _FORMATS[name]
        return size - at
    step = _item(said, at, seen)
    if step:
        return step
    if said.low(at) in _LEADS:
        seen.asked = True
        return 1
    return 1 if said.low(at) in _FILLERS else 0


def _column_is_meant(said: Wording, at: int, end: int) -> bool:
    """Whether "prompt and completion" are columns of the data and not a format."""
    names = {column.name.lower() for column in said.profile.columns}
    words = [word for word in said.lows(at, end - at) if word in _ROLES]
    return len(words) > 1 and {*words} <= names


def _item(said: Wording, at: int, seen: _Seen) -> int:
    found = None if said.low(at) in ARTICLES | MARKS else said.column(at)
    role = _ROLES.get(said.low(at))
    if found is not None and said.low(at) in ROW_NOUNS and said.low(at) != found[0].lower():
        found = None  # "the tickets" are the rows, not the column `ticket`
    if found is None and role is None:
        return 0
    # "input" and "output" as verbs, "model" as what is trained: only beside an assignment are they roles.
    if found is None and said.low(at) in ("model", "target", "agent", "input", "context", "request"):
        near = {*said.lows(max(at - 3, 0), min(at, 3)), *said.lows(at + 1, 3)}
        if not near & _ASSIGNS or not seen.items:
            return 0 if said.low(at) not in _FILLERS else 1
    seen.items.append((at, found[0] if found else None, role))
    return (found[1] - at) if found else 1


def _mention(said: Wording, start: int, end: int, seen: _Seen) -> TableMention | None:
    """The conversion, where what was seen is one."""
    if seen.target is None or (not seen.asked and not said.ends(start - 1)):
        return None
    target = "prompt" if seen.target == "prompt" else seen.target
    given = _assigned(seen.items, said)
    if given is None:
        return None
    source = _source(said, given)
    if source is None:
        texts = said.profile.text_candidates()
        columns = (f"{texts[0]} and {texts[1]}",) if len(texts) > 1 else ()
        question = "Which two columns hold the question and the answer?"
        words = "prompt/completion" if target == "prompt" else target
        return TableMention(start, end, CONVERT, missing=Missing(question, f"convert {{}} to {words} format", columns))
    return _told(start, end, target, source)


def _told(start: int, end: int, target: str, source: dict[str, JsonValue]) -> TableMention | None:
    if target == "prompt":
        defaults = ("instruction", "output") if source.get("source") == "alpaca" else ("question", "answer")
        if source.get("source") in _NESTED.values():
            return TableMention(start, end, CONVERT, whole=True)
        old = [str(source.get(role, default)) for role, default in zip(("question", "answer"), defaults, strict=True)]
        names = {one: new for one, new in zip(old, ("prompt", "completion"), strict=True) if one != new}
        options: dict[str, JsonValue] = {"rename": {**names}}
        return TableMention(start, end, RESHAPE, options, options, whole=True)
    if source.get("source", "columns") == target:
        return TableMention(start, end, CONVERT, whole=True)
    options = {"target": target, **source}
    return TableMention(start, end, CONVERT, options, options, whole=True)


def _assigned(items: Sequence[tuple[int, str | None, Role | None]], said: Wording) -> dict[str, str] | None:
    """Which column is whose turn; None where the words cannot be paired off."""
    found: dict[str, str] = {}
    waiting: tuple[str | None, Role | None] | None = None
    rest: list[str] = []
    for _, column, role in items:
        if waiting is None:
            waiting = (column, role)
            continue
        first_column, first_role = waiting
        if first_column and role and (column is None or first_role is None or _tells(items, said)):
            found[role], waiting = first_column, None
        elif first_role and column and first_column is None:
            found[first_role], waiting = column, None
        elif first_column and column:
            rest.append(first_column)
            waiting = (column, role)
        else:
            waiting = (column, role)
            if not column and first_column:
                rest.append(first_column)
    if waiting is not None and waiting[0]:
        rest.append(waiting[0])
    if not found:
        if len(rest) > 2:
            return None
        return (
            dict(zip(("question", "answer"), rest, strict=False))
            if len(rest) == 2
            else {"column": rest[0]}
            if rest
            else {}
        )
    return found if not rest and {"question", "answer"} <= found.keys() else None


def _tells(items: Sequence[tuple[int, str | None, Role | None]], said: Wording) -> bool:
    """Whether the words between names say that one is the other, where each could be either."""
    between = said.lows(items[0][0] + 1, items[1][0] - items[0][0] - 1) if len(items) > 1 else []
    return any(word in _ASSIGNS for word in between)


def _source(said: Wording, given: Mapping[str, str]) -> dict[str, JsonValue] | None:
    """What the rows hold now: as said, or by the names of the columns."""
    if "column" in given:
        known = _NESTED.get(given["column"])
        return {"source": known} if known else None
    if given:
        if {**given} == {"question": "instruction", "answer": "output"} and "input" in said.profile.schema.names:
            return {"source": "alpaca"}
        return {role: column for role, column in given.items() if role != column or role in ("system", "context")}
    return _usual(said)


def _usual(said: Wording) -> dict[str, JsonValue] | None:
    """The same by the names of the columns alone."""
    names = set(said.profile.schema.names)
    if {"question", "answer"} <= names:
        return {}
    if {"instruction", "output"} <= names:
        return {"source": "alpaca"} if "input" in names else {"question": "instruction", "answer": "output"}
    held = [source for column, source in _NESTED.items() if column in names]
    if held:
        return {"source": held[0]} if len(held) == 1 else None
    texts = [column.name for column in said.profile.columns if column.dtype == "text" and not column.labels]
    question, answer = _alone(texts, _QUESTIONS), _alone(texts, _ANSWERS)
    return {"question": question, "answer": answer} if question and answer and question != answer else None


def _alone(names: Iterable[str], words: frozenset[str]) -> str | None:
    """The one column whose name ends in one of these words."""
    found = [name for name in names if words_of(name)[-1:] and words_of(name)[-1] in words]
    return found[0] if len(found) == 1 else None
