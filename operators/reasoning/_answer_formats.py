"""Tells whether a solution gives its answer in the form that was asked for."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Literal

from ._boxes import boxes
from ._final_answer import states_answer

Format = Literal["boxed", "answer_tag", "think_answer", "final_line", "json"]

_FENCE = re.compile(r"```(?:json)?[ \t]*\n(.*)\n[ \t]*```", re.DOTALL | re.IGNORECASE)


def _boxed(text: str) -> bool:
    spans = list(boxes(text))
    return bool(spans) and all(span is not None and text[slice(*span)].strip() for span in spans[-1:])


def _answer_tag(text: str) -> bool:
    return _one(text, "answer")


def _think_answer(text: str) -> bool:
    order = [text.find(tag) for tag in ("<think>", "</think>", "<answer>", "</answer>")]
    if not (_one(text, "think") and _one(text, "answer") and order == sorted(order)):
        return False
    around = (text[: order[0]], text[order[1] + len("</think>") : order[2]], text[order[3] + len("</answer>") :])
    return not any(part.strip() for part in around)


def _final_line(text: str) -> bool:
    return states_answer(text.rstrip().rpartition("\n")[2])


def _json(text: str) -> bool:
    fenced = _FENCE.fullmatch(text.strip())
    try:
        value = json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict | list) and bool(value)


FORMATS: Mapping[Format, Callable[[str], bool]] = {
    "boxed": _boxed,
    "answer_tag": _answer_tag,
    "think_answer": _think_answer,
    "final_line": _final_line,
    "json": _json,
}


def _one(text: str, tag: str) -> bool:
    """Whether a tag is opened once and closed once behind it, with something between."""
    opening, closing = f"<{tag}>", f"</{tag}>"
    if text.count(opening) != 1 or text.count(closing) != 1:
        return False
    return bool(text.partition(opening)[2].partition(closing)[0].strip()) and text.find(opening) < text.find(closing)
