"""Finds in a request what a demand for rows can hang on: limits, languages and values of the data's own columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from ..tools.profile import Profile
from .canary_free_words import DROPPING, KEEPING, NEGATING, NEUTRAL, ONLYS, ROW_NOUNS
from .canary_limits import FoundLimit, found_limits
from .canary_words import LANGUAGES

_LANGUAGE: Final = "|".join(sorted(LANGUAGES, key=len, reverse=True))
_BETWEEN: Final = re.compile(
    r"['\"\s]*(?:,|and|or|, and|, or|/|&|nor|and/or|\+)?['\"\s]*(?:(?:from|in|the|about|with|non-)\s+)?['\"]?"
)
_CODES: Final = frozenset({*LANGUAGES, *LANGUAGES.values()})
"""Values that as well name the language of the text."""
_PEOPLES: Final = frozenset(
    "american british indian mexican thai lebanese vietnamese moroccan ethiopian irish scottish austrian swiss belgian "
    "brazilian argentinian canadian australian african asian european persian indonesian".split()
)
_ORIGINS: Final = frozenset("cuisine nationality country origin nation citizenship ethnicity kitchen style".split())
_COMMON: Final = frozenset({*DROPPING, *KEEPING, *NEGATING, *NEUTRAL, *ONLYS, *ROW_NOUNS})


@dataclass(frozen=True)
class Anchor:
    """Where it stands and what it is: a limit, languages, or values of a column; `unsure` if it may be more."""

    kind: Literal["limit", "language", "label"]
    start: int
    end: int
    limit: FoundLimit | None = None
    values: tuple[str, ...] = ()
    column: str | None = None
    negated: bool = False
    unsure: bool = False


def found_anchors(request: str, low: str, profile: Profile) -> list[Anchor]:
    """The anchors of a request in its order, with lists as one.

    Args:
        request: as the person wrote it.
        low: the same in lower case, of the same length.
        profile: the data's columns.
    """
    found = [Anchor("limit", one.start, one.end, limit=one) for one in found_limits(low)]
    elsewhere = _tells_origin(profile) or tells_language(profile)
    for match in re.finditer(rf"\b(non-)?({_LANGUAGE})\b(?!\s*-\w)", low):
        code = (LANGUAGES[match[2]],)
        one = Anchor("language", *match.span(), values=code, negated=match[1] is not None, unsure=elsewhere)
        found += [one] if _is_free(one, found) else []
    found += [one for one in _labels(request, low, profile) if _is_free(one, found)]
    return _listed(sorted(found, key=lambda one: one.start), low)


def _tells_origin(profile: Profile) -> bool:
    """Whether a column holds names of languages or origins, so that "Turkish" may not be the text's."""
    values = {value.lower() for column in profile.columns for value in (*column.labels, *column.examples)}
    names = {word for column in profile.columns for word in re.split(r"[_\W]+", column.name.lower())}
    return bool(values & {*LANGUAGES, *_PEOPLES} or names & _ORIGINS)


def tells_language(profile: Profile) -> bool:
    """Whether the labels of a column are languages, so that they may be meant and not what a text is in."""
    return any(
        column.labels and all(label.lower().partition("-")[0] in _CODES for label in column.labels)
        for column in profile.columns
    )


def _sort_of(one: Anchor) -> tuple[str, str | None, bool]:
    return one.kind, one.column, one.negated


def _is_free(one: Anchor, found: Sequence[Anchor]) -> bool:
    return not any(one.start < other.end and other.start < one.end for other in found)


def _labels(request: str, low: str, profile: Profile) -> list[Anchor]:
    found: list[Anchor] = []
    owners: dict[str, set[str]] = {}
    for column in profile.columns:
        for label in column.labels:
            owners.setdefault(label.lower(), set()).add(column.name)
    names = {piece for column in profile.columns for piece in (column.name.lower(), *column.name.lower().split("_"))}
    for column in profile.columns:
        if not 2 <= len(column.labels) < 20:
            continue
        for label in sorted(column.labels, key=len, reverse=True):
            said = label.lower()
            if len(said) < 2 or said in _CODES or not re.search(r"[^\W\d_]", said):
                continue
            proper = said in _COMMON or f"{said}s" in _COMMON
            text, wanted = (request, label) if proper else (low, said)
            for match in re.finditer(rf"(?<![\w]){re.escape(wanted)}(?:s|es|'s)?(?!\w)", text):
                unsure = len(owners[said]) > 1 or (proper and label == said) or (said in names and said != column.name)
                one = Anchor("label", *match.span(), values=(label,), column=column.name, unsure=unsure)
                found += [one] if _is_free(one, found) else []
    return found


def _listed(found: Sequence[Anchor], low: str) -> list[Anchor]:
    """Values that are enumerated as one anchor; "not A, B or C" is of one kind and one column."""
    done: list[Anchor] = []
    for one in found:
        before = done[-1] if done else None
        same = before is not None and (before.kind, before.column, before.negated) == (
            one.kind,
            one.column,
            one.negated,
        )
        if before is None or not same or one.kind == "limit" or not _BETWEEN.fullmatch(low[before.end : one.start]):
            done.append(one)
            continue
        values = tuple(dict.fromkeys((*before.values, *one.values)))
        done[-1] = replace(before, end=one.end, values=values, unsure=before.unsure or one.unsure)
    return done
