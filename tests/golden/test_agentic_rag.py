"""The pipelines for agents that search, over the documents that ship: rows and fates told from the model's script."""

import json
import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from dataflow_agent.operators.core import Request
from dataflow_agent.pipelines.builtin import SAMPLES, pipeline

Golden = Callable[..., Any]
FACTS = {
    "mill": ("the Erlau mill", [
        ("It was built in 1847 by the carpenter Ada Kern", "Who built the Erlau mill?", "the carpenter Ada Kern"),
        ("Its wheel has a diameter of 6.2 metres.", "What is the diameter of its wheel?", "6.2 metres"),
    ]),
    "bridge": ("the Brask bridge", [
        ("Its three arches were finished in 1902", "When were the arches of the Brask bridge finished?", "1902"),
        ("The bridge is 74 metres long.", "How long is the Brask bridge?", "74 metres"),
    ]),
}  # fmt: skip
HEADS = {"The Erlau mill": "mill", "The Brask bridge": "bridge"}
REFINED = {"the carpenter Ada Kern": "Ada Kern"}
KNOWN, WRONG = "How long is the Brask bridge?", "What is the diameter of its wheel?"


def as_json(**reply: Any) -> str:
    return orjson.dumps(reply).decode()


def value(request: Request, name: str) -> str:
    """What stands in the prompt under a name."""
    return request.prompt.partition(f'<data name="{name}">\n')[2].partition("\n</data>")[0]


def found_facts(request: Request) -> str:
    """The facts of a document that is known; the others have none."""
    document = HEADS.get(value(request, "text").split("\n")[0])
    if document is None:
        return as_json(identifier="", facts=[], declined="Nothing rare.")
    thing, facts = FACTS[document]
    told = [{"statement": f"{thing}: {words}", "evidence": words} for words, _, _ in facts]
    return as_json(identifier=thing, facts=told, declined=None)


def asked_about(request: Request) -> str:
    facts = [fact for _, facts in FACTS.values() for fact in facts]
    question, answer = next((q, a) for words, q, a in facts if words == value(request, "evidence"))
    return as_json(question=question, answer=answer)


def basic(request: Request) -> str:
    """Knows one answer by heart, and reads one wrongly."""
    if "Find at most" in request.prompt:
        return found_facts(request)
    if "Write the question" in request.prompt:
        return asked_about(request)
    question = value(request, "question")
    answer = next(a for _, facts in FACTS.values() for _, q, a in facts if q == question)
    if "Give the refined answer" in request.prompt:
        return as_json(refined=REFINED.get(answer, answer), variants=[f"exactly {answer}"])
    if "Is the answer correct?" in request.prompt:
        return as_json(reason="Compared.", correct=False)
    if "The documents:" not in request.prompt:
        return as_json(answer=answer if question == KNOWN else None)
    return as_json(answer="7 metres" if question == WRONG else REFINED.get(answer, answer))


def sample(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in pipeline(name).sample_file().read_text().splitlines()]


def test_only_questions_that_need_their_document_and_are_answered_by_it_come_out(golden: Golden) -> None:
    done = golden("agentic_rag", [*sample("agentic_rag"), sample("agentic_rag")[0]], basic)
    assert [(row["id"], row["question"], row["refined_answer"], row["token_f1"]) for row in done.rows] == [
        ("mill", "Who built the Erlau mill?", "Ada Kern", 1.0),
        ("bridge", "When were the arches of the Brask bridge finished?", "1902", 1.0),
    ]
    assert done.rows[0]["optional_answers"] == ["exactly the carpenter Ada Kern"]
    assert {row: done.end(row) for row in ("0:1.2", "0:2.2", "3", "6")} == {
        "0:1.2": ("dropped", "rag_answerability_filter", "with_documents_not_allowed"),
        "0:2.2": ("dropped", "rag_answerability_filter", "closed_book_not_allowed"),
        "3": ("dropped", "generate_atomic_qa", "declined"),
        "6": ("merged", "exact_dedup", "duplicate"),
    }
    # Five documents; of four questions the question, its forms and two answers each, and one judgement of "7 metres".
    assert len(done.asked) == 5 + 4 * 4 + 1


