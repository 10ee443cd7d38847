"""code_document_quality_filter: each of its measures against one told again here, and each limit from both sides."""

import math
from collections import Counter
from itertools import pairwise, product
from typing import Any

import pytest
from dataflow_agent.operators.code.code_document_quality_filter import CodeDocumentQualityFilter
from dataflow_agent.operators.core.testing import apply_outcome, batch_of
from hypothesis import given
from hypothesis import strategies as st

NO_LIMITS: dict[str, Any] = dict.fromkeys(CodeDocumentQualityFilter.limits)
WORDS = ["".join(letters) for letters in product("abcdefghij", repeat=3)]


def record(text: str, **options: Any) -> dict[str, Any]:
    found = apply_outcome(CodeDocumentQualityFilter(**options), batch_of([{"text": text}])).records
    assert found is not None
    return dict(found.to_dicts()[0])


def only(**limit: float) -> dict[str, Any]:
    return {**NO_LIMITS, **limit}


def repeated(items: list[Any]) -> float:
    counts = Counter(items)
    return sum(one for one in counts.values() if one > 1) / len(items) if items else 0


def test_the_limits_are_those_of_dataflows_pipeline() -> None:
    shares = {f"max_duplicate_{n}gram_ratio": 0.3 if n <= 5 else None for n in range(2, 11)}
    assert CodeDocumentQualityFilter().model_dump(exclude={"column", "on_null"}) == {
        "min_chars": 100,
        "max_chars": 100_000,
        "min_words": 10,
        "max_words": 50_000,
        "max_duplicate_line_ratio": 0.3,
        **shares,
        "max_curly_bracket_ratio": 0.1,
        "max_capital_word_ratio": 0.3,
        "min_entropy_bits": 2.0,
    }


@pytest.mark.parametrize(
    ("limit", "inside", "outside"),
    [
        ({"min_chars": 100}, "x" * 100, "x" * 99),
        ({"max_chars": 100_000}, "x" * 100_000, "x" * 100_001),
        ({"min_words": 10}, "x " * 10, "x " * 9),
        ({"max_words": 50_000}, "x " * 50_000, "x " * 50_001),
        ({"max_duplicate_line_ratio": 0.3}, "a\nb\nc\nd\ne\nf\ng\nx\n x\nx ", "a\nb\nc\nd\ne\nf\nx\n x\nx "),
        ({"max_duplicate_2gram_ratio": 0.5}, "a b a b c", "a b a b"),
        ({"max_duplicate_3gram_ratio": 0.5}, "a b c a b c", "a b c a b c a"),
        ({"max_curly_bracket_ratio": 0.1}, "{" + "x" * 9, "{" + "x" * 8),
        ({"max_capital_word_ratio": 0.25}, "AB c d e", "AB c d"),
        ({"min_entropy_bits": 2.0}, "a b c d", "a b c c"),
    ],
)
def test_each_limit_belongs_to_what_is_kept(limit: dict[str, float], inside: str, outside: str) -> None:
    assert record(inside, **only(**limit))["fate"] == "kept"
    assert record(outside, **only(**limit))["fate"] == "dropped"


@pytest.mark.parametrize("n", range(2, 11))
def test_runs_of_n_words_are_found_where_shorter_limits_are_off(n: int) -> None:
    run = " ".join(WORDS[:n])
    twice = f"{run} {' '.join(WORDS[20:40])} {run}"
    found = record(twice, **only(**{f"max_duplicate_{n}gram_ratio": 0}))
    assert (found["fate"], found["reason"]) == ("dropped", f"duplicate_{n}gram_ratio_too_high")
    if n < 10:
        assert found[f"duplicate_{n + 1}gram_ratio"] == 0
        assert record(twice, **only(**{f"max_duplicate_{n + 1}gram_ratio": 0}))["fate"] == "kept"


@given(st.text("ab A_{}\n\r.é你", max_size=40))
def test_every_measure_is_what_its_description_says(text: str) -> None:
    words: list[str] = "".join(one if one.isalnum() or one == "_" else " " for one in text).split()
    lines = [line.strip() for line in text.replace("\r", "\n").split("\n") if line.strip()]
    found = record(text, **NO_LIMITS)
    counts = Counter(words).values()
    wanted = {
        "chars": len(text),
        "words": len(words),
        "duplicate_line_ratio": repeated(lines),
        **{
            f"duplicate_{n}gram_ratio": repeated([tuple(words[at : at + n]) for at in range(len(words) - n + 1)])
            for n in range(2, 11)
        },
        "curly_bracket_ratio": sum(one in "{}" for one in text) / max(1, len(text)),
        "capital_word_ratio": sum(one.isupper() and len(one) > 1 for one in words) / max(1, len(words)),
        "entropy_bits": sum(one / len(words) * math.log2(len(words) / one) for one in counts),
    }
    assert {name: found[name] for name in wanted} == pytest.approx(wanted, abs=1e-9)


def test_neighbouring_ngrams_are_not_confused_however_many_words_there_are() -> None:
    text = " ".join(f"{one} {other}" for one, other in pairwise(WORDS))
    found = record(text, **NO_LIMITS)
    assert found["duplicate_2gram_ratio"] == pytest.approx(0)
    assert found["duplicate_line_ratio"] == 0


@pytest.mark.parametrize("text", ["\0" * 200, "\r\n" * 200, "", "\ufffd" * 200])
def test_a_text_without_words_is_measured_and_dropped_for_it(text: str) -> None:
    found = record(text)
    assert (found["words"], found["entropy_bits"], found["fate"]) == (0, 0, "dropped")
