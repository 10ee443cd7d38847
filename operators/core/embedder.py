"""Turns texts into vectors whose cosine tells how near their meanings are."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TEXTS_AT_ONCE = 256
TOKENS_AT_ONCE = 4096


class Embedder(Protocol):
    """Texts to unit vectors."""

    @property
    def identity(self) -> str:
        """Model, version and dimension: two embedders of one identity give the same vectors."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts; the vector of a text does not depend on the other texts of the call.

        Returns:
            Shape (len(texts), dimension). Rows have length 1; a text without tokens gives a row of zeros.
        """
        ...


class WordLlamaEmbedder:
    """Static token vectors, averaged: small, fast, without a network; the model ships inside the wordllama wheel.

    Loads at the first `embed`. Word order is not seen: "a before b" and "b before a" are the same.

    Source: Miller 2024, WordLlama (`l2_supercat`, 256 dimensions).
    """

    dimension = 256

    @property
    def identity(self) -> str:
        """Model, version of its wheel, dimension."""
        return f"wordllama-{version('wordllama')}/l2_supercat/{self.dimension}"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts; see `Embedder.embed`."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        if not texts:
            return vectors
        tokenizer, table = self._model
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            # The tokenizer refuses half of a surrogate pair, which a command line or a JSON string can hold.
            chunk = [text.encode("utf-8", "replace").decode() for text in texts[start : start + TEXTS_AT_ONCE]]
            for row, encoded in enumerate(tokenizer.encode_batch_fast(chunk, add_special_tokens=False), start):
                vectors[row] = _unit(_sum_of_tokens(table, encoded.ids))
        return vectors

    @cached_property
    def words(self) -> frozenset[str]:
        """The words, in lower case, that its tokenizer keeps whole: the common ones of English and some languages."""
        tokenizer, _ = self._model
        return frozenset(one[1:].lower() for one in tokenizer.get_vocab() if one[0] == "▁" and one[1:].isalpha())

    @cached_property
    def _model(self) -> "tuple[Tokenizer, NDArray[np.float32]]":
        with _root_logger_unchanged():
            import wordllama
        # Its own folder as cache: the wheel's files are found there, and nothing is looked up elsewhere.
        folder = Path(wordllama.__file__).parent
        model = wordllama.WordLlama.load(dim=self.dimension, cache_dir=folder, disable_download=True)
        # Texts are averaged one by one: its own padded batches need the memory of the longest text for every text.
        model.tokenizer.no_padding()
        return model.tokenizer, model.embedding


def embed_column(texts: pl.Series, embedder: Embedder) -> pl.Series:
    """The vectors of a column of texts, null for null, as a polars array of the embedder's dimension."""
    known = texts.is_not_null()
    vectors = pl.Series(embedder.embed(texts.drop_nulls().to_list()), dtype=pl.Array(pl.Float32, embedder.dimension))
    return vectors.gather(pl.select(pl.when(known).then(known.cum_sum() - 1)).to_series())


@cache
def default_embedder() -> WordLlamaEmbedder:
    """The embedder used when no other is named; one for each process, so that its model loads once."""
    return WordLlamaEmbedder()


def _sum_of_tokens(table: NDArray[np.float32], ids: Sequence[int]) -> NDArray[np.float64]:
    total = np.zeros(table.shape[1], dtype=np.float64)
    for start in range(0, len(ids), TOKENS_AT_ONCE):
        total += table[np.asarray(ids[start : start + TOKENS_AT_ONCE])].sum(axis=0, dtype=np.float64)
    return total


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    length = float(np.sqrt(vector @ vector))
    return vector / length if length else vector


@contextmanager
def _root_logger_unchanged() -> Iterator[None]:
    # wordllama calls logging.basicConfig when imported, which would make every library's log lines appear.
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    try:
        yield
    finally:
        root.setLevel(level)
        for handler in [handler for handler in root.handlers if handler not in handlers]:
            root.removeHandler(handler)
