"""token_count_filter: an estimate that says so, and exact counts with a tokenizer."""

from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import Context, InvalidInput
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.token_count_filter import TokenCountFilter


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(TokenCountFilter(**options), [{"text": text} for text in texts])]


@pytest.mark.parametrize(("size", "stays"), [(8, False), (9, True), (20, True), (21, False)])
def test_both_limits_belong_to_the_range(size: int, stays: bool) -> None:
    assert bool(kept(["x" * size], min_tokens=3, max_tokens=5)) is stays


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("a", 1), ("four", 1), ("fives", 2), ("你好", 2), ("é" * 4, 2), ("שלום", 2)]
)
def test_the_estimate_is_a_quarter_of_the_bytes_rounded_up_and_is_called_one(text: str, tokens: int) -> None:
    records = apply_outcome(TokenCountFilter(min_tokens=0), batch_of([{"text": text}])).records
    assert records is not None
    assert records["token_count_estimate"].to_list() == [tokens]
    assert "token_count" not in records.columns


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({}, "set min_tokens, max_tokens or both"),
        ({"min_tokens": 5, "max_tokens": 3}, "at least 5 and at most 3 tokens"),
    ],
)
def test_limits_that_say_nothing_or_cannot_be_met_are_refused(options: dict[str, int], hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        TokenCountFilter(**options)


@pytest.fixture
def words_tokenizer(tmp_path: Path) -> Path:
    """A tokenizer of three words that cuts at white space, shortens to two tokens and adds one at the start."""
    tokenizers = pytest.importorskip("tokenizers")
    vocabulary = {"[UNK]": 0, "one": 1, "two": 2, "[CLS]": 3}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A", special_tokens=[("[CLS]", 3)]
    )
    tokenizer.enable_truncation(2)
    path = tmp_path / "tokenizer.json"
    tokenizer.save(str(path))
    return path


def test_with_a_tokenizer_all_tokens_of_the_text_count_and_no_special_ones(words_tokenizer: Path) -> None:
    operator = TokenCountFilter(tokenizer="words", max_tokens=3)
    rows = [{"text": "one two what"}, {"text": "one two one two"}, {"text": ""}, {"text": None}]
    outcome = apply_outcome(operator, batch_of(rows), Context(resources={"words": str(words_tokenizer)}))
    assert outcome.records is not None
    assert outcome.records["token_count"].to_list() == [3, 4, 0, None]
    assert outcome.rows.rows() == [{"text": "one two what"}, {"text": ""}]


def test_another_tokenizer_is_another_fingerprint(words_tokenizer: Path, tmp_path: Path) -> None:
    operator = TokenCountFilter(tokenizer="words", max_tokens=3)
    other = tmp_path / "other.json"
    other.write_text(words_tokenizer.read_text().replace("two", "too"))
    prints = [operator.resource_fingerprints({"words": str(path)})["words"] for path in (words_tokenizer, other)]
    assert prints[0] != prints[1]
    assert TokenCountFilter(max_tokens=3).resource_fingerprints({}) == {}


def test_a_tokenizer_that_is_not_bound_or_no_tokenizer_is_named(tmp_path: Path) -> None:
    operator = TokenCountFilter(tokenizer="words", max_tokens=3)
    rows = [{"text": "one"}]
    with pytest.raises(InvalidInput, match="--resource words=PATH"):
        apply_rows(operator, rows)
    with pytest.raises(InvalidInput, match="is no file"):
        apply_rows(operator, rows, Context(resources={"words": str(tmp_path / "gone.json")}))
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    with pytest.raises(InvalidInput, match="is no tokenizer"):
        apply_rows(operator, rows, Context(resources={"words": str(broken)}))
