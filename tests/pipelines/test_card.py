"""The quality card: its numbers are those of the operators, and do not hang on how the data is read."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from dataflow_agent.operators.core.dataset import Dataset
from dataflow_agent.operators.core.testing import apply_outcome, batch_of
from dataflow_agent.operators.dedup.minhash_dedup import MinhashDedup
from dataflow_agent.operators.text.mask_pii import MaskPii
from dataflow_agent.pipelines.card.duplicates import NearDuplicates, digests
from dataflow_agent.pipelines.card.extremes import SHOWN, End
from dataflow_agent.pipelines.card.making import Reading, make_card
from dataflow_agent.pipelines.card.measures import Measure, card_measures
from dataflow_agent.pipelines.card.model import MetricCard, QualityCard
from dataflow_agent.pipelines.card.values import Values
from dataflow_agent.pipelines.limits import Limit
from hypothesis import given
from hypothesis import strategies as st

PROSE = (
    "The harbour was quiet in the morning and the fishermen mended their nets while the gulls waited on the wall for "
    "whatever might fall from the boats when they came back from the open sea before noon."
)
NEARLY = PROSE.replace("The harbour", "A harbour")
GERMAN = "Der Hafen lag am Morgen still und die Fischer flickten ihre Netze, während die Möwen auf der Mauer warteten."
TEXTS = [
    PROSE,
    GERMAN,
    PROSE,
    NEARLY,
    "Write to jo@example.org or to ann@example.org, the [EMAIL] is read daily.",
    "",
    "- one\n- two\n- three {a} &nbsp; # SHOUT ...",
    "数値レジスタはポイントサイズを返します。",
]


def write(path: Path, rows: Sequence[Any]) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def card_of(path: Path, column: str | None = "text", **options: Any) -> QualityCard:
    return make_card(Reading(Dataset.open([path]), column), **options)


def metric(card: QualityCard, name: str) -> MetricCard:
    found = card.metric(name)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("card") / "texts.jsonl", [{"text": text} for text in TEXTS])


@pytest.fixture(scope="module")
def card(texts: Path) -> QualityCard:
    return card_of(texts)


@pytest.mark.parametrize("measure", card_measures(), ids=lambda measure: measure.name)
def test_each_metric_is_what_its_operator_writes_into_the_ledger(card: QualityCard, measure: Measure) -> None:
    records = apply_outcome(measure.operator, batch_of([{"text": text} for text in TEXTS])).records
    assert records is not None
    values = records[measure.metric or measure.name].drop_nulls().to_list()
    found = metric(card, measure.name)
    assert (found.values, found.missing) == (len(values), len(TEXTS) - len(values))
    assert (found.minimum, found.maximum) == (min(values), max(values))
    assert found.mean == pytest.approx(sum(values) / len(values))
    assert found.histogram.total == len(values)


def test_counts_are_those_of_the_texts(card: QualityCard) -> None:
    assert (card.rows, card.texts, card.rejects) == (8, 8, 0)
    characters = metric(card, "char_count")
    assert characters.total == sum(map(len, TEXTS))
    assert card.tokens is not None
    assert card.tokens.name == "token_count_estimate"
    assert card.tokens.total == sum(-(-len(text.encode()) // 4) for text in TEXTS)


def test_what_lies_beyond_the_default_limits_is_what_the_filter_drops_for_it(card: QualityCard) -> None:
    words = metric(card, "word_count")
    operator = next(measure.operator for measure in card_measures() if measure.name == "word_count")
    records = apply_outcome(operator, batch_of([{"text": text} for text in TEXTS])).records
    assert records is not None
    assert words.outside == (records["fate"] == "dropped").sum() == 5
    assert (words.rule, words.limits) == ("at least 20", (Limit(side="low", value=20, at=20),))
    assert words.outside_share == 5 / 8
    assert words.outside_counts is not None
    assert sum(words.outside_counts) == words.outside
    low = zip(words.histogram.edges[1:], words.outside_counts, words.histogram.counts, strict=True)
    assert all(out == count for edge, out, count in low if edge <= 20)


def test_duplicates_are_those_that_minhash_dedup_merges(card: QualityCard) -> None:
    assert card.duplicates is not None
    assert (card.duplicates.exact, card.duplicates.near) == (1, 1)
    assert card.duplicates.exact_share == 1 / 8
    assert (card.duplicates.near_of, card.duplicates.near_complete) == (8, True)
    records = apply_outcome(MinhashDedup(), batch_of([{"text": text} for text in TEXTS])).records
    assert records is not None
    assert (records["fate"] == "merged").sum() == card.duplicates.exact + card.duplicates.near


def test_near_duplicates_are_sought_among_the_first_different_texts_only(tmp_path: Path) -> None:
    other = "Nobody in the village could remember a winter with so much snow, and yet the postman walked up the hill."
    batch = batch_of([{"text": text} for text in (other, PROSE, PROSE, NEARLY, other)])
    near = NearDuplicates(tmp_path, most=2)
    near.add(batch, digests(batch))
    found = near.found(texts=5, distinct=3)
    assert (found.exact, found.near, found.near_of, found.near_complete) == (2, 0, 3, False)


def test_personal_data_is_what_mask_pii_would_mask(card: QualityCard) -> None:
    kinds = {one.kind: one for one in card.personal_data}
    assert (kinds["email"].texts, kinds["email"].found, kinds["email"].share) == (1, 2, 1 / 8)
    assert {kind: one.found for kind, one in kinds.items() if kind != "email"} == {"phone": 0, "ip": 0, "card": 0}
    assert MaskPii().refine(TEXTS[4]).count("[EMAIL]") == 3, "one of them stood there before"


def test_languages_are_counted_and_a_text_that_shows_none_is_unclear(card: QualityCard) -> None:
    texts = {one.code: one.texts for one in card.languages}
    assert sum(texts.values()) == 8
    assert texts["de"] == texts["ja"] == 1
    assert texts["en"] >= 4
    assert texts["unclear"] >= 1
    assert [one.texts for one in card.languages] == sorted(texts.values(), reverse=True)


def test_the_ends_hold_different_texts_with_their_places(card: QualityCard) -> None:
    words = metric(card, "word_count")
    assert [one.place for one in words.highest] == ["texts.jsonl:1", "texts.jsonl:4", "texts.jsonl:2"]
    assert (words.lowest[0].place, words.lowest[0].value, words.lowest[0].excerpt) == ("texts.jsonl:6", 0.0, "")
    assert words.highest[0].excerpt == PROSE[:160] + "…"


@pytest.mark.parametrize("block_rows", [1, 3, 100])
def test_how_the_data_is_cut_into_blocks_makes_no_difference(tmp_path: Path, block_rows: int) -> None:
    rows = [*({"text": text, "n": n} for n, text in enumerate(TEXTS)), "no json", {"text": 7}, {"text": None}, {"m": 1}]
    path = write(tmp_path / "rows.jsonl", rows)
    assert card_of(path, block_rows=block_rows) == card_of(path)


def test_a_card_survives_json(card: QualityCard, texts: Path) -> None:
    compared = make_card(Reading(Dataset.open([texts]), "text"), Reading(Dataset.open([texts]), "text"))
    for one in (card, compared):
        assert QualityCard.model_validate_json(one.model_dump_json()) == one


def test_columns_have_their_types_and_the_share_of_rows_without_a_value(tmp_path: Path) -> None:
    rows = [{"text": "a", "n": 1}, {"text": None, "n": 2}, {"n": 3}, {"text": "b", "n": "four"}]
    found = card_of(write(tmp_path / "rows.jsonl", rows))
    assert [(one.name, one.dtype, one.nulls, one.null_share) for one in found.columns] == [
        ("text", "text", 2, 0.5),
        ("n", "json", 0, 0.0),
    ]
    assert found.texts == 2
    assert any("'n' holds" in warning for warning in found.warnings)


def test_rejected_records_are_counted_and_the_first_are_shown_where_they_stand(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", ['{"text": "fine"}', "oops", '{"text": NaN}', *["bad"] * 9])
    found = card_of(path)
    assert (found.rows, found.rejects) == (1, 11)
    assert [one.place for one in found.rejected] == [f"rows.jsonl:{line}" for line in range(2, 7)]
    assert found.rejected[0].raw == "oops"
    assert "JSON" in found.rejected[0].reason


def test_a_sample_is_the_first_rows_and_what_was_rejected_before_the_last_of_them(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", ['{"text": "a"}', "bad", '{"text": "b c"}', "bad", '{"text": "d e f"}'])
    found = card_of(path, sample=2)
    assert (found.sample, found.rows, found.rejects) == (2, 2, 1)
    assert metric(found, "word_count").maximum == 2


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    paths = [write(tmp_path / "a" / "x.jsonl", [{"text": "one"}]), write(tmp_path / "b" / "x.jsonl", [{"text": "two"}])]
    found = make_card(Reading(Dataset.open(paths), "text"))
    assert found.inputs == tuple(map(str, paths))
    assert {one.place for one in metric(found, "word_count").lowest} == {f"{path}:1" for path in paths}


@pytest.mark.parametrize("count", [0, 1])
def test_no_row_and_one_row_make_a_card(tmp_path: Path, count: int) -> None:
    path = tmp_path / "few.parquet"
    pl.DataFrame({"text": [PROSE] * count}, schema={"text": pl.String}).write_parquet(path)
    found = card_of(path)
    words = metric(found, "word_count")
    assert (found.rows, found.texts, words.values, words.histogram.total) == (count, count, count, count)
    assert words.median == (37 if count else None)
    assert len(words.lowest) == count
    assert (words.outside, words.outside_share) == (0, 0.0)


def test_data_without_texts_has_a_shape_and_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "numbers.parquet"
    pl.DataFrame({"x": [1.5, float("nan"), None]}).write_parquet(path)
    found = card_of(path, None)
    assert (found.rows, found.column, found.texts, found.metrics, found.languages) == (3, None, 0, (), ())
    assert found.duplicates is None
    assert found.columns[0].nulls == 1
    assert [one.what for one in found.not_measured] == ["texts"]


def test_toxicity_is_measured_by_the_lexicon(tmp_path: Path) -> None:
    found = card_of(write(tmp_path / "rude.jsonl", [{"text": "You are an idiot."}, {"text": PROSE}, {"text": ""}]))
    assert found.not_measured == ()
    toxicity = metric(found, "toxicity")
    assert (toxicity.operator, toxicity.values, toxicity.minimum) == ("toxicity_score", 3, 0.0)
    assert toxicity.maximum == pytest.approx(1 - math.exp(-0.75))
    assert [one.place for one in toxicity.highest][:1] == ["rude.jsonl:1"]


def test_a_comparison_has_common_edges_and_the_differences(tmp_path: Path, texts: Path) -> None:
    short = write(tmp_path / "short.jsonl", [{"text": text} for text in (PROSE, "one two three")])
    found = make_card(Reading(Dataset.open([short]), "text"), Reading(Dataset.open([texts]), "text"))
    assert found.against is not None
    for one in found.metrics:
        assert one.histogram.edges == metric(found.against, one.name).histogram.edges
        assert one.histogram.total == one.values
    changes = {one.name: one for one in found.differences}
    assert (changes["size.rows"].before, changes["size.rows"].after, changes["size.rows"].change) == (8, 2, -6)
    assert changes["duplicates.exact_share"].change == -1 / 8
    assert (changes["languages.de"].before, changes["languages.de"].after) == (1 / 8, 0.0)
    longest = metric(found, "word_count").mean
    before = metric(found.against, "word_count").mean
    assert longest is not None
    assert before is not None
    assert changes["metrics.word_count.mean"].change == longest - before


def test_a_number_that_only_one_of_both_has_has_no_change(tmp_path: Path, texts: Path) -> None:
    path = write(tmp_path / "numbers.jsonl", [{"n": 1}])
    found = make_card(Reading(Dataset.open([path]), None), Reading(Dataset.open([texts]), "text"))
    changes = {one.name: one for one in found.differences}
    assert (changes["size.tokens"].after, changes["size.tokens"].change) == (None, None)
    assert (changes["columns.n"].before, changes["columns.n"].change) == (None, None)
    assert changes["size.texts"].change == -8


def test_tokens_are_exact_with_a_tokenizer(tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(tmp_path / "mine.json"))
    path = write(tmp_path / "rows.jsonl", [{"text": "a b c"}, {"text": "d"}])
    found = card_of(path, tokenizer=tmp_path / "mine.json")
    assert found.tokenizer == "mine.json"
    assert found.tokens is not None
    assert (found.tokens.name, found.tokens.total) == ("token_count", 4)


def test_progress_counts_the_rows_of_both(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", [{"text": "a"}, {"text": "b"}])
    told: list[int] = []
    reading = Reading(Dataset.open([path]), "text")
    make_card(reading, reading, block_rows=1, on_rows=told.append)
    assert told == [1, 2, 3, 4]


def test_values_come_back_in_order_whether_held_or_written(tmp_path: Path) -> None:
    values = Values(tmp_path, pl.Schema({"a": pl.Float64(), "b": pl.UInt64()}), held_rows=4)
    for start in range(0, 9, 3):
        values.add(pl.DataFrame({"a": [float(start), None, 0.5], "b": range(start, start + 3), "c": ["x"] * 3}))
    assert values.column("b").to_list() == list(range(9))
    assert values.column("a").to_list() == [0.0, None, 0.5, 3.0, None, 0.5, 6.0, None, 0.5]
    assert len(list(tmp_path.iterdir())) == 1


@given(st.lists(st.lists(st.tuples(st.one_of(st.none(), st.integers(-2, 2)), st.sampled_from("abcdef")), max_size=5)))
def test_the_ends_are_the_first_different_texts_in_order_of_their_value(blocks: list[list[tuple[Any, str]]]) -> None:
    value_of: dict[str, int | None] = {}
    rows = [(value_of.setdefault(text, value), text) for block in blocks for value, text in block]
    for sign in (1, -1):
        end, at = End(sign), 0
        for block in blocks:
            part = rows[at : at + len(block)]
            ids = [f"0:{n}" for n in range(at, at + len(block))]
            values = np.array([np.nan if value is None else value for value, _ in part], dtype=np.float64)
            end.offer(values, pl.Series([text for _, text in part], dtype=pl.String), pl.Series(ids), str)
            at += len(block)
        first = {text: (value, f"0:{n}") for n, (value, text) in reversed(list(enumerate(rows))) if value is not None}
        by_place = sorted(first.values(), key=lambda one: int(one[1].removeprefix("0:")))
        wanted = sorted(by_place, key=lambda one: sign * one[0])[:SHOWN]
        assert [(one.value, one.place) for one in end.rows()] == wanted
