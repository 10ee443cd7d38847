"""Remove citations."""

import re
from typing import Literal

import polars as pl
from pydantic import Field, field_validator

from ..core import Example, Refiner
from ._balanced import balanced_spans, without

Kind = Literal["tags", "templates", "numbers"]
KINDS: tuple[Kind, ...] = ("tags", "templates", "numbers")

_TEMPLATE = r"\s{0,9}(?:cite|citation|sfn|harv|refn|reflist|refbegin|refend)"
_TEMPLATES = re.compile(_TEMPLATE, re.IGNORECASE)
_TAG = re.compile(
    r"</?references(?:\s[^<>]*|/)?>|<ref(?:\s[^<>]*)?/>"
    r"|<ref(?:\s[^<>]*)?>(?:[^<]|<(?!/?ref[\s/>]))*+</ref\s*>",
    re.IGNORECASE,
)
_LIST = r"[1-9]\d{0,2}(?:\s?[,;–\-]\s?[1-9]\d{0,2}){0,20}"
# Not x[1] = y, x[1]; or x[1].y, which are code, nor [1](link), nor at the start of a line, as in a list of works.
_NUMBER = re.compile(
    rf"(?<=[\w.,;:!?)\]”\"'])(?:[ \t\u00a0]\[{_LIST}\]|\[{_LIST}\](?!\s?[;)}}\]+*/<>&|]))(?!\w|\.\w|[(:]|\s?=)"
)
# In Rust's syntax, for a whole column: could there be one?
_HINTS: dict[Kind, str] = {
    "tags": r"(?i)</?ref(?:erences)?[\s/>]",
    "templates": rf"(?i)\{{\{{{_TEMPLATE}",
    "numbers": rf"\[{_LIST}\]",
}


class RemoveReferences(Refiner):
    """Remove citations: reference tags, citation templates, and numbers in brackets if asked.

    Rewrites the text; rows without one fall under `on_null`. Kind `tags` is <ref>…</ref> with all that it holds,
    <ref …/> and <references/>; `templates` is {{cite …}}, {{citation …}}, {{sfn …}}, {{harv…}}, {{refn …}} and
    {{reflist …}} of wikis, with the templates inside them; a tag or template that is never closed stays. `numbers` is
    [1], [2, 5] or [3–7] after a word or a mark, with one blank before it; they are not removed by default, since x[1]
    may be code. The rest of the white space stays as it is.
    """

    name = "remove_references"
    phrases = (
        "remove references",
        "strip citations",
        "delete <ref> tags and {{cite}} templates",
        "remove citation markers like [1]",
        "drop Wikipedia citation templates",
        "get rid of footnote references",
        "clean out bibliographic citations",
        "no numeric citations in brackets",
    )

    kinds: tuple[Kind, ...] = Field(
        default=("tags", "templates"), description="What to remove: tags, templates, numbers in brackets such as [1]."
    )

    @field_validator("kinds")
    @classmethod
    def _some(cls, kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
        if not kinds:
            raise ValueError(f"name at least one kind of reference to remove: {', '.join(KINDS)}")
        return tuple(kind for kind in KINDS if kind in kinds)

    def refine(self, text: str) -> str:
        if "tags" in self.kinds:
            text = _TAG.sub("", text)
        if "templates" in self.kinds and "{{" in text:
            text = without(text, balanced_spans(text, "{{", "}}", lambda place: _TEMPLATES.match(text, place)))
        return _NUMBER.sub("", text) if "numbers" in self.kinds else text

    def refine_all(self, texts: pl.Series) -> pl.Series:
        candidates = texts.str.contains("|".join(f"(?:{_HINTS[kind]})" for kind in self.kinds))
        refined = super().refine_all(pl.select(pl.when(candidates).then(texts)).to_series())
        return pl.select(pl.when(candidates).then(refined).otherwise(texts)).to_series()

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["Snow is white.<ref>{{cite book|title=Snow}}</ref> It melts. {{cite web|url=x}}", "x[1] = {{2}}"],
            out=["Snow is white. It melts. ", "x[1] = {{2}}"],
        )
