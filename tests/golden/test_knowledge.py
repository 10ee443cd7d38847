"""The pipelines that make questions from documents and texts, over the data that ships, with a scripted model."""

import json
from collections.abc import Callable
from importlib.resources import as_file
from pathlib import Path
from typing import Any

import orjson
import pytest
from dataflow_agent.operators.core import Context, Request
from dataflow_agent.operators.core.testing import ScriptedLLM
from dataflow_agent.pipelines.builtin import pipeline
from dataflow_agent.pipelines.run import RunResult, run
from dataflow_agent.pipelines.validate import Resources

Golden = Callable[..., Any]


def as_json(**reply: Any) -> str:
    return orjson.dumps(reply).decode()


def text_of(request: Request) -> str:
    """The text that a request is about."""
    return request.prompt.partition('<data name="text">\n')[2].rpartition("\n</data>")[0]


# Texts


def qa(question: str, answer: str, evidence: str) -> dict[str, str]:
    return {"question": question, "answer": answer, "evidence": evidence}


DAM = "Its dam is 38 metres high, and it feeds the power house of Brask."
EGGS = "It lays four to six eggs in April, and the young leave the nest after thirty days."
ARTICLES = {
    "The Hollen lake": [
        qa("How high is the dam of the Hollen lake?", "The dam is 38 metres high.", "Its dam is 38 metres high"),
        qa("How tall is the dam?", "The dam is 83 metres high.", DAM),
    ],
    "The marsh owl": [
        qa("When does the marsh owl lay eggs?", "It lays four to six eggs in April.", "lays four to six eggs in April"),
        qa("How many eggs?", "Nine.", "It lays nine eggs."),
    ],
    "Brask rye bread": [qa("Who bakes it?", "A baker.", "It is baked by a baker.")],
}


def asking(request: Request) -> str:
    """Asks about texts it knows; of the lake one answer is wrong, of the owl and the bread evidence is made up."""
    said = request.turns[0].text if request.turns else request.prompt
    found = [pairs for start, pairs in ARTICLES.items() if f"\n{start}" in said]
    return as_json(pairs=found[0], declined=None) if found else as_json(pairs=[], declined="A poem.")


def test_texts_become_conversations_whose_answers_their_text_supports(golden: Golden) -> None:
    rows = [json.loads(line) for line in pipeline("text2qa").sample_file().read_text().splitlines()]
    done = golden("text2qa", rows, asking)
    assert [(row["id"], row["answer"], row["evidence"]) for row in done.rows] == [
        ("lake", "The dam is 38 metres high.", DAM),
        ("owl", "It lays four to six eggs in April.", EGGS),
    ]
    assert done.rows[0]["messages"] == [
        {"role": "user", "content": "How high is the dam of the Hollen lake?"},
        {"role": "assistant", "content": "The dam is 38 metres high."},
    ]
    assert {row: done.end(row) for row in ("0:1.1.2", "0:3.1", "4", "0:5.1", "6")} == {
        "0:1.1.2": ("dropped", "grounded_answer_filter", "number_mismatch"),
        "0:3.1": ("failed", "generate_qa", "evidence_not_found"),
        "4": ("merged", "exact_dedup", "duplicate"),
        "0:5.1": ("dropped", "generate_qa", "declined"),
        "6": ("dropped", "empty_text_filter", "visible_characters_too_low"),
    }
    # Four texts, and the owl and the bread once more.
    assert len(done.asked) == 4 + 2


def test_long_texts_are_cut_and_options_set_what_is_made_of_them(golden: Golden) -> None:
    sentence = "The {} was dammed in 1911. "
    rows = [{"text": "".join(sentence.format(name) * 6 + "\n\n" for name in ("lake", "pond"))}]

    def says(request: Request) -> str:
        name = "pond" if "pond" in text_of(request) else "lake"
        words = f"The {name} was dammed in 1911."
        return as_json(pairs=[qa(f"When was the {name} dammed?", words, words)], declined=None)

    done = golden("text2qa", rows, says, options={"chunk_words": 40, "format": "alpaca", "questions": 1})
    assert [(row["instruction"], row["output"]) for row in done.rows] == [
        ("When was the lake dammed?", "The lake was dammed in 1911."),
        ("When was the pond dammed?", "The pond was dammed in 1911."),
    ]


