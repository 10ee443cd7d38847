"""What is counted of texts for a quality card: languages and personal data."""

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from ...operators.core import Context
from ...operators.text._languages import LANGUAGES, LanguageModel
from ...operators.text._personal_data import KINDS, count_personal_data
from ...operators.text.language_filter import LanguageFilter
from .model import LanguageShare, PersonalData

UNCLEAR = "unclear"
_NAMES = {**LANGUAGES, "zxx": "no language", UNCLEAR: "unclear"}


@dataclass
class Languages:
    """The most likely language of each text, by the model of `language_filter` and its default limit."""

    _model: LanguageModel = field(default_factory=lambda: LanguageFilter().open(Context()))
    _least: float = LanguageFilter().min_probability
    _counts: Counter[str] = field(default_factory=Counter)

    def add(self, texts: pl.Series) -> None:
        """Count more texts, none of them null."""
        table = self._model.probabilities(texts.to_list())
        for place, sure in zip(table.argmax(axis=1), table.max(axis=1, initial=0.0) >= self._least, strict=True):
            self._counts[self._model.codes[place] if sure else UNCLEAR] += 1

    def shares(self) -> tuple[LanguageShare, ...]:
        """The languages found, the most frequent first."""
        ordered = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        total = self._counts.total()
        return tuple(
            LanguageShare(code=code, name=_NAMES.get(code, code), texts=count, share=count / total)
            for code, count in ordered
        )


@dataclass
class PersonalDataCounts:
    """How much personal data `mask_pii` would mask in the texts."""

    _texts: int = 0
    _with: Counter[str] = field(default_factory=Counter)
    _found: Counter[str] = field(default_factory=Counter)

    def add(self, texts: pl.Series) -> None:
        """Count more texts, none of them null."""
        self._texts += len(texts)
        for counts in count_personal_data(texts, KINDS):
            self._with[counts.name] += int((counts > 0).sum())
            self._found[counts.name] += int(counts.sum())

    def rates(self) -> tuple[PersonalData, ...]:
        """Each kind, found or not."""
        return tuple(
            PersonalData(
                kind=kind, texts=self._with[kind], share=self._with[kind] / max(self._texts, 1), found=self._found[kind]
            )
            for kind in KINDS
        )
