"""What holds for every filter and refiner of texts, whatever it measures or changes, on texts made to break them."""

import json
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import Context, Operator, Refiner, RowFilter, RowOperator, Schema, all_operators
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.testing import batch_of
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.validate import validate
from dataflow_agent.pipelines.workflow import Step, Workflow
from hypothesis import given, settings
from hypothesis import strategies as st

CLAIM = "Doing it twice changes nothing more"
# Ways of working that an operator's own example does not show.
OTHER_OPTIONS: dict[str, list[dict[str, Any]]] = {
    "blocklist_filter": [{}, {"language": "zh"}],
    "collapse_punctuation": [{"symbols": True}, {"min_repeat": 4}],
    "correct_spelling": [{"min_known_ratio": 0}],
    "line_pattern_filter": [
        {"lines": "ellipsis_end"}, {"lines": "javascript"}, {"pattern": "^(a+)+$|(.*a){9}", "max_ratio": 0.5},
    ],
    "mask_pii": [{"style": "stars"}],
    "mean_word_length_filter": [{"words": "whitespace"}],
    "normalize_text_formats": [{"unicode_form": "NFKC", "date_order": "dmy"}],
    "normalize_whitespace": [{"keep_newlines": False}, {"max_blank_lines": 0}],
    "remove_characters": [{"classes": ["symbols", "control"], "characters": "a]-"}],
    "remove_image_refs": [{"keep_alt": True}],
    "remove_references": [{"kinds": ["tags", "templates", "numbers"]}],
    "simplify_words": [{"actions": ["stem"]}],
    "strip_html": [{"only_tagged": False}],
    "strip_urls": [{"bare_domains": True}],
    "terminal_punctuation_filter": [{"words": "whitespace"}],
    "unescape_html": [{"nested": True}, {"mode": "delete"}],
    "word_count_filter": [{"words": "whitespace"}],
}  # fmt: skip
CLASSES = {name: cls for name, cls in all_operators().items() if ".operators.text." in cls.__module__}
OPERATORS: list[Operator] = [
    cls(**options) for name, cls in CLASSES.items() for options in [cls.example().options, *OTHER_OPTIONS.get(name, [])]
]
FILTERS = [operator for operator in OPERATORS if isinstance(operator, RowFilter)]
REFINERS = [operator for operator in OPERATORS if isinstance(operator, Refiner)]

BLOCKS = [
    *"ab \n\t<>&;[](){}@.,:/#*-_|\"'’!?$€5،。，！？「…–•\\~^+=%",
    "<p>", "</p>", "<br>", "<b", "<script>", "</script>", "<!--", "-->", "<img src='a.png'>", "<img ", "<![CDATA[",
    "]]>", "<ref>", "</ref>", "<ref name=x/>", "{{cite x}}", "{{", "}}", "[[File:a]]", "[[", "]]", "![a](b.png)", "![",
    "](", "[a]: b.png", "[1]", "&amp;", "&lt;", "&nbsp;", "&#39;", "amp;", "＆lt；", "http://x.org/a", "https://",
    "www.a.de", "x.org", "://", "a@b.org", "1.2.3.4", "+49 30 1234567", "4111 1111 1111 1111", "::", "2021/4/3",
    "3/4/2021", "April 3, 2021", "US$5", "5.99", "1234567890" * 4, "don't", "it's", "gonna", "'s", "n't", "the", "The",
    "of", "teh", "connections", "..", "...", "?!", "--", "==", "__init__", "- ", "lorem ipsum", "Copyright", "ID card",
    "javascript", ":-)", "<3",
    "\r\n", "\r", "\u00a0", "\u3000", "\u2028", "\u0085", "\x0b", "\x00", "\x1e", "\x1f", "\u200b", "\u200c", "\u200d",
    "\u200e", "\u202e", "\ufeff", "\u00ad", "\ufe0f", "\ufe0e", "\u20e3", "\ufffd", "\ue000", "\U000e0001", "\u0301",
    "👨\u200d👩\u200d👧", "👩🏽\u200d💻", "❤\ufe0f", "👍🏽", "🏽", "🇩🇪", "🇩", "1\ufe0f\u20e3", "✓", "©",
    "🏴\U000e0067\U000e007f",
    "你好", "世界", "身份证", "２０２１年４月３日", "ไทย", "ကို", "カタカナ", "한국어", "हिन्दी",
    "क्\u200dष", "می\u200cخواهم", "שלום", "مرحبا", "٣", "e\u0301", "é", "ß", "İ", "\u212a", "ﬁ", "Ａ", "１",
    "²", "½", "𝒜", "𠀀",
]  # fmt: skip
text = st.lists(st.sampled_from(BLOCKS), max_size=12).map("".join)
texts = st.lists(st.none() | text, max_size=5)


def applied(operator: Operator, rows: list[dict[str, Any]], size: int) -> tuple[list[dict[str, Any]], pl.DataFrame]:
    """What comes out of parts of so many rows, one after the other, and their records, also where all are kept."""
    assert isinstance(operator, RowOperator)
    batch, state = batch_of(rows), operator.open(Context())
    outcomes = [operator.apply(batch.slice(start, size), state) for start in range(0, len(batch), size)]
    records = [one.records for one in outcomes if one.records is not None]
    return [row for one in outcomes for row in one.rows.rows()], pl.concat(records) if records else pl.DataFrame()


def rows_of(values: list[str | None]) -> list[dict[str, Any]]:
    start = [{"text": "so that the column holds texts"}]
    rows = [*start, *({"text": value} for value in values)]
    return [{**row, "at": at, "score": at / 3, "nested": {"list": [at, None]}} for at, row in enumerate(rows)]


