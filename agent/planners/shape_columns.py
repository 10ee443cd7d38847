"""Rules for sentences that say which rows repeat others and what columns there shall be, all words understood."""

from collections.abc import Sequence
from typing import Final

from pydantic import JsonValue

from ...tools.profile import ColumnProfile
from .columns import is_key, words_of
from .condition_pairs import paired_at
from .shape_orders import asks, made
from .shapes import Item, Sentence
from .vocabulary import KEEP, is_synonym, stem
from .wording import TableMention, Wording

RESHAPE, DEDUP = "reshape_rows", "exact_dedup"
REPEAT_ROLES: Final = frozenset("column again same once dedupe fold echo deny out enough stop first scope".split())
DROP_ROLES: Final = frozenset("column out useless deny".split())
SELECT_ROLES: Final = frozenset("column only all except rest out within".split())
_NAMING: Final = (
    "rename | renaming | call | name | relabel | retitle | change the name of | must be called | should be called "
    "| shall be called | must be named | should be named | is to be called | is called | to be called | be called | "
    "be named | gets the name | should have the name | under the name | under the name of | becomes | become | "
    "should become | must become | -> | => | → | to | as | into | is now | by the name | by the name of | the name "
    "| needs to be called | has to be called | have to be called | needs to be named | has to be named | "
    "should be renamed to | must be renamed to | is renamed to | gets renamed to | renamed to | gets called"
)
_UNFOLDING: Final = (
    "explode", "unnest", "unfold", "flatten", "spread", "spread out", "split up", "unroll", "expand", "unpack",
    "split the list",
)  # fmt: skip
_EACH: Final = frozenset({"per", "each", "every"})
_OWN: Final = (
    "a row of its own", "its own row", "a row each", "on a row of its own", "on its own row", "a line of its own",
    "on its own line", "its own line", "a separate row", "in a separate row", "on a separate row", "one row",
    "a row to itself", "own row", "in a row of its own", "on a line of its own", "in its own row", "as its own row",
    "on separate rows", "into separate rows", "into rows", "as a row of its own", "separate rows", "as a separate row",
    "a row for itself", "one row per", "one row for each", "one row for every", "a row per", "a row for each",
    "a row for every", "one line per", "one line for each", "a line per", "a single row",
)  # fmt: skip


def without_repeats(one: Sentence) -> TableMention | None:  # noqa: PLR0911 - one return for each reason against
    """Reads "a url that showed up before must not appear again", "no title twice", "each author only once"."""
    repeats, unique = one.of("again"), one.of("once", "echo", "first")
    picked = not one.said.cuts.isdisjoint((one.end, one.end + 1))  # "…: keep the newest"
    several = len(one.of("same")) == len(one.of("column")) > 1  # "the same guest and the same hotel"
    if not several and any(paired_at(one.said.tokens, item.start, one.said.profile) for item in one.of("column")):
        return None  # "whose output repeats the instruction" compares columns of one row
    marks = bool(repeats or one.of("same", "dedupe"))
    behind = [item for item in one.items if item.role == "stop"]
    if behind and not one.of("echo", "fold"):
        return None
    says_no = bool(one.of("deny", "out"))
    outs = one.of("out")
    apart = len(outs) > 1 and any(one.said.ends(at) for at in range(outs[0].end, outs[-1].start))
    if outs and (apart or one.of("deny")):  # "drop the id, then remove duplicate rows" are two wishes
        return None
    if repeats and not (says_no or unique or picked) and not one.of("dedupe", "enough"):
        keeps = any(one.said.low(at) in KEEP for at in range(one.start, one.end))
        return TableMention(one.start, one.end, DEDUP) if keeps else None
    once = bool(one.of("once")) and not says_no
    same = bool(one.of("same")) and bool(repeats) and says_no
    kept_first = bool(one.of("same")) and (bool(unique) or picked) and not says_no
    fine = (marks and (says_no and (repeats or one.of("dedupe")))) or once or same or kept_first or one.of("dedupe")
    if not fine or (one.of("first") and not one.of("same", "again", "dedupe")):
        return None
    if (one.of("once") and one.of("out")) or (one.of("deny") and one.of("once")):
        return None
    if one.of("enough") and not unique:
        return None
    names = (not (one.of("scope") or several) and one.names(strong=True)) or one.names()
    if not names or not _is_key(one, names):
        return None
    if all(is_key(one.said.profile.column(item.value)) and not item.exact for item in one.of("column")):
        return None  # "no repeats in the log" beside `log_id`
    options: dict[str, JsonValue] = {"columns": [*names]}
    return made(one, DEDUP, options | ({"normalize": True} if one.of("fold") else {}))


