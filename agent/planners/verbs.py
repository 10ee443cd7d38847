"""What the verb of a clause does to what is named, with its negations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from .judgements import is_denied, judgement_of
from .marks import Marked, Span, inside
from .row_nouns import HELD
from .tokens import Token
from .vocabulary import DROP, KEEP, MODALS, NEGATIONS, ROW_NOUNS, STRIP, concept_set, stem

Polarity = Literal["keep", "drop", "strip", "protect", "filter"]
"""What happens to what is named: it stays, it goes, it is treated, it is left alone, or "filter", which may be both."""

_OUT: Final = frozenset({"out", "away", "rid", "off", "aside", "behind"})
_SIGNS: Final = frozenset({":", ",", "-", "–", "—"})
_OUT_VERBS: Final = frozenset(
    "take takes taking taken leave leaves leaving left cut cutting filter filtered filtering screen screening screened "
    "sort sorts sorting sorted choose choosing pick picking picked get gets getting kick kicking kicked weeding weeded "
    "throw throwing thrown".split()
)
_ALONE: Final = frozenset("alone untouched unchanged intact".split())
_MUST: Final = frozenset("should must can may to will".split())
_BETWEEN: Final = frozenset(
    "do does did be been to should must would want ever really please the a any of you we i".split()
)


_TREATED: Final = frozenset({"mask", "normalize", "lowercase", *map(stem, ("expand", "decode", "correct", "repair"))})
_UNWANTED: Final = (
    "of no use|no use|of no interest|no interest|of no value|of no help|not worth|isn't worth|aren't worth|not useful|"
    "isn't useful|aren't useful|not helpful|aren't helpful|isn't helpful|not relevant|not interesting|not interested|"
    "not needed|no longer needed|no place|no business|not for us|not for me|not what|aren't what|isn't what|useless|"
    "worthless|irrelevant|unneeded|unnecessary|superfluous|obsolete|don't want|do not want|don't need|do not need|"
    "don't interest|not of interest|not of use|not of any use|not of any interest|have no|we have no|have to go|"
    "has to go|"
    "shouldn't be|should not be|mustn't be|must not be|shouldn't remain|shouldn't stay|can't stay|cannot stay|not stay|"
    "not wanted|unwanted|not welcome|not allowed|not belong|doesn't belong|don't belong|no good"
).split("|")
_WANTED: Final = (
    "what i am after|what i'm after|what i want|what we want|what we need|what i need|all i want|all i need|"
    "all we need|all we want|are enough|is enough|enough for|will do|suffice|suffices|i am after|i'm after|we "
    "are after|"
    "we're after|interested in|looking for|i'd like|i would like|we'd like|show|give|fetch|find|list|bring|"
    "return|pull|grab|"
    "display|i only trust|let only|let through|only trust"
).split("|")

_ELIDED: Final = frozenset("isn't aren't don't doesn't can't cannot won't shouldn't mustn't not".split())
"""What a clause ends with that denies what the one before says: "… are fine, longer ones aren't"."""
_RELATIVES: Final = frozenset("that which who what whatever if when".split())
_LONGEST_JUDGEMENT: Final = 6
_DROPPED: Final[Polarity] = "drop"
_KEPT: Final[Polarity] = "keep"


def verb_of(  # noqa: PLR0911 - one return for each form
    marked: Marked, start: int, end: int
) -> tuple[int | None, Polarity | None]:
    """Where the verb of a piece stands, and what it means with its negations."""
    tokens = marked.tokens
    words = [at for at in range(start, end) if at not in marked.taken and tokens[at].is_word]
    found = [(at, meant) for at in words if (meant := _meaning_of(marked, at, end)) is not None]
    if any(tokens[at].low in _ALONE for at in range(start, end)):
        return (found[0][0] if found else start), "protect"
    stated = stated_judgement(marked, start, end)
    if stated is not None and all(at >= stated[0] for at, _ in found):
        return stated
    if not found and tokens[end - 1].low in _ELIDED and not _RELATIVES & {tokens[at].low for at in range(start, end)}:
        return end - 1, "drop"
    judged = _judged(marked, start, end) if all(one[1] == "keep" for one in found) else None
    if judged is not None:
        return judged
    if not found:
        return bare_judgement(marked, start, end) or _without_verb(marked, start, end)
    at, polarity = next((one for one in found if one[1] == "drop"), found[0])
    if polarity == "filter":
        polarity = next((one[1] for one in found if one[1] in ("keep", "drop")), _filtered(marked, at, end))
    if not _governed(marked, start, found[0][0]):
        return at, polarity
    # "no document should be longer than …" forbids what follows; "don't remove …" protects it.
    return at, "drop" if polarity == "keep" else "protect"


def stated_judgement(marked: Marked, start: int, end: int) -> tuple[int, Polarity] | None:
    """What a piece says of the rows that it describes by a condition, a limit or a language, and where that begins."""
    described: list[Span] = [
        *inside(marked.conditions, start, end),
        *inside(marked.limits, start, end),
        *inside(marked.languages, start, end),
        *(_Held(at, at + 1) for at in range(start, end) if marked.tokens[at].low in HELD),
    ]  # fmt: skip
    last = max((one.end for one in described), default=end)
    for column in marked.columns:  # "fewer than 40 words of copy are …"
        last = column.end if start < last < end and column.marked and last == column.start else last
    behind = [token.low for token in marked.tokens[last:end]]
    if behind[:1] in (["in"], ["of"], ["from"], ["on"], ["within"]) and behind[1:2] not in (["it"], ["them"]):
        return None  # "links in the posts are of no use" speaks of links
    plain = start < last < end and not any(token.kind in ("number", "quoted") for token in marked.tokens[last:end])
    columns = any(last <= column.start < end for column in marked.columns)
    said = judgement_of(behind) if start < last < end else None
    if said is None and plain and not columns and is_denied(behind):
        said = "drop"
    return None if said is None else (last, said)


@dataclass(frozen=True)
class _Held:
    """A word for what rows hold, or lack."""

    start: int
    end: int


def bare_judgement(marked: Marked, start: int, end: int) -> tuple[int, Polarity] | None:
    """What a piece that names nothing says of what was named before: ": not for us"; None of any other piece."""
    if start >= end or any(at in marked.taken for at in range(start, end)):
        return None
    said = judgement_of([token.low for token in marked.tokens[start:end]], alone=True)
    return None if said is None else (start, said)


def _judged(marked: Marked, start: int, end: int) -> tuple[int, Polarity] | None:
    """What a statement about the rows of a condition means for them: "… are of no use", "… is what I want"."""
    if not any(start <= condition.start < end for condition in marked.conditions):
        return None
    words = ["," if at in marked.taken else marked.tokens[at].low for at in range(start, end)]
    for at in range(len(words)):
        following = " ".join(words[at : at + _LONGEST_JUDGEMENT]) + " "
        for phrases, meant in ((_UNWANTED, _DROPPED), (_WANTED, _KEPT)):
            if any(following.startswith(f"{phrase} ") for phrase in phrases):
                return start + at, meant
    return None


def _governed(marked: Marked, start: int, verb_at: int) -> bool:
    """Whether a "not" before the verb is about the verb: not so in "texts not in English should go"."""
    tokens = marked.tokens
    for at in range(verb_at - 1, start - 1, -1):
        word = tokens[at].low
        if negates(word) and at not in marked.taken:
            return True
        if at in marked.taken or word not in _BETWEEN | ROW_NOUNS:
            break
    return tokens[start].low in ("no", "nothing", "none") and start < verb_at


def _meaning_of(marked: Marked, at: int, end: int) -> Polarity | None:
    """What a word says as a verb; None for one that is no verb of keeping, dropping or treating."""
    tokens = marked.tokens
    word = tokens[at].low
    leaves = word in ("go", "goes") and at > 0 and tokens[at - 1].low in _MUST
    ends = at + 1 == end or not tokens[at + 1].is_word
    leaves = leaves or (word in ("go", "goes") and at > 0 and ends)
    leaves = leaves or (word == "out" and at > 0 and tokens[at - 1].low in ("are", "is", "be"))
    following = tokens[at + 1].low if at + 1 < end else ""
    alone = at > 0 and tokens[at - 1].is_word and (at < 2 or not tokens[at - 2].is_word)  # "links out"
    leaves = leaves or (word == "out" and alone and following in ("", "of", "from"))
    leaves = leaves or (word == "goes" and not following)
    moved_out = word in _OUT_VERBS and any(
        one in _OUT for one in [t.low for t in tokens[at + 1 : end] if t.is_word and t.low != "please"][:5]
    )
    signed = at > 0 and tokens[at - 1].low in _SIGNS
    leaves = leaves or (word in ("out", "away", "gone") and signed and not (at + 1 < end and tokens[at + 1].is_word))
    if word == "cut" and any(token.low == "into" for token in tokens[at + 1 : end]):  # in pieces
        return None
    if word in MODALS and _is_done(tokens, at, end):  # "must be hidden" keeps nothing
        return None
    if word in DROP or leaves or moved_out:
        return "drop"
    if word in KEEP:
        return "keep"
    if word in STRIP:
        return "filter" if word.startswith("filter") else "strip"
    return None


def _is_done(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Whether a "must" is followed by what is to be done to texts: "must be hidden", "should get lowercased"."""
    words = [token.low for token in tokens[at + 1 : end] if token.low not in ("please", "all", "always", "also")]
    return words[:1] in (["be"], ["get"]) and len(words) > 1 and not _TREATED.isdisjoint(concept_set(words[1]))


def negates(word: str) -> bool:
    """Whether a word says no."""
    return word in NEGATIONS or word.endswith("n't")


def _filtered(marked: Marked, at: int, end: int) -> Polarity:
    """What "filter" means by the word behind it: "filter out", "filter for"; else it stays open."""
    following = marked.tokens[at + 1].low if at + 1 < end else ""
    if following == "out":
        return "drop"
    return "keep" if following in ("for", "to", "by", "on") else "filter"


def _without_verb(marked: Marked, start: int, end: int) -> tuple[int | None, Polarity | None]:
    for at in range(start, end):
        word = marked.tokens[at].low
        if at in marked.taken:
            continue
        if word in ("don't", "dont") or (
            word == "do" and marked.tokens[at + 1 : at + 2] and marked.tokens[at + 1].low == "not"
        ):
            return at, "protect"
        if word in ("no", "without", "nothing", "none", "nowhere", "neither"):
            only = next((before for before in range(start, at) if marked.tokens[before].low in ("only", "just")), None)
            return (at, "drop") if only is None or only == at - 1 else (only, "keep")
        if word == "only":
            return at, "keep"
    return None, None
