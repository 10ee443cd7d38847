"""Ours against DataFlow and Data-Juicer on one corpus, side by side: processor seconds, memory, rows, and verdicts.

    python tests/benchmarks/peers/compare.py crawl_20k.jsonl.gz --column raw_content
    python tests/benchmarks/peers/compare.py crawl_20k.jsonl.gz --column raw_content --peer data_juicer --rows 2000
    python tests/benchmarks/peers/compare.py crawl_20k.jsonl.gz --column raw_content --verdicts

A peer gets an environment of its own with the version named here, made at the first run and kept in `--environments`;
Data-Juicer installs more (torch among it) when it is first used, so a small run goes before the measured one. Seconds
are user and system time of a whole process and its children, from its start to its end; memory is the most that any one
process of them held.
"""

import argparse
import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dataflow_agent.operators.text._blocklists import BLOCKLISTS
from dataflow_agent.pipelines.builtin import pipeline
from verdicts import tell_verdicts

HERE = Path(__file__).parent
REFERENCE = "text_pretrain_filter_reference"
NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {
    # Of what open-dataflow declares, only what these 23 steps import; --no-deps keeps the rest out.
    "dataflow": (
        ("numpy<2", "pandas==2.3.3", "tqdm", "nltk", "datasketch", "colorlog", "colorama", "rich"),
        ("appdirs", "requests", "typer"),
        ("--no-deps", "open-dataflow==1.0.13"),
    ),
    "data_juicer": (("py-data-juicer==1.6.1", "aiohttp", "selectolax"),),
}
AIMS = {"dataflow": 40, "dataflow without MinHash": 6, "data_juicer": 15}
LEAST_MB = 8
"""MB of text per processor second that ours should reach."""
WARM_UP_ROWS = 50


@dataclass(frozen=True)
class Spent:
    """What one process took: seconds by the processor and by the clock, MB of memory, and rows that it kept."""

    name: str
    processor: float
    clock: float
    megabytes: float
    kept: int


@dataclass(frozen=True)
class Corpus:
    """A JSONL file, not compressed, and the column of its texts."""

    path: Path
    column: str
    rows: int

    @property
    def megabytes(self) -> float:
        """Size of the file."""
        return self.path.stat().st_size / 1e6

    def head(self, rows: int, folder: Path) -> "Corpus":
        """Its first rows as a file of their own."""
        path = folder / f"head-{rows}.jsonl"
        with self.path.open("rb") as file:
            lines = [line for _, line in zip(range(rows), file, strict=False)]
        path.write_bytes(b"".join(lines))
        return Corpus(path, self.column, len(lines))


def main() -> None:
    """Measure and print."""
    args = _arguments()
    with folder() as place:
        corpus = read_corpus(args.data, args.column, args.rows, place)
        print(f"{corpus.rows} rows, {corpus.megabytes:.1f} MB; load {os.getloadavg()[0]:.1f}\n", flush=True)
        measured = []
        for minhash in (True, False):
            measured.append(best(lambda n, m=minhash: ours(corpus, place / f"ours-{m}-{n}", minhash=m), args.rounds))
            tell(measured[-1], corpus)
            for peer in args.peer or NEEDS:
                if not minhash and peer == "data_juicer":
                    continue
                run = {"dataflow": dataflow, "data_juicer": data_juicer}[peer]
                python = environment(peer, args.environments)
                measured.append(run(python, corpus, place / f"{peer}-{minhash}", minhash=minhash))
                tell(measured[-1], corpus)
        tell_ratios(measured, corpus)
        if args.verdicts:
            python = environment("dataflow", args.environments)
            target = place / "verdicts.json"
            finished(
                [str(python), str(HERE / "run_dataflow.py"), "verdicts", str(corpus.path), corpus.column, str(target)]
            )
            tell_verdicts(corpus.path, corpus.column, json.loads(target.read_text(encoding="utf-8")))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="a JSONL file, gzipped or not")
    parser.add_argument("--column", default="text", help="the column that holds the text")
    parser.add_argument("--rows", type=int, help="only so many rows from the start")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of ours, of which the best counts")
    parser.add_argument("--peer", action="append", choices=NEEDS, help="only this peer; may be given again")
    parser.add_argument(
        "--verdicts", action="store_true", help="compare what each rule says, row by row, with DataFlow"
    )
    parser.add_argument(
        "--environments", type=Path, default=Path.home() / ".cache" / "dataflow-agent-peers", help="where peers live"
    )
    return parser.parse_args()


def read_corpus(data: Path, column: str, rows: int | None, place: Path) -> Corpus:
    """The corpus as a plain file, since not every peer reads compressed ones."""
    path = place / "corpus.jsonl"
    with gzip.open(data) if data.suffix == ".gz" else data.open("rb") as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
    with path.open("rb") as file:
        whole = Corpus(path, column, sum(1 for _ in file))
    return whole if rows is None else whole.head(rows, place)


