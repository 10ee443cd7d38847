"""How well requests in plain words are planned, judged by the rows that come out.

    python tests/benchmarks/requests/run.py [--part dev|heldout|all] [--planner offline|llm] [--against offline]
        [--only WORDS] [--show]

Runs each request of the benchmark as a user would (`Agent.start`, answers to questions included) over its small table
and compares the output with what the request's oracle says. With `--planner llm` the endpoint or local model of
`DATAFLOW_LLM_*` plans; `--against offline` pairs both planners on the same requests. Prints shares with their 95 %
intervals (Wilson), the paired difference with its interval (bootstrap over requests). Of the held-out part no request
is shown or saved: whoever reads what failed there tunes on it.
"""

import argparse
import importlib
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from tempfile import TemporaryDirectory

from cases import Case
from dataflow_agent.agent.planners.matching import Matcher
from dataflow_agent.operators.core import all_operators
from dataflow_agent.operators.core.dataset import Dataset
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.tools.profile import profile
from dataflow_agent.tools.wiring import open_catalog
from judging import Judge, Verdict

FOLDER = Path(__file__).parent
Z = 1.96
DRAWS = 2000
TOP = 6


def cases_of(part: str) -> list[Case]:
    """The cases of the development part, of the held-out part, or of both."""
    names = sorted(file.stem for file in FOLDER.glob("*.py") if file.stem.startswith(("dev_", "heldout_")))
    wanted = [name for name in names if part == "all" or name.startswith(f"{part}_")]
    return [case for name in wanted for case in importlib.import_module(name).CASES]


def interval(hits: int, total: int) -> tuple[float, float]:
    """The Wilson interval of a share."""
    if not total:
        return 0.0, 1.0
    share, spread = hits / total, Z * Z / total
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Share:
    """A share of requests or clauses."""

    name: str
    hits: int
    total: int

    def __str__(self) -> str:
        low, high = interval(self.hits, self.total)
        share = self.hits / self.total if self.total else float("nan")
        return f"{self.name:38} {share:7.1%}  [{low:6.1%}, {high:6.1%}]  {self.hits} of {self.total}"


def shares(verdicts: Sequence[Verdict]) -> list[Share]:
    """What the verdicts say together."""
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    total = len(verdicts)
    ambiguous = [verdict for verdict in verdicts if verdict.case.kind == "ambiguous"]
    asked = [verdict for verdict in verdicts if verdict.asked]
    left = [verdict for verdict in verdicts if verdict.not_covered]
    clauses = [held for verdict in verdicts for held in verdict.clauses]
    beyond = [verdict for verdict in left if verdict.case.uncovered or verdict.case.kind in ("impossible", "hostile")]
    return [
        Share("executed correctly", outcomes["right"], total),
        Share("silently wrong", outcomes["wrong"], total),
        Share("asked", outcomes["asked"], total),
        Share(
            "named as not covered or refused", sum(outcomes[one] for one in ("not covered", "refused", "failed")), total
        ),
        Share("clauses of what ran that hold", sum(clauses), len(clauses)),
        Share("questions that were needed (precision)", sum(v.case.kind == "ambiguous" for v in asked), len(asked)),
        Share("ambiguous ones asked about (recall)", sum(v.asked for v in ambiguous), len(ambiguous)),
        Share("not covered that cannot be done", len(beyond), len(left)),
    ]


def recall(cases: Iterable[Case], home: Path) -> Share:
    """Clauses for which retrieval has an operator that could do them among its first six."""
    catalog, found = open_catalog(Settings(home=home)), list[bool]()
    for case in cases:
        shown = profile(Dataset.open([FOLDER / "tables" / f"{case.table.removesuffix('.jsonl')}.jsonl"]))
        matcher = Matcher.for_data(catalog, all_operators(), shown)
        for clause in case.clauses:
            if clause.operators:
                top = {name for name, _ in matcher.hits(clause.words)[:TOP]}
                found.append(bool(top & set(clause.operators)))
    return Share(f"clauses whose operator is in the top {TOP}", sum(found), len(found))


