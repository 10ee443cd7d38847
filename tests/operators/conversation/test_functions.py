"""Definitions of functions and arguments: what is valid, and what a hostile definition cannot do."""

from typing import Any

import pytest
from dataflow_agent.operators.conversation._functions import ToolFunction, ToolFunctions, argument_fault, functions_of
from dataflow_agent.operators.core import RowError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "description": "Where."},
        "days": {"type": "integer", "minimum": 1, "maximum": 7},
        "units": {"enum": ["C", "F"]},
        "at": {"type": "object", "properties": {"hour": {"type": "integer"}}, "required": ["hour"]},
    },
    "required": ["city"],
}


def function(**changed: Any) -> dict[str, Any]:
    return {"name": "forecast", "description": "Weather.", "parameters": PARAMETERS, **changed}


def with_property(schema: Any) -> dict[str, Any]:
    return function(parameters={"type": "object", "properties": {"x": schema}})


def test_a_definition_is_kept_as_it_is() -> None:
    assert ToolFunction.model_validate(function()).model_dump() == function()
    empty = function(parameters={"type": "object", "properties": {}})
    assert ToolFunction.model_validate(empty).model_dump() == empty


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (function(name="get weather"), "pattern"),
        (function(name=""), "pattern"),
        (function(name="1st"), "pattern"),
        (function(name="n" * 65), "pattern"),
        (function(description=" "), "at least 1"),
        (function(parameters={}), "type object with properties"),
        (function(parameters={"city": {"type": "string"}}), "type object with properties"),
        (function(parameters={"type": "array", "properties": {}}), "type object with properties"),
        (function(parameters={"type": "object", "properties": ["city"]}), "type object with properties"),
        (function(parameters={"type": "object", "properties": {}, "required": ["city"]}), "no property"),
        (function(parameters={"type": "object", "properties": {}, "required": "city"}), "no JSON schema"),
        (with_property({"type": "text"}), "no JSON schema"),
        (with_property({"type": "integer", "minimum": "one"}), "no JSON schema"),
        (with_property("string"), "no JSON schema"),
        (with_property({"$ref": "http://127.0.0.1:9/schema"}), "'\\$ref'"),
        (with_property({"items": {"$dynamicRef": "#x"}}), "'\\$dynamicRef'"),
        (with_property({"anyOf": [{"type": "string", "pattern": "(a+)+$"}]}), "'pattern'"),
        (with_property({"patternProperties": {"(a+)+$": {}}}), "'patternProperties'"),
        ({"name": "x", "description": "y"}, "parameters"),
        ("get_weather(city)", "valid dictionary"),
    ],
)
def test_what_is_no_definition_is_refused_with_the_reason(bad: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ToolFunctions.model_validate({"functions": [bad]})


@pytest.mark.parametrize("name", ["pattern", "$ref", "required", "properties", "items"])
def test_a_property_may_bear_the_name_of_a_keyword(name: str) -> None:
    parameters = {"type": "object", "properties": {name: {"type": "string", "default": {"$ref": "x", "pattern": "y"}}}}
    assert ToolFunction.model_validate(function(parameters=parameters)).parameters == parameters


def test_a_name_is_64_characters_at_most_and_borne_by_one_function() -> None:
    assert ToolFunction.model_validate(function(name="n" * 64)).name == "n" * 64
    with pytest.raises(ValidationError, match="two functions are named 'forecast'"):
        ToolFunctions.model_validate({"functions": [function(), function()]})
    with pytest.raises(ValidationError, match="at least 1"):
        ToolFunctions.model_validate({"functions": []})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"city": "Rome"}, None),
        ({"city": "Rome", "days": 1, "units": "C", "at": {"hour": 3}}, None),
        ({"city": "Rome", "days": 7}, None),
        ({"city": "Rome", "days": 8}, "at days: 8 is greater"),
        ({"city": "Rome", "days": 0}, "at days: 0 is less"),
        ({"city": "Rome", "days": "7"}, "at days"),
        ({"city": "Rome", "units": "K"}, "at units"),
        ({"city": "Rome", "at": {"hour": "3"}}, "at at.hour"),
        ({}, "'city' is a required property"),
        ({"city": None}, "at city"),
        ({"city": "Rome", "town": "Bonn"}, "no parameter 'town'; it has city, days, units, at"),
    ],
)
def test_arguments_must_fit_the_parameters(arguments: dict[str, Any], said: str | None) -> None:
    fault = argument_fault([ToolFunction.model_validate(function())], "forecast", arguments)
    assert fault is None if said is None else fault is not None and said in fault


def test_a_function_that_is_not_there_is_named_with_those_that_are() -> None:
    known = functions_of([function(), function(name="traffic")], "functions")
    assert argument_fault(known, "weather", {}) == "there is no function 'weather'; there are forecast, traffic"


def test_a_definition_that_allows_more_arguments_gets_them() -> None:
    open_ended = ToolFunction.model_validate(function(parameters={**PARAMETERS, "additionalProperties": True}))
    assert argument_fault([open_ended], "forecast", {"city": "Rome", "town": "Bonn"}) is None


@pytest.mark.parametrize("value", [None, []])
def test_no_functions_are_no_value(value: Any) -> None:
    with pytest.raises(RowError, match="no_value"):
        functions_of(value, "functions")


@pytest.mark.parametrize("value", ["[]", 5, [5], {"name": "x"}, [function(name="a b")], [function(), function()]])
def test_a_value_of_a_row_that_is_no_list_of_functions_is_named(value: Any) -> None:
    with pytest.raises(RowError, match="invalid_functions: column 'tools'"):
        functions_of(value, "tools")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "type properties required items enum $ref pattern name description parameters anyOf minimum".split()
            )
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_value_of_a_row_is_an_accident(value: Any) -> None:
    try:
        known = functions_of([value] if isinstance(value, dict) else value, "functions")
    except RowError:
        return
    assert known, "what is accepted is at least one function"


@given(JSON, st.dictionaries(st.text(max_size=5), JSON, max_size=3))
def test_arguments_of_any_form_are_judged(schema: Any, arguments: dict[str, Any]) -> None:
    try:
        known = functions_of([with_property(schema)], "functions")
    except RowError:
        return
    fault = argument_fault(known, "forecast", arguments)
    assert fault is None or fault
    unknown = arguments.keys() - {"x"}
    assert not unknown or fault is not None
