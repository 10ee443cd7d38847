"""Which steps of a plan a wish speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ...pipelines.workflow import Step, Workflow
from .cards import OperatorCard
from .clauses import Clause
from .matching import Matcher
from .slots import LANGUAGES
from .vocabulary import concept_set

OPERATION_NOUNS: Final = frozenset(
    "step steps filter filters operator operators rule rules check checks limit limits part dedup dedupe deduplication "
    "deduping masking stripping normalization normalisation anonymization cleaning cleanup sampling one".split()
)
"""Words for a step of the plan, which a request for something new hardly uses."""
_ORDINALS: Final = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "last": -1,
}  # fmt: skip


@dataclass(frozen=True)
class PlanSteps:
    """The steps of the plan on the table, and how words find them."""

    workflow: Workflow
    matcher: Matcher

    def card(self, step: Step) -> OperatorCard:
        """The card of a step's operator."""
        return self.matcher.card(step.operator)

    def known(self) -> list[Step]:
        """The steps whose operators are known here."""
        return [step for step in self.workflow.steps if step.operator in self.matcher.operators]

    def named(self, clause: Clause, concepts: Sequence[str]) -> list[Step]:
        """The steps that a clause speaks of: by id, by number, or by what they do, the best match only."""
        return self._by_id(clause) or self._by_number(clause) or self._by_concepts(clause, concepts)

    def answering(self, concepts: Sequence[str]) -> list[Step]:
        """The steps that may be meant by what a clause is about, since they are asked for in such words."""
        sure = ((step, self.card(step)) for step in self.known())
        return [step for step, card in sure if concepts and all(concept in card.own_concepts for concept in concepts)]

    def speaks_of_steps(self, clause: Clause) -> bool:
        """Whether a word such as "step" or "filter" says that the plan is meant."""
        return bool(OPERATION_NOUNS & {*clause.words[1:]}) or bool(self._by_id(clause))

    def _by_id(self, clause: Clause) -> list[Step]:
        text = clause.text.lower()
        found = [step for step in self.workflow.steps if step.id.lower() in text]
        # `word_count_filter` is part of `word_count_filter-2`.
        return [one for one in found if not any(one is not other and one.id in other.id for other in found)]

    def _by_number(self, clause: Clause) -> list[Step]:
        words = clause.words
        steps = self.workflow.steps
        for at, word in enumerate(words):
            after = words[at + 1] if at + 1 < len(words) else ""
            place = _ORDINALS.get(word) if after in ("step", "one", "filter") else None
            if word == "step" and after.isdecimal():
                place = int(after) - 1
            if place is not None and -1 <= place < len(steps):
                return [steps[place]]
        return []

    def _by_concepts(self, clause: Clause, concepts: Sequence[str]) -> list[Step]:
        spoken = {concept for concept in concepts if not concept_set(concept) & OPERATION_NOUNS}
        if "language" in clause.words or "languages" in clause.words or (clause.languages and not spoken):
            found = [step for step in self.known() if LANGUAGES in self.card(step).options]
            if found:
                return found
        units = {word if word.endswith("s") else f"{word}s" for word in clause.words}
        scored = [(self._score(step, spoken, units), step) for step in self.known()]
        best = max((score for score, _ in scored), default=0.0)
        return [step for score, step in scored if score == best] if best > 0 else []

    def _score(self, step: Step, spoken: set[str], units: set[str]) -> float:
        card = self.card(step)
        names = card.name_concepts | concept_set(step.id)
        by_unit = 1.0 if any(option.unit in units for option in card.limits()) and not spoken - {"word"} else 0.0
        if not spoken:
            return by_unit
        name = sum(1.0 for concept in spoken if concept in names)
        rest = sum(0.5 for concept in spoken - names if self.matcher.answers(card, concept) >= 1)
        return max(by_unit, (name + rest) / len(spoken))
