"""Makes a large corpus out of a small one: distinct rows, with a known share of exact duplicates.

python tests/benchmarks/mutate.py crawl.jsonl.gz big.jsonl --rows 2000000 --duplicates 0.05 --seed 0
"""

import argparse
import gzip
import random
from collections.abc import Iterator
from pathlib import Path

import orjson


def read_texts(path: Path, column: str) -> list[str]:
    """The texts of a JSONL file, gzipped or not."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        return [text for line in lines if (text := orjson.loads(line)[column])]


def mutated(texts: list[str], rows: int, duplicates: float, seed: int) -> Iterator[tuple[str, bool]]:
    """Texts, each with whether it repeats an earlier one; all others differ from each other by a word of their own."""
    chance = random.Random(seed)
    recent: list[str] = []
    for number in range(rows):
        if recent and chance.random() < duplicates:
            yield chance.choice(recent), True
            continue
        text = texts[number % len(texts)]
        cut = text.find(" ", chance.randrange(len(text)))
        text = f"{text[:cut]} variant{number} {text[cut + 1 :]}" if cut >= 0 else f"{text} variant{number}"
        if len(recent) < 10_000:
            recent.append(text)
        else:
            recent[chance.randrange(10_000)] = text
        yield text, False


def main() -> None:
    """Write the corpus and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--duplicates", type=float, default=0.05)
    parser.add_argument("--column", default="raw_content")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    texts = read_texts(args.source, args.column)
    repeated = 0
    with args.target.open("wb") as out:
        for number, (text, again) in enumerate(mutated(texts, args.rows, args.duplicates, args.seed)):
            repeated += again
            row = {"id": number, "text": text}
            out.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    size = args.target.stat().st_size / 1e6
    print(f"{args.rows} rows, {repeated} of them exact duplicates, {size:.0f} MB, seed {args.seed}")


if __name__ == "__main__":
    main()
