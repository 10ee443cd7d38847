"""How many planted mistakes canaries catch, and how many right plans they accuse; run this file by itself.

Each mistake is one edit of a right plan that changes which rows stay. Plans of the requests that stand here come from
the offline planner; those of the requests in free words (`canary_requests.yaml`) are written down with them.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from math import sqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from dataflow_agent.agent.canaries import tried_on_canaries
from dataflow_agent.agent.canary_free import claims_in
from dataflow_agent.agent.planners.offline import OfflinePlanner
from dataflow_agent.agent.state import Ask, Draft
from dataflow_agent.memory.catalog import Catalog, fresh_catalog, operator_entries, pipeline_entries
from dataflow_agent.operators.core import all_operators
from dataflow_agent.operators.core.dataset import Dataset
from dataflow_agent.operators.core.embedder import default_embedder
from dataflow_agent.operators.core.expression import Expression, Not, parse_expression
from dataflow_agent.operators.core.schema import Schema
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.vectors import InMemoryStore
from dataflow_agent.pipelines.builtin import builtins
from dataflow_agent.pipelines.run import RunResult, run
from dataflow_agent.pipelines.workflow import Step, Workflow
from dataflow_agent.tools.profile import ColumnProfile, Profile
from dataflow_agent.tools.profile import profile as look_at

LIMITS = {
    "word_count_filter": ("min_words", "max_words"),
    "char_count_filter": ("min_chars", "max_chars"),
    "sentence_count_filter": ("min_sentences", "max_sentences"),
}
KINDS = (*LIMITS, "language_filter", "expression_filter")
REQUESTS = (
    "keep texts with at least 50 words",
    "drop documents under 50 words",
    "keep documents of 50 to 100 words",
    "remove texts over 500 words",
    "nothing shorter than 15 words",
    "not more than 400 words",
    "no document should be longer than a thousand words",
    "texts must have more than 10 words",
    "everything below 12 words must go",
    "remove documents that don't have at least 60 words",
    "eliminate texts with less than 15 or over 900 words",
    "don't keep documents longer than 1,000 words",
    "keep texts with at least 300 characters",
    "drop documents shorter than 200 characters",
    "keep only texts with at most 2000 characters",
    "remove texts with more than 5,000 characters",
    "keep texts between 100 and 900 characters",
    "keep texts with at least 3 sentences",
    "drop documents with fewer than 5 sentences",
    "keep texts with at most 20 sentences",
    "drop rows whose title has fewer than 4 words",
    "the title must have at most 12 words",
    "keep only English",
    "keep only English and German",
    "drop all non-English documents",
    "keep everything except Japanese",
    "remove French texts",
    "filter out texts that are not in English",
    "weed out Spanish and Portuguese",
    "drop anything that isn't English or German",
    "remove everything that isn't in Spanish",
    "get rid of all texts that are not written in Japanese or Korean",
    "keep English, German, and Dutch documents with at least 20 words",
    "drop rows whose source is wiki",
    "keep rows where source is wiki or news",
    "keep wiki rows only",
    "delete news and forum posts",
    "exclude rows with source forum",
    "drop rows where lang is de",
    "keep rows where lang is en",
    "strip html and drop documents under 20 words",
    "strip the HTML, remove emojis, keep only English documents with at least 50 words and drop exact duplicates",
    "strip html, dedupe paragraphs, drop texts under 50 words",
    "- remove emoji\n- English only\n- at most 300 words",
    "remove html, urls; keep >= 25 words; en only",
    "strip html -> drop under 30 words -> dedupe",
    "Could you drop non-English pages and anything below fifty words?",
    "keep English texts with at least 30 words, drop near duplicates and take a random sample of 100 rows",
    "keep texts with at least 40 words, then keep the top 10 by score",
    "drop texts under 50 words, then split into chunks of 100 words",
    "lowercase the text, drop documents under 50 words and sort by views",
    "keep wiki rows only, drop texts under 30 words, shuffle",
)
TWO_COLUMNS = (
    "drop questions with fewer than 5 words",
    "the answer must have at least 20 words",
    "keep rows whose answer has at least 10 words",
    "keep rows whose kind is base",
    "drop answers over 300 words",
)


def text(name: str, chars: float, labels: tuple[str, ...] = ()) -> ColumnProfile:
    """A column of texts, or of few labels."""
    return ColumnProfile(
        name=name,
        dtype="text",
        distinct_share=0.1 if labels else 1.0,
        mean_chars=chars,
        max_chars=int(chars * 3),
        mean_words=max(1.0, chars / 6),
        looks=("label",) if labels else ("prose",) if chars > 60 else (),
        labels=labels,
    )


def plain(name: str, dtype: Any) -> ColumnProfile:
    """A column without texts."""
    return ColumnProfile(name=name, dtype=dtype, distinct_share=1.0)


def profile_of(*columns: ColumnProfile) -> Profile:
    """A profile of these columns."""
    schema = Schema.of(**{column.name: column.dtype for column in columns})
    return Profile(columns_schema=schema, rows_seen=500, complete=False, columns=columns, inputs=("data.jsonl",))


WEB = profile_of(
    plain("id", "integer"),
    text("text", 1500),
    text("title", 40),
    text("source", 5, ("wiki", "news", "forum")),
    text("lang", 2, ("en", "de", "fr")),
    plain("score", "number"),
    plain("views", "integer"),
    plain("is_ad", "boolean"),
)
QA = profile_of(text("question", 90), text("answer", 140), text("kind", 4, ("base", "easy", "hard")))
CASES = (*((request, WEB) for request in REQUESTS), *((request, QA) for request in TWO_COLUMNS))


def catalog() -> Catalog:
    """All operators and pipelines."""
    entries = [*operator_entries(all_operators()), *pipeline_entries(builtins())]
    return fresh_catalog(InMemoryStore(), default_embedder(), entries)


def mistakes(draft: Draft, profile: Profile) -> Iterator[tuple[str, Draft]]:
    """Wrong plans, each one mistake away from a right one."""
    for place, step in enumerate(draft.workflow.steps):
        others = [one.name for one in profile.columns if one.mean_chars and not one.labels]
        names = LIMITS.get(step.operator)
        if names is None and step.operator not in ("language_filter", "expression_filter"):
            continue
        if names is not None:
            yield from ((kind, _with(draft, place, options)) for kind, options in _limits(step, names))
        elif step.operator == "language_filter":
            negated = {**step.options, "exclude": not step.options.get("exclude", False)}
            yield "negated languages", _with(draft, place, negated)
            spoken = [str(code) for code in step.options["languages"]]
            strange = next(code for code in ("it", "ja", "de") if code not in spoken)
            yield "other language", _with(draft, place, {**step.options, "languages": [*spoken[:-1], strange]})
        else:
            condition = parse_expression(str(step.options["expression"])).condition
            negated = {**step.options, "expression": str(Expression(Not(condition)))}
            yield "reversed membership", _with(draft, place, negated)
            for wrong in _wrong_labels(str(step.options["expression"]), profile):
                yield "wrong label", _with(draft, place, {"expression": wrong})
        steps = draft.workflow.steps
        yield "missing", _of(draft, (*steps[:place], *steps[place + 1 :]))
        if step.operator != "expression_filter":
            now = step.options.get("column", "text")
            for other in [one for one in others if one != now][:1]:
                yield "other column", _with(draft, place, {**step.options, "column": other})
        stripping = [at for at, one in enumerate(steps[:place]) if one.operator == "strip_html"]
        if stripping and names is not None:
            rest = [one for one in steps if one is not step]
            yield "before the stripping", _of(draft, (*rest[: stripping[0]], step, *rest[stripping[0] :]))


def _wrong_labels(expression: str, profile: Profile) -> Iterator[str]:
    """The condition with its first value exchanged for another of that column."""
    for column in profile.columns:
        named = [label for label in column.labels if label and f'{column.name} = "{label}"' in expression]
        named += [label for label in column.labels if label and f'{column.name} != "{label}"' in expression]
        others = [label for label in column.labels if label and label not in named]
        if named and others:
            yield expression.replace(f'"{named[0]}"', f'"{others[0]}"')


def _limits(step: Step, names: tuple[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    low, high = (step.options.get(name) for name in names)
    kept = {name: value for name, value in step.options.items() if name not in names}
    if (low is None) != (high is None):
        yield "swapped", {**kept, names[0]: high, names[1]: low}
    for kind, change in (("factor", lambda n: n * 10), ("factor", lambda n: n // 10)):
        yield kind, {**kept, names[0]: change(low) if low else None, names[1]: change(high) if high else None}
    for by in (1, -1):
        if low is not None:
            yield "off by one", {**kept, names[0]: low + by, names[1]: high}
        if high is not None:
            yield "off by one", {**kept, names[0]: low, names[1]: high + by}


def _with(draft: Draft, place: int, options: dict[str, Any]) -> Draft:
    steps = draft.workflow.steps
    changed = steps[place].model_copy(update={"options": options})
    return _of(draft, (*steps[:place], changed, *steps[place + 1 :]))


def _of(draft: Draft, steps: tuple[Step, ...]) -> Draft:
    return draft.model_copy(update={"workflow": draft.workflow.model_copy(update={"steps": steps})})


def run_apart(home: Path, workflow: Workflow, data: Path, output: Path) -> RunResult:
    """A run in a home of its own."""
    return run(workflow, data, output, settings=Settings(home=home), overwrite=True)


def interval(caught: int, planted: int) -> tuple[float, float]:
    """Wilson's interval of 95 %."""
    z, share = 1.96, caught / planted
    middle = share + z * z / (2 * planted)
    width = z * sqrt(share * (1 - share) / planted + z * z / (4 * planted * planted))
    return (middle - width) / (1 + z * z / planted), (middle + width) / (1 + z * z / planted)


