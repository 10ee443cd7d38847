"""What a person is asked about a plan, and what an answer means; pure functions of the state."""

from typing import Literal

from ..pipelines.edits import printable
from ..pipelines.quote import pays_per_row
from .conversation import Conversation, added, errors_of, options_of, the_draft, warnings_in
from .state import Question

APPROVE, REJECT, TRY = "approve", "reject", "try 3 rows"
RUN_COVERED, PLAN_COVERED = "run what is covered", "keep what is covered"
MEANT = "the plan is what I mean"
CANARIES = "canaries"
"""Who asked, where rows made from the request end otherwise than its words say."""
YES = frozenset({APPROVE, "approved", "yes", "y", "run", "run it", "ok", RUN_COVERED, PLAN_COVERED})
NO = frozenset({REJECT, "rejected", "no", "n"})

Decision = Literal["run", "planned", "rejected", "answer", "change", "ask", "try", "meant"]


def open_question(state: Conversation) -> Question | None:
    """The question that must be answered before the plan may go on; None when nothing is open.

    `yes` answers only the last of them, whether to run the plan; it decides neither between two readings nor over
    what is left out, nor over a change that was not understood, nor over a planner that nobody asked for.
    """
    draft, options = the_draft(state), options_of(state)
    if draft.question:
        return draft.question
    unheeded = state.get("decision") == "change" and not state.get("changes")
    if draft.not_covered and not options.partial:
        what = "; ".join(printable(clause, 200) for clause in draft.not_covered)
        verb, option = ("Keep", PLAN_COVERED) if options.plan_only else ("Run", RUN_COVERED)
        return Question(text=f"Not covered by the plan: {what}. {verb} what is covered?", options=(option, REJECT))
    if options.plan_only:
        return None
    if options.wanted == "llm" and state.get("planner") == "offline":
        text = "The model could not be reached. Run the plan that was made without it?"
        return Question(text=text, options=(APPROVE, REJECT))
    if options.yes and not unheeded:
        return None
    return _whether_to_run(state)


def _whether_to_run(state: Conversation) -> Question:
    if not may_try(state):
        return Question(text="Run this plan?", options=(APPROVE, REJECT))
    text = f"Run this plan? It asks a model; {TRY!r} pays for a few rows first and makes the quote a measured one."
    return Question(text=text, options=(APPROVE, TRY, REJECT))


def may_try(state: Conversation) -> bool:
    """Whether the plan costs money, only an estimate says how much, and a few rows would say more."""
    quote = state.get("quote")
    return quote is not None and quote["basis"] == "estimate" and pays_per_row(the_draft(state).workflow)


def unasked(state: Conversation) -> Conversation:
    """The decision where nothing is open."""
    return {"decision": "planned" if options_of(state).plan_only else "run"}


def heard(state: Conversation, question: Question | None, answer: str) -> Conversation:
    """What an answer decides.

    An option of the planner's own question is an answer to it; "approve" and "reject" are what they say, and so is
    "try 3 rows" where the plan costs money. Other words are an answer to the planner's own question where they fit it,
    and else a wish to change the plan.

    Args:
        question: what is open, None when the request had come to an end.
        answer: the words of a person.
    """
    own = the_draft(state).question is not None
    words = " ".join(answer.split())
    plain = words.casefold().rstrip(".! ")
    chosen = _option(question, plain) if own else None
    if chosen is not None and chosen != REJECT:
        return _plan_stands(state) if state.get("asked_by") == CANARIES else _answered(state, chosen)
    if plain in NO or chosen == REJECT:
        return {"decision": "rejected"}
    if plain == TRY and may_try(state):
        return {"decision": "try"}
    if plain in YES or not words:
        planned = question is not None and options_of(state).plan_only
        return {"decision": "ask" if own or not words else "planned" if planned else "run"}
    first = state.get("asked_by") not in ("change", CANARIES) and not state.get("wishes")
    if own and question and (first or not question.options):
        return _answered(state, words)  # where it does not fit the question, it is taken as a wish after all
    return {"decision": "change", "wishes": [*state.get("wishes", []), words]}


def _answered(state: Conversation, words: str) -> Conversation:
    if state.get("asked_by") == "change":
        *earlier, last = state["wishes"]
        return {"decision": "change", "wishes": [*earlier, f"{last}: {words}"]}
    return {"decision": "answer", "answers": [*state.get("answers", []), words]}


def _plan_stands(state: Conversation) -> Conversation:
    """A person knows better than what was read from the words; it is said with the plan all the same."""
    draft = the_draft(state).model_copy(update={"question": None})
    lines = [f"{fault.message}; you said that the plan is what you mean" for fault in errors_of(state)]
    found: Conversation = {"decision": "meant", "meant": True, "asked_by": "draft", "faults": warnings_in(state)}
    return {**found, "draft": draft.model_dump(mode="json"), "warnings": added(state, lines)}


def _option(question: Question | None, plain: str) -> str | None:
    """The option that was meant: by its words, or by its number when it is not one of the options itself."""
    if question is None:
        return None
    by_words = {" ".join(option.split()).casefold().rstrip(".! "): option for option in question.options}
    if plain in by_words:
        return by_words[plain]
    if plain.isdecimal() and 1 <= int(plain) <= len(question.options):
        return question.options[int(plain) - 1]
    return None
