"""JSONL in: each value as it stands, each bad line alone, positions as an editor shows them."""

import json

import pytest
from dataflow_agent.operators.core.dataset import Dataset
from dataflow_agent.operators.core.errors import InvalidInput


def column(name, dtype, encoded=False):
    return {"name": name, "dtype": dtype, "encoded": encoded}


def columns(schema):
    return [spec.model_dump() for spec in schema.columns]


def test_each_json_type_has_its_own_column_type(place, read):
    rows = read(place("a.jsonl", '{"t":"007","i":1,"f":1.0,"b":true,"o":{"z":[1.0,"é"],"a":null},"l":[1]}\n'))
    assert columns(rows.schema) == [
        column("t", "text"),
        column("i", "integer"),
        column("f", "number"),
        column("b", "boolean"),
        column("o", "nested", True),
        column("l", "nested", True),
    ]
    assert rows.frame.drop("_row", "_absent").row(0) == ("007", 1, 1.0, True, '{"z":[1.0,"é"],"a":null}', "[1]")
    assert rows.warnings == []


def test_objects_and_lists_in_one_column_are_both_nested(place, read):
    rows = read(place("a.jsonl", '{"v":{"a":1}}\n{"v":[1]}\n'))
    assert columns(rows.schema) == [column("v", "nested", True)]


def test_integers_and_floats_in_one_column_stay_apart_as_json(place, read):
    rows = read(place("a.jsonl", '{"n":1}\n{"n":1.0}\n{"n":null}\n'))
    assert columns(rows.schema) == [column("n", "json", True)]
    assert rows.values("n") == ["1", "1.0", None]
    assert len(rows.warnings) == 1
    assert all(word in rows.warnings[0] for word in ("'n'", "integer", "number"))


def test_booleans_are_not_integers(place, read):
    assert read(place("a.jsonl", '{"n":1}\n{"n":true}\n')).values("n") == ["1", "true"]


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63)])
def test_64_bit_integers_are_plain(place, read, number):
    rows = read(place("a.jsonl", f'{{"n":{number}}}\n'))
    assert columns(rows.schema) == [column("n", "integer")]
    assert rows.values("n") == [number]


@pytest.mark.parametrize("number", [2**63, 2**64 - 1, 2**64, -(2**63) - 1, 10**40])
def test_larger_integers_travel_as_json_to_the_last_digit(place, read, number):
    rows = read(place("a.jsonl", f'{{"n":{number}}}\n{{"n":1}}\n'))
    assert columns(rows.schema) == [column("n", "json", True)]
    assert rows.values("n") == [str(number), "1"]
    assert "beyond 64 bits" in rows.warnings[0]


def test_large_integers_inside_nested_values_are_exact(place, read):
    rows = read(place("a.jsonl", '{"v":{"b":[18446744073709551616,1.0],"a":"é"}}\n'))
    assert rows.values("v") == ['{"b":[18446744073709551616,1.0],"a":"é"}']


def test_long_digit_runs_in_texts_and_fractions_change_nothing(place, read):
    rows = read(place("a.jsonl", '{"t":"12345678901234567890","f":0.12345678901234567890}\n'))
    assert rows.values("t") == ["12345678901234567890"]
    assert rows.values("f") == [0.12345678901234567890]


def test_absent_is_not_null(place, read):
    rows = read(place("a.jsonl", '{"a":1,"b":null}\n{"a":null}\n{}\n{"b":2,"a":3}\n'))
    assert rows.values("_absent") == [None, ["b"], ["a", "b"], None]
    assert rows.values("b") == [None, None, None, 2]


