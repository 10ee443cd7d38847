"""Rules about how clean a text is, each from 0, broken, to 1, kept, after the metrics of the text filters."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from ..core import Batch, Context, Evaluator, RowFilter
from ..core.textcolumn import count_characters
from ..text._words import ratio
from ..text.alpha_word_ratio_filter import AlphaWordRatioFilter
from ..text.boilerplate_filter import BoilerplateFilter
from ..text.capital_word_ratio_filter import CapitalWordRatioFilter
from ..text.html_entity_filter import HtmlEntityFilter
from ..text.line_pattern_filter import LinePatternFilter
from ..text.mean_word_length_filter import MeanWordLengthFilter
from ..text.special_character_filter import SpecialCharacterFilter
from ..text.symbol_word_ratio_filter import SymbolWordRatioFilter
from ..text.terminal_punctuation_filter import TerminalPunctuationFilter
from ..text.unique_word_ratio_filter import UniqueWordRatioFilter
from .ngram_repetition_score import NgramRepetitionScore


@dataclass(frozen=True)
class Ramp:
    """From 0 at one value of a metric to 1 at another, in a straight line, and level beyond.

    >>> Ramp(10, 5).of(pl.Series([12.0, 6.0, 1.0])).to_list()
    [0.0, 0.8, 1.0]
    """

    bad: float
    good: float

    def of(self, values: pl.Series) -> pl.Series:
        """Where values lie on the ramp; null for null."""
        return ((values.cast(pl.Float64) - self.bad) / (self.good - self.bad)).clip(0.0, 1.0)


@dataclass(frozen=True)
class _Rule:
    """A metric of an operator and the ramps for it, of which the lowest counts."""

    operator: type[RowFilter] | type[Evaluator]
    metric: str
    ramps: tuple[Ramp, ...]
    options: Mapping[str, Any]


def _rule(operator: type[RowFilter] | type[Evaluator], metric: str, *ramps: Ramp, **options: Any) -> _Rule:
    return _Rule(operator, metric, ramps, options)


_RULES = (
    _rule(MeanWordLengthFilter, "mean_word_length", Ramp(2, 4), Ramp(12, 6)),
    _rule(UniqueWordRatioFilter, "unique_word_ratio", Ramp(0, 0.4)),
    _rule(NgramRepetitionScore, "ngram_repetition_score", Ramp(0.3, 1)),
    _rule(AlphaWordRatioFilter, "alpha_word_ratio", Ramp(0.4, 1)),
    _rule(SymbolWordRatioFilter, "symbol_word_ratio", Ramp(0.3, 0)),
    _rule(CapitalWordRatioFilter, "capital_word_ratio", Ramp(0.5, 0)),
    _rule(TerminalPunctuationFilter, "longest_run", Ramp(150, 30)),
    _rule(LinePatternFilter, "line_share", Ramp(0.5, 0), lines="ellipsis_end"),
    _rule(LinePatternFilter, "line_share", Ramp(1, 0.2), lines="bullet_start"),
    _rule(SpecialCharacterFilter, "special_characters", Ramp(10, 0)),
    _rule(HtmlEntityFilter, "html_entities", Ramp(10, 0)),
    _rule(BoilerplateFilter, "boilerplate_per_thousand", Ramp(30, 0)),
)
_MARKUP, _MARKUP_SHARE = "<>{}|\\", Ramp(0.05, 0)
"""Characters that running text hardly has, and the share of them."""


class CleanRules:
    """The rules for one column; loads what they need when first asked."""

    def __init__(self, column: str) -> None:
        self._column = column

    def parts(self, batch: Batch) -> list[pl.Series]:
        """One series for each rule, 0 to 1; null where a rule has nothing to measure."""
        texts = batch.texts(self._column)
        markup = _MARKUP_SHARE.of(ratio(count_characters(texts, _MARKUP), texts.str.len_chars()))
        return [markup, *(self._part(rule, operator, state, batch) for rule, operator, state in self._loaded)]

    @cached_property
    def _loaded(self) -> list[tuple[_Rule, RowFilter | Evaluator, Any]]:
        built = [(rule, rule.operator.model_validate({"column": self._column, **rule.options})) for rule in _RULES]
        return [(rule, operator, operator.open(Context())) for rule, operator in built]

    def _part(self, rule: _Rule, operator: RowFilter | Evaluator, state: Any, batch: Batch) -> pl.Series:
        measure = operator.metrics if isinstance(operator, RowFilter) else operator.scores
        values = measure(batch, state)[rule.metric]
        return pl.select(pl.min_horizontal(ramp.of(values) for ramp in rule.ramps)).to_series()


def combined(parts: list[pl.Series]) -> pl.Series:
    """Halfway between the mean and the least of what is known of a row, so that one grave fault tells; 0 to 1."""
    table = pl.DataFrame([part.alias(str(n)) for n, part in enumerate(parts)])
    return table.select((pl.mean_horizontal(pl.all()) + pl.min_horizontal(pl.all())) / 2).to_series()