def _is_key(one: Sentence, names: list[str]) -> bool:
    """Whether the columns are what is compared: not lists, and not the texts alone where a part of them may repeat."""
    return all(one.said.profile.column(name).dtype != "nested" for name in names)


def without_columns(one: Sentence) -> TableMention | None:
    """Reads "I have no use for the helpful_votes column", "url and is_ad are of no use to us", "without the id"."""
    said = {one.said.low(at) for at in range(one.start, one.end)}
    if said & {"about", "mean", "meant"}:
        return None  # "it's about the body, not the title" names a column and drops none
    if said & {"put", "move", "place", "bring"}:
        return None  # "the id must go, and put created right at the end"
    says = bool(one.of("useless")) + bool(one.of("out")) + bool(one.of("deny"))
    if says != 1 or not _are_columns(one):
        return None
    return made(one, RESHAPE, {"drop": [*one.names()]})


_FEW_WORDS: Final = 2.0
_ROWS_FOLLOW: Final = frozenset("whatever whichever that which who whose where when if still everything rows".split())


def _are_columns(one: Sentence) -> bool:  # noqa: PLR0911 - one return for each reason
    """Whether what is named are columns and not things in texts, or rows."""
    items = one.of("column")
    if not items:
        return False
    if len(items) == 1 and items[0].exact and one.said.profile.column(items[0].value).dtype == "nested":
        return bool(one.of("out", "useless")) and (items[0].marked or items[0].end == items[0].start + 1)
    if len(items) == 1 and _is_bare_name(one, items[0]):
        return True
    if any(item.weak and not (item.exact and len(items) > 1) for item in items):
        return False
    if any(item.marked for item in items):
        return True
    profile = one.said.profile
    exact = all(item.exact for item in items)
    if len(items) == 1 and _holds_such(one, items[0]):
        return True  # "the url can go", where each row has one
    if one.of("out") and len(items) == 1 and profile.column(items[0].value).dtype == "text":
        return False  # "remove the title" may be about what stands in the texts
    rows = any(one.said.low(at) in _ROWS_FOLLOW for at in range(one.start, items[-1].start))
    if rows or any(profile.column(item.value).dtype == "boolean" for item in items):
        return False  # "whatever is still open" are rows
    things = any(is_synonym(one.said.low(at)) for item in items for at in range(item.start, item.end))
    if exact and any(one.said.low(at) in ("more", "anymore", "longer") for at in range(items[-1].end, one.end)):
        return True  # "I don't need the title any more"
    prose = any("prose" in profile.column(item.value).looks for item in items)
    return exact and not prose and (not things or len(items) > 1)


def _holds_such(one: Sentence, item: Item) -> bool:
    """Whether a column holds just one such thing in each row, as its name says: an address in `url`."""
    column = one.said.profile.column(item.value)
    named = one.said.low(item.end - 1) == column.name.lower() and is_synonym(column.name.lower())
    return named and column.dtype == "text" and (column.mean_words or 0) < _FEW_WORDS


