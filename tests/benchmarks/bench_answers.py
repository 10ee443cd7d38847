"""How often the rules for final answers find again what a data set gives as the golden answer.

    python tests/benchmarks/bench_answers.py pipeline_math.json

Two questions: does each golden answer, taken for a solution, give itself; and does the worked solution in its row give
it. What does not match is listed with a cause that is worked out from both, so the list can be read for faults.
"""

import argparse
import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.reasoning.answer_match_filter import AnswerMatchFilter
from dataflow_agent.operators.reasoning.extract_final_answer import ExtractFinalAnswer

_SHOWN = 70


def matched(rows: list[dict[str, Any]], solution: str, golden: str) -> list[dict[str, Any]]:
    """Each row's answer from its solution, and how it compares with the golden one."""
    extracted = apply_rows(ExtractFinalAnswer(column=solution), rows)
    operator = AnswerMatchFilter(reference=golden, on_null="keep", missing_reference="keep")
    records = apply_outcome(operator, batch_of(extracted)).records
    assert records is not None
    told = records["answer_match"].to_list()
    return [{**row, "match": match} for row, match in zip(extracted, told, strict=True)]


def cause(answer: str | None, golden: Any, solution: str | None) -> str:
    """Why an answer and the golden one differ, as far as both texts tell; the first cause that applies."""
    wanted, said = str(golden or "").strip(), answer or ""
    number = re.fullmatch(r"\D*?([-−–]?)([\d,.]*\d)\D*", said)
    sign, digits = (number[1], number[2].replace(",", "")) if number else ("", "")
    numbers = re.findall(r"\d[\d.]*", said)
    causes = {
        "no golden answer": not wanted,
        "no solution": not solution,
        "no answer in the solution": answer is None,
        "golden answer lost the sign": bool(sign) and digits == wanted,
        "golden answer lost the thousands": digits != wanted and digits.endswith(wanted),
        "golden answer is the denominator alone": re.fullmatch(rf"[-−–]?\d+/{re.escape(wanted)}", said) is not None,
        "golden answer is the last number of a longer answer": numbers[-1:] == [wanted],
        "the solution states several results, or another": wanted in re.findall(r"\d[\d.]*\d|\d", solution or ""),
    }
    return next((name for name, holds in causes.items() if holds), "golden answer is not in the solution")


def report(path: Path, solution: str, golden: str) -> None:
    """Print both measures for one file."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    print(f"{path.name}: {len(rows)} rows")
    itself = matched([{"itself": row[golden], golden: row[golden]} for row in rows], "itself", golden)
    print("golden answer from itself:", dict(Counter(str(row["match"]) for row in itself)))
    for row in itself:
        if row["match"] != "match":
            print(f"  {row[golden]!r}: {row['match']}, extracted {row['final_answer']!r}")
    began = time.perf_counter()
    found = matched(rows, solution, golden)
    seconds = time.perf_counter() - began
    causes: Counter[str] = Counter()
    print(f"golden answer from the solution ({seconds:.2f} s):", dict(Counter(str(row["match"]) for row in found)))
    for number, row in enumerate(found, 1):
        if row["match"] != "match":
            why = cause(row["final_answer"], row[golden], row[solution])
            causes[why] += 1
            print(f"  {number:4} golden {row[golden]!r:10} answer {row['final_answer']!r:.60} | {why}")
            print(f"       …{(row[solution] or '')[-_SHOWN:]!r}")
    print("causes:", dict(causes.most_common()))


def main() -> None:
    """Read the arguments and report on each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="JSON lists of rows")
    parser.add_argument("--solution", default="output", help="column of the worked solutions")
    parser.add_argument("--golden", default="golden_answer", help="column of the golden answers")
    given = parser.parse_args()
    for path in given.files:
        report(path, given.solution, given.golden)


if __name__ == "__main__":
    main()
