"""Inputs on which the text steps of the reference go wrong, where one operator's own tests cannot show it."""

import json
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.dedup.minhash_dedup import MinhashDedup
from dataflow_agent.operators.text.mask_pii import MaskPii
from dataflow_agent.pipelines.run import RunResult, run
from dataflow_agent.pipelines.workflow import Step, Workflow


def ran(folder: Path, texts: list[Any], *steps: tuple[str, dict[str, Any]]) -> RunResult:
    data = folder / "in.jsonl"
    data.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    workflow = Workflow(steps=tuple(Step(id=name, operator=name, options=options) for name, options in steps))
    return run(workflow, data=data, output=folder / "out.jsonl", settings=Settings(home=folder / "home"))


def kept(result: RunResult) -> list[str]:
    return [json.loads(line)["text"] for line in result.output.read_text().splitlines()]


@pytest.mark.parametrize(
    ("options", "bad", "good"),
    [
        ({"lines": "bullet_start"}, "- a\n" * 10, "- a\n" * 9 + "b"),
        ({"lines": "ellipsis_end"}, "a...\n" * 3 + "b\n" * 7, "a...\n" * 2 + "b\n" * 8),
        ({"lines": "javascript"}, "javascript\n" * 500 + "b\n" * 3, "javascript\n" + "b\n" * 3),
    ],
)
def test_a_rule_about_lines_still_sees_them_after_white_space_was_normalised(
    tmp_path: Path, options: dict[str, Any], bad: str, good: str
) -> None:
    result = ran(tmp_path, [f"{bad}  \r\n", good], ("normalize_whitespace", {}), ("line_pattern_filter", options))
    assert kept(result) == [good.rstrip()]


def test_steps_after_one_that_leaves_no_row_have_nothing_to_do_and_do_not_fail(tmp_path: Path) -> None:
    steps: list[tuple[str, dict[str, Any]]] = [
        ("char_count_filter", {"min_chars": 1000}),
        ("normalize_whitespace", {}),
        ("word_count_filter", {}),
        ("exact_dedup", {}),
        ("minhash_dedup", {}),
        ("ngram_repetition_score", {}),
        ("language_filter", {}),
    ]
    result = ran(tmp_path, ["a", "b"], *steps)
    assert result.report.status == "completed"
    assert [(step.rows_out, step.failed) for step in result.report.steps] == [(0, 0)] * len(steps)
    assert kept(result) == []


def test_a_header_that_texts_share_makes_them_no_duplicates() -> None:
    header = "Home About Contact Imprint Search "
    rows = [{"text": header + body} for body in ("The hen lays an egg a day.", "Snow melts as spring comes on.")]
    assert apply_rows(MinhashDedup(), rows) == rows


def test_only_the_place_where_something_was_found_is_masked() -> None:
    text = "Room 1234567, line 1.2.3.45: call +49 30 1234567, or ping 1.2.3.4"
    (row,) = apply_rows(MaskPii(kinds=("phone",)), [{"text": text}])
    assert row["text"] == text.replace("+49 30 1234567", "[PHONE]")
