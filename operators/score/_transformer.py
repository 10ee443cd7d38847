"""Scores by rules or by a local transformers model: the options for that, and the doors to the models.

Weights come from safetensors in a folder that the user binds; nothing is downloaded, and no code of the folder runs. A
result does not depend on the other texts of a call beyond rounding: padding stands at the end, under the mask.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Context, Evaluator
from ..core.resources import files_fingerprint
from ._causal_model import CausalModel, Loss, Prompt
from ._classifier import Classifier
from ._model_folder import Device, open_model

__all__ = [
    "CausalModel",
    "Classifier",
    "Device",
    "Loss",
    "ModelEvaluator",
    "Prompt",
    "open_causal",
    "open_classifier",
    "score_texts",
]


class ModelEvaluator(Evaluator):
    """Scores by rules or by a model: the option `backend` says which."""

    backend: Literal["offline", "transformers"] = Field(
        default="offline",
        description="What scores: offline needs no model, transformers runs the model in the folder of `model`.",
    )
    model: str | None = Field(
        default=None,
        min_length=1,
        description="Name of a resource bound to a model folder with safetensors, for backend transformers.",
    )
    device: Device = Field(default="auto", description="Where the model runs; auto takes a GPU where there is one.")

    @model_validator(mode="after")
    def _model_goes_with_backend(self) -> Self:
        if self.backend == "transformers" and self.model is None:
            raise ValueError("backend transformers needs a model; set model to the name of a resource with its folder")
        if self.backend == "offline" and self.model is not None:
            raise ValueError("backend offline uses no model; set backend to transformers, or leave model out")
        return self

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        """The contents of the model's folder."""
        return {} if self.model is None else {self.model: files_fingerprint(self.model, resources, self._what())}

    def causal_model(self, ctx: Context) -> CausalModel:
        """The language model of the options; only for backend transformers."""
        return open_causal(self.model or "", ctx.resources, self._what(), self.device)

    def classifier(self, ctx: Context) -> Classifier:
        """The classifier of the options; only for backend transformers."""
        return open_classifier(self.model or "", ctx.resources, self._what(), self.device)

    def _what(self) -> str:
        return f"model of {self.name}"


def open_causal(resource: str, resources: Mapping[str, str], what: str, device: Device = "auto") -> CausalModel:
    """Load a language model from a folder; arguments and errors as `open_model`."""
    return CausalModel(open_model("causal", resource, resources, what, device))


def open_classifier(resource: str, resources: Mapping[str, str], what: str, device: Device = "auto") -> Classifier:
    """Load a sequence classifier or regressor from a folder; arguments and errors as `open_model`."""
    return Classifier(open_model("classifier", resource, resources, what, device))


def score_texts(columns: Sequence[pl.Series], score: Callable[..., Sequence[float | None]]) -> pl.Series:
    """One number a row, to four decimals, by a function of the texts of one or several columns.

    Args:
        columns: texts; rows that lack one are left out, and have null.
        score: from as many lists of texts as there are columns to one number each, None or NaN for none.
    """
    known = pl.select(pl.all_horizontal(column.is_not_null() for column in columns)).to_series()
    values = score(*(column.filter(known).to_list() for column in columns)) if known.any() else []
    found = pl.Series(values, dtype=pl.Float64, strict=False).fill_nan(None)
    return pl.zeros(len(known), pl.Float64, eager=True).set(~known, None).scatter(known.arg_true(), found.round(4))
