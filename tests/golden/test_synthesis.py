"""The pipelines that ask a model, over small data and a model with a script: rows and fates told by hand from both."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from dataflow_agent.operators.core import Context, Request
from dataflow_agent.operators.core.testing import ScriptedLLM
from dataflow_agent.pipelines.builtin import pipeline
from dataflow_agent.pipelines.run import RunResult, run
from dataflow_agent.pipelines.validate import Resources

Says = Callable[[Request], str]


def as_json(**reply: Any) -> str:
    return orjson.dumps(reply).decode()


def ran(
    name: str, rows: list[dict[str, Any]], says: Says, folder: Path, **columns: str
) -> tuple[RunResult, ScriptedLLM]:
    """A pipeline that ships, over rows, with a model that says what a function makes of each request."""
    data, llm = folder / "in.jsonl", ScriptedLLM(says)
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = run(
        pipeline(name).bound(columns),
        data,
        folder / "out.jsonl",
        context=lambda: Context(llm=llm),
        available=Resources(needs=frozenset({"llm"})),
    )
    return result, llm


def rows_of(result: RunResult) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(result.output).read_text().splitlines()]


def ends(result: RunResult, rows: int) -> dict[str, tuple[str, str, str | None]]:
    """For each row that did not come out as a row of its own, what became of it at which step, and why."""
    found = {}
    for row in range(1, rows + 1):
        last = result.ledger.why(str(row)).events[-1]
        found[str(row)] = (last.did, last.step, last.reason)
    return found


# Texts


SEED = (
    "The {subject} is {n} metres long and was built by the people of the valley in a single dry summer, "
    "when the river could be crossed on foot and stones were plentiful."
)
LONG = (
    "The bridge was built in one dry summer, because the river could then be crossed on foot and there were plenty of "
    "stones near at hand."
)


def synthesis(request: Request) -> str:
    """Writes a pair from each seed, but for some; the judge does not like the tunnel."""
    if "Judge the response" in request.prompt:
        return as_json(reason="Seen.", score=2.5 if "tunnel" in request.prompt else 3)
    if "tower" in request.prompt:
        return as_json(pairs=[], declined="Nothing to ask.")
    if "canal" in request.prompt or any("canal" in turn.text for turn in request.turns):
        return "Sorry, I would rather not."
    subject = "tunnel" if "tunnel" in request.prompt else "bridge"
    output = "In summer." if "path" in request.prompt else LONG
    return as_json(pairs=[{"instruction": f"When was the {subject} built?", "output": output}], declined=None)


def test_texts_become_pairs_and_each_row_that_does_not_says_why(tmp_path: Path, home: Path) -> None:
    texts = [
        SEED.format(subject="bridge", n=40),
        "  " + SEED.format(subject="bridge", n=40).replace(" ", "  "),
        "This text is far too short.",
        SEED.format(subject="tower", n=41).upper(),
        SEED.format(subject="tower", n=41),
        SEED.format(subject="canal", n=42),
        SEED.format(subject="path", n=43),
        SEED.format(subject="tunnel", n=44),
        None,
        "<p>" + SEED.format(subject="bridge", n=45) + "</p>",
    ]
    rows = [{"id": number, "raw_content": text} for number, text in enumerate(texts, 1)]
    result, llm = ran("sft_synthesis", rows, synthesis, tmp_path, text="raw_content")
    made = {"instruction": "When was the bridge built?", "output": LONG, "judge_score": 3.0}
    assert rows_of(result) == [
        {"id": 1, "raw_content": SEED.format(subject="bridge", n=40), **made},
        {"id": 10, "raw_content": SEED.format(subject="bridge", n=45), **made},
    ]
    assert {row: end for row, end in ends(result, 10).items() if row not in ("1", "10")} == {
        "2": ("merged", "exact_dedup", "duplicate"),
        "3": ("dropped", "word_count_filter", "word_count_too_low"),
        "4": ("dropped", "capital_word_ratio_filter", "capital_word_ratio_too_high"),
        "5": ("dropped", "generate_sft_from_text", "declined"),
        "6": ("failed", "generate_sft_from_text", "invalid_reply"),
        "7": ("dropped", "output_length", "word_count_too_low"),
        "8": ("dropped", "score_filter", "score_too_low"),
        "9": ("dropped", "empty_text_filter", "no_value"),
    }
    # Rows 1, 5, 7, 8 and 10 once, row 6 three times; the judge sees 1, 8 and 10.
    assert len(llm.asked) == 5 + 3 + 3
    assert (result.report.rows_in, result.report.rows_out) == (10, 2)


# A taxonomy


def condor(request: Request) -> str:
    """Asks about the topic, answers, reviews and revises; the judge does not like what is hard about lenses."""
    topic = "lenses" if "lenses" in request.prompt else "mirrors"
    if "about this entry" in request.prompt:
        return as_json(easy=["What is light?"], medium=[f"Why use {topic}?"], hard=[f"Derive the law of {topic}."])
    if "Answer this question" in request.prompt:
        return as_json(output=f"Draft on {topic}.")
    if "Review the answer" in request.prompt:
        return as_json(critique="Too short.")
    if "Write the improved answer" in request.prompt:
        return as_json(answer=f"A full answer on {topic}.")
    return as_json(reason="Seen.", score=0 if "Derive the law of lenses" in request.prompt else 5)


def test_entries_of_a_taxonomy_become_revised_and_judged_pairs(tmp_path: Path, home: Path) -> None:
    lenses = {"domain": "physics", "topic": "optics", "subtopic": "lenses"}
    mirrors = {"domain": "physics", "topic": "optics", "subtopic": "mirrors"}
    result, llm = ran("sft_synthesis_taxonomy", [lenses, mirrors], condor, tmp_path)
    # "What is light?" names neither lenses nor mirrors, so the script answers it "on mirrors" for the first entry too;
    # as a question of the second entry it is merged into that of the first.
    assert rows_of(result) == [
        {**lenses, "instruction": "What is light?", "output": "A full answer on mirrors.", "difficulty": "easy",
         "judge_score": 5.0},
        {**lenses, "instruction": "Why use lenses?", "output": "A full answer on lenses.", "difficulty": "medium",
         "judge_score": 5.0},
        {**mirrors, "instruction": "Why use mirrors?", "output": "A full answer on mirrors.", "difficulty": "medium",
         "judge_score": 5.0},
        {**mirrors, "instruction": "Derive the law of mirrors.", "output": "A full answer on mirrors.",
         "difficulty": "hard", "judge_score": 5.0},
    ]  # fmt: skip
    # Each entry: its questions and three answers. Five questions are left: a review, a revision and a judgement each.
    assert len(llm.asked) == 2 * 4 + 5 * 3
    steps = {step.id: step for step in result.report.steps}
    assert (steps["generate_sft_from_taxonomy"].children, steps["exact_dedup"].merged) == (6, 1)
    assert (steps["score_filter"].dropped, result.report.rows_out) == (1, 4)


def test_the_taxonomy_that_ships_has_three_levels_and_many_entries() -> None:
    lines = pipeline("sft_synthesis_taxonomy").sample_file().read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    assert all([*entry] == ["domain", "topic", "subtopic"] for entry in entries)
    assert len({tuple(entry.values()) for entry in entries}) == len(entries) >= 120
    assert len({entry["domain"] for entry in entries}) >= 12


# Function calling


CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = {"name": "weather", "description": "Weather in a city.", "parameters": CITY}


def subject_of(request: Request) -> str:
    said = request.prompt + "".join(turn.text for turn in request.turns)
    return next(word for word in ("Rome", "Bonn", "Oslo", "Lima") if word in said)


def agents(request: Request) -> str:
    """Rome is done after a call; Bonn's task is of two pieces; the user of Oslo is never done; Lima is judged low."""
    city = subject_of(request)
    answers = {
        "In what situation": as_json(scenario=f"Somebody travels to {city}."),
        "another situation": as_json(scenario=f"Somebody moves to {city}."),
        "Write one task": as_json(task=f"Weather in {city}."),
        "Add a part": as_json(
            subtasks=[f"Weather in {city}.", "Clothes for it."], task=f"Weather in {city}, and clothes?"
        ),
        "Is it coherent?": as_json(reason="Seen.", coherent=city != "Bonn"),
        "Design the functions": as_json(functions=[WEATHER]),
        "The arguments:": as_json(result='{"celsius": 30}'),
        "Judge it.": as_json(reason="Seen.", score=3 if city == "Lima" else 4),
    }
    for words, reply in answers.items():
        if words in request.prompt:
            return reply
    if "What do you say next?" in request.prompt:
        done = city != "Oslo" and '"role":"assistant"' in request.prompt
        return as_json(done=done, message="" if done else f"What about {city}?")
    if '"role":"tool"' in request.prompt:
        return as_json(content="It is warm: a shirt.", calls=[])
    return as_json(content="", calls=[{"name": "weather", "arguments": {"city": city}}])


