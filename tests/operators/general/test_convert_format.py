"""convert_format: the formats of training data into each other, with nothing lost that the format can hold."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import Schema
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.general.convert_format import ConvertFormat
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.validate import validate
from dataflow_agent.pipelines.workflow import Step, Workflow
from hypothesis import given
from hypothesis import strategies as st


def step(step_id: str = "convert", where: str | None = None, **options: Any) -> Step:
    return Step(id=step_id, operator="convert_format", options=options, where=where)


def converted(row: dict[str, Any], **options: Any) -> dict[str, Any]:
    (out,) = apply_rows(ConvertFormat(keep_columns=False, **options), [row])
    return out


def fate(row: dict[str, Any], **options: Any) -> tuple[str, str | None, str | None]:
    records = apply_outcome(ConvertFormat(**options), batch_of([row, {**row}])).records
    assert records is not None
    return records.select("fate", "reason", "detail").row(0)


def faults(schema: Schema, *steps: Step) -> list[str]:
    return [one.message for one in validate(Workflow(steps=steps), schema) if one.severity == "error"]


def said(*turns: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in turns]


def turns(*given_: tuple[str, str]) -> list[dict[str, str]]:
    return [{"from": role, "value": content} for role, content in given_]


QUESTION = {"question": "What is {x}?", "answer": "An é.", "about": "Some text."}
PLAIN = said(("user", "What is {x}?"), ("assistant", "An é."))
FULL = said(("user", "What is {x}?\nSome text."), ("assistant", "An é."))


def test_a_question_and_its_answer_in_every_format() -> None:
    assert converted(QUESTION, target="messages") == {"messages": PLAIN}
    assert converted(QUESTION, target="sharegpt") == {
        "conversations": turns(("human", "What is {x}?"), ("gpt", "An é."))
    }
    assert converted(QUESTION, target="pretrain") == {"text": "What is {x}?\nAn é."}
    assert converted(QUESTION, target="alpaca") == {"instruction": "What is {x}?", "input": "", "output": "An é."}


def test_the_context_has_its_place_in_alpaca_and_stands_behind_the_question_elsewhere() -> None:
    assert converted(QUESTION, target="messages", context="about") == {"messages": FULL}
    assert converted(QUESTION, target="alpaca", context="about")["input"] == "Some text."
    text = converted(QUESTION, target="pretrain", context="about", separator="\n\n")["text"]
    assert text == "What is {x}?\n\nSome text.\n\nAn é."
    for empty in ({"about": ""}, {"about": None}):
        assert converted({**QUESTION, **empty}, target="messages", context="about") == {"messages": PLAIN}


def test_system_and_history_come_first() -> None:
    row = {**QUESTION, "sys": "Be brief.", "old": [["q1", "a1"], ["q2", "a2"]]}
    options = {"system": "sys", "history": "old"}
    before = [("system", "Be brief."), ("user", "q1"), ("assistant", "a1"), ("user", "q2"), ("assistant", "a2")]
    assert converted(row, target="messages", **options)["messages"] == [*said(*before), *PLAIN]
    alpaca = converted(row, target="alpaca", **options)
    assert (alpaca["system"], alpaca["history"]) == ("Be brief.", row["old"])
    assert converted(row, target="pretrain", **options)["text"].startswith("Be brief.\nq1\na1\nq2\na2\nWhat")
    none = converted({**row, "sys": None, "old": None}, target="messages", **options)
    assert none == {"messages": PLAIN}


def test_alpaca_rows_are_read_by_their_own_names() -> None:
    row = {"instruction": "Add.", "input": "2, 2", "output": "4"}
    made = said(("user", "Add.\n2, 2"), ("assistant", "4"))
    assert converted(row, source="alpaca", target="messages") == {"messages": made}
    assert converted({**row, "input": ""}, source="alpaca", target="pretrain") == {"text": "Add.\n4"}
    schema = Schema.of(instruction="text", output="text")
    assert any("no column 'input'" in m for m in faults(schema, step(source="alpaca", target="messages")))
    assert faults(schema, step(source="alpaca", target="messages", context=None)) == []


LONG = said(("system", "s"), ("user", "q1"), ("assistant", "a1"), ("user", "q2"), ("assistant", "a2"))


def test_conversations_become_alpaca_with_the_last_pair_as_the_question() -> None:
    made = converted({"messages": LONG}, source="messages", target="alpaca")
    assert made == {"instruction": "q2", "input": "", "output": "a2", "system": "s", "history": [["q1", "a1"]]}
    short = converted({"messages": PLAIN}, source="messages", target="alpaca")
    assert (short["system"], short["history"]) == (None, None)


def test_alpaca_and_back_gives_the_same_conversation() -> None:
    there = step(source="messages", target="alpaca")
    schema = Schema.of(messages="nested")
    assert faults(schema, there) == []
    alpaca = converted({"messages": LONG}, source="messages", target="alpaca")
    back = converted(alpaca, source="alpaca", target="messages", system="system", history="history")
    assert back == {"messages": LONG}


def test_pretraining_text_of_a_conversation_leaves_roles_and_empty_texts_out() -> None:
    rows = {"messages": said(("system", ""), ("user", "q"), ("assistant", "a"))}
    assert converted(rows, source="messages", target="pretrain") == {"text": "q\na"}


@pytest.mark.parametrize(
    ("name", "role"),
    [("human", "user"), ("user", "user"), ("gpt", "assistant"), ("assistant", "assistant"), ("system", "system"),
     ("tool", "tool"), ("observation", "tool")],
)  # fmt: skip
def test_every_name_that_sharegpt_has_for_a_role_is_known(name: str, role: str) -> None:
    made = converted({"conversations": turns((name, "x"))}, source="sharegpt", target="messages")
    assert made == {"messages": said((role, "x"))}


def test_a_call_of_a_tool_may_stand_without_text_and_goes_along() -> None:
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "c1"}]}
    answer = {"role": "tool", "content": "4", "tool_call_id": "c1"}
    row = {"messages": [*said(("user", "2+2?")), call, answer]}
    shared = converted(row, source="messages", target="sharegpt")
    assert shared["conversations"][1] == {"from": "gpt", "value": None, "tool_calls": [{"id": "c1"}]}
    assert converted(shared, source="sharegpt", target="messages") == row
    assert fate(row, source="messages", target="alpaca")[:2] == ("failed", "not_in_pairs")
    assert converted(row, source="messages", target="pretrain") == {"text": "2+2?\n4"}


EXTRA = st.dictionaries(
    st.text(max_size=4).filter(lambda key: key not in {"role", "content", "from", "value"}),
    st.none() | st.booleans() | st.text(max_size=4) | st.integers(-(2**63), 2**63 - 1) | st.lists(st.integers(0, 3)),
    max_size=2,
)
MESSAGES = st.lists(
    st.tuples(st.sampled_from(["system", "user", "assistant", "tool"]), st.text(max_size=20), EXTRA).map(
        lambda made: {"role": made[0], "content": made[1], **made[2]}
    ),
    min_size=1,
    max_size=6,
)


@given(MESSAGES)
def test_messages_to_sharegpt_and_back_are_equal(messages: list[dict[str, Any]]) -> None:
    there = converted({"messages": messages}, source="messages", target="sharegpt")
    assert converted(there, source="sharegpt", target="messages") == {"messages": messages}


@given(st.text(), st.text(), st.text(), st.text())
def test_alpaca_keeps_all_texts_apart(question: str, answer: str, context: str, system: str) -> None:
    row = {"question": question, "answer": answer, "c": context, "s": system}
    made = converted(row, target="alpaca", context="c", system="s")
    assert (made["instruction"], made["input"], made["output"]) == (question, context, answer)
    assert made["system"] == (system or None)


@pytest.mark.parametrize(
    ("conversation", "why"),
    [
        ([], "no messages"),
        (["hello"], "message 1 is no object"),
        ([{"content": "x"}], "message 1 has 'role' None"),
        ([{"role": "bot", "content": "x"}], "message 1 has 'role' 'bot'"),
        ([{"role": ["user"], "content": "x"}], "message 1 has 'role'"),
        ([*PLAIN, {"role": "user"}], "message 3 has no text in 'content'"),
        ([{"role": "user", "content": None}], "message 1 has no text"),
        ([{"role": "user", "content": 5}], "message 1 has no text"),
        ([{"role": "user", "content": [{"type": "text"}]}], "message 1 has no text"),
        ([{"role": "assistant", "content": None, "tool_calls": []}], "message 1 has no text"),
        ([{"role": "user", "content": "x", "from": "y"}], "of its own"),
    ],
)
def test_a_broken_conversation_fails_its_row_and_says_where(conversation: list[Any], why: str) -> None:
    got, reason, detail = fate({"messages": conversation}, source="messages", target="sharegpt", on_null="keep")
    assert (got, reason) == ("failed", "malformed_conversation")
    assert detail is not None
    assert why in detail


@pytest.mark.parametrize(
    "roles",
    [["user"], ["assistant"], ["assistant", "user"], ["user", "user", "assistant"], ["system"],
     ["user", "assistant", "system"], ["user", "assistant", "user"], ["system", "system", "user", "assistant"]],
)  # fmt: skip
def test_what_is_not_in_pairs_is_no_alpaca(roles: list[str]) -> None:
    row = {"messages": said(*((role, "x") for role in roles))}
    assert fate(row, source="messages", target="alpaca")[:2] == ("failed", "not_in_pairs")
    assert fate(row, source="messages", target="sharegpt")[0] == "kept"


def test_a_system_prompt_beside_one_in_the_conversation_is_broken_and_alone_it_comes_first() -> None:
    row = {"conversations": turns(("human", "q"), ("gpt", "a")), "system": "s"}
    made = converted(row, source="sharegpt", target="messages", system="system")
    assert made == {"messages": said(("system", "s"), ("user", "q"), ("assistant", "a"))}
    double = {**row, "conversations": turns(("system", "t"), ("human", "q"), ("gpt", "a"))}
    assert fate(double, source="sharegpt", target="messages", system="system")[1] == "malformed_conversation"
    assert fate(double | {"system": ""}, source="sharegpt", target="messages", system="system")[0] == "kept"


@pytest.mark.parametrize("history", [[["q"]], ["q", "a"], [{"q": "a"}], [["q", None]], [["q", "a", "x"]]])
def test_a_history_of_anything_but_pairs_is_broken(history: Any) -> None:
    row = {**QUESTION, "old": history}
    assert fate(row, target="messages", history="old")[:2] == ("failed", "malformed_conversation")


MISSING: list[Any] = [None, 5, ["x"], {"a": 1}]


@pytest.mark.parametrize(("on_null", "expected"), [("fail", "failed"), ("drop", "dropped"), ("keep", "kept")])
@pytest.mark.parametrize("value", MISSING)
def test_rows_without_a_question_or_answer_fall_under_on_null(on_null: str, expected: str, value: Any) -> None:
    for column in ("question", "answer"):
        rows = [QUESTION, {**QUESTION, column: value}]
        outcome = apply_outcome(ConvertFormat(target="messages", on_null=on_null), batch_of(rows))
        assert outcome.records is not None
        assert outcome.records["fate"].to_list() == ["kept", expected]
        assert outcome.records["reason"][1] == (None if expected == "kept" else "no_value")
        assert [row["messages"] for row in outcome.rows.rows()] == [PLAIN, None][: len(outcome.rows)]


@pytest.mark.parametrize("value", [None, "text", {"role": "user", "content": "x"}])
def test_rows_without_a_conversation_fall_under_on_null(value: Any) -> None:
    rows = [{"messages": PLAIN}, {"messages": value}, {}]
    outcome = apply_outcome(ConvertFormat(source="messages", target="pretrain", on_null="drop"), batch_of(rows))
    assert outcome.records is not None
    assert outcome.records["fate"].to_list() == ["kept", "dropped", "dropped"]
    assert outcome.records["reason"].to_list() == [None, "no_value", "no_value"]


def test_an_empty_text_is_a_text() -> None:
    assert converted({"question": "", "answer": ""}, target="messages")["messages"] == said(
        ("user", ""), ("assistant", "")
    )


PAIRS = [
    {"id": 1, "QA_pairs": [{"question": "q1", "answer": "a1", "type": "x"}, {"question": "q2", "answer": "a2"}]},
    {"id": 2, "QA_pairs": []},
    {"id": 3, "QA_pairs": [{"question": "q3", "answer": "a3"}]},
]


def test_each_pair_becomes_a_child_and_the_list_goes(engine: Any) -> None:
    result = engine.result(PAIRS, step(source="pairs", target="alpaca"))
    out = [json.loads(line) for line in Path(result.output).read_text().splitlines()]
    assert out == [
        {"id": number, "instruction": f"q{pair}", "input": "", "output": f"a{pair}"}
        for number, pair in ((1, 1), (1, 2), (3, 3))
    ]
    report = result.report.steps[0]
    assert (report.expanded, report.dropped, report.children) == (2, 1, 3)
    assert result.ledger.why("2").events[-1].reason == "no_children"
    assert result.ledger.why("0:3.1").events[0].did == "born"


def test_pairs_can_take_a_context_and_a_system_prompt_of_their_row() -> None:
    row = {"QA_pairs": PAIRS[0]["QA_pairs"], "chunk": "c", "sys": "s"}
    options = {"source": "pairs", "context": "chunk", "system": "sys", "keep_columns": False}
    alpaca = apply_rows(ConvertFormat(target="alpaca", **options), [row])
    assert [made["input"] for made in alpaca] == ["c", "c"]
    assert alpaca[0]["system"] == "s"
    messages = apply_rows(ConvertFormat(target="messages", **options), [row])
    assert messages[1]["messages"] == said(("system", "s"), ("user", "q2\nc"), ("assistant", "a2"))


@pytest.mark.parametrize("pair", [None, "q", ["q", "a"], {}, {"question": "q"}, {"question": 1, "answer": "a"}])
def test_a_broken_pair_fails_its_row(pair: Any) -> None:
    row = {"QA_pairs": [{"question": "q", "answer": "a"}, pair]}
    got, reason, detail = fate(row, source="pairs", target="messages")
    assert (got, reason) == ("failed", "malformed_pairs")
    assert detail is not None
    assert "entry 2" in detail


def test_rows_without_pairs_can_stay_beside_children(engine: Any) -> None:
    rows = [{"id": 0, "QA_pairs": None}, *PAIRS, {"id": 9}]
    out = engine.rows(rows, step(source="pairs", target="pretrain", on_null="keep"))
    assert out == [
        {"id": 0, "text": None}, {"id": 1, "text": "q1\na1"}, {"id": 1, "text": "q2\na2"},
        {"id": 3, "text": "q3\na3"}, {"id": 9, "text": None},
    ]  # fmt: skip


def test_other_columns_stay_unless_told_otherwise_and_an_output_can_be_named(engine: Any) -> None:
    row = {"id": "007", **QUESTION}
    assert engine.rows([row], step(target="messages", output="chat")) == [{**row, "chat": PLAIN}]
    assert engine.rows([row], step(target="messages", keep_columns=False)) == [{"messages": PLAIN}]


def test_a_condition_converts_some_rows_only(engine: Any) -> None:
    rows = [{**QUESTION, "id": 1}, {**QUESTION, "id": 2}]
    out = engine.rows(rows, step(target="messages", where="id = 2"))
    assert out == [rows[0], {**rows[1], "messages": PLAIN}]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "target"),
        ({"target": "openai"}, "target"),
        ({"target": "alpaca", "source": "alpaca"}, "nothing to convert"),
        ({"target": "pretrain", "source": "messages", "question": "q"}, "question cannot be given"),
        ({"target": "pretrain", "source": "pairs", "history": "h"}, "history cannot be given"),
        ({"target": "pretrain", "column": "c"}, "column cannot be given"),
        ({"target": "pretrain", "answer": None}, "answer must name"),
        ({"target": "alpaca", "output": "o"}, "leave output out"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ConvertFormat(**options)


def test_columns_that_are_not_there_are_faults_that_can_be_bound() -> None:
    schema = Schema.of(Question="text", answer="text")
    (fault,) = [f for f in validate(Workflow(steps=(step(target="messages"),)), schema) if f.severity == "error"]
    assert fault.code == "missing_column"
    assert fault.suggestion is not None
    assert (fault.suggestion["option"], fault.suggestion["column"]) == ("question", "Question")
    wrong = faults(Schema.of(messages="text"), step(source="messages", target="pretrain"))
    assert any("holds text, where nested" in message for message in wrong)


def test_conversations_in_native_columns_are_read_and_written(tmp_path: Path) -> None:
    frame = pl.DataFrame({"messages": [PLAIN, LONG]})
    frame.write_parquet(tmp_path / "in.parquet")
    flow = Workflow(
        steps=(step(source="messages", target="sharegpt"), step("text", source="sharegpt", target="pretrain"))
    )
    result = run(flow, tmp_path / "in.parquet", tmp_path / "out.jsonl")
    out = [json.loads(line) for line in Path(result.output).read_text().splitlines()]
    assert [row["text"] for row in out] == ["What is {x}?\nAn é.", "s\nq1\na1\nq2\na2"]
    assert out[0]["conversations"] == turns(("human", "What is {x}?"), ("gpt", "An é."))
    written = run(Workflow(steps=(step(source="messages", target="sharegpt"),)), tmp_path / "in.parquet",
                  tmp_path / "out.parquet")  # fmt: skip
    documents = pl.read_parquet(written.output)["conversations"]
    assert json.loads(documents[0]) == turns(("human", "What is {x}?"), ("gpt", "An é."))


def test_workers_and_a_second_run_give_the_same(engine: Any) -> None:
    rows = [{"id": n, **QUESTION, **({"answer": None} if n == 5 else {})} for n in range(9)]
    results = [engine.result(rows, step(target="sharegpt"), workers=n, home=f"home{n}") for n in (1, 2)]
    assert Path(results[0].output).read_bytes() == Path(results[1].output).read_bytes()
    assert results[0].ledger.digest() == results[1].ledger.digest()
    assert results[0].report.failed == 1
    good = [row for row in rows if row["answer"]]
    engine.result(good, step(target="sharegpt"))
    assert engine.result(good, step(target="sharegpt")).report.steps[0].reused


def test_many_failing_rows_cost_no_more_than_themselves() -> None:
    rows = [{"messages": [n]} if n % 2 else {"messages": PLAIN} for n in range(50)]
    records = apply_outcome(ConvertFormat(source="messages", target="pretrain"), batch_of(rows)).records
    assert records is not None
    assert records["fate"].to_list() == ["kept", "failed"] * 25
