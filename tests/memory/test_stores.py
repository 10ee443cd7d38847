"""What every vector store promises; each store runs through all of it."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dataflow_agent.memory.chroma_store import ChromaStore
from dataflow_agent.operators.core.vectors import InMemoryStore, VectorStore

MakeStore = Callable[[], VectorStore]
with_chroma = pytest.mark.skipif(importlib.util.find_spec("chromadb") is None, reason="chromadb is not installed")
EAST, NORTH, NORTH_EAST, WEST = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [-1.0, 0.0]], dtype=np.float32)


@pytest.fixture(params=["memory", pytest.param("chroma", marks=with_chroma)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> VectorStore:
    return InMemoryStore() if request.param == "memory" else ChromaStore(tmp_path / "index", "some-index")


def put(store: VectorStore, stamp: str, **named: np.ndarray) -> None:
    store.replace(stamp, list(named), np.stack(list(named.values())), [f"about {name}" for name in named])


def test_a_new_store_is_empty_and_has_no_stamp(store: VectorStore) -> None:
    assert store.stamp() is None
    assert store.count() == 0
    assert store.nearest(EAST, 3) == []


def test_the_nearest_come_first_with_their_cosine_whatever_their_length(store: VectorStore) -> None:
    put(store, "s", west=WEST, north=5 * NORTH, north_east=0.1 * NORTH_EAST, east=3 * EAST)
    assert store.stamp() == "s"
    assert store.count() == 4
    found = store.nearest(7 * EAST, 4)
    assert [name for name, _ in found] == ["east", "north_east", "north", "west"]
    assert [similarity for _, similarity in found] == pytest.approx([1.0, 0.6, 0.0, -1.0], abs=1e-5)


def test_equals_come_in_name_order_also_at_the_cut(store: VectorStore) -> None:
    named = {f"n{number:02}": EAST for number in reversed(range(40))} | {"best": NORTH, "a_worst": WEST}
    put(store, "s", **named)
    assert [name for name, _ in store.nearest(EAST, 3)] == ["n00", "n01", "n02"]
    assert [name for name, _ in store.nearest(EAST + 2 * NORTH, 3)] == ["best", "n00", "n01"]


@pytest.mark.parametrize(("k", "found"), [(-1, 0), (0, 0), (1, 1), (2, 2), (99, 2)])
def test_never_more_than_asked_for_or_there(store: VectorStore, k: int, found: int) -> None:
    put(store, "s", east=EAST, north=NORTH)
    assert len(store.nearest(EAST, k)) == found


def test_replacing_leaves_nothing_of_what_was_there(store: VectorStore) -> None:
    put(store, "old", east=EAST, north=NORTH)
    put(store, "new", other=np.array([0.0, 0.0, 1.0], dtype=np.float32))
    assert store.stamp() == "new"
    assert store.count() == 1
    assert store.nearest(np.array([0.0, 0.0, 2.0], dtype=np.float32), 5) == [("other", 1.0)]


def test_the_same_stamp_can_be_put_again_with_other_content(store: VectorStore) -> None:
    put(store, "s", east=EAST)
    put(store, "s", north=NORTH)
    assert [name for name, _ in store.nearest(NORTH, 5)] == ["north"]


def test_no_vectors_are_content_too(store: VectorStore) -> None:
    put(store, "full", east=EAST)
    store.replace("empty", [], np.zeros((0, 2), dtype=np.float32), [])
    assert store.stamp() == "empty"
    assert store.nearest(EAST, 3) == []


def test_a_zero_vector_is_near_to_nothing(store: VectorStore) -> None:
    put(store, "s", nothing=0 * EAST, east=EAST, west=WEST)
    assert store.nearest(EAST, 3) == [("east", 1.0), ("nothing", 0.0), ("west", -1.0)]


@pytest.mark.parametrize(
    ("names", "documents"), [(["a"], ["x", "y"]), (["a", "b"], ["x"]), (["a", "a"], ["x", "y"])], ids=str
)
def test_what_does_not_fit_together_is_refused_and_the_old_content_stays(
    store: VectorStore, names: list[str], documents: list[str]
) -> None:
    put(store, "old", east=EAST)
    with pytest.raises(ValueError, match=r"names|twice"):
        store.replace("new", names, np.stack([EAST, NORTH]), documents)
    assert store.stamp() == "old"
    assert store.nearest(EAST, 1) == [("east", 1.0)]


def test_a_query_of_another_dimension_is_refused_and_harms_nothing(store: VectorStore) -> None:
    put(store, "s", east=EAST)
    with pytest.raises(ValueError, match="shape"):
        store.nearest(np.ones(3, dtype=np.float32), 1)
    assert store.nearest(EAST, 1) == [("east", 1.0)]


def test_texts_that_are_hard_to_encode_do_no_harm(store: VectorStore) -> None:
    store.replace("s", ["a", "b"], np.stack([EAST, NORTH]), ["half a pair \ud800", "nul \0 inside"])
    assert store.nearest(NORTH, 1) == [("b", 1.0)]


@with_chroma
def test_both_stores_find_the_same(tmp_path: Path) -> None:
    random = np.random.default_rng(7)
    vectors = random.normal(size=(1200, 32)).astype(np.float32)
    names = [f"n{number:04}" for number in range(1200)]
    exact, chroma = InMemoryStore(), ChromaStore(tmp_path, "some-index")
    for store in (exact, chroma):
        store.replace("s", names, vectors, names)
    for query in random.normal(size=(20, 32)).astype(np.float32):
        expected, found = exact.nearest(query, 50), chroma.nearest(query, 50)
        assert [name for name, _ in found] == [name for name, _ in expected]
        assert dict(found) == pytest.approx(dict(expected), abs=1e-5)