@dataclass
class Score:
    """What was planted, caught and missed, and which right plans were accused."""

    planted: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    accused: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    clauses: int = 0
    read: int = 0

    def judge(self, request: str, draft: Draft, profile: Profile) -> None:
        """Try the right plan, then each mistake."""
        said = claims_in(request, profile)
        limiting = [one for one in draft.workflow.steps if one.operator in KINDS]
        self.clauses += len(limiting)
        self.read += sum(any(_about(one, claim.column) for claim in said) for one in limiting)
        with TemporaryDirectory() as home:
            carried = partial(run_apart, Path(home))
            begun = time.process_time()
            found = tried_on_canaries(draft, profile, carried, request=request)
            self.seconds.append(time.process_time() - begun)
            self.accused += [f"{request}: {fault.message}" for fault in found]
            for kind, wrong in mistakes(draft, profile):
                self.planted[kind] += 1
                if tried_on_canaries(wrong, profile, carried, request=request):
                    self.caught[kind] += 1
                else:
                    steps = [(step.operator, step.options) for step in wrong.workflow.steps]
                    self.missed.append(f"{kind}: {request!r} -> {steps}")

    def tell(self, title: str, *, show: bool) -> None:
        """Print it."""
        for line in [
            *(f"missed {one}" for one in self.missed if show),
            *(f"FALSE ALARM {one}" for one in self.accused),
        ]:
            sys.stdout.write(f"{line}\n")
        for kind in self.planted:
            sys.stdout.write(f"  {kind:24} {self.caught[kind]:4} of {self.planted[kind]}\n")
        low, high = interval(self.caught.total(), self.planted.total())
        share = self.caught.total() / self.planted.total()
        middle, worst = sorted(self.seconds)[len(self.seconds) // 2], max(self.seconds)
        sys.stdout.write(
            f"{title}: {len(self.seconds)} plans; caught {self.caught.total()} of {self.planted.total()} = {share:.1%} "
            f"({low:.1%} to {high:.1%}); clauses read {self.read} of {self.clauses}; "
            f"false alarms {len(self.accused)}; processor {middle:.2f} s, at most {worst:.2f} s\n"
        )


def _about(step: Step, column: str) -> bool:
    return column in (step.options.get("column", "text"), *str(step.options.get("expression", "")).split())


def free_worded() -> Iterator[tuple[str, Draft, Profile, bool]]:
    """The requests in free words with their right plans; the last says whether it was only measured."""
    here = Path(__file__).parent
    for case in yaml.safe_load((here / "canary_requests.yaml").read_text(encoding="utf-8")):
        profile = look_at(Dataset.open([here / "requests" / "tables" / f"{case['data']}.jsonl"]))
        named = [next(iter(step.items())) for step in case["steps"]]
        steps = tuple(Step(id=f"{name}_{at}", operator=name, options=got) for at, (name, got) in enumerate(named))
        ask = Ask(text=case["request"], steps=tuple(step.id for step in steps))
        yield case["request"], Draft(workflow=Workflow(steps=steps), asks=(ask,)), profile, case.get("apart", False)


def main() -> None:
    """Plant all mistakes and print what was caught."""
    show = "--show" in sys.argv
    tuned, apart = Score(), Score()
    for request, draft, profile, held in free_worded():
        (apart if held else tuned).judge(request, draft, profile)
    tuned.tell("free words", show=show)
    apart.tell("free words, every third, only measured", show=False)
    if "--free" in sys.argv:
        return
    planner, known, plain_words = OfflinePlanner(), catalog(), Score()
    for request, profile in CASES:
        draft = planner.draft(request, profile, known)
        if draft.refusal or draft.question or not draft.workflow.steps:
            sys.stdout.write(f"no plan: {request}\n")
            continue
        plain_words.judge(request, draft, profile)
    plain_words.tell("plain words", show=show)


if __name__ == "__main__":
    main()