def _is_bare_name(one: Sentence, item: Item) -> bool:
    """Whether a column is named just as it is called, without an article: "drop comment", but not "the comments"."""
    column = one.said.profile.column(item.value)
    return column.dtype != "boolean" and item.end == item.start + 1 and one.said.low(item.start) == item.value.lower()


_NO_SELECTION: Final = frozenset({"those", "these", "them", "(", "own", "row", "rows", "line", "lines"})
"""Words by which a sentence asks for more than columns, such as "every message on a row of its own"."""


def only_columns(one: Sentence) -> TableMention | None:  # noqa: PLR0911 - one return for each reason against
    """Reads "I need nothing but the name and the cuisine", "all columns except id"."""
    items = one.of("column")
    behind = [item for item in items if not (item.weak and _behind(one, item, "within"))]
    names = list(dict.fromkeys(item.value for item in behind))
    if not names or any(item.weak and not (item.exact and len(names) > 1) for item in behind):
        return None
    if any(one.said.low(at) in _NO_SELECTION for at in range(one.start, one.end)):
        return None
    if one.of("all"):
        if not one.of("except"):
            return None
        listed: JsonValue = [*names]
        return made(one, RESHAPE, {"select" if one.of("out") else "drop": listed})
    listed_alone = len(names) > 1 and one.said.low(one.start) in ("keep", "retain", "select") and _is_list(one, items)
    if not (one.of("only") or listed_alone) or one.of("except") or (one.of("out") and not one.of("rest")):
        return None
    if len(names) < 2 and not any(item.marked for item in behind):
        return None
    return made(one, RESHAPE, {"select": [*names]})


def _is_list(one: Sentence, items: Sequence[Item]) -> bool:
    """Whether a sentence is a verb and columns named in full, with nothing between but "and", commas and articles."""
    named = {at for item in items for at in range(item.start, item.end)}
    rest = {one.said.low(at) for at in range(one.start + 1, one.end) if at not in named}
    return all(item.exact for item in items) and rest <= {"and", ",", "the", "column", "columns", "&", "please"}


def _behind(one: Sentence, item: Item, role: str) -> bool:
    at = one.items.index(item)
    return at > 0 and one.items[at - 1].role == role


# New names


def renamed(said: Wording, at: int) -> TableMention | None:
    """Reads "call the blurb description", "body must be called text", "rename x to y and z to w"."""
    if not said.ends(at - 1):
        return None
    in_turn = _renamed_in_turn(said, at)
    if in_turn is not None:
        return in_turn
    place, verb = _naming(said, at)
    pairs: dict[str, JsonValue] = {}
    end = at
    while place < said.reach(at):
        column = said.column(said.skip(place, {"column", "the", "a", "field", "of", "our", "my"}))
        if column is None:
            break
        behind = said.skip(column[1], {",", "please", "column", "field", ":", "one"})
        after, named = _naming(said, behind)
        if not (named or verb):
            break
        new = said.skip(after, {"just", "simply", "a", "the", "column", "name", "of", "be"}) if named else behind
        if new >= len(said.tokens) or said.tokens[new].kind not in ("word", "quoted") or _is_link(said, new):
            break
        pairs[column[0]] = said.tokens[new].text
        after_name = said.phrase(new + 1, ("at the end", "in the end", "at last", "from now on", "in the result"))
        trailing = {"instead", "please", "now", "from", "on"} if said.low(new + 1) != "from" else set[str]()
        end = after_name or said.skip(new + 1, trailing)
        verb = verb or named
        place = said.skip(end, {",", "and", "&"})
        if place == end:
            break
        place, again = _naming(said, place)
        verb = verb or again
    if not pairs or not said.ends(end) or len({*pairs.values()}) < len(pairs):
        return None
    return TableMention(at, end, RESHAPE, {"rename": pairs}, {"rename": pairs}, whole=True)


