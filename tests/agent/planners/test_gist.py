"""What words are near to in meaning, and columns of years and of addresses, over tables made here."""

from collections.abc import Callable

import pytest
from dataflow_agent.agent.planners.nearness import Nearness
from dataflow_agent.agent.planners.offline import OfflinePlanner
from dataflow_agent.agent.state import Draft
from dataflow_agent.memory.catalog import Catalog
from dataflow_agent.operators.core import Operator
from dataflow_agent.tools.profile import ColumnProfile, Profile

from .conftest import profile_of, text

Planned = Callable[[str, Profile], Draft]


@pytest.fixture(scope="module")
def planned(catalog: Catalog, operators: dict[str, type[Operator]]) -> Planned:
    """Plans a request over data of any shape."""
    planner = OfflinePlanner(operators)
    return lambda request, profile: planner.draft(request, profile, catalog)


def _events() -> Profile:
    return profile_of(
        text("blurb", 300),
        ColumnProfile(name="price_eur", dtype="number"),
        ColumnProfile(name="upvotes", dtype="integer"),
        ColumnProfile(name="outdoor", dtype="boolean"),
        ColumnProfile(name="in_stock", dtype="boolean"),
        ColumnProfile(name="is_ad", dtype="boolean"),
    )


@pytest.mark.parametrize(
    ("words", "flag"), [("under the open sky", "outdoor"), ("out of stock", "in_stock"), ("short", None), ("", None)]
)
def test_words_are_near_to_the_flag_they_are_about_or_to_none(words: str, flag: str | None) -> None:
    found = Nearness(_events()).flag(words.split())
    assert (found.name if found else None) == flag


@pytest.mark.parametrize(("words", "column"), [("voted", "upvotes"), ("rhubarb", None)])
def test_words_are_near_to_the_number_they_are_about_or_to_none(words: str, column: str | None) -> None:
    found = Nearness(_events()).number(words.split())
    assert (found.name if found else None) == column


@pytest.mark.parametrize(
    ("request_", "expression"),
    [
        ("bin whatever we cant ship because its out of stock", "in_stock != false or in_stock is null"),
        ("chuck out the ones that got voted below 5", "upvotes >= 5 or upvotes is null"),
    ],
)
def test_rows_are_found_by_the_column_that_a_sentence_is_about(
    planned: Planned, request_: str, expression: str
) -> None:
    draft = planned(request_, _events())
    assert [dict(step.options) for step in draft.workflow.steps] == [{"expression": expression}]
    assert not draft.not_covered


def test_an_address_of_each_row_is_a_column_and_links_in_texts_are_none(planned: Planned) -> None:
    pages = profile_of(text("body", 900), ColumnProfile(name="url", dtype="text", mean_words=1.0, distinct_share=1.0))
    assert [dict(step.options) for step in planned("the url can go", pages).workflow.steps] == [{"drop": ["url"]}]
    assert [step.operator for step in planned("the urls in the body can go", pages).workflow.steps] == ["strip_urls"]
