"""The plan as people read it on the page: steps, what was asked, what is open, and what the last change did."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ..agent.api import Standing
from ..agent.presenting import cost_text
from ..agent.state import Ask, Check, Draft, Question
from ..operators.core import Fault
from ..pipelines.edits import apply_edit, describe, diff
from ..pipelines.report import Report
from ..pipelines.workflow import Step, Workflow
from .web_markup import EMPTY, Column, Content, Markup, bullets, element, folded, joined, line, notice, section, table

REASON_CHARACTERS = 600
HOLDS = {True: ("good", "holds"), False: ("bad", "broken"), None: ("idle", "not checked")}


@dataclass(frozen=True)
class Changed:
    """What the last edit did to a plan: the workflow before it."""

    before: Workflow

    def lines(self, after: Workflow) -> list[str]:
        """One line for each change, in the order of the edits."""
        lines, workflow = list[str](), self.before
        for edit in diff(self.before, after):
            lines.append(describe(edit, workflow))
            workflow = apply_edit(workflow, edit)
        return lines


def plan_view(standing: Standing | None, changed: Changed | None = None) -> Markup:
    """What must be read before the plan is decided over: what is open, the steps, the warnings."""
    draft = standing.draft if standing else None
    if standing is None or draft is None:
        return _nothing_yet()
    steps = draft.workflow.steps
    warnings = [line(said, REASON_CHARACTERS) for said in standing.warnings]
    parts = [
        _change_notice(changed, draft.workflow),
        notice("bad", "This cannot be done", [line(draft.refusal, REASON_CHARACTERS)] if draft.refusal else []),
        notice("bad", "The plan cannot run as it is", faults_lines(standing.faults)),
        notice("warn", "Not covered by any step", [line(clause) for clause in draft.not_covered]),
        _steps_table(draft, standing.tried or standing.sample, changed) if steps else EMPTY,
        _sample_line(standing, draft.workflow) if steps else EMPTY,
        folded("warn", f"{len(warnings)} {'warning' if len(warnings) == 1 else 'warnings'}", warnings),
    ]
    return joined(parts)


def question_view(question: Question | None) -> Markup:
    """What must be answered before there is a plan to decide over."""
    return notice("info", "A question", [line(question.text, REASON_CHARACTERS)] if question else [])


def details_view(standing: Standing | None) -> Markup:
    """What else there is to know of a plan: how each clause of the request is served and proven, and notes."""
    draft = standing.draft if standing else None
    if draft is None:
        return EMPTY
    return joined(
        [
            section("Your request, clause by clause", asks_table(draft.asks, judged=False)),
            section("Notes", bullets(line(note) for note in draft.notes)),
        ]
    )


def faults_lines(faults: Sequence[Fault]) -> list[Content]:
    """Each fault as a sentence."""
    return [line(fault.message, REASON_CHARACTERS) for fault in faults]


def asks_table(asks: Sequence[Ask], *, judged: bool) -> Markup:
    """Each clause of the request, the steps that serve it, and how it is proven, or whether it was."""
    if not asks:
        return EMPTY
    columns = [Column("You asked"), Column("Served by"), Column("Checked on the result")]
    rows: list[list[Content]] = [
        [ask.text, _named_steps(ask.steps), _verdict(ask) if judged else _check_words(ask.check)] for ask in asks
    ]
    return table("Your request, clause by clause", columns, rows)


def _nothing_yet() -> Markup:
    how = [
        "Add one or several data files on the left.",
        "Say in plain words what they should become.",
        "Read the plan here, change it in words or by hand, then approve it. Nothing runs before that.",
    ]
    steps = [element("li", text) for text in how]
    return element("div", element("h3", "No plan yet"), element("ol", *steps), cls="df-empty")


def _change_notice(changed: Changed | None, workflow: Workflow) -> Markup:
    if changed is None:
        return EMPTY
    said = [element("code", line_of_change) for line_of_change in changed.lines(workflow)]
    return notice("info", "Changed", said or ["Nothing: the plan is as it was."])


def _steps_table(draft: Draft, sample: Report | None, changed: Changed | None) -> Markup:
    columns = [
        Column("#", name="place"),
        Column("Step", name="step"),
        Column("Options", name="options"),
        Column("Why", name="why"),
    ]
    if sample:
        columns.append(Column("On a sample", name="sample"))
    old = {step.id: step for step in changed.before.steps} if changed else None
    rows: list[list[Content]] = []
    for number, step in enumerate(draft.workflow.steps, start=1):
        before = old.get(step.id) if old is not None else step
        row: list[Content] = [str(number), _step_name(step, new=before is None), _options(step, before or step)]
        row.append(line(draft.reasons.get(step.id, ""), REASON_CHARACTERS))
        rows.append([*row, _on_sample(sample, step)] if sample else row)
    return table("Steps of the plan", columns, rows)


def _step_name(step: Step, *, new: bool) -> Markup:
    name = element("strong", step.operator)
    alias = element("div", step.id, cls="df-muted") if step.id != step.operator else EMPTY
    return joined([name, element("span", "new", cls="df-tag df-info") if new else EMPTY, alias])


def _options(step: Step, before: Step) -> Markup:
    """Options one below the other; where the last edit changed one, what it was stands beside it."""
    names = dict.fromkeys([*step.options, *(name for name in before.options if name not in step.options)])
    shown = [_option(name, step, before) for name in names]
    if step.where is not None or before.where is not None:
        was = _struck(before.where or "all rows") if before.where != step.where else EMPTY
        value = element("b", line(step.where or "all rows", REASON_CHARACTERS))
        shown.append(element("div", "only rows where ", was, value, cls=_marked(before.where != step.where)))
    return joined(shown) or element("span", "as by default", cls="df-muted")


def _option(name: str, step: Step, before: Step) -> Markup:
    now = option_text(step.options[name]) if name in step.options else "default"
    was = option_text(before.options[name]) if name in before.options else "default"
    old = _struck(was) if was != now else EMPTY
    return element("div", element("span", name, cls="df-muted"), " ", old, element("b", now), cls=_marked(was != now))


def option_text(value: object) -> str:
    """The value of an option as one would write it: texts bare, lists with commas.

    >>> option_text(["en", "de"]), option_text(True), option_text(None), option_text(0.8)
    ('en, de', 'yes', 'none', '0.8')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    if isinstance(value, list) and value and all(isinstance(one, str | int | float) for one in value):
        return ", ".join(option_text(one) for one in value)
    bare = isinstance(value, str) and value and value == value.strip()
    return str(value) if bare else json.dumps(value, ensure_ascii=False)