@pytest.mark.parametrize("operator", FILTERS, ids=repr)
@settings(max_examples=8)
@given(texts, st.integers(1, 3))
def test_a_filter_keeps_some_rows_in_order_and_as_they_were_in_parts_of_any_size(
    operator: RowFilter, values: list[str | None], size: int
) -> None:
    rows = rows_of(values)
    kept, records = applied(operator, rows, len(rows))
    assert kept == [row for row in rows if row["at"] in {one["at"] for one in kept}]
    kept_in_parts, records_of_parts = applied(operator, rows, size)
    assert kept_in_parts == kept
    assert records_of_parts.equals(records)


@pytest.mark.parametrize("operator", REFINERS, ids=repr)
@settings(max_examples=8)
@given(texts, st.integers(1, 3))
def test_a_refiner_keeps_all_rows_and_other_columns_in_parts_of_any_size(
    operator: Refiner, values: list[str | None], size: int
) -> None:
    rows = rows_of(values)
    out, _ = applied(operator, rows, len(rows))
    assert [{**row, "text": None} for row in out] == [{**row, "text": None} for row in rows]
    assert [row["text"] is None for row in out] == [row["text"] is None for row in rows]
    assert applied(operator, rows, size)[0] == out
    beside, _ = applied(operator.model_copy(update={"output": "better"}), rows, len(rows))
    assert beside == [{**row, "better": better["text"]} for row, better in zip(rows, out, strict=True)]


CLAIMANTS = [one for one in REFINERS if CLAIM in " ".join((type(one).__doc__ or "").split())]


def test_every_refiner_that_brings_texts_into_one_form_claims_to_be_done_after_one_time() -> None:
    assert {one.name for one in CLAIMANTS} >= {
        "collapse_punctuation", "expand_contractions", "lowercase_text", "normalize_text_formats",
        "normalize_whitespace", "remove_characters", "remove_emoji", "strip_urls",
    }  # fmt: skip


@pytest.mark.parametrize("operator", CLAIMANTS, ids=repr)
@settings(max_examples=25)
@given(st.lists(text, min_size=1, max_size=8))
def test_doing_it_twice_changes_nothing_more_where_that_is_claimed(operator: Refiner, values: list[str]) -> None:
    once = operator.refine_all(pl.Series(values, dtype=pl.String))
    assert operator.refine_all(once).to_list() == once.to_list()


# Each repeated makes a long line without the structure that a pattern expects; the tail lets no first look rule it out.
PIECES = [
    "a", "A", "1", " ", "\n", "\t", ".", "!", "-", "_", "…", "。", "你", "\u0301", "\u200d", "\u212a", "<", "&", "[",
    "(", "{{", "[[", "![", "](", "<p ", "<!--", "<ref>", "<img ", "http://a)", "www.a-", "a@", "a.", "1,", "1 ", "a:",
    "$1", "3/4/", "may ", "it's ", "the ", "❤\ufe0f", "[1", "\u2028", "ש",
]  # fmt: skip
TAIL = (
    "://x http://x.org www.x.de it's a!! .... <p>&amp; ![a](b) <img src='a'> [[File:a]] {{cite a}} <ref>x</ref> a [1] "
    "$5 3 € 3 March 2021 jo@x.org 1.2.3.4 +49 30 1234567 a,, ====== 。。 :-) lorem ipsum teh 你好 $x"
)


def seconds(operator: RowOperator, state: Any, size: int) -> float:
    batch = batch_of([{"text": (piece * size)[:size] + TAIL} for piece in PIECES])
    started = time.process_time()
    operator.apply(batch, state)
    return time.process_time() - started


@pytest.mark.parametrize("operator", OPERATORS, ids=repr)
def test_the_time_grows_with_the_length_of_a_line_and_not_with_its_square(operator: RowOperator) -> None:
    state = operator.open(Context())
    assert seconds(operator, state, 12_000) < 6 * seconds(operator, state, 3_000) + 0.2


NO_TEXTS = [
    '{"text": null}', '{"text": 5}', '{"text": 2.5}', '{"text": true}', '{"text": ["a", null]}', '{"text": {"a": "b"}}',
    '{"other": "no text at all"}',
]  # fmt: skip
UNREADABLE = ['{"text": NaN}', '{"text": "\\ud800 alone"}']


@pytest.mark.parametrize("cls", CLASSES.values(), ids=list(CLASSES))
def test_rows_without_a_text_come_through_a_run_as_they_were_when_they_shall_stay(
    cls: type[Operator], tmp_path: Path
) -> None:
    data = tmp_path / "in.jsonl"
    data.write_text("\n".join([*NO_TEXTS, *UNREADABLE, '{"text": "words"}', '{"text": ""}']))
    options = {**cls.example().options, "on_null": "keep"}
    workflow = Workflow(steps=(Step(id="step", operator=cls.name, options=options),))
    result = run(workflow, data=data, output=tmp_path / "out.jsonl", settings=Settings(home=tmp_path / "home"))
    assert result.report.rejects == len(UNREADABLE)
    assert result.report.steps[0].failed == 0
    out = [json.loads(line) for line in result.output.read_text().splitlines()]
    assert out[: len(NO_TEXTS)] == [json.loads(line) for line in NO_TEXTS]


@pytest.mark.parametrize("cls", CLASSES.values(), ids=list(CLASSES))
def test_a_column_that_is_missing_or_holds_no_texts_is_a_fault_before_anything_runs(cls: type[Operator]) -> None:
    options = cls.example().options
    workflow = Workflow(steps=(Step(id="step", operator=cls.name, options=options),))
    for schema in (Schema.of(txt="text"), Schema.of(text="number"), Schema.of(text="nested")):
        assert any(fault.severity == "error" and "text" in fault.message for fault in validate(workflow, schema))
