"""Takes a stretch of a request apart: what it names, what becomes of that, and words that say nothing of either."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from ....tools.profile import Profile
from ..columns import column_at, words_of
from ..condition_words import near_column
from ..grammar.nouns import NounPhrases
from ..grammar.phrases import DETERMINERS, DROP, GOES, KEEP, ONLY, POLITE, STAYS, Phrases
from ..grammar.rows import Rows
from ..grammar.things import things_at
from ..grammar.values import Values
from ..idioms import FILLER
from ..marks import Marked
from ..nearness import Nearness
from ..quantities import find_quantities
from ..row_nouns import is_row_noun
from ..tokens import ENTITY
from ..verbs import negates
from ..vocabulary import EXAMPLE_NOUNS, EXCEPT, is_general, stem
from ..wording import NUMBERS, Wording

Kind = Literal[
    "rows", "thing", "column", "limit", "number", "keep", "drop", "rest", "deny", "reason", "hard", "soft", "word"
]
"""What a piece is: rows that are described, what texts hold, a column, a number with or without a direction, what is
said to stay or to go, that all others go, a denial, the beginning of a reason, anything else that must not be passed
over, what says nothing, and an unknown word."""

_REST: Final = Phrases(
    "the rest can go|the rest goes|the rest is out|the rest must go|the rest may go|the rest out|rest out|"
    "rest can go|the others can go|the others go|others can go|others out|the others out|"
    "everything else can go|everything else goes|everything else out|all else can go|drop the rest|"
    "forget the rest|ignore the rest|skip the rest|nothing else|no others|no other ones|"
    "the rest is of no use|bin the rest|lose the rest|leave out the rest|not the others|not the rest|"
    "so the rest can go|and the rest can go"
)
_KEEP: Final = Phrases(
    "interest us|interest me|is what counts|are what counts|what counts|will do|matter to us|matter to me|"
    "are of interest|is of interest|are useful|are what counts|i'd like|we'd like|would like|nothing but|"
    "leave me nothing but|leave me|i only need|we only need|need|needs|want|wants|looking for|after|give me|"
    "show me|only those|just those|only these|just these|those only|only them|suffice|are enough|is enough|"
    "have use for|can use|stick to|we only publish|we only print|we only take|we only serve|only"
)
_DROP: Final = Phrases(
    "no use|of no use|no good|not useful|not needed|useless|worthless|away with|is out|are out|goes out|"
    "go out|get out|away|out|gone|shouldn't be in there|should not be in there|shouldn't be there|"
    "shouldn't be in it|has to go|have to go|can go|must go|should go|shall go|may go|to go|goes|"
    "leave them out|leave these out|leave those out|leave it out|leave them away|leave those away|leave away|"
    "leave it away|can be binned|has no business|"
    "have no business|spoil|spoils|only annoy|annoy|annoys|no interest|not interested in|don't need|"
    "don't want|do not need|do not want|too old|too long|too short|chuck|bin|toss|ditch|kick|lose|junk|"
    "rubbish|noise|get rid of|rid of|clear away|clear them away|teach the model nothing|"
    "teaches the model nothing|add nothing|no place|no longer wanted|not wanted|don't belong|doesn't belong|"
    "be binned|be dropped|be removed|be thrown out|be left out|be out"
)
_REASONS: Final = frozenset("because since cause bc cos 'cause as otherwise".split())
_AUXILIARIES: Final = frozenset(
    "is are was were be been being am do does did has have had having will would shall should can could may might must "
    "get gets got getting it's they're we're i'm i've we've they've there's that's its i'd we'd let's ever".split()
)
_FUNCTION: Final = (
    frozenset(
        "a an the this that these those which who whom whose what whatever whoever whichever i we you he she "
        "it they me us him her them my our your his their its there here where when if so to of in on at by "
        "for from with into about as and or but than then also too just very really quite rather so such some "
        "any all each every both more most still already yet somebody someone anybody anyone people nobody's "
        "one ones kind sort way bit while like up down over again once please".split()
    )
    | _AUXILIARIES
)
_DENYING: Final = frozenset("cant dont wont didnt doesnt isnt arent havent hasnt nobody".split())
_DENYING_VERBS: Final = frozenset("don't dont doesn't didn't doesnt didnt never".split())
_COMPARING: Final = frozenset("more less fewer than except unless besides instead until till before after".split())

ARTICLES: Final = frozenset("the all any these those a an our my only just".split())
_RELATING: Final = frozenset("that which who whom whose with without about of by".split())
"""Words behind described rows with which more is said of them."""
MOST_TOKENS: Final = 40
"""The longest stretch that is read by its gist."""
_OBJECTS: Final = frozenset("its the a an their my our his her your us me them".split())
_FARTHEST: Final = 1
"""The most that a reading of rows may be far-fetched."""
_NO_CUES: Final = _COMPARING | (_FUNCTION - {"only"}) | {"leave"}  # "so leave these" may spare them
_CUES: Final[Sequence[tuple[Kind, Phrases]]] = (
    ("rest", _REST), ("keep", STAYS), ("drop", GOES), ("keep", _KEEP), ("drop", _DROP), ("keep", KEEP), ("keep", ONLY),
    ("drop", DROP),
)  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A stretch of tokens and what it is; positions of tokens, end exclusive."""

    kind: Kind
    start: int
    end: int
    value: Any = None