def _struck(text: str) -> Markup:
    return joined([element("s", text, aria_label=f"was {text}"), " "])


def _marked(changed: bool) -> str:
    return "df-option df-changed" if changed else "df-option"


def _on_sample(sample: Report | None, step: Step) -> Markup:
    found = next((one for one in sample.steps if one.id == step.id), None) if sample else None
    if found is None:
        return element("span", "not tried", cls="df-muted")
    lost = {"dropped": found.dropped, "merged": found.merged, "failed": found.failed, "changed": found.changed}
    told = ", ".join(f"{count:,} {name}" for name, count in lost.items() if count) or "all kept"
    numbers = element("span", f"{found.rows_in:,} → {found.rows_out:,}", cls="df-nowrap")
    return joined([numbers, element("div", told, cls="df-muted")])


def _sample_line(standing: Standing, workflow: Workflow) -> Markup:
    sample = standing.sample
    what = "get to the first step that costs money" if standing.quote else "come out"
    tried = f"On the first {sample.rows_in:,} rows, {sample.rows_out:,} {what}. " if sample else ""
    return element("p", tried + cost_text(workflow, standing.quote), cls="df-muted")


def _named_steps(steps: Sequence[str]) -> Markup:
    return joined([element("code", step) for step in steps], ", ") or element("span", "no step", cls="df-muted")


def _check_words(check: Check) -> Markup:
    if check.kind == "none":
        return element("span", "cannot be checked", cls="df-muted")
    where = check.arguments.get("where")
    return line(f"{_rule(check)}{f', where {where}' if where else ''}", REASON_CHARACTERS)


def _rule(check: Check) -> str:
    """What must hold for the rows of the result, in words."""
    found = check.arguments
    named = [check.column] if check.column else found.get("columns") or []
    columns = option_text(named) or "the row"
    match check.kind:
        case "word_count" | "char_count":
            unit = "words" if check.kind == "word_count" else "characters"
            bounds = [
                f"{word} {found[side]}" for side, word in (("min", "at least"), ("max", "at most")) if side in found
            ]
            return f"{columns} has {' and '.join(bounds) or 'any number of'} {unit}"
        case "language":
            return f"{columns} is {'not ' if found.get('exclude') else ''}in {option_text(found.get('languages'))}"
        case "no_exact_duplicates":
            return f"no two rows have the same {columns}"
        case "no_match":
            return f"{columns} holds no {found.get('pattern_name') or 'match'}"
        case _:
            return str(found.get("expression") or "a condition")


def _verdict(ask: Ask) -> Markup:
    kind, word = HOLDS[ask.holds]
    words = joined([" ", _check_words(ask.check)]) if ask.check.kind != "none" else EMPTY
    return joined([element("span", word, cls=f"df-tag df-{kind}"), words])
