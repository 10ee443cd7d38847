"""Instances of JSON schemas: valid for what pydantic writes, the same for a seed, and others where they must differ."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from random import Random
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

import jsonschema
import pytest
from dataflow_agent.operators.core._fake_instances import CannotDraw, Instances
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

SEEDS = range(40)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Scalars(BaseModel):
    text: str
    whole: int
    number: float
    flag: bool
    nothing: None
    anything: Any


class Bounded(BaseModel):
    short: str = Field(max_length=3)
    long: str = Field(min_length=80, max_length=90)
    exact: str = Field(min_length=7, max_length=7)
    stars: int = Field(ge=1, le=5)
    inside: int = Field(gt=0, lt=3)
    only: int = Field(ge=4, le=4)
    below: int = Field(le=-7)
    even: int = Field(multiple_of=2, gt=0, lt=4)
    share: float = Field(gt=0, lt=1)
    edge: float = Field(ge=1, le=1)
    quarter: float = Field(multiple_of=0.25, ge=0, lt=1)
    stripped: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=12)]


class Lists(BaseModel):
    two_to_four: list[int] = Field(min_length=2, max_length=4)
    exactly_nine: list[str] = Field(min_length=9, max_length=9)
    none: list[str] = Field(max_length=0)
    unique: set[Literal["a", "b", "c"]] = Field(min_length=3)
    pair: tuple[int, str]
    nested: list[list[bool]]


class Point(NamedTuple):
    x: int
    y: str


class Choices(BaseModel):
    model_config = ConfigDict(extra="forbid")

    colour: Colour
    grade: Literal["A", "B", "C"]
    one: Literal["only"]
    maybe: int | None
    either: int | list[str] | Colour
    optional: str | None = None
    point: Point


class Kinds(BaseModel):
    when: datetime
    day: date
    span: timedelta
    id: UUID
    path: Path
    amount: Decimal
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-\d{3}$")]
    table: dict[str, int]
    filled: dict[Literal["x", "y", "z"], float] = Field(min_length=2)


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(ge=1, le=9)


class Dog(BaseModel):
    kind: Literal["dog"]
    good: bool


class Pets(BaseModel):
    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]] = Field(min_length=1)


class Tree(BaseModel):
    name: str
    children: list["Tree"]
    parent: "Tree | None"


class Sum(BaseModel):
    left: "Sum | Product | int"
    right: "Sum | Product | int"


class Product(BaseModel):
    factors: list["Sum | Product"] = Field(min_length=1)


MODELS = [Scalars, Bounded, Lists, Choices, Kinds, Pets, Tree, Sum, Product]


@pytest.mark.parametrize("model", MODELS)
def test_instances_are_valid_for_jsonschema_and_for_the_model(model: type[BaseModel]) -> None:
    schema = model.model_json_schema()
    for seed in SEEDS:
        made = Instances(schema, Random(seed)).instance()
        jsonschema.validate(made, schema)
        model.model_validate_json(TypeAdapter(Any).dump_json(made))


@pytest.mark.parametrize("model", MODELS)
def test_other_instances_are_valid_and_differ(model: type[BaseModel]) -> None:
    schema = model.model_json_schema()
    for seed in SEEDS:
        made = Instances(schema, Random(seed)).instance()
        other = Instances(schema, Random(-seed)).other(made)
        jsonschema.validate(other, schema)
        assert other != made


class Judged(BaseModel):
    good: bool
    stars: int = Field(ge=1, le=2)
    grade: Literal["A", "B"]
    share: float
    parts: list[bool]
    why: str


@given(st.integers(0, 2**64), st.booleans(), st.integers(1, 2), st.sampled_from("AB"), st.lists(st.booleans()))
def test_every_boolean_number_and_choice_of_an_other_instance_differs(
    seed: int, good: bool, stars: int, grade: str, parts: list[bool]
) -> None:
    true = {"good": good, "stars": stars, "grade": grade, "share": 0.5, "parts": parts, "why": "since"}
    other = Instances(Judged.model_json_schema(), Random(seed)).other(true)
    assert other["share"] != 0.5
    assert {**other, "share": 0} == {
        "good": not good,
        "stars": 3 - stars,
        "grade": "B" if grade == "A" else "A",
        "share": 0,
        "parts": [not part for part in parts],
        "why": "since",
    }


def test_where_there_are_only_texts_the_texts_of_an_other_instance_differ() -> None:
    schema = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}
    other = Instances(schema, Random(1)).other({"answer": "42"})
    assert isinstance(other["answer"], str)
    assert other["answer"] != "42"


def test_a_seed_makes_the_same_instance_and_another_one_others() -> None:
    schema = Scalars.model_json_schema()
    texts = [Instances(schema, Random(seed)).instance()["text"] for seed in (*SEEDS, *SEEDS)]
    assert texts[: len(SEEDS)] == texts[len(SEEDS) :]
    assert len(set(texts)) == len(SEEDS)


def test_texts_are_made_of_the_given_words() -> None:
    assert set(Instances({"type": "string"}, Random(3), ["tick", "tock"]).instance().split()) <= {"tick", "tock"}


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "string", "pattern": r"^\d{17}[xyz]$"}, "pattern"),
        ({"$ref": "#/$defs/None"}, "nothing at"),
        ({"$defs": {"A": {"$ref": "#/$defs/A"}}, "$ref": "#/$defs/A"}, "without an end"),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "bounds"),
        ({"type": "text"}, "no type"),
        ("string", "object"),
    ],
)
def test_a_schema_without_an_instance_says_why(schema: Any, why: str) -> None:
    with pytest.raises(CannotDraw, match=why):
        Instances(schema, Random(0)).instance()
