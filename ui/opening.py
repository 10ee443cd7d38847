"""The command `ui`: opens the web page, where its libraries are installed."""

from importlib import import_module
from importlib.util import find_spec

from ..operators.core import InvalidInput
from ..operators.core.settings import Settings
from .answer import Answer
from .document import document


def open_page(settings: Settings) -> Answer:
    """Serve the page until it is stopped.

    Raises:
        InvalidInput: gradio is not installed.
    """
    if find_spec("gradio") is None:
        raise InvalidInput.of("missing_extra", 'the web page needs gradio: pip install "dataflow-agent[ui]"')
    import_module(f"{__package__}.web").launch(settings=settings)
    return Answer(document("completed", "the page was closed"))
