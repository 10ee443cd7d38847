"""What holds for every filter that measures texts by rules, whatever it measures."""

import math
from typing import Any

import pytest
from dataflow_agent.operators.core import RowFilter
from dataflow_agent.operators.core.testing import apply_outcome, batch_of
from dataflow_agent.operators.text.alpha_word_ratio_filter import AlphaWordRatioFilter
from dataflow_agent.operators.text.blocklist_filter import BlocklistFilter
from dataflow_agent.operators.text.boilerplate_filter import BoilerplateFilter
from dataflow_agent.operators.text.capital_word_ratio_filter import CapitalWordRatioFilter
from dataflow_agent.operators.text.char_count_filter import CharCountFilter
from dataflow_agent.operators.text.curly_bracket_filter import CurlyBracketFilter
from dataflow_agent.operators.text.html_entity_filter import HtmlEntityFilter
from dataflow_agent.operators.text.id_term_filter import IdTermFilter
from dataflow_agent.operators.text.line_pattern_filter import LinePatternFilter
from dataflow_agent.operators.text.mean_word_length_filter import MeanWordLengthFilter
from dataflow_agent.operators.text.sentence_count_filter import SentenceCountFilter
from dataflow_agent.operators.text.special_character_filter import SpecialCharacterFilter
from dataflow_agent.operators.text.stopword_ratio_filter import StopwordRatioFilter
from dataflow_agent.operators.text.symbol_word_ratio_filter import SymbolWordRatioFilter
from dataflow_agent.operators.text.terminal_punctuation_filter import TerminalPunctuationFilter
from dataflow_agent.operators.text.token_count_filter import TokenCountFilter
from dataflow_agent.operators.text.unique_word_ratio_filter import UniqueWordRatioFilter
from hypothesis import given, settings
from hypothesis import strategies as st

FILTERS: list[RowFilter] = [
    AlphaWordRatioFilter(),
    AlphaWordRatioFilter(words="whitespace"),
    BlocklistFilter(terms=("ab", "b a", "你"), max_terms=0),
    BoilerplateFilter(terms=("ab",), max_per_thousand=0),
    CapitalWordRatioFilter(),
    CapitalWordRatioFilter(single_letters=True),
    CharCountFilter(min_chars=3, max_chars=9),
    CurlyBracketFilter(),
    HtmlEntityFilter(),
    IdTermFilter(max_terms=0),
    LinePatternFilter(lines="bullet_start", max_ratio=0.5),
    LinePatternFilter(pattern="^a", max_ratio=0.5),
    MeanWordLengthFilter(min_length=2, max_length=4),
    MeanWordLengthFilter(min_length=2, words="whitespace"),
    SentenceCountFilter(min_sentences=1, max_sentences=2),
    SentenceCountFilter(min_sentences=1, max_sentences=2, sentences="marks"),
    SpecialCharacterFilter(),
    StopwordRatioFilter(min_stopwords=1),
    SymbolWordRatioFilter(),
    SymbolWordRatioFilter(words="wordpunct"),
    TerminalPunctuationFilter(max_words_per_run=2),
    TokenCountFilter(min_tokens=2, max_tokens=3),
    UniqueWordRatioFilter(min_ratio=0.5),
    UniqueWordRatioFilter(min_ratio=0.5, words="wordpunct"),
]
texts = st.lists(
    st.one_of(st.none(), st.text("aAb the1.:{}#-*\n\ufffd你ไ\u0301&lt;", max_size=14)), min_size=1, max_size=8
)


def measured(operator: RowFilter, values: list[str | None]) -> list[dict[str, Any]]:
    records = apply_outcome(operator, batch_of([{"text": "so that there is a column"}, *({"text": v} for v in values)]))
    assert records.records is not None
    return records.records.drop("_row").to_dicts()[1:]


@pytest.mark.parametrize("operator", FILTERS, ids=repr)
@settings(max_examples=25, deadline=None)
@given(texts)
def test_rows_are_kept_in_order_if_and_only_if_their_metrics_obey_the_rules(
    operator: RowFilter, values: list[str | None]
) -> None:
    rows = [{"text": value, "at": at} for at, value in enumerate(["a column of texts", *values])]
    outcome = apply_outcome(operator, batch_of(rows))
    assert outcome.records is not None
    expected = [
        at
        for at, record in enumerate(outcome.records.to_dicts())
        if all(record[name] is not None and rule.contains(record[name]) for name, rule in operator.rules().items())
    ]
    assert [row["at"] for row in outcome.rows.rows()] == expected


@pytest.mark.parametrize("operator", FILTERS, ids=repr)
@settings(max_examples=25, deadline=None)
@given(texts)
def test_a_text_is_measured_alike_whatever_stands_beside_it(operator: RowFilter, values: list[str | None]) -> None:
    assert measured(operator, values) == [record for value in values for record in measured(operator, [value])]


@pytest.mark.parametrize("operator", FILTERS, ids=repr)
def test_an_empty_text_has_a_metric_of_its_own_and_a_missing_one_has_none(operator: RowFilter) -> None:
    empty, missing = measured(operator, ["", None])
    for name in operator.rules():
        assert empty[name] is not None
        assert not math.isnan(empty[name])
        assert missing[name] is None
    assert missing["reason"] == "no_value"
