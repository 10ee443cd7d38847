"""What near-duplicate removal finds, and what it costs: recall and precision by true similarity, speed, growth.

    python tests/benchmarks/bench_dedup.py crawl.jsonl.gz --column raw_content
    python tests/benchmarks/bench_dedup.py big.jsonl --column text --only memory

The truth is every pair of texts counted out over their shingles, and the rule itself carried out on it: each text
compared with all kept before it. Seconds are those of the processor, of the process. datasketch is measured beside
ours where it is installed; DataFlow's class has an environment of its own, see `peers/`.
"""

import argparse
import gzip
import importlib.util
import os
import platform
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import orjson
from dataflow_agent.operators.core import Batch, DatasetOperator, TextView
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.testing import apply_outcome, batch_of
from dataflow_agent.operators.dedup._shingles import shingled
from dataflow_agent.operators.dedup.minhash_dedup import MinhashDedup
from dataflow_agent.operators.dedup.simhash_dedup import SimhashDedup
from dataflow_agent.pipelines.engine.manifest import Manifest
from dataflow_agent.pipelines.run import Home, run
from dataflow_agent.pipelines.workflow import Step, Workflow

THRESHOLDS = (0.7, 0.8, 0.9)
BANDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
SHINGLE_WORDS = 5
GROWTH = (2_500, 5_000, 10_000, 20_000)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="a JSONL file, gzipped or not")
    parser.add_argument("--column", default="text", help="the column that holds the text")
    parser.add_argument("--only", choices=("quality", "speed", "growth", "memory"), help="only this measurement")
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {args.data.name}")
    if args.only == "memory":
        memory(args.data, args.column)
        return
    texts = list(read_texts(args.data, args.column))
    if args.only in (None, "quality"):
        quality(texts)
    if args.only in (None, "speed"):
        speed(texts)
    if args.only in (None, "growth"):
        growth(texts)


