"""Each operator over texts alone, in MB of text per processor second, the slowest first.

    python tests/benchmarks/bench_operators.py crawl.jsonl.gz --column raw_content
    python tests/benchmarks/bench_operators.py crawl.jsonl.gz --column raw_content --operator strip_html --rounds 5

Row-scope operators are applied, dataset-scope ones sketch and decide, on batches as the engine makes them, each without
anything that another has computed. Opening (a model, a word list) is left out. Operators that need a model, an index or
a resource, and those that do not read a text, are passed over.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from dataflow_agent.operators.core import Batch, Context, DatasetOperator, Operator, RowOperator, all_operators
from dataflow_agent.operators.core.dataset import Dataset, conform, unify
from dataflow_agent.pipelines.engine.source import PART_BYTES, PART_ROWS
from pydantic import ValidationError

FOLDERS = ("text", "dedup", "score")
SEVERAL = {
    "line_pattern_filter": ({"lines": "bullet_start"},),
    "minhash_dedup": ({}, {"shingle": "char", "threshold": 0.9}),
    "word_count_filter": ({}, {"words": "whitespace"}),
    "terminal_punctuation_filter": ({}, {"words": "whitespace"}),
    "token_count_filter": ({"max_tokens": 4096},),
}
"""Options to measure where the defaults are not enough or not allowed."""
SLOW = 20.0
"""MB per processor second below which an operator is marked."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="a JSONL file, gzipped or not")
    parser.add_argument("--column", default="text", help="the column that holds the text")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of which the best counts")
    parser.add_argument("--operator", action="append", help="only this operator; may be given again")
    args = parser.parse_args()
    batches = read(args.data, args.column)
    megabytes = sum(batch.texts(args.column).str.len_bytes().sum() for batch in batches) / 1e6
    print(f"{sum(map(len, batches))} texts, {megabytes:.1f} MB")
    measured = []
    for name, operator in chosen(args.operator, args.column):
        work = task(operator, batches)
        if work is not None:
            seconds = min(processor_seconds(work) for _ in range(args.rounds))
            measured.append((megabytes / seconds, name))
    for rate, name in sorted(measured):
        print(f"{rate:9.1f} MB/s  {name}{'   <- slow' if rate < SLOW else ''}")


def read(data: Path, column: str) -> list[Batch]:
    """The rows in batches of the engine's size."""
    blocks = [block.parse() for block in Dataset.open([data]).blocks(max_rows=PART_ROWS, max_bytes=PART_BYTES)]
    schema, _ = unify([block.schema for block in blocks])
    if column not in schema:
        raise SystemExit(f"there is no column {column!r}; there are {', '.join(schema.names)}")
    return [Batch(conform(block.frame, block.schema, schema), schema) for block in blocks]


def chosen(names: Sequence[str] | None, column: str) -> Iterator[tuple[str, Operator]]:
    """The operators to measure, each with the name and options to show."""
    for name, cls in all_operators().items():
        folder = cls.__module__.split(".")[-2]
        if name not in (names or [name]) or folder not in FOLDERS or cls.needs:
            continue
        bound: dict[str, Any] = {"column": column} if "column" in cls.model_fields else {"columns": [column]}
        for options in SEVERAL.get(name, ({},)):
            shown = " ".join(f"{option}={value}" for option, value in options.items())
            try:
                yield f"{name} {shown}", cls(**bound, **options)
            except ValidationError:
                print(f"           passed over: {name} {shown}")


def task(operator: Operator, batches: Sequence[Batch]) -> Callable[[], None] | None:
    """The work of one measurement; None where the operator cannot be opened or used here."""
    if operator.check_schema(batches[0].schema) or not set(operator.reads()) <= set(batches[0].schema.names):
        return None
    try:
        state = operator.open(Context())
    except Exception as error:
        print(f"           passed over: {operator.name}, {error}")
        return None
    if isinstance(operator, RowOperator):
        return lambda: apply_all(operator, state, batches)
    if isinstance(operator, DatasetOperator):
        return lambda: decide_all(operator, state, batches)
    return None


def apply_all(operator: RowOperator, state: Any, batches: Sequence[Batch]) -> None:
    """Take each batch through a row-scope operator."""
    for batch in batches:
        operator.apply(fresh(batch), state)


def decide_all(operator: DatasetOperator, state: Any, batches: Sequence[Batch]) -> None:
    """Sketch each batch, decide over all and rewrite each."""
    sketches = pl.concat([operator.sketch(fresh(batch), state) for batch in batches])
    rows = pl.concat([batch.frame for batch in batches])

    def fetch(ids: Sequence[str], columns: Sequence[str]) -> pl.DataFrame:
        wanted = pl.DataFrame({"_row": list(ids)}, schema={"_row": pl.String})
        return wanted.join(rows.select("_row", *columns), on="_row", how="left", maintain_order="left")

    records = operator.decide(sketches, fetch, Context()).records
    start = 0
    for batch in batches:
        operator.rewrite(fresh(batch), records.slice(start, len(batch)))
        start += len(batch)


def fresh(batch: Batch) -> Batch:
    """The batch without anything cached."""
    return Batch(batch.frame, batch.schema)


def processor_seconds(work: Callable[[], None]) -> float:
    """Seconds of all threads of this process."""
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main()
