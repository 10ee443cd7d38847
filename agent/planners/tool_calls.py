"""Remembers which models call no tools, so that each is asked in vain once a day and not at every request."""

import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from time import time

from ...operators.core.settings import Settings, make_private_folder

FILE_NAME = "planning_models.json"
REMEMBERED_S = 24 * 3600.0
"""An endpoint may learn to call tools under the same address and name."""


class WithoutTools:
    """The models of one home folder that are known to call no tools; a file that cannot be used is none.

    Args:
        settings: name the folder and the model.
        now: the time in seconds.
    """

    def __init__(self, settings: Settings, now: Callable[[], float] = time) -> None:
        self._folder = settings.home / "cache"
        self._model = sha256(f"{settings.llm_base_url}\n{settings.llm_model}".encode()).hexdigest()
        self._now = now

    @property
    def holds(self) -> bool:
        """Whether the model of the settings is among them."""
        return self._model in self._known()

    def add(self) -> None:
        """Remember the model of the settings."""
        document = json.dumps({**self._known(), self._model: self._now()})
        with suppress(OSError):
            make_private_folder(self._folder)
            handle, name = tempfile.mkstemp(prefix=FILE_NAME, dir=self._folder)
            with os.fdopen(handle, "w") as file:
                file.write(document)
            Path(name).replace(self._folder / FILE_NAME)

    def _known(self) -> dict[str, float]:
        try:
            found = json.loads((self._folder / FILE_NAME).read_text())
            return {
                str(model): float(when) for model, when in found.items() if self._now() - float(when) < REMEMBERED_S
            }
        except (OSError, ValueError, TypeError, AttributeError):
            return {}
