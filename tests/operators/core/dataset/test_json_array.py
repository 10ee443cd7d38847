"""JSON in: an array of objects or one object, each element read as a line of JSONL would be."""

import pytest
from dataflow_agent.operators.core.dataset import Dataset
from dataflow_agent.operators.core.errors import InvalidInput


def test_elements_are_rows_whatever_the_layout(place, read):
    rows = read(place("a.json", '\ufeff [\n  {\n "a": 1,\n "b": "x"},{"a":18446744073709551616}\n]\n'))
    assert rows.values("a") == ["1", "18446744073709551616"]
    assert rows.values("b") == ["x", None]
    assert rows.values("_row") == ["0:1", "0:2"]


def test_a_single_object_is_one_row(place, read):
    assert read(place("a.json", '{"a": 1}')).values("a") == [1]


def test_an_empty_array_has_no_rows(place, read):
    assert read(place("a.json", "[]")).frame.height == 0


def test_a_bad_element_is_rejected_alone(place, read):
    content = b'[{"a":1}, 5, {"a":NaN}, {"a":"\\ud800"}, {"a":"\xff"}, {"a":2}]'
    rows = read(place("a.json", content), max_rows=2)
    assert rows.values("a") == [1, 2]
    assert [reject.line for reject in rows.rejects] == [2, 3, 4, 5]
    reasons = [reject.reason for reject in rows.rejects]
    for reason, word in zip(reasons, ["object", "NaN", "surrogate", "UTF-8"], strict=True):
        assert word in reason


def test_an_integer_too_long_for_python_costs_its_element_only(place, read):
    rows = read(place("a.json", '[{"a":' + "1" * 5_000 + '},{"a":2}]'))
    assert rows.values("a") == [2]
    assert [reject.line for reject in rows.rejects] == [1]


@pytest.mark.parametrize(
    "content",
    ['[{"a":1}', '[{"a":1},]', '[{"a":1} {"a":2}]', "[,]", "5", '"text"', '{"a":1}\n{"a":2}\n', "[" * 100_000, "  "],
)
def test_a_file_that_is_not_json_is_refused_by_name_before_any_row(place, content):
    blocks = Dataset.open([place("broken.json", content)]).blocks(max_rows=1)
    with pytest.raises(InvalidInput, match=r"broken\.json") as caught:
        next(blocks)
    assert caught.value.faults[0].code == "invalid_json"


def test_one_object_a_line_is_told_its_right_ending(place):
    with pytest.raises(InvalidInput, match=r"line 2, column 1.*\.jsonl"):
        next(Dataset.open([place("a.json", '{"a":1}\n{"a":2}\n')]).blocks())


def test_blocks_follow_both_limits(place):
    path = place("a.json", '[{"a":"1"},{"a":"2"},{"a":"' + "x" * 100 + '"},{"a":"3"}]')
    assert [block.first for block in Dataset.open([path]).blocks(max_rows=2)] == [1, 3]
    assert [block.first for block in Dataset.open([path]).blocks(max_bytes=50)] == [1, 3, 4]
