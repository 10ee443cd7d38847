"""Proves on the output what was asked, from each ask's check alone and without knowing the plan."""

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from ..operators.core.batch import Batch
from ..operators.core.dataset import ENDINGS, Dataset, conform, unify
from ..operators.core.expression import ExpressionError, parse_expression
from .state import Ask, Check

PATTERNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "url": r"(?i)\bhttps?://[a-z0-9]|\bwww\.[a-z0-9-]+\.[a-z]",
        "html": r"(?i)</(?:p|div|span|a|li|ul|ol|table|tr|td|b|i|em|strong|h[1-6]|body|html)\s*>|<br\s*/?>",
        "emoji": r"[\x{1F300}-\x{1F64F}\x{1F680}-\x{1F6FF}\x{1F900}-\x{1F9FF}\x{1FA70}-\x{1FAFF}]",
        "email": r"(?i)\b[a-z0-9][a-z0-9._%+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b",
        "blank": r"^\s*$",
    }
)
"""What must not be found in a text, by name; in the syntax of polars."""

TOLERANCE: Final = 0.01
"""Share of rows that may look wrong where the look is no proof: a language is guessed, a tag may be quoted text."""
_LOOSE: Final = frozenset({"html"})
_CLEARLY_OTHER, _CLEARLY_IN = 0.05, 0.5
"""Probabilities below and above which a text is clearly not, or clearly, in one of some languages."""


def check_asks(asks: Sequence[Ask], output: Path) -> tuple[Ask, ...]:
    """The asks with `holds`: True for proven, False for broken, None for not checkable.

    Args:
        asks: what was asked, each with its check.
        output: what the run wrote: a file, or a folder of shards. It is read once, block by block.

    Raises:
        InvalidInput: the output cannot be read.
    """
    proofs = [_proof_of(ask.check) for ask in asks]
    for batch in _batches(output) if any(proofs) else ():
        for proof in proofs:
            if proof is not None:
                proof.look(batch)
    held = [None if proof is None else proof.holds() for proof in proofs]
    return tuple(ask.model_copy(update={"holds": one}) for ask, one in zip(asks, held, strict=True))


class _Proof(ABC):
    """One check over all rows of the output."""

    def __init__(self, check: Check) -> None:
        self.check, self.rows, self.wrong, self.checkable = check, 0, 0, True
        where = check.arguments.get("where")
        self.where = parse_expression(str(where)) if where else None

    def look(self, batch: Batch) -> None:
        """See some rows."""
        if not self.checkable or not len(batch):
            return
        if self.where is not None:
            if self.where.check(batch.schema):
                self.checkable = False
                return
            batch = batch.filter(self.where.mask(batch.frame, batch.schema))
        if self.check.column is not None and self.check.column not in batch.schema:
            self.checkable = False
            return
        self.rows += len(batch)
        self.see(batch)

    @abstractmethod
    def see(self, batch: Batch) -> None:
        """See the rows that count."""

    def holds(self) -> bool | None:
        """What the rows showed; what is asked of every row holds for none."""
        return self.wrong <= self.tolerated() if self.checkable else None

    def tolerated(self) -> float:
        """How many rows may look wrong."""
        return 0

    @property
    def column(self) -> str:
        """The column that is looked at."""
        return self.check.column or ""


class _Count(_Proof):
    """Words or characters of each text between two bounds; a row without a text has none.

    White space is no character unless `white_space` says so, as in `char_count_filter`.
    """

    def see(self, batch: Batch) -> None:
        if self.check.kind == "char_count" and self.check.arguments.get("white_space"):
            counts = batch.texts(self.column).str.len_chars().fill_null(0)
        elif self.check.kind == "char_count":
            visible = (0 if view is None else view.visible_characters for view in batch.views(self.column))
            counts = pl.Series(visible, dtype=pl.Int64)
        else:
            spaced = self.check.arguments.get("words") == "whitespace"
            views = batch.views(self.column)
            sizes = (0 if v is None else len(v.tokens if spaced else v.words) for v in views)
            counts = pl.Series(sizes, dtype=pl.Int64)
        low, high = self.check.arguments.get("min"), self.check.arguments.get("max")
        if low is not None:
            self.wrong += int((counts < low).sum())
        if high is not None:
            self.wrong += int((counts > high).sum())


