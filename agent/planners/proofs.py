"""Says how each thing asked is proven on the output: from what was asked, not from the step that serves it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from pydantic import JsonValue

from ..state import Check
from .directions import Interval
from .quantities import plain

_PATTERNS: Final = {"url": "url", "emoji": "emoji", "html": "html", "email": "email", "empty": "blank"}
"""Concepts of what must not be in the output, and the name of the pattern that finds it."""


WHITE_SPACE: Final = "white_space"
"""Argument of a check: white space counts as characters."""
COUNTS_SPACE: Final = "count_white_space"
"""Option of an operator that says the same."""


def limit_check(unit: str | None, kept: Interval | None, column: str | None, *, white_space: bool = False) -> Check:
    """The proof that a number of words or characters lies in an interval; of characters, white space may count too."""
    if kept is None or unit not in ("words", "chars") or column is None:
        return Check()
    whole = kept.whole()
    arguments: dict[str, JsonValue] = {
        name: plain(bound) for name, bound in (("min", whole.low), ("max", whole.high)) if bound is not None
    }
    kind = "word_count" if unit == "words" else "char_count"
    if white_space:
        arguments[WHITE_SPACE] = True
    return Check(kind=kind, column=column, arguments=arguments)


def counted(check: Check, options: Mapping[str, Any]) -> Check:
    """The proof of a number of characters, counted as the step counts them."""
    if check.kind != "char_count" or not options.get(COUNTS_SPACE):
        return check
    return check.model_copy(update={"arguments": {**check.arguments, WHITE_SPACE: True}})


def language_check(codes: Sequence[str], column: str | None, *, exclude: bool) -> Check:
    """The proof that texts are in some languages, or in none of them."""
    if column is None:
        return Check()
    return Check(kind="language", column=column, arguments={"languages": [*codes], "exclude": exclude})


def condition_check(expression: str) -> Check:
    """The proof that a condition holds for every row."""
    return Check(kind="condition", arguments={"expression": expression})


def concept_check(concepts: Collection[str], columns: Sequence[str]) -> Check:
    """The proof that duplicates, or what a pattern finds, are gone; none where no rule decides it."""
    if not columns:
        return Check()
    if "duplicate" in concepts and "near" not in concepts:
        return Check(
            kind="no_exact_duplicates",
            column=columns[0] if len(columns) == 1 else None,
            arguments={"columns": [*columns], "normalize": "normalize" in concepts},
        )
    for concept in concepts:
        if concept in _PATTERNS and "near" not in concepts:
            return Check(kind="no_match", column=columns[0], arguments={"pattern_name": _PATTERNS[concept]})
    return Check()


def rebuilt(check: Check, options: Mapping[str, Any], columns: Sequence[str], where: str | None) -> Check:
    """The proof of the same thing after the step that serves it was changed.

    Args:
        options: the step's options now, defaults included.
        columns: the columns it works on now.
        where: the rows it is for now.
    """
    arguments = {name: value for name, value in check.arguments.items() if name != "where"}
    if check.kind in ("word_count", "char_count"):
        unit = "words" if check.kind == "word_count" else "chars"
        bounds = {side: options.get(f"{side}_{unit}") for side in ("min", "max")}
        if any(f"{side}_{unit}" in options for side in bounds):
            arguments = {side: bound for side, bound in bounds.items() if bound is not None}
            if options.get(COUNTS_SPACE):
                arguments[WHITE_SPACE] = True
    elif check.kind == "language" and "languages" in options:
        arguments = {"languages": [*options["languages"]], "exclude": bool(options.get("exclude"))}
    elif check.kind == "condition" and "expression" in options:
        arguments = {"expression": options["expression"]}
    elif check.kind == "no_exact_duplicates":
        arguments = {**arguments, "columns": [*columns], "normalize": bool(options.get("normalize"))}
    column = check.column
    if columns:
        column = columns[0] if check.kind != "no_exact_duplicates" or len(columns) == 1 else None
    same = check.model_copy(update={"arguments": arguments, "column": None if check.kind == "condition" else column})
    return within(same, where)


def of_options(options: Mapping[str, Any], columns: Sequence[str]) -> Check:
    """The proof of what a step's options say by themselves, where no ask said it before."""
    column = columns[0] if columns else None
    for unit in ("words", "chars"):
        bounds = Interval(options.get(f"min_{unit}"), options.get(f"max_{unit}"))
        if bounds != Interval():
            return limit_check(unit, bounds, column, white_space=bool(options.get(COUNTS_SPACE)))
    if "languages" in options:
        return language_check([*options["languages"]], column, exclude=bool(options.get("exclude")))
    return condition_check(str(options["expression"])) if "expression" in options else Check()


def within(check: Check, where: str | None) -> Check:
    """The same proof for only those rows for which a condition holds."""
    if where is None or check.kind == "none":
        return check
    if check.kind == "no_exact_duplicates":
        return Check()
    return check.model_copy(update={"arguments": {**check.arguments, "where": where}})