class Pieces:
    """Takes stretches of one request apart.

    Args:
        marked: the request.
        profile: the data.
        main: the column with the main text.
    """

    def __init__(self, marked: Marked, profile: Profile, main: str | None) -> None:
        self.marked, self.profile, self.main = marked, profile, main
        self.phrases = NounPhrases(marked, profile, main)
        self._tokens = marked.tokens
        self._limits = {one.start: one for one in marked.limits}

    @cached_property
    def said(self) -> Wording:
        """The request as the rules for fixed wordings read it."""
        marked, quantities = self.marked, find_quantities(self._tokens)
        return Wording(marked.request, self._tokens, self.profile, {one.start: one for one in quantities})

    @cached_property
    def values(self) -> Values:
        """Reads words as values of the data."""
        return Values(self.marked, self.profile)

    @cached_property
    def nearness(self) -> Nearness:
        """Finds columns by meaning."""
        return Nearness(self.profile)

    def is_narrowed(self, some: Sequence[Piece], rows: Piece) -> bool:
        """Whether words beside described rows say more of them: "smelly DHL parcels", "parcels that smell bad".

        A verb behind them only tells of them: "Harbour people shout too much".
        """
        at = some.index(rows)
        before = some[at - 1] if at else None
        if before is not None and before.kind == "word" and self.low(before.start - 1) in ARTICLES:
            return True
        return self.low(rows.end) in _RELATING and any(one.kind == "word" for one in some[at + 1 :])

    def of(self, start: int, end: int) -> list[Piece]:
        """The pieces of a stretch, in order; every token belongs to one."""
        found: list[Piece] = []
        at = start
        while at < end:
            piece = self._at(at, end)
            found.append(piece)
            at = piece.end
        return found

    def low(self, at: int) -> str:
        """A token as it was written, in lower case."""
        return self._tokens[at].text.lower().replace("’", "'") if 0 <= at < len(self._tokens) else ""

    def words(self, pieces: Sequence[Piece]) -> list[str]:
        """The words of some pieces, as they were written."""
        return [self.low(at) for one in pieces for at in range(one.start, one.end) if self.low(at)[:1].isalnum()]

    def _at(self, at: int, end: int) -> Piece:
        rows, cue = self._rows(at, end), self._cue(at, end)
        if rows is not None and (cue is None or cue.end == at + 1):
            return rows
        return cue or self._named(at, end) or self._counted(at, end) or self._plain(at, end)

    def _named(self, at: int, end: int) -> Piece | None:
        """What texts hold, a limit, or a column."""
        things = next(iter(things_at(self._tokens, at)), None)
        if things is not None and things[1] <= end:
            return Piece("thing", at, things[1], things[0])
        limit = self._limits.get(at)
        if limit is not None and limit.end <= end:
            return Piece("limit", at, limit.end, limit)
        flag = self._flag(at)
        column = (flag, at + 1) if flag is not None else column_at(self._tokens, at, self.profile)
        if column is None and self.low(at) not in _FUNCTION:
            column = near_column(self._tokens, at, self.profile, ("text", "boolean", "time", *NUMBERS))
        return Piece("column", at, column[1], column[0]) if column is not None and column[1] <= end else None

    def _counted(self, at: int, end: int) -> Piece | None:
        """A number, a denial, a reason, or what must not be passed over."""
        token, low = self._tokens[at], self.low(at)
        if low in _DENYING_VERBS and self.low(at + 1) == "like" and at + 2 <= end:
            return Piece("word", at, at + 2)  # what somebody does not like says of what kind it is
        spoken = any(at <= one.start < end and one.start == at for one in self.marked.languages)
        hard = token.kind == "quoted" or token.low == ENTITY or low in EXCEPT | _COMPARING or spoken
        kinds: dict[Kind, bool] = {
            "number": token.kind in ("number", "date"),
            "deny": negates(token.low) or (low in _DENYING and token.low != FILLER),
            "reason": low in _REASONS,
            "hard": hard,
        }
        return next((Piece(kind, at, at + 1) for kind, holds in kinds.items() if holds), None)

    def _plain(self, at: int, end: int) -> Piece:
        """Words that say nothing, and unknown ones."""
        token, low = self._tokens[at], self.low(at)
        for phrases in (POLITE, DETERMINERS):
            last = phrases.end(self._tokens, at)
            if last is not None and last <= end:
                return Piece("soft", at, last)
        soft = not token.is_word or low in _FUNCTION or token.low == FILLER
        known = is_row_noun(self._tokens, at) or low in EXAMPLE_NOUNS or is_general(low)
        return Piece("soft" if soft or known else "word", at, at + 1)

    def _is_verb(self, at: int, last: int) -> bool:
        """Whether a single word has an object, so that it says what was done: "UPS lost its contract"."""
        return last == at + 1 and self.low(last) in _OBJECTS

    def _cue(self, at: int, end: int) -> Piece | None:
        """The longest phrase here that says what stays or goes."""
        found: list[tuple[int, Kind]] = []
        for kind, phrases in _CUES:
            last = phrases.end(self._tokens, at)
            short = last == at + 1 and self.low(at) in _NO_CUES
            if (
                last is not None
                and last <= end
                and not short
                and not (last == at + 1 and negates(self._tokens[at].low))
            ):
                found.append((last, kind))
        longest = max((last for last, _ in found), default=at)
        if self.low(longest - 1) in ("go", "goes") and self.low(longest) in ("on", "to", "first", "up", "at"):
            return None  # "goes on top"
        return next((Piece(kind, at, last) for last, kind in found if last == longest), None)

    def _flag(self, at: int) -> str | None:
        """The one column of truths in whose name a word stands: "stock" for `in_stock`."""
        word = stem(self.low(at))
        found = [
            one.name
            for one in self.profile.columns
            if one.dtype == "boolean" and word in {stem(part) for part in words_of(one.name) if part not in _FUNCTION}
        ]
        return found[0] if len(found) == 1 else None

    def _rows(self, at: int, end: int) -> Piece | None:
        """The longest description of rows that begins here, the plainest of those."""
        phrases = self.phrases
        found: list[tuple[Rows, int]] = []
        for read in (phrases.several, phrases.behind, phrases.said, phrases.condition, phrases.adjective):
            found += [
                (rows, last)
                for rows, last in read(at)
                if last <= end and not rows.is_all and rows.cost <= _FARTHEST and not self._is_verb(at, last)
            ]
        longest = max((last for _, last in found), default=at)
        some = [rows for rows, last in found if last == longest]
        least = min((rows.cost for rows in some), default=0)
        plainest = list(dict.fromkeys(rows for rows in some if rows.cost == least))
        return Piece("rows", at, longest, plainest[0]) if len(plainest) == 1 else None
