"""`reasoning_math` before an endpoint that is wrong in a fifth of its replies and malformed in a twentieth.

What must become of each row is told here again from the faults alone, which are known beforehand. By hand, over any
file of questions with a `golden_answer`:

    python tests/golden/test_reasoning_faults.py pipeline_math_short.json [--seed 8] [--new-questions 3]
"""

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.testing_endpoint import Behaviour, Body, FakeEndpoint, Fault
from dataflow_agent.pipelines.builtin import pipeline
from dataflow_agent.pipelines.run import RunResult, run
from dataflow_agent.pipelines.validate import Resources
from dataflow_agent.tools.wiring import ContextFactory

End = tuple[str, str | None, str | None]
KEPT: End = ("kept", None, None)
INVALID = "invalid_reply"
SAMPLES = 5
POINTS = ("is_question", "complete", "solvable", "one_answer")
STEPS = {
    "Examine this question": "validity",
    "new question": "synthesis",
    "Rate this question": "difficulty",
    "Sort this question": "category",
    "Answer this question": "answer",
}
QUESTION = re.compile(r'<data name="question">\n(.*)\n</data>', re.DOTALL)
VARIANT = re.compile(r"What is variant (\d+) of problem (\d+)\?")


@dataclass(frozen=True)
class Asked:
    """What a request is about."""

    step: str
    question: str

    @classmethod
    def of(cls, body: Body) -> "Asked":
        users = [message["content"] for message in body["messages"] if message["role"] == "user"]
        found = QUESTION.search(users[0])
        assert found is not None
        step = next(step for words, step in STEPS.items() if words in users[0])
        is_vote = step == "answer" and body.get("temperature", 0) > 0
        return cls("vote" if is_vote else step, found[1])


class Teacher:
    """Answers every request rightly, or on demand wrongly, from the golden answers."""

    def __init__(self, rows: list[dict[str, Any]], new_questions: int) -> None:
        asked = enumerate(rows, 1)
        self._new = new_questions
        self._place = {row["instruction"]: n for n, row in asked if row["instruction"]}
        self._golden = {row["instruction"]: row["golden_answer"] for row in rows}
        self._flawed = {row["instruction"] for row in rows if row["source"] == "flawed"}

    def truth(self, question: str) -> str:
        """The right answer; of variant n of problem p it is 1000 p + n."""
        variant = VARIANT.fullmatch(question)
        if variant is not None:
            return str(1000 * int(variant[2]) + int(variant[1]))
        return self._golden[question] or f"{self._place[question]}00007"

    def children(self, question: str) -> list[str]:
        return [f"What is variant {n} of problem {self._place[question]}?" for n in range(1, self._new + 1)]

    def is_sound(self, question: str) -> bool:
        return question not in self._flawed

    def right(self, body: Body) -> str:
        asked = Asked.of(body)
        if asked.step == "validity":
            return self._verdict(self.is_sound(asked.question))
        if asked.step == "synthesis":
            return as_json(questions=self.children(asked.question))
        if asked.step == "difficulty":
            return as_json(reason="Seen.", difficulty=4)
        if asked.step == "category":
            return as_json(reason="Seen.", category="Geometry and topology > Plane geometry")
        return f"Step by step we find \\boxed{{{self.truth(asked.question)}}}."

    def wrong(self, body: Body) -> str:
        asked = Asked.of(body)
        if asked.step == "validity":
            return self._verdict(not self.is_sound(asked.question))
        if asked.step == "synthesis":
            return as_json(questions=[asked.question] * self._new)
        if asked.step == "difficulty":
            return as_json(reason="Seen.", difficulty=9)
        if asked.step == "category":
            return as_json(reason="Seen.", category="Geometry and topology > Topology")
        return f"Step by step we find \\boxed{{{mistaken(self.truth(asked.question))}}}."

    def _verdict(self, sound: bool) -> str:
        return as_json(reasons="Seen.", **dict.fromkeys(POINTS, True) | {"solvable": sound})