def test_chats_become_function_calling_conversations(tmp_path: Path, home: Path) -> None:
    cities = ["Rome", "Bonn", "Oslo", "Lima"]
    rows: list[dict[str, Any]] = [{"system": "x", "chat": f"USER: How is {city}?"} for city in cities]
    result, llm = ran("function_calling", [*rows, rows[0], {"system": "x", "chat": ""}], agents, tmp_path, text="chat")
    call = {"name": "weather", "arguments": '{"city":"Rome"}'}
    assert rows_of(result) == [
        {
            "system": "x",
            "chat": "USER: How is Rome?",
            "scenario": "Somebody moves to Rome.",
            "task": "Weather in Rome, and clothes?",
            "subtasks": ["Weather in Rome.", "Clothes for it."],
            "functions": [WEATHER],
            "messages": [
                {"role": "user", "content": "What about Rome?"},
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{"id": "call_1", "type": "function", "function": call}],
                },
                {"role": "tool", "tool_call_id": "call_1", "name": "weather", "content": '{"celsius": 30}'},
                {"role": "assistant", "content": "It is warm: a shirt."},
            ],
            "dialogue_score": 4,
        }
    ]
    assert {row: end for row, end in ends(result, 6).items() if row != "1"} == {
        "2": ("dropped", "generate_tool_tasks", "incoherent_task"),
        "3": ("dropped", "generate_tool_dialogue", "unfinished"),
        "4": ("dropped", "score_filter", "score_too_low"),
        "5": ("merged", "exact_dedup", "duplicate"),
        "6": ("dropped", "empty_text_filter", "visible_characters_too_low"),
    }
    # Tasks: six requests for each of three rows, five for Bonn. Rome and Lima: user, call, result, answer, user. Oslo:
    # five times user and answer, before the first of which come a call and its result; a last user. Two judgements.
    assert len(llm.asked) == 3 * 6 + 5 + 2 * 5 + (5 * 2 + 2 + 1) + 2


