"""minhash_dedup: what is similar enough to a row kept before is merged into it, and nothing else."""

import random
import subprocess
import sys
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from dataflow_agent.operators.core import Batch, Context, TextView
from dataflow_agent.operators.core.testing import apply_outcome, batch_of
from dataflow_agent.operators.dedup._minhash import RECALL, choose_bands, signatures
from dataflow_agent.operators.dedup._shingles import jaccard, shingled
from dataflow_agent.operators.dedup.minhash_dedup import MinhashDedup
from hypothesis import given, settings
from hypothesis import strategies as st

SENTENCE = (
    "the quick brown fox jumps over the lazy dog while nine small cats sleep on a warm stone wall by the old river"
)


@cache
def shingles_of(text: str, size: int) -> frozenset[tuple[str, ...]]:
    words = text.lower().split()
    return frozenset(tuple(words[i : i + size]) for i in range(max(len(words) - size + 1, 1)))


def overlap(one: str, other: str, size: int = 5) -> float:
    left, right = shingles_of(one, size), shingles_of(other, size)
    return len(left & right) / len(left | right)


def naive(texts: list[str], threshold: float, size: int) -> list[tuple[int, float] | None]:
    """For each text the first kept one that is similar enough, by comparing all with all."""
    found: list[tuple[int, float] | None] = []
    for i, text in enumerate(texts):
        kept = (j for j in range(i) if found[j] is None and overlap(texts[j], text, size) >= threshold)
        target = next(kept, None)
        found.append(None if target is None else (target, overlap(texts[target], text, size)))
    return found


def merged(texts: list[Any], **options: Any) -> list[tuple[int, float] | None]:
    """For each text its target and similarity, or None when it is kept."""
    records = apply_outcome(MinhashDedup(**options), batch_of([{"text": text} for text in texts])).records
    assert records is not None
    assert set(records["fate"]) <= {"kept", "merged"}
    return [
        None if target is None else (int(target.partition(":")[2]) - 1, similarity)
        for target, similarity in records.select("target", "similarity").iter_rows()
    ]


def changed(text: str, times: int, rng: random.Random) -> str:
    words = text.split()
    for _ in range(times):
        words[rng.randrange(len(words))] = f"new{rng.randrange(10**6)}"
    return " ".join(words)


def test_a_near_duplicate_is_merged_into_the_row_kept_before_it() -> None:
    other = (
        "an entirely different sentence about ships and harbours that shares no five words with the first one at all"
    )
    nearly = SENTENCE.replace("river", "bridge")
    assert merged([SENTENCE, other, nearly], threshold=0.9) == [None, None, (0, overlap(SENTENCE, nearly))]


def test_the_threshold_itself_is_inside() -> None:
    nearly = SENTENCE.replace("river", "bridge")
    similarity = overlap(SENTENCE, nearly)
    assert merged([SENTENCE, nearly], threshold=similarity) == [None, (0, similarity)]
    assert merged([SENTENCE, nearly], threshold=float(np.nextafter(similarity, 1))) == [None, None]


def test_rows_are_compared_with_those_kept_and_not_with_those_merged() -> None:
    words = [f"w{i}" for i in range(40)]
    first, second, third = (" ".join(words[i : i + 30]) for i in (0, 3, 6))
    threshold = overlap(first, second)
    assert overlap(second, third) >= threshold > overlap(first, third)
    assert merged([first, second, third], threshold=threshold) == [None, (0, threshold), None]


def test_of_several_kept_rows_the_first_is_the_target() -> None:
    words = [f"w{i}" for i in range(40)]
    left, right, middle = (" ".join(words[i : i + 30]) for i in (0, 8, 4))
    threshold = overlap(left, middle)
    assert overlap(right, middle) >= threshold > overlap(left, right)
    assert merged([left, right, middle], threshold=threshold) == [None, None, (0, threshold)]
    assert merged([right, left, middle], threshold=threshold) == [None, None, (0, threshold)]


@pytest.mark.parametrize("shingle", ["word", "char"])
@pytest.mark.parametrize("verify", [True, False])
def test_case_and_white_space_do_not_count(shingle: str, verify: bool) -> None:
    same = "  " + SENTENCE.upper().replace(" ", "\n\t ")
    assert merged([SENTENCE, same], threshold=1, shingle=shingle, verify=verify) == [None, (0, 1.0)]


