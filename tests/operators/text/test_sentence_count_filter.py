"""sentence_count_filter: what a sentence is, and that its limits are kept."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.sentence_count_filter import SentenceCountFilter


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(SentenceCountFilter(**options), [{"text": text} for text in texts])]


def counted(text: str, **options: Any) -> int:
    records = apply_outcome(SentenceCountFilter(**options), batch_of([{"text": text}])).records
    assert records is not None
    return int(records["sentence_count"][0])


@pytest.mark.parametrize(("count", "stays"), [(2, False), (3, True), (5, True), (6, False)])
def test_both_limits_belong_to_the_range(count: int, stays: bool) -> None:
    assert bool(kept(["It rains. " * count], min_sentences=3, max_sentences=5)) is stays


@pytest.mark.parametrize(("count", "stays"), [(2, False), (3, True), (7500, True), (7501, False)])
def test_by_default_3_to_7500_sentences_are_kept(count: int, stays: bool) -> None:
    assert bool(kept(["Yes. " * count])) is stays


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" ... !!! \n ---", 0),
        ("Dr. Smith paid 3.14 dollars.", 1),
        ("今天天气很好。我们去公园。你来吗？", 3),
        ("Ｗｉｄｅ！Ｙｅｓ？", 2),
        ("هل أنت بخير؟ نعم، أنا بخير.", 2),
        ("वह गया। वह आया।", 2),
        ("cafe\u0301. Re\u0301sume\u0301.", 2),
        ("no end mark\nanother line", 2),
        ("really?! yes… no", 3),
    ],
)
def test_sentences_end_as_they_are_written_in_each_script(text: str, count: int) -> None:
    assert counted(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" ... !!! \n ---", 0),
        ("Dr. Smith paid 3.14 dollars.", 3),
        ("today 1.5 or 2", 2),
        ("no end mark\nanother line", 2),
        ("really?! yes… no", 2),
        ("今天天气很好。我们去公园。", 1),
        ("e.g. this", 3),
    ],
)
def test_by_marks_every_full_stop_ends_a_sentence_and_no_other_script_has_any(text: str, count: int) -> None:
    assert counted(text, sentences="marks") == count


def test_a_null_limit_is_no_limit() -> None:
    assert kept(["", "One."], min_sentences=None) == ["", "One."]
    assert kept(["Yes. " * 8000], max_sentences=None) == ["Yes. " * 8000]


def test_limits_that_no_text_can_meet_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 5 and at most 3 sentences"):
        SentenceCountFilter(min_sentences=5, max_sentences=3)
