"""What a profile says of data: columns, looks, the main text."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core.dataset import Dataset
from dataflow_agent.tools.profile import EXAMPLE_CHARACTERS, Profile, profile

PROSE = "The committee met in the morning and agreed on a plan for the summer."


def profile_of(folder: Path, rows: list[dict[str, Any]], **options: int) -> Profile:
    path = folder / "data.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return profile(Dataset.open([path]), **options)


def test_columns_are_measured(tmp_path: Path) -> None:
    found = profile_of(
        tmp_path, [{"text": "one two", "n": 1}, {"text": "three", "n": 1}, {"text": None, "n": 2}, {"n": 3}]
    )
    text, n = found.columns
    assert (text.name, text.dtype, text.null_share, text.distinct_share) == ("text", "text", 0.5, 1.0)
    assert (text.mean_chars, text.max_chars, text.mean_words) == (6.0, 7, 1.5)
    assert (n.dtype, n.distinct_share, n.mean_chars, n.examples) == ("integer", 0.75, None, ("1", "2", "3"))
    assert (found.rows_seen, found.complete, found.inputs) == (4, True, ("data.jsonl",))


def test_numbers_of_which_some_are_whole_are_numbers(tmp_path: Path) -> None:
    data = tmp_path / "mixed.jsonl"
    data.write_text('{"score": 7, "other": 7}\n{"score": 8.5, "other": "x"}\n{"score": null, "other": 1.5}\n')
    shown = profile(Dataset.open([data]))
    assert (shown.column("score").dtype, shown.column("other").dtype) == ("number", "json")
    assert shown.schema["score"].dtype == "json"  # values stay as they are written


def test_only_the_beginning_is_read(tmp_path: Path) -> None:
    found = profile_of(tmp_path, [{"text": PROSE, "n": n} for n in range(500)], max_rows=100)
    assert (found.rows_seen, found.complete) == (100, False)


def test_every_input_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n' * 300)
    (tmp_path / "b.csv").write_text("label,text\nyes,y\n")
    found = profile(Dataset.open([tmp_path / "a.jsonl", tmp_path / "b.csv"]), max_rows=100)
    assert found.schema.names == ("text", "label")
    assert found.inputs == ("a.jsonl", "b.csv")
    assert found.rows_seen == 51


@pytest.mark.parametrize(
    ("values", "look"),
    [
        ([PROSE, PROSE + " And more."], "prose"),
        ([f"<p>{PROSE}</p>", "<br>"], "html"),
        ([f"see https://example.org {PROSE}"] * 2, "urls"),
        ([f"{PROSE} 😀"] * 2, "emoji"),
        (["def f():\n    return 1", "import os\nx = 1"], "code"),
        (["wiki", "news", "wiki", "wiki"], "label"),
        (["a1", "a2", "a3", "a4"], "identifier"),
        ([17, 18, 19, 20], "identifier"),
    ],
)
def test_a_column_looks_like_what_it_holds(tmp_path: Path, values: list[Any], look: str) -> None:
    (column,) = profile_of(tmp_path, [{"c": value} for value in values]).columns
    assert look in column.looks


def test_plain_words_look_like_nothing_special(tmp_path: Path) -> None:
    (column,) = profile_of(tmp_path, [{"c": "two words"}, {"c": "other words"}]).columns
    assert column.looks == ()


def test_labels_are_listed_the_most_frequent_first(tmp_path: Path) -> None:
    (column,) = profile_of(tmp_path, [{"c": value} for value in ("b", "a", "b", "c", "b", "a")]).columns
    assert column.labels == ("b", "a", "c")


def test_examples_are_few_and_short(tmp_path: Path) -> None:
    (column,) = profile_of(tmp_path, [{"c": letter * 5000} for letter in "abcde"]).columns
    assert column.examples == tuple(letter * EXAMPLE_CHARACTERS for letter in "abc")


@pytest.mark.parametrize(
    ("row", "main"),
    [
        ({"id": "a", "text": PROSE}, "text"),
        ({"id": 1, "raw_content": PROSE, "kind": "x"}, "raw_content"),
        ({"title": "A title of it", "body": PROSE * 3}, "body"),
        ({"summary": PROSE, "full_text": PROSE * 5}, "full_text"),
        ({"name": "x", "story": PROSE * 3}, "story"),
        ({"question": PROSE, "answer": PROSE}, None),
        ({"question": "How long?", "solution": PROSE * 4}, "solution"),
        ({"text": "short", "content": PROSE * 4}, "content"),
        ({"n": 1}, None),
        ({"code": "a"}, "code"),
        ({"doc_id": "a"}, None),
    ],
)
def test_the_main_text_is_found_by_name_or_length(tmp_path: Path, row: dict[str, Any], main: str | None) -> None:
    other = {name: f"{value} too" if isinstance(value, str) else value for name, value in row.items()}
    assert profile_of(tmp_path, [row, other]).text_column() == main


def test_candidates_come_likeliest_first(tmp_path: Path) -> None:
    found = profile_of(tmp_path, [{"id": str(n), "question": PROSE, "answer": PROSE * 2, "n": n} for n in range(3)])
    assert found.text_candidates() == ("answer", "question")


def test_a_profile_is_plain_data(tmp_path: Path) -> None:
    found = profile_of(tmp_path, [{"text": PROSE, "tags": ["a"], "mixed": 1}, {"text": "x", "mixed": "a"}])
    assert Profile.model_validate(json.loads(json.dumps(found.model_dump(mode="json")))) == found
    assert found.model_dump(mode="json")["schema"]["columns"][0]["name"] == "text"
    assert any("mixed" in warning for warning in found.warnings)


def test_records_that_cannot_be_read_are_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text('{"text": "a"}\nno json\n')
    found = profile(Dataset.open([path]))
    assert found.rows_seen == 1
    assert any("1 record" in warning for warning in found.warnings)


def test_every_type_of_value_has_examples(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    frame = pl.DataFrame({"b": [b"ab", b"c"], "l": [[1, 2], None], "f": [0.5, 1.5], "t": [True, False]})
    frame.write_parquet(path)
    found = {column.name: column.examples for column in profile(Dataset.open([path])).columns}
    assert found == {"b": ("2 bytes", "1 bytes"), "l": ("[1,2]",), "f": ("0.5", "1.5"), "t": ("true", "false")}


def test_columns_that_steps_will_write_can_be_added(tmp_path: Path) -> None:
    found = profile_of(tmp_path, [{"text": PROSE}]).with_columns({"quality": "number", "text": "text"})
    assert found.schema.names == ("text", "quality")
    assert found.column("quality").dtype == "number"
    assert found.text_column() == "text"


def test_files_of_a_folder_that_are_left_out_are_warned_of_and_so_are_conflicts_between_files(tmp_path: Path) -> None:
    for name, content in {"a.jsonl": '{"n": 1}\n', "b.jsonl": '{"n": "x"}\n', "notes.log": "x", "none.csv": ""}.items():
        (tmp_path / name).write_text(content)
    left_out, empty, conflict = profile(Dataset.open([tmp_path])).warnings
    assert "notes.log" in left_out
    assert "none.csv" in empty
    assert "column 'n' holds integer and text" in conflict