def test_rows_are_called_by_source_and_line(place, read):
    first, second = place("a.jsonl", '{"a":1}\n\n{"a":2}\nbroken\n{"a":3}\n'), place("b.jsonl", '{"a":4}\n')
    for limit in (1, 2, 100):
        assert read(first, second, max_rows=limit).values("_row") == ["0:1", "0:3", "0:5", "1:1"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"a": 1', "not valid JSON"),
        (b'{"a": 01}', "not valid JSON"),
        (b'{"a": 1} {"a": 2}', "not valid JSON"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "Infinity"),
        (b'{"a": 1e400}', "64-bit float"),
        (b'{"a": "\\ud800"}', "lone surrogate"),
        (b'{"\\udfff": 1}', "lone surrogate"),
        (b'{"a": "\xff"}', "broken UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "broken UTF-8"),
        (b"[1]", "not an object"),
        (b'"text"', "not an object"),
        (b"null", "not an object"),
        (b'{"a": ' + b"[" * 255 + b"]" * 255 + b"}", "nested"),
        (b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}", "nested"),
    ],
)
@pytest.mark.parametrize("digits", [b"1", b"12345678901234567890"])
def test_a_bad_line_is_rejected_alone_with_its_reason(place, read, line, reason, digits):
    if line[:1] == b"{":
        line = b'{"d": ' + digits + b", " + line[1:]
    rows = read(place("a.jsonl", b'{"a": "before"}\n' + line + b'\n{"a": "after"}\n'))
    assert rows.values("a") == ["before", "after"]
    (reject,) = rows.rejects
    assert (reject.file, reject.line) == ("a.jsonl", 2)
    assert reason in reject.reason
    assert reject.raw.startswith(line[:20].decode("utf-8", "backslashreplace"))
    assert json.loads(reject.model_dump_json()) == reject.model_dump()


def test_deep_values_within_the_limit_survive(place, convert, tmp_path):
    deep = b'{"a":' + b"[" * 254 + b"]" * 254 + b"}\n"
    assert convert(place("a.jsonl", deep), tmp_path / "b.jsonl") == deep


def test_an_integer_too_long_for_python_is_rejected(place, read):
    rows = read(place("a.jsonl", '{"a":' + "1" * 5000 + '}\n{"a":1}\n'))
    assert rows.values("a") == [1]
    assert "number" in rows.rejects[0].reason


def test_a_long_reject_is_bounded(place, read):
    (reject,) = read(place("a.jsonl", "x" * 100_000 + "\n")).rejects
    assert reject.raw == "x" * 2000


def test_byte_order_mark_crlf_and_a_missing_last_newline_are_tolerated(place, read):
    rows = read(place("a.jsonl", b'\xef\xbb\xbf{"a":"x"}\r\n\r\n{"a":"y"}'))
    assert rows.values("a") == ["x", "y"]
    assert rows.values("_row") == ["0:1", "0:3"]
    assert rows.rejects == []


def test_nul_and_line_separators_inside_texts_survive(place, read):
    text = "a\x00b\u2028c\x85d\x0b\r\n"
    assert read(place("a.jsonl", json.dumps({"a": text}) + "\n")).values("a") == [text]


def test_the_last_of_duplicate_keys_wins(place, read):
    rows = read(place("a.jsonl", '{"a":1,"a":2}\n{"a":1,"a":18446744073709551616}\n'))
    assert rows.values("a") == ["2", "18446744073709551616"]


@pytest.mark.parametrize("name", ["_row", "_absent"])
def test_a_column_with_a_reserved_name_is_refused(place, name):
    (block,) = Dataset.open([place("a.jsonl", f'{{"{name}":1}}\n')]).blocks()
    with pytest.raises(InvalidInput, match=name) as caught:
        block.parse()
    assert caught.value.faults[0].code == "reserved_column"


def test_a_column_that_first_appears_in_row_10000_is_absent_before(place, read):
    lines = ['{"a":1}'] * 9_999 + ['{"a":1,"late":"here"}']
    rows = read(place("a.jsonl", "\n".join(lines)))
    assert rows.schema.names == ("a", "late")
    assert rows.values("late") == [None] * 9_999 + ["here"]
    assert rows.values("_absent") == [["late"]] * 9_999 + [None]


def test_a_line_larger_than_a_block_is_a_block_of_its_own(place):
    long = json.dumps({"a": "x" * 5_000})
    path = place("a.jsonl", f'{{"a":"1"}}\n{long}\n{{"a":"2"}}\n{{"a":"3"}}\n')
    blocks = list(Dataset.open([path]).blocks(max_bytes=1_000))
    assert [block.first for block in blocks] == [1, 2, 3]
    assert [block.parse().frame.height for block in blocks] == [1, 1, 2]


def test_a_very_long_line_is_read(place, read):
    text = "word " * (50 * 2**20 // 5)
    assert read(place("a.jsonl", json.dumps({"a": text}))).values("a") == [text]


def test_a_file_of_blank_lines_has_no_rows_and_no_columns(place, read):
    rows = read(place("a.jsonl", "\n \n"))
    assert (rows.frame.height, rows.schema.names) == (0, ())
