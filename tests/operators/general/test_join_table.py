"""join_table: columns of a second table by exact key, no row added, none lost unseen."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import Context, Schema
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.general.join_table import JoinTable
from dataflow_agent.pipelines.engine.physical import plan_stages
from dataflow_agent.pipelines.run import RunResult, run
from dataflow_agent.pipelines.validate import Resources, validate
from dataflow_agent.pipelines.workflow import Step, Workflow
from hypothesis import given
from hypothesis import strategies as st


def step(step_id: str = "join", where: str | None = None, **options: Any) -> Step:
    return Step(id=step_id, operator="join_table", options=options, where=where)


def joined(rows: list[dict[str, Any]], table: list[dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
    return apply_rows(JoinTable(rows=table, **{"keys": ["id"], **options}), rows)


def found(value: Any, *keys: Any, **options: Any) -> list[int]:
    """Which of the keys of a table a value matches."""
    return [at for at, key in enumerate(keys) if joined([{"id": value}], [{"id": key, "v": 1}], **options)[0]["v"]]


def lines(result: RunResult) -> list[str]:
    return Path(result.output).read_text(encoding="utf-8").splitlines()


CITIES = [{"code": "b", "name": "Bern", "size": 1}, {"code": "z", "name": None, "size": 2.5}, {"code": "x"}]
ROWS = [{"id": 1, "city": "z"}, {"id": 2, "city": "b"}, {"id": 3, "city": "q"}, {"id": 4, "city": None}, {"id": 5}]
BY_CITY: dict[str, Any] = {"table": "cities", "keys": ["city"], "table_keys": ["code"]}


def test_columns_of_the_matching_row_are_added_and_the_rest_stays(engine: Any) -> None:
    bound = {"cities": str(engine.write("cities.jsonl", CITIES))}
    result = engine.result(ROWS, step(**BY_CITY), resources=bound)
    assert lines(result) == [
        '{"id":1,"city":"z","name":null,"size":2.5}',
        '{"id":2,"city":"b","name":"Bern","size":1}',
        '{"id":3,"city":"q","name":null,"size":null}',
        '{"id":4,"city":null,"name":null,"size":null}',
        '{"id":5,"name":null,"size":null}',
    ]
    assert result.report.steps[0].kept == 5


@pytest.mark.parametrize(("unmatched", "fate"), [("keep", "kept"), ("drop", "dropped"), ("fail", "failed")])
def test_rows_without_a_partner_or_a_key_fall_under_unmatched(unmatched: str, fate: str) -> None:
    operator = JoinTable(rows=CITIES, keys=["city"], table_keys=["code"], unmatched=unmatched)
    records = apply_outcome(operator, batch_of(ROWS)).records
    assert records is not None
    assert records["fate"].to_list() == ["kept", "kept", fate, fate, fate]
    assert records["matched"].to_list() == [True, True, False, False, False]
    if unmatched != "keep":
        assert records["reason"].to_list() == [None, None, "no_match", "no_key", "no_key"]
        assert records["detail"][2] == "no row of the table has the key 'q'"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("007", [0]), ("7", [1]), (7, [2]), (7.0, [2]), (True, [3]), (1, []), ("true", [4]), (8, [5]), (-0.0, [6]),
     ("", [7])],
)  # fmt: skip
def test_keys_are_equal_as_values_of_their_type(value: Any, expected: list[int]) -> None:
    keys = ["007", "7", 7, True, "true", 8.0, 0, ""]
    rows = [{"id": value}, {"id": [None]}]  # of several types, so that no fault keeps the types apart
    table = [{"id": key, "v": at} for at, key in enumerate(keys)]
    match = joined(rows, table)[0]["v"]
    assert ([] if match is None else [match]) == expected


def test_numbers_are_compared_exactly() -> None:
    big = 2**53
    assert found(big + 1, big, float(big), big + 1) == [2]
    assert found(0.1 + 0.2, 0.3, 0.30000000000000004) == [1]


def test_integers_of_any_size_are_keys(engine: Any) -> None:
    table = [{"id": 10**20 + n, "v": n} for n in range(3)]
    assert engine.rows([{"id": 10**20 + 1}], step(rows=table, keys=["id"])) == [{"id": 10**20 + 1, "v": 1}]


@pytest.mark.parametrize(
    ("value", "expected"), [("7", [0, 1]), (7, [0, 1]), (7.0, [2]), ("007", [3]), (True, [4]), ("true", [4])]
)
def test_with_compare_text_keys_are_equal_as_they_are_written(value: Any, expected: list[int]) -> None:
    assert found(value, "7", 7, 7.0, "007", "true", compare="text") == expected


def test_text_keys_are_equal_only_when_every_character_is() -> None:
    accents = ["é", "e\u0301", "É", " é", "é\n", '"é', "\\u00e9", "\x00", "\U0001f600"]
    for at, key in enumerate(accents):
        assert found(key, *accents) == [at]


def test_several_keys_must_all_be_the_same() -> None:
    table = [{"a": "x", "b": 1, "v": "x1"}, {"a": "x", "b": 2, "v": "x2"}, {"a": None, "b": 1, "v": "none"}]
    rows = [{"k": "x", "n": 2}, {"k": "x", "n": 3}, {"k": None, "n": 1}, {"n": 1}, {"k": "x", "n": 1.0}]
    out = joined(rows, table, keys=["k", "n"], table_keys=["a", "b"])
    assert [row["v"] for row in out] == ["x2", None, None, None, "x1"]
    split = joined([{"k": "a", "n": "bc"}], [{"k": "ab", "n": "c", "v": 1}], keys=["k", "n"])
    assert split[0]["v"] is None


def test_chosen_columns_get_a_prefix_and_keys_may_be_among_them(engine: Any) -> None:
    out = engine.rows(
        ROWS[:2], step(rows=CITIES, keys=["city"], table_keys=["code"], columns=["size", "code"], prefix="city_")
    )
    assert out == [{"id": 1, "city": "z", "city_size": 2.5, "city_code": "z"},
                   {"id": 2, "city": "b", "city_size": 1, "city_code": "b"}]  # fmt: skip


def test_values_come_as_they_are(engine: Any) -> None:
    table = [{"id": 1, "t": "007", "n": 10**25, "l": [1, {"a": None}], "m": "x"}, {"id": 2, "m": 1.0}]
    result = engine.result([{"id": 2}, {"id": 1}], step(rows=table, keys=["id"]))
    assert lines(result) == [
        '{"id":2,"t":null,"n":null,"l":null,"m":1.0}',
        '{"id":1,"t":"007","n":10000000000000000000000000,"l":[1,{"a":null}],"m":"x"}',
    ]


def test_the_schema_of_the_table_is_known_to_later_steps(engine: Any) -> None:
    bound = {"t": str(engine.write("t.jsonl", [{"id": 1, "text": "one two"}, {"id": 2, "text": "one"}]))}
    count = Step(id="words", operator="word_count_filter", options={"min_words": 2, "column": "text"})
    assert engine.rows([{"id": 1}, {"id": 2}], step(table="t", keys=["id"]), count, resources=bound) == [
        {"id": 1, "text": "one two"}
    ]
    schema = JoinTable(table="t", keys=["id"]).output_schema(Schema.of(id="integer"), bound)
    assert schema["text"].dtype == "text"


def test_native_types_of_parquet_come_along_and_a_part_without_rows_does_no_harm(engine: Any) -> None:
    path = engine.folder / "t.parquet"
    table = pl.DataFrame({"id": [1.0, 2.0], "d": [date(2026, 1, 2), None], "l": [["a"], []], "i": [1, None]})
    table.with_columns(pl.col("i").cast(pl.Int8)).write_parquet(path)
    keep = Step(id="keep", operator="expression_filter", options={"expression": "id = 1"})
    rows = [{"id": 9}, {"id": 9}, {"id": 1}, {"id": 9}]
    settled = Step(id="dedup", operator="exact_dedup", options={"columns": ["id", "l"]})
    result = engine.result(rows, keep, step(table="t", keys=["id"]), settled, resources={"t": str(path)})
    assert lines(result) == ['{"id":1,"d":"2026-01-02","l":["a"],"i":1}']


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "json", "parquet", "jsonl.gz"])
def test_every_format_of_a_dataset_can_be_a_table(engine: Any, ending: str) -> None:
    source = engine.write("source.jsonl", [{"id": "a", "v": "1"}, {"id": "b", "v": "2"}])
    keep = Step(id="all", operator="expression_filter", options={"expression": "v is not null"})
    path = engine.folder / f"table.{ending}"
    run(Workflow(steps=(keep,)), source, path)
    out = engine.rows([{"id": "b"}], step(table="t", keys=["id"]), resources={"t": str(path)})
    assert out == [{"id": "b", "v": "2"}]


def faults(schema: Schema, bound: dict[str, str], *steps: Step) -> dict[str, str]:
    found_ = validate(Workflow(steps=steps), schema, Resources(bound=bound))
    return {one.code: one.message for one in found_ if one.severity == "error"}


def test_faults_are_found_before_a_run_and_all_at_once(engine: Any) -> None:
    bound = {"cities": str(engine.write("c.jsonl", CITIES))}
    schema = Schema.of(city="integer", name="text")
    got = faults(schema, bound, step(**BY_CITY))
    assert set(got) == {"column_exists", "unlike_keys"}
    assert "step 'join'" in got["column_exists"]
    assert "'name'" in got["column_exists"]
    assert "compare to text" in got["unlike_keys"]
    assert faults(schema, bound, step(**BY_CITY, prefix="city_", compare="text")) == {}
    missing = faults(Schema.of(city="text"), bound, step(**BY_CITY, columns=["nam"]))
    assert "its columns: code, name, size" in missing["missing_column"]
    assert "no column 'town'" in faults(schema, bound, step(**{**BY_CITY, "keys": ["town"]}))["missing_column"]


def test_a_table_that_is_not_bound_or_not_there_is_a_fault(engine: Any) -> None:
    schema = Schema.of(city="text")
    assert "--resource cities=PATH" in faults(schema, {}, step(**BY_CITY))["missing_resource"]
    lost = {"cities": str(engine.folder / "none.jsonl")}
    assert "is no file" in faults(schema, lost, step(**BY_CITY))["missing_resource"]


def test_a_table_that_can_be_read_only_in_part_is_a_fault(engine: Any) -> None:
    path = engine.folder / "bad.jsonl"
    path.write_text('{"code": "a", "v": 1}\nnot json\n')
    got = faults(Schema.of(city="text"), {"cities": str(path)}, step(**BY_CITY))
    assert "row 2 of the table 'cities' cannot be read" in got["invalid_resource"]


def test_keys_that_are_neither_text_nor_number_are_a_fault(engine: Any) -> None:
    bound = {"t": str(engine.write("t.jsonl", [{"id": ["a"], "v": 1}]))}
    assert "holds nested" in faults(Schema.of(id="text"), bound, step(table="t", keys=["id"]))["unlike_keys"]
    assert "wrong_column_type" in faults(Schema.of(id="nested"), bound, step(table="t", keys=["id"]))


def test_repeated_keys_are_a_fault_unless_the_first_is_taken(engine: Any) -> None:
    table = [{"id": 1, "v": "first"}, {"id": None, "v": "x"}, {"id": None, "v": "y"}, {"id": 1.0, "v": "second"}]
    bound = {"t": str(engine.write("t.jsonl", table))}
    got = faults(Schema.of(id="integer"), bound, step(table="t", keys=["id"]))
    assert "rows 1 and 4 of the table have the same key (id)" in got["duplicate_keys"]
    first = step(table="t", keys=["id"], duplicates="first")
    assert engine.rows([{"id": 1}], first, resources=bound) == [{"id": 1, "v": "first"}]
    assert faults(Schema.of(id="integer"), bound, step(table="t", keys=["id"], compare="text")) == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"keys": ["id"]}, "either table"),
        ({"keys": ["id"], "table": "t", "rows": [{"id": 1}]}, "either table"),
        ({"keys": [], "table": "t"}, "at least 1"),
        ({"table": "t"}, "keys"),
        ({"keys": ["a"], "table_keys": ["a", "b"], "table": "t"}, "table_keys has 2 columns and keys 1"),
        ({"keys": ["a"], "rows": []}, "at least 1"),
        ({"keys": ["a"], "table": "t", "columns": []}, "at least 1"),
    ],
)
def test_options_that_make_no_join_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        JoinTable(**options)


def test_a_changed_table_is_noticed_and_a_moved_one_is_not(engine: Any) -> None:
    rows = [{"id": 1}, {"id": 2}, {"id": 3}]
    one = engine.write("one.jsonl", [{"id": 1, "v": "old"}])
    join = step(table="t", keys=["id"])
    assert lines(engine.result(rows, join, resources={"t": str(one)}))[0] == '{"id":1,"v":"old"}'
    two = engine.folder / "two.jsonl"
    one.rename(two)
    assert engine.result(rows, join, resources={"t": str(two)}).report.steps[0].reused
    two.write_text('{"id": 1, "v": "new"}\n')
    changed = engine.result(rows, join, resources={"t": str(two)})
    assert not changed.report.steps[0].reused
    assert lines(changed)[0] == '{"id":1,"v":"new"}'


def test_what_is_kept_of_a_table_is_what_was_last_there(engine: Any) -> None:
    path = engine.write("t.jsonl", [{"id": 1, "v": "text"}])
    operator, bound = JoinTable(table="t", keys=["id"]), {"t": str(path)}
    assert operator.output_schema(Schema.of(id="integer"), bound)["v"].dtype == "text"
    path.write_text('{"id": 1, "v": 5}\n')
    assert operator.output_schema(Schema.of(id="integer"), bound)["v"].dtype == "integer"


def test_workers_and_parts_give_the_same(engine: Any) -> None:
    bound = {"t": str(engine.write("t.jsonl", [{"id": n, "v": f"v{n}"} for n in range(0, 40, 2)]))}
    rows = [{"id": n} for n in range(30)]
    one, two = (
        engine.result(rows, step(table="t", keys=["id"], unmatched="fail"), resources=bound, workers=n, home=f"h{n}")
        for n in (1, 2)
    )
    assert lines(one) == lines(two)
    assert one.ledger.digest() == two.ledger.digest()
    assert one.report.failed == 15
    dropped = engine.result(rows, step(table="t", keys=["id"], unmatched="drop"), resources=bound, part_rows=7)
    assert lines(dropped) == lines(one)


def test_rows_outside_a_condition_stay_without_the_columns(engine: Any) -> None:
    table = [{"id": 1, "v": "x"}, {"id": 2, "v": "y"}]
    out = engine.rows([{"id": 1}, {"id": 2}], step(rows=table, keys=["id"], where="id = 2"))
    assert out == [{"id": 1}, {"id": 2, "v": "y"}]


def test_only_columns_that_are_needed_are_held(engine: Any) -> None:
    path = engine.write("t.jsonl", [{"id": 1, "v": "x", "large": "y" * 100}])
    operator = JoinTable(table="t", keys=["id"], columns=["v"])
    assert operator.open(Context(resources={"t": str(path)})).values.columns == ["v"]


def test_the_plan_holds_no_path(engine: Any) -> None:
    bound = {"t": str(engine.write("t.jsonl", [{"id": 1, "v": "x"}]))}
    flow = Workflow(steps=(step(table="t", keys=["id"]),), resources=("t",))
    assert str(engine.folder) not in flow.to_yaml()
    assert Workflow.parse_text(flow.to_yaml()) == flow
    (stage,) = plan_stages(flow, Schema.of(id="integer"), bound)
    assert stage.steps[0].after.names == ("id", "v")


KEYS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.0, -0.0, 1.0, 1.5]),
    st.sampled_from(["", "0", "1", "1.0", "true", "a"]),
)  # fmt: skip


def _kind(value: Any) -> Any:
    if value is None:
        return None
    return ("number", value) if type(value) in (int, float) else (type(value), value)


@given(st.lists(KEYS, min_size=1, max_size=8), st.lists(KEYS, min_size=1, max_size=8), st.integers(1, 3))
def test_it_finds_what_a_plain_search_finds(values: list[Any], keys: list[Any], size: int) -> None:
    table = [*({"id": key, "v": at} for at, key in enumerate(keys)), {"id": ["mixed"], "v": -1}]
    operator = JoinTable(rows=table, keys=["id"], duplicates="first")
    batch = batch_of([*({"id": value} for value in values), {"id": {"mixed": 1}}])
    state = operator.open(Context())
    out = [
        row["v"]
        for at in range(0, len(batch), size)
        for row in operator.apply(batch.slice(at, size), state).rows.rows()
    ]
    expected = [
        next((at for at, key in enumerate(keys) if value is not None and _kind(key) == _kind(value)), None)
        for value in values
    ]
    assert out == [*expected, None]


def test_json_is_the_same_on_both_sides() -> None:
    odd = ["\u2028", "\x7f", "/", "\\", "\t", json.dumps("x")]
    for at, key in enumerate(odd):
        mixed = [{"id": key}, {"id": 5}]
        table = [{"id": one, "v": n} for n, one in enumerate([*odd, 10**30])]
        assert joined(mixed, table)[0]["v"] == at
