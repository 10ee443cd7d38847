"""What a model is given of a row that it is asked about: one column, or a template."""

from typing import Any

from pydantic import Field, model_validator

from ..core import Anything, Column, PromptText, template
from ..core.asking import AskingOperator
from ..core.prompts import as_data


class Material(AskingOperator[dict[str, Any]]):
    """A column or a template, delimited as data; a null there is no value to ask about."""

    column: Column[Anything] | None = Field(
        default="text", description="Column that holds what is asked about; not used with `prompt`."
    )
    prompt: PromptText | None = Field(
        default=None, min_length=1, description="Template of what is asked about, with {name} for values of columns."
    )

    @model_validator(mode="before")
    @classmethod
    def _one_source(cls, options: Any) -> Any:
        """With a template the column is not read, so it need not be there."""
        if isinstance(options, dict) and options.get("prompt") is not None and "column" not in options:
            return {**options, "column": None}
        return options

    def material(self, row: dict[str, Any]) -> str:
        """What the model is given of a row.

        Raises:
            RowError: a value is not there.
        """
        if self.prompt is not None:
            return template(self.prompt).fill(row)
        column = self.column or "text"
        return as_data(column, row.get(column))
