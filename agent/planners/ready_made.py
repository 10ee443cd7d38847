"""Requests that mean a pipeline which ships: a plan of its steps, changed by what else the request says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ...pipelines.builtin import Pipeline, builtins
from ...pipelines.validate import build
from ...pipelines.workflow import Step, Workflow
from ...tools.profile import Profile
from ..amending import amended
from ..state import Ask, Change, Check, Draft
from . import proofs
from .changing import changed
from .clauses import Clause
from .doubts import Decisions
from .marks import Span
from .matching import ACCEPTED_COVERAGE, ACCEPTED_MEANT, Matcher
from .pipeline_columns import Bound, bound_columns
from .pipeline_options import counted_change, option_change
from .references import OPERATION_NOUNS
from .understanding import clauses_of
from .vocabulary import EXCEPT, ROW_NOUNS, TEXT_NOUNS, THINGS, concept_set, stem
from .wording import ARTICLES

_ASKING: Final = frozenset(
    "prepare prepared preparing ready make turn build run apply use put pass pipeline pipelines recipe workflow".split()
)
"""Words by which a pipeline is asked for; "this is pretraining data" asks for none."""
_TURNS: Final = EXCEPT | {"without", "minus"}
"""Words behind which a clause says what of the pipeline is not wanted."""
_MOST_CLAUSES, _MOST_JOINED = 12, 3
_SAME_WORDS: Final = 0.85
"""From how near a phrase on a request means its pipeline, whatever else its words could mean."""
_NEAR_WORDS: Final = 0.6
"""The same where the words name nothing that the pipeline does not know."""
_ROW: Final = "row"
_UNWANTED: Final = "without"
"""How a wish begins that a step should go; one that removes nothing was not understood."""


@dataclass(frozen=True)
class Asked:
    """A pipeline that a request asks for.

    Args:
        clause: the words that ask for it.
        rest: what else the request says, each a wish to change the pipeline.
        not_covered: words of the clause that say nothing about it.
        columns: the columns that the clause names.
    """

    pipeline: Pipeline
    clause: str
    rest: tuple[str, ...] = ()
    not_covered: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


def asked_pipeline(request: str, profile: Profile, matcher: Matcher) -> Asked | None:
    """The pipeline that a request asks for, by its name or by what it is for; None where it asks for none.

    A clause that leads to a list of what to do ("make a pretraining corpus out of this: …") asks for the list.
    """
    clauses = clauses_of(request, profile, matcher)
    worded = _worded(clauses, profile)
    if worded is not None:
        pipeline, begin, end = worded
        said = clauses[begin].marked.text(clauses[begin].start, _turn(clauses[end - 1]))
        rest = (*_groups(clauses[:begin]), *_turned(clauses[end - 1]), *_groups(clauses[end:]))
        return Asked(pipeline, said, rest)
    for at, clause in enumerate(clauses):
        found = None if _leads_to_a_list(clause) else _meant(clause, matcher)
        if found is not None:
            pipeline, unknown = found
            rest = (*_groups(clauses[:at]), *_aside(clause), *_groups(clauses[at + 1 :]))
            end = _turn(clause)
            columns = tuple(name for one in clause.columns if one.marked and one.start < end for name in one.names)
            return Asked(pipeline, clause.marked.text(clause.start, end), rest, unknown, columns)
    return None


def ready_made(asked: Asked, profile: Profile, matcher: Matcher, answers: Sequence[str]) -> Draft:
    """The steps of a pipeline as a plan, changed by the rest of the request.

    Args:
        answers: what the person said to earlier questions, in order.
    """
    pending = list(answers)
    decisions = Decisions(asked.clause, column=profile.text_column())
    while True:
        found = bound_columns(asked.pipeline, profile, decisions, asked.columns)
        if found.doubt is None or not pending:
            break
        decisions = found.doubt.resolved(pending.pop(0), decisions) or decisions
    if found.fault is not None:
        return Draft(workflow=Workflow(steps=()), refusal=found.fault)
    made = _draft(asked, found, matcher)
    if found.doubt is not None:
        return made.model_copy(update={"question": found.doubt.question})
    for wish in asked.rest:
        counted = counted_change(wish, asked.pipeline, profile)
        change = counted or changed(wish, made, profile, matcher)
        if counted is None and (change.question is not None or change.not_covered or not change.edits):
            change = option_change(wish, asked.pipeline, profile) or change
        if change.question is not None and pending:
            change = changed(pending.pop(0), made, profile, matcher)
        if wish.startswith(_UNWANTED) and not (change.edits or change.question or change.not_covered):
            change = Change(not_covered=(wish,))
        made, _ = amended(made, change)
        if change.question is not None:
            break
    return made


# The pipeline that is meant


def _worded(clauses: Sequence[Clause], profile: Profile) -> tuple[Pipeline, int, int] | None:
    """The pipeline that some clauses together ask for nearly in its own words, with the first and one past the last."""
    for begin in range(min(len(clauses), _MOST_CLAUSES)):
        for end in range(min(len(clauses), begin + _MOST_JOINED), begin, -1):
            some = clauses[begin:end]
            if any(one.hard for one in some[1:]) or some[0].polarity == "protect" or _leads_to_a_list(some[-1]):
                continue
            words = _word_set(some[0].marked.text(some[0].start, _turn(some[-1])))
            near = max(builtins().values(), key=lambda one: (_nearness(one, words), _says(one, some[0])))
            if _nearness(near, words) >= _SAME_WORDS:
                return _for_data(near, words, profile), begin, end
    return None


def _says(pipeline: Pipeline, clause: Clause) -> int:
    """How many words of a clause stand in the phrases of a pipeline as they are: "documents", not "texts"."""
    known = {word for phrase in pipeline.phrases for word in phrase.lower().split()}
    return len(known & {*clause.words})


def _for_data(pipeline: Pipeline, words: frozenset[str], profile: Profile) -> Pipeline:
    """The pipeline, or the nearest other one where the data cannot have its columns: documents or a table of texts."""
    if _has_columns(pipeline, profile):
        return pipeline
    others = [one for one in builtins().values() if _nearness(one, words) >= _NEAR_WORDS and _has_columns(one, profile)]
    return max(others, key=lambda one: _nearness(one, words), default=pipeline)


def _has_columns(pipeline: Pipeline, profile: Profile) -> bool:
    """Whether the data may have the columns of a pipeline, some of them under other names."""
    return bound_columns(pipeline, profile, Decisions("", column=profile.text_column()), ()).fault is None


def _meant(clause: Clause, matcher: Matcher) -> tuple[Pipeline, tuple[str, ...]] | None:
    """The pipeline that a clause asks for, with the words of the clause that it does not answer to."""
    if clause.conditions or clause.polarity == "protect":
        return None
    spoken = {at: concept for at, concept in clause.concepts if at < _turn(clause)}
    fitting = [one for one in builtins().values() if _fits(one, spoken, clause, matcher)]
    hits = [hit.name for hit in matcher.catalog.search(clause.text, len(builtins()), "pipeline")] if fitting else []
    known = [one for one in fitting if one.name in hits]
    if not known:
        return None
    said = frozenset(spoken.values())
    # Of two that answer to as much, the one whose phrases are nearer, then by its name, then by retrieval.
    words = _word_set(clause.marked.text(clause.start, _turn(clause)))

    def likeness(one: Pipeline) -> tuple[float, ...]:
        named = one.name in clause.words
        alike, unsaid = round(_nearness(one, words), 6), _unsaid(one, said)
        return named, _coverage(one, said), -unsaid, alike, _share_of_name(one, said, matcher), -hits.index(one.name)

    best = max(known, key=likeness)
    tokens = clause.marked.tokens
    unknown = [at for at, one in spoken.items() if one not in _vocabulary(best) and tokens[at].low != best.name]
    return best, tuple(clause.marked.text(at, at + 1) for at in unknown)


def _fits(pipeline: Pipeline, spoken: dict[int, str], clause: Clause, matcher: Matcher) -> bool:
    """Whether a clause names a pipeline; or asks for it, says hardly anything else, and begins with what it does."""
    if pipeline.name in clause.words:
        return True
    said = frozenset(spoken.values())
    if not said or not _asks(clause) or spoken[min(spoken)] not in _vocabulary(pipeline):
        return False
    meant = _share_of_name(pipeline, said, matcher) >= ACCEPTED_MEANT or any(
        concept_set(phrase) <= said for phrase in pipeline.phrases
    )
    if meant and _coverage(pipeline, said) >= ACCEPTED_COVERAGE:
        return True
    words = _word_set(clause.marked.text(clause.start, _turn(clause)))
    return said <= _vocabulary(pipeline) and _nearness(pipeline, words) >= _NEAR_WORDS


def _asks(clause: Clause) -> bool:
    """Whether the clause says that something is to be done, and not what rows to keep or drop are about."""
    words = {*clause.words}
    if "by" in words:  # "filter the pretraining data by language" has a rule of its own
        return False
    if clause.polarity in ("keep", "drop"):
        return bool(words & OPERATION_NOUNS)
    return clause.polarity in ("strip", "filter") or bool(words & (_ASKING | OPERATION_NOUNS))


def _word_set(text: str) -> frozenset[str]:
    """All words of a text but articles, without their endings; nouns for what the data is made of are one word."""
    words = "".join(one if one.isalnum() else " " for one in text.lower()).split()
    return frozenset(
        _ROW if word in (ROW_NOUNS - THINGS) | TEXT_NOUNS else stem(word) for word in words if word not in ARTICLES
    )


def _nearness(pipeline: Pipeline, words: frozenset[str]) -> float:
    """How much of its nearest phrase was said, and how much of what was said it is, 0 to 1."""
    return max(len(words & known) / len(words | known) for known in map(_word_set, pipeline.phrases))


def _unsaid(pipeline: Pipeline, said: frozenset[str]) -> int:
    """How much a phrase of it is about that was not said, of the phrase of which least is missing."""
    about = (concept_set(phrase) for phrase in pipeline.phrases)
    return min((len(phrase - said) for phrase in about if phrase & said), default=len(said))


def _coverage(pipeline: Pipeline, said: frozenset[str]) -> float:
    return len(said & _vocabulary(pipeline)) / len(said) if said else 1.0


def _share_of_name(pipeline: Pipeline, said: frozenset[str], matcher: Matcher) -> float:
    return matcher.share(said, concept_set(pipeline.name))


def _vocabulary(pipeline: Pipeline) -> frozenset[str]:
    return frozenset().union(*map(concept_set, (pipeline.name, pipeline.title, *pipeline.phrases)))


# What else the request says


def _turn(clause: Clause) -> int:
    """Where the clause turns to what is to be other than in the pipeline; its end where it does not."""
    lows = [token.low for token in clause.marked.tokens]
    before_limits = {at for at in range(clause.start, clause.end) if lows[at] == "with" and _limited(clause, at)}
    turns = (at for at in range(clause.start + 1, clause.end) if lows[at] in _TURNS or at in before_limits)
    return next(turns, clause.end)


def _limited(clause: Clause, after: int) -> bool:
    return any(limit.end > after for limit in clause.limits)


def _aside(clause: Clause) -> Iterator[str]:
    """What the clause itself wishes to be other: "… with at least 100 words", "… except the language filter"."""
    turn = _turn(clause)
    stated: list[Span] = [*clause.limits, *clause.languages]
    for one in sorted(stated, key=lambda one: one.start):
        if one.start < turn:
            said = clause.marked.text(one.start, one.end)
            yield f"the language must be {said}" if one in clause.languages else said
    yield from _turned(clause)


def _turned(clause: Clause) -> Iterator[str]:
    """What the clause wishes to be other than in the pipeline."""
    turn = _turn(clause)
    if turn < clause.end:
        lead = "" if clause.marked.tokens[turn].low == "with" else f"{_UNWANTED} "
        yield lead + clause.marked.text(turn + 1, clause.end).removeprefix("for ")


def _groups(clauses: Sequence[Clause]) -> list[str]:
    """The words of clauses, those that share a verb together."""
    groups: list[list[Clause]] = []
    for clause in clauses:
        if groups and groups[-1][-1].group == clause.group:
            groups[-1].append(clause)
        else:
            groups.append([clause])
    return [some[0].marked.text(some[0].start, some[-1].end) for some in groups]


def _leads_to_a_list(clause: Clause) -> bool:
    tokens = clause.marked.tokens
    return clause.end < len(tokens) - 1 and tokens[clause.end].low == ":"


# The plan


def _draft(asked: Asked, found: Bound, matcher: Matcher) -> Draft:
    pipeline = asked.pipeline
    workflow = pipeline.bound(found.columns)
    notes = [f"The steps are those of the pipeline {pipeline.name}; say what is to be other."]
    for name, column in found.columns.items():
        what = "text" if len(pipeline.columns) == 1 else name
        notes += [f"The {what} is taken from the column “{column}”."] if column != name else []
    everything = Ask(text=asked.clause, steps=tuple(step.id for step in workflow.steps))
    return Draft(
        workflow=workflow,
        reasons=dict(pipeline.reasons),
        asks=(everything, *_provable(asked.clause, workflow, matcher)),
        not_covered=asked.not_covered,
        notes=tuple(notes),
    )


def _provable(said: str, workflow: Workflow, matcher: Matcher) -> Iterator[Ask]:
    """An ask for each step whose rule can be proven on the output: no later step makes rows or texts of its own."""
    for at, step in enumerate(workflow.steps):
        check = _check(step, matcher)
        if check.kind != "none" and not any(_undoes(check, after) for after in workflow.steps[at + 1 :]):
            yield Ask(text=f"{said}: {step.id}", steps=(step.id,), check=check)


def _undoes(check: Check, step: Step) -> bool:
    """Whether what a check looks at may be otherwise after a step, through no fault of the step that it proves."""
    operator, _ = build(step)
    if operator is None:
        return True
    makes_rows = operator.row_effect() in ("expand", "create")
    rewrites = "llm" in operator.needs and check.column in operator.writes()
    return rewrites or (makes_rows and check.kind == "no_exact_duplicates")


def _check(step: Step, matcher: Matcher) -> Check:
    """The proof of a step's rule in the column that the step works on."""
    if "words" in step.options or step.operator not in matcher.operators:  # words counted otherwise than the proof does
        return Check()
    option = matcher.card(step.operator).text_option
    named = step.options.get(option.name, option.default) if option else None
    columns = [named] if isinstance(named, str) else [str(name) for name in named or ()]
    concepts = concept_set(step.operator)
    return proofs.concept_check(concepts, columns) if "exact" in concepts else proofs.of_options(step.options, columns)
