"""Chunking in MB of text per processor second, beside chonkie where it is installed.

    python tests/benchmarks/bench_chunking.py crawl.jsonl --column raw_content
    python tests/benchmarks/bench_chunking.py crawl.jsonl --column raw_content --peer-python PATH_TO_PYTHON

`chonkie` has its own environment more often than not: `--peer-python` names the interpreter of one that has it, which
is given the same texts in the same run. A peer that is absent is named as absent.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

SIZES = {"words": 512, "chars": 1000}
PEER = """
import json, sys, time
import chonkie
texts = [json.loads(line)[sys.argv[2]] for line in open(sys.argv[1], encoding="utf-8")]
kinds = {"recursive": chonkie.RecursiveChunker, "sentence": chonkie.SentenceChunker, "token": chonkie.TokenChunker}
for unit, tokenizer, size in (("words", "word", 512), ("chars", "character", 1000)):
    for method, kind in kinds.items():
        chunker = kind(tokenizer=tokenizer, chunk_size=size)
        seconds = []
        for _ in range(int(sys.argv[3])):
            started = time.process_time()
            count = sum(len(chunker.chunk(text)) for text in texts)
            seconds.append(time.process_time() - started)
        print(json.dumps([f"chonkie {chonkie.__version__} {method}, {size} {unit}", min(seconds), count]))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="a JSONL file")
    parser.add_argument("--column", default="text", help="the column that holds the text")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of which the best counts")
    parser.add_argument("--peer-python", default=sys.executable, help="interpreter of an environment with chonkie")
    args = parser.parse_args()
    texts = [json.loads(line)[args.column] for line in args.data.open(encoding="utf-8")]
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    print(f"{len(texts)} texts, {megabytes:.1f} MB")
    for name, seconds, count in [*ours(texts, args.rounds), *peers(args)]:
        print(f"{megabytes / seconds:9.1f} MB/s {count:8} chunks  {name}")


def ours(texts: Sequence[str], rounds: int) -> list[tuple[str, float, int]]:
    """Name, seconds and chunks of each method and unit."""
    from dataflow_agent.operators.core import Context
    from dataflow_agent.operators.knowledge.chunk_text import ChunkText

    measured = []
    for unit, size in SIZES.items():
        for method in ("recursive", "sentence", "token", "heading", "semantic"):
            operator = ChunkText(method=method, unit=unit, size=size)
            state = operator.open(Context())

            def chunk_all(operator: ChunkText = operator, state: object = state) -> int:
                return sum(len(operator.expand({"text": text}, state)) for text in texts)

            measured.append((f"chunk_text {method}, {size} {unit}", *best(chunk_all, rounds)))
    return measured


def best(work: Callable[[], int], rounds: int) -> tuple[float, int]:
    """The least processor time of several rounds, and what the work returned."""
    seconds = []
    count = 0
    for _ in range(rounds):
        started = time.process_time()
        count = work()
        seconds.append(time.process_time() - started)
    return min(seconds), count


def peers(args: argparse.Namespace) -> list[tuple[str, float, int]]:
    """The same of chonkie, in a process of its own."""
    command = [args.peer_python, "-c", PEER, str(args.data), args.column, str(args.rounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"chonkie is absent: {done.stderr.strip().splitlines()[-1]}")
        return []
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    main()
