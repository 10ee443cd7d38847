"""Mask personal data that can be told by its form."""

import re
from collections.abc import Iterable
from typing import Literal

import polars as pl
from pydantic import Field, field_validator

from ..core import Example, Refiner
from ._personal_data import KINDS, Kind, personal_data, possible_kinds, some_kinds


class MaskPii(Refiner):
    """Mask e-mail addresses, phone numbers, IP addresses and card numbers.

    Rewrites the text; rows without one fall under `on_null`. What is found goes by its form alone: e-mail addresses;
    phone numbers of 7 to 15 digits that begin with + or 00, or are written in a common national form (an area code that
    begins with 0, or 3-3-4 digits as in North America); IPv4 and IPv6 addresses; card numbers of 13 to 19 digits whose
    check digit is right (Luhn). A version of four numbers looks like an IPv4 address, and is masked. Dates, shorter
    versions, ISBNs and plain long numbers stay. Names and postal addresses are not found: a model is needed for those.
    """

    name = "mask_pii"
    phrases = (
        "mask personal data",
        "anonymise e-mail addresses and phone numbers",
        "remove PII",
        "redact emails",
        "hide IP addresses",
        "replace credit card numbers",
        "anonymize the texts",
        "scrub contact details",
        "privacy: no phone numbers or mail addresses",
    )

    kinds: tuple[Kind, ...] = Field(default=KINDS, description="What to mask: email, phone, ip, card.")
    style: Literal["label", "stars"] = Field(
        default="label", description="Put a label such as [EMAIL], or a star for each letter and digit."
    )

    @field_validator("kinds")
    @classmethod
    def _some(cls, kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
        return some_kinds(kinds, "mask")

    def refine(self, text: str) -> str:
        return self._masked(text, self.kinds)

    def refine_all(self, texts: pl.Series) -> pl.Series:
        masked = [
            text if text is None or not kinds else self._masked(text, kinds)
            for text, kinds in zip(texts, possible_kinds(texts, self.kinds), strict=True)
        ]
        return pl.Series(masked, dtype=pl.String)

    def _masked(self, text: str, kinds: Iterable[Kind]) -> str:
        parts: list[str] = []
        end = 0
        for start, stop, found in personal_data(text, kinds):
            label = f"[{found.upper()}]" if self.style == "label" else re.sub(r"[^\W_]", "*", text[start:stop])
            parts += [text[end:start], label]
            end = stop
        return "".join([*parts, text[end:]])

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["Write to jo@x.org or call +49 30 1234567.", "Released on 2026-11-22 as version 1.2.3."],
            out=["Write to [EMAIL] or call [PHONE].", "Released on 2026-11-22 as version 1.2.3."],
        )
