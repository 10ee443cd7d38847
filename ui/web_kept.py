"""What of a conversation of the page is on disk, so that it goes on when the server was started anew."""

from contextlib import suppress
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from ..agent.standing import Standing
from ..agent.state import Draft
from ..pipelines.engine.parts import write_whole

FILE_NAME = "conversation.json"


class Message(BaseModel):
    """One line of the conversation."""

    model_config = ConfigDict(frozen=True)

    role: Literal["user", "assistant"]
    text: str


class Kept(BaseModel):
    """A conversation as it last was.

    `files` are the names of its data files. `standing` is where its request stood before its last message, where that
    was being dealt with, as `busy` says.
    """

    model_config = ConfigDict(frozen=True)

    files: tuple[str, ...]
    messages: tuple[Message, ...]
    standing: Standing | None
    finished: Standing | None
    undo: tuple[Draft, ...]
    busy: bool

    def save(self, folder: Path) -> None:
        """Write it into the folder of the conversation; where that cannot be, it lasts only as long as the server."""
        with suppress(OSError):
            write_whole(folder / FILE_NAME, self.model_dump_json().encode())

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """What was kept; None where there is nothing that can be read."""
        try:
            return cls.model_validate_json((folder / FILE_NAME).read_bytes())
        except (OSError, ValidationError):
            return None
