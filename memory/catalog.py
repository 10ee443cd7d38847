"""Finds the operators, pipelines and past workflows that a request means, by vectors, by words and by phrases."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..operators.core.vectors import InMemoryStore, LostIndex, VectorStore
from ._lexical import LexicalIndex, terms

if TYPE_CHECKING:
    from ..operators.core.embedder import Embedder
    from ..operators.core.operator import Operator
    from ..pipelines.builtin import Pipeline

EntryKind = Literal["operator", "workflow", "pipeline"]

WEIGHTS: Mapping[str, float] = {"vector": 0.5, "bm25": 0.25, "phrase": 0.25}
COLUMN_WEIGHT = 0.3
"""How much it counts that a text names columns or labels of the data, for what takes columns of any kind."""
DETAIL_WEIGHT = 0.3
"""How much a word of the options counts in BM25, against one of the description or a phrase."""
EXACT_VECTORS = 1500
"""Up to so many vectors all similarities are asked for; beyond, those of the nearest."""
INDEX_VERSION = 2
"""Raise it when the same entries are turned into other vectors."""


@dataclass(frozen=True)
class Past:
    """A workflow that ran to its end: data, of which nothing is an instruction.

    Args:
        number: greater for later ones.
        when: ISO 8601 time.
        workflow: its document, as it was run in the end.
        request: the words that it was first made for.
        answers: what the person said to the questions of its plan, in order.
        wishes: the words by which the person changed its plan, in order.
        inputs: names of the files that it was run on.
    """

    number: int
    when: str
    workflow: Mapping[str, Any]
    request: str
    answers: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One thing that can be found.

    Args:
        name: unique among entries of its kind.
        kind: `operator`, `workflow` for one of the past, or `pipeline` for one that ships.
        text: what it does, in a sentence; for a workflow, the request it answered.
        phrases: requests that mean it.
        details: more words it may be found by, such as its options; searched by word only.
    """

    name: str
    kind: EntryKind
    text: str
    phrases: tuple[str, ...] = ()
    details: str = ""
    columns: float = 0.0
    """How much it is about columns whatever they hold, 0 to 1: 1 for conditions on them."""
    past: Past | None = field(default=None, compare=False)
    """For a workflow of the past, what it was."""


@dataclass(frozen=True)
class Hit:
    """One entry found.

    Args:
        score: 0 to 1, the weighted sum of the signals; comparable between requests.
        trace: each signal (`vector`, `bm25`, `phrase`, with words of the data `columns`) before weighting, 0 to 1.
    """

    name: str
    kind: EntryKind
    score: float
    trace: Mapping[str, float] = field(default_factory=dict)


def operator_entries(operators: "Mapping[str, type[Operator]]") -> list[Entry]:
    """An entry for each operator: first line of its docstring, its phrases, its kind and options as details."""
    entries = []
    for cls in operators.values():
        options = [f"{name} {option.description or ''}" for name, option in cls.model_fields.items()]
        summary = (cls.__doc__ or "").strip().partition("\n")[0]
        details = "\n".join([cls.kind, *options])
        entries.append(Entry(cls.name, "operator", summary, cls.phrases, details, _about_columns(cls)))
    return entries


def _about_columns(cls: "type[Operator]") -> float:
    """1 for an operator that tests conditions, a half for one that arranges rows or columns by any column."""
    if "expression" in cls.model_fields:
        return 1.0
    names = cls.model_fields.keys()
    arranges = cls.kind != "evaluate" and not cls.needs and "backend" not in names
    return 0.5 if arranges and names & {"score", "order", "per", "select"} else 0.0


def data_terms(names: Iterable[str]) -> frozenset[str]:
    """The terms of the columns' names and labels of some data, by which a text is seen to speak of them."""
    return frozenset(term for name in (*names, "column") for term in terms(name.replace("_", " ")) if len(term) > 2)


def pipeline_entries(pipelines: "Mapping[str, Pipeline]") -> list[Entry]:
    """An entry for each pipeline that ships: its title, its phrases."""
    return [Entry(one.name, "pipeline", one.title, one.phrases) for one in pipelines.values()]


def fresh_catalog(store: VectorStore, embedder: "Embedder", entries: Sequence[Entry]) -> "Catalog":
    """The catalogue over `entries`, its vectors rebuilt when the entries or the embedder have changed.

    Raises:
        ValueError: two entries of one kind have the same name.
    """
    catalog = Catalog(store, embedder, entries)
    catalog.refresh()
    return catalog