def as_json(**reply: Any) -> str:
    return orjson.dumps(reply).decode()


def mistaken(answer: str) -> str:
    return f"9{answer}" if answer.isdigit() else "999331"


class Oracle:
    """What must become of each row, from the faults of the requests that were made, told step by step.

    Args:
        faults: of the requests about each thing, in their order; one that is looked at must have been made.
    """

    def __init__(self, teacher: Teacher, faults: dict[Asked, list[Fault | None]]) -> None:
        self._teacher, self._faults = teacher, faults

    def ends(self, rows: list[dict[str, Any]]) -> Iterator[tuple[str, End]]:
        for place, row in enumerate(rows, 1):
            question = row["instruction"]
            if question is None:
                yield f"0:{place}", ("dropped", "question_validity_filter", "no_value")
                continue
            stopped = self._validity("question_validity_filter", question) or self._synthesis(question)
            if stopped:
                yield f"0:{place}", stopped
                continue
            yield f"0:{place}.1", self._answered(question, row["golden_answer"])
            for n, new in enumerate(self._teacher.children(question), 2):
                yield f"0:{place}.{n}", self._validity("new_question_validity", new) or self._answered(new, None)

    def _usable(self, step: str, question: str, unusable: Iterable[Fault]) -> Fault | str | None:
        """The fault of the first reply that is taken; `INVALID` where none of three is.

        A third request that equals the second is answered by what was heard, and not sent.
        """
        met = self._faults[Asked(step, question)]
        assert len(met) == 1 or all(fault in unusable for fault in met[:-1])
        return INVALID if met[-1] in unusable else met[-1]

    def _validity(self, step: str, question: str) -> End | None:
        found = self._usable("validity", question, ("malformed",))
        if found == INVALID:
            return "failed", step, INVALID
        said_sound = self._teacher.is_sound(question) != (found == "wrong")
        return None if said_sound else ("dropped", step, "unsolvable_not_allowed")

    def _synthesis(self, question: str) -> End | None:
        found = self._usable("synthesis", question, ("malformed", "wrong"))
        return ("failed", "synthesize_questions", INVALID) if found == INVALID else None

    def _answered(self, question: str, reference: str | None) -> End:
        for step, name in (("difficulty", "question_difficulty_score"), ("category", "question_category_label")):
            if self._usable(step, question, ("malformed",)) == INVALID:
                return "failed", name, INVALID
        truth = self._teacher.truth(question)
        reference = reference or self._voted(question, truth)
        fault = self._faults[Asked("answer", question)][0]
        if fault == "malformed":
            return "dropped", "answer_format_filter", "answer_format_not_allowed"
        answer = mistaken(truth) if fault == "wrong" else truth
        return KEPT if reference in (None, answer) else ("dropped", "answer_match_filter", "mismatch")

    def _voted(self, question: str, truth: str) -> str | None:
        found = self._faults[Asked("vote", question)]
        assert len(found) == SAMPLES
        votes = Counter(mistaken(truth) if one == "wrong" else truth for one in found if one != "malformed")
        for answer, count in votes.items():
            if count / SAMPLES >= 0.5 and all(count > other for name, other in votes.items() if name != answer):
                return answer
        return None


@dataclass(frozen=True)
class Played:
    """A run, what must have become of each row, and the requests by step and fault."""

    result: RunResult
    wanted: dict[str, End]
    asked: Counter[tuple[str, Fault | None]]
    teacher: Teacher


