"""The command `ui`: serves the web page, where its libraries are installed."""

from importlib.util import find_spec

from ..agent.planners.choice import PlannerName
from ..operators.core import InvalidInput
from ..operators.core.settings import Settings
from .answer import Answer
from .document import document


def open_page(settings: Settings, planner: PlannerName, port: int) -> Answer:
    """Serve the page on this machine until Ctrl-C.

    Raises:
        InvalidInput: gradio is not installed, or the port is taken.
    """
    if find_spec("gradio") is None:
        raise InvalidInput.of("missing_extra", 'the web page needs gradio: pip install "dataflow-agent[ui]"')
    from .web import launch

    launch(settings, planner, port=port, open_browser=True)
    return Answer(document("completed", "the page was closed"))
