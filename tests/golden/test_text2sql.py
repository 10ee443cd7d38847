"""The pipelines for text-to-SQL, over the databases that ship: rows and fates told from the model's script."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from dataflow_agent.operators.core import Request, RunStopped
from dataflow_agent.pipelines.builtin import pipeline

Golden = Callable[..., Any]
DATABASES = {"databases": str(Path(str(pipeline("text2sql_refine").sample_file())).parent / "databases")}


def as_json(**reply: Any) -> str:
    return orjson.dumps(reply).decode()


def value(request: Request, name: str) -> str:
    """What stands in the prompt under a name."""
    return request.prompt.partition(f'<data name="{name}">\n')[2].partition("\n</data>")[0]


def reasoning(sql: str) -> str:
    return f"I look for what is asked.\n\n```sql\n{sql}\n```"


def sample(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in pipeline(name).sample_file().read_text().splitlines()]


# Generation: each fifth query names a column that is not there.

TABLES = {"publishers": "bookshop", "appointments": "clinic", "stations": "bike_share"}
PER_DATABASE = 10


def queries(database: str, at: int) -> str:
    table, key = {
        "bookshop": ("books", "book_id"), "clinic": ("patients", "patient_id"), "bike_share": ("bikes", "bike_id")
    }[database]  # fmt: skip
    return f"SELECT {'no_such' if at % 5 == 4 else key} FROM {table} WHERE {key} <= {at + 1} ORDER BY {key}"


def generating(request: Request) -> str:
    """Asks for what its query gives; of its answers to a prompt some are right, as many as the query has rows."""
    if "Write one query" in request.prompt:
        database = next(name for table, name in TABLES.items() if f'CREATE TABLE "{table}"' in request.prompt)
        return as_json(sql=queries(database, request.sample))
    sql = value(request, "sql")
    if "Write the question" in request.prompt:
        return as_json(question=f"What does this give: {sql}?", evidence="A number is a key.")
    if "Does it answer the question?" in request.prompt:
        return as_json(reason="Seen.", matches=not sql.endswith("<= 2 ORDER BY book_id"))
    if "Work out the query." in request.prompt:
        return reasoning(sql if request.sample else f"{sql} LIMIT 0")
    asked = request.prompt.partition("What does this give: ")[2].partition("?")[0]
    rows = int(asked.partition("<= ")[2].split()[0])
    return reasoning(asked if request.sample < rows else "SELECT 'wrong'")


def test_of_generated_queries_exactly_the_wrong_ones_and_those_that_do_not_fit_go(golden: Golden) -> None:
    rows = sample("text2sql_generate")
    assert [row["db_id"] for row in rows] == ["bookshop", "clinic", "bike_share"]
    done = golden("text2sql_generate", rows, generating, resources=DATABASES, options={"queries": PER_DATABASE})
    fit = [at for at in range(PER_DATABASE) if at % 5 != 4]
    wanted = [(name, queries(name, at)) for name in ("bookshop", "clinic", "bike_share") for at in fit]
    wanted.remove(("bookshop", queries("bookshop", 1)))
    assert [(row["db_id"], row["SQL"]) for row in done.rows] == wanted
    assert done.end("0:1.5") == ("dropped", "sql_executable_filter", "sql_error")
    assert done.end("0:1.2") == ("dropped", "sql_question_match_filter", "matches_not_allowed")
    # 30 queries, 24 of which run: three questions and a judgement each; 23 fit: three reasonings and ten answers each.
    assert len(done.asked) == 30 + 24 * 4 + 23 * 13
    row = done.rows[0]
    assert (row["question"], row["sql_complexity_type"]) == (f"What does this give: {row['SQL']}?", "simple")
    assert (row["cot_reasoning"], row["cot_votes"], len(row["cot_responses"])) == (reasoning(row["SQL"]), 2, 3)
    assert 'CREATE TABLE "books"' in row["prompt"]
    assert "A number is a key." in row["prompt"]
    # One condition and a sort order. Of ten answers one is right for the first query, and nine for the last.
    assert (row["sql_component_difficulty"], row["sql_execution_difficulty"]) == ("medium", "extra")
    assert {one["sql_execution_difficulty"] for one in done.rows} == {"extra", "hard", "medium"}


# Refinement

CLOSED = "SELECT name FROM stations WHERE closed_on IS NOT NULL"
BIG = "SELECT name FROM stations WHERE docks > 30"
VARIATIONS = {CLOSED: [BIG, "SELECT nme FROM stations", f"{BIG};"]}
MISFIT = "SELECT label FROM rooms"
LOST = "SELECT COUNT(*) FROM doctors"
QUESTIONS = {
    CLOSED: "Which stations are closed?",
    BIG: "Which stations are big?",
    MISFIT: "Which rooms are free?",
    LOST: "How many doctors?",
}


def refining(request: Request) -> str:
    """Varies one query, once rightly; does not find its way to the number of doctors."""
    sql = value(request, "sql")
    if "Write a variation" in request.prompt:
        return as_json(sql=VARIATIONS[sql][request.sample] if sql in VARIATIONS else f"{sql} LIMIT no_such")
    if "Write the question" in request.prompt:
        return as_json(question=QUESTIONS[sql], evidence="Big is above 30 docks.")
    if "Does it answer the question?" in request.prompt:
        return as_json(reason="Seen.", matches=sql != MISFIT)
    if "Work out the query." in request.prompt:
        return reasoning("SELECT 0" if sql == LOST else sql)
    asked = next(query for query, question in QUESTIONS.items() if question in request.prompt)
    return reasoning(asked)


def test_refined_rows_keep_their_questions_and_each_that_goes_says_why(golden: Golden) -> None:
    given = [
        ("bike_share", QUESTIONS[CLOSED], CLOSED),
        ("clinic", QUESTIONS[MISFIT], MISFIT),
        ("clinic", QUESTIONS[LOST], LOST),
        ("clinic", "Which?", "SELECT nme FROM doctors"),
        ("clinic", "Remove?", "DELETE FROM doctors"),
        ("california_schools", "Where?", "SELECT 1"),
    ]
    rows = [{"id": n, "db_id": name, "question": asked, "SQL": sql} for n, (name, asked, sql) in enumerate(given, 1)]
    done = golden("text2sql_refine", rows, refining, resources=DATABASES)
    assert [(row.get("id"), row["question"], row["SQL"], row["parent_sql"]) for row in done.rows] == [
        (1, QUESTIONS[CLOSED], CLOSED, None),
        (None, QUESTIONS[BIG], BIG, CLOSED),
    ]
    assert [row.get("evidence") for row in done.rows] == [None, "Big is above 30 docks."]
    assert all((row["cot_votes"], row["sql_execution_difficulty"]) == (3, "easy") for row in done.rows)
    assert {row: done.end(row) for row in ("0:1.3", "0:2.1", "0:2.2", "0:3.1", "4", "5", "6")} == {
        "0:1.3": ("dropped", "executable_variations", "sql_error"),
        "0:2.1": ("dropped", "sql_question_match_filter", "matches_not_allowed"),
        "0:2.2": ("dropped", "executable_variations", "sql_error"),
        "0:3.1": ("dropped", "vote_sql_reasoning", "no_right_reasoning"),
        "4": ("dropped", "sql_executable_filter", "sql_error"),
        "5": ("dropped", "sql_executable_filter", "refused_statement"),
        "6": ("failed", "sql_executable_filter", "missing_database"),
    }


def test_no_model_is_asked_about_rows_whose_databases_are_missing(golden: Golden) -> None:
    rows = [{"db_id": f"schools_{n}", "question": "Which?", "SQL": "SELECT 1"} for n in range(5)]
    asked: list[Request] = []
    with pytest.raises(RunStopped, match=r"all 6 rows .* missing_database: .* --resource databases=PATH"):
        golden("text2sql_refine", [*rows, sample("text2sql_refine")[0]], lambda request: str(asked.append(request)))
    assert asked == []
