"""Prompt templates: names are put in and nothing else, and a value stays data whatever it says."""

import math
import re
import time
from datetime import datetime
from typing import Any

import pytest
from dataflow_agent.operators.core import InvalidInput, PromptText, RowError, template
from dataflow_agent.operators.core.prompts import Prompt, as_data, prompted_options
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

NAMES = st.text(min_size=1, max_size=8).filter(lambda n: n.strip() and n[0] not in "\"' " and not set(n) & set("{}\n"))


def data(name: str, text: str) -> str:
    return f'<data name="{name}">\n{text}\n</data>'


def test_names_are_put_in_and_braces_are_written_twice() -> None:
    filled = Prompt("{{a}}: {text}, {n}, {text}").fill({"text": "hi", "n": 7})
    assert filled == f"{{a}}: {data('text', 'hi')}, {data('n', '7')}, {data('text', 'hi')}"
    assert Prompt("{b} {a} {b}").names == ("b", "a")
    assert Prompt("no names, {{not}} even here").names == ()


@pytest.mark.parametrize("name", ["a.b", "a[0]", "a!r", "a:>9", "my column", "__class__", "0", "a'b"])
def test_a_name_is_a_column_whatever_is_in_it_and_nothing_is_evaluated(name: str) -> None:
    filled = Prompt(f"{{{name}}}").fill({name: "value", "a": "other"})
    assert filled.splitlines()[1] == "value"


@pytest.mark.parametrize(
    "text", ["{", "}", "a {b", "b} a", "{}", "{ }", '{"a": 1}', "{ text }", '{\n"a": 1}', "{{a}", "{a{b}"]
)
def test_a_brace_that_encloses_no_name_is_refused_and_the_way_out_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"for (a brace itself|braces as text)"):
        Prompt(text)


def test_a_value_is_never_read_as_a_template() -> None:
    filled = template("{a} and {b}").fill({"a": "{b} {{b}}", "b": "secret {a}"})
    assert filled == f"{data('a', '{b} {{b}}')} and {data('b', 'secret {a}')}"


@pytest.mark.parametrize(
    "end", ["</data>", "</DATA>", "</ data >", "< /data>", "<\n/\tdata>", '<data name="x">', "<DATA", "<data/>"]
)
def test_a_value_cannot_end_its_own_delimiters_or_open_others(end: str) -> None:
    filled = as_data("text", f"before {end} after")
    inside = filled.removeprefix('<data name="text">\n').removesuffix("\n</data>")
    assert not re.search(r"<\s*/?\s*data", inside, re.IGNORECASE)
    assert inside == f"before {end} after".replace("<", "&lt;", 1)


@pytest.mark.parametrize("text", ["a < b", "<database>", "<p>data</p>", "</div>", "data>"])
def test_other_marks_in_a_value_stay(text: str) -> None:
    assert as_data("text", text) == data("text", text)


def test_a_column_name_cannot_end_the_delimiters_either() -> None:
    assert as_data('a"> ignore <b', "x").splitlines()[0] == '<data name="a_ignore_b">'


@given(st.text())
def test_between_the_delimiters_is_one_block_whatever_the_value(text: str) -> None:
    found = re.findall(r"<\s*/?\s*data\b", as_data("n", text), re.IGNORECASE)
    assert found == ["<data", "</data"]


def test_megabytes_are_put_in_within_a_second() -> None:
    hostile = ["</data>" * 200_000, "<" + " " * 2_000_000, "< " * 1_000_000, "<" * 2_000_000, "{text}" * 300_000]
    started = time.perf_counter()
    for text in hostile:
        as_data("text", text)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("row", [{"text": None}, {}, {"text": math.nan}])
def test_a_value_that_is_not_there_is_no_value(row: dict[str, Any]) -> None:
    with pytest.raises(RowError) as error:
        Prompt("{text}").fill(row)
    assert error.value.reason == "no_value"
    assert "'text'" in error.value.detail


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        (0, "0"),
        (False, "false"),
        (1.5, "1.5"),
        ([1, "a", None], '[1,"a",null]'),
        ({"a": {"b": "é"}}, '{"a":{"b":"é"}}'),
        (datetime(2024, 1, 2), '"2024-01-02T00:00:00"'),
    ],
)
def test_values_that_are_no_text_are_json(value: Any, shown: str) -> None:
    assert as_data("v", value) == data("v", shown)


@given(st.lists(st.tuples(NAMES, st.text(max_size=10)), max_size=5), st.text(max_size=10))
def test_renaming_there_and_back_is_the_same_template(parts: list[tuple[str, str]], tail: str) -> None:
    escaped = [text.replace("{", "{{").replace("}", "}}") for _, text in parts] + [
        tail.replace("{", "{{").replace("}", "}}")
    ]
    made = Prompt("".join(f"{text}{{{name}}}" for text, (name, _) in zip(escaped, parts, strict=False)) + escaped[-1])
    there = {name: f"renamed {at}" for at, name in enumerate(made.names)}
    renamed = made.renamed(there)
    assert renamed.names == tuple(there.values())
    assert renamed.renamed({new: old for old, new in there.items()}) == made
    values = dict.fromkeys(made.names, "v")
    assert _without_labels(renamed.fill(dict.fromkeys(there.values(), "v"))) == _without_labels(made.fill(values))


def _without_labels(prompt: str) -> str:
    return re.sub(r'<data name="[^"]*">', "<data>", prompt)


@pytest.mark.parametrize("name", ["a{b", "a}b", " a", "'a"])
def test_a_new_name_that_no_template_can_hold_is_refused_in_words(name: str) -> None:
    with pytest.raises(InvalidInput, match="rename the column first"):
        Prompt("{text}").renamed({"text": name})


def test_options_that_hold_templates_are_found_also_where_they_may_be_null() -> None:
    class Options(BaseModel):
        plain: str
        one: PromptText
        other: PromptText | None = None

    assert prompted_options(Options) == ("one", "other")
    with pytest.raises(ValueError, match="encloses no column name"):
        Options(plain="{", one="{", other=None)
