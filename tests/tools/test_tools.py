"""Wiring, and the tools over data, workflows and the catalogue."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataflow_agent.memory.history import History
from dataflow_agent.operators.core import InvalidInput
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.workflow import Step, Workflow
from dataflow_agent.tools.catalogue import catalogue_tools, describe_operator, found
from dataflow_agent.tools.datasets import dataset_tools, sample_rows, shown_value
from dataflow_agent.tools.wiring import ContextFactory, available, open_catalog
from dataflow_agent.tools.workflows import workflow_tools
from pydantic import SecretStr

AT_LEAST_3 = Workflow(steps=(Step(id="w", operator="word_count_filter", options={"min_words": 3}),)).to_yaml()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", resources={"glossary": "terms.csv"}, llm_base_url=None, llm_model=None)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps({"text": "word " * n, "n": n}) + "\n" for n in range(1, 6)))
    return path


def invoke(tools: list[Any], name: str, **given: Any) -> Any:
    (tool,) = [tool for tool in tools if tool.name == name]
    return tool.invoke(given)


def test_a_context_factory_can_be_sent_to_another_process(tmp_path: Path) -> None:
    factory = ContextFactory(seed=7, resources={"a": "b"}, home=tmp_path)
    context = pickle.loads(pickle.dumps(factory))()
    assert (context.seed, context.resources) == (7, {"a": "b"})
    assert context.workspace is not None
    assert context.workspace.is_dir()
    assert context.workspace.stat().st_mode & 0o077 == 0
    assert context.embedder().dimension > 0
    index = context.open_index("some-index")
    index.replace("stamp", ["a"], np.ones((1, 2)), ["text"])
    assert [name for name, _ in index.nearest(np.ones(2), 1)] == ["a"]
    assert any((tmp_path / "index").iterdir()) == (index.kind == "chroma")


def test_the_factory_opens_the_models_of_the_settings_and_shows_no_key(settings: Settings, tmp_path: Path) -> None:
    named = settings.model_copy(
        update={
            "llm_base_url": "http://127.0.0.1:1/v1",
            "llm_model": "m",
            "llm_api_key": SecretStr("sk-1"),
            "embed_model": "e",
        }
    )
    factory = ContextFactory(home=tmp_path, settings=named)
    assert "sk-1" not in repr(factory)
    context = pickle.loads(pickle.dumps(factory))()
    assert context.identities() == {"llm": "m", "embedder": "endpoint/e"}
    assert context.embedder() is context.embedder()
    assert "sk-1" not in repr(context)


def test_resources_and_a_named_model_are_available(settings: Settings) -> None:
    offered = available({"a": "b"}, settings)
    assert offered.names == {"a"}
    assert "llm" not in offered.needs
    named = settings.model_copy(update={"llm_base_url": "http://127.0.0.1:1/v1", "llm_model": "m"})
    assert "llm" in available({}, named).needs


def test_the_catalogue_holds_operators_and_what_was_done_before(settings: Settings) -> None:
    workflow = Workflow.parse_text(AT_LEAST_3).model_dump(mode="json")
    History(settings.home).remember("tidy the poems", workflow, "completed", when="2026-01-01")
    catalog = open_catalog(settings)
    assert catalog.search("keep texts with at least 50 words", kind="operator")[0].name == "word_count_filter"
    assert catalog.search("tidy the poems", kind="workflow")[0].name == "history-1"


def test_the_catalogue_holds_the_pipelines_that_ship_each_with_a_line_on_it(settings: Settings) -> None:
    hit = found(open_catalog(settings), "clean this crawl for pretraining", 1, "pipeline")[0]
    assert (hit["name"], hit["kind"]) == ("text_pretrain_filter", "pipeline")
    assert hit["summary"] == "Web text made fit for pretraining"


def test_what_is_remembered_later_is_found_by_the_next_opening(settings: Settings) -> None:
    assert open_catalog(settings).search("tidy the poems", kind="workflow") == []
    workflow = Workflow.parse_text(AT_LEAST_3).model_dump(mode="json")
    History(settings.home).remember("tidy the poems", workflow, "completed", when="2026-01-01")
    assert open_catalog(settings).search("tidy the poems", kind="workflow")


def test_each_tool_is_described_in_one_sentence(settings: Settings) -> None:
    for tool in [*dataset_tools(), *workflow_tools(settings), *catalogue_tools(open_catalog(settings))]:
        assert tool.description.endswith(".")
        assert "Raises" not in tool.description
        assert all(argument.get("description") for argument in tool.args.values()), tool.name


def test_data_is_profiled_and_sampled(data: Path) -> None:
    seen = invoke(dataset_tools(), "profile_data", files=[str(data)])
    assert [column["name"] for column in seen["schema"]["columns"]] == ["text", "n"]
    rows = invoke(dataset_tools(), "sample_rows", files=[str(data)], rows=2)
    assert rows == [{"text": "word ", "n": 1}, {"text": "word word ", "n": 2}]


def test_sampled_values_are_bounded_and_json(tmp_path: Path) -> None:
    path = tmp_path / "wide.jsonl"
    path.write_text(json.dumps({"text": "x" * 9000, "deep": {"a": ["y" * 9000, None, 1.5, True]}}) + "\n")
    (row,) = sample_rows([str(path)])
    assert len(row["text"]) == 501
    assert row["deep"]["a"][1:] == [None, 1.5, True]
    assert len(json.dumps(row)) < 1200


def test_a_workflow_is_checked_run_and_reported(settings: Settings, data: Path, tmp_path: Path) -> None:
    tools, out = workflow_tools(settings), tmp_path / "out.jsonl"
    wrong = AT_LEAST_3.replace("min_words", "min_wrds")
    (fault,) = invoke(tools, "validate_workflow", workflow=wrong, files=[str(data)])
    assert fault["code"] == "unknown_option"
    assert invoke(tools, "validate_workflow", workflow=AT_LEAST_3, files=[str(data)]) == []
    report = invoke(tools, "run_workflow", workflow=AT_LEAST_3, files=[str(data)], output=str(out))
    assert (report["rows_in"], report["rows_out"]) == (5, 3)
    assert len(out.read_text().splitlines()) == 3
    assert invoke(tools, "run_report", run_id=report["id"]) == report
    assert invoke(tools, "run_report")["id"] == report["id"]


def test_the_catalogue_is_searched_with_summaries(settings: Settings) -> None:
    tools = catalogue_tools(open_catalog(settings))
    hits = invoke(tools, "search_catalogue", text="keep texts with at least 50 words", k=2)
    assert len(hits) == 2
    assert hits[0]["name"] == "word_count_filter"
    assert hits[0]["summary"].startswith("Keep rows")
    assert 0 < hits[0]["score"] <= 1


def test_an_operator_is_described_with_an_example_that_is_true() -> None:
    told = describe_operator("word_count_filter")
    assert told["arguments"]["properties"]["min_words"]["default"] == 20
    assert told["example"]["out"] == [row for row in told["example"]["rows"] if len(row["text"].split()) >= 3]


def test_an_operator_that_asks_a_model_is_described_with_its_prompts() -> None:
    told = describe_operator("llm_filter")
    assert told["example"]["options"]["question"] in told["prompts"]["system"]
    assert describe_operator("word_count_filter")["prompts"] == {}


def test_an_unknown_operator_is_told_with_the_nearest() -> None:
    with pytest.raises(InvalidInput, match="did you mean 'word_count_filter'"):
        describe_operator("word_cout_filter")


def test_of_a_document_only_its_size_is_shown() -> None:
    assert shown_value({"path": "a.pdf", "bytes": b"secret" * 200}) == {"path": "a.pdf", "bytes": "(1,200 bytes)"}
