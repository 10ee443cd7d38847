"""Carries a request out as a user would and says what became of it; looks at rows, never at the names of operators."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from cases import Case, Rows
from dataflow_agent import Agent
from dataflow_agent.agent.api import RunOptions, Standing
from dataflow_agent.agent.planners.choice import PlannerName
from dataflow_agent.operators.core.settings import Settings

TABLES = Path(__file__).parent / "tables"
MOST_QUESTIONS = 3
SHARED_WORDS = 0.5
"""Share of the words of what cannot be done that the plan must name as not covered."""

Outcome = Literal["right", "wrong", "asked", "not covered", "refused", "failed"]
"""`wrong` is a run whose rows are not those that were asked for, unsaid; what comes behind it ran nothing."""


@dataclass(frozen=True)
class Verdict:
    """What became of one case.

    Args:
        asked: whether a question was asked before anything ran.
        not_covered: whether parts were named as not covered.
        clauses: for each clause that can be judged by itself, whether the rows that came out fulfil it.
        seconds: processor time of planning.
        said: the question, the refusal or the steps, for people.
    """

    case: Case
    outcome: Outcome
    asked: bool = False
    not_covered: bool = False
    clauses: tuple[bool, ...] = ()
    seconds: float = 0.0
    said: str = ""


@dataclass
class Stopwatch:
    """Processor time between the beginning of the draft and whatever comes next."""

    seconds: float = 0.0
    _begun: float | None = field(default=None, init=False)

    def __call__(self, event: Any) -> None:
        """Hear an event of the request."""
        if self._begun is not None:
            self.seconds += time.process_time() - self._begun
            self._begun = None
        if event["event"] == "node_started" and event.get("node") == "draft":
            self._begun = time.process_time()


class Judge:
    """Takes cases to their end, each as if it were the first request of its user.

    Args:
        folder: where runs and outputs go.
        planner: which planner is judged.
    """

    def __init__(self, folder: Path, planner: PlannerName = "offline") -> None:
        self._folder, self._home = folder, folder / "home"
        self._agent = Agent(planner=planner, settings=Settings(home=self._home))
        self._count = 0

    def judge(self, case: Case) -> Verdict:
        """Carry a case out."""
        given = rows_of(TABLES / f"{case.table.removesuffix('.jsonl')}.jsonl")
        watch = Stopwatch()
        with self._output() as output:
            standing = self._start(case, output, watch)
            asked = is_question(standing)
            first = standing
            if asked and case.readings:
                standing = self._answered(standing, case)
            named = standing.draft is not None and bool(standing.draft.not_covered)
            out = rows_of(output) if standing.status == "completed" else None
            outcome = self._outcome(case, standing, given, out, asked=asked)
            if outcome == "not covered" and names_it(standing, case) and case.expect is not None:
                outcome = "right" if self._covered_part(case, given) else "wrong"
        clauses = () if out is None else tuple(bool(one.holds(given, out)) for one in case.clauses if one.holds)
        return Verdict(case, outcome, asked, named, clauses, watch.seconds, said_by(first, standing))

    def _outcome(self, case: Case, standing: Standing, given: Rows, out: Rows | None, *, asked: bool) -> Outcome:
        if out is not None:
            if case.readings and asked:  # what ran was chosen, knowing what it does
                return "right" if same_as_first(case, given, out) else "asked"
            return "right" if not (case.readings or case.uncovered) and case.is_right(given, out) else "wrong"
        if _was_to_be_refused(case, standing):
            return "right"
        if is_question(standing):
            return "asked"
        if standing.status == "needs_input":
            return "not covered"
        return "refused" if standing.status == "rejected" else "failed"

    def _covered_part(self, case: Case, given: Rows) -> bool:
        """Whether the part that can be done is done right once somebody agrees."""
        with self._output() as output:
            standing = self._start(case, output, Stopwatch(), partial=True)
            return standing.status == "completed" and case.is_right(given, rows_of(output))

    def _start(self, case: Case, output: Path, watch: Stopwatch, *, partial: bool = False) -> Standing:
        for left in self._home.glob("history.sqlite3*"):
            left.unlink()
        table = TABLES / f"{case.table.removesuffix('.jsonl')}.jsonl"
        options = RunOptions(yes=True, partial=partial)
        return self._agent.start(case.request, table, output=output, options=options, on_event=watch)

    def _answered(self, standing: Standing, case: Case) -> Standing:
        """What becomes of it once a person who means the first reading has answered all questions."""
        reading = case.readings[0]
        for _ in range(MOST_QUESTIONS):
            if not is_question(standing) or standing.thread is None or standing.question is None:
                break
            picked = [
                option
                for option in standing.question.options
                if reading.picks and all(word.lower() in option.lower() for word in reading.picks)
            ]
            standing = self._agent.resume(standing.thread, picked[0] if picked else reading.answer)
        return standing

    @contextmanager
    def _output(self) -> Iterator[Path]:
        self._count += 1
        yield self._folder / f"out-{self._count}.jsonl"


def rows_of(path: Path) -> Rows:
    """The rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def is_question(standing: Standing) -> bool:
    """Whether a question about what is meant is open."""
    return standing.status == "needs_input" and standing.draft is not None and standing.draft.question is not None


def names_it(standing: Standing, case: Case) -> bool:
    """Whether the part that cannot be done is named, and not everything else with it."""
    if not case.uncovered or standing.draft is None:
        return False
    said = {word for clause in standing.draft.not_covered for word in clause.lower().split()}
    wanted = case.uncovered.lower().split()
    return sum(word in said for word in wanted) >= SHARED_WORDS * len(wanted)


def _was_to_be_refused(case: Case, standing: Standing) -> bool:
    """Whether nothing was to be run, or nothing but what somebody agrees to."""
    if case.expect is not None or case.check is not None or case.readings:
        return False
    return not case.uncovered or standing.status == "rejected" or names_it(standing, case)


def same_as_first(case: Case, given: Rows, out: Rows) -> bool:
    """Whether the rows are those of the first reading, which the answer was for."""
    first = Case(case.request, case.table, "single", case.level, expect=case.readings[0].expect, gone=case.gone)
    return first.is_right(given, out)


def said_by(first: Standing, last: Standing) -> str:
    """What the agent said, in one line."""
    parts = []
    if first.draft is not None and first.draft.question is not None:
        parts.append(f"asked {first.draft.question.text!r} {list(first.draft.question.options)}")
    if last.draft is not None:
        steps = [
            f"{s.operator}({_options(s.options)}){f' where {s.where}' if s.where else ''}"
            for s in last.draft.workflow.steps
        ]
        parts.append(" -> ".join(steps))
        parts += [f"not covered: {', '.join(last.draft.not_covered)}"] if last.draft.not_covered else []
        parts += [f"refused: {last.draft.refusal}"] if last.draft.refusal else []
    if last.status == "failed" or last.draft is None:
        parts.append(f"failed: {last.message}")
    return "; ".join(part for part in parts if part)


def _options(options: Any) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in options.items())