def played(rows: list[dict[str, Any]], data: Path, folder: Path, *, new_questions: int, seed: int) -> Played:
    """Run the pipeline before the endpoint, and tell what must come of it."""
    teacher = Teacher(rows, new_questions)
    behaviour = Behaviour(seed=seed, wrong=0.2, malformed=0.05, wrong_answer=teacher.wrong)
    with FakeEndpoint(teacher.right, behaviour) as endpoint:
        settings = Settings(llm_base_url=endpoint.base_url, llm_model="fake", home=folder / "home")
        result = run(
            pipeline("reasoning_math").bound({}, {"new_questions": new_questions}),
            data,
            folder / "out.jsonl",
            settings=settings,
            context=ContextFactory(settings=settings),
            available=Resources(needs=frozenset({"llm"})),
        )
    bodies = [one.body for one in endpoint.received if "messages" in one.body]
    faults: dict[Asked, list[Fault | None]] = {}
    for body in bodies:
        faults.setdefault(Asked.of(body), []).append(behaviour.fault(body))
    counts = Counter((asked.step, fault) for asked, found in faults.items() for fault in found)
    return Played(result, dict(Oracle(teacher, faults).ends(rows)), counts, teacher)


def ends_of(result: RunResult, rows: Iterable[str]) -> dict[str, End]:
    """What the ledger says of rows; read as a whole, since `why` looks each one up."""
    ended = {
        record["_row"]: (record["fate"], stage.steps[record["step"]], record["reason"])
        for stage, frame in result.ledger.frames()
        for record in frame.to_dicts()
        if record["fate"] in ("dropped", "merged", "failed")
    }
    return {row: ended.get(row, KEPT) for row in rows}


@pytest.mark.parametrize("seed", [8, 9])
def test_exactly_the_right_rows_stay_and_the_ledger_names_the_others(seed: int, tmp_path: Path, home: Path) -> None:
    pytest.importorskip("math_verify")
    sample = tmp_path / "sample.jsonl"
    sample.write_bytes(pipeline("reasoning_math").sample_file().read_bytes())
    rows = [json.loads(line) for line in sample.read_text().splitlines()]
    done = played(rows, sample, tmp_path, new_questions=2, seed=seed)
    assert ends_of(done.result, done.wanted) == done.wanted
    came = [json.loads(line) for line in Path(done.result.output).read_text().splitlines()]
    assert len(came) == list(done.wanted.values()).count(KEPT)
    assert {kind for _, kind in done.asked} == {None, "wrong", "malformed"}
    # A wrong answer only stays where there is no reference to tell, or a wrong majority gave it.
    for row in came:
        if row["final_answer"] != done.teacher.truth(row["instruction"]):
            assert row["golden_answer"] in (None, row["final_answer"])
            assert row["pseudo_share"] is not None or row["golden_answer"] is None


def main(say: Callable[[str], object]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--new-questions", type=int, default=3)
    given = parser.parse_args()
    text = given.data.read_text()
    rows = json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        done = played(rows, given.data, Path(folder), new_questions=given.new_questions, seed=given.seed)
        found = ends_of(done.result, done.wanted)
        came = [json.loads(line) for line in Path(done.result.output).read_text().splitlines()]
        differ = {row: (end, done.wanted[row]) for row, end in found.items() if end != done.wanted[row]}
        right = sum(row["final_answer"] == done.teacher.truth(row["instruction"]) for row in came)
        say(f"{len(rows)} rows, {len(found)} ends, {len(came)} rows out, {right} of them right\n")
        for (step, kind), count in sorted(done.asked.items(), key=str):
            say(f"  {step:12} {kind or 'right':10} {count}\n")
        for end, count in Counter(found.values()).most_common():
            say(f"  {count:4} {' '.join(str(part) for part in end if part)}\n")
        with_reference = [row for row in came if row["origin"] == "input" and row["golden_answer"]]
        voted = [row for row in came if row["pseudo_answer"] is not None]
        for name, some in (("given reference", with_reference), ("voted reference", voted)):
            good = sum(row["final_answer"] == done.teacher.truth(row["instruction"]) for row in some)
            say(f"  of {len(some)} rows out with a {name} {good} are right\n")
        say(f"ends that differ from what was told beforehand: {len(differ)} {differ or ''}\n")


if __name__ == "__main__":
    main(sys.stdout.write)
