"""The type that a refiner promises for its column is the type that it writes."""

import pytest
from dataflow_agent.operators.core import Schema
from dataflow_agent.operators.core.schema import DType
from dataflow_agent.operators.core.testing import apply_outcome, batch_of
from dataflow_agent.operators.text.normalize_whitespace import NormalizeWhitespace

ROWS = [{"text": "a  b", "n": 1, "mixed": "c  d", "other": "e"}, {"text": None, "n": 2, "mixed": 3, "other": "f"}]


@pytest.mark.parametrize(("output", "dtype"), [("n", "json"), ("mixed", "json"), ("other", "text"), ("new", "text")])
def test_the_promised_type_is_written(output: str, dtype: DType) -> None:
    batch = batch_of(ROWS)
    refiner = NormalizeWhitespace(output=output)
    promised: Schema = refiner.output_schema(batch.schema, {})
    written = apply_outcome(refiner, batch).rows
    assert promised[output].dtype == written.schema[output].dtype == dtype
    assert written.values(output)[0] == "a b"
    assert written.values(output)[1] == ROWS[1].get(output)
