"""retrieve_passages: each row gets the passages nearest to its text, best first."""

from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from dataflow_agent.memory.store import open_store
from dataflow_agent.operators.core import Context, InvalidInput
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.general.retrieve_passages import RetrievePassages
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.workflow import Step, Workflow
from pydantic import ValidationError

CATS = "Cats sleep for most of the day and hunt mice at night."
OIL = "The price of crude oil fell on the world market."
RHINE = "The river Rhine rises in the Swiss Alps."
PASSAGES = [CATS, OIL, RHINE]


def found(text: Any, **options: Any) -> list[str]:
    (row,) = apply_rows(RetrievePassages(**{"texts": PASSAGES, **options}), [{"text": text}])
    return [passage["text"] for passage in row["passages"]]


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    path = tmp_path / "collection.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps({"body": text, "n": 1}) for text in [*PASSAGES, " "]))
    return path


@pytest.mark.parametrize(
    ("question", "passage"),
    [("When do cats hunt?", CATS), ("What does crude oil cost?", OIL), ("Where does the Rhine rise?", RHINE)],
)
def test_the_fitting_passage_comes_first(question: str, passage: str) -> None:
    assert found(question)[0] == passage
    assert found(question, count=1) == [passage]


def test_scores_fall_and_those_below_the_least_are_left_out() -> None:
    (row,) = apply_rows(RetrievePassages(texts=PASSAGES), [{"text": CATS}])
    scores = [passage["score"] for passage in row["passages"]]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == pytest.approx(1, abs=1e-5)
    assert found(CATS, min_score=scores[1]) == [passage["text"] for passage in row["passages"][:2]]
    assert found(CATS, min_score=scores[1] + 1e-6) == [CATS]


def test_equal_passages_come_in_their_order() -> None:
    texts = ["cats sleep.", "cats sleep!", "oil"]
    (row,) = apply_rows(RetrievePassages(texts=texts, count=2), [{"text": "cats sleep"}])
    first, second = row["passages"]
    assert first["score"] >= second["score"]
    assert {first["text"], second["text"]} == set(texts[:2])


@pytest.mark.parametrize(("on_null", "fates"), [("fail", ["failed", "kept"]), ("drop", ["dropped", "kept"])])
def test_rows_without_a_text_fall_under_on_null(on_null: Any, fates: list[str]) -> None:
    outcome = apply_outcome(
        RetrievePassages(texts=PASSAGES, on_null=on_null), batch_of([{"text": None}, {"text": "a"}])
    )
    assert outcome.records is not None
    assert outcome.records["fate"].to_list() == fates


def test_a_kept_row_without_a_text_has_no_list() -> None:
    (row,) = apply_rows(RetrievePassages(texts=PASSAGES, on_null="keep"), [{"text": None}])
    assert row["passages"] is None


@pytest.mark.parametrize("options", [{}, {"texts": ["a"], "passages": "b"}])
def test_one_collection_is_given(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="either passages"):
        RetrievePassages(**options)


def test_a_table_is_indexed_once_and_again_when_it_changes(collection: Path, tmp_path: Path) -> None:
    operator = RetrievePassages(passages="wiki", passage_column="body", count=1)

    def best(text: str) -> str:
        ctx = Context(resources={"wiki": str(collection)}, open_index=partial(open_store, tmp_path / "home"))
        (row,) = apply_rows(operator, [{"text": text}], ctx)
        return str(row["passages"][0]["text"])

    assert best("cats at night") == CATS
    pointers = [path.read_bytes() for path in sorted((tmp_path / "home" / "index").iterdir()) if path.is_file()]
    assert best("crude oil") == OIL
    again = [path.read_bytes() for path in sorted((tmp_path / "home" / "index").iterdir()) if path.is_file()]
    assert pointers == again != []
    collection.write_bytes(orjson.dumps({"body": RHINE}))
    assert best("cats at night") == RHINE


def test_a_changed_table_is_noticed_by_a_run(collection: Path, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(orjson.dumps({"text": "cats at night"}))
    options = {"passages": "wiki", "passage_column": "body", "count": 1}
    flow = Workflow(name="w", steps=(Step(id="r", operator="retrieve_passages", options=options),))

    def best() -> str:
        run(
            flow,
            tmp_path / "in.jsonl",
            tmp_path / "out.jsonl",
            resources={"wiki": str(collection)},
            settings=Settings(home=tmp_path / "home"),
            overwrite=True,
        )
        return str(orjson.loads((tmp_path / "out.jsonl").read_bytes())["passages"][0]["text"])

    assert best() == CATS
    collection.write_bytes(orjson.dumps({"body": RHINE}))
    assert best() == RHINE


@pytest.mark.parametrize(
    ("column", "bound", "code"),
    [
        ("body", None, "missing_resource"),
        ("body", "gone.jsonl", "missing_resource"),
        ("text", "collection.jsonl", "invalid_resource"),
    ],
)
def test_a_collection_that_cannot_be_used_is_a_fault(
    collection: Path, column: str, bound: str | None, code: str
) -> None:
    resources = {} if bound is None else {"wiki": str(collection.parent / bound)}
    with pytest.raises(InvalidInput) as caught:
        RetrievePassages(passages="wiki", passage_column=column).open(Context(resources=resources))
    assert [fault.code for fault in caught.value.faults] == [code]
