"""simhash_dedup: fingerprints that differ in few enough bits are merged, every pair of them is found."""

import random
from typing import Any

import numpy as np
import polars as pl
import pytest
from dataflow_agent.operators.core import Context, TextView
from dataflow_agent.operators.core.testing import apply_outcome, batch_of
from dataflow_agent.operators.dedup._shingles import shingled
from dataflow_agent.operators.dedup._simhash import choose_blocks, fingerprints, keys
from dataflow_agent.operators.dedup.simhash_dedup import SimhashDedup
from hypothesis import given
from hypothesis import strategies as st

LONG = " ".join(f"word{n}" for n in range(200))


def merged(texts: list[Any], **options: Any) -> list[tuple[int, float] | None]:
    """For each text its target and similarity, or None when it is kept."""
    records = apply_outcome(SimhashDedup(**options), batch_of([{"text": text} for text in texts])).records
    assert records is not None
    return [
        None if target is None else (int(target.partition(":")[2]) - 1, similarity)
        for target, similarity in records.select("target", "similarity").iter_rows()
    ]


def records_of(values: list[int], **options: Any) -> pl.DataFrame:
    """What is decided about rows with these fingerprints."""
    schema = {"_row": pl.String, "fingerprint": pl.UInt64}
    rows = pl.DataFrame({"_row": [f"0:{n}" for n in range(len(values))], "fingerprint": values}, schema=schema)

    def fetch(ids: Any, columns: Any) -> pl.DataFrame:
        raise AssertionError("nothing is to be read back")

    return SimhashDedup(**options).decide(rows, fetch, Context()).records


def decided(values: list[int], distance: int) -> list[int | None]:
    """Targets, by place, of rows with these fingerprints."""
    records = records_of(values, max_distance=distance)
    return [None if target is None else int(target.partition(":")[2]) for target in records["target"]]


def naive(values: list[int], distance: int) -> list[int | None]:
    found: list[int | None] = []
    for i, value in enumerate(values):
        kept = (j for j in range(i) if found[j] is None and (values[j] ^ value).bit_count() <= distance)
        found.append(next(kept, None))
    return found


def with_flipped(value: int, bits: list[int]) -> int:
    for bit in bits:
        value ^= 1 << bit
    return value


def test_a_slightly_changed_text_is_merged_and_another_is_not() -> None:
    changed = LONG.replace("word77 ", "other ")
    found = merged([LONG, "a quite different text about ships and harbours", changed], shingle_size=1)
    assert [None if pair is None else pair[0] for pair in found] == [None, None, 0]


@pytest.mark.parametrize("distance", [0, 1, 3, 6, 8])
def test_the_greatest_distance_is_inside_and_one_bit_more_is_not(distance: int) -> None:
    value = random.Random(1).getrandbits(64)
    inside = with_flipped(value, list(range(0, 8 * distance, 8)))
    outside = with_flipped(value, [*range(0, 8 * distance, 8), 63])
    assert decided([value, inside], distance) == [None, 0]
    assert decided([value, outside], distance) == [None, None]


@given(
    st.lists(
        st.tuples(st.sampled_from([0, 2**64 - 1, 0xF0F0F0F0F0F0F0F0]), st.lists(st.integers(0, 63), max_size=9)).map(
            lambda pair: with_flipped(*pair)
        ),
        min_size=1,
        max_size=25,
    ),
    st.integers(0, 8),
)
def test_it_does_what_comparing_all_with_all_does(values: list[int], distance: int) -> None:
    assert decided(list(values), distance) == naive(values, distance)


@given(st.integers(0, 2**64 - 1), st.lists(st.integers(0, 63), unique=True, max_size=8), st.integers(1, 10**9))
def test_close_fingerprints_share_a_key_whatever_the_number_of_rows(value: int, bits: list[int], rows: int) -> None:
    pair = np.array([value, with_flipped(value, bits)], dtype=np.uint64)
    distance = len(bits)
    assert any(column[0] == column[1] for column in keys(pair, distance, choose_blocks(distance, rows)))


def test_the_metric_is_the_share_of_equal_bits() -> None:
    assert records_of([0, 7])["similarity"].to_list() == [None, 1 - 3 / 64]


def test_case_white_space_and_punctuation_do_not_count() -> None:
    assert merged(["To be, or not to be", "to  be or NOT to be!"]) == [None, (0, 1.0)]


@pytest.mark.parametrize("shingle", ["word", "char"])
def test_texts_shorter_than_a_shingle_equal_only_themselves(shingle: str) -> None:
    texts = ["", "a", "b", "ab", "A", " "]
    found = merged(texts, shingle=shingle)
    assert found == [None, None, None, None, (1, 1.0), (0, 1.0)]


def test_rows_without_a_text_are_kept_and_repeat_nothing() -> None:
    assert merged([None, "a b c", None, 3, "a b c"]) == [None, None, None, None, (1, 1.0)]


def test_a_fingerprint_holds_the_majority_of_bits() -> None:
    texts = [TextView("one two three two"), TextView("")]
    shingles = shingled(texts, "word", 1)
    per_text = np.split(shingles.hashes, shingles.starts[1:])
    expected = [
        sum(1 << bit for bit in range(64) if 2 * sum(int(value) >> bit & 1 for value in part) > len(part))
        for part in per_text
    ]
    assert fingerprints(shingles).tolist() == expected


def test_texts_that_share_more_differ_in_fewer_bits() -> None:
    rng = random.Random(5)
    words = [f"w{rng.randrange(10**6)}" for _ in range(400)]

    def distance(changes: int) -> int:
        other = [*words[:-changes], *(f"new{n}" for n in range(changes))]
        pair = fingerprints(shingled([TextView(" ".join(words)), TextView(" ".join(other))], "word", 1)).tolist()
        return int((pair[0] ^ pair[1]).bit_count())

    assert distance(4) < distance(100) < distance(390)


@given(st.lists(st.sampled_from([LONG, LONG + " x", "a b c d", ""]), min_size=1, max_size=8), st.integers(1, 3))
def test_the_size_of_parts_changes_nothing(texts: list[str], size: int) -> None:
    operator, batch = SimhashDedup(), batch_of([{"text": text} for text in texts])
    parts = [operator.sketch(batch.slice(start, size), None) for start in range(0, len(batch), size)]
    assert pl.concat(parts).equals(operator.sketch(batch, None))
