"""Finds the options of a plan's steps that a wish sets anew: limits, languages and columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydantic import JsonValue

from ...operators.core.columns import accepts
from ...pipelines.edits import BindColumn, PlanEdit, RemoveStep, SetOption
from ...pipelines.workflow import Step
from ...tools.profile import Profile
from ..state import Question
from .cards import OptionCard
from .clauses import Clause
from .counting import count_of, cuts, places
from .directions import Interval, Limit
from .languages import LanguageMention
from .matching import SURE
from .references import PlanSteps
from .slots import EXCLUDE, LANGUAGES, typed

_MORE: Final = frozenset("too also add include allow well plus additionally extra".split())
_CHANGES: Final = frozenset("change raise increase lower reduce decrease move bump go from set".split())
_USES: Final = frozenset("use instead switch apply work take".split())
_SIDES: Final = MappingProxyType({"minimum": "min", "min": "min", "maximum": "max", "max": "max"})


@dataclass(frozen=True)
class _Place:
    """An option of a step that may take a number."""

    step: Step
    option: OptionCard

    @property
    def value(self) -> JsonValue:
        """What it is now."""
        return self.step.options.get(self.option.name, self.option.default)


class Resetter:
    """Reads one clause of a wish against the plan.

    Args:
        clause: the clause.
        concepts: what it is about, words of change left out.
        steps: the plan.
        profile: the data.
    """

    def __init__(self, clause: Clause, concepts: Sequence[str], steps: PlanSteps, profile: Profile) -> None:
        self.clause, self.concepts, self.steps, self.profile = clause, concepts, steps, profile
        self.question: Question | None = None
        self.settled = False
        """Whether the plan does already what is wished."""

    def speaks_of_removal(self) -> bool:
        """Whether a "drop" or "not" in it is about a value of a step, and not about the step."""
        return bool(self.clause.limits or self.clause.languages) and not self.steps.speaks_of_steps(self.clause)

    def edits(self) -> list[PlanEdit]:
        """The edits; none where nothing is set anew, or where `question` says what is open."""
        if self.clause.limits:
            return self.limits()
        if self.clause.polarity in ("drop", "protect") and (sides := _SIDES.keys() & {*self.clause.words}):
            return [edit for side in sides for edit in self.unlimited(_SIDES[side])]
        if self.clause.languages:
            return [edit for mention in self.clause.languages for edit in self.languages(mention)][:3]
        if self.clause.columns and not self.clause.conditions:
            return self.columns()
        return []

    # Limits

    def limits(self) -> list[PlanEdit]:
        """Each number in the option that it is meant for; none where one of them fits nowhere."""
        new = [limit for limit in self.clause.limits if not self.is_old(limit)]
        old = [limit.interval.low for limit in self.clause.limits if self.is_old(limit)]
        edits: list[PlanEdit] = []
        for limit in new:
            found = list(self.reset(limit, old))
            if not found:
                return []
            edits += found
        return edits

    def unlimited(self, side: str) -> Iterator[PlanEdit]:
        """Reads "no minimum": the limit of that side goes."""
        for step in self.steps.named(self.clause, self.concepts) or self.steps.known():
            for option in self.steps.card(step).limits():
                value = step.options.get(option.name, option.default)
                if option.side == side and option.nullable and value is not None:
                    yield SetOption(step=step.id, option=option.name, value=None)

    def is_old(self, limit: Limit) -> bool:
        """Whether the number is what was there: "80 instead of 50"."""
        before = [token.low for token in self.clause.marked.tokens[max(0, limit.start - 2) : limit.start]]
        return before in (["instead", "of"], ["rather", "than"]) or before[-1:] == ["not"]

    def reset(self, limit: Limit, old: Sequence[float | None]) -> Iterator[PlanEdit]:
        """The edits for one number, or a question where several options may be meant."""
        places = [place for place in self.places(limit) if not old or place.value in old]
        kept = self.target(limit)
        sides = [side for side, bound in (("min", kept.low), ("max", kept.high)) if bound is not None]
        if self.states_direction(limit):
            sided = [place for place in places if place.option.side in sides]
            if sided and len({place.step.id for place in sided}) == 1:
                for place in sided:
                    bound = kept.low if place.option.side == "min" else kept.high
                    yield self.setting(place, bound)
                return
            places = [place for place in places if place.option.side is None]
        value = kept.low if kept.low is not None else kept.high
        stated = [place for place in places if place.step.options.get(place.option.name) is not None]
        meant = stated or [place for place in places if place.value is not None] or places
        if len(meant) == 1:
            yield self.setting(meant[0], value)
        elif meant:
            options = tuple(f"set {p.option.name} of {p.step.id} to {typed(p.option, value)}" for p in meant[:3])
            self.question = Question(text=f"Which limit is meant in “{self.clause.text}”?", options=options)

    def target(self, limit: Limit) -> Interval:
        """What is to be kept: for "from 50 to 80" the new end."""
        interval = limit.interval
        low, high = interval.low, interval.high
        if low is not None and high is not None and low != high and self.is_step_up(limit):
            return Interval(high, high)
        if self.clause.keeps(limit.start) or not limit.stated:
            kept: Interval | None = interval
        else:
            kept = interval.outside()
        whole = kept or interval
        return whole.whole() if whole.low_open or whole.high_open else whole

    def is_step_up(self, limit: Limit) -> bool:
        """Whether two numbers say what it was and what it becomes: "from 50 to 80"."""
        first = self.clause.marked.tokens[limit.start].low
        return first == "from" and bool(_CHANGES & {*self.clause.words})

    def states_direction(self, limit: Limit) -> bool:
        """Whether the words say minimum or maximum; "the limit to 80" does not."""
        tokens = self.clause.marked.tokens
        noun = tokens[limit.start].low == "limit" and limit.start > 0 and tokens[limit.start - 1].low != "to"
        return limit.stated and not noun and not self.is_step_up(limit)

    def places(self, limit: Limit) -> list[_Place]:
        """The options that may hold a number with this unit, in the steps that the clause names, or in all."""
        counted = self.counting(limit)
        if counted:
            return counted
        named = self.steps.named(self.clause, self.concepts) if self.concepts else []
        steps = [step for step in named or self.steps.known() if self.explains(step)]
        places = [place for step in steps for place in self.of_step(step, limit)]
        if limit.unit is None and not limit.share and not self.concepts:
            stated = [place for place in places if place.option.name in place.step.options]
            return stated or places
        return places

    def counting(self, limit: Limit) -> list[_Place]:
        """The options that count such things: "three questions per chunk"; of several those that were set."""
        count = count_of(self.clause.marked, limit, self.clause.end)
        if count is None:
            return []
        found: list[_Place] = []
        cut = False
        for step in self.steps.known():
            card = self.steps.card(step)
            if not cut or count.of_pieces:
                found += (_Place(step, option) for option in places(count, card, self.steps.matcher))
            cut = cut or cuts(card)
        return [place for place in found if place.option.name in place.step.options] or found

    def explains(self, step: Step) -> bool:
        """Whether a step answers to all that the clause is about; otherwise something else is wished."""
        card = self.steps.card(step)
        return all(self.steps.matcher.answers(card, concept) >= SURE for concept in self.concepts)

    def of_step(self, step: Step, limit: Limit) -> Iterator[_Place]:
        """The options of one step that the number fits by its unit, or by the words around it."""
        bound = limit.interval.low if limit.interval.low is not None else limit.interval.high
        for option in self.steps.card(step).options.values():
            if not option.is_number or (option.of_replies and limit.unit != "tokens"):
                continue
            named = bool(option.concepts & {*self.concepts})
            if limit.unit is not None:
                fits = option.unit == limit.unit
            elif limit.share or (bound is not None and 0 < bound < 1):
                fits = option.is_share
            else:
                fits = named or (option.side is not None and option.unit is not None)
            if fits:
                yield _Place(step, option)

    def setting(self, place: _Place, value: float | None) -> SetOption:
        """The edit that puts a number there."""
        return SetOption(step=place.step.id, option=place.option.name, value=typed(place.option, value))

    # Languages

    def languages(self, mention: LanguageMention) -> Iterator[PlanEdit]:
        """Languages added to, taken from, or put in the place of those that a step lists."""
        known = [one for one in self.steps.known() if LANGUAGES in self.steps.card(one).options and self.explains(one)]
        step = next(iter(known), None)
        if step is None:
            return
        card = self.steps.card(step)
        listed = [str(code) for code in step.options.get(LANGUAGES, card.options[LANGUAGES].default) or ()]
        excludes = bool(step.options.get(EXCLUDE, False))
        wanted = (self.clause.polarity in ("drop",)) == bool(
            self.clause.negations_before(mention.start) % 2 + mention.foreign
        )
        before = [token.low for token in self.clause.marked.tokens[max(0, mention.start - 2) : mention.start]]
        if before == ["instead", "of"]:
            return
        if wanted and not excludes and not (_MORE & {*self.clause.words}):
            new = list(mention.codes)
        elif wanted != excludes:
            new = [*listed, *(code for code in mention.codes if code not in listed)]
        else:
            new = [code for code in listed if code not in mention.codes]
        if new == listed:
            self.settled = True
            return
        yield SetOption(step=step.id, option=LANGUAGES, value=[*new]) if new else RemoveStep(step=step.id)

    # Columns

    def columns(self) -> list[PlanEdit]:
        """The steps named, or all that work on the main text, on other columns."""
        names = [name for mention in self.clause.columns for name in mention.names]
        inside = {at for mention in self.clause.columns for at in range(mention.start, mention.end)}
        left = [concept for at, concept in self.clause.concepts if at not in inside and concept in self.concepts]
        told = all(mention.marked for mention in self.clause.columns) or bool(_USES & {*self.clause.words})
        if not names or not told or self.clause.polarity is not None:
            return []
        named = self.steps.named(self.clause, left) if left else []
        if left and not named:
            return []
        return [edit for step in named or self.on_main() if (edit := self.binding(step, names)) is not None]

    def on_main(self) -> list[Step]:
        """The steps that work on the text that most of them work on."""
        bound = {step.id: self.column_of(step) for step in self.steps.known()}
        counted = [column for column in bound.values() if column is not None]
        usual = max(counted, key=counted.count, default=None)
        return [step for step in self.steps.known() if bound[step.id] == usual and usual is not None]

    def column_of(self, step: Step) -> str | None:
        """The one column that a step works on."""
        option = self.steps.card(step).text_option
        if option is None:
            return None
        value = step.options.get(option.name, option.default)
        if isinstance(value, str):
            return value
        return str(value[0]) if isinstance(value, list | tuple) and len(value) == 1 else None

    def binding(self, step: Step, names: Sequence[str]) -> BindColumn | None:
        """The edit that has a step work on other columns."""
        option = self.steps.card(step).text_option
        different = tuple(dict.fromkeys(names))
        if option is None or option.reads is None or (not option.many and len(different) != 1):
            return None
        if not all(accepts(option.reads, self.profile.schema[name].dtype) for name in different):
            return None
        return BindColumn(step=step.id, option=option.name, column=different if option.many else different[0])
