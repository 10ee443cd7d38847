"""What comes in goes out: laws that hold for all JSON objects, formats and block sizes."""

import json

import pytest
from dataflow_agent.operators.core.dataset import ENDINGS
from dataflow_agent.operators.core.schema import INTERNAL
from hypothesis import given, settings
from hypothesis import strategies as st

NUMBERS = st.integers() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["a", "b", "c"]) | st.text(max_size=4).filter(lambda name: name not in INTERNAL)
MIXED = st.lists(st.dictionaries(NAMES, VALUES, max_size=4), max_size=12)


@st.composite
def tables(draw):
    """Rows whose columns mostly have one type."""
    kinds = st.sampled_from([st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(-1e9, 1e9), st.text(), VALUES])
    columns = draw(st.dictionaries(NAMES, kinds, max_size=4))
    return draw(st.lists(st.fixed_dictionaries({}, optional=columns), max_size=12))


def exactly(rows):
    """Rows with the type of each value visible: 1, 1.0, True and -0.0 all differ. Columns may change places."""
    return [repr(sorted(row.items())) for row in rows]


def lines(rows, ascii_only):
    return "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in rows)


@given(rows=MIXED | tables(), limit=st.integers(1, 13), ascii_only=st.booleans())
@settings(max_examples=300, deadline=None)
def test_every_json_object_survives_jsonl(place, convert, rows, limit, ascii_only):
    path = place("in.jsonl", lines(rows, ascii_only) or "\n")
    written = convert(path, place("out.jsonl"), max_rows=limit)
    assert exactly(map(json.loads, written.decode().split("\n")[:-1])) == exactly(rows)


@given(rows=MIXED, limit=st.integers(1, 13))
@settings(deadline=None)
def test_every_json_object_survives_json(place, convert, rows, limit):
    written = convert(place("in.json", json.dumps(rows, indent=1)), place("out.json"), max_rows=limit)
    assert exactly(json.loads(written)) == exactly(rows)


@given(rows=MIXED, one=st.integers(1, 13), other=st.integers(1, 13))
@settings(deadline=None)
def test_block_size_changes_nothing(place, read, rows, one, other):
    path = place("in.jsonl", lines(rows, False) or "\n")
    left, right = read(path, max_rows=one), read(path, max_rows=other)
    assert (left.schema, left.warnings) == (right.schema, right.warnings)
    assert left.frame.equals(right.frame)


@given(rows=MIXED, cut=st.integers(0, 12))
@settings(deadline=None)
def test_several_inputs_are_read_as_one(place, convert, rows, cut):
    first, second = (place("in.jsonl", lines(part, False) or "\n") for part in (rows[:cut], rows[cut:]))
    written = convert(first, second, place("out.jsonl"))
    assert exactly(map(json.loads, written.decode().split("\n")[:-1])) == exactly(rows)


@given(content=st.lists(st.binary(max_size=30) | st.sampled_from([b'{"a":1}', b"{", b"[1]", b""]), max_size=8))
@settings(deadline=None)
def test_every_line_is_a_row_a_reject_or_blank(place, read, content):
    raw = [line.replace(b"\n", b"") for line in content]
    rows = read(place("in.jsonl", b"\n".join([*raw, b'{"a":2}'])))
    marked = [line.removeprefix(b"\xef\xbb\xbf") for line in raw[:1]] + raw[1:]
    blank = sum(not line.strip(b" \t\r") for line in marked)
    found = {int(row.split(":")[1]) for row in rows.values("_row")} | {reject.line for reject in rows.rejects}
    assert rows.frame.height + len(rows.rejects) == len(found) == len(raw) + 1 - blank


TABLE = [{"t": "007", "n": 'a "quoted", é\n2'}, {"t": "", "n": "x"}, {"t": "1.0", "n": "\t"}]


@pytest.mark.parametrize("before", ENDINGS)
@pytest.mark.parametrize("after", ENDINGS)
def test_texts_survive_between_all_formats(place, convert, tmp_path, before, after):
    start = tmp_path / f"start{before}"
    convert(place("in.jsonl", lines(TABLE, False)), start)
    end = tmp_path / f"end{after}"
    convert(start, end)
    assert exactly(map(json.loads, convert(end, tmp_path / "out.jsonl").splitlines())) == exactly(TABLE)
