"""Operators that the planner has never heard of are planned with by their names, options, phrases and bounds."""

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest
from dataflow_agent.agent.planners.offline import OfflinePlanner
from dataflow_agent.agent.state import Draft
from dataflow_agent.memory.catalog import fresh_catalog, operator_entries
from dataflow_agent.operators.core import (
    Batch,
    Column,
    Columns,
    DType,
    Evaluator,
    Operator,
    OutputColumn,
    Range,
    Refiner,
    RowFilter,
    Text,
    TextFilter,
    TextView,
)
from dataflow_agent.operators.core.embedder import default_embedder
from dataflow_agent.operators.core.vectors import InMemoryStore
from dataflow_agent.tools.profile import Profile
from pydantic import Field

Plan = Callable[[str], Draft]


def _newcomers() -> list[type[Operator]]:
    class ParagraphCountFilter(TextFilter):
        """Keep rows whose text has between so many and so many paragraphs."""

        name = "test_paragraph_count_filter"
        limits = ("min_paragraphs", "max_paragraphs")
        phrases = ("at least 3 paragraphs", "drop texts with many paragraphs")
        min_paragraphs: int | None = Field(default=3, ge=0, description="Fewest paragraphs.")
        max_paragraphs: int | None = Field(default=None, ge=0, description="Most paragraphs.")

        def metric(self, text: TextView) -> float:
            return text.text.count("\n\n") + 1

        def keep(self) -> Range:
            return Range(self.min_paragraphs, self.max_paragraphs)

    class SymbolRatioFilter(TextFilter):
        """Keep texts with few symbols for each word."""

        name = "test_symbol_ratio_filter"
        limits = ("max_ratio",)
        phrases = ("at most 10 % symbols", "drop texts full of symbols")
        max_ratio: float = Field(default=0.1, ge=0, le=1, description="Most symbols for each word.")

        def metric(self, text: TextView) -> float:
            return 0.0

        def keep(self) -> Range:
            return Range(None, self.max_ratio)

    class SampleRows(RowFilter):
        """Keep a random part of the rows."""

        name = "test_sample_rows"
        phrases = ("take a random sample of 1000 rows", "sample 10 percent of the data")
        count: int | None = Field(default=None, ge=1, description="Rows to keep.")
        share: float | None = Field(default=None, gt=0, le=1, description="Share of the rows to keep.")

        def metrics(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
            return {}

        def keep(self) -> Range:
            return Range()

    class ReverseText(Refiner):
        """Write texts backwards."""

        name = "test_reverse_text"
        phrases = ("reverse the text", "write texts backwards")

        def refine(self, text: str) -> str:
            return text[::-1]

    class ToxicityScore(Evaluator):
        """Score how toxic texts are."""

        name = "test_toxicity_score"
        phrases = ("score toxicity", "how toxic are the texts")
        column: Column[Text] = Field(default="text", description="Column that holds the text.")
        output: OutputColumn = Field(default="toxicity", description="Column to write to.")

        def writes(self) -> dict[str, DType]:
            return {self.output: "number"}

        def scores(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
            return {}

    class SortRows(RowFilter):
        """Put the rows in order by one or more columns."""

        name = "test_sort_rows"
        phrases = ("sort by score", "order rows by date")
        columns: Columns = Field(default=("id",), description="Columns to sort by.")

        def metrics(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
            return {}

        def keep(self) -> Range:
            return Range()

    return [ParagraphCountFilter, SymbolRatioFilter, SampleRows, ReverseText, ToxicityScore, SortRows]


@pytest.fixture(scope="module")
def plan(operators: dict[str, type[Operator]], profiles: dict[str, Profile]) -> Iterator[Plan]:
    newcomers = _newcomers()
    others = {name: cls for name, cls in operators.items() if f"test_{name}" not in {one.name for one in newcomers}}
    known = {**others, **{cls.name: cls for cls in newcomers}}
    catalog = fresh_catalog(InMemoryStore(), default_embedder(), operator_entries(known))
    yield lambda request: OfflinePlanner(known).draft(request, profiles["web"], catalog)
    for cls in newcomers:
        del Operator.registry[cls.name]


@pytest.mark.parametrize(
    ("request_", "operator", "options"),
    [
        ("drop texts with fewer than 5 paragraphs", "test_paragraph_count_filter", {"min_paragraphs": 5}),
        ("at most 40 paragraphs", "test_paragraph_count_filter", {"min_paragraphs": None, "max_paragraphs": 40}),
        ("no more than 20 % symbols", "test_symbol_ratio_filter", {"max_ratio": 0.2}),
        ("drop texts with more than 30% symbols", "test_symbol_ratio_filter", {"max_ratio": 0.3}),
        ("take a random sample of 500 rows", "test_sample_rows", {"count": 500}),
        ("sample 5 % of the rows", "test_sample_rows", {"share": 0.05}),
        ("reverse the titles", "test_reverse_text", {"column": "title"}),
        ("score the toxicity into column tox", "test_toxicity_score", {"output": "tox"}),
        ("sort by score", "test_sort_rows", {"columns": ["score"]}),
    ],
)
def test_a_new_operator_is_found_and_set(plan: Plan, request_: str, operator: str, options: dict[str, Any]) -> None:
    (step,) = plan(request_).workflow.steps
    assert (step.operator, step.options) == (operator, options)


def test_a_clause_may_be_about_the_column_that_another_writes(plan: Plan) -> None:
    draft = plan("score the toxicity, then drop rows with toxicity above 0.5")
    assert [step.operator for step in draft.workflow.steps] == ["test_toxicity_score", "expression_filter"]
    assert draft.workflow.steps[1].options == {"expression": "toxicity <= 0.5 or toxicity is null"}


def test_scores_are_not_moved_behind_what_was_said_after_them(plan: Plan) -> None:
    draft = plan("score the toxicity and strip html")
    assert [step.operator for step in draft.workflow.steps] == ["test_toxicity_score", "strip_html"]


def test_three_units_in_one_breath_are_three_filters(plan: Plan) -> None:
    draft = plan("keep texts with at least 50 words, 200 characters and 3 paragraphs")
    found = {step.operator: step.options for step in draft.workflow.steps}
    assert found["word_count_filter"] == {"min_words": 50}
    assert found["test_paragraph_count_filter"] == {"min_paragraphs": 3}
    assert len(found) == 3


def test_phrases_of_operators_hardly_ever_mean_another_operator(
    operators: dict[str, type[Operator]], profiles: dict[str, Profile]
) -> None:
    catalog = fresh_catalog(InMemoryStore(), default_embedder(), operator_entries(operators))
    planner, asked, understood, mistaken = OfflinePlanner(operators), 0, 0, list[str]()
    for name, cls in operators.items():
        for phrase in cls.phrases:
            draft = planner.draft(phrase, profiles["web"], catalog)
            planned = {step.operator for step in draft.workflow.steps}
            asked += 1
            understood += name in planned or draft.question is not None
            if planned and name not in planned:
                mistaken.append(f"{name}: {phrase!r} gives {sorted(planned)}")
    assert len(mistaken) <= 0.03 * asked, mistaken
    assert understood >= 0.8 * asked