HOPS = {
    "the Erlau mill": ("the work of", "Ada Kern", "who built the Erlau mill in 1847"),
    "the Brask bridge": (
        "the bridge with three arches over",
        "the Lenn",
        "only bridge over the Lenn with three arches",
    ),
}
SEARCHED = {
    "mill": ("the Erlau mill", [("Its wheel has a diameter of 6.2 metres.", "How wide is the wheel of the Erlau mill?",
                                 "6.2 metres"),
                                ("until 1931, when the weir broke", "Until when did the Erlau mill grind?", "1931")]),
    "bridge": ("the Brask bridge", [("The bridge is 74 metres long.", "How long is the Brask bridge?", "74 metres")]),
}  # fmt: skip
ANSWERS = {"How wide": "6.2 metres", "Until when": "1931", "How long": "74 metres"}


def searching(request: Request) -> str:  # noqa: PLR0911 - a script, one line a request
    """One round succeeds for every thing and a second for none; the question about 1931 is answered by one document."""
    prompt = request.turns[0].text if request.turns else request.prompt
    question = value(request, "question")
    if "Find at most" in prompt:
        document = HEADS.get(value(request, "text").split("\n")[0])
        if document is None:
            return as_json(identifier="", facts=[], declined="Nothing rare.")
        thing, facts = SEARCHED[document]
        told = [{"statement": f"{thing}: {words}", "evidence": words} for words, _, _ in facts]
        return as_json(identifier=thing, facts=told, declined=None)
    if "Write the question" in prompt:
        facts = [fact for _, several in SEARCHED.values() for fact in several]
        asked, answer = next((q, a) for words, q, a in facts if words == value(request, "evidence"))
        return as_json(question=asked, answer=answer)
    if "The thing to describe" in prompt:
        relation, new, words = HOPS.get(value(request, "identifier"), ("the home of", "the valley", "the"))
        return as_json(new_identifier=new, relation=relation, evidence=words)
    if "Is it true" in prompt:
        return as_json(reason="Many are.", true=True, unique=value(request, "identifier") in HOPS)
    if "Write the new question" in prompt:
        described = re.sub("the (Erlau mill|Brask bridge)", value(request, "description"), question)
        return as_json(question=described)
    if "The second question" in prompt:
        return as_json(reason="The same.", same_answer=True, leaks=False)
    if "Join them." in prompt:
        pairs = json.loads(value(request, "pairs"))
        joined = " And ".join(pair["question"] for pair in pairs)
        return as_json(question=joined, answer="; ".join(pair["answer"] for pair in pairs), declined=None)
    if "The joined question" in prompt:
        return as_json(reason="All.", answer_all=True, understood=True)
    answer = "; ".join(answer for words, answer in ANSWERS.items() if words in question)
    if "Give the refined answer" in prompt:
        return as_json(refined=answer, variants=[])
    if "The documents:" not in prompt:
        return as_json(answer=None)
    alone = "[2]" not in prompt
    return as_json(answer=answer if not alone or (answer == "1931" and "1931" in prompt) else None)


@pytest.fixture
def done(golden: Golden) -> Any:
    collection = pipeline("agentic_rag_multihop").sample_file().parent / "agentic_rag_passages.jsonl"
    assert collection.parent.name == SAMPLES
    rows = sample("agentic_rag_multihop")
    return golden("agentic_rag_multihop", rows, searching, resources={"passages": str(collection)})


def test_questions_over_several_documents_come_out_deeper_and_wider(done: Any) -> None:
    assert [(row["origin"], row["question"], row["refined_answer"]) for row in done.rows] == [
        ("input", "How wide is the wheel of the work of Ada Kern?", "6.2 metres"),
        ("input", "How long is the bridge with three arches over the Lenn?", "74 metres"),
        (
            "widened",
            "How wide is the wheel of the work of Ada Kern? And Until when did the work of Ada Kern grind?",
            "6.2 metres; 1931",
        ),
    ]
    assert [hop["new_identifier"] for hop in done.rows[0]["hops"]] == ["Ada Kern"]
    assert [part["answer"] for part in done.rows[2]["parts"]] == ["6.2 metres", "1931"]


def test_what_one_document_answers_alone_goes_and_its_passages_are_real_ones(done: Any) -> None:
    assert done.end("0:1.2") == ("dropped", "rag_answerability_filter", "shortcut_not_allowed")
    assert done.end("5") == ("dropped", "generate_atomic_qa", "declined")
    texts = [one["text"] for one in done.rows[0]["passages"]]
    assert any("Ada Kern was a carpenter" in text for text in texts)
    assert len(texts) == 5
