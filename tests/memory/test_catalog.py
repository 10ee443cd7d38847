import importlib.util
import time
import zlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from dataflow_agent.memory.catalog import (
    WEIGHTS,
    Catalog,
    Entry,
    fresh_catalog,
    operator_entries,
    pipeline_entries,
)
from dataflow_agent.memory.chroma_store import ChromaStore
from dataflow_agent.operators.core import Operator
from dataflow_agent.operators.core.embedder import default_embedder
from dataflow_agent.operators.core.operator import RowOperator
from dataflow_agent.operators.core.vectors import InMemoryStore, VectorStore
from dataflow_agent.pipelines.builtin import builtins
from numpy.typing import NDArray
from pydantic import Field

with_chroma = pytest.mark.skipif(importlib.util.find_spec("chromadb") is None, reason="chromadb is not installed")

ENTRIES = [
    Entry("strip_html", "operator", "Remove HTML tags and keep the visible text.", ("clean html markup",)),
    Entry("exact_dedup", "operator", "Drop rows that equal an earlier one.", ("remove duplicates", "drop copies")),
    Entry("language_filter", "operator", "Keep texts in given languages.", ("keep English documents", "only German")),
    Entry("word_count_filter", "operator", "Keep texts with a number of words.", ("at least 50 words", "short texts")),
    Entry("chunk_text", "operator", "Cut long texts into chunks.", ("split documents into passages",)),
    Entry("mask_pii", "operator", "Replace personal data by placeholders.", ("hide phone numbers", "anonymise emails")),
    Entry("history-1", "workflow", "clean the German web crawl and drop the copies"),
]


class LetterEmbedder:
    """A vector of letter pairs: enough to tell words apart, and counts how often it was asked."""

    def __init__(self, identity: str = "letters", dimension: int = 64) -> None:
        self.identity, self.dimension, self.embedded = identity, dimension, 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded += len(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for pair in pairwise(text):
                vectors[row, zlib.crc32("".join(pair).lower().encode()) % self.dimension] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def names(catalog: Catalog, text: str, **options: object) -> list[str]:
    return [hit.name for hit in catalog.search(text, **options)]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return fresh_catalog(InMemoryStore(), default_embedder(), ENTRIES)


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("get rid of the html tags", "strip_html"),
        ("delete the repeated rows", "exact_dedup"),
        ("keep French pages", "language_filter"),
        ("drop everything below 80 words", "word_count_filter"),
        ("cut the articles into pieces", "chunk_text"),
        ("anonymize personal information", "mask_pii"),
    ],
)
def test_a_request_in_other_words_finds_what_it_means(catalog: Catalog, request_text: str, expected: str) -> None:
    assert names(catalog, request_text, kind="operator")[0] == expected


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_each_of_its_own_phrases_finds_an_entry_first(catalog: Catalog, entry: Entry) -> None:
    for phrase in entry.phrases or (entry.text,):
        best = catalog.search(phrase)[0]
        assert best.name == entry.name
        assert best.trace["vector"] == pytest.approx(1.0, abs=1e-3)
        assert best.trace["phrase"] == pytest.approx(1.0, abs=1e-3)


def test_words_find_what_the_vectors_do_not_know() -> None:
    planted = [Entry("zorb", "operator", "Apply the qwxyzzy."), Entry("other", "operator", "Sort rows.")]
    found = fresh_catalog(InMemoryStore(), default_embedder(), planted).search("run qwxyzzy on it")
    assert found[0].name == "zorb"
    assert found[0].trace["bm25"] > 0


def test_options_are_found_by_word_but_count_less_than_the_description() -> None:
    entries = [
        Entry("by_option", "operator", "Keep some rows.", details="min_perplexity Smallest perplexity kept."),
        Entry("by_text", "operator", "Keep rows by perplexity."),
        Entry("neither", "operator", "Keep other rows."),
    ]
    found = fresh_catalog(InMemoryStore(), default_embedder(), entries).search("perplexity")
    assert [hit.name for hit in found[:2]] == ["by_text", "by_option"]


def test_the_trace_explains_the_score(catalog: Catalog) -> None:
    for hit in catalog.search("split the German documents"):
        assert hit.score == pytest.approx(sum(WEIGHTS[signal] * value for signal, value in hit.trace.items()), abs=1e-3)
        assert all(0 <= value <= 1 for value in (hit.score, *hit.trace.values()))


def test_hits_come_best_first_and_no_more_than_asked_for(catalog: Catalog) -> None:
    scores = [hit.score for hit in catalog.search("keep texts with words", k=4)]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 4
    assert catalog.search("keep texts", k=0) == []


