"""Takes rows that are described beside a change of texts for those that are changed, where others are said to stay.

In "internships: no emojis in the description. Every other ad keeps its emojis" no row goes: "internships" says for
which rows it is done. Without the second sentence it might as well say which rows are kept.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ....operators.core.expression import Expression, parse_expression
from ..assembling import with_scopes
from ..columns import words_of
from ..condition_words import singular
from ..grammar.reader import MOST_CLAUSES
from ..row_nouns import is_row_noun
from ..slots import EXPRESSION
from ..vocabulary import is_general
from ..wishes import Reading
from .described import Described
from .pieces import ARTICLES, MOST_TOKENS, Piece, Pieces

_OTHERS: Final = re.compile(
    r"\b(?:others?|other \w+|rest|remaining|remainder|else|nowhere|elsewhere|later|earlier|newer|older|no other)\b"
)
_SPARE: Final = re.compile(
    r"\b(?:hands off|(?:don't|do not|dont|never|not|nobody|please don't) (?:to )?(?:touch|tidy|change|alter|"
    r"edit|clean|bother|apply)"
    r"|leave\b.*\b(?:alone|as|readable|untouched|be|it|them|those|these|theirs)|(?:stays?|remains?|left|kept|"
    r"keep|keeps) "
    r"(?:the|as|where|what|how|exactly|just|untouched|unchanged|theirs?|its|it|their|his|her|them|everything|"
    r"all|intact|that way)\b|"
    r"(?:can|may|must|should|shall|will) (?:stay|remain|keep)\b|stays?$|nowhere else|not in the other|"
    r"as (?:it is|they are|is|typed|before)|needs? (?:these|theirs|them|those)|want (?:theirs|to keep)|"
    r"(?:is|are|they're|it's) (?:already |quite |all )?(?:fine|ok|okay|not affected|meant|wanted|clean|correct|"
    r"right)|there .*\bmeant)\b"
)
_SURE: Final = re.compile(
    r"\b(?:hands off|(?:don't|do not|dont) touch|as (?:it is|they are|is|typed)|(?:the way|how|what) (?:it is|"
    r"they are)|"
    r"untouched|unchanged|alone)\b"
)
"""What can only be said of rows whose texts are not changed."""
_THESE_ONLY: Final = re.compile(
    r"^(?:but |and )?(?:only|just|solely) (?:for |in |on |at |with )?(?:that|those|this|these|there|"
    r"them)\b(?!.*\b(?:keep|want|need|are|give)\b)"
)
_NOT_THOSE: Final = re.compile(r"^(?:but |and )?not (?:those|the ones?|in|for|with|about|from)\b")
_NO_ROWS: Final = frozenset("column columns field fields data text texts word words content contents".split())
"""What may be left alone inside the rows that are changed."""
_FEW: Final = 4
"""Words of a clause that can only say that something is not touched."""
_POINTING: Final = frozenset("there them those these theirs they it".split())
_GOES: Final = re.compile(r"\b(?:drop|remove|delete|goes?|away|out|bin|discard)\b")


class Spared:
    """Reads for which rows texts are changed by what is said of the others.

    Args:
        pieces: takes stretches apart.
        described: reads which rows they are about.
    """

    def __init__(self, pieces: Pieces, described: Described) -> None:
        self._pieces, self._described = pieces, described

    def scoped(self, readings: Sequence[Reading]) -> list[Reading]:
        """The readings, changes of texts limited to the rows described before them, where others are spared."""
        changes = [one for one in readings if _changes(one)]
        long = any(one.clause.end - one.clause.start > MOST_TOKENS for one in readings)
        spare = [] if long or not changes or len(readings) > MOST_CLAUSES else self._spare(readings)
        if not spare:
            return list(readings)
        done = list(readings)
        for change in changes:
            if all(wish.where for wish in change.wishes):
                continue
            before = [
                one
                for one in readings
                if one.clause.end <= change.clause.start and one not in spare and one not in changes
            ]
            where = self._header(before[-1]) if before else None
            if where is None:
                return list(readings)
            done[done.index(change)] = replace(change, wishes=tuple(with_scopes(change.wishes, where)))
            done = [one for one in done if one is not before[-1]]
        scopes = [wish.where for one in done if _changes(one) for wish in one.wishes]
        if not all(self._agrees(one, scopes) for one in spare):
            return list(readings)
        return [one for one in done if one not in spare]

    def _spare(self, readings: Sequence[Reading]) -> list[Reading]:
        """The open clauses that say of other rows that they stay as they are."""
        found: list[Reading] = []
        for at, one in enumerate(readings):
            text = " ".join(self._words(one))
            sure = bool(_SURE.search(text))
            if one.wishes and _NOT_THOSE.search(text) and at and _changes(readings[at - 1]):
                found.append(one)
                continue
            if (one.doubt is not None and not (sure and "ones" in text.split())) or not (
                one.doubt is not None or one.not_covered or (sure and one.clause.polarity == "keep")
            ):
                continue
            if not _NO_ROWS.isdisjoint(text.split()):
                continue
            spares = bool(_SPARE.search(text)) and (sure or not _GOES.search(_SPARE.sub(" ", text)))
            follows = readings[at - 1] in found if at else False
            points = follows and not _POINTING.isdisjoint(text.split())
            others = (
                bool(_OTHERS.search(text))
                or points
                or (sure and ("ones" in text or len(text.split()) < _FEW))
                or self._rows(one) is not None
                or self._spares_things(one, readings)
            )
            leads = not one.wishes and self._leads_on(one, readings, at)
            if (spares and others) or _THESE_ONLY.search(text) or leads:
                found.append(one)
        return found

    def _spares_things(self, one: Reading, readings: Sequence[Reading]) -> bool:
        """Whether a clause names just what a change takes away, so that it is what others keep."""
        some = self._pieces.of(one.clause.start, one.clause.end)
        kinds = {kind for piece in some if piece.kind == "thing" for kind in piece.value}
        treated = {concept for other in readings if _changes(other) for _, concept in other.clause.concepts}
        return bool(kinds) and kinds <= treated

    def _leads_on(self, one: Reading, readings: Sequence[Reading], at: int) -> bool:
        """Whether a clause names others, and the next says that these stay: "the others signed it, so leave theirs"."""
        after = readings[at + 1] if at + 1 < len(readings) else None
        text = " ".join(self._words(one))
        if after is None or not after.not_covered or after.wishes or not (_OTHERS.search(text) or self._rows(one)):
            return False
        behind = " ".join(self._words(after))
        pointing = not _POINTING.isdisjoint(behind.split())
        return bool(_SPARE.search(behind)) and pointing and not _GOES.search(_SPARE.sub(" ", behind))

    def _words(self, one: Reading) -> list[str]:
        start, end = one.clause.start, one.clause.end
        return [self._pieces.low(at) for at in range(start, end) if self._pieces.low(at)[:1].isalnum()]

    def _rows(self, one: Reading) -> Piece | None:
        """The one plain description of rows in a clause."""
        some = self._pieces.of(one.clause.start, one.clause.end)
        rows = [piece for piece in some if piece.kind == "rows"]
        plain = len(rows) == 1 and rows[0].value.condition is not None and rows[0].value.kinds == 1
        narrowed = plain and (self._takes_along(rows[0]) or self._pieces.is_narrowed(some, rows[0]))
        return rows[0] if plain and not narrowed else None

    def _takes_along(self, rows: Piece) -> bool:
        """Whether a far-fetched description holds a word that its condition does not say: "the smelly Hermes"."""
        if not rows.value.cost:
            return False
        profile, tokens = self._pieces.profile, self._pieces.marked.tokens
        known = {part for column in profile.columns for part in words_of(column.name)}
        known |= {*re.findall(r"\w+", str(Expression(rows.value.condition)).lower())}
        return any(
            tokens[at].is_word
            and not {self._pieces.low(at), singular(self._pieces.low(at))} & known
            and not (is_row_noun(tokens, at) or is_general(self._pieces.low(at)) or self._pieces.low(at) in ARTICLES)
            for at in range(rows.start, rows.end)
        )

    def _header(self, one: Reading) -> str | None:
        """For which rows something is done, by a clause that describes rows and does nothing else."""
        if one.doubt is not None:
            return None
        some = self._pieces.of(one.clause.start, one.clause.end)
        plain = [piece.kind for piece in some if piece.kind != "soft"] == ["rows"]  # "Lost parcels:" loses none
        heads = self._pieces.low(one.clause.end) == ":"  # "DHL only, mask emails" keeps no others
        rows = self._rows(one)
        if plain and rows is not None and (heads or not one.wishes):
            return str(Expression(rows.value.condition))
        if rows is None and any(piece.kind == "rows" for piece in some):
            return None  # more is said of them than was understood
        if len(one.wishes) == 1 and not one.not_covered and heads:
            told = one.wishes[0].options.get(EXPRESSION)
            return str(told) if told and one.wishes[0].where is None and one.clause.polarity != "drop" else None
        if one.wishes or {piece.kind for piece in some} & {"drop", "rest", "number"}:
            return None
        found = rows.value if rows is not None else self._described.of(some)
        return (
            None if found is None or found.condition is None or found.kinds != 1 else str(Expression(found.condition))
        )

    def _agrees(self, one: Reading, scopes: Sequence[str | None]) -> bool:
        """Whether what a clause says of rows it describes itself is of the columns that the changes are limited by."""
        rows = self._rows(one)
        if rows is None:
            return True
        named = {*Expression(rows.value.condition).columns()}
        return all(where and named <= {*parse_expression(where).columns()} for where in scopes)


def _changes(one: Reading) -> bool:
    return bool(one.wishes) and all(wish.card.cls.kind == "refine" for wish in one.wishes)
