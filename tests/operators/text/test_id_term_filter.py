"""id_term_filter: what names an identity document counts, and nothing that only looks like it."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.id_term_filter import IdTermFilter


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(IdTermFilter(**options), [{"text": text} for text in texts])]


def counted(text: str) -> int:
    records = apply_outcome(IdTermFilter(), batch_of([{"text": text}])).records
    assert records is not None
    return int(records["id_terms"][0])


@pytest.mark.parametrize(("count", "stays"), [(2, True), (3, False), (4, False)])
def test_by_default_two_mentions_are_allowed_and_three_are_not(count: int, stays: bool) -> None:
    assert bool(kept(["Show your ID card. " * count])) is stays


@pytest.mark.parametrize(
    "term",
    [
        "ID number", "id  cards", "ID-Card", "identity card", "identification number", "Identity\ndocument", "ID No. 5",
        "ID No: 5", "id no #12", "NRIC number", "IC number", "I.D. Number", "I.D. No. 5", "resident registration",
        "身份证", "身 份 證", "身分證", "身份号码",
    ],
)  # fmt: skip
def test_each_name_of_an_identity_document_counts_once(term: str) -> None:
    assert counted(f"({term})") == 1
    assert counted(f"请出示{term}。") == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "identity, Identity and IDENTITY",
        "identification of birds",
        "a valid number and a paid card",
        "the id no longer exists, so the ID no one knows",
        "Do you have an ID? No. I did no harm.",
        "IxDx Number",
        "public number, basic number",
        "他的身份不明，身份认同",
        "candid cardinals",
    ],
)
def test_what_only_looks_like_one_does_not_count(text: str) -> None:
    assert counted(text * 3) == 0
    assert kept([text * 3]) == [text * 3]


def test_the_limit_can_be_moved_and_null_is_no_limit() -> None:
    texts = ["none", "ID card", "ID card, ID number"]
    assert kept(texts, max_terms=0) == texts[:1]
    assert kept(texts, max_terms=1) == texts[:2]
    assert kept(["ID card " * 9], max_terms=None) == ["ID card " * 9]
