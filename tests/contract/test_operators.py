"""What every operator must hold, the ones there are and the ones to come; a failure names what to mend."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import (
    Batch,
    Context,
    DatasetOperator,
    DType,
    Operator,
    Outcome,
    Request,
    RowOperator,
    Schema,
    all_operators,
)
from dataflow_agent.operators.core.batch import PHYSICAL
from dataflow_agent.operators.core.llm import Answer, Heard
from dataflow_agent.operators.core.operator import RESERVED_OPTIONS
from dataflow_agent.operators.core.outcome import RECORD_COLUMNS, complete_records
from dataflow_agent.operators.core.schema import ABSENT, INTERNAL, ROW
from dataflow_agent.operators.core.testing import ScriptedLLM, apply_outcome, apply_rows, batch_of

HEAVY = {
    "chromadb", "gradio", "langchain_core", "langgraph", "openai", "pandas", "py3langid", "ray", "selectolax", "torch",
    "vllm", "wordllama",
}  # fmt: skip

OPERATORS = all_operators()
every_operator = pytest.mark.parametrize("cls", OPERATORS.values(), ids=list(OPERATORS))
CATALOGUE = {name: cls for name, cls in OPERATORS.items() if not name.startswith("testing_")}
every_catalogue_operator = pytest.mark.parametrize("cls", CATALOGUE.values(), ids=list(CATALOGUE))


def built(cls: type[Operator], **options: Any) -> Operator:
    return cls(**{**cls.example().options, **options})


def reads_one_text(cls: type[Operator]) -> bool:
    # A row that an expander replaces cannot be kept for lack of a text, so its policy is another one.
    expands = built(cls).row_effect() == "expand"
    return "on_null" in cls.model_fields and not expands and list(built(cls).reads().values()) == [("text",)]


TEXT_OPERATORS = {name: cls for name, cls in CATALOGUE.items() if reads_one_text(cls)}
every_text_operator = pytest.mark.parametrize("cls", TEXT_OPERATORS.values(), ids=list(TEXT_OPERATORS))


def joined(outcomes: list[Outcome]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows that went on and records, of several outcomes one after the other."""
    rows = [row for outcome in outcomes for row in outcome.rows.frame.to_dicts()]
    records = [r for outcome in outcomes if outcome.records is not None for r in outcome.records.to_dicts()]
    return rows, records


def applied_in_parts(operator: Operator, batch: Batch, size: int, ctx: Context) -> list[Outcome]:
    """The operator over parts of `size` rows, as the engine does it."""
    parts = [batch.slice(start, size) for start in range(0, len(batch), size)]
    state = operator.open(ctx)
    if isinstance(operator, RowOperator):
        return [operator.apply(part, state) for part in parts]
    assert isinstance(operator, DatasetOperator)
    sketches = pl.concat([operator.sketch(part, state) for part in parts])
    records = operator.decide(sketches, lambda ids, columns: _fetched(batch, ids, columns), ctx).records
    return [operator.rewrite(part, records.slice(n * size, len(part))) for n, part in enumerate(parts)]


class Remembering:
    """A model that says the same again when it is asked the same again; new questions take the next scripted reply."""

    identity = "remembering"
    in_flight = 1

    def __init__(self, replies: list[str]) -> None:
        self._script = ScriptedLLM(replies)
        self._said: dict[Request, Answer] = {}

    def start(self, request: Request, heard: Heard) -> None:
        if request not in self._said:
            self._script.start(request, lambda answer: self._said.__setitem__(request, answer))
        heard(self._said[request])

    def forget(self, requests: Sequence[Request]) -> None:
        pass

    def close(self) -> None:
        pass


def context_of(operator: Operator) -> Context:
    """What the example of an operator runs with: its model says what the example scripts, its files are there."""
    example = type(operator).example()
    return Context(llm=Remembering(example.replies), resources=example.bound_in(Path(os.environ["DATAFLOW_HOME"])))


def _fetched(batch: Batch, ids: Any, columns: Any) -> pl.DataFrame:
    return pl.DataFrame({ROW: list(ids)}).join(batch.frame, on=ROW, how="left").select(ROW, *columns)


@every_operator
def test_its_example_holds(cls: type[Operator]) -> None:
    example = cls.example()
    assert (
        apply_rows(cls(**example.options), example.input_rows(), context_of(cls(**example.options)))
        == example.expected()
    )


@every_catalogue_operator
def test_its_example_shows_what_it_does(cls: type[Operator]) -> None:
    example = cls.example()
    if cls.kind == "filter":
        assert example.kept is not None, f"{cls.name}: a filter's example says which rows are kept"
        assert 0 < len(example.kept) < len(example.rows), f"{cls.name}: the example keeps a row and drops a row"
    else:
        changes = example.expected() != example.input_rows()
        assert changes or example.facts, f"{cls.name}: the example changes nothing and finds nothing out"


WITH_FACTS = {name: cls for name, cls in CATALOGUE.items() if cls.example().facts}


