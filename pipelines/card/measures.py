"""The metrics of a quality card: each is that of an operator, run as a workflow would run it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from ...operators.core import Batch, Context, Evaluator, Range, RowFilter, Rule
from ...operators.score.ngram_repetition_score import NgramRepetitionScore
from ...operators.score.toxicity_score import ToxicityScore
from ...operators.text.alpha_word_ratio_filter import AlphaWordRatioFilter
from ...operators.text.blocklist_filter import BlocklistFilter
from ...operators.text.boilerplate_filter import BoilerplateFilter
from ...operators.text.capital_word_ratio_filter import CapitalWordRatioFilter
from ...operators.text.char_count_filter import CharCountFilter
from ...operators.text.curly_bracket_filter import CurlyBracketFilter
from ...operators.text.html_entity_filter import HtmlEntityFilter
from ...operators.text.line_pattern_filter import LinePatternFilter
from ...operators.text.mean_word_length_filter import MeanWordLengthFilter
from ...operators.text.sentence_count_filter import SentenceCountFilter
from ...operators.text.special_character_filter import SpecialCharacterFilter
from ...operators.text.stopword_ratio_filter import StopwordRatioFilter
from ...operators.text.symbol_word_ratio_filter import SymbolWordRatioFilter
from ...operators.text.terminal_punctuation_filter import TerminalPunctuationFilter
from ...operators.text.token_count_filter import BYTES_PER_TOKEN, TokenCountFilter
from ...operators.text.unique_word_ratio_filter import UniqueWordRatioFilter
from ...operators.text.word_count_filter import WordCountFilter
from .model import Group, Unit

TEXT = "text"
"""The column in which the operators of a card find the texts."""
TOKENIZER = "tokenizer"
"""The resource that stands for the tokenizer's file."""


@dataclass(frozen=True)
class Measure:
    """A metric as the card names it.

    Args:
        name: unique on the card.
        operator: measures it.
        about: what the number is.
        metric: its name among those of the operator; the same if not given.
    """

    name: str
    title: str
    group: Group
    unit: Unit
    operator: RowFilter | Evaluator
    about: str
    metric: str = ""

    def of(self, batch: Batch, state: Any) -> pl.Series:
        """The metric of each row; null where there is nothing to measure."""
        operator = self.operator
        found = operator.metrics(batch, state) if isinstance(operator, RowFilter) else operator.scores(batch, state)
        values = found[self.metric or self.name]
        return values.fill_nan(None) if values.dtype.is_float() else values

    @property
    def rule(self) -> Rule | None:
        """What the operator keeps with its limits; None where it has none."""
        rule = self.operator.rules().get(self.metric or self.name) if isinstance(self.operator, RowFilter) else None
        return None if rule in (Range(), Range(0, None)) else rule


@dataclass(frozen=True)
class Measures:
    """Measures that are ready to measure."""

    all: tuple[Measure, ...]
    states: tuple[Any, ...]

    @classmethod
    def opened(cls, measures: Sequence[Measure], ctx: Context) -> "Measures":
        """With what each operator loads.

        Raises:
            InvalidInput: a resource cannot be used.
        """
        return cls(tuple(measures), tuple(measure.operator.open(ctx) for measure in measures))

    def of(self, batch: Batch) -> pl.DataFrame:
        """One column per measure, one row per row of the batch."""
        pairs = zip(self.all, self.states, strict=True)
        return pl.DataFrame({measure.name: measure.of(batch, state) for measure, state in pairs})


def card_measures(*, tokenizer: bool = False) -> tuple[Measure, ...]:
    """All metrics of a card, in its order.

    Args:
        tokenizer: count tokens with the resource `TOKENIZER`, not by an estimate.
    """
    return (*_lengths(tokenizer), *_words(), *_marks(), *_lines())


