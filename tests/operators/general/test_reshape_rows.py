"""reshape_rows: columns are chosen, renamed, parsed, exploded and joined, and no row is lost on the way."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import InvalidInput, Schema
from dataflow_agent.operators.core.templates import Template
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.general.reshape_rows import ReshapeRows
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.validate import validate
from dataflow_agent.pipelines.workflow import Step, Workflow
from hypothesis import given
from hypothesis import strategies as st


def step(where: str | None = None, step_id: str = "reshape", **options: Any) -> Step:
    return Step(id=step_id, operator="reshape_rows", options=options, where=where)


def fates(rows: list[dict[str, Any]], **options: Any) -> list[tuple[str, str | None]]:
    records = apply_outcome(ReshapeRows(**options), batch_of(rows)).records
    if records is None:
        return [("kept", None)] * len(rows)
    return list(records.select("fate", "reason").iter_rows())


def faults(schema: Schema, *steps: Step) -> list[str]:
    return [one.message for one in validate(Workflow(steps=steps), schema) if one.severity == "error"]


ROWS = [{"id": 1, "a": "x", "b": 1.0}, {"id": 2, "b": None}, {"id": 3, "a": None, "b": 10**25}]


def test_select_keeps_the_columns_in_the_order_given(engine: Any) -> None:
    out = engine.result(ROWS, step(select=["b", "id"]))
    lines = Path(out.output).read_text().splitlines()
    assert lines == ['{"b":1.0,"id":1}', '{"b":null,"id":2}', '{"b":10000000000000000000000000,"id":3}']


def test_drop_removes_the_columns_and_leaves_the_rest_as_it_was(engine: Any) -> None:
    assert engine.rows(ROWS, step(drop=["id", "b"])) == [{"a": "x"}, {}, {"a": None}]


def test_renamed_columns_stay_in_place_and_what_is_absent_stays_absent(engine: Any) -> None:
    out = engine.rows(ROWS, step(rename={"a": "text", "id": "key"}))
    assert [list(row) for row in out] == [["key", "text", "b"], ["key", "b"], ["key", "text", "b"]]
    assert out[2] == {"key": 3, "text": None, "b": 10**25}


def test_columns_can_swap_their_names(engine: Any) -> None:
    rows = [{"a": 1, "b": "x"}, {"b": "y"}]
    assert engine.rows(rows, step(rename={"a": "b", "b": "a"})) == [{"b": 1, "a": "x"}, {"a": "y"}]


def test_a_column_that_was_absent_does_not_hide_a_later_one_of_its_name(engine: Any) -> None:
    rows = [{"id": 1, "note": "n"}, {"id": 2}]
    write = step(template="{id}", output="note", on_null="keep", step_id="again", where="id = 1")
    assert engine.rows(rows, step(drop=["note"]), write) == [{"id": 1, "note": "1"}, {"id": 2}]
    nothing = Step(id="join", operator="join_table", options={"keys": ["id"], "rows": [{"id": 9, "note": "z"}]})
    assert engine.rows(rows, step(drop=["note"]), nothing) == [{"id": 1, "note": None}, {"id": 2, "note": None}]


def test_columns_that_are_not_there_are_faults_of_the_step_that_names_them() -> None:
    schema = Schema.of(title="text", tags="nested")
    for options in ({"select": ["x"]}, {"drop": ["x"]}, {"rename": {"x": "y"}}, {"template": "{x}"}, {"parse": "x"}):
        assert any("there is no column 'x'" in message for message in faults(schema, step(**options))), options
    gone = faults(schema, step(rename={"title": "heading"}), step(template="{title}", step_id="later"))
    assert len(gone) == 1
    assert "step 'reshape' removed it" in gone[0]


def test_a_new_name_that_another_column_has_is_a_fault() -> None:
    schema = Schema.of(a="text", b="text")
    assert any("cannot be renamed to 'b'" in message for message in faults(schema, step(rename={"a": "b"})))
    with pytest.raises(ValueError, match="cannot all be called 'c'"):
        ReshapeRows(rename={"a": "c", "b": "c"})


def test_dropping_every_column_is_a_fault() -> None:
    assert any("no column would be left" in m for m in faults(Schema.of(a="text"), step(drop=["a"])))


def test_types_that_do_not_fit_are_faults() -> None:
    schema = Schema.of(text="text", n="integer")
    assert any("holds text, where nested" in m for m in faults(schema, step(explode="text")))
    assert any("holds integer, where text" in m for m in faults(schema, step(parse="n")))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "exactly one of"),
        ({"select": ["a"], "drop": ["b"]}, "got select and drop"),
        ({"select": []}, "at least 1"),
        ({"rename": {}}, "at least 1"),
        ({"rename": {"a": "_row"}}, "uses itself"),
        ({"drop": ["a"], "output": "b"}, "output goes with"),
        ({"parse": "a", "null_text": ""}, "null_text goes with"),
        ({"template": "{a"}, "character 1"),
        ({"template": "a }"}, "character 3"),
        ({"template": "{}"}, "character 1"),
    ],
)
def test_what_makes_no_single_action_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ReshapeRows(**options)


def test_parsed_text_is_nested_with_every_digit(engine: Any) -> None:
    rows = [{"a": '{"n": [1, 1.0, 12345678901234567890123]}'}, {"a": " [ ] "}, {"a": "null"}, {"a": None}, {}]
    out = engine.result(rows, step(parse="a"))
    lines = Path(out.output).read_text().splitlines()
    assert lines == ['{"a":{"n":[1,1.0,12345678901234567890123]}}', '{"a":[]}', '{"a":null}', '{"a":null}', "{}"]
    assert ReshapeRows(parse="a").output_schema(Schema.of(a="text"), {})["a"].dtype == "nested"


@pytest.mark.parametrize(
    "text",
    ["", "{", "nope", "5", '"[1]"', "true", '{"a": NaN}', "[1, 2", '["\\ud800"]', "[" * 255 + "]" * 255, "1e999"],
)
def test_text_that_holds_no_list_and_no_object_fails_its_row_only(engine: Any, text: str) -> None:
    result = engine.result([{"a": text, "i": 1}, {"a": "[1]", "i": 2}], step(parse="a"))
    assert result.report.steps[0].failed == 1
    assert result.report.rows_out == 1
    assert result.ledger.why("1").events[-1].reason == "invalid_json"


def test_nesting_as_deep_as_can_be_written_is_parsed() -> None:
    deep = "[" * 254 + "]" * 254
    assert fates([{"a": deep}], parse="a") == [("kept", None)]


def test_what_is_nested_already_stays_and_other_values_fall_under_on_null() -> None:
    rows = [{"a": "[1]"}, {"a": [2]}, {"a": 7}, {"a": None}]
    assert apply_rows(ReshapeRows(parse="a"), rows) == [{"a": [1]}, {"a": [2]}, {"a": 7}, {"a": None}]
    assert fates(rows, parse="a", on_null="drop")[1:] == [
        ("kept", None),
        ("dropped", "no_value"),
        ("dropped", "no_value"),
    ]
    out = apply_rows(ReshapeRows(parse="a", output="b"), rows)
    assert [row["b"] for row in out] == [[1], [2], None, None]


TAGS = [{"id": 1, "t": ["a", 2, None]}, {"id": 2, "t": []}, {"id": 3, "t": None}, {"id": 4}, {"id": 5, "t": [["z"]]}]


def test_each_element_becomes_a_child_and_rows_without_one_stay_by_default(engine: Any) -> None:
    result = engine.result(TAGS, step(explode="t"))
    out = [(row["id"], row.get("t", "absent")) for row in engine.rows(TAGS, step(explode="t"))]
    assert out == [(1, "a"), (1, 2), (1, None), (2, None), (3, None), (4, "absent"), (5, ["z"])]
    report = result.report.steps[0]
    assert (report.kept, report.expanded, report.children, report.rows_out) == (3, 2, 4, 7)
    story = result.ledger.why("1")
    assert [(event.row, event.did) for event in story.events][:2] == [("0:1", "expanded"), ("0:1.1", "born")]


@pytest.mark.parametrize(("on_null", "fate"), [("keep", "kept"), ("drop", "dropped"), ("fail", "failed")])
def test_rows_without_an_element_fall_under_on_null(on_null: str, fate: str) -> None:
    rows = [*TAGS, {"id": 6, "t": {"k": 1}}, {"id": 7, "t": "text"}]
    found = fates(rows, explode="t", on_null=on_null)
    assert [one for one, _ in found] == ["expanded", fate, fate, fate, "expanded", fate, fate]
    if fate != "kept":
        assert [why for _, why in found] == [None, "empty_list", "no_value", "no_value", None, *["not_a_list"] * 2]


def test_what_is_no_list_stays_what_it_is() -> None:
    out = apply_rows(ReshapeRows(explode="t"), [{"t": {"k": 1}}, {"t": "[1]"}, {"t": 5}, {"t": [5]}])
    assert [row["t"] for row in out] == [{"k": 1}, "[1]", 5, 5]


def test_elements_can_go_to_another_column_beside_the_list(engine: Any) -> None:
    out = engine.rows(TAGS[:2], step(explode="t", output="one"))
    assert out[0] == {"id": 1, "t": ["a", 2, None], "one": "a"}
    assert out[-1] == {"id": 2, "t": [], "one": None}


def test_lists_of_parquet_are_exploded_with_their_types(tmp_path: Path) -> None:
    frame = pl.DataFrame({"d": [[date(2026, 1, 2)], []], "s": [[{"k": 1}], [{"k": 2}, {"k": None}]]})
    frame.write_parquet(tmp_path / "in.parquet")
    flow = Workflow(steps=(step(explode="d"), step(explode="s", step_id="s")))
    result = run(flow, tmp_path / "in.parquet", tmp_path / "out.jsonl")
    lines = Path(result.output).read_text().splitlines()
    assert lines == ['{"d":"2026-01-02","s":{"k":1}}', '{"d":null,"s":{"k":2}}', '{"d":null,"s":{"k":null}}']


NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)


@given(st.lists(st.lists(VALUES, max_size=4), min_size=1, max_size=5), st.integers(1, 3))
def test_exploding_keeps_every_element_in_order_whatever_the_parts(lists: list[list[Any]], size: int) -> None:
    operator, batch = ReshapeRows(explode="t", on_null="drop"), batch_of([{"t": made} for made in [*lists, [1]]])
    parts = [operator.apply(batch.slice(start, size), None).rows for start in range(0, len(batch), size)]
    documents = [document for part in parts for document in part.frame["t"]]
    out = [None if document is None else json.loads(document) for document in documents]
    assert repr(out) == repr([one for made in [*lists, [1]] for one in made])


def test_a_template_puts_values_in_once_and_never_reads_them_as_a_template(engine: Any) -> None:
    rows = [{"a": "{b} {{x}} }", "b": "{a}"}, {"a": "\\1 %s $a", "b": "é\n"}]
    out = engine.rows(rows, step(template="{{{a}}}: {b}{a}", output="o"))
    assert [row["o"] for row in out] == ["{{b} {{x}} }}: {a}{b} {{x}} }", "{\\1 %s $a}: é\n\\1 %s $a"]


def test_values_that_are_no_text_are_written_as_json(engine: Any) -> None:
    rows = [{"n": 1, "f": 1.0, "b": True, "l": ["é", {"k": None}], "m": "x", "big": 10**30},
            {"n": 2, "f": 0.1, "b": False, "l": [], "m": 3, "big": 1}]  # fmt: skip
    out = engine.rows(rows, step(template="{n}|{f}|{b}|{l}|{m}|{big}"))
    assert [row["text"] for row in out] == [f'1|1.0|true|["é",{{"k":null}}]|x|{10**30}', "2|0.1|false|[]|3|1"]


@pytest.mark.parametrize(("on_null", "fate"), [("keep", "kept"), ("drop", "dropped"), ("fail", "failed")])
def test_a_template_without_all_its_values_falls_under_on_null(on_null: str, fate: str) -> None:
    rows = [{"a": "x", "b": "y"}, {"a": None, "b": "y"}, {"b": "y"}, {"a": "", "b": ""}]
    reason = None if fate == "kept" else "no_value"
    found = fates(rows, template="{a}{b}", output="o", on_null=on_null)
    assert found == [("kept", None), (fate, reason), (fate, reason), ("kept", None)]
    assert apply_rows(ReshapeRows(template="{a}{b}", output="o", on_null=on_null), rows)[-1]["o"] == ""


def test_null_text_stands_for_what_is_missing_and_where_leaves_rows_alone(engine: Any) -> None:
    rows = [{"a": None, "n": 1}, {"n": 2}, {"a": "x", "n": 3}]
    out = engine.rows(rows, step(template="{a}/{n}", output="o", null_text="-", where="n < 3"))
    assert out == [{"a": None, "n": 1, "o": "-/1"}, {"n": 2, "o": "-/2"}, {"a": "x", "n": 3}]


def test_a_template_can_write_over_a_column_of_its_own_and_keeps_what_it_cannot_fill() -> None:
    rows = [{"a": "x", "b": 5}, {"a": None, "b": 6}]
    out = apply_rows(ReshapeRows(template="{a}!{b}", output="b"), rows)
    assert [row["b"] for row in out] == ["x!5", 6]
    assert apply_rows(ReshapeRows(template="fixed {{}}", output="c"), rows)[1]["c"] == "fixed {}"


@given(st.text(), st.lists(st.tuples(st.text(alphabet="ab c", min_size=1), st.text(), st.text()), max_size=4))
def test_any_text_can_be_written_with_any_values(head: str, places: list[tuple[str, str, str]]) -> None:
    def literal(text: str) -> str:
        return text.replace("{", "{{").replace("}", "}}")

    template = literal(head) + "".join(f"{{{name}}}{literal(tail)}" for name, _, tail in places)
    parsed = Template.parse(template)
    assert parsed.columns == tuple(name for name, _, _ in places)
    assert parsed.fill([value for _, value, _ in places]) == head + "".join(value + tail for _, value, tail in places)


def test_where_is_refused_where_columns_or_rows_go() -> None:
    schema = Schema.of(a="text", t="nested")
    for options in ({"drop": ["a"]}, {"rename": {"a": "b"}}, {"explode": "t"}, {"parse": "a"}):
        assert any("cannot have a where" in m for m in faults(schema, step(where='a = "x"', **options))), options


def test_several_steps_workers_and_a_second_run_give_the_same(engine: Any) -> None:
    rows = [{"id": n, "raw": f'{{"tags": ["t{n}", "u{n}"]}}' if n % 3 else "broken"} for n in range(12)]
    steps = [step(parse="raw", step_id="p"), step(template="{id}: {raw}", step_id="t"), step(select=["text"])]
    results = [engine.result(rows, *steps, workers=n, home=f"home{n}", part_rows=3) for n in (1, 2)]
    assert Path(results[0].output).read_bytes() == Path(results[1].output).read_bytes()
    assert results[0].ledger.digest() == results[1].ledger.digest()
    assert results[0].report.failed == 4
    good = [row for row in rows if row["raw"] != "broken"]
    engine.result(good, *steps)
    assert all(one.reused for one in engine.result(good, *steps).report.steps)


def test_no_part_has_rows_left_and_columns_hold(engine: Any) -> None:
    rows = [{"t": []}, {"t": []}, {"t": [1]}]
    assert engine.rows(rows, step(explode="t", on_null="drop")) == [{"t": 1}]
    with_none = engine.rows(rows[:2], step(explode="t", on_null="drop"))
    assert with_none == []


def test_messages_name_the_step(engine: Any) -> None:
    with pytest.raises(InvalidInput, match="step 'reshape'"):
        engine.result([{"a": 1}], step(rename={"b": "c"}))