@pytest.mark.parametrize("cls", WITH_FACTS.values(), ids=list(WITH_FACTS))
def test_the_facts_of_its_example_are_found(cls: type[Operator]) -> None:
    operator, batch = built(cls), batch_of(cls.example().input_rows())
    assert isinstance(operator, DatasetOperator)
    ctx = context_of(operator)
    sketches = operator.sketch(batch, operator.open(ctx))
    facts = operator.decide(sketches, lambda ids, columns: _fetched(batch, ids, columns), ctx).facts
    assert {name: facts[name] for name in cls.example().facts} == cls.example().facts


@every_operator
def test_it_survives_json(cls: type[Operator]) -> None:
    operator = built(cls)
    assert cls.model_validate_json(operator.model_dump_json()) == operator


@every_operator
def test_it_is_known_by_the_name_of_its_class(cls: type[Operator]) -> None:
    camel = cls.name.removeprefix("testing_").title().replace("_", "")
    assert cls.__name__.lower() == camel.lower()
    assert cls.name.replace("_", "").isalnum()
    assert cls.name.islower()


@every_catalogue_operator
def test_its_file_bears_its_name_and_holds_one_operator(cls: type[Operator]) -> None:
    assert cls.__module__.rpartition(".")[2] == cls.name
    beside = [other.name for other in OPERATORS.values() if other.__module__ == cls.__module__]
    assert beside == [cls.name]


@every_operator
def test_each_option_is_described_and_free_to_use(cls: type[Operator]) -> None:
    bare = [name for name, field in cls.model_fields.items() if not field.description]
    assert not bare, f"{cls.name}: add Field(description=...) to {bare}"
    assert not RESERVED_OPTIONS & set(cls.model_fields)


@every_operator
def test_an_unknown_option_is_refused(cls: type[Operator]) -> None:
    with pytest.raises(ValueError, match="no_such_option"):
        built(cls, no_such_option=1)


@every_operator
def test_it_declares_kind_scope_effect_and_version(cls: type[Operator]) -> None:
    assert cls.kind in ("generate", "evaluate", "filter", "refine")
    assert cls.scope == ("row" if issubclass(cls, RowOperator) else "dataset")
    assert built(cls).row_effect() in ("same", "subset", "reorder", "expand", "create")
    assert isinstance(cls.version, int)
    assert cls.version >= 1
    if issubclass(cls, DatasetOperator):
        assert cls.sketch_bytes > 0, f"{cls.name}: say how many bytes a row costs at the barrier"


@every_operator
def test_its_limits_are_options_that_say_whether_the_limit_is_kept(cls: type[Operator]) -> None:
    for limit in cls.limits:
        assert limit in cls.model_fields, f"{cls.name}: {limit} is no option"
        description = cls.model_fields[limit].description or ""
        assert "inclusive" in description or "exclusive" in description, f"{cls.name}: is {limit} itself kept?"


@every_catalogue_operator
def test_it_says_what_it_does_for_people_and_for_retrieval(cls: type[Operator]) -> None:
    summary, _, body = (cls.__dict__.get("__doc__") or "").strip().partition("\n\n")
    assert summary.endswith("."), f"{cls.name}: the docstring opens with one sentence"
    assert body.strip(), f"{cls.name}: the docstring says what is measured, kept or changed"
    assert len(set(cls.phrases)) >= 3, f"{cls.name}: at least 3 requests that mean it"
    assert len(set(cls.phrases)) == len(cls.phrases)


@every_operator
def test_the_columns_that_come_out_are_those_it_announced(cls: type[Operator]) -> None:
    operator, batch = built(cls), batch_of(cls.example().input_rows())
    rows = apply_outcome(operator, batch, context_of(operator)).rows
    assert rows.schema == operator.output_schema(batch.schema, {})
    assert_physical(rows)


@every_operator
def test_no_rows_in_gives_no_rows_out_and_the_same_columns(cls: type[Operator]) -> None:
    operator, batch = built(cls), batch_of(cls.example().input_rows())
    outcome = apply_outcome(operator, batch.slice(0, 0), context_of(operator))
    assert outcome.rows.schema == apply_outcome(operator, batch, context_of(operator)).rows.schema
    assert_physical(outcome.rows)
    if operator.row_effect() != "create":
        assert len(outcome.rows) == 0
    assert outcome.records is None or outcome.records.height == 0


def assert_physical(rows: Batch) -> None:
    assert rows.frame.columns == [*INTERNAL, *rows.schema.names]
    for spec in rows.schema.columns:
        if not (spec.dtype == "nested" and not spec.encoded):
            assert rows.frame.schema[spec.name] == PHYSICAL[spec.dtype], spec


