"""The share of duplicates: exact ones over all texts, near ones among a bounded number of the first."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from ...operators.core import ROW, Batch, Context
from ...operators.dedup.exact_dedup import ExactDedup
from ...operators.dedup.minhash_dedup import MinhashDedup
from ..engine.parts import storing
from .measures import TEXT
from .model import Duplicates

MOST_DISTINCT = 50_000
"""Different texts among which near duplicates are sought; each costs about 300 bytes of memory."""


def digests(batch: Batch) -> pl.Series:
    """64 bits of the hash of each text, by which `exact_dedup` tells them apart; null where there is none."""
    return ExactDedup(columns=(TEXT,)).sketch(batch, None)["digest_high"]


class NearDuplicates:
    """Finds texts that resemble an earlier one, among the first different texts.

    Args:
        folder: exists, and is empty; the texts are kept there until they are compared.
        most: different texts that are looked at.
    """

    def __init__(self, folder: Path, most: int = MOST_DISTINCT) -> None:
        self._folder, self._most = folder, most
        self._operator = MinhashDedup(column=TEXT)
        self._seen: set[int] = set()
        self._sketches: list[pl.DataFrame] = []
        self._file_of: dict[str, Path] = {}
        self._looked_at = 0
        self._full = False

    def add(self, batch: Batch, hashes: pl.Series) -> None:
        """Look at more rows, which come after those before.

        Args:
            hashes: of their texts, by `digests`.

        Raises:
            RunStopped: the system refuses to write.
        """
        fresh = self._fresh(hashes)
        if not fresh.any():
            return
        new = batch.filter(fresh)
        file = self._folder / f"texts-{len(self._sketches):05}.parquet"
        with storing(self._folder):
            new.frame.select(ROW, TEXT).write_parquet(file)
        self._file_of.update(dict.fromkeys(new.ids, file))
        self._sketches.append(self._operator.sketch(new, None))

    def found(self, texts: int, distinct: int) -> Duplicates:
        """What was found.

        Args:
            texts: how many rows have a text.
            distinct: how many of these texts are different ones.
        """
        near = self._merged() if self._sketches else 0
        return Duplicates(
            exact=texts - distinct,
            exact_share=(texts - distinct) / max(texts, 1),
            near=near,
            near_share=near / max(self._looked_at, 1),
            near_of=self._looked_at,
            near_threshold=self._operator.threshold,
            near_complete=self._looked_at == texts,
        )

    def _fresh(self, hashes: pl.Series) -> pl.Series:
        """Which rows hold a text that was not seen before, until enough were."""
        flags = [False] * len(hashes)
        for at, one in enumerate(() if self._full else hashes):
            if one is None:
                continue
            if one not in self._seen:
                if len(self._seen) == self._most:
                    self._full = True
                    break
                self._seen.add(one)
                flags[at] = True
            self._looked_at += 1
        return pl.Series(flags, dtype=pl.Boolean)

    def _merged(self) -> int:
        verdict = self._operator.decide(pl.concat(self._sketches), self._fetch, Context(workspace=self._folder))
        return int((verdict.records["fate"] == "merged").sum())

    def _fetch(self, rows: Sequence[str], columns: Sequence[str]) -> pl.DataFrame:
        """Rows read back from the files that hold them: neighbouring rows lie in few."""
        wanted = pl.DataFrame({ROW: list(rows)}, schema={ROW: pl.String})
        files = dict.fromkeys(self._file_of[row] for row in rows)
        parts = [pl.read_parquet(file).join(wanted, on=ROW, how="semi") for file in files]
        return wanted.join(pl.concat(parts), on=ROW, how="left", maintain_order="left").select(ROW, *columns)