def test_punctuation_between_words_does_not_count_but_their_order_does() -> None:
    backwards = " ".join(reversed(SENTENCE.split()))
    assert merged([SENTENCE, SENTENCE.replace(" ", ", ") + "!", backwards], threshold=1) == [None, (0, 1.0), None]


@pytest.mark.parametrize("shingle", ["word", "char"])
def test_texts_shorter_than_a_shingle_are_equal_only_to_themselves(shingle: str) -> None:
    texts = ["ab", "cd", "a", "", "!", "ab", "b a", "", "?", "!", "A"]
    expected = [None, None, None, None, None, (0, 1.0), None, (3, 1.0), None, (4, 1.0), (2, 1.0)]
    assert merged(texts, threshold=0.1, shingle=shingle) == expected


def test_a_short_text_is_no_duplicate_of_a_long_one_that_contains_it() -> None:
    assert (
        merged(["one two three four five", "one two three four", "one two three four five six"], threshold=0.6)
        == [None] * 3
    )


def test_texts_in_scripts_without_spaces_are_compared() -> None:
    text = "委员会上午开会就未来三年的计划达成了一致意见并决定下周再次讨论预算问题以及人员安排"
    nearly = text.replace("下周", "下月")
    assert merged([text, nearly, text[::-1]], threshold=0.7)[1] is not None
    assert merged([text, nearly, text[::-1]], threshold=0.7)[2] is None


def test_rows_without_a_text_are_kept_and_repeat_nothing() -> None:
    rows = [{"text": None}, {"text": SENTENCE}, {}, {"text": 7}, {"text": 7}, {"text": SENTENCE}]
    for verify in (True, False):
        records = apply_outcome(MinhashDedup(verify=verify), batch_of(rows)).records
        assert records is not None
        assert records["fate"].to_list() == [*["kept"] * 5, "merged"]
        assert records["target"][5] == "0:2"
    dropped = apply_outcome(MinhashDedup(on_null="drop"), batch_of(rows))
    assert dropped.rows.ids.to_list() == ["0:2"]


def test_texts_of_a_mixed_column_are_read_back_as_texts() -> None:
    nearly = SENTENCE.replace("river", 'bridge\n"')
    assert merged([5, SENTENCE, nearly], threshold=0.9) == [None, None, (1, overlap(SENTENCE, nearly.replace('"', "")))]


def test_planted_near_duplicates_are_found_and_nothing_else_is_merged() -> None:
    rng = random.Random(5)
    vocabulary = [f"word{i}" for i in range(2000)]
    texts: list[str] = []
    for _ in range(400):
        fresh = " ".join(rng.choices(vocabulary, k=rng.randint(30, 80)))
        texts.append(changed(rng.choice(texts), rng.randint(0, 3), rng) if texts and rng.random() < 0.4 else fresh)
    for threshold in (0.5, 0.8, 0.9):
        expected, found = naive(texts, threshold, 5), merged(texts, threshold=threshold)
        wanted = {i for i, target in enumerate(expected) if target is not None}
        got = {i for i, target in enumerate(found) if target is not None}
        assert len(wanted) > 30
        assert len(got & wanted) >= 0.95 * len(wanted)
        for i in got:
            target, similarity = found[i] or (0, 0.0)
            assert similarity == overlap(texts[target], texts[i]) >= threshold


WORDS = st.lists(st.lists(st.sampled_from("abcd"), max_size=8).map(" ".join), min_size=1, max_size=8)


@settings(derandomize=True, deadline=None)
@given(WORDS, st.sampled_from([0.4, 0.6, 1.0]))
def test_it_does_what_comparing_all_with_all_does(texts: list[str], threshold: float) -> None:
    found = merged(texts, threshold=threshold, shingle_size=2, permutations=1024)
    assert found == naive(texts, threshold, 2)


@settings(deadline=None)
@given(WORDS, st.integers(1, 4), st.booleans())
def test_the_size_of_parts_changes_nothing(texts: list[str], size: int, verify: bool) -> None:
    operator = MinhashDedup(shingle_size=2, verify=verify)
    batch = batch_of([*({"text": text} for text in texts), {"text": None}])
    parts = [operator.sketch(batch.slice(start, size), None) for start in range(0, len(batch), size)]
    assert pl.concat(parts).equals(operator.sketch(batch, None))


