"""Reads a mark from 1 to 6 off the first token that a scorer model would write, as the Deita scorers are trained."""

from collections.abc import Sequence

import numpy as np

from ..score._transformer import CausalModel, Prompt

LOWEST, HIGHEST = 1, 6
_MARKS = tuple(str(mark) for mark in range(LOWEST, HIGHEST + 1))


def scorer(model: CausalModel) -> CausalModel:
    """The model, which can answer with marks.

    Raises:
        InvalidInput: its vocabulary lacks a mark.
    """
    model.choice_probabilities([], _MARKS)
    return model


def expected_marks(model: CausalModel, prompts: Sequence[Prompt]) -> list[float]:
    """The mean of the marks by their probabilities as the next token, from one forward pass for each batch.

    Source: Liu et al. 2024, "What Makes Good Data for Alignment?" (Deita).
    """
    probabilities = model.choice_probabilities(prompts, _MARKS)
    return [float(mark) for mark in probabilities @ np.arange(LOWEST, HIGHEST + 1)]


def on_scale(share: float) -> float:
    """Where a share of 0 to 1 lies on the scale of marks."""
    return LOWEST + (HIGHEST - LOWEST) * share
