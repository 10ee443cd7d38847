"""The pipelines for code, over small data: rows and fates told by hand from the rules and the script of the model."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from dataflow_agent.operators.core import Context, Request
from dataflow_agent.operators.core.sandbox import Finished, Limits, Program, Sandbox, find_sandbox
from dataflow_agent.operators.core.testing import ScriptedLLM
from dataflow_agent.pipelines.builtin import pipeline
from dataflow_agent.pipelines.run import RunResult, run
from dataflow_agent.pipelines.validate import Resources

Says = Callable[[Request], str]
Ends = dict[int, tuple[str, str, str | None]]


@dataclass
class ScriptedSandbox:
    """A sandbox in which programs pass unless their code says otherwise; `ran` holds what was run."""

    ran: list[str] = field(default_factory=list)

    def run(self, program: Program, limits: Limits = Limits()) -> Finished:  # noqa: B008 - as the protocol has it
        code = program.files["solution.py"].decode()
        self.ran.append(code)
        if "forever" in code:
            return Finished("timed_out", None, b"", b"", b"", limits.seconds, None)
        if "broken" in code:
            return Finished("failed", 1, b"", b"ValueError: broken", b"", 0.1, None)
        return Finished("passed", 0, b"fine\n", b"", b"", 0.1, None)


def as_json(**reply: Any) -> str:
    return orjson.dumps(reply).decode()


def ran(
    name: str, rows: Sequence[dict[str, Any]], says: Says, sandbox: Sandbox, folder: Path, **columns: str
) -> tuple[RunResult, ScriptedLLM]:
    """A pipeline that ships, over rows, with a model and a sandbox that do as their scripts say."""
    data, llm = folder / "in.jsonl", ScriptedLLM(says)
    data.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    result = run(
        pipeline(name).bound(columns),
        data,
        folder / "out.jsonl",
        context=lambda: Context(llm=llm, sandbox=lambda: sandbox),
        available=Resources(needs=frozenset({"llm", "sandbox"})),
    )
    return result, llm


def rows_of(result: RunResult) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(result.output).read_text().splitlines()]


def ends(result: RunResult, rows: int) -> Ends:
    """For each row that did not come out what became of it at which step, and why."""
    last = {row: result.ledger.why(str(row)).events[-1] for row in range(1, rows + 1)}
    return {row: (one.did, one.step, one.reason) for row, one in last.items() if one.did != "kept"}


# From code


def piece(name: str) -> str:
    return f"def {name}(n):\n    return n + 1"


def subject_of(request: Request) -> str:
    said = request.prompt + "".join(turn.text for turn in request.turns)
    found = re.search(r"\b(add|vague|garbled|mended|poor|unread|broken|forever|plain)\b", said)
    assert found, said
    return found[1]


def assistant(request: Request) -> str:
    """Cannot write an instruction for vague nor code for garbled, mends the code of mended, and reviews by name."""
    name, said = subject_of(request), request.prompt + "".join(turn.text for turn in request.turns)
    if "instruction for this code" in said or "Write this instruction anew" in said:
        return "No idea." if name == "vague" else as_json(instruction=f"Write {name}(n), which adds one.")
    if "Write the code" in said:
        whole = f"Here it is.\n```python\n{piece(name)}\n```\nUse it like this:\n```python\n{name}(1)\n```"
        is_torn = name == "garbled" or (name == "mended" and not request.turns)
        return whole.replace("(n):", "(n:").replace(f"{name}(1)", "(") if is_torn else whole
    score = {"add": 7, "mended": 10, "poor": 6.5, "unread": 11, "plain": 9}.get(name, 8)
    return as_json(feedback=f"On {name}.", score=score)


NAMES = ["add", "vague", "garbled", "mended", "poor", "unread", "broken", "forever"]
FATES: Ends = {
    2: ("failed", "generate_instruction_from_code", "invalid_reply"),
    3: ("failed", "generate_code", "invalid_reply"),
    5: ("dropped", "score_filter", "score_too_low"),
    6: ("failed", "code_quality_score", "invalid_reply"),
    7: ("dropped", "runs", "holds_not_allowed"),
    8: ("dropped", "runs", "holds_not_allowed"),
}


def made(name: str, score: float) -> dict[str, Any]:
    return {
        "code": piece(name),
        "quality_score": score,
        "quality_feedback": f"On {name}.",
        "code_run_status": "passed",
        "code_run_output": "fine",
    }


def test_code_becomes_pairs_that_were_reviewed_and_run_and_each_other_row_says_why_not(tmp_path: Path) -> None:
    codes: list[Any] = [*map(piece, NAMES), piece("add"), None, " \n", 5, "x = 1\n" * 2_000_000]
    rows = [{"id": number, "snippet": code} for number, code in enumerate(codes, 1)]
    sandbox = ScriptedSandbox()
    result, llm = ran("code_sft", rows, assistant, sandbox, tmp_path, raw_code="snippet")
    assert rows_of(result) == [
        {"id": 1, "snippet": piece("add"), "instruction": "Write add(n), which adds one.", **made("add", 7)},
        {"id": 4, "snippet": piece("mended"), "instruction": "Write mended(n), which adds one.", **made("mended", 10)},
    ]
    assert ends(result, 13) == {
        **FATES,
        13: ("dropped", "char_count_filter", "char_count_too_high"),
        9: ("merged", "exact_dedup", "duplicate"),
        10: ("dropped", "empty_text_filter", "no_value"),
        11: ("dropped", "empty_text_filter", "visible_characters_too_low"),
        12: ("dropped", "empty_text_filter", "no_value"),
    }
    # Instructions: eight rows, vague three times. Code: the seven others, garbled three times and mended twice.
    # Reviews: the six with code, unread three times. Run is what scored: add, mended, broken, forever.
    assert len(llm.asked) == (7 + 3) + (5 + 3 + 2) + (5 + 3)
    assert sorted(sandbox.ran) == sorted(map(piece, ["add", "mended", "broken", "forever"]))


def test_instructions_become_exact_pairs_that_were_reviewed_and_run(tmp_path: Path) -> None:
    asked: list[Any] = [*(f"{name} please" for name in NAMES), "add please", None, "plain ask"]
    rows = [{"id": number, "input": text} for number, text in enumerate(asked, 1)]
    sandbox = ScriptedSandbox()
    result, _ = ran("code_instruction_synthesis", rows, assistant, sandbox, tmp_path, instruction="input")
    kept = {1: ("add", 7), 4: ("mended", 10), 11: ("plain", 9)}
    assert rows_of(result) == [
        {
            "id": number,
            "input": asked[number - 1],
            "enhanced_instruction": f"Write {name}(n), which adds one.",
            **made(name, score),
        }
        for number, (name, score) in kept.items()
    ]
    assert ends(result, 11) == {
        **FATES,
        2: ("failed", "enhance_code_instruction", "invalid_reply"),
        9: ("merged", "exact_dedup", "duplicate"),
        10: ("dropped", "empty_text_filter", "no_value"),
    }


@pytest.mark.sandbox
def test_in_the_real_sandbox_what_does_not_run_goes(tmp_path: Path) -> None:
    fails = "def poor(n):\n    return n\n\nassert poor(1) == 2"

    def says(request: Request) -> str:
        if "Write the code" in request.prompt:
            return f"```python\n{fails if 'poor' in request.prompt else piece('plain')}\n```"
        return assistant(request) if "Review" not in request.prompt else as_json(feedback="Fine.", score=9)

    rows = [{"raw_code": piece("plain")}, {"raw_code": piece("poor")}]
    result, _ = ran("code_sft", rows, says, find_sandbox(), tmp_path)
    assert [row["raw_code"] for row in rows_of(result)] == [piece("plain")]
    assert ends(result, 2) == {2: ("dropped", "runs", "holds_not_allowed")}


def test_the_model_is_asked_three_times_for_a_row() -> None:
    assert pipeline("code_sft").calls(1000) == (3000, 3000)
    assert pipeline("code_instruction_synthesis").calls(1000) == (3000, 3000)


# Rules alone


def filtered(data: Path, folder: Path, **options: Any) -> tuple[RunResult, Ends]:
    rows = len(data.read_bytes().splitlines())
    workflow = pipeline("code_pretrain_filter").bound({}, options)
    result = run(workflow, data, folder / "out.jsonl", overwrite=True)
    return result, ends(result, rows)


def test_each_file_of_the_sample_is_dropped_by_the_rule_that_is_made_for_it(tmp_path: Path) -> None:
    found = pipeline("code_pretrain_filter")
    data = tmp_path / "in.jsonl"
    data.write_bytes(found.sample_file().read_bytes())
    result, gone = filtered(data, tmp_path)
    paths = [json.loads(line)["path"] for line in data.read_bytes().splitlines()]
    assert {paths[row - 1]: end[1:] for row, end in gone.items()} == {
        "shapes.pb.go": ("code_autogen_filter", "autogen_marks_too_high"),
        "dist/tide.min.js": ("code_length_filter", "mean_line_chars_too_high"),
        "data/heights.py": ("code_text_ratio_filter", "code_text_ratio_too_low"),
        "icon.py": ("code_encoded_data_filter", "base64_ratio_too_high"),
        "main.py": ("code_document_quality_filter", "chars_too_low"),
        "greet.py": ("code_document_quality_filter", "duplicate_line_ratio_too_high"),
        "stations.json": ("code_filetype_filter", "data_lines_too_high"),
        "site/app.html": ("code_filetype_filter", "visible_chars_too_low"),
        "copy/median.py": ("exact_dedup", "duplicate"),
        "fork/median.py": ("minhash_dedup", "near_duplicate"),
        "empty.py": ("empty_text_filter", "visible_characters_too_low"),
    }
    kept = ["stats/median.py", "queue/queue.go", "web/slug.js", "README.md", "site/hours.html"]
    assert [row["path"] for row in rows_of(result)] == kept


def test_the_options_of_the_filter_move_its_limits(tmp_path: Path) -> None:
    data = tmp_path / "in.jsonl"
    lines = [json.dumps({"name": f"field {n}", "at": [n, n * 7]}) for n in range(40)]
    data.write_bytes(orjson.dumps({"text": "\n".join(lines), "language": "JSON"}))
    assert filtered(data, tmp_path)[1] == {}
    assert filtered(data, tmp_path, max_data_lines=39)[1] == {
        1: ("dropped", "code_filetype_filter", "data_lines_too_high")
    }
    assert filtered(data, tmp_path, min_chars=100_000)[1] == {
        1: ("dropped", "code_document_quality_filter", "chars_too_low")
    }


def test_bad_rows_have_a_fate_each_and_stop_nothing(tmp_path: Path) -> None:
    good = json.loads(pipeline("code_pretrain_filter").sample_file().read_bytes().splitlines()[0])["text"]
    rows: list[dict[str, Any]] = [
        {"text": good, "language": "Python"},
        {"text": good.replace("\n", "\r\n").rstrip().replace("def", "\0def"), "language": None},
        {"text": 5, "language": "C"},
        {"text": None, "language": 7},
        {"language": "C"},
        {"text": ["x"], "language": ["Python"]},
        {"text": "x = 1\n" * 200_000, "language": "Python"},
        {"text": "你" * 1_000_000, "language": "Markdown"},
    ]
    data = tmp_path / "in.jsonl"
    data.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    assert filtered(data, tmp_path)[1] == {
        2: ("merged", "minhash_dedup", "near_duplicate"),
        3: ("dropped", "empty_text_filter", "no_value"),
        4: ("dropped", "empty_text_filter", "no_value"),
        5: ("dropped", "empty_text_filter", "no_value"),
        6: ("dropped", "empty_text_filter", "no_value"),
        7: ("dropped", "code_length_filter", "lines_too_high"),
        8: ("dropped", "code_length_filter", "longest_markup_line_chars_too_high"),
    }
