"""The quality card of data: measured in one pass, compared with that of other data where asked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from ...operators.core import Context, Range
from ...operators.core.dataset import Dataset
from ..histogram import rebin, shared_edges
from ..limits import all_whole, beyond, limits_of
from .differences import differences
from .measures import TOKENIZER, Measure, Measures, card_measures
from .model import MetricCard, NotMeasured, QualityCard
from .one_pass import Measured, TextPass, measure
from .shape import BLOCK_ROWS

Edges = Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Reading:
    """Data and the column that holds its texts, None where none does."""

    dataset: Dataset
    column: str | None


def make_card(
    data: Reading,
    against: Reading | None = None,
    *,
    sample: int | None = None,
    tokenizer: Path | None = None,
    on_rows: Callable[[int], None] | None = None,
    block_rows: int = BLOCK_ROWS,
) -> QualityCard:
    """Measure data, and other data to compare it with.

    Args:
        against: the state before.
        sample: most rows to read from the start of each, None for all.
        tokenizer: a tokenizer.json to count tokens with; None for an estimate.
        on_rows: told how many rows were read, time and again.
        block_rows: most rows held at once; makes no difference to the card.

    Raises:
        InvalidInput: data or tokenizer cannot be read, or a column is not there or can hold no text.
        RunStopped: the system refuses to write what is kept on disk meanwhile.
    """
    bound = {} if tokenizer is None else {TOKENIZER: str(tokenizer)}
    measures = Measures.opened(card_measures(tokenizer=tokenizer is not None), Context(resources=bound))
    with TemporaryDirectory(prefix="dataflow-card-") as folder:
        found: list[Measured] = []
        for place, one in enumerate([data] if against is None else [data, against]):
            scratch = Path(folder, str(place))
            scratch.mkdir()
            told = None if on_rows is None else partial(_tell, on_rows, sum(done.shape.rows for done in found))
            found.append(
                measure(one.dataset, one.column, measures, scratch, sample=sample, block_rows=block_rows, on_rows=told)
            )
        edges = _edges(found)
        cards = [_card(one, edges, sample, tokenizer) for one in found]
    if against is None:
        return cards[0]
    after, earlier = cards
    return after.model_copy(update={"against": earlier, "differences": differences(earlier, after)})


def _tell(on_rows: Callable[[int], None], before: int, rows: int) -> None:
    on_rows(before + rows)


def _edges(found: Sequence[Measured]) -> Edges:
    """For each metric edges that suit all the data, so that its histograms can lie over each other."""
    passes = [one.texts for one in found if one.texts is not None]
    measures = passes[0].measures.all if passes else ()
    return {one.name: shared_edges([texts.values(one.name) for texts in passes]) for one in measures}


def _card(found: Measured, edges: Edges, sample: int | None, tokenizer: Path | None) -> QualityCard:
    shape, texts = found.shape, found.texts
    why = "no column holds text, so only the shape of the data was measured" if shape.rows else "there are no rows"
    return QualityCard(
        inputs=shape.files,
        sample=sample,
        rows=shape.rows,
        rejects=shape.rejects,
        rejected=tuple(shape.rejected),
        columns=shape.columns(),
        column=found.column,
        texts=texts.count if texts else 0,
        tokenizer=tokenizer.name if tokenizer else None,
        languages=texts.languages.shares() if texts else (),
        duplicates=texts.duplicates() if texts else None,
        personal_data=texts.personal_data.rates() if texts else (),
        metrics=tuple(_metrics(texts, edges)) if texts else (),
        not_measured=() if texts else (NotMeasured(what="texts", why=why),),
        warnings=(*found.dataset.warnings, *shape.schema()[1]),
    )


def _metrics(texts: TextPass, edges: Edges) -> Iterator[MetricCard]:
    for one in texts.measures.all:
        yield _metric(one, texts, edges[one.name])


def _metric(one: Measure, texts: TextPass, edges: tuple[float, ...]) -> MetricCard:
    values = texts.values(one.name)
    some = values.drop_nulls()
    lowest, highest = texts.ends(one.name)
    outside = None if one.rule is None else beyond(some, one.rule)
    return MetricCard(
        name=one.name,
        title=one.title,
        group=one.group,
        unit=one.unit,
        about=one.about,
        operator=one.operator.name,
        values=len(some),
        missing=values.null_count(),
        total=float(some.sum()) if one.group == "length" else None,
        mean=_number(some.mean()),
        minimum=_number(some.min()),
        p05=some.quantile(0.05, "nearest"),
        median=_number(some.median()),
        p95=some.quantile(0.95, "nearest"),
        maximum=_number(some.max()),
        rule=None if one.rule is None else str(one.rule),
        limits=limits_of(one.rule, whole=all_whole(some)) if isinstance(one.rule, Range) else (),
        outside=None if outside is None else len(outside),
        outside_share=None if outside is None else len(outside) / max(len(some), 1),
        outside_counts=None if outside is None else rebin(outside, edges).counts,
        histogram=rebin(values, edges),
        lowest=lowest,
        highest=highest,
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
