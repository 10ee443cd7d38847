"""Write texts in lower case."""

import polars as pl

from ..core import Example, Refiner


class LowercaseText(Refiner):
    """Write the text in lower case.

    Rewrites the text; rows without one fall under `on_null`. All scripts that have case are treated, by the rules of
    Unicode that hold for every language: "ΣΑΣ" becomes "σας", and "İ" an i with a dot above. Doing it twice changes
    nothing more.
    """

    name = "lowercase_text"
    phrases = (
        "lowercase the text",
        "convert everything to lower case",
        "make all letters small",
        "turn upper case into lower case",
        "no capital letters",
        "lower-case all texts",
        "remove capitalization",
    )

    def refine(self, text: str) -> str:
        return str(self.refine_all(pl.Series([text]))[0])

    def refine_all(self, texts: pl.Series) -> pl.Series:
        return texts.str.to_lowercase()

    @classmethod
    def example(cls) -> Example:
        return Example(rows=["The QUICK Fox", "ÀÉ ΟΔΟΣ 5x"], out=["the quick fox", "àé οδος 5x"])
