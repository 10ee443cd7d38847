"""A conversation about some data: requests, answers and changes, one after the other."""

from ..pipelines.events import Listener
from ..pipelines.run import Paths
from .api import Agent, Standing
from .state import Question


class Chat:
    """Keeps to one request until it is rejected; each further message answers it or changes its plan.

    Args:
        data: what is talked about; `use` gives or changes it later.
    """

    def __init__(self, agent: Agent, data: Paths | None = None) -> None:
        self._agent = agent
        self._data = data
        self._last: Standing | None = None

    @property
    def standing(self) -> Standing | None:
        """Where the request stands that is talked about."""
        return self._last

    def use(self, data: Paths) -> None:
        """Talk about other data from now on; the next message is a new request."""
        self._data, self._last = data, None

    def say(self, text: str, *, on_event: Listener | None = None) -> Standing:
        """One message: a request, then "approve", "reject", an answer, or words that change the plan.

        After a run such words change the plan that was run, and it is asked again whether to run it.
        """
        if self._data is None:
            question = Question(text="Which data? Name a file.")
            return Standing("needs_input", question.text, question=question)
        last = self._last
        if last is None or last.thread is None or last.status == "rejected":
            self._last = self._agent.start(text, self._data, on_event=on_event)
        else:
            self._last = self._agent.resume(last.thread, text, on_event=on_event)
        return self._last
