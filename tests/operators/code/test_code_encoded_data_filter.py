"""code_encoded_data_filter: what counts as base64, hex and escapes, and how much of it may be there."""

import base64
from typing import Any

import pytest
from dataflow_agent.operators.code.code_encoded_data_filter import CodeEncodedDataFilter
from dataflow_agent.operators.core.testing import apply_outcome, batch_of
from hypothesis import given
from hypothesis import strategies as st

NAMES = ("base64_ratio", "hex_ratio", "unicode_escape_ratio")


def record(text: str, **options: Any) -> dict[str, Any]:
    records = apply_outcome(CodeEncodedDataFilter(**options), batch_of([{"text": text}])).records
    assert records is not None
    return dict(records.to_dicts()[0])


def shares(text: str) -> tuple[float, ...]:
    found = record(text)
    return tuple(found[name] for name in NAMES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A" * 63, (0, 0, 0)),
        ("A" * 64, (1, 0, 0)),
        ("A" * 32 + "\n" + "A" * 31, (1, 0, 0)),
        ("A" * 32 + "\r\n" + "A" * 30, (1, 0, 0)),
        ("A" * 32 + " " + "A" * 63, (0, 0, 0)),
        ("00 " * 7 + "0", (0, 0, 0)),
        ("00 " * 7 + "00", (0, 1, 0)),
        ("00,ff,7F,00,ff,7f,00,ff,", (0, 1, 0)),
        ("0x00, 0xff, 0x7F,\n    0x00, 0xff, 0x7f, 0x00, 0xff", (0, 1, 0)),
        ("0x00, 0xff, 0x7F, 0x00, 0xff, 0x7f, 0x00", (0, 0, 0)),
        ("\\x0a" * 8, (0, 1, 0)),
        ("\\x0a" * 7, (0, 0, 0)),
        ("100 200 300 400 500 600 700 800", (0, 0, 0)),
        ("\\u00e9" * 8, (0, 0, 1)),
        ("\\u00e9" * 7, (0, 0, 0)),
        ("\\u00e" * 20, (0, 0, 0)),
        ("", (0, 0, 0)),
        ("a\0b", (0, 0, 0)),
    ],
)
def test_runs_count_from_a_length_on(text: str, found: tuple[float, ...]) -> None:
    assert shares(text) == found


@pytest.mark.parametrize(
    ("run", "name"), [("A" * 70, "base64_ratio"), ("00,ff," * 7, "hex_ratio"), ("\\u00e9" * 8, "unicode_escape_ratio")]
)
def test_half_of_a_text_may_be_encoded_and_one_character_more_may_not(run: str, name: str) -> None:
    inside, outside = record(run + "-" * len(run)), record(run + "-" * (len(run) - 1))
    assert (inside[name], inside["fate"]) == (0.5, "kept")
    assert (outside["fate"], outside["reason"]) == ("dropped", f"{name}_too_high")
    assert record(run, **{f"max_{name}": None})["fate"] == "kept"
    assert record(run + "-" * len(run), **{f"max_{name}": 0.49})["fate"] == "dropped"


@given(st.binary(min_size=60, max_size=600))
def test_whatever_is_encoded_in_base64_is_found(data: bytes) -> None:
    assert shares(base64.encodebytes(data).decode())[0] > 0.95
    assert shares(base64.b64encode(data).decode())[0] == 1


def test_plain_code_has_none() -> None:
    code = 'def greet(name):\n    """Say hello."""\n    return f"Hello, {name}!"\n' * 20
    assert shares(code) == (0, 0, 0)
