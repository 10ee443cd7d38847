"""The commands `run` and `plan`: from a request to its plan, to the person's word on it, to the result."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rich.console import RenderableType
from rich.text import Text

from ..agent.api import Agent, RunOptions, Standing
from ..agent.planners.choice import PlannerName
from ..agent.presenting import question_lines
from ..operators.core.settings import Settings
from ..pipelines.run import Home
from .answer import Answer
from .applying import Running, run_folder
from .delivery import INTERRUPTED, prompted, show
from .document import from_standing
from .following import goes_on
from .history import telling_rows
from .progress import Watch
from .saving import plan_target, save_plan
from .show import LAST, next_steps, quoted, report_view, sentence, unbroken, warnings_view
from .show_plan import plan_view

LONGEST_REASON = 200


@dataclass(frozen=True)
class Request:
    """What is wanted of which data.

    Args:
        output: where the result goes, or for `plan` where the plan is saved.
        yes: run without asking; `partial`: be content with what is covered.
    """

    words: str
    data: tuple[str, ...]
    output: str | None
    planner: PlannerName
    yes: bool = False
    partial: bool = False


def start(request: Request, running: Running, settings: Settings, *, ask: bool) -> Answer:
    """Plan a request and run it once it is approved; without `ask` a question ends it for now."""
    agent = Agent(planner=request.planner, settings=settings)
    options = RunOptions(yes=request.yes, partial=request.partial, **running.options())
    with Watch(silent=running.silent) as watch:
        standing = agent.start(
            request.words, list(request.data), output=request.output, options=options, on_event=watch
        )
    if ask:
        standing = talk_over(agent, standing, running)
    return answer_for(standing, settings)


def go_on(
    thread: str,
    words: str,
    running: Running,
    settings: Settings,
    *,
    output: str | None,
    planner: PlannerName,
    ask: bool,
) -> Answer:
    """Give a request the answer it waits for."""
    agent = Agent(planner=planner, settings=settings)
    options = RunOptions(**running.options())
    changed = options if options.model_fields_set else None
    with Watch(silent=running.silent) as watch:
        standing = agent.resume(thread, words, output=output, options=changed, on_event=watch)
    if ask:
        standing = talk_over(agent, standing, running)
    return answer_for(standing, settings)


def make_plan(request: Request, running: Running, settings: Settings, *, overwrite: bool, ask: bool) -> Answer:
    """Plan a request, run nothing but a sample, and save the plan where that is wanted.

    Raises:
        InvalidInput: the plan cannot be saved there.
    """
    target = None
    if request.output is not None:
        target = plan_target(request.output, overwrite=overwrite, data=request.data)
    agent = Agent(planner=request.planner, settings=settings)
    options = RunOptions(partial=request.partial, **running.options())
    with Watch(silent=running.silent) as watch:
        standing = agent.start(request.words, list(request.data), options=options, plan_only=True, on_event=watch)
    if ask:
        standing = talk_over(agent, standing, running)
    answer = answer_for(standing, settings)
    if standing.status != "planned" or standing.draft is None:
        return answer
    inputs = " ".join(f"-i {quoted(path)}" for path in request.data)
    if target is None:
        steps = next_steps((f"run --thread {standing.thread} --answer approve", "run this plan"))
    else:
        save_plan(standing.draft.workflow, standing.draft.reasons, target)
        answer = replace(answer, shown=(*answer.shown, unbroken(f"Saved to {target}")))
        steps = next_steps((f"apply {quoted(target)} {inputs} -o OUTPUT", "run the saved plan, with no model"))
    return replace(answer, shown=(*answer.shown, Text(), steps))


def talk_over(agent: Agent, standing: Standing, running: Running, ask: Callable[[str], str] = prompted) -> Standing:
    """Show what is planned and ask, until nothing is open or the person leaves, by Ctrl-D or Ctrl-C.

    Args:
        ask: shows a prompt and returns the line that was typed; raises EOFError where no more will come.
    """
    while standing.status == "needs_input" and standing.thread:
        show(*pending_view(standing))
        try:
            words = ask("> ").strip()
        except EOFError:
            break
        except KeyboardInterrupt:
            return replace(standing, status="interrupted")
        if words:
            with Watch(silent=running.silent) as watch:
                standing = agent.resume(standing.thread, words, on_event=watch)
    return standing


def pending_view(standing: Standing) -> tuple[RenderableType, ...]:
    """A plan that waits for a word, and the question."""
    question = standing.question
    asked = [] if question is None else [Text(line) for line in question_lines(question)]
    hint = sentence("Type an answer, or say what to change; Ctrl-D leaves it for later.", style="dim")
    return (plan_view(standing), *_changes(standing), *asked, hint)


def answer_for(standing: Standing, settings: Settings) -> Answer:
    """What a command says of where a request stands."""
    if standing.status == "interrupted":
        later = f", as does `dataflow-agent run --thread {standing.thread} --answer approve`" if standing.thread else ""
        message = goes_on(Home.of(settings).runs / standing.running) if standing.running else f"{INTERRUPTED}{later}"
        standing = replace(standing, message=message)
    return Answer(from_standing(standing), _shown(standing, settings))


def _shown(standing: Standing, settings: Settings) -> tuple[RenderableType, ...]:
    report = standing.report
    match standing.status:
        case "completed" if report:
            rows = telling_rows(Home.of(settings).ledger(report.id), report)
            told = report.model_copy(update={"warnings": standing.warnings})
            folder = run_folder(settings, report)
            return (report_view(told, said=standing.message, asks=standing.asks, rows=rows, folder=folder, name=LAST),)
        case "needs_input":
            return (plan_view(standing), *_changes(standing), *_how_to_answer(standing))
        case "planned":
            return (plan_view(standing), sentence(standing.message))
        case "rejected":
            return (sentence(standing.message), *warnings_view(standing.warnings))
        case "failed" if standing.draft:
            return (plan_view(standing),)
    return ()


def _changes(standing: Standing) -> list[RenderableType]:
    """What is said beside the bare question: what the last change did, where the result will go."""
    question = standing.question
    beside = standing.message.replace(question.text, "").strip() if question else ""
    return [sentence(beside)] if beside else []


def _how_to_answer(standing: Standing) -> list[RenderableType]:
    question = standing.question
    if question is None:
        return []
    asked = [Text(line) for line in question_lines(question)]
    if standing.thread is None:
        return [*asked]
    options = question.options or ("YOUR ANSWER",)
    commands = [(f"run --thread {standing.thread} --answer {quoted(option)}", option) for option in options]
    change = (f'run --thread {standing.thread} --answer "make it 80 words"', "change the plan, in your words")
    return [*asked, Text(), next_steps(*commands, change)]
