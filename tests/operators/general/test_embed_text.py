"""embed_text: one vector for each text, whatever stands beside it."""

import numpy as np
import pytest
from dataflow_agent.operators.core import InvalidInput, Schema
from dataflow_agent.operators.core.embedder import default_embedder
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.general.embed_text import EmbedText
from dataflow_agent.pipelines.validate import validate
from dataflow_agent.pipelines.workflow import Step, Workflow

TEXTS = ["a cat sleeps", "oil prices fell", "你好，世界", "👩‍👩‍👧"]


def test_the_vector_is_that_of_the_model_and_has_length_one() -> None:
    vectors = np.array([row["embedding"] for row in apply_rows(EmbedText(), [{"text": text} for text in TEXTS])])
    assert np.array_equal(vectors.astype(np.float32), default_embedder().embed(TEXTS))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_a_vector_does_not_depend_on_the_rows_beside_it() -> None:
    alone = [apply_rows(EmbedText(), [{"text": text}])[0] for text in TEXTS]
    assert apply_rows(EmbedText(), [{"text": text} for text in TEXTS]) == alone


def test_rows_without_a_text_that_are_kept_have_no_vector() -> None:
    rows = apply_rows(
        EmbedText(output="v", on_null="keep"), [{"text": None}, {"text": "a cat"}, {"text": 7}, {"text": ""}]
    )
    assert [row["v"] is None for row in rows] == [True, False, True, False]
    assert rows[3]["v"] == [0.0] * 256


@pytest.mark.parametrize(("on_null", "fate"), [("drop", "dropped"), ("fail", "failed")])
def test_rows_without_a_text_go_when_asked_to(on_null: str, fate: str) -> None:
    assert EmbedText().on_null == "fail"
    outcome = apply_outcome(EmbedText(on_null=on_null), batch_of([{"text": None}, {"text": "a"}]))
    assert outcome.records is not None
    assert outcome.records["fate"].to_list() == [fate, "kept"]
    assert outcome.rows.ids.to_list() == ["0:2"]


def test_another_column_than_one_of_texts_is_a_fault() -> None:
    flow = Workflow(name="w", steps=(Step(id="e", operator="embed_text", options={"column": "n"}),))
    faults = validate(flow, Schema.of(n="integer"))
    assert [fault.severity for fault in faults] == ["error"]
    assert InvalidInput(faults).faults[0].step == "e"
