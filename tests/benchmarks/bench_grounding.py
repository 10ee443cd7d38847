"""How well and how fast the rules of grounded_answer_filter tell supported answers from others.

    python tests/benchmarks/bench_grounding.py

Prints for the development part, on which the rules were made, and for the held-out part, which was written before it
was first measured: precision, recall and F1 of "supported" with 95 % intervals (bootstrap over rows), and how many are
judged right in each category; then rows/s and MB/s of processor time.
"""

import argparse
import json
import random
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from dataflow_agent.operators.core.testing import apply_outcome, batch_of
from dataflow_agent.operators.knowledge.grounded_answer_filter import GroundedAnswerFilter

FOLDER = Path(__file__).parents[1] / "operators" / "knowledge" / "grounding"
DRAWS = 2000


def judged(rows: list[dict[str, Any]], **options: Any) -> list[tuple[bool, bool]]:
    """For each row whether it is supported, and whether it is kept."""
    operator = GroundedAnswerFilter(context="context", question="question", **options)
    records = apply_outcome(operator, batch_of(rows)).records
    assert records is not None
    return [(row["supported"], fate == "kept") for row, fate in zip(rows, records["fate"], strict=True)]


def scores(pairs: list[tuple[bool, bool]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of what was kept."""
    hits = sum(true and kept for true, kept in pairs)
    kept, true = sum(kept for _, kept in pairs), sum(true for true, _ in pairs)
    return hits / max(kept, 1), hits / max(true, 1), 2 * hits / max(kept + true, 1)


def intervals(pairs: list[tuple[bool, bool]]) -> list[tuple[float, float]]:
    """The middle 95 % of each score over rows drawn with replacement."""
    draw = random.Random(0)
    drawn = [scores(draw.choices(pairs, k=len(pairs))) for _ in range(DRAWS)]
    columns = [sorted(column) for column in zip(*drawn, strict=True)]
    return [(column[int(0.025 * DRAWS)], column[int(0.975 * DRAWS)]) for column in columns]


def report(path: Path, min_support: float) -> None:
    """Print the measures of one part."""
    rows = [{"question": None, **json.loads(line)} for line in path.read_text(encoding="utf-8").splitlines()]
    pairs = judged(rows, min_support=min_support)
    supported = sum(true for true, _ in pairs)
    print(f"\n{path.stem}: {len(rows)} pairs, {supported} supported")
    for name, value, (low, high) in zip(("precision", "recall", "F1"), scores(pairs), intervals(pairs), strict=True):
        print(f"  {name:10} {value:.3f}  ({low:.3f} to {high:.3f})")
    by_category: dict[str, list[bool]] = defaultdict(list)
    for row, (true, kept) in zip(rows, pairs, strict=True):
        by_category[f"{row['category']}, {'supported' if true else 'not'}"].append(true == kept)
    for category, right in sorted(by_category.items()):
        print(f"  {category:24} {sum(right):3} of {len(right)} right")


def speed(name: str, rows: list[dict[str, Any]]) -> None:
    """Print how fast some rows are judged."""
    size = sum(len(row["context"].encode()) + len(row["answer"].encode()) for row in rows) / 1e6
    batch = batch_of(rows)
    began = time.process_time()
    apply_outcome(GroundedAnswerFilter(context="context"), batch)
    seconds = time.process_time() - began
    print(f"  {name:34} {len(rows) / seconds:8.1f} rows/s {size / seconds:7.2f} MB/s {seconds:6.2f} s")


def sentences(count: int, start: int = 0) -> list[str]:
    """Made-up sentences, each about its own things."""
    return [
        f"The mill of Ford{n} was built in {1500 + n % 500} by {n % 90 + 2} men, and stands {n % 70} m above the lake."
        for n in range(start, start + count)
    ]


def main() -> None:
    """Report quality, then speed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--min-support", type=float, default=0.5)
    given = parser.parse_args()
    for part in ("development", "held_out"):
        report(FOLDER / f"{part}.jsonl", given.min_support)
    print("\nspeed of the rules, one core")
    chunks = [" ".join(sentences(20, 20 * n)) for n in range(300)]
    speed("2 KB sources, one answer each", [{"context": one, "answer": one[:95]} for one in chunks])
    speed("2 KB sources, ten answers each", [{"context": one, "answer": one[:95]} for one in chunks for _ in range(10)])
    long = sentences(10_000)
    speed("1 MB source, short answer", [{"context": " ".join(long), "answer": long[17]}])
    speed("1 MB source, 100 KB answer", [{"context": " ".join(long), "answer": " ".join(long[::10])}])


if __name__ == "__main__":
    main()
