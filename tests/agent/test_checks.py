"""Asks are proven or broken by the output alone."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dataflow_agent.agent.checks import check_asks
from dataflow_agent.agent.state import Ask, Check
from dataflow_agent.operators.core import InvalidInput

ENGLISH = "The committee met in the morning and agreed on a plan for the coming summer."
GERMAN = "Der Ausschuss trat am Morgen zusammen und einigte sich auf einen Plan für den Sommer."


def written(folder: Path, rows: list[dict[str, Any]]) -> Path:
    path = folder / "out.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def holds(output: Path, check: Check) -> bool | None:
    (ask,) = check_asks([Ask(text="asked", steps=("any",), check=check)], output)
    return ask.holds


def check(kind: Any, column: str | None = "text", **arguments: Any) -> Check:
    return Check(kind=kind, column=column, arguments=arguments)


@pytest.mark.parametrize(
    ("texts", "one", "expected"),
    [
        (["a b c", "a b c d"], check("word_count", min=3), True),
        (["a b c", "a b"], check("word_count", min=3), False),
        (["a b c", "a b c d"], check("word_count", max=3), False),
        (["a b c"], check("word_count", min=3, max=3), True),
        (["don't stop"], check("word_count", max=2), True),
        (["你好吗"], check("word_count", min=3), True),
        (["a-b c"], check("word_count", max=2, words="whitespace"), True),
        ([None, "a b"], check("word_count", min=1), False),
        ([None, "a b"], check("word_count", max=5), True),
        (["abc", "abcd"], check("char_count", min=3, max=4), True),
        (["ab"], check("char_count", min=3), False),
        (["a b\n"], check("char_count", min=3), False),
        (["a b\n"], check("char_count", max=2), True),
        (["a b"], check("char_count", min=3, white_space=True), True),
        (["plain"], check("no_match", pattern_name="url"), True),
        (["see https://a.org"], check("no_match", pattern_name="url"), False),
        (["see www.example.org/x"], check("no_match", pattern_name="url"), False),
        (['the prefix "http://" alone'], check("no_match", pattern_name="url"), True),
        (["hi 😀"], check("no_match", pattern_name="emoji"), False),
        (["a → b, © 2024"], check("no_match", pattern_name="emoji"), True),
        (["<p>x</p>"], check("no_match", pattern_name="html"), False),
        (["if a < b and c > d"], check("no_match", pattern_name="html"), True),
        (["write to a.b@example.org"], check("no_match", pattern_name="email"), False),
        (["write to [EMAIL] @ noon"], check("no_match", pattern_name="email"), True),
        (["a", " \n"], check("no_match", pattern_name="blank"), False),
        (["a", None], check("no_match", pattern_name="blank"), False),
        (["a"], check("no_match", pattern_name="what is this"), None),
        (["a", "b"], check("no_exact_duplicates"), True),
        (["a", "b", "a"], check("no_exact_duplicates"), False),
        ([None, None], check("no_exact_duplicates"), True),
        (["A  b", "a B"], check("no_exact_duplicates"), True),
        (["A  b", "a B"], check("no_exact_duplicates", columns=["text"], normalize=True), False),
        (["a"], check("none", None), None),
        (["a"], check("word_count", "other", min=1), None),
        (["a"], check("condition", None, expression='text = "a"'), True),
        (["a", "b"], check("condition", None, expression='text = "a"'), False),
        (["a", None], check("condition", None, expression='text = "a"'), False),
        (["a"], check("condition", None, expression="gone > 1"), None),
        (["a"], check("condition", None, expression="no condition"), None),
        ([ENGLISH] * 3, check("language", languages=["en"], exclude=False), True),
        ([ENGLISH, GERMAN], check("language", languages=["en"], exclude=False), False),
        ([ENGLISH, GERMAN], check("language", languages=["en", "de"], exclude=False), True),
        ([ENGLISH, GERMAN], check("language", languages=["fr"], exclude=True), True),
        ([ENGLISH, GERMAN], check("language", languages=["de"], exclude=True), False),
        ([ENGLISH], check("language", languages=["xx"], exclude=False), None),
    ],
)
def test_the_output_decides(tmp_path: Path, texts: list[str | None], one: Check, expected: bool | None) -> None:
    assert holds(written(tmp_path, [{"text": text} for text in texts]), one) is expected


def test_one_text_in_a_hundred_may_look_like_another_language(tmp_path: Path) -> None:
    rows = [{"text": ENGLISH}] * 99 + [{"text": GERMAN}]
    one = check("language", languages=["en"], exclude=False)
    assert holds(written(tmp_path, rows), one) is True
    assert holds(written(tmp_path, [*rows, {"text": GERMAN}]), one) is False


def test_a_check_for_some_rows_looks_at_those(tmp_path: Path) -> None:
    output = written(tmp_path, [{"text": "see https://a.org", "source": "wiki"}, {"text": "none", "source": "news"}])
    assert holds(output, check("no_match", pattern_name="url", where='source = "news"')) is True
    assert holds(output, check("no_match", pattern_name="url", where='source = "wiki"')) is False
    assert holds(output, check("no_match", pattern_name="url", where='gone = "wiki"')) is None


def test_duplicates_are_judged_by_all_their_columns_and_types(tmp_path: Path) -> None:
    several = Check(kind="no_exact_duplicates", arguments={"columns": ["a", "b"]})
    assert holds(written(tmp_path, [{"a": 1, "b": "x"}, {"a": 1, "b": "y"}, {"a": 1.0, "b": "x"}]), several) is True
    assert holds(written(tmp_path, [{"a": 1, "b": "x"}, {"a": 2, "b": "x"}, {"a": 1, "b": "x"}]), several) is False


def test_duplicates_far_apart_are_found(tmp_path: Path) -> None:
    rows = [{"text": str(n)} for n in range(5000)]
    assert holds(written(tmp_path, rows), check("no_exact_duplicates")) is True
    assert holds(written(tmp_path, [*rows, {"text": "0"}]), check("no_exact_duplicates")) is False


@pytest.mark.parametrize(
    "one",
    [
        check("word_count", min=3),
        check("no_exact_duplicates"),
        check("condition", None, expression="n > 1"),
        check("language", languages=["en"], exclude=False),
    ],
)
def test_what_is_asked_of_every_row_holds_for_none(tmp_path: Path, one: Check) -> None:
    assert holds(written(tmp_path, []), one) is True


def test_every_ask_gets_its_own_answer_in_order(tmp_path: Path) -> None:
    checks = [check("word_count", min=2), check("none", None), check("word_count", min=3)]
    asks = [Ask(text=str(place), check=one) for place, one in enumerate(checks)]
    found = check_asks(asks, written(tmp_path, [{"text": "a b"}]))
    assert [(ask.text, ask.holds) for ask in found] == [("0", True), ("1", None), ("2", False)]


def test_other_formats_and_folders_are_read(tmp_path: Path) -> None:
    pl.DataFrame({"text": ["a b"]}).write_parquet(tmp_path / "one.parquet")
    pl.DataFrame({"text": ["a"]}).write_csv(tmp_path / "two.csv")
    assert holds(tmp_path / "one.parquet", check("word_count", min=2)) is True
    assert holds(tmp_path / "two.csv", check("word_count", min=2)) is False
    assert holds(tmp_path, check("word_count", min=2)) is False


def test_an_output_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        holds(tmp_path / "none.jsonl", check("word_count", min=1))


def test_nothing_is_read_where_nothing_can_be_proven(tmp_path: Path) -> None:
    assert holds(tmp_path / "none.jsonl", Check()) is None