def ours(corpus: Corpus, place: Path, *, minhash: bool) -> Spent:
    """The reference pipeline through the command line, in a home of its own, so that nothing is found ready."""
    place.mkdir()
    workflow = pipeline(REFERENCE).bound({"text": corpus.column})
    if not minhash:
        steps = tuple(step for step in workflow.steps if step.operator != "minhash_dedup")
        workflow = workflow.model_copy(update={"steps": steps})
    workflow.save(place / "workflow.yaml")
    output = place / "out.jsonl"
    command = [sys.executable, "-m", "dataflow_agent", "apply", str(place / "workflow.yaml")]
    command += ["-i", str(corpus.path), "-o", str(output), "--json"]
    name = "ours" if minhash else "ours without MinHash"
    return spent(name, command, output, {"DATAFLOW_HOME": str(place / "home")})


def dataflow(python: Path, corpus: Corpus, place: Path, *, minhash: bool) -> Spent:
    """DataFlow's pipeline, with a file for each step as it ships."""
    place.mkdir()
    command = [str(python), str(HERE / "run_dataflow.py"), "run", str(corpus.path), corpus.column, str(place)]
    steps = 23 if minhash else 22
    name = "dataflow" if minhash else "dataflow without MinHash"
    return spent(name, command + ["--no-minhash"] * (not minhash), place / f"step_step{steps}.jsonl")


def data_juicer(python: Path, corpus: Corpus, place: Path, *, minhash: bool) -> Spent:
    """Data-Juicer's nearest recipe in one process, after a small run in which it installs what it lacks."""
    place.mkdir()
    for some in (corpus.head(WARM_UP_ROWS, place), corpus):
        output = place / f"out-{some.rows}.jsonl"
        recipe = (HERE / "data_juicer.yaml").read_text(encoding="utf-8")
        for word, value in {"INPUT": some.path, "OUTPUT": output, "COLUMN": some.column, "ASSETS": place}.items():
            recipe = recipe.replace(word, str(value))
        (place / "recipe.yaml").write_text(recipe, encoding="utf-8")
        (place / "flagged_words.json").write_text(json.dumps({"en": list(BLOCKLISTS["en"])}), encoding="utf-8")
        offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(place / "hub"), "DATA_JUICER_CACHE_HOME": str(place / "cache")}
        found = spent(
            "data_juicer",
            [str(python.with_name("dj-process")), "--config", str(place / "recipe.yaml")],
            output,
            offline,
        )
    return found


def environment(peer: str, environments: Path) -> Path:
    """The Python of a peer's own environment, made if it is not there."""
    place = environments / peer
    python = place / "bin" / "python"
    done = place / "installed.json"
    wanted = json.dumps(NEEDS[peer])
    if not done.exists() or done.read_text(encoding="utf-8") != wanted:
        venv.create(place, clear=True, with_pip=True)
        for packages in NEEDS[peer]:
            finished([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages])
        done.write_text(wanted, encoding="utf-8")
    return python


def best(measure: Callable[[int], Spent], rounds: int) -> Spent:
    """The one of some measurements that took least of the processor."""
    return min((measure(number) for number in range(rounds)), key=lambda spent: spent.processor)


def spent(name: str, command: Sequence[str], output: Path, variables: dict[str, str] | None = None) -> Spent:
    """Run a command to its end and count the rows of what it wrote."""
    began = time.perf_counter()
    usage = finished(command, variables)
    clock = time.perf_counter() - began
    with output.open("rb") as file:
        kept = sum(1 for _ in file)
    return Spent(name, usage.ru_utime + usage.ru_stime, clock, usage.ru_maxrss / 1024, kept)


def finished(command: Sequence[str], variables: dict[str, str] | None = None) -> resource.struct_rusage:
    """Run a command to its end; what it printed is shown only when it failed."""
    with tempfile.TemporaryFile() as printed:
        child = subprocess.Popen(command, stdout=printed, stderr=printed, env={**os.environ, **(variables or {})})
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            printed.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{printed.read().decode(errors='replace')[-4000:]}")
    return usage


def tell(one: Spent, corpus: Corpus) -> None:
    """One line of numbers."""
    rate = corpus.megabytes / one.processor
    print(
        f"{one.name:<26}{one.processor:8.1f} s processor {one.clock:8.1f} s clock {rate:7.2f} MB/s "
        f"{one.megabytes:7.0f} MB {one.kept:8d} rows kept",
        flush=True,
    )


def tell_ratios(measured: Sequence[Spent], corpus: Corpus) -> None:
    """How ours stands to each peer, and to what was aimed at."""
    known = {one.name: one for one in measured}
    rate = corpus.megabytes / known["ours"].processor
    print(f"\nours: {rate:.1f} MB per processor second, aim {LEAST_MB}")
    for peer, aim in AIMS.items():
        if peer in known:
            own = known["ours without MinHash" if peer.endswith("MinHash") else "ours"]
            print(f"{peer}: {known[peer].processor / own.processor:.1f} times our processor time, aim {aim}")


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for one comparison."""
    path = Path(tempfile.mkdtemp(prefix="peers-"))
    try:
        yield path
    finally:
        shutil.rmtree(path)


if __name__ == "__main__":
    main()
