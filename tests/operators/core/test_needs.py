"""What an operator needs may hang on its options; validation, the quote and consent go by the options it has."""

import pytest
from dataflow_agent.operators.core import Schema, all_operators
from dataflow_agent.pipelines.quote import paid_steps
from dataflow_agent.pipelines.validate import validate
from dataflow_agent.pipelines.workflow import Step, Workflow

TEXT = Schema.of(text="text", answer="text")


def flow(operator: str, **options: str) -> Workflow:
    return Workflow(steps=(Step(id="one", operator=operator, options=options),))


@pytest.mark.parametrize("operator", ["clean_knowledge_text", "grounded_answer_filter"])
def test_the_model_is_needed_and_paid_for_only_by_the_backend_that_asks_it(operator: str) -> None:
    by_rules, by_model = flow(operator, backend="rules"), flow(operator, backend="llm")
    assert [fault.code for fault in validate(by_rules, TEXT) if fault.severity == "error"] == []
    assert [fault.code for fault in validate(by_model, TEXT) if fault.severity == "error"] == ["missing_need"]
    assert (paid_steps(by_rules), paid_steps(by_model)) == ([], ["one"])


def test_a_class_by_itself_needs_what_all_of_its_operators_need() -> None:
    chunks = all_operators()["chunk_text"]
    assert chunks.needs == ()
    assert chunks.model_validate({"method": "semantic"}).needs == ("embedder",)
    assert chunks.model_validate({}).needs == ()


def test_a_step_whose_options_are_wrong_still_says_whether_it_asks_a_model() -> None:
    assert paid_steps(flow("llm_rewrite", nonsense="x")) == ["one"]
