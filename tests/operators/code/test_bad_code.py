"""Code as it comes: huge, binary, in several languages and encodings of lines; for all rules alike."""

from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.operators.code.code_autogen_filter import CodeAutogenFilter
from dataflow_agent.operators.code.code_document_quality_filter import CodeDocumentQualityFilter
from dataflow_agent.operators.code.code_encoded_data_filter import CodeEncodedDataFilter
from dataflow_agent.operators.code.code_filetype_filter import CodeFiletypeFilter
from dataflow_agent.operators.code.code_length_filter import CodeLengthFilter
from dataflow_agent.operators.code.code_text_ratio_filter import CodeTextRatioFilter
from dataflow_agent.operators.core import RowFilter
from dataflow_agent.operators.core.testing import apply_outcome, batch_of
from hypothesis import given, settings
from hypothesis import strategies as st

FILTERS: list[RowFilter] = [
    CodeAutogenFilter(),
    CodeDocumentQualityFilter(min_chars=3, min_words=1, min_entropy_bits=0),
    CodeEncodedDataFilter(),
    CodeFiletypeFilter(filetype="language", min_visible_chars=2),
    CodeLengthFilter(max_line_chars=5, language="language"),
    CodeTextRatioFilter(language="language"),
]
LANGUAGES = ["Python", "HTML", "JSON", "Text", "WebAssembly", None, ""]
MEGABYTE = 1_000_000
every_filter = pytest.mark.parametrize("operator", FILTERS, ids=lambda one: one.name)


def measured(operator: RowFilter, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    records = apply_outcome(operator, batch_of([{"text": "a column", "language": "of texts"}, *rows])).records
    assert records is not None
    return records.drop("_row").to_dicts()[1:]


@every_filter
@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.none() | st.text("aA1 \n\r\t{}<p>\0\\x0fé你", max_size=20), st.sampled_from(LANGUAGES)),
        min_size=1,
        max_size=6,
    )
)
def test_a_file_is_judged_alike_whatever_stands_beside_it_and_by_its_metrics_alone(
    operator: RowFilter, files: list[tuple[str | None, str | None]]
) -> None:
    rows = [{"text": text, "language": language} for text, language in files]
    found = measured(operator, rows)
    assert found == [record for row in rows for record in measured(operator, [row])]
    for record in found:
        obeys = all(record[name] is not None and rule.contains(record[name]) for name, rule in operator.rules().items())
        assert (record["fate"] == "kept") is obeys


@every_filter
@settings(max_examples=25)
@given(st.lists(st.text("ab1 {}\0", max_size=8), max_size=6), st.sampled_from(LANGUAGES[:5]))
def test_the_kind_of_line_end_changes_no_verdict(operator: RowFilter, lines: list[str], language: str) -> None:
    rows = [{"text": end.join(lines), "language": language} for end in ("\n", "\r")]
    found = measured(operator, rows)
    assert found[0] == found[1]


@every_filter
def test_a_value_that_is_no_text_falls_under_on_null_and_fails_no_batch(operator: RowFilter) -> None:
    values: list[Any] = [None, 5, 2.5, True, ["a"], {"text": "x"}]
    found = measured(operator, [{"text": value, "language": "Text"} for value in values])
    assert [(one["fate"], one["reason"]) for one in found] == [("dropped", "no_value")] * len(values)


HUGE: dict[str, Callable[[int], str]] = {
    "one line": lambda n: "a" * n,
    "short lines": lambda n: "x = 1\n" * (n // 6),
    "CRLF": lambda n: "ab = cd\r\n" * (n // 9),
    "NUL": lambda n: "a\0b " * (n // 4),
    "almost base64": lambda n: ("A" * 63 + " ") * (n // 64),
    "almost hex": lambda n: ("00, " * 7 + "g ") * (n // 30),
    "bytes far apart": lambda n: ("00" + " " * 1000) * (n // 1002),
    "almost escapes": lambda n: "\\u00e" * (n // 5),
    "open tags": lambda n: "<" * n,
    "other words": lambda n: " ".join(map(str, range(n // 6))),
}


@every_filter
@pytest.mark.timeout(60)
@pytest.mark.parametrize("make", HUGE.values(), ids=list(HUGE))
def test_a_megabyte_in_one_row_takes_its_time_once(operator: RowFilter, make: Callable[[int], str]) -> None:
    """Time that grew with the square of the size would not end within the timeout."""
    text = make(MEGABYTE)
    assert len(text) > MEGABYTE * 0.9
    found = measured(operator, [{"text": text, "language": language} for language in ("HTML", "Python")])
    assert all(record[name] is not None for record in found for name in operator.rules())
