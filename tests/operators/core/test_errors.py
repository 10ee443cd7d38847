"""Errors say the same on the other side of a process border."""

import pickle

import pytest
from dataflow_agent.operators.core.errors import DataFlowError, Fault, InvalidInput, RowError


@pytest.mark.parametrize(
    "error", [InvalidInput([Fault(code="a", message="one"), Fault(code="b", message="two")]), RowError("why", "more")]
)
def test_an_error_comes_back_from_a_worker_as_it_was(error: DataFlowError) -> None:
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))
