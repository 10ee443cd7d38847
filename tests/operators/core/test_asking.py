"""Families of operators that ask a model: what becomes of rows without a value, without an answer, and of the rest."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from dataflow_agent.operators.core import (
    Asking,
    Batch,
    Column,
    DType,
    EndpointError,
    LLMEvaluator,
    LLMExpander,
    LLMFilter,
    LLMOperator,
    LLMRefiner,
    Outcome,
    PromptText,
    Range,
    Reply,
    Request,
    RowError,
    Rule,
    Text,
    Usage,
    require_text,
    template,
)
from dataflow_agent.operators.core.asking import MAX_DETAIL, AskingOperator, Model
from dataflow_agent.operators.core.prompts import DATA_RULE
from dataflow_agent.operators.core.testing import ScriptedLLM, batch_of


class Generate(LLMOperator):
    prompt: PromptText = "Title of {text}"
    more: PromptText | None = None

    def writes(self) -> dict[str, DType]:
        return {"title": "text", "length": "integer"}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        reply = yield self.request(template(self.prompt).fill(row), "Be short.")
        return {"title": reply.text, "length": len(reply.text)}


class Evaluate(LLMEvaluator):
    column: Column[Text] = "text"

    def writes(self) -> dict[str, DType]:
        return {"score": "integer", "why": "text"}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        reply = yield self.request(require_text(row, self.column))
        return {"score": len(reply.text), "why": reply.text}


class Refine(LLMRefiner):
    def ask(self, row: dict[str, Any]) -> Asking[str]:
        reply = yield self.request(require_text(row, self.column))
        return reply.text  # type: ignore[no-any-return]


class Filter(LLMFilter):
    column: Column[Text] = "text"
    forget: bool = False

    def metrics(self) -> Mapping[str, DType]:
        return {"grade": "number", "fine": "boolean", "why": "text"}

    def keep(self) -> Mapping[str, Rule]:
        return {"grade": Range(3, None)}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        reply = yield self.request(require_text(row, self.column))
        return {} if self.forget else {"grade": float(len(reply.text)), "fine": True, "why": reply.text}


class Expand(LLMExpander):
    column: Column[Text] = "text"

    def writes(self) -> dict[str, DType]:
        return {"word": "text"}

    def ask(self, row: dict[str, Any]) -> Asking[list[dict[str, Any]]]:
        reply = yield self.request(require_text(row, self.column))
        return [{"word": word} for word in reply.text.split()]


FAMILIES: list[type[AskingOperator[Any]]] = [Generate, Evaluate, Refine, Filter, Expand]
every_family = pytest.mark.parametrize("family", FAMILIES)
ROWS = [
    {"text": "one", "id": 1},
    {"text": None, "id": 2},
    {"text": "three", "id": 3},
    {"id": 4},
    {"text": "five", "id": 5},
]


def saying(request: Request) -> str | EndpointError:
    return EndpointError("no route") if "three" in request.prompt else "fine day"


def applied(
    operator: AskingOperator[Any],
    rows: Sequence[dict[str, Any]] = ROWS,
    replies: Callable[[Request], Any] | Sequence[Any] = saying,
) -> Outcome:
    return operator.apply(batch_of(rows), Model(ScriptedLLM(replies), seed=0))


def records_of(outcome: Outcome) -> list[tuple[str, str | None]]:
    assert outcome.records is not None
    return [(fate, reason) for fate, reason in outcome.records.select("fate", "reason").iter_rows()]


@every_family
@pytest.mark.parametrize("on_null", ["drop", "fail", "keep"])
def test_rows_without_a_value_fall_under_on_null_and_those_without_an_answer_fail(
    family: type[AskingOperator[Any]], on_null: str
) -> None:
    if family is Expand and on_null == "keep":
        with pytest.raises(ValueError, match="on_null"):
            family(on_null=on_null)
        return
    outcome = applied(family(on_null=on_null))
    fine = ("expanded", None) if family is Expand else ("kept", None)
    null = {"drop": ("dropped", "no_value"), "fail": ("failed", "no_value"), "keep": ("kept", None)}[on_null]
    assert records_of(outcome) == [fine, null, ("failed", "no_answer"), null, fine]
    assert outcome.records is not None
    assert outcome.records["detail"][2] == "no route"
    ids = [row["id"] for row in outcome.rows.rows()]
    assert [*dict.fromkeys(ids)] == ([1, 2, 4, 5] if on_null == "keep" else [1, 5])


@pytest.mark.parametrize(
    ("family", "on_null"),
    [(Generate, "fail"), (Evaluate, "keep"), (Refine, "keep"), (Filter, "drop"), (Expand, "fail")],
)
def test_each_family_has_the_default_of_its_kind(family: type[AskingOperator[Any]], on_null: str) -> None:
    assert family().on_null == on_null


@every_family
def test_a_failed_row_keeps_the_words_about_it_to_a_bound(family: type[AskingOperator[Any]]) -> None:
    outcome = applied(family(), [{"text": "x"}], [EndpointError("long " * 100_000)])
    assert outcome.records is not None
    assert len(outcome.records["detail"][0]) == MAX_DETAIL


@every_family
def test_what_the_calls_took_is_summed_over_rows_that_failed_too(family: type[AskingOperator[Any]]) -> None:
    replies = [Reply("a b", usage=Usage(calls=1, prompt_tokens=7)), EndpointError("no", usage=Usage(retries=2))]
    outcome = applied(family(), [{"text": "x"}, {"text": "y"}], replies)
    assert outcome.usage == Usage(calls=1, prompt_tokens=7, retries=2)


@every_family
def test_no_rows_are_no_calls_and_the_same_columns(family: type[AskingOperator[Any]]) -> None:
    operator, batch = family(), batch_of(ROWS)
    model = ScriptedLLM()
    outcome = operator.apply(batch.slice(0, 0), Model(model, seed=0))
    assert len(outcome.rows) == 0
    assert outcome.rows.schema == operator.output_schema(batch.schema, {})
    assert model.asked == []
    assert not outcome.usage


@every_family
def test_the_size_of_batches_changes_nothing(family: type[AskingOperator[Any]]) -> None:
    operator, batch = family(), batch_of(ROWS)
    whole = applied(operator)
    state = Model(ScriptedLLM(saying), seed=0)
    parts = [operator.apply(batch.slice(at, 2), state) for at in range(0, len(ROWS), 2)]
    assert [row for part in parts for row in part.rows.frame.to_dicts()] == whole.rows.frame.to_dicts()
    assert whole.records is not None
    told = [_records(part, batch.slice(at * 2, 2)) for at, part in enumerate(parts)]
    assert [one for part in told for one in part] == whole.records.select("_row", "fate", "reason").rows()


def _records(part: Outcome, came: Batch) -> list[Any]:
    if part.records is None:
        return [(row, "kept", None) for row in came.ids]
    return part.records.select("_row", "fate", "reason").rows()


def test_a_generator_writes_nulls_into_rows_that_stay_without_a_value() -> None:
    rows = applied(Generate(on_null="keep")).rows.rows()
    assert rows[0] == {"text": "one", "id": 1, "title": "fine day", "length": 8}
    assert rows[1] == {"text": None, "id": 2, "title": None, "length": None}


def test_an_evaluator_puts_its_numbers_into_the_ledger_and_a_failed_row_has_none() -> None:
    outcome = applied(Evaluate())
    assert outcome.records is not None
    assert outcome.records["score"].to_list() == [8, None, None, None, 8]
    assert "why" not in outcome.records.columns


def test_a_refiner_leaves_values_that_are_no_text_as_they_are() -> None:
    rows = applied(Refine(), [{"text": "a"}, {"text": 5}, {"text": [1]}, {}]).rows.rows()
    assert rows == [{"text": "fine day"}, {"text": 5}, {"text": [1]}, {}]
    kept = applied(Refine(output="new"), [{"text": "a"}, {"text": None}]).rows.rows()
    assert kept == [{"text": "a", "new": "fine day"}, {"text": None, "new": None}]


@pytest.mark.parametrize(("said", "fate"), [("abc", "kept"), ("ab", "dropped")])
def test_a_filter_keeps_by_its_metrics_and_the_ledger_has_them(said: str, fate: str) -> None:
    outcome = applied(Filter(), [{"text": "x"}], [said])
    assert outcome.records is not None
    assert outcome.records.select("fate", "grade", "fine", "why").rows() == [(fate, len(said), True, said)]
    assert len(outcome.rows) == (fate == "kept")


def test_a_filter_that_names_no_metric_for_a_row_does_not_keep_it() -> None:
    assert records_of(applied(Filter(forget=True), [{"text": "x"}])) == [("failed", "no_value")]


def test_an_expander_replaces_rows_by_children_and_drops_those_without() -> None:
    outcome = applied(Expand(), [{"text": "x", "id": 1}, {"text": "y", "id": 2}], ["a b", " "])
    assert outcome.rows.rows() == [{"text": "x", "id": 1, "word": "a"}, {"text": "x", "id": 1, "word": "b"}]
    assert records_of(outcome) == [("expanded", None), ("dropped", "no_children")]
    assert outcome.births is not None
    assert outcome.births["parents"].to_list() == [["0:1"], ["0:1"]]


def test_templates_among_the_options_are_read_and_shown() -> None:
    operator = Generate(prompt="{a b} of {text}", more="{c}")
    assert set(operator.reads()) == {"a b", "text", "c"}
    assert operator.prompts() == {"prompt": "{a b} of {text}", "more": "{c}"}
    assert set(Generate().reads()) == {"text"}
    assert Generate().prompts() == {"prompt": "Title of {text}"}


def test_a_request_says_that_values_are_data_and_carries_the_options() -> None:
    model = ScriptedLLM(["x"])
    Generate(temperature=0.5, max_tokens=9).apply(batch_of([{"text": "hi"}]), Model(model, seed=3))
    (request,) = model.asked
    assert request.system == f"Be short.\n\n{DATA_RULE}"
    assert (request.temperature, request.max_tokens, request.seed) == (0.5, 9, 3)
    assert request.prompt == 'Title of <data name="text">\nhi\n</data>'


def test_a_row_error_of_the_operator_is_the_reason() -> None:
    class Picky(Generate):
        def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
            yield self.request("x")
            raise RowError("too_odd", "it is odd")

    assert records_of(applied(Picky(), [{"text": "a"}], ["x"])) == [("failed", "too_odd")]
