"""`evaluate` in Python: which column is taken for the text, and what is refused."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dataflow_agent
import pytest
from dataflow_agent import evaluate
from dataflow_agent.operators.core import Fault, InvalidInput

LONG = "You boil the water first, then you add the rice and wait until it is done."
ALSO = "What is the best way to cook rice in a pot for ten hungry people at home?"


def write(path: Path, rows: Sequence[Any]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def fault_of(data: Path, **options: Any) -> Fault:
    with pytest.raises(InvalidInput) as refused:
        evaluate(data, **options)
    (fault,) = refused.value.faults
    return fault


def test_it_is_public_and_gives_a_card(tmp_path: Path) -> None:
    card = evaluate(str(write(tmp_path / "a.jsonl", [{"id": 1, "body": LONG}])))
    assert isinstance(card, dataflow_agent.QualityCard)
    assert (card.rows, card.column, card.inputs) == (1, "body", ("a.jsonl",))


def test_a_named_column_is_taken_though_another_looks_more_like_the_text(tmp_path: Path) -> None:
    card = evaluate(write(tmp_path / "a.jsonl", [{"title": "Two words", "text": LONG}]), column="title")
    assert card.column == "title"
    assert card.metric("word_count").maximum == 2  # type: ignore[union-attr]


def test_where_several_columns_may_hold_the_text_they_are_named(tmp_path: Path) -> None:
    fault = fault_of(write(tmp_path / "a.jsonl", [{"question": ALSO, "answer": LONG}] * 2))
    assert fault.code == "ambiguous_column"
    assert set(fault.allowed) == {"question", "answer"}  # type: ignore[arg-type]
    assert "--column" in fault.message
    assert "a.jsonl" in fault.message


@pytest.mark.parametrize(
    ("column", "code", "said"), [("txt", "missing_column", "'text'"), ("id", "wrong_column_type", "integer")]
)
def test_a_column_that_cannot_be_used_is_refused_before_all_is_read(
    tmp_path: Path, column: str, code: str, said: str
) -> None:
    read: list[int] = []
    fault = fault_of(write(tmp_path / "a.jsonl", [{"id": 1, "text": LONG}]), column=column, on_rows=read.append)
    assert (fault.code, fault.got) == (code, column)
    assert said in fault.message
    assert not read


def test_a_column_that_begins_late_is_found_and_one_that_never_comes_is_refused(tmp_path: Path) -> None:
    data = write(tmp_path / "a.jsonl", [*[{"id": n} for n in range(2500)], {"id": 0, "late": LONG}])
    card = evaluate(data, column="late")
    assert (card.rows, card.texts) == (2501, 1)
    assert fault_of(data, column="never").code == "missing_column"


def test_each_data_has_its_own_column(tmp_path: Path) -> None:
    before = write(tmp_path / "a.jsonl", [{"raw_content": LONG}, {"raw_content": ALSO}])
    card = evaluate(write(tmp_path / "b.jsonl", [{"text": LONG}]), against=before)
    assert card.against is not None
    assert (card.column, card.against.column) == ("text", "raw_content")
    assert (card.texts, card.against.texts) == (1, 2)


def test_standard_input_can_stand_there_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="only once"):
        evaluate("-", against="-")


def test_a_file_that_is_no_tokenizer_is_refused(tmp_path: Path) -> None:
    data = write(tmp_path / "a.jsonl", [{"text": LONG}])
    assert fault_of(data, tokenizer=data).code == "invalid_resource"
    assert "nowhere.json" in fault_of(data, tokenizer=tmp_path / "nowhere.json").message