def test_only_the_kind_asked_for_is_found(catalog: Catalog) -> None:
    text = "clean the German web crawl"
    assert names(catalog, text)[0] == "history-1"
    assert names(catalog, text, kind="workflow") == ["history-1"]
    assert "history-1" not in names(catalog, text, k=99, kind="operator")


@pytest.mark.parametrize("text", ["", "  \n", "\ud800"])
def test_a_text_that_says_nothing_finds_nothing_by_words(catalog: Catalog, text: str) -> None:
    assert all(hit.trace["bm25"] == hit.trace["phrase"] == 0 for hit in catalog.search(text))


def test_an_empty_text_and_an_empty_catalogue_find_nothing(catalog: Catalog) -> None:
    assert catalog.search("") == []
    assert fresh_catalog(InMemoryStore(), default_embedder(), []).search("anything") == []


def test_equals_come_in_name_order_and_the_order_of_entries_does_not_matter() -> None:
    twins = [Entry(name, "operator", "Drop rows.") for name in ("a1", "a2", "a3")]
    forth, back = (fresh_catalog(InMemoryStore(), LetterEmbedder(), order) for order in (twins, twins[::-1]))
    assert names(forth, "drop rows") == ["a1", "a2", "a3"]
    assert forth.search("drop rows now") == back.search("drop rows now")


def test_two_entries_of_one_name_and_kind_are_refused() -> None:
    twice = [Entry("same", "operator", "One."), Entry("same", "operator", "Other.")]
    with pytest.raises(ValueError, match="same name"):
        fresh_catalog(InMemoryStore(), LetterEmbedder(), twice)
    both_kinds = [Entry("same", "operator", "Sort rows."), Entry("same", "workflow", "sort rows")]
    assert len(fresh_catalog(InMemoryStore(), LetterEmbedder(), both_kinds).search("sort rows")) == 2


def test_a_fresh_store_is_not_embedded_again() -> None:
    store, embedder = InMemoryStore(), LetterEmbedder()
    fresh_catalog(store, embedder, ENTRIES)
    embedded = embedder.embedded
    assert embedded >= len(ENTRIES)
    again = fresh_catalog(store, embedder, ENTRIES[::-1])
    assert embedder.embedded == embedded
    assert names(again, "only German")[0] == "language_filter"


@pytest.mark.parametrize(
    ("embedder", "entries"),
    [
        (LetterEmbedder("other letters"), ENTRIES),
        (LetterEmbedder(), ENTRIES[1:]),
        (LetterEmbedder(), [*ENTRIES[1:], Entry("strip_html", "operator", "Another text.", ENTRIES[0].phrases)]),
        (LetterEmbedder(), [*ENTRIES[1:], Entry("strip_html", "operator", ENTRIES[0].text, ("a phrase",))]),
    ],
    ids=["embedder", "entry gone", "text", "phrase"],
)
def test_any_change_of_entries_or_embedder_rebuilds_the_index(embedder: LetterEmbedder, entries: list[Entry]) -> None:
    store = InMemoryStore()
    fresh_catalog(store, LetterEmbedder(), ENTRIES)
    before = store.stamp()
    fresh_catalog(store, embedder, entries)
    assert store.stamp() != before
    assert embedder.embedded >= len(entries) - 1, "all but the one of the past"


def test_a_workflow_more_is_found_without_rebuilding_the_index() -> None:
    store, embedder = InMemoryStore(), LetterEmbedder()
    fresh_catalog(store, embedder, ENTRIES)
    before, stamp = embedder.embedded, store.stamp()
    catalog = fresh_catalog(store, embedder, [*ENTRIES, Entry("history-2", "workflow", "sort the poems by author")])
    assert (embedder.embedded, store.stamp()) == (before, stamp)
    assert names(catalog, "sort the poems", kind="workflow")[0] == "history-2"
    assert embedder.embedded == before + 3, "the request and the two of the past"


def test_what_was_done_before_does_not_weigh_in_what_finds_an_operator() -> None:
    without = fresh_catalog(InMemoryStore(), default_embedder(), ENTRIES[:-1])
    hostile = [Entry(f"history-{n}", "workflow", f"drop copies {n} strip html tags German") for n in range(2, 50)]
    among = fresh_catalog(InMemoryStore(), default_embedder(), [*ENTRIES, *hostile])
    for text in ("drop the copies", "strip html", "keep German documents"):
        assert among.search(text, kind="operator") == without.search(text, kind="operator")