# Documents


def hop(question: str, answer: str, *facts: str) -> dict[str, Any]:
    steps = ["The first fact.", "The second fact."]
    made = {"type": "bridge", "question": question, "reasoning_steps": steps, "answer": answer}
    return {**made, "supporting_facts": [*facts]}


BELOW = "The Erlau mill stands on the left bank of the Lenn, below the weir of Brask."
BUILT = "It was built in 1847 by the carpenter Ada Kern"
ARCHES = "The Brask bridge is the only bridge over the Lenn with three arches."
LONG = "The bridge is 74 metres long"
DOCUMENTS = {
    "carpenter": [
        hop("Who built the mill below the weir of Brask?", "The carpenter Ada Kern built it in 1847.", BELOW, BUILT),
        hop("How large is the wheel?", "The wheel has a diameter of 8.4 metres.", BELOW, BUILT),
    ],
    "three arches": [hop("How long is the bridge with three arches?", "The bridge is 74 metres long.", ARCHES, LONG)],
    "quarry": [hop("Who owned the quarry?", "A mason owned it.", "A mason owned it.", "He was rich.")],
    "Heron, which": [
        hop(
            "What did the first boat of the ferry carry?",
            "The Heron carried twelve people and two carts.",
            "It began its service in 1888 with a boat named Heron",
            "it has been free of charge since 1954",
        )
    ],
    "sixty people": [
        hop(
            "How many people does the boat carry that replaced the Heron?",
            "The Osprey carries sixty people.",
            "The Heron was replaced by a larger boat, the Osprey, in 1926.",
            "The Osprey was built in the shipyards of Norrum and carries sixty people.",
        )
    ],
}


def reading(request: Request) -> str:
    """Cleans nothing, and asks about chunks it knows: one answer is wrong, one chunk's facts are made up."""
    if "supporting_facts" not in (request.system or ""):
        return as_json(text=text_of(request))
    said = request.turns[0].text if request.turns else request.prompt
    found = [pairs for words, pairs in DOCUMENTS.items() if words in said]
    return as_json(pairs=found[0], declined=None) if found else as_json(pairs=[], declined="Nothing joins.")


@pytest.fixture
def documents(tmp_path: Path, home: Path) -> tuple[RunResult, list[Request]]:
    """The pipeline over the documents that ship, in chunks of at most 65 words."""
    llm, found = ScriptedLLM(reading), pipeline("knowledge_base")
    with as_file(found.sample_file()) as folder:
        result = run(
            found.bound({}, {"chunk_words": 65}),
            folder,
            tmp_path / "out.jsonl",
            context=lambda: Context(llm=llm),
            available=Resources(needs=frozenset({"llm"})),
        )
    return result, llm.asked


def test_documents_become_conversations_that_say_where_they_come_from(
    documents: tuple[RunResult, list[Request]],
) -> None:
    result, asked = documents
    rows = [json.loads(line) for line in Path(result.output).read_text().splitlines()]
    assert [(Path(row["path"]).name, row["page"], row["answer"]) for row in rows] == [
        ("bridge.html", None, "The bridge is 74 metres long."),
        ("ferry.pdf", 1, "The Heron carried twelve people and two carts."),
        ("ferry.pdf", 2, "The Osprey carries sixty people."),
        ("mill.md", None, "The carpenter Ada Kern built it in 1847."),
    ]
    assert rows[3]["headings"] == "The Erlau mill > Building"
    assert rows[3]["supporting_facts"][1] == "It was built in 1847 by the carpenter Ada\nKern"
    assert [turn["role"] for turn in rows[0]["messages"]] == ["user", "assistant"]
    steps = {step.id: step for step in result.report.steps}
    assert steps["generate_multihop_qa"].failed == 1
    assert steps["generate_multihop_qa"].dropped == 1
    assert steps["grounded_answer_filter"].dropped == 1
    # Six chunks are cleaned and asked about, the one with made-up facts twice.
    assert len(asked) == 6 + 6 + 1
    assert not any("All rights reserved" in request.prompt for request in asked)