@every_operator
def test_every_row_that_came_in_has_one_fate(cls: type[Operator]) -> None:
    operator, batch = built(cls), batch_of(cls.example().input_rows())
    outcome = apply_outcome(operator, batch, context_of(operator))
    if outcome.records is None:
        assert outcome.rows.ids.to_list() == batch.ids.to_list()
        return
    records = complete_records(outcome.records)
    assert records[ROW].to_list() == batch.ids.to_list()
    assert set(records["fate"]) <= {"kept", "dropped", "merged", "failed", "expanded"}
    assert {name: records.schema[name] for name in RECORD_COLUMNS} == dict(RECORD_COLUMNS)
    assert records.filter(fate="merged")["target"].is_in(batch.ids.implode()).all()
    assert records.filter(pl.col("fate").is_in(["dropped", "failed"]))["reason"].null_count() == 0
    if operator.row_effect() == "subset":
        assert outcome.rows.ids.to_list() == records.filter(fate="kept")[ROW].to_list()


@every_operator
def test_it_reads_and_writes_only_the_columns_it_declares(cls: type[Operator]) -> None:
    operator, rows = built(cls), cls.example().input_rows()
    declared = set(operator.reads()) | set(operator.writes())
    strange = [{**row, "bystander": n} for n, row in enumerate(rows)]
    wide = apply_rows(operator, strange, context_of(operator))
    narrow = apply_rows(operator, [_only(row, declared) for row in rows], context_of(operator))
    assert [_only(row, declared) for row in wide] == [_only(row, declared) for row in narrow]
    if operator.row_effect() in ("same", "subset", "reorder"):
        assert all("bystander" in row for row in wide)
        before = {row["bystander"]: row for row in strange}
        removed = {*strange[0]} - {*operator.output_schema(batch_of(strange).schema, {}).names}
        for row in wide:
            old = before[row["bystander"]]
            changed = {name for name in {*row, *old} if row.get(name) != old.get(name)}
            assert changed - removed <= set(operator.writes()), f"{cls.name} changes {changed}"


def _only(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in names}


@every_operator
@pytest.mark.parametrize("size", [1, 2, 3])
def test_parts_give_the_same_as_the_whole(cls: type[Operator], size: int) -> None:
    operator = built(cls)
    if operator.row_effect() in ("create", "reorder"):
        pytest.skip("the engine puts these together itself")
    batch = batch_of(cls.example().input_rows() * 2)
    ctx = context_of(operator)
    whole = joined(applied_in_parts(operator, batch, len(batch), ctx))
    assert joined(applied_in_parts(operator, batch, size, ctx)) == whole


@every_text_operator
@pytest.mark.parametrize(("on_null", "fate"), [("drop", "dropped"), ("keep", "kept"), ("fail", "failed")])
def test_rows_without_a_text_fall_under_on_null(cls: type[Operator], on_null: str, fate: str) -> None:
    operator = built(cls, on_null=on_null)
    (column,) = operator.reads()
    text = cls.example().input_rows()[0]
    batch = batch_of([{**text, "id": "a"}, {column: None, "id": "null"}, {"id": "absent"}, {column: 5, "id": "number"}])
    assert batch.schema[column].dtype == "json"
    outcome = apply_outcome(operator, batch, context_of(operator))
    fates = outcome.records["fate"].to_list() if outcome.records is not None else ["kept"] * 4
    assert fates[1:] == [fate] * 3
    out = {row["id"]: row for row in outcome.rows.rows()}
    assert len(out) == len(outcome.rows) == fates.count("kept")
    if fate == "kept":
        assert out["number"][column] == 5
        assert out["null"][column] is None
        assert column not in out["absent"]
    elif outcome.records is not None:
        assert outcome.records["reason"].to_list()[1:] == ["no_value"] * 3


@every_text_operator
def test_a_column_without_any_text_is_no_accident(cls: type[Operator]) -> None:
    operator = built(cls, on_null="keep")
    (column,) = operator.reads()
    dtypes: tuple[DType, ...] = ("text", "json")
    for dtype in dtypes:
        frame = pl.DataFrame(
            {ROW: ["0:1"], ABSENT: [None], column: [None]},
            schema={ROW: pl.String, ABSENT: pl.List(pl.String), column: pl.String},
        )
        outcome = apply_outcome(operator, Batch(frame, Schema.of(**{column: dtype})), context_of(operator))
        assert len(outcome.rows) == 1


def test_listing_operators_loads_nothing_heavy() -> None:
    code = (
        "import sys; from dataflow_agent.operators.core import all_operators; assert all_operators(); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())


def test_a_class_may_not_take_the_name_of_another() -> None:
    taken = next(iter(CATALOGUE))
    with pytest.raises(TypeError, match=taken):
        type("Twin", (RowOperator,), {"name": taken, "kind": "refine", "effect": "same", "__module__": __name__})


@pytest.mark.filterwarnings("ignore:Field name")
@pytest.mark.parametrize("option", ["where", "config", "schema", "copy", "json", "id"])
def test_an_option_may_not_take_a_reserved_name(option: str) -> None:
    with pytest.raises(TypeError, match=option):
        type("Bad", (RowOperator,), {"__annotations__": {option: int}, option: 1, "__module__": __name__})