def test_two_catalogues_over_one_store_each_find_their_own() -> None:
    store, embedder = InMemoryStore(), LetterEmbedder()
    one, other = (fresh_catalog(store, embedder, some) for some in (ENTRIES[:3], ENTRIES[3:]))
    for _ in range(2):
        assert names(one, "remove duplicates")[0] == "exact_dedup"
        assert names(other, "hide phone numbers")[0] == "mask_pii"


@with_chroma
def test_an_index_that_is_damaged_while_in_use_is_built_again(tmp_path: Path) -> None:
    catalog = fresh_catalog(ChromaStore(tmp_path, "operators"), LetterEmbedder(), ENTRIES)
    expected = catalog.search("remove duplicates")
    for database in tmp_path.rglob("chroma.sqlite3"):
        with database.open("r+b") as file:
            file.truncate(5000)
    assert catalog.search("remove duplicates") == expected


@with_chroma
def test_the_store_makes_no_difference_to_what_is_found(tmp_path: Path, catalog: Catalog) -> None:
    on_disk = fresh_catalog(ChromaStore(tmp_path, "operators"), default_embedder(), ENTRIES)
    for text in ("keep English documents of at least 50 words", "remove copies", "split and anonymise"):
        expected = catalog.search(text)
        found = on_disk.search(text)
        assert [hit.name for hit in found] == [hit.name for hit in expected]
        assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=1e-5)


class RareWordFilter(RowOperator):
    """Keep rows with rare words.

    More about it that is not the summary.
    """

    kind = "filter"
    phrases = ("keep unusual vocabulary",)

    min_words: int = Field(default=1, description="Fewest rare words kept.")


def test_an_operator_becomes_an_entry_by_its_summary_phrases_kind_and_options() -> None:
    # Not registered: `name` is set after the class was made.
    RareWordFilter.name = "rare_word_filter"
    operators: Mapping[str, type[Operator]] = {"rare_word_filter": RareWordFilter}
    (entry,) = operator_entries(operators)
    assert (entry.name, entry.kind, entry.text) == ("rare_word_filter", "operator", "Keep rows with rare words.")
    assert entry.phrases == ("keep unusual vocabulary",)
    assert {"filter", "min_words Fewest rare words kept."} <= set(entry.details.split("\n"))


@pytest.mark.parametrize("kind", ["memory", pytest.param("chroma", marks=with_chroma)])
def test_a_search_among_130_operators_takes_less_than_20_ms_of_cpu(kind: str, tmp_path: Path) -> None:
    store: VectorStore = InMemoryStore() if kind == "memory" else ChromaStore(tmp_path, "operators")
    words = [word for entry in ENTRIES for word in entry.text.split()]
    entries = [
        Entry(
            f"operator_{number}",
            "operator",
            " ".join(words[number % 30 :]),
            tuple(f"{words[(number + at) % len(words)]} {words[number % 9]} {at}" for at in range(6)),
            "an option with words " * 20,
        )
        for number in range(130)
    ]
    catalog = fresh_catalog(store, default_embedder(), entries)
    catalog.search("warm up")
    start = time.process_time()
    for number in range(10):
        catalog.search(f"keep English documents of at least {number} words and drop the copies")
    assert (time.process_time() - start) / 10 < 0.020


@with_chroma
def test_catalogues_of_several_processes_do_not_rebuild_in_turn(tmp_path: Path) -> None:
    one, other = LetterEmbedder(), LetterEmbedder()
    first = fresh_catalog(ChromaStore(tmp_path, "operators"), one, ENTRIES[:3])
    second = fresh_catalog(ChromaStore(tmp_path, "operators"), other, ENTRIES[3:-1])
    built = one.embedded + other.embedded
    for _ in range(3):
        assert names(first, "remove duplicates")[0] == "exact_dedup"
        assert names(second, "hide phone numbers")[0] == "mask_pii"
    assert one.embedded + other.embedded == built + 6, "the six requests, and nothing else"


def test_pipelines_are_found_beside_operators_and_by_their_kind_alone() -> None:
    catalog = fresh_catalog(InMemoryStore(), default_embedder(), [*ENTRIES, *pipeline_entries(builtins())])
    assert names(catalog, "clean a web crawl for pretraining", k=1) == ["text_pretrain_filter"]
    assert names(catalog, "clean a web crawl for pretraining", kind="operator")[0] == "strip_html"
    found = names(catalog, "the DataFlow reference pipeline for pretraining", k=len(builtins()), kind="pipeline")
    assert set(found) == {*builtins()}
    assert names(catalog, "the DataFlow reference pipeline", kind="pipeline")[0] == "text_pretrain_filter_reference"
