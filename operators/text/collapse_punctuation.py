"""Cut repeated punctuation down."""

import re

import polars as pl
from pydantic import Field

from ..core import Example, Refiner

_BEFORE = r"(?:(?<=[\w)\]}\"'”’»%*])|(?<=\S[ \u00a0])(?=[!?]{3}))"
_AFTER = r"(?=[\s)\]}\"'”’»*_~…]|$)"
_WIDE = "。，、；：،؛۔।॥"
_SYMBOL_RUN = re.compile(r"([\-=_*~+•·–—─═＝－])\1{3,}")
# In Rust's syntax, for a whole column: could there be one?
_HINT = rf"[!?！？]{{2}}|,,|\.{{4}}|…{{3}}|[{_WIDE}]{{2}}"
_SYMBOL_HINT = r"[\-=_*~+•·–—─═＝－]{4}"


class CollapsePunctuation(Refiner):
    """Cut repeated punctuation down to one mark, and leave code alone.

    Rewrites the text; rows without one fall under `on_null`. Runs of "!" and "?" at the end of a word become one of
    each, in the order in which they come: "what?!?!" becomes "what?!"; ",," between words becomes ","; four or more
    dots become three, and three or more "…" two. Marks that only prose has are cut everywhere: ！ ？ 。 ， 、 ； ： and
    Arabic and Indic ones. All else stays: "..", "...", "--", "==", "//", "::", "__init__", "a ?? b", "!!x", "a,,b".

    With `symbols`, lines drawn of more than three signs such as ----- or ===== are cut to three. Doing it twice changes
    nothing more.
    """

    name = "collapse_punctuation"
    phrases = (
        "collapse repeated punctuation",
        "reduce multiple exclamation marks to one",
        "no more !!! or ???",
        "squeeze runs of punctuation marks",
        "shorten long rows of dots",
        "cut repeated question marks",
        "deduplicate punctuation",
        "shorten separator lines such as ------",
    )

    min_repeat: int = Field(default=2, ge=2, le=100, description="Shortest run that is cut, in marks, inclusive.")
    symbols: bool = Field(default=False, description="Cut lines drawn of - = _ * ~ + and the like to three signs.")

    def refine(self, text: str) -> str:
        least = self.min_repeat
        text = re.sub(rf"{_BEFORE}[!?]{{{least},}}+{_AFTER}|[！？]{{{least},}}", _each_once, text)
        text = re.sub(rf"(?<=\w),{{{least},}}+(?= )|([{_WIDE}])\1{{{least - 1},}}", _first, text)
        text = re.sub(rf"\.{{{max(least, 4)},}}", "...", text)
        text = re.sub(rf"…{{{max(least, 3)},}}", "……", text)
        return _SYMBOL_RUN.sub(_three, text) if self.symbols else text

    def refine_all(self, texts: pl.Series) -> pl.Series:
        candidates = texts.str.contains(f"{_HINT}|{_SYMBOL_HINT}" if self.symbols else _HINT)
        refined = super().refine_all(pl.select(pl.when(candidates).then(texts)).to_series())
        return pl.select(pl.when(candidates).then(refined).otherwise(texts)).to_series()

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["Really?!?! Yes!!! Well.....", "if x == 1: return __init__('../a') // b..."],
            out=["Really?! Yes! Well...", "if x == 1: return __init__('../a') // b..."],
        )


def _each_once(run: re.Match[str]) -> str:
    return "".join(dict.fromkeys(run[0]))


def _first(run: re.Match[str]) -> str:
    return run[0][0]


def _three(run: re.Match[str]) -> str:
    around = run.string[max(run.start() - 1, 0) : run.start()] + run.string[run.end() : run.end() + 1]
    return run[0] if any(one.isalnum() for one in around) else run[0][:3]
