"""Values cross the border of a process as they are."""

import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import orjson
import pytest
from dataflow_agent.operators.core.database.cells import packed, unpacked
from hypothesis import given
from hypothesis import strategies as st

PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
    st.decimals(allow_nan=False),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.timedeltas(),
    st.uuids(),
)
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)


@given(VALUES)
def test_a_value_comes_back_with_its_type(value):
    back = unpacked(orjson.loads(orjson.dumps(packed(value))))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        2**63,
        -(2**63) - 1,
        math.inf,
        Decimal("1.50"),
        Decimal("1E+3"),
        datetime(2024, 1, 2, 3, tzinfo=UTC),
        date(1, 1, 1),
        time(1, 2, 3, 4),
        timedelta(days=-1, microseconds=1),
        UUID(int=7),
    ],
)
def test_odd_values_come_back_as_they_are_written(value):
    assert repr(unpacked(orjson.loads(orjson.dumps(packed(value))))) == repr(value)


def test_not_a_number_stays_one():
    assert math.isnan(unpacked(orjson.loads(orjson.dumps(packed(math.nan)))))


def test_what_has_no_kind_becomes_its_text():
    assert packed(frozenset({1})) == "frozenset({1})"
    assert packed("a\ud800") == "a?"
