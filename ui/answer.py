"""What a command says: a document for machines, and what people see in its place."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

    from .document import Document


@dataclass(frozen=True)
class Answer:
    """The document, and what people see in its place; nothing of it has been printed yet."""

    document: "Document"
    shown: tuple["RenderableType", ...] = ()
