"""The command `chat`: a conversation over a plan in the terminal."""

from collections.abc import Callable, Sequence

from rich.console import RenderableType

from ..agent.api import Agent, Standing
from ..agent.planners.choice import PlannerName
from ..operators.core.settings import Settings
from .answer import Answer
from .delivery import fault_line, prompted, show
from .document import document
from .progress import Watch
from .requesting import answer_for, pending_view
from .show import sentence

BYE = frozenset({"exit", "quit", "bye"})
WELCOME = "Say what your data should become; `use PATH` takes another file, `exit` or Ctrl-D ends."
GO_ON = "Here, `approve` goes on with it; `exit` or Ctrl-D leaves it for later."


def talk(settings: Settings, data: Sequence[str], planner: PlannerName, ask: Callable[[str], str] = prompted) -> Answer:
    """Talk until the person leaves.

    Args:
        data: files that are talked about; may be given later.
        ask: shows a prompt and returns the line that was typed; raises EOFError where no more will come.
    """
    chat = Agent(planner=planner, settings=settings).chat(list(data) or None)
    show(sentence(WELCOME))
    while True:
        try:
            words = ask("> ").strip()
        except EOFError:
            break
        if words.casefold() in BYE:
            break
        command, _, path = words.partition(" ")
        if command.casefold() == "use" and path:
            chat.use(path.strip())
        elif words:
            with Watch() as watch:
                standing = chat.say(words, on_event=watch)
            show(*_told(standing, settings))
    return Answer(document("completed", "the conversation ended"))


def _told(standing: Standing, settings: Settings) -> Sequence[RenderableType]:
    """What is shown after a message."""
    match standing.status:
        case "needs_input":
            return pending_view(standing)
        case "interrupted":
            further = [sentence(GO_ON, style="dim")] if standing.thread else []
            return [sentence(standing.message), *further]
        case "failed":
            said = [fault_line(fault) for fault in standing.faults] or [sentence(standing.message)]
            return [*answer_for(standing, settings).shown, *said]
    return answer_for(standing, settings).shown
