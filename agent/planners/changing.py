"""Turns a wish to change a plan into typed edits of it."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import JsonValue

from ...operators.core.errors import InvalidInput
from ...operators.core.expression import Expression
from ...pipelines.edits import InsertStep, MoveStep, PlanEdit, RemoveStep, SetOption, SetWhere, apply_edit
from ...pipelines.validate import build
from ...pipelines.workflow import Step, free_id
from ...tools.profile import Profile
from ..state import Ask, Change, Draft, Question
from . import proofs
from .assembling import Assembled, assemble
from .clauses import Clause
from .doubts import Decisions
from .marks import Marked, mark
from .matching import BY_WORDING, Matcher
from .members import rejoined
from .ordering import place_of
from .references import PlanSteps
from .resetting import Resetter
from .slots import EXCLUDE
from .splitting import split
from .understanding import read_marks, understand
from .vocabulary import DROP

_SET: Final = re.compile(r"(?:.*:\s*)?set (\w+) of ([\w.-]+) to (.+)", re.IGNORECASE | re.DOTALL)
_PLACE: Final = re.compile(r"\b(?:at|to|in) the (?:very )?(?:end|beginning|start)\b", re.IGNORECASE)
_UNDO: Final = frozenset("forget undo cancel disable skip revert without mind".split())
_FIRST: Final = frozenset("first start beginning front top".split())
_LAST: Final = frozenset("last end finally bottom".split())
_MOVE: Final = frozenset("move put run do place should earlier later".split())
_INSTEAD: Final = (("instead", "of"), ("rather", "than"))
_STATED_ANEW: Final = BY_WORDING - {"reshape_rows", "join_table"}
"""Operators of which a plan has one, whose options belong together."""
_CHANGE_WORDS: Final = frozenset(
    "chang switch set rais increas bump lower reduc decreas updat adjust instead rather actual make also too move "
    "put place first last end start begin replac undo forget cancel disabl revert skip mind again now minimum "
    "maximum add".split()
)
"""Concepts that say that something changes, not what."""


def changed(wish: str, draft: Draft, profile: Profile, matcher: Matcher) -> Change:
    """The edits for a wish; pieces that nothing was found for are named as not covered."""
    return _Changer(draft, profile, matcher).change(wish)


class _Changer:
    def __init__(self, draft: Draft, profile: Profile, matcher: Matcher) -> None:
        self.draft, self.profile, self.matcher = draft, profile, matcher
        self.workflow = draft.workflow
        self.edits: list[PlanEdit] = []
        self.reasons: dict[str, str] = {}
        self.asks: list[Ask] = []
        self.not_covered: list[str] = []
        self.question: Question | None = None

    @property
    def steps(self) -> PlanSteps:
        """The plan as it is after the edits so far."""
        return PlanSteps(self.workflow, self.matcher)

    def change(self, wish: str) -> Change:
        """All edits for a wish."""
        if not self.set_directly(wish):
            said = self.tail(wish)
            marked = read_marks(said, self.profile, self.matcher)
            if not self.reorder(marked) and not self.swap(marked):
                self.apply_all(split(marked, self.matcher.verbs))
        return Change(
            edits=tuple(self.edits),
            reasons=self.reasons,
            asks=tuple(self.asks),
            question=self.question,
            not_covered=tuple(self.not_covered),
        )

    def tail(self, wish: str) -> str:
        """What was chosen, where the wish is one that was asked about: "make it shorter: keep texts with …"."""
        before, colon, after = wish.rpartition(": ")
        return after if colon and before.strip() and not before.strip().endswith(("column", "language")) else wish

    def apply_all(self, clauses: Sequence[Clause]) -> None:
        """The edits for each clause; neighbours that ask for something new are read together."""
        new: list[Clause] = []
        for clause in clauses:
            if self.question is not None:
                return
            if self.apply(clause):
                self.insert(new)
                new = []
            else:
                new.append(clause)
        self.insert(new)

    def apply(self, clause: Clause) -> bool:
        """The edits for one clause that speaks of the plan; False where it does not."""
        members = rejoined(clause, self.workflow.steps, self.profile)
        if members is not None:
            return self.edit(members, clause)
        resetter = Resetter(clause, self.concepts(clause), self.steps, self.profile)
        if not resetter.speaks_of_removal() and self.remove(clause):
            return True
        found = resetter.edits()
        self.question = resetter.question
        if found:
            return all(self.edit(one, clause) for one in found)
        return resetter.settled or self.question is not None or self.narrow(clause)

    def concepts(self, clause: Clause) -> tuple[str, ...]:
        """What the clause is about, words of change left out."""
        return tuple(concept for _, concept in clause.concepts if concept not in _CHANGE_WORDS)

    def edit(self, edit: PlanEdit, clause: Clause) -> bool:
        """Take an edit, if the plan takes it; asks of the step are proven as it is then."""
        try:
            after = apply_edit(self.workflow, edit)
        except InvalidInput:
            return False
        if isinstance(edit, InsertStep):
            self.workflow, self.edits = after, [*self.edits, edit]
            return True
        if not isinstance(edit, RemoveStep | MoveStep):
            step = after.step(edit.step)
            operator, faults = build(step)
            moves_rows = operator is not None and operator.row_effect() not in ("same", "subset")
            if operator is None or faults or (step.where is not None and moves_rows):
                return False
            self.reasons[step.id] = (
                f"{self.draft.reasons.get(step.id, step.operator).rstrip('.')}; then “{clause.text}”."
            )
            self.prove(step, clause.text)
        self.workflow, self.edits = after, [*self.edits, edit]
        return True

    def prove(self, step: Step, said: str) -> None:
        """The asks of a step that was changed, in the words of the wish where it changes what they ask."""
        card = self.matcher.card(step.operator)
        options = {name: option.default for name, option in card.options.items()} | step.options
        named = options.get(card.text_option.name) if card.text_option else None
        columns = [named] if isinstance(named, str) else [str(name) for name in named or ()]
        mine = [ask for ask in (*self.draft.asks, *self.asks) if step.id in ask.steps]
        self.asks = [ask for ask in self.asks if step.id not in ask.steps]
        made = []
        # An ask that several steps serve together stays what was asked.
        whole = [ask for ask in mine if len(ask.steps) > 1 and ask.check.kind == "none"]
        for ask in mine:
            if ask in whole:
                continue
            check = proofs.rebuilt(ask.check, options, columns, step.where)
            text = said if check.arguments != ask.check.arguments or check.column != ask.check.column else ask.text
            made.append(Ask(text=text, steps=ask.steps, check=check))
        stated = {
            **step.options,
            **{name: value for name, value in options.items() if name in ("languages", "exclude")},
        }
        fresh = proofs.within(proofs.of_options(stated, columns), step.where)
        if not made or fresh.kind not in {"none", *(ask.check.kind for ask in made)}:
            made.append(Ask(text=said, steps=(step.id,), check=fresh))
        self.asks += {(ask.text, ask.check.model_dump_json()): ask for ask in (*whole, *made)}.values()

    # The kinds of change

    def set_directly(self, wish: str) -> bool:
        """Reads "set min_words of word_count_filter to 80", which is also how questions put their options."""
        found = _SET.fullmatch(wish.strip())
        step = next((one for one in self.workflow.steps if found and one.id == found[2]), None)
        if found is None or step is None or found[1] not in self.matcher.card(step.operator).options:
            return False
        try:
            value: JsonValue = json.loads(found[3])
        except ValueError:
            value = found[3].strip("\"'` ")
        clause = split(mark(wish, self.profile))[0]
        return self.edit(SetOption(step=step.id, option=found[1], value=value), clause)

    def remove(self, clause: Clause) -> bool:
        """Reads "remove the language filter", "don't dedup", "without the emoji step"."""
        undone = bool(_UNDO & {*clause.words}) or clause.polarity == "protect"
        if not (undone or (clause.polarity == "drop" and self.steps.speaks_of_steps(clause))):
            return False
        found = self.steps.named(clause, self.concepts(clause))
        others = [] if self.steps.speaks_of_steps(clause) else self.steps.answering(self.concepts(clause))
        if found and any(step not in found for step in others):
            options = tuple(f"remove the step {step.id}" for step in (*found, *others))
            text = f"Which step is meant by “{clause.text}”?"
            self.question = Question(text=text, options=tuple(dict.fromkeys(options))[:3])
            return True
        return bool(found) and all(self.edit(RemoveStep(step=step.id), clause) for step in found)

    def reorder(self, marked: Marked) -> bool:
        """Reads "move dedup to the end", "dedupe before the language filter", "normalize whitespace before that"."""
        for at, token in enumerate(marked.tokens):
            if token.low in ("before", "after", "behind") and 0 < at < len(marked.tokens) - 1:
                return self.beside(marked, token.start, token.end, behind=token.low != "before")
        words = {token.low for token in marked.tokens}
        if words & (_UNDO | DROP):
            return False
        moved = self.one_step(0, len(marked.request), marked) if words & (_FIRST | _LAST) else None
        if moved is None or not (words & _MOVE or len(marked.tokens) <= 4):
            return False
        return self.move(moved, 0 if words & _FIRST else len(self.workflow.steps) - 1, marked)

    def beside(self, marked: Marked, end: int, start: int, *, behind: bool) -> bool:
        """Puts the step that the words up to `end` mean before or behind the one that the words from `start` mean."""
        moved = self.one_step(0, end, marked)
        other = self.one_step(start, len(marked.request), marked)
        if other is None or (moved is not None and moved.id == other.id):
            return False
        if moved is not None:
            return self.move(moved, self.place(moved, other, behind=behind), marked)
        made = self.assembled(marked.request[:end])
        if made is None or self.not_covered:
            return False
        at = [step.id for step in self.workflow.steps].index(other.id) + behind
        for offset, step in enumerate(made.workflow.steps):
            self.insert_step(step, at + offset, made, split(marked)[0])
        return True

    def one_step(self, start: int, end: int, marked: Marked) -> Step | None:
        """The one step that a piece of the wish speaks of, where it speaks of nothing else."""
        clauses = split(mark(marked.request[start:end], self.profile), self.matcher.verbs)
        if len(clauses) != 1 or clauses[0].limits or clauses[0].conditions:
            return None
        found = self.steps.named(clauses[0], self.concepts(clauses[0]))
        return found[0] if len(found) == 1 else None

    def place(self, moved: Step, other: Step, *, behind: bool) -> int:
        """The position of a step right before or behind another, counted without the moved one."""
        ids = [step.id for step in self.workflow.steps if step.id != moved.id]
        return ids.index(other.id) + behind

    def move(self, step: Step, index: int, marked: Marked) -> bool:
        """Put a step elsewhere."""
        return self.edit(MoveStep(step=step.id, index=index), split(marked)[0])

    def swap(self, marked: Marked) -> bool:
        """Reads "use exact dedup instead of near": one operator in the place of another."""
        lows = [token.low for token in marked.tokens]
        at = next((i for i in range(len(lows) - 1) if (lows[i], lows[i + 1]) in _INSTEAD), None)
        if at is None or at == 0 or at + 2 >= len(lows):
            return False
        old = self.one_step(marked.tokens[at + 2].start, len(marked.request), marked)
        if old is None:
            return False
        made = self.assembled(marked.request[: marked.tokens[at].start].strip())
        if made is None or len(made.workflow.steps) != 1 or self.not_covered:
            return False
        new = made.workflow.steps[0]
        if new.operator == old.operator:
            return False
        index = [step.id for step in self.workflow.steps].index(old.id)
        clause = split(marked)[0]
        self.edit(RemoveStep(step=old.id), clause)
        if not any(step.operator == new.operator for step in self.workflow.steps):
            self.insert_step(new, index, made, clause)
        return True

    def narrow(self, clause: Clause) -> bool:
        """Reads "only for rows where source is wiki" as the rows of the steps it names, or of the only one."""
        known = self.steps.known()
        named = self.steps.named(clause, self.concepts(clause)) if self.concepts(clause) else []
        everywhere = "all" in clause.words and bool({"rows", "documents", "texts"} & {*clause.words}) and named
        if everywhere and not clause.limits and any(step.where for step in named):
            return all(self.edit(SetWhere(step=step.id, where=None), clause) for step in named)
        if not clause.conditions or not (clause.is_scope or (clause.scope_led and named)):
            return False
        meant = named or (known if len(known) == 1 else [])
        if not meant:
            options = tuple(f"{step.id} {clause.text}" for step in known[:3])
            self.question = Question(text=f"Which step is “{clause.text}” for?", options=options)
            return True
        where = str(Expression(clause.stated_condition()))
        return all(self.edit(SetWhere(step=step.id, where=where), clause) for step in meant)

    def insert(self, clauses: Sequence[Clause]) -> None:
        """Steps that the plan does not have yet; those it has get what is stated anew."""
        if not clauses:
            return
        whole = clauses[0].marked.text(clauses[0].start, clauses[-1].end)
        made = self.assembled(_PLACE.sub("", whole))
        for step in made.workflow.steps if made else ():
            twin = self.twin(step)
            if made is not None and twin is not None and step.operator in _STATED_ANEW:
                self.put_in_place(twin, step, made, clauses[0])
            elif twin is None:
                self.insert_step(step, self.position(step, clauses[0]), made, clauses[0])  # type: ignore[arg-type]
            else:
                self.bring_up(twin, step, clauses[0])

    def assembled(self, text: str) -> Assembled | None:
        """The steps that a piece of the wish asks for by itself; None where there are none or it is not clear."""
        main = next((str(c) for c in self.main_columns()), None) or self.profile.text_column()
        understood = understand(Decisions(text, column=main), self.profile, self.matcher)
        self.not_covered += understood.not_covered
        if understood.doubt is not None:
            self.question = understood.doubt.question
        if not understood.wishes:
            if not understood.not_covered and self.question is None:
                self.not_covered.append(text)
            return None
        made = assemble(understood.wishes, self.profile, main, in_request_order=understood.in_request_order)
        self.not_covered += [wish.clause.text for wish, _ in made.faults]
        if made.doubt is not None:  # an answer would be read as another wish
            self.not_covered.append(f"{text}: {made.doubt.question.text}")
        return made

    def main_columns(self) -> Iterator[JsonValue]:
        """The text columns that steps of the plan are bound to."""
        for step in self.steps.known():
            option = self.steps.card(step).text_option
            if option is not None and not option.many and option.name in step.options:
                yield step.options[option.name]

    def twin(self, step: Step) -> Step | None:
        """The step of the plan that does the same to the same columns and rows."""
        card = self.matcher.card(step.operator)
        text = card.text_option.name if card.text_option else ""
        same = [one for one in self.workflow.steps if one.operator == step.operator and one.where == step.where]
        if step.operator in _STATED_ANEW:
            return next(iter(same), None)
        return next((one for one in same if self.is_twin(one, step, text)), None)

    def put_in_place(self, old: Step, new: Step, made: Assembled, clause: Clause) -> None:
        """A step that was stated anew as a whole, such as another sample, in the place of the one before."""
        if old.options == new.options:
            return
        index = [step.id for step in self.workflow.steps].index(old.id)
        if self.edit(RemoveStep(step=old.id), clause):
            self.insert_step(new, index, made, clause)

    def is_twin(self, one: Step, step: Step, text: str) -> bool:
        """Whether what is stated anew can be set in a step that is there."""
        card = self.matcher.card(step.operator)
        defaults = {name: option.default for name, option in card.options.items() if name in (text, EXCLUDE)}
        usual = {name: [*value] if isinstance(value, tuple) else value for name, value in defaults.items()}
        same = all(one.options.get(name, value) == step.options.get(name, value) for name, value in usual.items())
        return bool(text) and same

    def bring_up(self, twin: Step, step: Step, clause: Clause) -> None:
        """Options of a step that a wish states anew; lists grow."""
        for name, stated in step.options.items():
            old = twin.options.get(name)
            new = stated
            if isinstance(old, list) and isinstance(stated, list):
                new = [*old, *(item for item in stated if item not in old)]
            if old != new and not (new is None and name not in twin.options):
                self.edit(SetOption(step=twin.id, option=name, value=new), clause)

    def position(self, step: Step, clause: Clause) -> int:
        """Where a new step goes: where the wish says, else where such steps usually stand."""
        words = {*clause.words}
        if words & {"first", "beginning", "start"}:
            return 0
        if words & {"last", "end", "finally"}:
            return len(self.workflow.steps)
        return place_of(self.matcher.card(step.operator), [self.steps.card(one) for one in self.steps.known()])

    def insert_step(self, step: Step, index: int, made: Assembled, clause: Clause) -> None:
        """Put a new step into the plan under a free id."""
        new = step.model_copy(update={"id": free_id(step.operator, {one.id for one in self.workflow.steps})})
        if self.edit(InsertStep(step=new, index=index), clause):
            self.reasons[new.id] = made.reasons[step.id]
            own: Sequence[Ask] = [ask for ask in made.asks if step.id in ask.steps]
            self.asks += [ask.model_copy(update={"steps": (new.id,)}) for ask in own]
