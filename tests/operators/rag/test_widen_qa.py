"""Neighbouring questions of a group are joined; the single ones stay."""

import json
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import ROW, Context, EndpointError, Request, Schema, Verdict
from dataflow_agent.operators.core.testing import ScriptedLLM, apply_rows, batch_of
from dataflow_agent.operators.rag.widen_qa import WidenQA

ROWS = [
    {"question": "When did the mill open?", "answer": "1847", "doc": "a", "text": "It opened in 1847.", "seen": [1]},
    {"question": "Who built the mill?", "answer": "Ada Kern", "doc": "a", "text": "Ada Kern built it.", "seen": [1, 2]},
    {"question": "Who bought it?", "answer": "Bert Ohm", "doc": "a", "text": "Ada Kern built it.", "seen": None},
    {"question": "How long is the bridge?", "answer": "40 m", "doc": "b", "text": "It is 40 m long.", "seen": [3]},
]


def pairs_of(request: Request) -> list[dict[str, str]]:
    return json.loads(request.prompt.partition('<data name="pairs">\n')[2].partition("\n</data>")[0])  # type: ignore[no-any-return]


def joining(request: Request) -> str:
    if "Join them." not in request.prompt:
        return json.dumps({"reason": "Both.", "answer_all": True, "understood": True})
    pairs = pairs_of(request)
    words = {"question": " And: ".join(pair["question"] for pair in pairs)}
    return json.dumps({**words, "answer": "; ".join(pair["answer"] for pair in pairs), "declined": None})


def verdict(operator: WidenQA, rows: list[dict[str, Any]], llm: ScriptedLLM) -> Verdict:
    batch = batch_of(rows)

    def fetch(ids: Any, columns: Any) -> pl.DataFrame:
        return pl.DataFrame({ROW: list(ids)}).join(batch.frame, on=ROW, how="left").select(ROW, *columns)

    ctx = Context(llm=llm)
    return operator.decide(operator.sketch(batch, operator.open(ctx)), fetch, ctx)


def test_rows_of_a_group_are_joined_one_after_the_other_and_all_stay() -> None:
    rows = apply_rows(WidenQA(group="doc"), ROWS, Context(llm=ScriptedLLM(joining)))
    assert [row["origin"] for row in rows] == ["input"] * 4 + ["widened"] * 2
    assert [row["answer"] for row in rows[4:]] == ["1847; Ada Kern", "Ada Kern; Bert Ohm"]
    assert rows[4]["parts"] == [{name: row[name] for name in ("question", "answer")} for row in ROWS[:2]]
    assert [{name: row[name] for name in ROWS[0]} for row in rows[:4]] == ROWS
    assert rows[4]["text"] is None


@pytest.mark.parametrize(("width", "count"), [(2, 3), (3, 2), (4, 1), (5, 0)])
def test_n_rows_give_so_many_runs_with_their_parents(width: int, count: int) -> None:
    llm = ScriptedLLM(joining)
    found = verdict(WidenQA(width=width), ROWS, llm)
    assert found.created is not None
    assert found.created.height == count
    assert found.created["parents"].to_list() == [[f"0:{at + 1 + k}" for k in range(width)] for at in range(count)]
    assert len(llm.asked) == 2 * count
    assert WidenQA(width=width).calls(len(ROWS)) == (count, 2 * count)


def test_joined_columns_have_what_the_parts_have_each_once() -> None:
    rows = apply_rows(WidenQA(group="doc", joined=["text", "seen"]), ROWS, Context(llm=ScriptedLLM(joining)))
    assert [row["text"] for row in rows[4:]] == ["It opened in 1847.\n\nAda Kern built it.", "Ada Kern built it."]
    assert [row["seen"] for row in rows[4:]] == [[1, 2], [1, 2]]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ({"question": "Who built the mill that opened in 1847?", "answer": "1847; Ada Kern"}, "contains the answer"),
        ({"question": "When did it open and who built it?", "answer": "Ada Kern"}, "it lacks '1847'"),
        ({"question": "who built THE mill?", "answer": "1847; Ada Kern"}, "one of the single ones"),
        ({"question": "When and who?", "answer": None}, "both given"),
    ],
)
def test_a_join_that_is_unfit_goes_back_and_is_then_counted_as_missing(reply: dict[str, Any], said: str) -> None:
    bad = json.dumps({**reply, "declined": None})
    llm = ScriptedLLM([bad] * 3)
    found = verdict(WidenQA(), ROWS[:2], llm)
    assert said in llm.asked[1].prompt
    assert found.created is not None
    assert found.created.height == 0
    assert found.warnings[0].startswith("1 of 1 runs of 2 questions gave no wider one")
    assert found.records["fate"].to_list() == ["kept", "kept"]


@pytest.mark.parametrize(
    "replies",
    [
        ['{"question": null, "answer": null, "declined": "They share nothing."}'],
        [
            '{"question": "When did it open, and who built it?", "answer": "1847, Ada Kern", "declined": null}',
            '{"reason": "They share nothing.", "answer_all": false, "understood": true}',
        ],
        [EndpointError("They share nothing.")],
    ],
)  # fmt: skip
def test_what_was_declined_refused_or_not_answered_is_told_in_a_warning(replies: list[Any]) -> None:
    found = verdict(WidenQA(), ROWS[:2], ScriptedLLM(replies))
    assert "They share nothing." in found.warnings[0]
    assert found.usage.calls == len(replies) - isinstance(replies[0], EndpointError)


def test_rows_without_question_or_answer_stay_and_are_joined_to_none() -> None:
    rows = [ROWS[0], {**ROWS[1], "answer": None}, {**ROWS[1], "question": " "}, ROWS[2]]
    llm = ScriptedLLM(joining)
    done = apply_rows(WidenQA(), rows, Context(llm=llm))
    assert len(done) == 5
    assert pairs_of(llm.asked[0]) == [{k: row[k] for k in ("question", "answer")} for row in (ROWS[0], ROWS[2])]


def test_only_texts_and_lists_can_be_joined() -> None:
    schema = Schema.of(question="text", answer="text", text="text", seen="nested", n="integer")
    assert WidenQA(joined=["text", "seen"]).check_schema(schema) == []
    assert "'n' holds integer" in WidenQA(joined=["n"]).check_schema(schema)[0]
    with pytest.raises(ValueError, match="a column each"):
        WidenQA(joined=["question"])