def _renamed_in_turn(said: Wording, at: int) -> TableMention | None:
    """Reads "question/answer must be called prompt/completion", "rename a and b to x and y"."""
    begin, verb = _naming(said, at)
    names, behind = list[str](), begin
    while (column := said.column(behind)) is not None:
        names.append(column[0])
        behind = said.skip(column[1], _IN_TURN)
        if behind == column[1]:
            break
    after, named = _naming(said, said.skip(behind, {"please", "columns", "fields", "respectively"}))
    new, end = list[str](), after
    while len(new) < len(names) and end < len(said.tokens) and said.tokens[end].kind in ("word", "quoted"):
        new.append(said.tokens[end].text)
        joined = said.skip(end + 1, _IN_TURN) if len(new) < len(names) else end + 1
        if len(new) < len(names) and joined == end + 1:
            break
        end = joined
    end = said.skip(end, {"respectively", "please", "instead"})
    if not (verb or named) or len(names) < 2 or len(new) < len(names) or len({*new}) < len(new) or not said.ends(end):
        return None
    pairs: dict[str, JsonValue] = dict(zip(names, new, strict=True))
    return TableMention(at, end, RESHAPE, {"rename": pairs}, {"rename": pairs}, whole=True)


_IN_TURN: Final = frozenset({"/", "and", ",", "&"})
_VERBS: Final = frozenset("call rename renaming name relabel retitle change".split())
_NAMES: Final = tuple(phrase.strip() for phrase in _NAMING.split("|"))
_LINKS: Final = frozenset("and , . to as the a is be".split())


def _is_link(said: Wording, at: int) -> bool:
    return said.low(at) in _LINKS


_ASKING: Final = frozenset(
    "please now then finally i want would like you we our wants loader trainer needs need could also can let let's us "
    "have trainers script tool model the".split()
)


def _naming(said: Wording, at: int) -> tuple[int, bool]:
    """What stands behind a word of naming, and whether one was there."""
    begin = said.skip(at, _ASKING)
    end = said.phrase(begin, _NAMES)
    if end is None:
        return begin if said.column(begin) is not None else at, False
    return end, True


# Lists


def unfolded(said: Wording, at: int) -> TableMention | None:
    """Reads "one row per tag", "every message on a row of its own", "unfold messages"."""
    if not said.ends(at - 1):
        return None
    lists = [one for one in said.profile.columns if one.dtype in ("nested", "vector")]
    names: list[str] = []
    found, own, place = False, False, at
    while place < said.reach(at) and not (said.ends(place) and said.low(place) != ","):
        row = said.phrase(place, _OWN)
        if row is not None:
            own, place = True, row
            continue
        verb = said.phrase(place, _UNFOLDING)
        column = said.column(place) or _element(said, place, lists)
        if verb is not None:
            found, place = True, verb
        elif column is not None:
            names.append(column[0])
            place = column[1]
        elif said.low(place) in _EACH | _FILLING:
            place += 1
        else:
            return None
    named = list(dict.fromkeys(names))
    if not (found or own) or len(named) != 1 or named[0] not in [one.name for one in lists]:
        return None
    return TableMention(at, place, RESHAPE, {"explode": named[0]}, {"explode": named[0]}, whole=True)


def _element(said: Wording, at: int, lists: Sequence[ColumnProfile]) -> tuple[str, int] | None:
    """The one column of lists that is named after what is in it: "every message" for `messages`."""
    word = said.low(at)
    named = [one.name for one in lists if len(word) > 2 and stem(words_of(one.name)[-1]) == stem(word)]
    return (named[0], at + 1) if len(named) == 1 else None


_FILLING: Final = frozenset(
    "turn turns turned convert break make into the a an of in list lists give gives get gets goes go should "
    "must shall be is are put place on into i "
    "want we need "
    "would like please so that there one single row rows it its then now also and to entry element elements item items "
    "column array make for me us have has can you could finally own with , each line lines them stands come "
    "comes".split()
)


# Texts put together