class _Language(_Proof):
    """No text is clearly in a language that was not wanted; a few may look so."""

    def see(self, batch: Batch) -> None:
        from ..operators.text._languages import language_model

        model = language_model()
        codes = [str(code) for code in self.check.arguments.get("languages") or ()]  # type: ignore[union-attr]
        listed = [model.codes.index(code) for code in codes if code in model.codes]
        if len(listed) < len(codes) or not codes:
            self.checkable = False
            return
        texts = batch.texts(self.column).fill_null("").to_list()
        likely: NDArray[np.float64] = model.probabilities(texts)[:, listed].sum(axis=1)
        excluded = bool(self.check.arguments.get("exclude"))
        self.wrong += int((likely > _CLEARLY_IN).sum() if excluded else (likely < _CLEARLY_OTHER).sum())

    def tolerated(self) -> float:
        return self.rows * TOLERANCE


class _NoMatch(_Proof):
    """No text holds what a pattern finds."""

    def see(self, batch: Batch) -> None:
        pattern = PATTERNS.get(str(self.check.arguments.get("pattern_name")))
        if pattern is None:
            self.checkable = False
            return
        found = batch.texts(self.column).str.contains(pattern)
        self.wrong += int(found.fill_null(value=self.check.arguments.get("pattern_name") == "blank").sum())

    def tolerated(self) -> float:
        return self.rows * TOLERANCE if self.check.arguments.get("pattern_name") in _LOOSE else 0


class _NoDuplicates(_Proof):
    """No two rows have the same values in some columns; rows without any value there do not count."""

    def __init__(self, check: Check) -> None:
        super().__init__(check)
        named = check.arguments.get("columns")
        self.columns = [str(name) for name in named] if isinstance(named, list) else [self.column]
        self.clean: Callable[[Any], Any] = _plain_text if check.arguments.get("normalize") else lambda value: value
        self.digests: list[NDArray[np.uint64]] = []

    def see(self, batch: Batch) -> None:
        known = [batch.values(name) if name in batch.schema else [None] * len(batch) for name in self.columns]
        rows = (values for values in zip(*known, strict=True) if any(value is not None for value in values))
        digests = (_digest([self.clean(value) for value in values]) for values in rows)
        self.digests.append(np.fromiter(digests, dtype=np.uint64))

    def holds(self) -> bool | None:
        every = np.concatenate(self.digests) if self.digests else np.empty(0, dtype=np.uint64)
        return len(np.unique(every)) == len(every) if self.checkable else None


class _Condition(_Proof):
    """A condition holds for every row."""

    def __init__(self, check: Check) -> None:
        super().__init__(check)
        self.expression = parse_expression(str(check.arguments.get("expression")))

    def see(self, batch: Batch) -> None:
        if self.expression.check(batch.schema):
            self.checkable = False
            return
        self.wrong += int((~self.expression.mask(batch.frame, batch.schema)).sum())


_PROOFS: Final[Mapping[str, type[_Proof]]] = MappingProxyType(
    {
        "word_count": _Count,
        "char_count": _Count,
        "language": _Language,
        "no_exact_duplicates": _NoDuplicates,
        "no_match": _NoMatch,
        "condition": _Condition,
    }
)


def _proof_of(check: Check) -> _Proof | None:
    kind = _PROOFS.get(check.kind)
    try:
        return None if kind is None else kind(check)
    except ExpressionError:
        return None


def _batches(output: Path) -> Iterator[Batch]:
    files = sorted(path for path in output.iterdir() if path.name.endswith(ENDINGS)) if output.is_dir() else [output]
    for file in files:
        if file.exists() and not file.stat().st_size:
            continue  # no rows: what is asked of every row holds
        for block in Dataset.open([file]).blocks():
            parsed = block.parse()
            schema, _ = unify([parsed.schema])
            yield Batch(conform(parsed.frame, parsed.schema, schema), schema)


def _plain_text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", value)).strip().casefold()


def _digest(values: Sequence[Any]) -> int:
    content = orjson.dumps(list(values), default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "little")
