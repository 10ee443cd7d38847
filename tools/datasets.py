"""Looking at data: its profile, and a few of its rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ..operators.core import Batch
from ..operators.core.dataset import Dataset, conform, unify
from .profile import profile
from .wiring import tool_of

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool

VALUE_CHARACTERS = 500
MOST_ROWS = 50

Files = Annotated[list[str], Field(min_length=1, description="Paths of the data files.")]
RowCount = Annotated[int, Field(ge=1, le=MOST_ROWS, description="How many rows from the start.")]


def dataset_tools() -> list["StructuredTool"]:
    """The tools that look at data."""
    return [tool_of(profile_data), tool_of(sample_rows)]


def profile_data(files: Files) -> dict[str, Any]:
    """Columns of data files, their types, and what their values look like, from the first rows.

    Raises:
        InvalidInput: a file cannot be read.
    """
    return profile(Dataset.open(files)).model_dump(mode="json")


def sample_rows(files: Files, rows: RowCount = 5) -> list[dict[str, Any]]:
    """The first rows of data files; texts are cut after 500 characters.

    Raises:
        InvalidInput: a file cannot be read.
    """
    found: list[dict[str, Any]] = []
    for block in Dataset.open(files).blocks(max_rows=rows):
        parsed = block.parse()
        schema, _ = unify([parsed.schema])
        batch = Batch(conform(parsed.frame, parsed.schema, schema), schema)
        found += [{name: shown_value(value) for name, value in row.items()} for row in batch.rows()]
        if len(found) >= rows:
            break
    return found[:rows]


def shown_value(value: Any) -> Any:
    """A value as JSON can hold it, its texts cut, of bytes their number."""
    if isinstance(value, str):
        return value if len(value) <= VALUE_CHARACTERS else f"{value[:VALUE_CHARACTERS]}…"
    if isinstance(value, dict):
        return {name: shown_value(inner) for name, inner in value.items()}
    if isinstance(value, bytes):
        return f"({len(value):,} bytes)"
    if isinstance(value, Sequence):
        return [shown_value(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | float) else shown_value(str(value))
