"""Finds sentences about the shape of the table that are understood to their last word."""

from collections.abc import Sequence
from typing import Final

from .shape_columns import (
    DROP_ROLES,
    REPEAT_ROLES,
    SELECT_ROLES,
    only_columns,
    put_together,
    renamed,
    unfolded,
    without_columns,
    without_repeats,
)
from .shape_orders import SHUFFLE_ROLES, SORT_ROLES, shuffled_rows, sorted_rows
from .shape_portions import SAMPLE_ROLES, TOP_ROLES, best_rows, some_rows
from .shape_splits import SPLIT_ROLES, split_rows
from .shape_words import Role
from .shapes import MOST_IN_REQUEST, Rule, whole_sentence
from .wording import TableMention, Wording

_RULES: Final[Sequence[tuple[frozenset[Role], Rule]]] = (
    (SHUFFLE_ROLES, shuffled_rows),
    (SORT_ROLES, sorted_rows),
    (TOP_ROLES, best_rows),
    (SAMPLE_ROLES, some_rows),
    (SPLIT_ROLES, split_rows),
    (REPEAT_ROLES, without_repeats),
    (DROP_ROLES, without_columns),
    (SELECT_ROLES, only_columns),
)


def find_shape(said: Wording, at: int) -> TableMention | None:
    """Work on the table as a whole that a clause from here on asks for; None where a word of it is not understood."""
    if len(said.tokens) > MOST_IN_REQUEST or not said.ends(at - 1):
        return None
    for rule in (put_together, renamed, unfolded):
        found = rule(said, at)
        if found is not None:
            return found
    return whole_sentence(said, at, _RULES)
