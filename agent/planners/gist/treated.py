"""Reads what is taken out of texts, or mended, by what a stretch names: "&amp; and friends, make these real"."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ....operators.core.expression import Condition, Expression
from ..grammar.things import Kind, things_at
from ..grammar.treatments import Treatment
from ..tokens import ENTITY
from ..vocabulary import is_general
from .pieces import ARTICLES, Piece, Pieces

_TAG: Final = re.compile(r"</?[a-z]\w*\s*/?>", re.I)
_SHOWN: Final = tuple(
    (kind, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.I))
    for kind, words in (
        ("lowercase", r"(?:in )?(?:small|lower(?: |-)?case) letters|lower ?case|lowercased?|no capitals"),
        (
            "punctuation",
            r"(?<!\w)[!?]{2,}|(?:exclamation|question) marks in a row|rows? of (?:exclamation|question) marks",
        ),
        (
            "whitespace",
            r"(?:several|double|extra|multiple|two|many|superfluous) (?:blanks?|spaces?)|(?:blanks?|spaces?) "
            r"in a row",
        ),
        ("contraction", r"(?:do|does|is|wo|ca)n't(?:,| and| or)? (?:it|we|you|they)'\w+"),
        ("url", r"https?(?:://)? (?:stuff|things?|bits?|part)|web ?addresse?s?|www\S* things?"),
    )
)
"""What texts hold or should look like, told by examples."""
_LOOKS: Final = frozenset({"lowercase"})
"""Kinds that say how a text should be, so that no verb is needed."""
_TURNED: Final = {
    "punctuation": ("one", "single", "enough", "once", "just", "down", "collapse"),
    "whitespace": ("one", "single", "enough", "once", "just", "normal"),
    "contraction": ("full", "out", "long", "expand", "spell", "spelled"),
    "entity": ("real", "sign", "signs", "character", "characters", "decode", "again", "repair", "back", "proper", "fix",
               "should", "readable", "themselves"),
}  # fmt: skip
"""Words that say what becomes of some kinds."""
_TAKEN: Final = frozenset(
    "out no without away strip clean hide mask black remove rid off cut drop lose kick free nobody nothing mustn't "
    "get take delete erase scrub bin want shouldn't none shown readable visible litter littered".split()
)
_SPARED: Final = frozenset(
    "leave keep stay stays alone untouched unchanged kept remain remains fine touch spare retain intact hands".split()
)
_LEADS: Final = frozenset("for in of from on if where when whenever with internships".split())
_WHAT: Final = frozenset("what whatever those everything anything all ones".split())
_THEIR: Final = frozenset("their its his her them those these there".split())
_SOME: Final = frozenset("only nowhere others else twice same again duplicate duplicates dupes".split())
"""Words that speak of some rows, or of copies."""
_STUFF: Final = frozenset("mess stuff bits things junk crap rubbish noise leftovers clutter garbage debris us".split())
"""Nouns behind what texts hold that say no more."""
_NARROWING: Final = frozenset("that which who whose of from with by about to".split())
_BARE: Final = frozenset("phone email link url tag card ip mail".split())
_MOST_UNKNOWN: Final = 12


class Treated:
    """Reads what stretches do to texts.

    Args:
        pieces: takes stretches apart.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces

    def read(self, some: Sequence[Piece]) -> Treatment | None:
        """The treatment that a stretch asks for; None where it is not clear what is done, or to what."""
        start, end = some[0].start, some[-1].end
        text = self._pieces.marked.text(start, end)
        kinds = tuple(dict.fromkeys(self._kinds(some, text)))
        words = [self._pieces.low(at) for at in range(start, end)]
        drops = any(one.kind == "drop" for one in some) or (
            _left_none(words) and any(one.kind == "deny" for one in some)
        )
        if not kinds or not all(drops or _is_asked(kind, words) for kind in kinds) or not _SPARED.isdisjoint(words):
            return None
        if any(one.kind in ("limit", "number") for one in some) or self._says_more(some):
            return None
        if len([one for one in some if one.kind == "word"]) > _MOST_UNKNOWN:
            return None
        rows = [one for one in some if one.kind == "rows" and (not self._things_in(one) or self._says_of_others(one))]
        if any(self._pieces.is_narrowed(some, one) for one in rows):
            return None
        where = self._where(rows, words)
        if (rows and where is None) or (where is None and not _SOME.isdisjoint(words)):
            return None
        return Treatment(kinds, self._columns(some, rows), where)

    def _kinds(self, some: Sequence[Piece], text: str) -> Iterator[Kind]:
        for one in some:
            yield from one.value if one.kind == "thing" else self._things_in(one) if one.kind == "rows" else ()
        if _TAG.search(text):
            yield "html"
        if any(self._pieces.marked.tokens[at].low == ENTITY for one in some for at in range(one.start, one.end)):
            yield "entity"
        for kind, pattern in _SHOWN:
            if pattern.search(text):
                yield kind

    def _things_in(self, rows: Piece) -> tuple[Kind, ...]:
        """What texts hold that rows are described by: "no web address left in them"."""
        found = (things_at(self._pieces.marked.tokens, at) for at in range(rows.start, rows.end))
        return next((kinds for some in found for kinds, end in some if end <= rows.end), ())

    def _says_of_others(self, rows: Piece) -> bool:
        """Whether rows are described by more than what their texts hold: "the UPS comments are full of emojis"."""
        profile = self._pieces.profile
        named = [] if rows.value.condition is None else Expression(rows.value.condition).columns()
        return any(profile.column(name).dtype != "text" or profile.column(name).labels for name in named)

    def _says_more(self, some: Sequence[Piece]) -> bool:
        """Whether a piece that must not be passed over is something else than an example of what is treated."""
        tokens = self._pieces.marked.tokens
        passed = any(one.kind in ("hard", "rest") and tokens[one.start].low != ENTITY for one in some)
        things = [one for one in some if one.kind == "thing"]
        return passed or any(self._is_bare(one) or self._is_narrowed(some, one) for one in things)

    def _is_narrowed(self, some: Sequence[Piece], thing: Piece) -> bool:
        """Whether words beside a thing say which of them: "dead links", "links that are broken", "emails of staff"."""
        at = some.index(thing)
        behind = some[at + 1 :]
        if at and some[at - 1].kind == "word":
            verb = all(one.kind == "soft" for one in some[: at - 1])
            if not verb or self._pieces.low(some[at - 1].start - 1) in ARTICLES:
                return True
        if behind and self._is_strange(behind[0]):
            return True
        lead = self._pieces.low(thing.end)
        origin = lead == "from" and {"html", "entity"} & {*thing.value}  # "HTML from the old editor"
        if lead not in _NARROWING or (origin and any(one.kind == "rows" for one in some)):
            return False
        for one in behind:
            word = self._pieces.low(one.start)
            if self._is_strange(one):
                return True
            if one.kind in ("column", "keep", "drop") or word in (",", ".", ";", ":", "and", "so"):
                return False
        return False

    def _is_bare(self, thing: Piece) -> bool:
        """Whether a thing is named by one word in the singular, which may mean anything: "on a phone", "the url"."""
        return self._pieces.low(thing.end - 1) in _BARE and thing.value[-1:] == thing.value

    def _is_strange(self, one: Piece) -> bool:
        """Whether a piece is a word of its own, also one that may stand for rows."""
        word = self._pieces.low(one.start)
        noun = one.kind == "soft" and word.endswith("s") and not is_general(word) and word not in _STUFF
        return noun or (one.kind == "word" and word not in _STUFF)

    def _where(self, rows: Sequence[Piece], words: Sequence[str]) -> Condition | None:
        """For which rows it is done."""
        if len(rows) != 1 or rows[0].value.condition is None or rows[0].value.kinds != 1:
            return None
        first, before = self._pieces.low(rows[0].start), self._pieces.low(rows[0].start - 1)
        led = (
            first in _LEADS
            or before in _LEADS
            or (before in _WHAT and self._pieces.low(rows[0].start - 2) in _LEADS)
            or rows[0].value.column is not None
            or self._pieces.low(rows[0].end) == ":"
        )
        condition: Condition = rows[0].value.condition
        return condition if led or not _THEIR.isdisjoint(words) else None

    def _columns(self, some: Sequence[Piece], rows: Sequence[Piece]) -> tuple[str, ...]:
        profile = self._pieces.profile
        named = [one.value for one in some if one.kind == "column" and profile.column(one.value).dtype == "text"]
        named += [one.value.column for one in rows if one.value.column is not None]
        return tuple(dict.fromkeys(name for name in named if not profile.column(name).labels))


def _left_none(words: Sequence[str]) -> bool:
    """Whether words deny that something is left, or may be seen."""
    return not {"left", "contain", "remain", "appear", "show", "see", "seen", "be"}.isdisjoint(words)


def _is_asked(kind: Kind, words: Sequence[str]) -> bool:
    """Whether some word says what becomes of a kind of things."""
    if kind in _LOOKS:
        return True
    turned = _TURNED.get(kind)
    if turned is not None:
        return not {*turned}.isdisjoint(words)
    reads = kind == "html" and {"read", "see", "seen", "page", "visitor", "reader"} & {*words}
    return bool(reads) or not _TAKEN.isdisjoint(words)
