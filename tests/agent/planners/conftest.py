"""Profiles and the real catalogue for planner tests."""

from collections.abc import Callable

import pytest
from dataflow_agent.agent.planners.matching import Matcher
from dataflow_agent.agent.planners.offline import OfflinePlanner
from dataflow_agent.agent.state import Draft
from dataflow_agent.memory.catalog import Catalog, fresh_catalog, operator_entries, pipeline_entries
from dataflow_agent.operators.core import Operator, all_operators
from dataflow_agent.operators.core.embedder import default_embedder
from dataflow_agent.operators.core.schema import DType, Schema
from dataflow_agent.operators.core.vectors import InMemoryStore
from dataflow_agent.pipelines.builtin import builtins
from dataflow_agent.tools.profile import ColumnProfile, Profile


def text(
    name: str, chars: float, *looks: str, labels: tuple[str, ...] = (), examples: tuple[str, ...] = ()
) -> ColumnProfile:
    """A column of texts."""
    return ColumnProfile(
        name=name,
        dtype="text",
        distinct_share=0.1 if labels else 1.0,
        mean_chars=chars,
        max_chars=int(chars * 3),
        mean_words=chars / 6,
        looks=looks,  # type: ignore[arg-type]
        examples=examples or labels[:3],
        labels=labels,
    )


def plain(name: str, dtype: DType, *looks: str) -> ColumnProfile:
    """A column without texts."""
    return ColumnProfile(name=name, dtype=dtype, distinct_share=1.0, looks=looks)  # type: ignore[arg-type]


def profile_of(*columns: ColumnProfile) -> Profile:
    """A profile of these columns."""
    schema = Schema.of(**{column.name: column.dtype for column in columns})
    return Profile(columns_schema=schema, rows_seen=500, complete=False, columns=columns, inputs=("data.jsonl",))