def test_rows_are_read_back_once_in_order_and_only_where_texts_meet() -> None:
    texts = [SENTENCE, *(f"nothing in common with row {i} of this long list {i * 7} {i * 11}" for i in range(50))]
    texts += [SENTENCE.replace("river", "bridge"), SENTENCE]
    batch, asked = batch_of([{"text": text} for text in texts]), []

    def fetch(ids: Any, columns: Any) -> pl.DataFrame:
        asked.extend(ids)
        return pl.DataFrame({"_row": list(ids)}).join(batch.frame, on="_row", how="left").select("_row", *columns)

    operator = MinhashDedup(threshold=0.9)
    records = operator.decide(operator.sketch(batch, None), fetch, Context()).records
    assert records.filter(fate="merged")["_row"].to_list() == ["0:52", "0:53"]
    assert asked == ["0:1", "0:52"]


def test_many_copies_of_one_text_cost_no_more_than_other_texts() -> None:
    def fetch(ids: Any, columns: Any) -> pl.DataFrame:
        raise AssertionError("copies are told by their key")

    operator = MinhashDedup()
    batch = batch_of([{"text": SENTENCE}] * 20_000)
    records = operator.decide(operator.sketch(batch, None), fetch, Context()).records
    assert records["fate"].value_counts().sort("count").rows() == [("kept", 1), ("merged", 19_999)]


def test_without_verification_the_similarity_is_an_estimate() -> None:
    rng = random.Random(2)
    base = " ".join(f"w{i}" for i in range(300))
    pairs = [(base, changed(base, times, rng)) for times in (1, 3, 6)]
    for one, other in pairs:
        ((_, estimate),) = [found for found in merged([one, other], threshold=0.5, verify=False) if found]
        assert abs(estimate - overlap(one, other)) < 4 * 0.5 / np.sqrt(128)


@pytest.mark.parametrize("threshold", [0.05, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0])
@pytest.mark.parametrize("permutations", [64, 128, 1024])
def test_bands_let_pairs_at_the_threshold_meet_and_are_as_long_as_that_allows(
    threshold: float, permutations: int
) -> None:
    def recall(rows: int) -> float:
        return float(1 - (1 - threshold**rows) ** (permutations // rows))

    bands, rows = choose_bands(threshold, permutations)
    assert bands == permutations // rows
    assert recall(rows) >= RECALL or rows == 1
    assert all(recall(longer) < RECALL for longer in range(rows + 1, permutations + 1))


def test_signatures_agree_as_often_as_the_sets_overlap() -> None:
    rng = random.Random(11)
    words = [f"w{i}" for i in range(400)]
    for shared in (0, 100, 200, 300):
        other = words[:shared] + [f"x{rng.random()}" for _ in range(400 - shared)]
        texts = shingled([TextView(" ".join(words)), TextView(" ".join(other))], "word", 1)
        table = signatures(texts, 1024)
        left, right = texts.sets()
        assert jaccard(left, right) == pytest.approx(shared / (800 - shared))
        assert abs((table[0] == table[1]).mean() - jaccard(left, right)) < 4 * 0.5 / np.sqrt(1024)


@pytest.mark.parametrize("unit", ["word", "char"])
@given(st.lists(st.text(alphabet="ab \n.你é", max_size=12), min_size=1, max_size=4), st.integers(1, 4))
def test_shingles_are_those_of_each_text_alone(unit: Any, texts: list[str], size: int) -> None:
    together = shingled([TextView(text) for text in texts], unit, size).sets()
    for text, found in zip(texts, together, strict=True):
        units = TextView(text).lower and [word.lower() for word in TextView(text).words]
        if unit == "char":
            units = list(" ".join(text.lower().split()))
        expected = {tuple(units[i : i + size]) for i in range(max(len(units or []) - size + 1, 1))} if units else {()}
        assert len(found) == len(expected)
        (alone,) = shingled([TextView(text)], unit, size).sets()
        assert np.array_equal(found, alone)


def test_sketches_are_the_same_in_every_process() -> None:
    code = (
        "from dataflow_agent.operators.core.testing import batch_of; "
        "from dataflow_agent.operators.dedup.minhash_dedup import MinhashDedup; "
        "rows = [{'text': 'one two three four five six 你好'}, {'text': 'a'}]; "
        "print(MinhashDedup().sketch(batch_of(rows), None).rows())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_an_empty_part_has_the_columns_of_any_other() -> None:
    batch: Batch = batch_of([{"text": "a"}])
    for operator in (MinhashDedup(), MinhashDedup(verify=False, permutations=32)):
        assert operator.sketch(batch.slice(0, 0), None).schema == operator.sketch(batch, None).schema
