"""Rows made from a request show a reversed, misplaced or missing limit, and never accuse a plan that is right."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.agent.canaries import tried_on_canaries
from dataflow_agent.agent.canary_claims import CountClaim, LanguageClaim, MemberClaim
from dataflow_agent.agent.canary_reading import read_claims
from dataflow_agent.agent.canary_texts import LANGUAGE_TEXTS, words_of
from dataflow_agent.agent.state import Ask, Draft
from dataflow_agent.operators.core import Fault
from dataflow_agent.operators.core.dataset import Dataset
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.text._languages import language_model
from dataflow_agent.pipelines.run import RunResult, run
from dataflow_agent.pipelines.validate import validate
from dataflow_agent.pipelines.workflow import Step, Workflow
from dataflow_agent.tools.profile import Profile, profile

Try = Callable[..., list[Fault]]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    """Texts with a title, a source and a language."""
    file = tmp_path_factory.mktemp("data") / "data.jsonl"
    rows = [
        f'{{"text": "{words_of(60 + at, at)}", "title": "{words_of(6, at)[:-1]}", "source": "{source}", "views": {at}}}'
        for at in range(8)
        for source in ("wiki", "news", "forum")
    ]
    file.write_text("\n".join(rows), encoding="utf-8")
    return profile(Dataset.open([file]))


@pytest.fixture
def tried(seen: Profile, tmp_path: Path) -> Try:
    """Tries steps on the canaries of a request whose clauses are given with the steps that serve them."""

    def carry_out(workflow: Workflow, data: Path, output: Path) -> RunResult:
        return run(workflow, data, output, settings=Settings(home=tmp_path / "home"))

    def attempt(
        request: str, *steps: tuple[str, Mapping[str, Any]], asks: Mapping[str, str] | None = None
    ) -> list[Fault]:
        served = asks or {request: steps[0][0] if steps else ""}
        workflow = Workflow(steps=tuple(Step(id=name, operator=name, options=dict(options)) for name, options in steps))
        faults = validate(workflow, seen.schema) if steps else []
        assert not [fault for fault in faults if fault.severity == "error"]
        draft = Draft(
            workflow=workflow,
            asks=tuple(Ask(text=text, steps=(step,) if step else ()) for text, step in served.items()),
        )
        return tried_on_canaries(draft, seen, partial(carry_out), request=request, folder=tmp_path)

    return attempt


WORDS = "word_count_filter"


@pytest.mark.parametrize(
    ("request_", "right", "wrong"),
    [
        ("keep texts with at least 50 words", {"min_words": 50}, {"min_words": None, "max_words": 50}),
        ("keep texts with at least 50 words", {"min_words": 50}, {"min_words": 49}),
        ("keep texts with at least 50 words", {"min_words": 50}, {"min_words": 51}),
        ("keep texts with at least 50 words", {"min_words": 50}, {"min_words": 50, "column": "title"}),
        ("drop texts under 50 words", {"min_words": 50}, {"min_words": 500}),
        ("remove texts over 90 words", {"min_words": None, "max_words": 90}, {"min_words": 90}),
        ("keep texts of 20 to 90 words", {"min_words": 20, "max_words": 90}, {"min_words": 20, "max_words": 91}),
    ],
)
def test_a_limit_that_keeps_other_texts_is_caught_and_the_right_one_is_not(
    request_: str, right: dict[str, Any], wrong: dict[str, Any], tried: Try
) -> None:
    assert tried(request_, (WORDS, right)) == []
    faults = tried(request_, (WORDS, wrong))
    assert faults
    assert {(fault.code, fault.severity, fault.step) for fault in faults} == {("canary", "error", WORDS)}


def test_the_fault_says_which_text_and_which_words(tried: Try) -> None:
    (fault,) = tried("keep texts with at least 50 words", (WORDS, {"min_words": 49}))
    assert fault.message == (
        "the plan would keep a text of 49 words although “at least 50 words” was asked (step word_count_filter)"
    )


@pytest.mark.parametrize(
    ("request_", "operator", "right", "wrong"),
    [
        ("keep only German", "language_filter", {"languages": ["de"]}, {"languages": ["de"], "exclude": True}),
        ("remove French texts", "language_filter", {"languages": ["fr"], "exclude": True}, {"languages": ["fr"]}),
        (
            "drop rows whose source is wiki",
            "expression_filter",
            {"expression": 'source != "wiki"'},
            {"expression": 'source = "wiki"'},
        ),
        ("keep texts with at least 3 sentences", "sentence_count_filter", {"min_sentences": 3}, {"min_sentences": 4}),
        ("keep texts with at least 90 characters", "char_count_filter", {"min_chars": 90}, {"min_chars": 89}),
    ],
)
def test_other_kinds_of_limits_are_tried_too(
    request_: str, operator: str, right: dict[str, Any], wrong: dict[str, Any], tried: Try
) -> None:
    assert tried(request_, (operator, right)) == []
    assert tried(request_, (operator, wrong))


def test_characters_with_white_space_are_as_right_as_without(tried: Try) -> None:
    limits = {"min_chars": 90, "max_chars": 400}
    for spaces in (True, False):
        options = {**limits, "count_white_space": spaces}
        assert tried("keep texts between 90 and 400 characters", ("char_count_filter", options)) == []


def test_a_limit_that_is_missing_is_caught(tried: Try) -> None:
    assert tried("keep texts with at least 50 words")
    assert tried("keep texts with at least 50 words", ("lowercase_text", {}))


def test_a_limit_before_the_markup_is_gone_is_caught(tried: Try) -> None:
    request, limit, strip = "strip html and drop texts under 50 words", (WORDS, {"min_words": 50}), ("strip_html", {})
    asks = {"strip html": "strip_html", "drop texts under 50 words": WORDS}
    assert tried(request, strip, limit, asks=asks) == []
    assert tried(request, limit, strip, asks=asks)


@pytest.mark.parametrize(
    "other",
    [
        ("sample_rows", {"count": 2}),
        ("top_rows", {"score": "views", "count": 1}),
        ("minhash_dedup", {"threshold": 0.3}),
        ("exact_dedup", {"columns": ["source"]}),
        ("chunk_text", {"size": 20}),
        ("shuffle_rows", {}),
        ("reshape_rows", {"drop": ["text"]}),
        ("reshape_rows", {"rename": {"text": "body"}}),
        ("language_filter", {"languages": ["ja"]}),
    ],
)
def test_other_steps_around_a_right_limit_raise_no_alarm(other: tuple[str, dict[str, Any]], tried: Try) -> None:
    limit = (WORDS, {"min_words": 20, "max_words": 90})
    assert tried("keep texts of 20 to 90 words", limit, other) == []


@pytest.mark.parametrize(
    "request_",
    [
        "drop texts with 100 words",
        "drop texts that are both English and under 50 words",
        "drop English texts under 50 words",
        "only for rows whose source is wiki, drop texts under 50 words",
        "split into passages of at most 200 words",
        "summarise each text in at most 50 words",
        "remove words longer than 20 characters",
        "remove sentences shorter than 5 words",
        "keep English texts or texts with at least 50 words",
        "don't drop texts under 50 words",
        "texts don't need to have at least 50 words",
        "keep English, Latin and Danish",
        "keep English. Keep German too.",
        "drop texts over 500 words except English ones",
        "translate texts to English",
        "keep at least 100 English rows",
        "mask names in English texts",
        "strip html from wiki rows only",
    ],
)
def test_what_is_not_sure_is_not_read(request_: str, seen: Profile) -> None:
    assert read_claims(request_, seen) == ()


def test_what_is_sure_is_read(seen: Profile) -> None:
    request = "Strip the HTML, keep only English documents with at least fifty words; delete news and forum posts"
    count, language, member = read_claims(request, seen)
    assert isinstance(count, CountClaim)
    assert (count.low, count.high, count.unit, count.column) == (50, None, "words", "text")
    assert isinstance(language, LanguageClaim)
    assert (language.codes, language.exclude) == (("en",), False)
    assert isinstance(member, MemberClaim)
    assert (member.column, set(member.values), member.exclude) == ("source", {"news", "forum"}, True)


def test_the_texts_are_of_the_languages_they_stand_for() -> None:
    model = language_model()
    table = model.probabilities([*LANGUAGE_TEXTS.values()])
    for row, code in zip(table, LANGUAGE_TEXTS, strict=True):
        assert row[model.codes.index(code)] > 0.95, code


@pytest.mark.parametrize("number", [1, 9, 50, 51, 1000])
def test_a_text_has_the_number_of_words_that_is_wanted(number: int) -> None:
    assert len(words_of(number, 2).split()) == number
