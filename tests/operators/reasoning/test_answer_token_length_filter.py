"""answer_token_length_filter: both limits belong to the range, and empty answers go unless that is switched off."""

from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import Context, InvalidInput
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.reasoning.answer_token_length_filter import AnswerTokenLengthFilter


def kept(texts: list[Any], **options: Any) -> list[Any]:
    return [row["text"] for row in apply_rows(AnswerTokenLengthFilter(**options), [{"text": text} for text in texts])]


@pytest.mark.parametrize(("size", "stays"), [(8, False), (9, True), (20, True), (21, False)])
def test_both_limits_belong_to_the_range(size: int, stays: bool) -> None:
    assert bool(kept(["x" * size], min_tokens=3, max_tokens=5)) is stays


@pytest.mark.parametrize("empty", ["", " ", "\n\t", "\u00a0\u3000"])
def test_answers_without_a_visible_character_go_by_default(empty: str) -> None:
    assert kept([empty, "5"]) == ["5"]
    assert kept([empty, "5"], drop_empty=False) == [empty, "5"]
    assert kept([empty, "5"], drop_empty=False, min_tokens=1) == ["5"]


def test_by_default_an_answer_of_8192_tokens_is_the_longest() -> None:
    longest = "x" * (8192 * 4)
    assert kept([longest, longest + "x"]) == [longest]
    assert len(kept([longest, longest + "x"], max_tokens=None)) == 2


def test_limits_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 5 and at most 3"):
        AnswerTokenLengthFilter(min_tokens=5, max_tokens=3)


def test_with_a_tokenizer_its_tokens_count_and_one_that_is_none_is_named(tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0, "one": 1}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    path = tmp_path / "tokenizer.json"
    tokenizer.save(str(path))
    operator = AnswerTokenLengthFilter(tokenizer="words", max_tokens=2)
    rows: list[dict[str, Any]] = [{"text": "one two"}, {"text": "one two one"}, {"text": " "}, {"text": None}]
    outcome = apply_outcome(operator, batch_of(rows), Context(resources={"words": str(path)}))
    assert outcome.records is not None
    assert outcome.records["answer_tokens"].to_list() == [2, 3, 0, None]
    assert outcome.rows.rows() == [{"text": "one two"}]
    assert operator.resource_fingerprints({"words": str(path)})["words"]
    path.write_text("{}")
    with pytest.raises(InvalidInput, match="is no tokenizer"):
        apply_rows(operator, rows, Context(resources={"words": str(path)}))


def test_no_row_is_lost_when_none_is_left() -> None:
    # The reference loses the columns of an empty result.
    outcome = apply_outcome(AnswerTokenLengthFilter(max_tokens=1), batch_of([{"text": "long " * 9, "n": 1}]))
    assert outcome.rows.schema.names == ("text", "n")
    assert outcome.rows.rows() == []
