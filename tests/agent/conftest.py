"""Data, plans and agents for the tests of the agent."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from dataflow_agent.agent.state import Ask, Check, Draft
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.workflow import Step, Workflow

MakeDraft = Callable[..., Draft]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings without an endpoint and with a home of their own."""
    return Settings(home=tmp_path / "home", llm_base_url=None, llm_api_key=None, llm_model=None)


@pytest.fixture
def crawl(here: Path) -> Path:
    """100 rows; row n has n words."""
    path = here / "crawl.jsonl"
    path.write_text("".join(json.dumps({"text": "word " * n, "n": n}) + "\n" for n in range(1, 101)))
    return path


@pytest.fixture
def at_least() -> MakeDraft:
    """Makes the plan that keeps texts of at least so many words."""

    def make(words: int, **rest: object) -> Draft:
        step = Step(id="word_count_filter", operator="word_count_filter", options={"min_words": words})
        check = Check(kind="word_count", column="text", arguments={"min": words})
        ask = Ask(text=f"at least {words} words", steps=(step.id,), check=check)
        return Draft(workflow=Workflow(steps=(step,)), asks=(ask,), reasons={step.id: "keeps long texts"}).model_copy(
            update=rest
        )

    return make
