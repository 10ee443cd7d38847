"""Every operator as a langchain tool: a call yields a step and runs nothing."""

import pytest
from dataflow_agent.operators.core import InvalidInput, Operator, all_operators
from dataflow_agent.pipelines.validate import build
from dataflow_agent.pipelines.workflow import Step
from dataflow_agent.tools.operators import operator_tool, operator_tools
from langchain_core.messages import ToolMessage
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import JsonValue

every_operator = pytest.mark.parametrize("cls", all_operators().values(), ids=all_operators())


@every_operator
def test_its_schema_is_its_options_and_where_each_described(cls: type[Operator]) -> None:
    tool = operator_tool(cls)
    assert {*tool.args} == {*cls.model_fields, "where"}
    function = convert_to_openai_tool(tool)["function"]
    assert function["name"] == cls.name
    assert {*function["parameters"]["properties"]} == {*cls.model_fields, "where"}
    assert all(option.get("description") for option in function["parameters"]["properties"].values())
    assert all(phrase in function["description"] for phrase in cls.phrases)


@every_operator
def test_invoked_with_its_example_it_returns_a_step_that_builds_the_operator(cls: type[Operator]) -> None:
    options = cls.example().options
    step = operator_tool(cls).invoke(options)
    assert step == Step(id=cls.name, operator=cls.name, options=options)
    assert build(step) == (cls(**options), [])


def call(name: str, **arguments: JsonValue) -> ToolMessage:
    (tool,) = operator_tools([name])
    message = tool.invoke({"name": name, "args": arguments, "id": "call-1", "type": "tool_call"})
    assert isinstance(message, ToolMessage)
    return message


def test_only_options_that_were_given_are_kept_even_those_equal_to_the_default() -> None:
    default = all_operators()["word_count_filter"].model_fields["min_words"].default
    assert call("word_count_filter", min_words=default).artifact.options == {"min_words": default}
    assert call("word_count_filter").artifact.options == {}


def test_through_a_tool_call_the_step_is_the_artifact_of_the_message() -> None:
    message = call("word_count_filter", min_words=3, where="n > 1")
    assert message.artifact == Step(
        id="word_count_filter", operator="word_count_filter", options={"min_words": 3}, where="n > 1"
    )
    assert message.tool_call_id == "call-1"


def test_all_that_is_wrong_with_a_call_is_told_at_once() -> None:
    (tool,) = operator_tools(["word_count_filter"])
    with pytest.raises(InvalidInput) as caught:
        tool.invoke({"min_wrds": 3, "max_words": -1})
    assert {fault.code for fault in caught.value.faults} == {"unknown_option", "option_out_of_bounds"}


@pytest.mark.parametrize("given", [{"where": "n >"}, {"where": 7}, {"min_words": float("nan")}])
def test_what_is_no_condition_or_no_json_is_a_fault(given: dict[str, object]) -> None:
    (tool,) = operator_tools(["word_count_filter"])
    with pytest.raises(InvalidInput, match="word_count_filter"):
        tool.invoke(given)


def test_an_empty_where_is_none() -> None:
    assert call("word_count_filter", where="").artifact.where is None


def test_all_tools_come_in_name_order() -> None:
    assert [tool.name for tool in operator_tools()] == list(all_operators())
