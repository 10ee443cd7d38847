"""What one clause asks for: operators with their options, or why it stays open."""

from dataclasses import replace
from typing import Final

from ...operators.core.errors import near_name
from ...operators.core.expression import Expression
from ...pipelines.validate import NEEDS
from ..state import Check
from . import doubts, proofs
from .assembling import with_scopes
from .clause_reading import ClauseReader
from .clauses import Clause
from .doubts import Doubt
from .ground import Ground
from .measures import SCORE_FILTER, measured
from .row_nouns import HELD
from .slots import (
    Options,
)
from .tables import lacks_model, steps_of
from .vague import vague_doubt
from .vocabulary import ACTIONS, ASKING, NEGATIONS, concept_set
from .wishes import Reading, Wish

_WISHING: Final = frozenset({"have", "just", "only"})


class Reader(Ground):
    """Reads clauses against the operators there are and the columns of the data."""

    def read(self, clause: Clause, *, scope_allowed: bool = True) -> Reading:
        """What the clause asks for.

        Args:
            scope_allowed: whether a condition that reads like "only where …" may belong to other clauses.
        """
        unknown = next((name for c in clause.columns for name in c.unknown if not c.after_into), None)
        if unknown is not None:
            names = list(self.profile.schema.names)
            near = near_name(unknown, names)
            listed = [near] if near else list(self.profile.text_candidates() or names)
            return Reading(clause, doubt=doubts.unknown_column(clause, unknown, listed))
        if clause.is_scope and scope_allowed:
            return Reading(clause, scope=str(Expression(clause.stated_condition())))
        if clause.required_at is not None:
            subject = replace(clause, end=clause.required_at)
            told = replace(
                clause, start=clause.required_at, verb_at=clause.required_at, polarity="keep", own_verb=True, acts=False
            )
            reading = self.read(told, scope_allowed=False)
            wishes = tuple(with_scopes(reading.wishes, str(Expression(subject.stated_condition()))))
            return replace(reading, clause=clause, wishes=wishes)
        if clause.tables:
            return self._tables(clause)
        if self._describes(clause):
            clause = replace(clause, polarity="keep", own_verb=True)
        vague = vague_doubt(clause, self.profile)
        if vague is not None:
            return Reading(clause, doubt=vague)
        return self._measured(clause) or ClauseReader(self, clause).read()

    def _describes(self, clause: Clause) -> bool:
        """Whether a clause without a verb names rows by their columns: "questions of difficulty 2 to 4"."""
        if clause.polarity is None and clause.is_of_holders and not clause.acts:
            said = {*clause.words}  # "get me all messages with a link"
            return not said.isdisjoint(HELD) and not said.isdisjoint(ASKING | _WISHING)
        if clause.polarity is not None or not clause.conditions or clause.limits or clause.languages:
            return False
        named = concept_set(" ".join(self.profile.schema.names).replace("_", " "))
        said = {concept for _, concept in clause.concepts}
        return clause.words[0] not in ASKING | ACTIONS | NEGATIONS and said <= named

    def _measured(self, clause: Clause) -> Reading | None:
        """A clause that keeps or drops rows by a measure which no column holds yet."""
        found = measured(clause, self.profile, self.matcher)
        if found is None:
            return None
        if isinstance(found, Doubt):
            return Reading(clause, doubt=found)
        card, score_filter = self.matcher.card(found.operator), self.matcher.card(SCORE_FILTER)
        proven = ((clause.text, proofs.condition_check(found.condition)),)
        scored = Wish(clause, card, found.options, found.columns, note=found.note)
        limited: Options = {"score": found.column, **found.limits}
        return Reading(clause, (scored, Wish(clause, score_filter, limited, proofs=proven)))

    def _tables(self, clause: Clause) -> Reading:
        """A clause about the table as a whole."""
        if lacks_model(clause, self.matcher):
            operator = next(one.operator for one in clause.tables if one.names_model is False)
            lacks = f"“{clause.text}” needs {NEEDS['llm']}; {operator} does it then."
            return Reading(clause, not_covered=(clause.text,), lacks=lacks)
        steps = steps_of(clause, self.matcher)
        if steps is None:
            return Reading(clause, not_covered=(clause.text,))
        if isinstance(steps, Doubt):
            return Reading(clause, doubt=steps)
        proven = ((clause.text, Check()),)
        note = " ".join(one.note for one in clause.tables if one.note)
        fixed = any(one.then or one.picks for one in clause.tables)
        wishes = (Wish(clause, card, options, proofs=proven, note=note, fixed=fixed) for card, options in steps)
        return Reading(clause, tuple(wishes))