class Catalog:
    """Entries that can be searched; their order does not matter. Made by `fresh_catalog`.

    Past workflows stand apart: their vectors are made when they are first searched and live in memory, so that a run
    more does not rebuild the index of all else, and their words do not weigh in what finds an operator.
    """

    def __init__(self, store: VectorStore, embedder: "Embedder", entries: Sequence[Entry]) -> None:
        if len({(entry.name, entry.kind) for entry in entries}) != len(entries):
            raise ValueError("two entries of one kind have the same name")
        self._embedder = embedder
        past = [entry for entry in entries if entry.kind == "workflow"]
        self._shipped = _Shelf(store, embedder, [entry for entry in entries if entry.kind != "workflow"])
        self._past = _Shelf(InMemoryStore(), embedder, past)
        self._newest_first = sorted(
            (entry for entry in past if entry.past), key=lambda entry: -entry.past.number if entry.past else 0
        )

    def past(self) -> list[Entry]:
        """The past workflows, newest first; only those of which more is known than their request."""
        return [*self._newest_first]

    def search(
        self, text: str, k: int = 6, kind: EntryKind | None = None, *, data: Collection[str] = frozenset()
    ) -> list[Hit]:
        """The entries that `text` means most, best first, ties in name order.

        Args:
            text: a request, or a part of one.
            k: most hits wanted.
            kind: only entries of this kind; None for all.
            data: the terms of the data's columns and labels, see `data_terms`.

        Returns:
            At most `k` hits. Entries that share nothing with the text are left out.
        """
        shelves = {"workflow": [self._past], None: [self._shipped, self._past]}.get(kind, [self._shipped])
        vector = self._embedder.embed([text])[0]
        hits = [hit for shelf in shelves for hit in shelf.search(text, vector, k, kind, data)]
        return sorted(hits, key=lambda hit: (-hit.score, hit.name, hit.kind))[: max(k, 0)]

    def refresh(self) -> None:
        """Rebuild the vectors unless the store holds those of these entries."""
        self._shipped.refresh()


class _Shelf:
    """Entries that are weighed against each other, and the store of their vectors."""

    def __init__(self, store: VectorStore, embedder: "Embedder", entries: Sequence[Entry]) -> None:
        self._store, self._embedder = store, embedder
        self._entries = sorted(entries, key=lambda entry: (entry.name, entry.kind))
        self._owners = {
            vector_name: row for row, entry in enumerate(self._entries) for vector_name in _texts_by_name(entry)
        }
        self._stamp = _stamp(embedder.identity, self._entries)
        self._words = LexicalIndex(
            [_weighted_terms(entry) for entry in self._entries],
            [[terms(phrase) for phrase in _phrases(entry)] for entry in self._entries],
        )

    def search(
        self, text: str, vector: NDArray[np.float32], k: int, kind: EntryKind | None, data: Collection[str]
    ) -> list[Hit]:
        """See `Catalog.search`; `vector` is that of the text."""
        if not self._entries:
            return []
        words = terms(text)
        signals = {
            "vector": self._vector_scores(vector),
            "bm25": self._words.bm25(words),
            "phrase": self._words.phrase(words),
        }
        score = np.zeros(len(self._entries))
        for signal, weight in WEIGHTS.items():
            score += weight * signals[signal]
        if not frozenset(words).isdisjoint(data):
            signals["columns"] = np.array([entry.columns for entry in self._entries], dtype=np.float64)
            score += COLUMN_WEIGHT * signals["columns"]
        score = np.minimum(score, 1.0).round(6)
        hits: list[Hit] = []
        for row in np.argsort(-score, kind="stable"):  # rows are in name order, so ties are too
            entry = self._entries[row]
            if len(hits) == k or not score[row]:
                break
            if kind in (None, entry.kind):
                trace = {signal: round(float(scores[row]), 4) for signal, scores in signals.items()}
                hits.append(Hit(entry.name, entry.kind, float(score[row]), trace))
        return hits

    def refresh(self) -> None:
        """Rebuild the vectors unless the store holds those of these entries."""
        if self._store.stamp() != self._stamp:
            texts = {name: text for entry in self._entries for name, text in _texts_by_name(entry).items()}
            documents = list(texts.values())
            self._store.replace(self._stamp, list(texts), self._embedder.embed(documents), documents)

    def _vector_scores(self, vector: NDArray[np.float32]) -> NDArray[np.float64]:
        best = np.zeros(len(self._entries))
        if vector.any():
            for name, similarity in self._nearest(vector):
                row = self._owners.get(name)
                if row is not None:
                    best[row] = max(best[row], similarity)
        return np.minimum(best, 1.0)

    def _nearest(self, vector: NDArray[np.float32]) -> list[tuple[str, float]]:
        # Another catalogue may have replaced what the store holds, or its files may be damaged, since the last search.
        self.refresh()
        try:
            return self._store.nearest(vector, EXACT_VECTORS)
        except LostIndex:
            self.refresh()
            return self._store.nearest(vector, EXACT_VECTORS)


def _texts_by_name(entry: Entry) -> dict[str, str]:
    texts = dict.fromkeys([*_phrases(entry), entry.text])
    return {f"{entry.kind}/{entry.name}#{n}": text for n, text in enumerate(texts) if text.strip()}


def _phrases(entry: Entry) -> tuple[str, ...]:
    if entry.kind == "workflow":  # its name is a number, and its text is itself a request
        return (*entry.phrases, entry.text)
    return (*entry.phrases, entry.name.replace("_", " "))


def _weighted_terms(entry: Entry) -> dict[str, float]:
    main = "\n".join([entry.text, *entry.phrases, entry.name.replace("_", " ")])
    weighted: dict[str, float] = dict(Counter(terms(main)))
    for term in terms(entry.details.replace("_", " ")):
        weighted[term] = weighted.get(term, 0.0) + DETAIL_WEIGHT
    return weighted


def _stamp(identity: str, entries: Sequence[Entry]) -> str:
    content = [[entry.kind, entry.name, entry.text, entry.phrases, entry.details] for entry in entries]
    return hashlib.sha256(json.dumps([INDEX_VERSION, identity, content]).encode()).hexdigest()
