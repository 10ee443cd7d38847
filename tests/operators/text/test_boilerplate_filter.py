"""boilerplate_filter: placeholder text and floods of notices go, a mention stays."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.boilerplate_filter import BoilerplateFilter

LOREM = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore."


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(BoilerplateFilter(**options), [{"text": text} for text in texts])]


def measured(text: str, **options: Any) -> float:
    records = apply_outcome(BoilerplateFilter(**options), batch_of([{"text": text}])).records
    assert records is not None
    return float(records["boilerplate_per_thousand"][0])


@pytest.mark.parametrize("text", [LOREM, LOREM.upper(), "Our team: " + LOREM, "Copyright. CONFIDENTIAL. Watermark."])
def test_placeholder_text_and_notices_are_dropped(text: str) -> None:
    assert kept([text]) == []


def test_a_single_notice_or_mention_drops_no_page() -> None:
    page = "An article about maps. " * 100 + "Copyright 2024 The Authors"
    about = "Designers use lorem ipsum where the words are still to come."
    assert kept([page, about, "Copyright"]) == [page, about, "Copyright"]


def test_one_placeholder_in_a_long_text_does_not_count_for_much() -> None:
    long = "word " * 400_000 + "lorem ipsum"
    assert measured(long) == pytest.approx(1000 / 400_002)
    assert kept([long]) == [long]


@pytest.mark.parametrize(("words", "stays"), [(399, False), (400, True), (401, True)])
def test_by_default_five_in_a_thousand_words_are_allowed(words: int, stays: bool) -> None:
    text = "copyright copyright " + "word " * (words - 2)
    assert measured(text) == pytest.approx(2000 / words)
    assert bool(kept([text])) is stays


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("copyrighted, copyrights, confidentiality", 0),
        ("(Copyright) ©Copyright “Copyright”", 3),
        ("lorem\nipsum, LOREM IPSUM", 2),
        ("loremipsum lorem, ipsum", 0),
        ("版权 Copyright版权", 1),
    ],
)
def test_terms_are_whole_words_in_any_case(text: str, count: int) -> None:
    assert measured(text) == pytest.approx(1000 * count / 200)


def test_terms_can_be_named_and_null_is_no_limit() -> None:
    assert kept(["版权所有，保留一切权利。", LOREM], terms=["保留一切权利"], max_per_thousand=0) == [LOREM]
    assert kept([LOREM], max_per_thousand=None) == [LOREM]