PROFILES = {
    "web": profile_of(
        plain("id", "integer", "identifier"),
        text("text", 1500, "prose"),
        text("url", 40, "urls", "identifier"),
        text("title", 40),
        text("source", 5, "label", labels=("wiki", "news", "forum")),
        text("lang", 2, "label"),
        plain("score", "number"),
        plain("views", "integer"),
        plain("is_ad", "boolean"),
    ),
    "pages": profile_of(
        text("text", 1500, "prose"),
        text("lang", 2, "label", labels=("en", "de", "fr")),
        text("url", 40, "urls", "identifier", examples=("https://docs.example.com/a", "https://b.example.org/x")),
        plain("draft", "boolean"),
    ),
    "raw": profile_of(text("id", 12, "identifier"), text("raw_content", 900, "prose", "html"), plain("meta", "nested")),
    "qa": profile_of(
        text("question", 90, "prose"),
        text("answer", 140, "prose"),
        text("kind", 4, "label", labels=("base", "easy", "hard")),
        plain("difficulty", "integer"),
    ),
    "two": profile_of(text("left", 300, "prose"), text("right", 310, "prose")),
    "books": profile_of(
        plain("id", "integer", "identifier"),
        text("body", 1500, "prose"),
        plain("year", "integer"),
        text("author", 20),
        text("genre", 5, "label", labels=("novel", "essay", "poem")),
        plain("quality", "number"),
        plain("perplexity", "number"),
        plain("tags", "nested"),
        text("kind", 5, "label", labels=("new", "old")),
    ),
    "scores": profile_of(text("note", 80, "prose"), plain("staff_score", "integer"), plain("room_score", "integer")),
    "worked": profile_of(text("problem", 300, "prose"), text("worked_out", 310, "prose"), plain("grade", "integer")),
    "pieces": profile_of(text("description", 200, "prose"), plain("height_cm", "number"), plain("width_cm", "number")),
    "chat": profile_of(plain("id", "integer", "identifier"), plain("messages", "nested")),
    "comments": profile_of(
        plain("id", "integer", "identifier"), text("comment", 120, "prose"), text("user", 8, "identifier")
    ),
    "pairs": profile_of(text("instruction", 80, "prose"), text("output", 150, "prose")),
    "graded": profile_of(text("question", 90, "prose"), text("prediction", 120, "prose"), text("gold", 110, "prose")),
    "talks": profile_of(
        plain("id", "integer", "identifier"), text("chat", 900, "prose"), text("summary", 200, "prose")
    ),
    "code": profile_of(text("text", 2000, "code"), text("path", 40, "identifier"), text("language", 6, "label")),
    "taxonomy": profile_of(text("domain", 14), text("topic", 20), text("subtopic", 25)),
    "articles": profile_of(text("text", 1500, "prose")),
    "docs": profile_of(text("path", 30), text("media_type", 15), plain("bytes", "bytes")),
    "rag": profile_of(
        text("question", 90, "prose"),
        text("answer", 20),
        text("identifier", 15),
        text("text", 1500, "prose"),
        text("doc", 10, "identifier"),
    ),
    "databases": profile_of(text("db_id", 8, "identifier")),
    "sql": profile_of(text("db_id", 8, "identifier"), text("question", 90, "prose"), text("SQL", 120)),
    "numbers": profile_of(plain("id", "integer", "identifier"), plain("score", "number")),
    "tickets": profile_of(
        text("ticket", 6, "identifier"),
        text("subject", 40),
        text("message", 400, "prose", "html"),
        text("agent_reply", 300, "prose"),
        text("channel", 5, "label", labels=("email", "chat", "phone")),
        text("priority", 5, "label", labels=("low", "normal", "high", "urgent")),
        plain("csat", "integer"),
        plain("open", "boolean"),
        plain("days_to_solve", "integer"),
    ),
    "goods": profile_of(
        text("sku", 8, "identifier"),
        text("name", 20),
        text("description", 250, "prose"),
        text("category", 7, "label", labels=("kitchen", "garden", "toys", "office")),
        plain("price", "number"),
        plain("rating", "number"),
        plain("stock", "integer"),
        plain("discontinued", "boolean"),
    ),
    "parcels": profile_of(
        text("parcel_id", 4, "identifier"),
        text("carrier", 4, "label", labels=("DHL", "UPS", "Hermes", "GLS")),
        text("status", 8, "label", labels=("delivered", "lost", "returned", "in transit")),
        plain("weight_kg", "number"),
        plain("price", "number"),
        plain("rating", "integer"),
        text("shipped", 10, examples=("2025-01-06", "2025-02-14", "2025-03-02")),
        plain("insured", "boolean"),
        plain("has_tracking", "boolean"),
        text("comment", 80, "prose"),
    ),
    "reviews": profile_of(
        plain("id", "integer", "identifier"),
        text("title", 30),
        text("review", 300, "prose"),
        plain("rating", "integer"),
        plain("helpful_votes", "integer"),
        plain("verified", "boolean"),
        plain("year", "integer"),
    ),
    "news": profile_of(
        plain("id", "integer", "identifier"),
        text("body", 400, "prose"),
        text("desk", 6, "label", labels=("politics", "sports", "history")),
        text("license", 8, "label", labels=("MIT", "GPL-2.0", "GPL-3.0", "Apache-2.0")),
        text("cuisine", 8, "label", labels=("italian", "thai")),
        text("published", 10, examples=("2024-03-02", "2024-11-30")),
    ),
}
"""Data of several shapes, by name."""


@pytest.fixture(scope="session")
def operators() -> dict[str, type[Operator]]:
    """The operators that ship; no doubles, and none that another test defined."""
    package = Operator.__module__.rpartition(".core")[0]
    return {
        n: c for n, c in all_operators().items() if c.__module__.startswith(package) and ".core." not in c.__module__
    }


@pytest.fixture(scope="session")
def catalog(operators: dict[str, type[Operator]]) -> Catalog:
    """All operators and pipelines, found by the embedder that ships."""
    entries = [*operator_entries(operators), *pipeline_entries(builtins())]
    return fresh_catalog(InMemoryStore(), default_embedder(), entries)


@pytest.fixture(scope="session")
def matcher(catalog: Catalog, operators: dict[str, type[Operator]]) -> Matcher:
    """Finds operators in the catalogue."""
    return Matcher(catalog, operators)


@pytest.fixture(scope="session")
def profiles() -> dict[str, Profile]:
    """Data of several shapes, by name."""
    return PROFILES


@pytest.fixture(scope="session")
def plan(catalog: Catalog, operators: dict[str, type[Operator]]) -> Callable[..., Draft]:
    """Plans a request over data of one shape: `plan("strip html", "qa", "answer to its question")`."""
    planner = OfflinePlanner(operators)

    def planned(request: str, data: str = "web", *answers: str) -> Draft:
        return planner.draft(request, PROFILES[data], catalog, answers=answers)

    return planned