def read_texts(path: Path, column: str) -> Iterator[str]:
    """The texts of a JSONL file."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            text = orjson.loads(line).get(column)
            if isinstance(text, str):
                yield text


def quality(texts: Sequence[str]) -> None:
    """Recall and precision against the rule carried out on all pairs, by true Jaccard similarity."""
    earlier = true_pairs(texts, min(BANDS[1:]))
    batch = batch_of([{"text": text} for text in texts])
    for threshold in THRESHOLDS:
        wanted = kept_so_far(earlier, threshold)
        merged = merged_rows(MinhashDedup(threshold=threshold), batch)
        right = len(wanted.keys() & merged)
        print(
            f"\nthreshold {threshold}: {len(wanted)} rows to merge, {len(merged)} merged, "
            f"recall {share(right, len(wanted))}, precision {share(right, len(merged))}"
        )
        for low, high in pairwise(BANDS):
            rows = {row for row, alike in wanted.items() if low <= alike < high or (high == 1 and alike == 1)}
            if rows:
                print(f"  similarity {low:.2f} to {high:.2f}: {share(len(rows & merged), len(rows))} of {len(rows)}")


def true_pairs(texts: Sequence[str], least: float) -> list[list[tuple[int, float]]]:
    """For each text the earlier ones that are at least so similar, with their Jaccard similarity."""
    sets = shingled([TextView(text) for text in texts], "word", SHINGLE_WORDS).sets()
    postings: dict[int, list[int]] = defaultdict(list)
    found: list[list[tuple[int, float]]] = []
    for row, shingles in enumerate(sets):
        seen = [postings[shingle] for shingle in shingles.tolist()]
        shared = np.bincount(np.fromiter((at for rows in seen for at in rows), dtype=np.int64), minlength=1)
        near = []
        for other in np.flatnonzero(shared):
            alike = float(shared[other] / (len(shingles) + len(sets[other]) - shared[other]))
            near.extend([(int(other), alike)] if alike >= least else [])
        found.append(near)
        for rows in seen:
            rows.append(row)
    return found


def kept_so_far(earlier: Sequence[Sequence[tuple[int, float]]], threshold: float) -> dict[int, float]:
    """The rows that the rule merges, each with the similarity to the first row kept that is similar enough."""
    merged: dict[int, float] = {}
    for row, near in enumerate(earlier):
        alike = next((alike for other, alike in near if alike >= threshold and other not in merged), None)
        if alike is not None:
            merged[row] = alike
    return merged


def merged_rows(operator: DatasetOperator, batch: Batch) -> set[int]:
    """The positions of the rows that an operator merges."""
    records = apply_outcome(operator, batch).records
    assert records is not None
    return set(np.flatnonzero((records["fate"] == "merged").to_numpy()).tolist())


def speed(texts: Sequence[str]) -> None:
    """Megabytes of text for each second of the processor."""
    size = sum(len(text.encode()) for text in texts) / 1e6
    batch = batch_of([{"text": text} for text in texts])
    print(f"\n{len(texts)} texts, {size:.1f} MB")
    for operator in (MinhashDedup(), MinhashDedup(verify=False), SimhashDedup()):
        started = time.process_time()
        found = len(merged_rows(operator, Batch(batch.frame, batch.schema)))
        options = ", ".join(f"{name}={value}" for name, value in operator.model_dump(exclude_defaults=True).items())
        tell_speed(f"{operator.name}({options})", size, time.process_time() - started, found)
    if importlib.util.find_spec("datasketch"):
        started = time.process_time()
        found = with_datasketch(texts)
        tell_speed("datasketch, 128 permutations", size, time.process_time() - started, found)


def with_datasketch(texts: Sequence[str]) -> int:
    """Rows merged by the nearest that datasketch offers: the same shingles, one update a text, no verification."""
    from datasketch import MinHash, MinHashLSH  # type: ignore[import-not-found, unused-ignore]

    index = MinHashLSH(threshold=0.8, num_perm=128)
    merged = 0
    for row, text in enumerate(texts):
        words = TextView(text).words
        count = max(len(words) - SHINGLE_WORDS + 1, 1)
        signature = MinHash(num_perm=128)
        signature.update_batch({" ".join(words[at : at + SHINGLE_WORDS]).lower().encode() for at in range(count)})
        if index.query(signature):
            merged += 1
        else:
            index.insert(str(row), signature)
    return merged


def growth(texts: Sequence[str]) -> None:
    """Seconds by number of rows, and the exponent of their growth."""
    counts = [count for count in GROWTH if count <= len(texts)]
    spent = []
    for count in counts:
        batch = batch_of([{"text": text} for text in texts[:count]])
        started = time.process_time()
        merged_rows(MinhashDedup(), batch)
        spent.append(time.process_time() - started)
    if len(counts) > 1:
        exponent = np.polyfit(np.log(counts), np.log(spent), 1)[0]
        told = ", ".join(f"{count}: {seconds:.2f} s" for count, seconds in zip(counts, spent, strict=True))
        print(f"\nminhash_dedup by rows: {told}; exponent {exponent:.2f}")


def memory(data: Path, column: str) -> None:
    """A run of the engine with minhash_dedup alone: peak memory beside the bytes held at the barrier."""
    flow = Workflow(name="dedup", steps=(Step(id="near", operator="minhash_dedup", options={"column": column}),))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home")
        started, clock = time.process_time(), time.perf_counter()
        result = run(flow, data, Path(folder) / "out.jsonl", settings=settings)
        held = Manifest.load(Home.of(settings).run_folder(result.id)).barrier_bytes
        rows = result.report.rows_in
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{rows} rows in, {result.report.rows_out} out; {time.process_time() - started:.0f} s processor, "
            f"{time.perf_counter() - clock:.0f} s clock; peak {peak:.0f} MB, of which {held / 1e6:.0f} MB at the "
            f"barrier: {held / max(rows, 1):.0f} bytes a row, stated {MinhashDedup.sketch_bytes}"
        )


def tell_speed(what: str, size: float, seconds: float, merged: int) -> None:
    """Print one line."""
    print(f"  {what:<40} {size / seconds:6.1f} MB/s  {seconds:6.2f} s  {merged} merged")


def share(part: int, whole: int) -> str:
    """A share for people, or a dash where there is nothing to share."""
    return f"{part / whole:.4f}" if whole else "-"


if __name__ == "__main__":
    main()
