"""Reads what happens to columns: which stay or go, new names, parsed or exploded ones, and formats for training."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from pydantic import JsonValue

from ...tools.profile import Profile
from .columns import words_of
from .vocabulary import DROP, KEEP
from .wording import ARTICLES, JOINS, MARKS, Missing, TableMention, Wording

RESHAPE, CONVERT = "reshape_rows", "convert_format"

_LEADS: Final = ARTICLES | frozenset("only just all unneeded following two".split())
_EXCEPT: Final = ("except", "except for", "but", "other than", "besides", "apart from", "that are not", "excluding")
_CALLED: Final = tuple(
    f"{modal} {verb}"
    for modal in ("should", "must", "shall", "has to", "needs to", "ought to", "is to", "had better", "will")
    for verb in ("be called", "be named", "be renamed to", "be renamed", "become", "be renamed into")
)
_NEED: Final = KEEP | {"only"}
_TO: Final = frozenset({"to", "as", "into", "->", "=>", "→", "="})
_CONVERTING: Final = frozenset(
    "convert converted converting turn transform export bring write format reformat save make change rewrite".split()
)
_TARGETS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "chat messages": "messages", "messages": "messages", "openai messages": "messages", "openai": "messages",
        "openai chat": "messages", "chatml": "messages", "role content messages": "messages", "chat": "messages",
        "sharegpt": "sharegpt", "sharegpt conversations": "sharegpt", "alpaca": "alpaca",
        "pretraining text": "pretrain", "pretraining": "pretrain", "pretrain": "pretrain",
        "pre training text": "pretrain",
    }
)  # fmt: skip
_VAGUE_TARGETS: Final = frozenset({"openai", "chat", "pretraining", "messages"})
_FORMS: Final = frozenset("format style conversations schema form layout".split())
_THINGS: Final = frozenset("data dataset rows it them conversations everything from".split())
_PREPOSITIONS: Final = frozenset({"to", "into", "in", "as"})
_SOURCES: Final = MappingProxyType({"sharegpt": "sharegpt", "alpaca": "alpaca", "messages": "messages"})
_COLUMN_OF: Final = MappingProxyType({"messages": "messages", "sharegpt": "conversations", "pairs": "QA_pairs"})


def find_columns_work(said: Wording, at: int) -> TableMention | None:
    """Reads "drop the column kind", "keep only the columns id and text", "rename text to body"."""
    for rule in (_renamed, _called, _selected, _dropped, _unnamed, _unpacked):
        found = rule(said, at)
        if found is not None:
            return found
    return None


def _reshaped(start: int, end: int, **options: JsonValue) -> TableMention:
    # The verb is part of the wording, so it is no direction as well.
    return TableMention(start, end, RESHAPE, options, options)


def _listed(said: Wording, at: int) -> tuple[list[str], int, bool] | None:
    """Columns named together, and whether a word such as "columns" says that they are meant as columns."""
    begin = said.skip(at, _LEADS)
    marked = said.low(begin) in MARKS
    names, end = said.columns(said.skip(begin, MARKS | {":"}))
    if not names:
        return None
    marked = marked or said.low(end - 1) in MARKS
    return names, end, marked


def _unknown(said: Wording, start: int, at: int, lead: str) -> TableMention | None:
    """A column is named, by that word, that there is not."""
    begin = said.skip(at, _LEADS)
    name_at = begin + 1 if said.low(begin) in MARKS else begin
    named = said.low(begin) in MARKS or said.low(begin + 1) in MARKS
    if not named or said.ends(name_at) or said.column(name_at) is not None:
        return None
    names = tuple(column.name for column in said.profile.columns)[:3]
    end = name_at + 2 if said.low(name_at + 1) in MARKS else name_at + 1
    question = f"There is no column {said.low(name_at)!r}; which one is meant?"
    return TableMention(start, end, RESHAPE, missing=Missing(question, f"{lead} the column `{{}}`", names))


def _selected(said: Wording, at: int) -> TableMention | None:
    """Columns that stay; the verb, or a dropping one with "all columns except", leads to them."""
    word = said.low(at)
    excepted = _all_except(said, at + 1)
    if excepted is not None and word in DROP | KEEP:
        names, end = excepted
        listed_columns: JsonValue = [*names]
        return _reshaped(at, end, **{"select" if word in DROP else "drop": listed_columns})
    if word not in _NEED | {"just"}:
        return None
    listed = _listed(said, said.skip(at + 1, {"to", "keep", "have", "has", "contain", "hold", "give", "me"}))
    if listed is None:
        return None
    names, end, marked = listed
    only = word == "select" or "only" in said.lows(at, 3) or "just" in said.lows(at, 3)
    if not (marked or (only and len(names) > 1)) or not said.ends(end):
        return None
    return _reshaped(at, said.skip(end, {"only"}), select=[*names])


def _all_except(said: Wording, at: int) -> tuple[list[str], int] | None:
    """The columns behind "all columns except"."""
    begin = said.skip(at, ARTICLES | {"other", "of"})
    every = said.low(begin) == "everything"
    if not every and said.low(begin) not in MARKS:
        return None
    behind = said.phrase(begin + 1, _EXCEPT)
    listed = None if behind is None else _listed(said, behind)
    if listed is None or (every and not listed[2]):
        return None
    return (listed[0], listed[1]) if said.ends(listed[1]) else None


def _dropped(said: Wording, at: int) -> TableMention | None:
    if said.low(at) not in DROP:
        return None
    listed = _listed(said, at + 1)
    if listed is None:
        begin = said.skip(at + 1, _LEADS)
        is_mark = said.low(begin) in MARKS and said.low(begin + 1) not in ("with", "that", "which", "where", "whose")
        return _unknown(said, at, at + 1, said.low(at)) if is_mark and not said.ends(begin + 1) else None
    names, end, marked = listed
    return _reshaped(at, end, drop=[*names]) if marked and said.ends(end) else None


def _unnamed(said: Wording, at: int) -> TableMention | None:
    """Columns that are not named: "remove unneeded columns"."""
    word = said.low(at)
    begin = said.skip(at + 1, _LEADS | {"unnecessary", "unused", "other", "some", "certain"})
    if word not in DROP | KEEP or said.low(begin) not in ("columns", "fields") or not said.ends(begin + 1):
        return None
    if word in KEEP and begin > at + 1 and said.low(at + 1) == "all":
        return None
    names = tuple(column.name for column in said.profile.columns)[:3]
    question = f"Which columns are meant by {said.text(at, begin + 1)!r}?"
    return TableMention(at, begin + 1, RESHAPE, missing=Missing(question, f"{word} the columns {{}}", names))


def _renamed(said: Wording, at: int) -> TableMention | None:
    """New names by the old ones: "rename a to b and c to d", "rename a and b to c and d"."""
    if said.low(at) not in ("rename", "renaming"):
        return None
    pairs: dict[str, JsonValue] = {}
    place = end = at + 1
    while place < said.reach(at):
        old, after = said.columns(place)
        if not old or said.low(after) not in _TO:
            break
        new, after = _new_names(said, after + 1, len(old))
        if len(new) != len(old):
            break
        pairs |= dict(zip(old, new, strict=True))
        end = after
        place = said.skip(end, JOINS)
        if place == end:
            break
    if pairs:
        return _reshaped(at, end, rename=pairs)
    old, after = said.columns(at + 1)
    if old and len(old) == 1 and said.ends(after):
        missing = Missing(f"What should the column {old[0]!r} be called?", f"rename `{old[0]}` to `{{}}`")
        return TableMention(at, after, RESHAPE, missing=missing)
    begin = said.skip(at + 1, ARTICLES | MARKS)
    if not old and not said.ends(begin):
        rest = said.text(begin + 1, _end_of(said, begin + 1))
        names = tuple(column.name for column in said.profile.columns)[:3]
        question = f"There is no column {said.tokens[begin].text!r}; which one is renamed?"
        missing = Missing(question, f"rename `{{}}` {rest}".strip(), names)
        return TableMention(at, _end_of(said, begin + 1), RESHAPE, missing=missing)
    return None


def _called(said: Wording, at: int) -> TableMention | None:
    """Reads "worked_out should be called solution from now on"."""
    old = said.column(at)
    told = None if old is None else said.phrase(old[1], _CALLED)
    if old is None or told is None:
        return None
    names, end = _new_names(said, told, 1)
    end = said.phrase(end, ("from now on", "from here on", "instead", "in future", "afterwards")) or end
    if not names or not said.ends(end):
        return None
    options: dict[str, JsonValue] = {"rename": {old[0]: names[0]}}
    return TableMention(at, end, RESHAPE, options, options, whole=True)


def _end_of(said: Wording, at: int) -> int:
    last = said.reach(at)
    while at < last and not said.ends(at):
        at += 1
    return at


def _new_names(said: Wording, at: int, size: int) -> tuple[list[str], int]:
    """So many names that need not be columns."""
    names: list[str] = []
    end = at
    while len(names) < size:
        end = said.skip(end, ARTICLES | MARKS) if not names else said.skip(end, JOINS)
        if end >= len(said.tokens) or said.tokens[end].kind not in ("word", "quoted"):
            break
        names.append(said.tokens[end].text)
        end += 1
    return names, end


def _unpacked(said: Wording, at: int) -> TableMention | None:
    """Reads "parse the JSON in column meta", "explode tags", "one row for each element of tags"."""
    word = said.low(at)
    if word == "parse":
        found = said.column(said.skip(at + 1, ARTICLES | {"json", "in", "of", "from"} | MARKS))
        return None if found is None else _if_holds(said, _reshaped(at, _skip_json(said, found[1]), parse=found[0]))
    if word in ("explode", "unnest"):
        found = said.column(said.skip(at + 1, ARTICLES | MARKS | {"list", "lists", "in", "of"}))
        if found is None:
            return None
        row = said.phrase(found[1], ("into one row per element", "into rows", "into one row each"))
        return _if_holds(said, _reshaped(at, row or found[1], explode=found[0]))
    end = said.phrase(at, ("one row for each", "one row per", "a row for each", "a row per", "a row for every"))
    listed = None if end is None else _one_of_list(said, said.skip(end, {"single"}))
    if listed is not None:
        return _reshaped(at, listed[1], explode=listed[0])
    if end is None or said.low(end) not in ("item", "element", "entry"):
        return None
    found = said.column(said.skip(end + 1, {"of", "in", "the", "list"}))
    return None if found is None else _if_holds(said, _reshaped(at, found[1], explode=found[0]))


def _one_of_list(said: Wording, at: int) -> tuple[str, int] | None:
    """The column of lists whose name is the plural of what is named: "gold answer" of `gold_answers`."""
    for column in said.profile.columns:
        words = words_of(column.name)
        here = said.lows(at, len(words))
        plural = bool(here) and (*here[:-1], f"{here[-1]}s") == words
        if plural and column.dtype in ("nested", "vector"):
            return column.name, at + len(words)
    return None


def _if_holds(said: Wording, mention: TableMention) -> TableMention:
    """The work on one column, where this holds what it is for: JSON texts to parse, lists to explode."""
    ((option, name),) = (mention.kept or {}).items()
    dtype = said.profile.column(str(name)).dtype
    fits = dtype in (("text", "json") if option == "parse" else ("nested", "vector", "json"))
    return mention if fits else replace(mention, kept=None, dropped=None)


def _skip_json(said: Wording, at: int) -> int:
    return said.phrase(at, ("as json",)) or at


# Formats


def find_format(said: Wording, at: int) -> TableMention | None:
    """Reads "convert to the alpaca format", "turn question and answer into chat messages"."""
    if said.low(at) not in _CONVERTING:
        return _bare_format(said, at)
    given, place = said.columns(at + 1)
    place = said.skip(place, ARTICLES | _THINGS)
    source = _SOURCES.get(said.low(place)) if not given else None
    behind = said.skip(place, {*_SOURCES, "format", "conversations", "pairs"}) if source else place
    if said.low(behind) in _PREPOSITIONS:
        place = behind
    else:  # "make it alpaca format" names what is wanted, not what is there
        source = None
    told = said.low(place) in _PREPOSITIONS
    target = _target(said, place + told)
    if target is None or not (told or said.low(target[1] - 1) in ("format", "style")):
        return None
    return _converted(said, at, target, source, given)


def _bare_format(said: Wording, at: int) -> TableMention | None:
    """Reads "alpaca format" where it is all that a clause says."""
    target = _target(said, at) if said.ends(at - 1) else None
    if target is None or said.low(target[1] - 1) not in ("format", "style") or not said.ends(target[1]):
        return None
    return _converted(said, at, target, None, [])


def _target(said: Wording, at: int) -> tuple[str, int] | None:
    """The format, and where its name ends."""
    begin = said.skip(at, ARTICLES)
    end = said.phrase(begin, _TARGETS)
    if end is None:
        return None
    name = " ".join(said.lows(begin, end - begin))
    behind = said.skip(end, _FORMS | {"with", "roles"})
    if name in _VAGUE_TARGETS - {"messages"} and behind == end:
        return None
    return _TARGETS[name], behind


def _converted(
    said: Wording, start: int, named: tuple[str, int], source: str | None, given: list[str]
) -> TableMention | None:
    target, end = named
    end = said.phrase(end, ("from sharegpt", "from messages", "from alpaca")) or end
    if said.low(end - 1) in _SOURCES and said.low(end - 2) == "from":
        source = _SOURCES[said.low(end - 1)]
    options = _source(said.profile, source, given)
    if options is None:
        texts = said.profile.text_candidates()
        columns = (f"{texts[0]} and {texts[1]}",) if len(texts) > 1 else ()
        question = "Which two columns hold the question and the answer?"
        return TableMention(start, end, CONVERT, missing=Missing(question, f"convert {{}} to {target} format", columns))
    if options.get("source", "columns") == target:
        return TableMention(start, end, CONVERT)
    return TableMention(start, end, CONVERT, {"target": target, **options})


def _source(profile: Profile, source: str | None, given: list[str]) -> dict[str, JsonValue] | None:
    """What the rows hold now: as said, by the columns named, or by columns that are named after a format."""
    names = set(profile.schema.names)
    if source is not None:
        return {"source": source}
    if len(given) == 2:
        usual = {"question": "question", "answer": "answer"}
        stated = dict(zip(("question", "answer"), given, strict=True))
        return {name: column for name, column in stated.items() if usual[name] != column}
    if len(given) == 1:
        known = {"messages": "messages", "conversations": "sharegpt", "QA_pairs": "pairs"}.get(given[0])
        return {"source": known} if known else None
    if {"question", "answer"} <= names:
        return {}
    if {"instruction", "output"} <= names:
        return {"source": "alpaca"} if "input" in names else {"question": "instruction", "answer": "output"}
    held = [source for source, column in _COLUMN_OF.items() if column in names]
    return {"source": held[0]} if len(held) == 1 else None