def paired(mine: Sequence[Verdict], other: Sequence[Verdict]) -> tuple[float, float, float]:
    """Difference of the shares executed correctly on the same requests, with its 95 % interval."""
    pairs = list(zip(mine, other, strict=True))
    differences = [(a.outcome == "right") - (b.outcome == "right") for a, b in pairs]
    draw = random.Random(0)
    means = sorted(sum(draw.choices(differences, k=len(differences))) / len(differences) for _ in range(DRAWS))
    return sum(differences) / len(differences), means[int(0.025 * DRAWS)], means[int(0.975 * DRAWS) - 1]


def judged(cases: Sequence[Case], planner: str, folder: Path, *, show: bool) -> list[Verdict]:
    """The verdicts of one planner."""
    judge, verdicts = Judge(folder, planner), list[Verdict]()
    for at, case in enumerate(cases):
        verdicts.append(judge.judge(case))
        if show and verdicts[-1].outcome != "right":
            last = verdicts[-1]
            print(
                f"{last.outcome.upper():12} {case.kind}/{case.level} {case.table}: {case.request}\n{'':13}{last.said}"
            )
        elif sys.stderr.isatty():
            print(f"\r{at + 1} of {len(cases)}", end="", file=sys.stderr)
    return verdicts


def tell(title: str, verdicts: Sequence[Verdict]) -> None:
    """Print all figures of some verdicts."""
    print(f"\n{title}: {len(verdicts)} requests")
    for share in shares(verdicts):
        print(f"  {share}")
    for kind, of_kind in _groups(verdicts, lambda verdict: verdict.case.kind):
        print(f"  {Share(f'  right: {kind}', sum(v.outcome == 'right' for v in of_kind), len(of_kind))}")
    for level, of_level in _groups(verdicts, lambda verdict: verdict.case.level):
        print(f"  {Share(f'  right: {level}', sum(v.outcome == 'right' for v in of_level), len(of_level))}")
    seconds = sorted(verdict.seconds for verdict in verdicts)
    print(f"  planning, processor seconds: median {seconds[len(seconds) // 2]:.2f}, most {seconds[-1]:.2f}")


def _groups(verdicts: Sequence[Verdict], key: Callable[[Verdict], str]) -> Iterator[tuple[str, list[Verdict]]]:
    for name in sorted({key(verdict) for verdict in verdicts}):
        yield name, [verdict for verdict in verdicts if key(verdict) == name]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--part", choices=("dev", "heldout", "all"), default="all")
    parser.add_argument("--planner", choices=("offline", "llm"), default="offline")
    parser.add_argument("--against", choices=("offline",), help="pair with another planner on the same requests")
    parser.add_argument("--only", default="", help="only requests that contain these words, or of this file")
    parser.add_argument("--every", type=int, default=1, help="only every n-th request")
    parser.add_argument("--show", action="store_true", help="print each of the development part that is not right")
    parser.add_argument("--save", type=Path, help="write a line of JSON for each request of the development part")
    given = parser.parse_args()
    if given.planner == "offline":  # whatever the environment names: nothing may be asked
        for name in [name for name in os.environ if name.startswith("DATAFLOW_LLM_")]:
            del os.environ[name]
    begun = time.perf_counter()
    for part in ("dev", "heldout") if given.part == "all" else (given.part,):
        cases = [one for one in cases_of(part) if given.only.lower() in f"{one.table} {one.request}".lower()]
        cases = cases[:: given.every]
        if not cases:
            continue
        with TemporaryDirectory() as folder:
            sealed = part == "heldout"
            verdicts = judged(cases, given.planner, Path(folder), show=given.show and not sealed)
            tell(f"{part}, planner {given.planner}", verdicts)
            print(f"  {recall(cases, Path(folder) / 'home')}")
            if given.against:
                beside = Path(folder) / "other"
                beside.mkdir()
                other = judged(cases, given.against, beside, show=False)
                tell(f"{part}, planner {given.against}", other)
                mean, low, high = paired(verdicts, other)
                print(f"  {given.planner} - {given.against}: {mean:+.1%} [{low:+.1%}, {high:+.1%}]")
        if given.save and not sealed:
            with given.save.open("a", encoding="utf-8") as file:
                for verdict in verdicts:
                    line = {
                        "part": part,
                        "request": verdict.case.request,
                        "outcome": verdict.outcome,
                        "said": verdict.said,
                    }
                    print(json.dumps(line, ensure_ascii=False), file=file)
    print(f"\n{time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
