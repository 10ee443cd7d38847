"""What an operator needs may hang on its options; validation, quote, consent, order and seed go by those it has."""

import pytest
from dataflow_agent.agent.planners.cards import OperatorCard
from dataflow_agent.agent.planners.ordering import rank
from dataflow_agent.operators.core import Schema, all_operators
from dataflow_agent.pipelines.engine.physical import planned_steps
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


@pytest.mark.parametrize("operator", ["clean_knowledge_text", "grounded_answer_filter", "extract_document_qa"])
def test_another_seed_gives_another_result_only_where_a_model_is_asked(operator: str) -> None:
    def recipe(seed: int, backend: str) -> str:
        workflow = flow(operator, backend=backend).model_copy(update={"seed": seed})
        (planned,) = planned_steps(workflow, TEXT, {})
        return planned.fingerprint

    assert recipe(1, "rules") == recipe(2, "rules")
    assert recipe(1, "llm") != recipe(2, "llm")


@pytest.mark.parametrize("operator", ["clean_knowledge_text", "grounded_answer_filter"])
def test_the_same_step_twice_is_a_repetition_unless_it_draws_anew(operator: str) -> None:
    def warned(backend: str) -> bool:
        (one,) = flow(operator, backend=backend).steps
        twice = Workflow(steps=(one, one.model_copy(update={"id": "two"})))
        return "repeated_step" in [fault.code for fault in validate(twice, TEXT)]

    assert (warned("rules"), warned("llm")) == (True, False)


@pytest.mark.parametrize("operator", ["clean_knowledge_text", "grounded_answer_filter"])
def test_a_planner_puts_only_what_asks_a_model_behind_the_rules(operator: str) -> None:
    card, counted = OperatorCard.of(all_operators()[operator]), OperatorCard.of(all_operators()["word_count_filter"])
    by_rules, by_model, counting = rank(card), rank(card, {"backend": "llm"}), rank(counted)
    assert by_rules is not None
    assert by_model is not None
    assert counting is not None
    assert by_rules <= counting < by_model
