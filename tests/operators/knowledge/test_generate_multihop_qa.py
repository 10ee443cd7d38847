"""Questions over several facts: two quoted sentences at least, and all chunks asked about at once."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.operators.core import Context, Reply, Request
from dataflow_agent.operators.core.llm import Heard
from dataflow_agent.operators.core.testing import ScriptedLLM, apply_rows
from dataflow_agent.operators.knowledge.generate_multihop_qa import GenerateMultihopQA

Tell = Callable[..., Any]
TEXT = "The Erlau mill was built by\nAda Kern. Ada Kern was born in Brask, on the Lenn. Brask has a bridge."
BUILT, BORN = "The Erlau mill was built by Ada Kern.", "Ada Kern was born in Brask, on the Lenn."


def pair(*facts: str, question: str = "Where was the builder of the mill born?", **more: Any) -> dict[str, Any]:
    steps = ["Ada Kern built it.", "She was born in Brask."]
    made = {"type": "bridge", "question": question, "reasoning_steps": steps, "answer": "In Brask."}
    return {**made, "supporting_facts": [*facts], **more}


def reply(*pairs: dict[str, Any], declined: str | None = None) -> str:
    return json.dumps({"pairs": [*pairs], "declined": declined})


def test_a_question_over_two_sentences_becomes_a_row_with_steps_facts_and_type(told: Tell) -> None:
    done = told(GenerateMultihopQA(), [{"text": TEXT, "path": "mill.md"}], [reply(pair(BUILT, "was born in brask"))])
    assert done.rows == [
        {
            "text": TEXT,
            "path": "mill.md",
            "question": "Where was the builder of the mill born?",
            "answer": "In Brask.",
            "reasoning_steps": ["Ada Kern built it.", "She was born in Brask."],
            "supporting_facts": ["The Erlau mill was built by\nAda Kern.", "was born in Brask"],
            "question_type": "bridge",
        }
    ]
    assert len(done.asked) == 1


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ((BUILT, "She liked wood."), "does not stand in the text: 'She liked wood.'"),
        (("Ada Kern was born in Brask", "on the Lenn"), "of one sentence"),
        ((BUILT, BUILT), "of one sentence"),
    ],
)
def test_facts_that_are_made_up_or_of_one_sentence_are_told_to_the_model_once(
    told: Tell, facts: tuple[str, ...], said: str
) -> None:
    bad, fine = pair(*facts), pair(BUILT, BORN, question="Which river flows where the builder was born?")
    done = told(GenerateMultihopQA(), [{"text": TEXT}], [reply(bad), reply(fine)])
    assert [row["question"] for row in done.rows] == [fine["question"]]
    assert said in done.asked[1].prompt
    ended = told(GenerateMultihopQA(), [{"text": TEXT}], [reply(bad), reply(bad)])
    assert ended.fates == [("failed", "evidence_not_found")]
    assert said in ended.details[0]


@pytest.mark.parametrize(
    "bad",
    [
        "no",
        reply(),
        reply(pair(BUILT)),
        reply(pair(BUILT, BORN, reasoning_steps=["One."])),
        reply(pair(BUILT, BORN, type="riddle")),
        reply(pair(BUILT, BORN, answer=" ")),
    ],
)
def test_a_reply_without_two_steps_and_facts_goes_back_and_then_fails_its_row(told: Tell, bad: str) -> None:
    assert told(GenerateMultihopQA(), [{"text": TEXT}], [bad] * 3).fates == [("failed", "invalid_reply")]
    assert told(GenerateMultihopQA(), [{"text": TEXT}], [bad, reply(pair(BUILT, BORN))]).fates == [("expanded", None)]


def test_what_cannot_hold_two_facts_costs_nothing_and_the_model_may_decline(told: Tell) -> None:
    rows = [{"text": "Dr. Kern paid 3.14 crowns."}, {"text": None}, {"text": " "}, {"text": 5}]
    done = told(GenerateMultihopQA(), rows, [])
    assert done.fates == [
        ("dropped", "fewer_than_two_sentences"),
        ("failed", "no_value"),
        ("failed", "empty_text"),
        ("failed", "no_value"),
    ]
    declined = told(GenerateMultihopQA(), [{"text": TEXT}], [reply(declined="They do not join.")])
    assert (declined.fates, declined.details) == ([("dropped", "declined")], ["They do not join."])


def test_sentences_of_scripts_without_spaces_are_told_apart(told: Tell) -> None:
    text = "磨坊由科恩建造。科恩生于布拉斯克。"
    facts = ("磨坊由科恩建造。", "科恩生于布拉斯克。")
    done = told(GenerateMultihopQA(), [{"text": text}], [reply(pair(*facts))])
    assert done.rows[0]["supporting_facts"] == [*facts]


def test_options_name_columns_and_count(told: Tell) -> None:
    operator = GenerateMultihopQA(per_text=1, question="q", answer="a", steps="s", facts="f", question_type="t")
    other = pair(BUILT, BORN, question="Another?")
    done = told(operator, [{"text": TEXT}], [reply(pair(BUILT, BORN), other)])
    assert [{*row} for row in done.rows] == [{"text", "q", "a", "s", "f", "t"}]
    assert "one pair" in done.asked[0].prompt
    assert (operator.calls(9), operator.fan_out()) == ((9, 9), 1)
    with pytest.raises(ValueError, match="a column each"):
        GenerateMultihopQA(steps="answer")


class Gathering:
    """A model that answers nobody until so many have asked, which is how many are in flight at once."""

    identity = "gathering"

    def __init__(self, wanted: int) -> None:
        self.in_flight, self.waiting = wanted, list[Heard]()
        self.asked_before_a_reply = 0

    def start(self, request: Request, heard: Heard) -> None:
        self.waiting.append(heard)
        if len(self.waiting) == self.in_flight:
            self.asked_before_a_reply = len(self.waiting)
            for one in self.waiting:
                threading.Thread(target=one, args=(Reply(reply(pair(BUILT, BORN))),)).start()

    def forget(self, requests: Any) -> None: ...

    def close(self) -> None: ...


def test_all_chunks_are_asked_about_before_any_is_answered() -> None:
    model = Gathering(40)
    rows = apply_rows(GenerateMultihopQA(), [{"text": TEXT, "n": n} for n in range(40)], Context(llm=model))
    assert model.asked_before_a_reply == 40
    assert [row["n"] for row in rows] == [*range(40)]


def test_batches_of_any_size_give_the_same_rows() -> None:
    rows = [{"text": TEXT, "n": n} for n in range(5)]
    llm = ScriptedLLM(lambda _: reply(pair(BUILT, BORN)))
    operator, context = GenerateMultihopQA(), Context(llm=llm)
    assert apply_rows(operator, rows, context) == [
        made for row in rows for made in apply_rows(operator, [row], context)
    ]