# Pairs without a model


GOOD = (
    "While the dough rests, the yeast turns sugar into gas and the gluten relaxes. The gas is caught in the elastic "
    "net, so the loaf rises; without the rest it would stay dense."
)


def test_pairs_are_filtered_by_length_repetition_difficulty_and_form(tmp_path: Path, home: Path) -> None:
    told = "the old mill by the river has a wheel of oak that has been turning since the days of my grandfather"
    pairs = [
        ("Why does dough rest?", GOOD),
        ("why does  dough rest?", GOOD.upper()),
        ("What is the capital of Norway?", "Oslo."),
        (f"Repeat: {told}", told),
        ("Why do leaves fall?", "ha " * 30),
        ("Describe a lighthouse.", None),
    ]
    rows = [{"instruction": instruction, "output": output} for instruction, output in pairs]
    result, llm = ran("sft_filter", rows, str, tmp_path)
    assert llm.asked == []
    assert [row["instruction"] for row in rows_of(result)] == ["Why does dough rest?"]
    assert {row: end for row, end in ends(result, 6).items() if row != "1"} == {
        "2": ("merged", "exact_dedup", "duplicate"),
        "3": ("dropped", "output_length", "word_count_too_low"),
        "4": ("dropped", "difficulty_filter", "score_too_low"),
        "5": ("dropped", "quality_filter", "score_too_low"),
        "6": ("dropped", "output_length", "no_value"),
    }


# Texts rewritten for pretraining


PAGE = (
    "The {name} was built by the people of the valley in a single dry summer. At that time the river could be crossed "
    "on foot, and stones were plentiful near the ford. Every family gave one of its members to the work, and the "
    "miller gave the bread. It has stood for two hundred years since then."
)


def rewriting(request: Request) -> str:
    """Rewrites pages, one of them in a few words and one by saying the same again and again."""
    answer = (
        "It was built in one dry summer, because the river could then be crossed on foot and stones were plentiful."
    )
    if "windmill" in request.prompt:
        answer = "In summer."
    if "granary" in request.prompt:
        answer = "It was built in one dry summer. " * 12
    return as_json(exchanges=[{"question": "When was it built?", "answer": answer}])


def test_pages_are_chosen_by_rules_and_rewritten_as_questions_and_answers(tmp_path: Path, home: Path) -> None:
    texts = [
        PAGE.format(name="old stone bridge"),
        PAGE.format(name="old stone bridge") + " \U0001f600",
        "Too short a page.",
        "\n".join(f"\u2022 The people of the valley sell item {number}." for number in range(30)),
        PAGE.format(name="windmill on the hill"),
        PAGE.format(name="granary behind the church"),
        "Die Br\u00fccke wurde in einem trockenen Sommer von den Leuten des Tales gebaut. Der Fluss war flach.",
        None,
    ]
    rows = [{"id": number, "raw_content": text} for number, text in enumerate(texts, 1)]
    result, llm = ran("text_pretrain_synthesis", rows, rewriting, tmp_path, text="raw_content")
    (row,) = rows_of(result)
    assert (row["id"], row["raw_content"]) == (1, PAGE.format(name="old stone bridge"))
    assert row["output"].startswith("Question: When was it built?")
    assert len(llm.asked) == 3
    found = {row: (did, step) for row, (did, step, _) in ends(result, 8).items() if row != "1"}
    assert found == {
        "2": ("merged", "exact_dedup"),
        "3": ("dropped", "sentence_count_filter"),
        "4": ("dropped", "bullet_lines"),
        "5": ("dropped", "output_length"),
        "6": ("dropped", "repetition_filter"),
        "7": ("dropped", "language_filter"),
        "8": ("dropped", "empty_text_filter"),
    }
