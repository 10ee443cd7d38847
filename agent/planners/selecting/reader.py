"""Takes clauses that keep or drop rows by the grammar, where the reader of single phrases leaves them open."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ....operators.core.expression import Expression
from .. import proofs
from ..clauses import Clause
from ..ground import Ground
from ..marks import Marked
from ..slots import EXPRESSION, LANGUAGES, Options
from ..wishes import Reading, Wish
from .rows import Rows
from .sentences import Sentences

_COUNTERS: Final = {"words": "word_count_filter", "chars": "char_count_filter", "sentences": "sentence_count_filter",
                    "tokens": "token_count_filter"}  # fmt: skip
_MOST_JOINED: Final = 4


class SecondReader:
    """Reads the clauses that were left open, alone or with their neighbours.

    Args:
        ground: what they are read against.
        marked: the request.
    """

    def __init__(self, ground: Ground, marked: Marked) -> None:
        self._ground, self._marked = ground, marked
        self._sentences = Sentences(marked, ground.profile)

    def mended(self, readings: Sequence[Reading]) -> list[Reading]:
        """The readings, those that were open replaced where the grammar reads them as a whole."""
        done, at = list[Reading](), 0
        while at < len(readings):
            found = self._from(readings, at)
            if found is None:
                done.append(readings[at])
                at += 1
            else:
                done.append(found[0])
                at = found[1]
        return done

    def _from(self, readings: Sequence[Reading], at: int) -> tuple[Reading, int] | None:
        """A reading for the clauses from one on, and which comes behind them; at least one of them was open."""
        for size in range(min(_MOST_JOINED, len(readings) - at), 0, -1):
            some = readings[at : at + size]
            open_ones = [one for one in some if one.not_covered or one.doubt is not None]
            if not open_ones or not self._are_neighbours(some):
                continue
            start, end = some[0].clause.start, some[-1].clause.end
            asked = not any(one.not_covered for one in open_ones)
            kept = self._sentences.kept(start, end, told=asked)
            if len(kept) == 1 and (not asked or kept[0].condition is not None):
                made = self._reading(replace(some[0].clause, end=end), kept[0])
                if made is not None:
                    return made, at + size
        return None

    @staticmethod
    def _are_neighbours(some: Sequence[Reading]) -> bool:
        """Whether clauses stand side by side in one sentence."""
        pairs = zip(some, some[1:], strict=False)
        return all(
            one.clause.end <= other.clause.start <= one.clause.end + 2 and not other.clause.hard for one, other in pairs
        )

    def _reading(self, clause: Clause, rows: Rows) -> Reading | None:
        wishes: list[Wish] = []
        matcher, main = self._ground.matcher, self._ground.main
        if (rows.languages or rows.sizes) and main is None:
            return None
        about = (main,) if main else ()
        if rows.condition is not None:
            text = str(Expression(rows.condition))
            wishes.append(Wish(clause, matcher.card("expression_filter"), {EXPRESSION: text},
                               proofs=((clause.text, proofs.condition_check(text)),)))  # fmt: skip
        if rows.languages:
            options: Options = {LANGUAGES: [*rows.languages], **({"exclude": True} if rows.foreign else {})}
            check = proofs.language_check(rows.languages, main, exclude=rows.foreign)
            wishes.append(Wish(clause, matcher.card("language_filter"), options, about, proofs=((clause.text, check),)))
        for unit, interval in rows.sizes:
            if unit not in _COUNTERS:
                return None
            whole = interval.whole()
            bounds: Options = {f"{side}_{unit}": bound for side, bound in (("min", whole.low), ("max", whole.high)) if bound is not None}
            check = proofs.limit_check(unit, interval, main)
            wishes.append(Wish(clause, matcher.card(_COUNTERS[unit]), bounds, about, proofs=((clause.text, check),)))
        clause = replace(clause, polarity="keep", own_verb=True)
        return Reading(clause, tuple(replace(one, clause=clause) for one in wishes))
