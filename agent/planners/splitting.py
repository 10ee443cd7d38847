"""Splits a request into clauses: at commas, "and", "then", line ends and list marks; verbs are shared between them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from .clauses import ALL_BUT, Clause
from .idioms import FILLER
from .marks import Marked, Span, inside
from .rests import fate_of_rest
from .row_nouns import is_row_noun
from .tokens import ENTITY
from .verbs import Polarity, bare_judgement, stated_judgement, verb_of
from .vocabulary import ACTIONS, DROP, KEEP, MODALS, ORDER, ROW_NOUNS, SOFT, STRIP, is_general

Piece = tuple[int, int, tuple[str, ...]]
"""First token, one past the last, and the coordinators before it; `.` stands for the end of a sentence or line."""

_HARD: Final = frozenset({";", ".", "!", "?", "|", "•"})
_ARROWS: Final = frozenset({"→", "->", "-->", "=>"})
_SOFT: Final = frozenset({",", "and", "then", "plus", "&", "or", "nor"})
_LONGEST_ASIDE: Final = 15
_PLACES: Final = frozenset({"in", "within", "inside", "throughout"})
_DASHES: Final = ("-", "–", "—")
_SEQUENCE: Final = frozenset({"before", "after", "once"})
_LATER: Final = ("afterwards", "afterward", "subsequently", "thereafter", "finally")
_BEGINS: Final = (DROP | KEEP | STRIP | ACTIONS) - MODALS - {"stay", "stays", "remain", "remains", "should"}
_AFTER_THIS: Final = frozenset("that this these which it".split())
_ARTICLES: Final = frozenset("the a an my our its their each every this that of in with".split())
_OBJECTS: Final = frozenset("the a an all each every my our it them this".split())
_IGNORING: Final = frozenset({"ignoring", "ignore", "regardless", "disregarding"})
_FILE: Final = re.compile(
    r"['\"(]*[\w.-]*\.(?:csv|tsv|jsonl?|parquet|txt|env|py|sh|exe|md|xlsx?|pdf|zip|gz|ya?ml|com|org|net|io)|"
    r"[\w.]*\w\([^)]*"
)
"""What names a file or a site, or calls a function, with points in it."""
_PARTS: Final = frozenset({".", ";", ",", "!", "?", "(", ")", "-", "–", "—"})
_OTHERS: Final = frozenset("other others rest remaining remainder else elsewhere everyone otherwise".split())
_STAY: Final = frozenset(
    "stay stays staying alone untouched unchanged intact hands touch touched fine whatever remain remains unaffected "
    "exempt ok okay as is keep kept regardless exactly free".split()
)
_CHANGE: Final = frozenset(
    "change changes changed changing alter altered alters modify modified happens happen".split()
)
_WHATEVER: Final = frozenset("whatever regardless however".split())
_DENIED: Final = frozenset("not don't never nothing no".split())
_FEW: Final = 2
_BOTH: Final = frozenset("both them all either each these neither of".split())
_UNNAMED: Final = frozenset("else otherwise rest others remainder remaining".split())
_TELLING: Final = frozenset(
    "is are was were isn't aren't add adds tell tells say says seem seems look looks sound sounds feel feels give "
    "gives bring brings waste wastes cost costs hurt hurts make makes do don't doesn't can't only just spoil "
    "confuse annoy help come comes get gets".split()
)
_DEMANDING: Final = frozenset("must mustn't should shouldn't may can't cannot".split())
_THEM: Final = frozenset("them those these it they".split())
_COPIES: Final = frozenset("duplicates copies dupes repeats doubles".split())
_THESE: Final = frozenset("the that this those these such whole entire".split())

_COMMANDS: Final = frozenset("make put strip clean mask hide lowercase write remove take get sort show".split())
"""Verbs behind "all but" with which another wish begins."""


def split(marked: Marked, verbs: frozenset[str] = frozenset()) -> list[Clause]:
    """The clauses of a request, in its order.

    Args:
        verbs: concepts that begin the names of operators, which a following part without a verb shares.
    """
    pieces = _joined(marked, list(_pieces(marked)))
    clauses = _with_verbs(_with_leading_columns([_clause(marked, *piece) for piece in pieces]), verbs)
    return _passives(clauses)


def order_is_meant(marked: Marked) -> bool:
    """Whether words such as "then" say that the steps come in the order of the request."""
    words = [token.low for at, token in enumerate(marked.tokens) if at not in marked.taken]
    if any(word in _ARROWS or word in ORDER - {"last", "next"} for word in words):
        return True
    meant = (("after", "that"), ("after", "this"), ("followed", "by"), ("before", "that"))
    return any(pair in meant for pair in pairwise(words))


def others_stay(marked: Marked) -> list[tuple[int, int]]:
    """Parts of sentences that only say that other rows stay as they are: "all other channels: hands off"."""
    ends = [at for at, token in enumerate(marked.tokens) if token.kind == "break" or token.low in _PARTS]
    stating: list[Span] = [*marked.limits, *marked.languages, *marked.tables]
    numbers = {span.start for span in stating}
    found: list[tuple[int, int]] = []
    start = 0
    for end in [*ends, len(marked.tokens)]:
        words = {token.low for token in marked.tokens[start:end]}
        stated = any(at in numbers for at in range(start, end))
        goes = any(word in DROP for word in words) and not words & _DENIED
        goes = goes or fate_of_rest([token.low for token in marked.tokens[start:end]]) == "goes"
        same = words & _OTHERS and words & _CHANGE and words & _DENIED
        if ((words & _OTHERS and words & _STAY) or same) and not stated and not goes:
            found.append((start, end))
        elif found and found[-1][1] == start - 1 and marked.tokens[start - 1].low == "," and words & _WHATEVER:
            found[-1] = (found[-1][0], end)
        start = end + 1
    return found


def _pieces(marked: Marked) -> Iterator[Piece]:
    """Runs of tokens between coordinators, each with the coordinators before it; a hard one is `.`."""
    start, links = 0, ["."]
    aside = _asides(marked) | {at for one in marked.columns if len(one.names) > 1 for at in range(one.start, one.end)}
    picks = {one.start for one in marked.tables if one.picks}
    for at, token in enumerate(marked.tokens):
        if at in picks and at > start:
            yield start, at, tuple(links)
            start, links = at, [","]
        if at in marked.taken or at in aside:
            continue
        hard = token.kind == "break" or (token.kind == "sign" and token.low in _HARD | _ARROWS)
        hard = hard and not _is_inside_a_name(marked, at)
        if not (hard or _coordinates(marked, at)):
            continue
        if at > start:
            yield start, at, tuple(links)
            links = []
        links.append("." if hard else token.low)
        start = at + 1
    if start < len(marked.tokens):
        yield start, len(marked.tokens), tuple(links)


def _is_inside_a_name(marked: Marked, at: int) -> bool:
    """Whether a point or a question mark stands within an address, a path or the name of a file."""
    token, request = marked.tokens[at], marked.request
    if token.low not in (".", "?") or not request[token.end : token.end + 1].strip():
        return False
    start = max(request.rfind(space, 0, token.start) for space in " \n\t") + 1
    run = request[start:].split(maxsplit=1)[0]
    return any(mark in run for mark in ("/", "@", "\\")) or _FILE.fullmatch(run.rstrip(".,;:!?)'\"")) is not None


def _asides(marked: Marked) -> frozenset[int]:
    """Positions in parentheses that hold no verb of keeping, dropping or treating, so that no wish begins there."""
    found: set[int] = set()
    opened: int | None = None
    for at, token in enumerate(marked.tokens):
        if {one.low for one in marked.tokens[max(0, at - 1) : at + 2 : 2]} == {ENTITY}:  # "&amp; or &lt;"
            found.add(at)
        if token.low == "(":
            opened = at
        elif token.low == ")" and opened is not None:
            held = marked.tokens[opened + 1 : at]
            if len(held) <= _LONGEST_ASIDE and not any(one.low in _BEGINS for one in held):
                found.update(range(opened, at + 1))
            opened = None
    return frozenset(found)


def _coordinates(marked: Marked, at: int) -> bool:
    """Whether a word or sign stands between two clauses."""
    word = marked.tokens[at].low
    following = marked.tokens[at + 1].low if at + 1 < len(marked.tokens) else ""
    previous = marked.tokens[at - 1].low if at else ""
    dated = previous == "from" or (at + 1 < len(marked.tokens) and marked.tokens[at + 1].kind in ("number", "date"))
    special = {
        "as": "well" in (following, previous),
        "well": previous == "as",
        "followed": following == "by",
        "but": previous not in ALL_BUT or following in _COMMANDS,  # "keep them all but make …"
        ":": bool(following)
        and previous not in _OTHERS
        and (at + 1 not in marked.taken or _is_purpose(marked, at))
        and marked.tokens[at + 1].is_word,
        **dict.fromkeys(_DASHES, _parts_words(marked, at)),
        **dict.fromkeys(_LATER, following in _BEGINS),
        "once": previous in ("", ","),
        **dict.fromkeys(("before", "after"), bool(following) and not dated and following not in _AFTER_THIS),
    }
    return special.get(word, word in _SOFT)


def _is_purpose(marked: Marked, at: int) -> bool:
    """Whether a colon stands behind what something is for: "for Monday's meeting: German reviews only"."""
    start = at
    while start > 0 and marked.tokens[start - 1].is_word and start - 1 not in marked.taken:
        start -= 1
    return start < at and marked.tokens[start].text.lower() == "for"


def _parts_words(marked: Marked, at: int) -> bool:
    """Whether a dash stands between words with spaces round it, not in a range or a name."""
    if not 0 < at < len(marked.tokens) - 1:
        return False
    before, dash, after = marked.tokens[at - 1 : at + 2]
    return before.end < dash.start and dash.end < after.start and after.is_word and after.low not in ("to", "or")


def _joined(marked: Marked, pieces: list[Piece]) -> list[Piece]:
    """Pieces that say nothing by themselves ("please", "also") belong to the one before."""
    joined: list[Piece] = []
    for start, end, links in pieces:
        if joined and (not _has_substance(marked, start, end) or _is_ignored(marked, joined[-1], start, end)):
            joined[-1] = (joined[-1][0], end, joined[-1][2])
        else:
            joined.append((start, end, links))
    joined = _with_places(marked, joined)
    # A first piece without substance ("Please, …") leads into the next.
    if len(joined) > 1 and not _has_substance(marked, joined[0][0], joined[0][1]):
        joined[:2] = [(joined[1][0], joined[1][1], joined[0][2] + joined[1][2])]
    return joined


def _with_places(marked: Marked, pieces: list[Piece]) -> list[Piece]:
    """A piece such as "in the title," belongs to the one behind it."""
    done: list[Piece] = []
    for start, end, links in pieces:
        if done and done[-1][1] == start - 1 and _is_place(marked, *done[-1][:2]) and "." not in links:
            done[-1] = (done[-1][0], end, done[-1][2])
        else:
            done.append((start, end, links))
    return done


def _is_place(marked: Marked, start: int, end: int) -> bool:
    """Whether a piece only says in which column."""
    names = inside(marked.columns, start, end)
    named = {at for name in names for at in range(name.start, name.end)}
    rest = [marked.tokens[at].low for at in range(start + 1, end) if at not in named]
    leads = marked.tokens[start].low in _PLACES and marked.tokens[end].low == ","
    return leads and bool(names) and all(is_general(word) for word in rest)


def _is_ignored(marked: Marked, before: Piece, start: int, end: int) -> bool:
    """Whether a piece goes on with what does not count: "ignoring case and spacing"."""
    ignores = any(token.low in _IGNORING for token in marked.tokens[before[0] : before[1]])
    return ignores and verb_of(marked, start, end)[1] is None


def _has_substance(marked: Marked, start: int, end: int) -> bool:
    words = [token.low for token in marked.tokens[start:end]]
    if fate_of_rest(words) == "goes" or words in (["out"], ["away"], ["gone"]):
        return True
    return any(
        at in marked.taken or token.kind in ("quoted", "number") or (token.is_word and (token.low not in SOFT))
        for at, token in enumerate(marked.tokens[start:end], start)
    )


def _clause(marked: Marked, start: int, end: int, links: tuple[str, ...]) -> Clause:
    verb_at, polarity = verb_of(marked, start, end)
    judged = stated_judgement(marked, start, end) or bare_judgement(marked, start, end)
    sequence = next((link for link in links if link in _SEQUENCE), None)
    first = "." in links
    clause = Clause(
        marked,
        start,
        end,
        polarity,
        own_verb=polarity is not None and verb_at is not None,
        verb_at=start if verb_at is None else verb_at,
        hard=first,
        subordinate=sequence is not None,
        alternative="or" in links,
        judged_from=judged[0]
        if judged is not None and _says_the_same(marked, start, judged, (verb_at, polarity))
        else None,
    )
    if sequence == "before" and first:
        return replace(clause, before_next=True)
    opens = [word for word in clause.words[:3] if word not in ("but", "and", "also")][:2]
    if marked.tokens[start - 1].low == "," and first is False:  # "but before that, drop …"
        opens = [token.low for token in marked.tokens[max(0, start - 3) : start - 1]]
    if (sequence in ("after", "once") and not first) or opens in (["before", "that"], ["before", "this"]):
        return replace(clause, after_previous=True)
    return clause


def _says_the_same(
    marked: Marked, start: int, judged: tuple[int, Polarity], verb: tuple[int | None, Polarity | None]
) -> bool:
    """Whether a judgement is what the verb says: "only posts of 10 words teach us", not "links that are dead"."""
    if judged == verb:
        return True
    measured = [*inside(marked.limits, start, judged[0]), *inside(marked.languages, start, judged[0])]
    return judged[1] == verb[1] and bool(measured) and marked.tokens[judged[0]].low not in ("that", "which", "who")


def _with_verbs(clauses: Sequence[Clause], verbs: frozenset[str]) -> list[Clause]:
    """Clauses without a verb share that of the clause before, in the same sentence."""
    done: list[Clause] = []
    group = 0
    for one in clauses:
        clause = replace(one, acts=_acts(one, verbs))
        previous = done[-1] if done else None
        alone = clause.own_verb or clause.acts or clause.hard or clause.subordinate or _is_wanted(clause)
        if alone or previous is None or previous.subordinate or _scopes_what_follows(previous):
            group += 1
            done.append(replace(clause, group=group))
        else:
            done.append(_sharing(clause, previous))
    return done


def _scopes_what_follows(clause: Clause) -> bool:
    """Whether a clause only says for which rows the next is: "for Tech only: …"; its "only" is no verb for that."""
    behind = clause.marked.tokens[clause.end].low if clause.end < len(clause.marked.tokens) else ""
    return behind == ":" and clause.is_scope


def _with_leading_columns(clauses: Sequence[Clause]) -> list[Clause]:
    """Columns that stand before what is done to them belong to it: "title and body: no links in either"."""
    done: list[Clause] = []
    first: Clause | None = None
    for clause in clauses:
        alone = clause.columns and not clause.own_verb and not (clause.limits or clause.languages or clause.conditions)
        named = {at for column in clause.columns for at in range(column.start, column.end)}
        if alone and not clause.tables and all(at in named for at, _ in clause.concepts) and (first or clause.hard):
            done.append(clause)
            first = first or clause
            continue
        if first is not None and not clause.hard and not clause.columns and {*clause.words} & _BOTH:
            done = done[: done.index(first)]
            done.append(replace(clause, start=first.start, hard=first.hard))
        else:
            done.append(clause)
        first = None
    return done


def _is_wanted(clause: Clause) -> bool:
    """Whether a clause says what is wanted of the table, such as "the best 10 %", so that it needs no verb."""
    return any(mention.wanted for mention in clause.tables)


def _acts(clause: Clause, verbs: frozenset[str]) -> bool:
    if not clause.concepts or clause.own_verb:
        return False
    at, lead = clause.concepts[0]
    before = [
        clause.marked.tokens[one].low
        for one in range(clause.start, at)
        if one not in clause.marked.taken and clause.marked.tokens[one].low != ","
    ]
    ordered = before[-2:] in (["before", "that"], ["after", "that"], ["before", "this"], ["after", "this"])
    if clause.marked.tokens[at].low in _COPIES:
        return False
    led = all(map(is_general, before)) and (ordered or not (before and before[-1] in _ARTICLES))
    plain = len(before) == at - clause.start  # behind a column only a verb is one: "in the title mask …"
    return led and ((plain and lead in verbs) or clause.marked.tokens[at].low in ACTIONS)


def _sharing(clause: Clause, previous: Clause) -> Clause:
    shared = previous.verb_concepts
    if not previous.own_verb and previous.concepts and not shared:
        at, lead = previous.concepts[0]
        soft = all(is_general(word.low) for word in clause.marked.tokens[previous.start : at])
        shared = (lead,) if previous.acts or (soft and _looks_like_verb(previous)) else ()
    polarity = previous.polarity
    if _is_requirement(clause) and not previous.limits and polarity in ("drop", "strip", "protect", "filter"):
        polarity = None
    return replace(clause, polarity=polarity, group=previous.group, verb_concepts=shared)


def _looks_like_verb(clause: Clause) -> bool:
    """Whether the first word that counts may be an unknown verb: an article or a noun for rows follows it."""
    at = clause.concepts[0][0]
    tokens = clause.marked.tokens
    following = tokens[at + 1].low if at + 1 < clause.end else ""
    return following in ROW_NOUNS or following in _OBJECTS


def _is_requirement(clause: Clause) -> bool:
    """Whether a clause without a verb says what is wanted: "at least 50 words"."""
    return bool(clause.limits) and all(limit.requirement for limit in clause.limits)


def _passives(clauses: Sequence[Clause]) -> list[Clause]:
    """Verbs that come last belong to what stands before: "HTML and URLs should be removed", "…, throw them out"."""
    done: list[Clause] = []
    for clause in reversed(clauses):
        following = done[-1] if done else None
        if following is not None and _says_again(clause, following):  # "… are useless, throw them out"
            done[-1] = clause
            continue
        lacks = following is not None and not clause.own_verb and not clause.acts and clause.polarity is None
        if following is not None and lacks and not following.hard and (act := _ending_act(following)):
            done.append(replace(clause, verb_concepts=(act,), group=following.group))
            continue
        if following is not None and lacks and _closes(following):
            done.append(replace(clause, polarity="keep"))
        elif following is None or not lacks or following.polarity is None:
            done.append(clause)
        elif _speaks_of_them(following):
            complains = following.polarity in ("drop", "strip") and not clause.tables
            end = following.end if complains and following.columns and not clause.columns else clause.end
            polarity = "keep" if complains and _is_demand(clause) else following.polarity  # "…; those that do, drop"
            reason = _reason_at(clause) if complains else None
            done[-1] = replace(clause, end=end, polarity=polarity, complains=complains, judged_from=reason)
        elif not (following.hard or following.tables) and _ends_in_verb(following) and not _ending_act(clause):
            done.append(replace(clause, polarity=following.polarity, group=following.group))
        else:
            done.append(clause)
    return done[::-1]


def _says_again(clause: Clause, following: Clause) -> bool:
    same = clause.own_verb and clause.polarity == following.polarity == "drop"
    return same and _speaks_of_them(following)


def _speaks_of_them(clause: Clause) -> bool:
    """Whether a clause is only a verb for what was named before: "throw them out"."""
    said = clause.concepts or clause.limits or clause.languages or clause.conditions or clause.tables
    short = sum(word != FILLER for word in clause.words) <= _FEW and not clause.hard
    judges = clause.judged_from == clause.start
    rows = any(first in _THESE and then in ROW_NOUNS for first, then in pairwise(clause.words))  # "remove the post"
    them = rows or clause.words[-1] in ("that", "this") or any(word in _THEM for word in clause.words)
    return clause.own_verb and not said and (short or judges or them)


def _reason_at(clause: Clause) -> int | None:
    """Where a clause that describes rows begins to tell what is wrong with them: "… are just angry"."""
    described: list[Span] = [*clause.conditions, *clause.limits, *clause.languages]
    behind = max((one.end for one in described), default=clause.end)
    while behind < clause.end and is_row_noun(clause.marked.tokens, behind):
        behind += 1
    return behind if behind < clause.end and clause.marked.tokens[behind].low in _TELLING else None


def _is_demand(clause: Clause) -> bool:
    """Whether a clause says by a limit what rows have to be: "reviews shouldn't have over 80 words"."""
    return bool(clause.limits) and not clause.conditions and bool({*clause.words} & _DEMANDING)


def _ending_act(clause: Clause) -> str:
    """What a verb at the end says is done, for what stands before: "… and phone numbers masked"; else empty."""
    if clause.polarity is not None or clause.acts or len(clause.concepts) < 2:
        return ""
    (at, act), places = clause.concepts[-1], {place for place, _ in clause.concepts}
    return act if clause.marked.tokens[at].low in ACTIONS | {"expand", "decode"} and len(places) > 1 else ""


def _closes(clause: Clause) -> bool:
    """Whether a clause says that what was not named goes: "nothing else", "the rest can go", "otherwise drop it"."""
    said = clause.concepts or clause.limits or clause.languages or clause.conditions or clause.tables
    named = clause.polarity == "drop" and not said and bool({*clause.words} & _UNNAMED)
    return named or (not clause.conditions and fate_of_rest(clause.words) == "goes")


def _ends_in_verb(clause: Clause) -> bool:
    """Whether the verb stands behind what it is about."""
    before = range(clause.start, clause.verb_at)
    taken = clause.marked.taken
    return any(at in taken for at in before) or any(at < clause.verb_at for at, _ in clause.concepts)
