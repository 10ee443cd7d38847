"""Checks patterns that users give: regular expressions whose time is linear in the text."""

import re

import polars as pl


def linear_pattern(pattern: str) -> str:
    """The pattern, if it is a regular expression as Rust has them.

    Raises:
        ValueError: it is none; says why.
    """
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError as error:
        # polars shows the pattern on several lines before it says what is wrong.
        said = re.findall(r"^error: (.+)$", str(error), re.MULTILINE) or [str(error).partition("\n")[0]]
        raise ValueError(
            f"the pattern cannot be used: {said[0]}; allowed are Rust regular expressions, without look-around and "
            "backreferences"
        ) from error
    return pattern
