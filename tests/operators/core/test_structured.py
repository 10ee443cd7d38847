"""Structured replies: the object is found wherever it stands, checked, and sent back with the reason if wrong."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

import pytest
from dataflow_agent.operators.core import Reply, Request, RowError
from dataflow_agent.operators.core.conversing import converse
from dataflow_agent.operators.core.structured import (
    MAX_ECHO_CHARS,
    MAX_ERROR_CHARS,
    InvalidReply,
    Shape,
    ask_for,
    ask_shaped,
    json_in,
    read_reply,
    schema_of,
)
from dataflow_agent.operators.core.testing import ScriptedLLM
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class Part(BaseModel):
    name: str
    kind: Literal["a", "b"] = "a"


class Cat(BaseModel):
    animal: Literal["cat"]
    lives: int


class Dog(BaseModel):
    animal: Literal["dog"]
    barks: bool


class Whole(BaseModel):
    title: str = Field(default="none", description="The title.")
    default: int = 1
    main: Part = Field(description="The main part.")
    parts: list[Part] = []
    maybe: Part | None = None
    score: float | str = 0
    pet: Annotated[Cat | Dog, Field(discriminator="animal")]


class Node(BaseModel):
    name: str
    children: list["Node"] = []


class Grade(BaseModel):
    score: int = Field(ge=1, le=5)


@pytest.mark.parametrize(
    "said",
    [
        '{"a": {"b": [1]}}',
        '  \n{"a": {"b": [1]}}\n ',
        '```json\n{"a": {"b": [1]}}\n```',
        '```\n{"a": {"b": [1]}}```',
        'Here it is:\n```JSON\r\n{"a": {"b": [1]}}\r\n```\nAnything else?',
        '<think>{"a": 0} or {"b": 1}?</think>{"a": {"b": [1]}}',
        'as the template opened the thought: {"a": 0}</think>\n{"a": {"b": [1]}}',
        'Sure! {"a": {"b": [1]}} I hope that {"helps": true}.',
        'In \\frac{x}{y} and {braces} the answer is {"a": {"b": [1]}}',
        "{x}" * 500 + '{"a": {"b": [1]}}',
    ],
)
def test_the_object_is_found_wherever_it_stands(said: str) -> None:
    assert json_in(said) == {"a": {"b": [1]}}


@pytest.mark.parametrize("space", ["\\n", ""])
def test_delimiters_of_data_that_a_model_copies_along_are_no_part_of_its_reply(space: str) -> None:
    said = f'{{"text": "<data name=\\"text\\">{space}The mill.{space}</data>", "more": ["<data>", "a <data b"]}}'
    assert json_in(said) == {"text": "The mill.", "more": ["<data>", "a <data b"]}


def test_code_fences_and_thoughts_inside_a_value_are_part_of_it() -> None:
    values = {"code": "```python\nprint({})\n```", "text": "the <think> tag and </think>", "quote": 'a "b" {c}'}
    assert json_in(json.dumps(values)) == values
    assert json_in("```json\n" + json.dumps(values) + "\n```") == values


@given(JSON)
def test_what_is_json_is_read_as_it_is(value: Any) -> None:
    assert json_in(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("<think>I never end", "empty"),
        ("I cannot do that.", "no JSON object"),
        ("{'a': 1}", "no JSON object"),
        ('{"a": NaN}', "no JSON object"),
        ('{"a": -Infinity}', "no JSON object"),
        ('{"a": 1e999}', "no JSON object"),
        ('{"a": 1', "no JSON object"),
        ('{"a": "\\ud800"}', "cannot be stored"),
        ('{"a": 123456789012345678901234567890}', "cannot be stored"),
        ('{"a":' * 100_000, "no JSON object"),
        ("[" * 100_000, "no JSON object"),
    ],
)
def test_what_is_no_json_or_cannot_be_stored_is_said_so(said: str, why: str) -> None:
    with pytest.raises(InvalidReply, match=why):
        json_in(said)


HOSTILE = {
    "braces": "{" * 1_000_000,
    "open objects": '{"a":' * 200_000,
    "objects cut off": '{"a": [' + "1," * 500_000,
    "many cut off": '{"a": "' * 150_000,
    "spaces": "{" + " " * 1_000_000,
    "fence and newlines": "```json" + "\n" * 1_000_000,
    "fences": "```\n" * 250_000,
    "thoughts": "<think>" * 150_000,
    "ends of thoughts": "</think>" * 125_000,
    "quotes": '{"' * 500_000,
    "prose": "no json here " * 80_000,
}


@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_megabyte_of_nonsense_is_given_up_quickly(said: str) -> None:
    started = time.process_time()
    with pytest.raises(InvalidReply):
        json_in(said)
    assert time.process_time() - started < 3


def test_a_megabyte_that_is_a_reply_is_read() -> None:
    text = "word " * 200_000
    assert json_in(f"Here: {json.dumps({'text': text})}") == {"text": text}


@pytest.mark.parametrize(
    "said", ['[{"score": 3}]', "4", '"4"', "null", '{"score": 4.5}', '{"score": 10}', '{"score": 0}', "{}"]
)
def test_a_reply_of_another_form_is_invalid_and_the_message_names_the_place(said: str) -> None:
    with pytest.raises(InvalidReply, match=r"^(score|the reply): "):
        read_reply(Grade, said)


def test_the_message_of_an_invalid_reply_is_bounded_and_holds_no_value_of_it() -> None:
    class Many(BaseModel):
        numbers: list[int]

    with pytest.raises(InvalidReply) as error:
        read_reply(Many, json.dumps({"numbers": ["secret"] * 1000}))
    assert len(str(error.value)) <= MAX_ERROR_CHARS
    assert "secret" not in str(error.value)


def asked_for(replies: list[str], tries: int = 3) -> tuple[Any, ScriptedLLM]:
    model = ScriptedLLM(replies)
    return converse(model, [ask_for(Grade, Request("Grade it.", "Be fair."), tries=tries)]), model


def test_a_valid_reply_is_the_result_and_the_schema_goes_with_the_request() -> None:
    told, model = asked_for(['{"score": 4}'])
    assert told.values == [Grade(score=4)]
    assert [request.reply_schema for request in model.asked] == [schema_of(Grade)]


def test_an_invalid_reply_goes_back_with_the_reason_and_what_was_said_before() -> None:
    told, model = asked_for(["4.5", '{"score": 10}', '{"score": 5}'])
    assert told.values == [Grade(score=5)]
    _first, second, third = model.asked
    assert [(turn.role, turn.text) for turn in second.turns] == [("user", "Grade it."), ("assistant", "4.5")]
    assert "the reply" in second.prompt
    assert [turn.text for turn in third.turns] == ["Grade it.", "4.5", second.prompt, '{"score": 10}']
    assert "less than or equal to 5" in third.prompt
    assert {request.system for request in model.asked} == {"Be fair."}
    assert told.usage.calls == 3


def test_after_the_last_try_the_row_fails_with_what_was_wrong_and_no_further_call() -> None:
    told, model = asked_for(['{"score": 0}'] * 9, tries=2)
    assert told.values == [None]
    assert told.failed[0].reason == "invalid_reply"
    assert "2 replies were invalid" in told.failed[0].detail
    assert "greater than or equal to 1" in told.failed[0].detail
    assert len(model.asked) == 2


def test_a_model_that_repeats_itself_is_never_asked_the_very_same_again() -> None:
    # An equal request would be answered by the reply that is kept, and the last try would be none.
    _, model = asked_for(["no", "no", "no"])
    assert len({*model.asked}) == 3


def test_an_empty_reply_and_one_of_a_megabyte_go_back_bounded() -> None:
    _, model = asked_for(["", "x" * 1_000_000, "?"])
    assert model.asked[1].turns[1].text == "(nothing)"
    assert len(model.asked[2].turns[-1].text) == MAX_ECHO_CHARS
    assert all(len(request.prompt) < 1000 for request in model.asked)


def test_what_is_known_by_its_schema_alone_is_asked_for_in_the_same_way() -> None:
    def check(found: Any) -> int:
        if not isinstance(found, int):
            raise InvalidReply("it is no number" + "!" * 5000)
        return found

    model = ScriptedLLM(["[]", "7"])
    told = converse(model, [ask_shaped(Shape({"type": "integer"}, check), Request("?"))])
    assert told.values == [7]
    assert model.asked[0].reply_schema == {"type": "integer"}
    assert "it is no number!" in model.asked[1].prompt
    assert len(model.asked[1].prompt) < MAX_ERROR_CHARS + 200


def parts_of(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        schema = [*schema.values()]
    if isinstance(schema, list):
        for one in schema:
            yield from parts_of(one)


@pytest.mark.parametrize("model", [Whole, Node, Grade])
def test_a_schema_is_closed_everywhere_as_strict_endpoints_want_it(model: type[BaseModel]) -> None:
    schema: Any = schema_of(model)
    Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    objects = [part for part in parts_of(schema) if part.get("type") == "object"]
    assert objects
    for part in objects:
        assert part["additionalProperties"] is False
        assert part["required"] == [*part["properties"]]
    for part in parts_of(schema):
        assert "oneOf" not in part
        assert "discriminator" not in part
        assert "$ref" not in part or [*part] == ["$ref"]


def test_a_schema_has_no_defaults_and_keeps_properties_whatever_they_are_called() -> None:
    schema: Any = schema_of(Whole)
    assert [*schema["properties"]] == ["title", "default", "main", "parts", "maybe", "score", "pet"]
    assert schema["properties"]["title"] == {"type": "string", "description": "The title."}
    assert schema["properties"]["main"]["description"] == "The main part."
    assert schema["properties"]["main"]["properties"]["kind"]["enum"] == ["a", "b"]
    assert "default" not in schema["properties"]["default"]


WHOLE = {
    "title": "t", "default": 2, "main": {"name": "m", "kind": "b"}, "parts": [{"name": "p", "kind": "a"}],
    "maybe": None, "score": "high", "pet": {"animal": "dog", "barks": True},
}  # fmt: skip


def test_a_reply_fulfils_the_schema_and_the_model_alike() -> None:
    check: Callable[[Any], bool] = Draft202012Validator(schema_of(Whole)).is_valid
    assert check(WHOLE)
    assert read_reply(Whole, json.dumps(WHOLE)).model_dump() == WHOLE
    for wrong in ({"maybe": 1}, {"main": {"name": "m", "kind": "c"}}, {"pet": {"animal": "dog", "lives": 9}}):
        assert not check({**WHOLE, **wrong})
        with pytest.raises(InvalidReply):
            read_reply(Whole, json.dumps({**WHOLE, **wrong}))


def test_a_failing_reply_raises_where_the_conversation_stands() -> None:
    def talk() -> Any:
        try:
            yield from ask_for(Grade, Request("?"), tries=1)
        except RowError as error:
            return f"caught {error.reason}"

    assert converse(ScriptedLLM([Reply("no")]), [talk()]).values == ["caught invalid_reply"]
