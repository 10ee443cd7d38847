"""Questions and answers that are in documents: found by rules or a model, merged by chapter and number."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.operators.core import Request
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.knowledge._entries import Entry, chapter_key, merged, number_key
from dataflow_agent.operators.knowledge.extract_document_qa import ExtractDocumentQA
from hypothesis import given
from hypothesis import strategies as st

Tell = Callable[..., Any]
BOOK = """# A small workbook

1. Open the lid.
2. Close the lid.

## Chapter 1. Bees

### Exercises

1. How many legs has a bee?
2. Which of these is made by bees?
   A. silk   B. honey
   C. salt
3. Describe the dance.

   It has two phases.

## Chapter 2. Ants

### Exercises

1. How many legs has an ant?

**Question 2.** Is an ant an insect?

**Answer:** Yes.

**Solution:** It has six legs.

And a head.

# Answers

## Chapter 1

1. Six, in three pairs.
2. B. Bees make honey from nectar.

## Chapter 2

| No | Answer |
|---|---|
| 1 | Six |
"""


def found(text: str, *columns: str, **options: Any) -> list[tuple[Any, ...]]:
    """Some columns of the questions that the rules find in a text."""
    rows = apply_rows(ExtractDocumentQA(**options), [{"text": text}])
    return [tuple(row[column] for column in columns) for row in rows]


def test_questions_of_chapters_are_merged_with_the_answers_at_the_end_of_the_book() -> None:
    assert found(BOOK, "chapter", "number", "question", "answer", "solution") == [
        ("Chapter 1. Bees", "1", "How many legs has a bee?", "Six, in three pairs.", None),
        ("Chapter 1. Bees", "2", "Which of these is made by bees?", "B", "Bees make honey from nectar."),
        ("Chapter 1. Bees", "3", "Describe the dance.\n\nIt has two phases.", None, None),
        ("Chapter 2. Ants", "1", "How many legs has an ant?", "Six", None),
        ("Chapter 2. Ants", "2", "Is an ant an insect?", "Yes.", "It has six legs.\n\nAnd a head."),
    ]
    assert [options for (options,) in found(BOOK, "options")] == [[], ["silk", "honey", "salt"], [], [], []]


def test_the_text_of_a_question_is_where_it_and_its_answer_stand() -> None:
    assert found(BOOK, "text")[0] == ("1. How many legs has a bee?\n\n1. Six, in three pairs.",)
    kept = apply_rows(ExtractDocumentQA(passage="passage"), [{"text": BOOK, "path": "book.md"}])
    assert (kept[0]["text"], kept[0]["path"]) == (BOOK, "book.md")
    assert kept[0]["passage"].startswith("1. How many legs has a bee?")


def test_questions_without_an_answer_stay_or_go_by_option() -> None:
    assert [number for (number,) in found(BOOK, "number", unanswered="drop")] == ["1", "2", "1", "2"]


@pytest.mark.parametrize(
    ("key", "answers"),
    [
        ("Answer key\n1. B 2. A", ["B", "A"]),
        ("Answers:\n1-2 BA", ["B", "A"]),
        ("## Solutions\n1. Take it away.\n2. Add it.", ["Take it away.", "Add it."]),
        ("Lösungen\n1) Drei\n2) Vier", ["Drei", "Vier"]),
        ("参考答案\n1．B 2．A", ["B", "A"]),
        ("**Answers**\n\n| 1 | B | 2 | A |", ["B", "A"]),
        ("Answers\n1. B", ["B", None]),
        ("Answers\n7. B", [None, None]),
    ],
)
def test_answer_keys_of_many_forms_are_read(key: str, answers: list[str | None]) -> None:
    rows = found(f"1. What is 5 - 2?\n2. What is 2 + 2?\n\n{key}\n", "answer", "solution")
    assert [answer or solution for answer, solution in rows] == answers


def test_chinese_papers_number_through_their_parts() -> None:
    asked = "第一章 数\n一、选择题\n1．2+2等于（ ）。\nA．3 B．4\n二、填空题\n2．五加五是____。\n"
    text = asked + "参考答案\n一、选择题\n1．B\n二、填空题\n2．十\n"
    assert found(text, "question", "options", "answer") == [
        ("2+2等于（ ）。", ["3", "4"], "B"),
        ("五加五是____。", [], "十"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "1. Open the lid.\n2. Close it.",
        "Only prose. In 1990. It was so.",
        "```\n1. What is this?\n```",
        "3.14 is what pi is.",
        "Answers\n1. B\n2. C",
    ],
)
def test_what_is_no_question_gives_none(text: str) -> None:
    assert found(text, "question") == []


def test_nothing_to_read_fails_or_is_dropped(told: Tell) -> None:
    done = told(ExtractDocumentQA(), [{"text": None}, {"text": " "}, {"text": 4}, {"text": "Prose."}], [])
    assert done.fates == [
        ("failed", "no_value"),
        ("failed", "empty_text"),
        ("failed", "no_value"),
        ("dropped", "no_children"),
    ]


@pytest.mark.parametrize(
    ("heading", "key"),
    [("Chapter 3: Bees", "3"), ("Kapitel 3", "3"), ("Unit IV", "4"), ("第十二章 数", "12"),
     ("第3章", "3"), ("2.1 Sets", "2.1"),
     ("Bees", "bees"), ("Bees.", "bees"), (None, "")],
)  # fmt: skip
def test_headings_of_one_chapter_have_one_key(heading: str | None, key: str) -> None:
    assert chapter_key(heading) == key


@pytest.mark.parametrize(
    ("label", "key"), [("Question 3.", "3"), ("(03)", "3"), ("A1", "a1"), ("2.4", "2.4"), ("", "")]
)
def test_labels_are_compared_without_what_stands_around(label: str, key: str) -> None:
    assert number_key(label) == key


def asks(chapter: str | None, number: str, question: str) -> Entry:
    return Entry(chapter, number, question)


def says(chapter: str | None, number: str, answer: str) -> Entry:
    return Entry(chapter, number, answer=answer)


def test_numbers_that_start_again_are_merged_in_order_or_not_at_all() -> None:
    questions = [asks("1", "1", "First?"), asks("1", "1", "Second?")]
    both = merged([*questions, says("1", "1", "a"), says("1", "1", "b")])
    assert [one.answer for one in both] == ["a", "b"]
    assert [one.answer for one in merged([*questions, says("1", "1", "a")])] == [None, None]


def test_an_answer_without_a_chapter_finds_the_only_question_with_its_number() -> None:
    only = merged([asks("1", "1", "First?"), asks("2", "5", "Fifth?"), says(None, "5", "five")])
    assert [one.answer for one in only] == [None, "five"]
    several = merged([asks("1", "5", "First?"), asks("2", "5", "Fifth?"), says(None, "5", "five")])
    assert [one.answer for one in several] == [None, None]
    wrong = merged([asks("1", "7", "Seventh?"), asks("2", "1", "First?"), says("2", "7", "seven")])
    assert [one.answer for one in wrong] == [None, None]


# With a model


def entries(*found: dict[str, Any]) -> str:
    empty = {"chapter": None, "number": None, "question": None, "options": [], "answer": None, "solution": None}
    return json.dumps({"entries": [{**empty, **one} for one in found]})


LEGS = {"chapter": "Bees", "number": "i", "question": "How many legs has a bee?"}
SHEET = "# Bees\n\n(i) How many legs\nhas a bee? (ii) Who dances?\n\n# Key\n\nBees (i) six; (ii) all of them"


def test_a_model_finds_what_rules_do_not_and_gives_it_in_the_words_of_the_document(told: Tell) -> None:
    reply = entries(
        LEGS,
        {"chapter": "Bees", "number": "(ii)", "question": "who dances?"},
        {"chapter": "Bees", "number": "i", "answer": "six"},
    )
    done = told(ExtractDocumentQA(backend="llm"), [{"text": SHEET, "id": 1}], [reply])
    assert [(row["question"], row["answer"], row["id"]) for row in done.rows] == [
        ("How many legs\nhas a bee?", "six", 1),
        ("Who dances?", None, 1),
    ]


def test_what_is_not_in_the_document_is_told_to_the_model_once_and_then_left_out(told: Tell) -> None:
    invented = {"number": "iii", "question": "How many eyes has a bee?"}
    answered = {**LEGS, "answer": "eight"}
    done = told(
        ExtractDocumentQA(backend="llm"), [{"text": SHEET}], [entries(answered, invented), entries(LEGS, invented)]
    )
    assert [(row["question"], row["answer"]) for row in done.rows] == [("How many legs\nhas a bee?", None)]
    assert "'eight'" in done.asked[1].prompt
    assert "How many eyes has a bee?" in done.asked[1].prompt


def test_long_documents_are_read_in_windows_and_what_two_of_them_hold_is_one(told: Tell) -> None:
    parts = [f"{n}. What is the name of river number {n}?" for n in range(1, 41)]
    text = "# Rivers\n\n" + "\n\n".join(parts) + "\n\n# Key\n\n" + "\n\n".join(f"{n}. R{n}." for n in range(1, 41))

    def reading(request: Request) -> str:
        window = request.prompt.partition('<data name="text">\n')[2].partition("\n</data>")[0]
        lines = [line.partition(". ") for line in window.splitlines() if line[:1].isdigit()]
        asked = [{"chapter": "Rivers", "number": n, "question": q} for n, _, q in lines if q.endswith("?")]
        return entries(*asked, *({"number": n, "answer": a} for n, _, a in lines if a.startswith("R")))

    operator = ExtractDocumentQA(backend="llm", window_words=60, overlap_words=20)
    done = told(operator, [{"text": text}], reading)
    assert [(row["number"], row["answer"]) for row in done.rows] == [(str(n), f"R{n}.") for n in range(1, 41)]
    assert len(done.asked) > 5
    assert 'name="chapter">\nRivers' in done.asked[1].prompt


def test_rules_ask_no_model_and_options_that_do_not_fit_are_refused() -> None:
    assert ExtractDocumentQA().calls(5) == (0, 0)
    assert ExtractDocumentQA().needs == ()
    assert ExtractDocumentQA(backend="llm").needs == ("llm",)
    with pytest.raises(ValueError, match="a column each"):
        ExtractDocumentQA(answer="solution")
    with pytest.raises(ValueError, match="must be below"):
        ExtractDocumentQA(window_words=100, overlap_words=100)


@given(
    st.lists(
        st.sampled_from(["1. ", "2. ", "A. ", "B. ", "x?", "\n", "Answer: ", "Answers\n", "# ", "Chapter 1", "|", "第"])
    )
)
def test_every_question_and_answer_stands_in_the_document(parts: list[str]) -> None:
    text = "".join(parts)
    if not text.strip():
        return
    plain = "".join(text.split()).replace("*", "")
    for row in apply_rows(ExtractDocumentQA(), [{"text": text}]):
        for words in (row["question"], row["answer"], row["solution"], *row["options"]):
            assert words is None or "".join(words.split()) in plain
