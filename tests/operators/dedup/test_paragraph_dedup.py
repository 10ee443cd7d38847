"""paragraph_dedup: what stood in an earlier text is taken out of a later one, and nothing else."""

import re
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import Outcome
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.dedup.paragraph_dedup import ParagraphDedup
from hypothesis import given
from hypothesis import strategies as st

NOTICE = "Please accept all our cookies now."
A, B = "Alpha comes first of them all.", "Beta comes second of them all."


def outcome(texts: list[Any], **options: Any) -> Outcome:
    return apply_outcome(ParagraphDedup(**options), batch_of([{"text": text} for text in texts]))


def after(texts: list[Any], **options: Any) -> list[Any]:
    return [row["text"] for row in outcome(texts, **options).rows.rows()]


def measured(texts: list[Any], metric: str, **options: Any) -> list[Any]:
    records = outcome(texts, **options).records
    assert records is not None
    return records[metric].to_list()


def test_a_paragraph_stays_only_where_it_stands_first() -> None:
    texts = [f"{A}\n\n{NOTICE}", f"{NOTICE}\n\n{B}", f"{B}\n\n{A}\n\nA new thought comes in here."]
    assert after(texts) == [texts[0], B, "A new thought comes in here."]


def test_what_a_text_repeats_of_itself_goes_too() -> None:
    assert after([f"{A}\n\n{B}\n\n{A}"]) == [f"{A}\n\n{B}"]


def test_a_text_of_which_nothing_remains_is_empty_and_its_row_stays() -> None:
    assert after([NOTICE, NOTICE]) == [NOTICE, ""]


@pytest.mark.parametrize("gap", ["\n\n", "\n\n\n", "\n \t\n", "\r\n\r\n"])
def test_breaks_that_stay_are_those_that_were_there(gap: str) -> None:
    assert after([NOTICE, f"{A}{gap}{NOTICE}{gap}{B}"]) == [NOTICE, f"{A}{gap}{B}"]


def test_a_text_that_loses_nothing_is_not_touched() -> None:
    odd = f"\n\n  {A}\n\n\n \n{B} \n\n"
    assert after([NOTICE, odd]) == [NOTICE, odd]


def test_single_line_ends_divide_no_paragraphs_but_lines() -> None:
    texts = [f"{A}\n{NOTICE}", f"{B}\n{NOTICE}"]
    assert after(texts) == texts
    assert after(texts, unit="line") == [texts[0], B]
    assert after([NOTICE, f"{A}\r\n{NOTICE}\r\n{B}"], unit="line") == [NOTICE, f"{A}\r\n{B}"]


@pytest.mark.parametrize(("words", "stays"), [(5, True), (6, False), (7, False)])
def test_paragraphs_below_the_least_number_of_words_stay(words: int, stays: bool) -> None:
    paragraph = " ".join(f"w{n}" for n in range(words))
    assert after([paragraph, paragraph], min_words=6) == [paragraph, paragraph if stays else ""]


def test_words_of_scripts_without_spaces_count() -> None:
    paragraph = "请接受所有饼干"
    assert after([paragraph, paragraph], min_words=7) == [paragraph, ""]
    assert after([paragraph, paragraph], min_words=8) == [paragraph, paragraph]


@pytest.mark.parametrize("other", [NOTICE.upper(), f"  {NOTICE.replace(' ', '  ')} ", NOTICE.replace("all", "ａｌｌ")])
def test_case_white_space_and_unicode_form_do_not_count_unless_asked_for(other: str) -> None:
    assert after([NOTICE, other]) == [NOTICE, ""]
    assert after([NOTICE, other], normalize=False) == [NOTICE, other]


def test_the_metrics_say_how_much_went() -> None:
    texts = [NOTICE, f"{A}\n\n{NOTICE}", "", None]
    assert measured(texts, "removed_paragraphs") == [0, 1, 0, None]
    lost = len(NOTICE) + 2
    assert measured(texts, "removed_share") == pytest.approx([0, lost / (len(A) + lost), 0, None], nan_ok=True)


def test_it_writes_to_another_column_when_asked() -> None:
    rows = apply_rows(ParagraphDedup(output="short"), [{"text": NOTICE}, {"text": NOTICE}])
    assert rows == [{"text": NOTICE, "short": NOTICE}, {"text": NOTICE, "short": ""}]


def test_values_that_are_no_texts_keep_their_type() -> None:
    assert after([NOTICE, 7, None, [NOTICE], NOTICE]) == [NOTICE, 7, None, [NOTICE], ""]


WORDS = st.sampled_from(["one two", "three", "ONE  two", "x", ""])
TEXTS = st.lists(st.lists(WORDS, max_size=4).map("\n\n".join), min_size=1, max_size=6)


def keys_of(text: str) -> list[str]:
    return [" ".join(paragraph.lower().split()) for paragraph in re.split(r"\n\n+", text)]


@given(TEXTS)
def test_it_does_what_one_pass_with_a_set_does(texts: list[str]) -> None:
    seen: set[str] = {""}
    expected = []
    for text in texts:
        left = []
        for key in keys_of(text):
            left.extend([key] if key not in seen else [])
            seen.add(key)
        expected.append(left)
    assert [[key for key in keys_of(text) if key] for text in after(texts, min_words=1)] == expected


@given(TEXTS, st.integers(1, 3))
def test_the_size_of_parts_changes_nothing(texts: list[str], size: int) -> None:
    operator, batch = ParagraphDedup(min_words=1), batch_of([{"text": text} for text in texts])
    parts = [operator.sketch(batch.slice(start, size), None) for start in range(0, len(batch), size)]
    assert pl.concat(parts).equals(operator.sketch(batch, None))