_JOINING: Final = frozenset(
    "join combine merge concatenate concat glue paste put write stick bring fuse link make build create add".split()
)


def put_together(said: Wording, at: int) -> TableMention | None:  # noqa: C901, PLR0912 - reads from left to right
    """Reads "write name and directions together into a new column card, like 'name: directions'"."""
    if not said.ends(at - 1):
        return None
    place = said.skip(at, {"please", "then", "finally", "now", "also", "i", "want", "you", "to", "could", "can"})
    if said.low(place) not in _JOINING:
        return None
    begin = said.skip(place + 1, {"the", "together", "columns", "up"})
    names, end = said.columns(begin)
    output, pattern, sep, together = "", "", None, False
    place = end if names else place + 1
    while place < said.reach(at):
        token, low = said.tokens[place], said.low(place)
        if low == "together":
            together, place = True, place + 1
        elif token.kind == "quoted":
            filled = _template(said, token.text)
            if filled:
                pattern = filled
            else:
                sep = _SEPARATORS.get(token.low, token.text)
            place += 1
        elif (between := said.phrase(place, _SEPARATORS)) is not None:
            sep, place = _SEPARATORS[" ".join(said.lows(place, between - place))], between
        elif low in ("column", "field", "called", "named") and said.tokens[place + 1 : place + 2]:
            if said.low(place + 1) in ("called", "named", ":") or (said.column(place) is not None and not output):
                place += 1
                continue
            if said.tokens[place + 1].kind not in ("word", "quoted") or said.low(place + 1) in _AROUND:
                place += 1
                continue
            output, place = said.tokens[place + 1].text, place + 2
        elif low in _AROUND:
            place += 1
        else:
            break
    while place > at and said.low(place - 1) in (",", "and"):
        place -= 1
    if not said.ends(place) or not (pattern or (len(names) > 1 and (together or output or said.low(at) in _SURE))):
        return None
    if not pattern and sep is None:
        text = said.text(at, place)
        return asks(
            Sentence(said, at, place, ()), RESHAPE, f"What should stand between the values in {text!r}?",
            f"{text} with '{{}}' between", ("a space", "a new line", "an empty line"),
        )  # fmt: skip
    template = pattern or (sep or "").join(f"{{{name}}}" for name in names)
    options: dict[str, JsonValue] = {"template": template, **({"output": output} if output else {})}
    return TableMention(at, place, RESHAPE, options, options, whole=True)


_SURE: Final = frozenset("join combine merge concatenate concat glue".split())
_AROUND: Final = frozenset(
    "into in to a an the new one single as like that reads read looks so with between them by each separated split and "
    ", values of these both ( ) : using such form pattern should it from is written whose content contents which "
    "contains holds separator parted divided them, put for every row text in".split()
)
_SEPARATORS: Final = {
    "a space": " ", "a blank": " ", "one space": " ", "a single space": " ", "a new line": "\n", "a newline": "\n",
    "a line break": "\n", "an empty line": "\n\n", "a blank line": "\n\n", "a comma": ", ", "a colon": ": ",
    "a dash": " - ", "a hyphen": "-", "a tab": "\t", "a semicolon": "; ", "new line": "\n", "space": " ",
    "newline": "\n", "comma": ", ", "nothing": "",
}  # fmt: skip


def _template(said: Wording, text: str) -> str:
    """A pattern in which names of columns stand, as a template; empty where none stands in it."""
    found = text.replace("{", "").replace("}", "")
    parts: list[str] = []
    word, hit = "", False
    for letter in f"{found}\0":
        if letter.isalnum() or letter == "_":
            word += letter
            continue
        known = next((one.name for one in said.profile.columns if one.name.lower() == word.lower()), None)
        hit = hit or known is not None
        parts += [f"{{{known}}}" if known else word, letter]
        word = ""
    return "".join(parts).rstrip("\0").replace("\\n", "\n") if hit else ""