def _lengths(tokenizer: bool) -> tuple[Measure, ...]:
    counted = TokenCountFilter(min_tokens=0, tokenizer=TOKENIZER if tokenizer else None)
    tokens = (
        Measure("token_count", "Tokens", "length", "count", counted, "Tokens of the tokenizer, without special ones.")
        if tokenizer
        else Measure(
            "token_count_estimate",
            "Tokens (estimate)",
            "length",
            "count",
            counted,
            f"An estimate: the text's UTF-8 bytes divided by {BYTES_PER_TOKEN}, rounded up.",
        )
    )
    chars = CharCountFilter(count_white_space=True)
    return (
        Measure("word_count", "Words", "length", "count", WordCountFilter(), "Unicode words of the text."),
        Measure("char_count", "Characters", "length", "count", chars, "Characters, white space included."),
        tokens,
        Measure("sentence_count", "Sentences", "length", "count", SentenceCountFilter(), "Sentences that hold a word."),
    )


def _words() -> tuple[Measure, ...]:
    return (
        Measure(
            "mean_word_length",
            "Mean word length",
            "words",
            "number",
            MeanWordLengthFilter(),
            "Characters in a word, on average.",
        ),
        Measure(
            "unique_word_ratio",
            "Different words",
            "words",
            "share",
            UniqueWordRatioFilter(),
            "Different words for all words; it falls as texts grow.",
        ),
        Measure(
            "stopword_ratio",
            "Stopwords",
            "words",
            "share",
            StopwordRatioFilter(),
            "Words that are English function words, as in running prose.",
        ),
        Measure(
            "alpha_word_ratio", "Words with a letter", "words", "share", AlphaWordRatioFilter(), "The rest are numbers."
        ),
        Measure(
            "capital_word_ratio", "Words in capitals", "words", "share", CapitalWordRatioFilter(), "Such as USB or NOW."
        ),
        Measure(
            "ngram_repetition_score",
            "Different 5-grams",
            "words",
            "share",
            NgramRepetitionScore(),
            "Different runs of five words for all; near 0 says the same again and again.",
        ),
    )


def _marks() -> tuple[Measure, ...]:
    return (
        Measure(
            "symbol_word_ratio",
            "Symbols per word",
            "marks",
            "number",
            SymbolWordRatioFilter(),
            "Hash signs and ellipses for each word.",
        ),
        Measure(
            "curly_bracket_ratio",
            "Curly brackets",
            "marks",
            "share",
            CurlyBracketFilter(),
            "Characters that are { or }, as in code and stylesheets.",
        ),
        Measure(
            "special_characters",
            "Broken characters",
            "marks",
            "count",
            SpecialCharacterFilter(),
            "Marks that broken conversions leave behind, such as U+FFFD.",
        ),
        Measure("html_entities", "HTML entities", "marks", "count", HtmlEntityFilter(), "Such as &nbsp; and &#39;."),
        Measure(
            "boilerplate_per_thousand",
            "Boilerplate",
            "marks",
            "number",
            BoilerplateFilter(),
            "Placeholder phrases and notices per 1,000 words.",
        ),
        Measure(
            "blocklisted_terms",
            "Blocklisted terms",
            "marks",
            "count",
            BlocklistFilter(),
            "Vulgar and pornographic English words of the blocklist, as whole words.",
        ),
        Measure(
            "toxicity",
            "Toxicity (lexicon)",
            "marks",
            "number",
            ToxicityScore(),
            "How densely abuse is found by a lexicon, English and Chinese, 0 to 1; hatred in plain words is not seen.",
        ),
    )


def _lines() -> tuple[Measure, ...]:
    bullets, ellipses = LinePatternFilter(lines="bullet_start"), LinePatternFilter(lines="ellipsis_end")
    return (
        Measure(
            "bullet_lines",
            "Lines with a bullet",
            "lines",
            "share",
            bullets,
            "Lines that begin with a bullet or a dash, among those that are not blank.",
            "line_share",
        ),
        Measure(
            "ellipsis_lines",
            "Lines with an ellipsis",
            "lines",
            "share",
            ellipses,
            "Lines that end with an ellipsis, among those that are not blank.",
            "line_share",
        ),
        Measure(
            "longest_run",
            "Words without a break",
            "lines",
            "count",
            TerminalPunctuationFilter(),
            "The most words between two marks of punctuation or line ends.",
        ),
    )
