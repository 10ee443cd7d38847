"""Conditions on columns, and their complements."""

import polars as pl
import pytest
from dataflow_agent.agent.planners.conditions import complement
from dataflow_agent.agent.planners.marks import mark
from dataflow_agent.operators.core.expression import Expression, parse_expression
from dataflow_agent.operators.core.schema import Schema
from dataflow_agent.tools.profile import Profile
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("rows where score is at least 0.5", "score >= 0.5"),
        ("rows whose score is more than 0.5", "score > 0.5"),
        ("rows with a score of at most 0.5", "score <= 0.5"),
        ("score between 0.2 and 0.8", "score >= 0.2 and score <= 0.8"),
        ("score = 0.5", "score = 0.5"),
        ("views != 5", "views != 5"),
        ("views is not 5", "views != 5"),
        ("more than 500 views", "views > 500"),
        ("views > 100 and lang is 'en'", 'views > 100 and lang = "en"'),
        ("views > 100 or score < 0.1 and lang is en", 'views > 100 or score < 0.1 and lang = "en"'),
        ("source is wiki", 'source = "wiki"'),
        ("source is WIKI", 'source = "wiki"'),
        ("source isn't wiki", 'source != "wiki"'),
        ("source is not equal to wiki", 'source != "wiki"'),
        ("source is wiki or news", 'source in ("wiki", "news")'),
        ("source is one of wiki, news", 'source in ("wiki", "news")'),
        ("the source column equals 'blog'", 'source = "blog"'),
        ("title contains 'python'", 'title contains "python"'),
        ("title does not contain 'python'", 'title not contains "python"'),
        ("title starts with 'The'", 'title starts with "The"'),
        ("title ends with '.'", 'title ends with "."'),
        ("documents containing 'lorem ipsum'", 'text contains "lorem ipsum"'),
        ("documents containing 'a' or 'b'", 'text contains "a" or text contains "b"'),
        ("views is missing", "views is null"),
        ("views is not null", "views is not null"),
        ("title is empty", "title is blank"),
        ("rows with a title", "title is not blank"),
        ("rows without a score", "score is null"),
        ("is_ad is true", "is_ad = true"),
        ("rows where is_ad", "is_ad = true"),
        ("source is 'it\\'s'", None),
    ],
)
def test_a_condition_is_read(text: str, expression: str | None, profiles: dict[str, Profile]) -> None:
    found = mark(text, profiles["web"]).conditions
    if expression is None:
        assert all(parse_expression(one.text) for one in found)
        return
    (condition,) = found
    assert condition.text == str(parse_expression(expression))


def test_a_language_is_written_as_the_labels_are(profiles: dict[str, Profile]) -> None:
    (condition,) = mark("lang is English", profiles["pages"]).conditions
    assert condition.text == 'lang = "en"'


@pytest.mark.parametrize(
    "text",
    [
        "keep the source",
        "strip html from the title",
        "keep rows whose rating is at least 4",
        "text is not in English",
        "at least 50 words",
    ],
)
def test_what_is_no_condition_is_not_read_as_one(text: str, profiles: dict[str, Profile]) -> None:
    assert mark(text, profiles["web"]).conditions == ()


def test_a_value_from_the_request_stays_a_value(profiles: dict[str, Profile]) -> None:
    hostile = 'x" or source is not null or source = "'
    (condition,) = mark(f"source is '{hostile}'", profiles["web"]).conditions
    assert parse_expression(condition.text).columns() == ("source",)
    frame = pl.DataFrame({"source": ["wiki", hostile, None]})
    assert parse_expression(condition.text).mask(frame, Schema.of(source="text")).to_list() == [False, True, False]


SCHEMA = Schema.of(n="integer", s="text")
tests = st.sampled_from(
    ["n = 1", "n != 1", "n < 1", "n >= 1", "n is null", "n is not null", 's = "a"', 's in ("a", "b")', 's contains "a"']
)
conditions = st.recursive(
    tests,
    lambda inner: st.builds(
        lambda left, word, right: f"({left}) {word} ({right})", inner, st.sampled_from(["and", "or"]), inner
    ),
    max_leaves=4,
)
rows = st.lists(
    st.tuples(st.sampled_from([None, 0, 1, 2]), st.sampled_from([None, "", "a", "ab"])), min_size=1, max_size=8
)


@settings(deadline=None)
@given(conditions, rows)
def test_every_row_is_kept_by_a_condition_or_by_its_complement(
    text: str, values: list[tuple[int | None, str | None]]
) -> None:
    frame = pl.DataFrame(values, schema={"n": pl.Int64, "s": pl.String}, orient="row")
    stated = parse_expression(text)
    other = parse_expression(str(Expression(complement(stated.condition))))
    assert (stated.mask(frame, SCHEMA) != other.mask(frame, SCHEMA)).all()
