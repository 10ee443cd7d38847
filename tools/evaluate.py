"""Measures data for a quality card: opens it, finds the column that holds the texts, reads it once."""

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory

from ..operators.core import InvalidInput
from ..operators.core.dataset import STANDARD_INPUT, Dataset
from ..pipelines.card.making import Reading, make_card
from ..pipelines.card.model import QualityCard
from ..pipelines.card.shape import check_text_column
from .profile import profile

Paths = str | PathLike[str] | Sequence[str | PathLike[str]]


def evaluate(
    data: Paths,
    against: Paths | None = None,
    column: str | None = None,
    *,
    sample: int | None = None,
    tokenizer: str | PathLike[str] | None = None,
    on_rows: Callable[[int], None] | None = None,
) -> QualityCard:
    """The quality card of data, compared with that of other data where given.

    Args:
        data: one path or several; see `Dataset.open`.
        against: the state before, such as the input of the run that wrote `data`.
        column: holds the texts, in both; the one that is clearly the main text if not given.
        sample: most rows to read from the start of each, None for all.
        tokenizer: a tokenizer.json to count tokens with; an estimate if not given.
        on_rows: told how many rows were read, time and again.

    Raises:
        InvalidInput: an input cannot be read, or it is not clear which column holds the texts.
        RunStopped: the system refuses to write what is kept on disk meanwhile.
    """
    given = [_paths(data)] if against is None else [_paths(data), _paths(against)]
    if sum(paths.count(STANDARD_INPUT) for paths in given) > 1:
        message = "- stands there twice, but standard input can be read only once; write it to a file first"
        raise InvalidInput.of("standard_input", message, got=STANDARD_INPUT)
    with TemporaryDirectory(prefix="dataflow-input-") as spool:
        readings = [_reading(paths, column, Path(spool)) for paths in given]
        file = None if tokenizer is None else Path(tokenizer)
        return make_card(*readings, sample=sample, tokenizer=file, on_rows=on_rows)


def _paths(data: Paths) -> list[str | PathLike[str]]:
    return [data] if isinstance(data, str | PathLike) else list(data)


def _reading(paths: Sequence[str | PathLike[str]], column: str | None, spool: Path) -> Reading:
    dataset = Dataset.open(paths, spool=spool)
    return Reading(dataset, _text_column(dataset, column))


def _text_column(dataset: Dataset, wanted: str | None) -> str | None:
    """The column that holds the texts, None where no column holds any.

    Raises:
        InvalidInput: it is not there or can hold no text, or several may be meant.
    """
    found = profile(dataset)
    names = ", ".join(dict.fromkeys(found.inputs))
    if wanted is not None:
        # A column may begin after the rows that were looked at.
        if found.complete or wanted in found.schema:
            check_text_column(wanted, found.schema, names)
        return wanted
    candidates = found.text_candidates()
    if found.text_column() is None and candidates:
        listed = ", ".join(map(repr, candidates))
        message = f"{names}: several columns may hold the text: {listed}; name one with --column"
        raise InvalidInput.of("ambiguous_column", message, allowed=[*candidates])
    return found.text_column()
