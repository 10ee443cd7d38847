"""CSV and TSV in: text throughout, each bad record alone, a header that names each column once."""

import csv
import io

import pytest
from dataflow_agent.operators.core.dataset import Dataset
from dataflow_agent.operators.core.errors import InvalidInput
from hypothesis import given, settings
from hypothesis import strategies as st


def test_everything_is_text_and_an_empty_field_is_an_empty_text(place, read):
    rows = read(place("a.csv", "n,t,e\n007,true,\n1.0,NaN,null\n"))
    assert rows.schema.of_dtype("text") == rows.schema.names == ("n", "t", "e")
    assert rows.frame.drop("_row", "_absent").rows() == [("007", "true", ""), ("1.0", "NaN", "null")]
    assert rows.warnings == []


def test_quotes_hold_delimiters_newlines_and_quotes(place, read):
    rows = read(place("a.csv", 'a,b\r\n"x,1","line 1\r\nline ""2"""\r\n5" pipe,z'))
    assert rows.values("a") == ["x,1", '5" pipe']
    assert rows.values("b") == ['line 1\r\nline "2"', "z"]


def test_tabs_part_the_fields_of_tsv(place, read):
    rows = read(place("a.tsv", 'a\tb\n1,5\t"x\ty"\n'))
    assert (rows.values("a"), rows.values("b")) == (["1,5"], ["x\ty"])


def test_missing_fields_are_absent_and_surplus_ones_a_reject(place, read):
    rows = read(place("a.csv", "a,b,c\n1\n1,2,3,4\n1,2,3\n"))
    assert rows.values("_absent") == [["b", "c"], None]
    assert rows.values("b") == [None, "2"]
    (reject,) = rows.rejects
    assert (reject.file, reject.line, reject.raw) == ("a.csv", 2, "1,2,3,4")
    assert "4 fields" in reject.reason
    assert "3 columns" in reject.reason


def test_broken_utf8_costs_its_record_only(place, read):
    rows = read(place("a.csv", b'a,b\nx,1\n"\xff\n\xfe",2\ny,\xc3\xa9\n'))
    assert rows.values("b") == ["1", "é"]
    (reject,) = rows.rejects
    assert reject.line == 2
    assert "UTF-8" in reject.reason
    assert "\\xff" in reject.raw


@pytest.mark.parametrize(
    ("record", "word"), [('"x"y,1', "not a valid record"), ("a\rb,1", "carriage return"), ('x,"open', "never closed")]
)
def test_broken_quoting_costs_its_record_only(place, read, record, word):
    rows = read(place("a.csv", f"a,b\nbefore,1\n{record}\n"), place("b.csv", "a,b\nafter,1\n"))
    assert rows.values("a") == ["before", "after"]
    (reject,) = rows.rejects
    assert reject.line == 2
    assert word in reject.reason


def test_positions_count_records_after_the_header_and_blank_lines(place, read):
    path = place("a.csv", '\ufeffa,b\n"x\n\ny",1\n\nz,2\n')
    for limit in (1, 2, 100):
        rows = read(path, max_rows=limit)
        assert rows.values("_row") == ["0:1", "0:3"]
        assert rows.values("a") == ["x\n\ny", "z"]


def test_fields_longer_than_the_csv_modules_own_limit_are_read(place, read):
    text = "x" * 300_000
    assert read(place("a.csv", f"a\n{text}\n")).values("a") == [text]


def test_a_header_without_records_still_names_the_columns(place, read):
    rows = read(place("a.csv", "a,b\n"))
    assert (rows.frame.height, rows.schema.names) == (0, ("a", "b"))


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (b"a,b,a\n1,2,3\n", ["'a'", "twice"]),
        (b"a,,b\n1,2,3\n", ["column 2", "no name"]),
        (b"\n1,2\n", ["blank"]),
        (b"a,\xff\n1,2\n", ["UTF-8"]),
        (b'a,"b\n1,2\n', ["never closed"]),
        (b"a,_row\n1,2\n", ["'_row'", "rename"]),
        (b"a,_absent\n1,2\n", ["'_absent'", "rename"]),
    ],
)
def test_a_header_that_does_not_name_each_column_once_is_refused(place, header, words):
    with pytest.raises(InvalidInput) as caught:
        Dataset.open([place("a.csv", header)])
    (fault,) = caught.value.faults
    assert all(word in fault.message for word in ["a.csv", *words])


@given(
    rows=st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=8),
    ending=st.sampled_from(["\n", "\r\n"]),
    limit=st.integers(1, 5),
)
@settings(deadline=None)
def test_what_pythons_csv_module_writes_is_read_back(place, read, rows, ending, limit):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    got = read(place("a.csv", text.getvalue()), max_rows=limit)
    assert [list(row) for row in got.frame.select("a", "b").rows()] == rows
    assert got.rejects == []
