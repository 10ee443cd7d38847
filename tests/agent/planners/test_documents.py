"""Plans over documents begin by reading them, whoever plans, and are about the text that comes of it."""

from dataflow_agent.agent.planners.documents import READER, as_read, reading_first
from dataflow_agent.agent.planners.offline import OfflinePlanner
from dataflow_agent.agent.state import Draft
from dataflow_agent.memory.catalog import Catalog
from dataflow_agent.operators.core.schema import Schema
from dataflow_agent.pipelines.workflow import Step, Workflow
from dataflow_agent.tools.profile import ColumnProfile, Profile

SCHEMA = Schema.of(path="text", media_type="text", bytes="bytes")
DOCUMENTS = Profile(
    columns_schema=SCHEMA,
    rows_seen=3,
    complete=True,
    columns=tuple(
        ColumnProfile(name=spec.name, dtype=spec.dtype, mean_chars=30 if spec.dtype == "text" else None)
        for spec in SCHEMA.columns
    ),
)
TABLE = Profile(
    columns_schema=Schema.of(text="text"),
    rows_seen=1,
    complete=True,
    columns=(ColumnProfile(name="text", dtype="text", mean_chars=100, looks=("prose",)),),
)
WORDS = Step(id="words", operator="word_count_filter", options={"min_words": 50})


def draft_of(*steps: Step) -> Draft:
    return Draft(workflow=Workflow(steps=steps), reasons={step.id: "Asked for." for step in steps})


def test_the_main_text_of_documents_is_the_one_that_reading_gives() -> None:
    assert as_read(DOCUMENTS).text_column() == "text"
    assert {"text", "page_count", "title"} <= {*as_read(DOCUMENTS).schema.names}
    assert as_read(TABLE) is TABLE


def test_a_plan_over_documents_reads_them_first_and_says_why() -> None:
    made = reading_first(draft_of(WORDS), DOCUMENTS)
    assert [step.operator for step in made.workflow.steps] == [READER, "word_count_filter"]
    assert made.reasons[made.workflow.steps[0].id].startswith("Documents are read first")


def test_a_plan_that_reads_them_anywhere_reads_them_once_and_first() -> None:
    reader = Step(id="read", operator=READER)
    assert reading_first(draft_of(WORDS, reader), DOCUMENTS).workflow.steps == (reader, WORDS)


def test_plans_over_tables_and_refusals_stay_as_they_are() -> None:
    assert reading_first(draft_of(WORDS), TABLE) == draft_of(WORDS)
    refused = Draft(workflow=Workflow(steps=()), refusal="Nothing here does that.")
    assert reading_first(refused, DOCUMENTS) == refused


def test_words_about_documents_become_steps_over_their_text(catalog: Catalog) -> None:
    made = OfflinePlanner().draft("keep English documents of at least 50 words", as_read(DOCUMENTS), catalog)
    steps = reading_first(made, DOCUMENTS).workflow.steps
    assert [step.operator for step in steps] == [READER, "word_count_filter", "language_filter"]
    assert all("column" not in step.options for step in steps)
