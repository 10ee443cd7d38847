"""Texts with places for the values of columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Annotated

from pydantic import AfterValidator

_PIECE = re.compile(r"(?P<literal>[^{}]+|\{\{|\}\})|\{(?P<column>[^{}]+)\}|(?P<stray>[{}])")
_SHOWN = 20


@dataclass(frozen=True)
class Template:
    """A text in pieces: a literal, a column, a literal, a column, …, a literal."""

    literals: tuple[str, ...]
    columns: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Template":
        """Read a template: `{name}` is the value of a column, `{{` and `}}` are braces.

        Raises:
            ValueError: a brace is neither.

        >>> Template.parse("{{{title}}}: {n}")
        Template(literals=('{', '}: ', ''), columns=('title', 'n'))
        """
        literals, columns = [""], list[str]()
        for piece in _PIECE.finditer(text):
            if piece["stray"]:
                shown = text[piece.start() : piece.start() + _SHOWN]
                raise ValueError(
                    f"the brace at character {piece.start() + 1} ({shown!r}) encloses no column name; "
                    "write {name} for a column, and {{ or }} for a brace itself"
                )
            if piece["column"]:
                columns.append(piece["column"])
                literals.append("")
            else:
                literals[-1] += piece["literal"][:1] if piece["literal"] in ("{{", "}}") else piece["literal"]
        return cls(tuple(literals), tuple(columns))

    def fill(self, values: Sequence[str]) -> str:
        """The text with one value for each column, in order; what a value holds is never read as a template."""
        return "".join(chain.from_iterable(zip_longest(self.literals, values, fillvalue="")))


def _checked(text: str) -> str:
    Template.parse(text)
    return text


TemplateText = Annotated[str, AfterValidator(_checked)]
"""An option that holds a template."""
