"""Validation names everything that is wrong at once, repeats nothing that only follows, and its suggestions mend."""

import json
from typing import ClassVar, Literal

import dataflow_agent.operators.core.testing  # noqa: F401 - registers the doubles
import pytest
from dataflow_agent.operators.core import (
    Column,
    Columns,
    DatasetFilter,
    DatasetOperator,
    InvalidInput,
    Number,
    OneOf,
    Operator,
    OutputColumn,
    Refiner,
    RowError,
    RowFilter,
    RowOperator,
    Schema,
    Text,
)
from dataflow_agent.pipelines.edits import SetOption, apply_edits, parse_edit
from dataflow_agent.pipelines.validate import Resources, build, schema_after, validate
from dataflow_agent.pipelines.workflow import Step, Workflow
from pydantic import Field, model_validator

ALL_NEEDS = frozenset({"llm", "embedder"})
TEXTS = Schema.of(id="integer", text="text")


@pytest.fixture(scope="module", autouse=True)
def doubles():
    """Operators that exist only while this module is tested."""
    define_doubles_of_columns()
    define_doubles_of_faults()
    define_doubles_of_order()
    yield
    for name in [name for name in Operator.registry if name.startswith("double_")]:
        del Operator.registry[name]


def define_doubles_of_columns():
    class Sort(DatasetOperator):
        name, kind, effect = "double_sort", "refine", "reorder"
        score: Column[Number] = Field(default="score")

    class Score(RowOperator):
        name, kind, effect = "double_score", "evaluate", "same"
        column: Column[Text] = Field(default="text")
        output: OutputColumn = Field(default="score")

        def writes(self):
            return {self.output: "number"}

    class Drop(RowOperator):
        name, kind, effect = "double_drop", "refine", "same"
        columns: Columns = Field(default=("text",))

        def output_schema(self, schema, resources):
            return schema.without(self.columns)


def define_doubles_of_faults():
    class Broken(RowOperator):
        name, kind, effect = "double_broken", "refine", "same"
        column: Column[Text] = Field(default="text")

        def output_schema(self, schema, resources):
            raise KeyError("planted")

    class Unbound(RowOperator):
        name, kind, effect = "double_join", "generate", "same"

        def output_schema(self, schema, resources):
            if "table" not in resources:
                raise InvalidInput.of("no_table", "there is no table to join", allowed=["table"])
            return schema.with_column("joined", "text")

    class Refusing(RowOperator):
        name, kind, effect = "double_refusing", "generate", "same"

        def reads(self):
            raise RowError("no_plan", "a known refusal")

    class Picky(RowOperator):
        name, kind, effect = "double_picky", "filter", "subset"

        def check_schema(self, schema):
            return [f"the column {name!r} is not liked" for name in schema.names if name.startswith("bad")]

    class Model(RowOperator):
        name, kind, effect, needs = "double_model", "generate", "same", ("llm", "embedder")
        tries: int = Field(default=1, ge=1)

    class Draw(RowOperator):
        name, kind, effect, stochastic = "double_draw", "refine", "same", True

    class Options(RowOperator):
        name, kind, effect = "double_options", "filter", "subset"
        word: str = Field(description="required")
        mode: Literal["fast", "exact"] = Field(default="fast")
        languages: tuple[str, ...] = Field(default=("en",), min_length=1)
        share: float = Field(default=0.5, gt=0, le=1)
        low: float | None = Field(default=None)
        high: float | None = Field(default=None)

        @model_validator(mode="after")
        def _ordered(self):
            if self.low is not None and self.high is not None and self.low > self.high:
                raise ValueError("`low` must not be above `high`")
            return self


def define_doubles_of_order():
    class Lines(RowFilter):
        name = "double_lines"
        order_hints: ClassVar[tuple[str, ...]] = ("reads_lines",)
        column: Column[Text] = Field(default="text")

        def keep(self):
            return OneOf.of([True])

        def metrics(self, batch, state):
            return {}

    class Words(Lines):
        name = "double_words"
        order_hints: ClassVar[tuple[str, ...]] = ("reads_words",)

    class Strip(Refiner):
        name = "double_strip"
        order_hints: ClassVar[tuple[str, ...]] = ("removes_markup",)

        def refine(self, text):
            return text

    class Spaces(Refiner):
        name = "double_spaces"
        keep_newlines: bool = Field(default=True)

        def refine(self, text):
            return text

    class Dedup(DatasetFilter):
        name = "double_dedup"
        columns: Columns = Field(default=("text",))


def flow(*steps, **more):
    made = [Step(id=f"s{n}", operator=one) if isinstance(one, str) else one for n, one in enumerate(steps)]
    return Workflow(steps=tuple(made), **more)


def step(operator, id="s", where=None, **options):  # noqa: A002 - the field's name
    return Step(id=id, operator=operator, options=options, where=where)


def codes(faults):
    return [(fault.step, fault.code) for fault in faults]


def only_fault(workflow, schema=TEXTS, resources=None):
    faults = validate(workflow, schema, resources)
    assert len(faults) == 1, [fault.message for fault in faults]
    return faults[0]


def mended(workflow, faults):
    return apply_edits(workflow, [parse_edit(fault.suggestion) for fault in faults if fault.suggestion])


def test_a_right_workflow_has_no_faults():
    workflow = flow(
        step("word_count_filter", id="a", min_words=3, where="id > 3"),
        step("testing_fail_on", id="b"),
        step("double_sort", id="c", score="size"),
    )
    assert validate(workflow, TEXTS) == []


def test_everything_wrong_is_named_at_once_in_step_order_with_near_names():
    workflow = flow(
        step("word_cout_filter", id="a"),
        step("word_count_filter", id="b", min_word=5, max_words=-1),
        step("Testing-Fail-On", id="c"),
    )
    faults = validate(workflow, TEXTS)
    assert codes(faults) == [
        ("a", "unknown_operator"),
        ("b", "unknown_option"),
        ("b", "option_out_of_bounds"),
        ("c", "unknown_operator"),
    ]
    for fault, near in zip(faults, ["word_count_filter", "min_words", "max_words", "testing_fail_on"], strict=True):
        assert near in fault.message
        assert f"step {fault.step!r}" in fault.message
    assert {fault.severity for fault in faults} == {"error"}


def test_warnings_stand_among_the_errors_in_step_order():
    workflow = flow(step("double_words", id="a"), step("double_strip", id="b"), step("zzz", id="c"))
    assert codes(validate(workflow, TEXTS)) == [("a", "rule_before_markup_removed"), ("c", "unknown_operator")]


def test_a_name_like_no_other_gets_no_suggestion():
    fault = only_fault(flow(step("zzz")))
    assert fault.suggestion is None
    assert "operators list" in fault.message


def test_an_empty_workflow_is_an_error():
    assert codes(validate(flow(), TEXTS)) == [(None, "empty_workflow")]


@pytest.mark.parametrize(
    ("operator", "options", "code", "said"),
    [
        (
            "word_count_filter",
            {"min_words": -1},
            "option_out_of_bounds",
            ["'min_words'", "-1", "of at least 0 or null"],
        ),
        ("word_count_filter", {"min_words": "many"}, "invalid_option", ['"many"', "a whole number"]),
        ("word_count_filter", {"words": "runes"}, "invalid_option", ['"runes"', '"unicode", "whitespace"']),
        ("word_count_filter", {"colour": 3}, "unknown_option", ["'colour'", "'min_words'"]),
        ("double_options", {}, "missing_option", ["'word'", "must be given"]),
        ("double_options", {"word": "w", "share": 0}, "option_out_of_bounds", ["above 0", "at most 1"]),
        ("double_options", {"word": "w", "languages": []}, "option_out_of_bounds", ["at least 1 entries"]),
        ("double_options", {"word": "w", "languages": [False]}, "invalid_option", ["false", "quotes"]),
        ("double_options", {"word": "w", "low": 2, "high": 1}, "invalid_option", ["`low` must not be above `high`"]),
        ("double_options", {"word": "w", "low": float("nan")}, "invalid_option", ["NaN", "a number or null"]),
        ("testing_fail_on", {"column": "_row"}, "invalid_option", ["'_row'", "DataFlow uses itself"]),
    ],
)
def test_each_wrong_option_is_one_fault_that_says_what_is_allowed(operator, options, code, said):
    operator_built, faults = build(step(operator, **options))
    assert operator_built is None
    assert [fault.code for fault in faults] == [code]
    for words in said:
        assert words in faults[0].message
    json.dumps(faults[0].model_dump(), allow_nan=False)


def test_an_option_of_several_types_is_still_one_fault():
    _, faults = build(step("double_options", word="w", languages=[1, 2, {}]))
    assert [fault.code for fault in faults] == ["invalid_option"]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (step("word_cout_filter", min_words=5), step("word_count_filter", min_words=5)),
        (step("word_count_filter", min_word=5), step("word_count_filter", min_words=5)),
        (step("word_count_filter", min_word=5, min_words=6), step("word_count_filter", min_words=6)),
        (step("word_count_filter", min_word=5, maxwords=9), step("word_count_filter", min_words=5, max_words=9)),
        (step("word_count_filter", words="Unicod"), step("word_count_filter", words="unicode")),
        (step("double_options", word="w", languages="de"), step("double_options", word="w", languages=["de"])),
        (step("word_count_filter", column="txt"), step("word_count_filter", column="text")),
        (step("word_count_filter", column="body"), step("word_count_filter", column="text")),
        (step("word_count_filter", column="id"), step("word_count_filter", column="text")),
        (step("double_dedup", columns=["ID", "txt"]), step("double_dedup", columns=["id", "text"])),
    ],
)
def test_a_suggestion_mends_its_fault_and_loses_nothing(wrong, right):
    faults = validate(flow(wrong), TEXTS)
    assert all(fault.suggestion for fault in faults)
    assert mended(flow(wrong), faults) == flow(right)
    assert validate(flow(right), TEXTS) == []


@pytest.mark.parametrize(
    "wrong",
    [
        step("word_count_filter", shade=5),
        step("word_count_filter", min_words=-5),
        step("double_options", word="w", languages=3),
        step("double_dedup", columns=["colour"]),
    ],
)
def test_what_is_meant_is_not_guessed_where_nothing_is_near(wrong):
    assert only_fault(flow(wrong)).suggestion is None


def test_a_missing_column_is_named_with_those_that_are_there():
    schema = Schema.of(title="text", body="text", n="integer")
    fault = only_fault(flow(step("word_count_filter")), schema)
    assert fault.code == "missing_column"
    assert (fault.got, fault.allowed) == ("text", ["title", "body", "n"])
    assert "option 'column'" in fault.message
    assert fault.suggestion is None  # two texts: which one is meant, only a person knows


def test_the_columns_in_a_message_are_bounded():
    schema = Schema.of(**{f"column_{n}": "integer" for n in range(1000)})
    fault = only_fault(flow(step("word_count_filter")), schema)
    assert len(fault.message) < 500
    assert "and 988 more" in fault.message


def test_a_column_of_a_wrong_type_is_named_with_the_type_and_those_that_fit():
    schema = Schema.of(text="text", price="number", n="integer")
    fault = only_fault(flow(step("double_sort", score="text")), schema)
    assert (fault.code, fault.got, fault.allowed) == ("wrong_column_type", "text", ["number", "integer"])
    assert "'price', 'n'" in fault.message


def test_a_column_of_several_types_may_be_read_by_any_operator():
    assert (
        validate(flow(step("word_count_filter"), step("double_sort", id="b", score="text")), Schema.of(text="json"))
        == []
    )


def test_a_column_exists_from_the_step_that_writes_it():
    score, sort = step("double_score", id="score"), step("double_sort", id="sort")
    assert validate(flow(score, sort), TEXTS) == []
    fault = only_fault(flow(sort, score))
    assert "'score' writes it" in fault.message
    assert mended(flow(sort, score), [fault]) == flow(score, sort)


def test_a_column_ends_with_the_step_that_removes_it():
    count, drop = step("word_count_filter", id="count"), step("double_drop", id="drop")
    assert validate(flow(count, drop), TEXTS) == []
    fault = only_fault(flow("double_picky", drop, "double_model", count), resources=Resources(needs=ALL_NEEDS))
    assert "step 'drop' removed it" in fault.message
    before = flow("double_picky", drop, step("double_model", id="s2"), count)
    assert mended(before, [fault]).steps == (before.steps[0], count, drop, before.steps[2])


def test_a_column_that_a_later_step_only_rewrites_is_not_said_to_come_later():
    count, strip = step("word_count_filter", id="count", column="txt"), step("double_strip", id="b", column="txt")
    assert "did you mean 'text'" in validate(flow(count, strip), TEXTS)[0].message


def test_after_a_step_that_cannot_be_understood_unknown_columns_are_no_fault():
    after = [step("double_sort", id="b", where='lang = "en"'), step("double_picky", id="c")]
    faults = validate(flow(step("who_knows", id="a"), *after), Schema.of(text="text", bad="text"))
    assert codes(faults) == [("a", "unknown_operator"), ("b", "where_not_allowed")]


def test_a_removed_column_may_come_back_by_a_step_that_cannot_be_understood():
    steps = [step("double_drop", id="a"), step("who_knows", id="b"), step("word_count_filter", id="c")]
    assert codes(validate(flow(*steps), TEXTS)) == [("b", "unknown_operator")]


def test_after_it_what_is_wrong_by_itself_is_still_named():
    steps = [
        step("who_knows", id="a"),
        step("double_sort", id="b", score="text"),
        step("double_drop", id="c"),
        step("word_count_filter", id="d"),
        step("word_count_filter", id="e", column="id", where="id contains 'x'"),
    ]
    assert codes(validate(flow(*steps), TEXTS)) == [
        ("a", "unknown_operator"),
        ("b", "wrong_column_type"),
        ("d", "missing_column"),
        ("e", "invalid_where"),
        ("e", "wrong_column_type"),
    ]


def test_a_missing_column_is_named_at_each_step_that_needs_it_even_if_one_of_them_writes_it():
    strip, count = step("double_strip", id="a", column="txt"), step("word_count_filter", id="b", column="txt")
    faults = validate(flow(strip, count), TEXTS)
    assert codes(faults) == [("a", "missing_column"), ("b", "missing_column")]
    assert validate(mended(flow(strip, count), faults), TEXTS) == []


def test_a_step_with_a_wrong_option_still_writes_its_columns():
    model = step("double_score", id="a", outptu="points")
    faults = validate(flow(model, step("double_sort", id="b", score="points")), TEXTS)
    assert codes(faults) == [("a", "unknown_option")]


def test_a_filter_without_a_needed_option_hides_no_later_fault():
    faults = validate(flow(step("double_options", id="a"), step("word_count_filter", id="b", column="body")), TEXTS)
    assert codes(faults) == [("a", "missing_option"), ("b", "missing_column")]


def test_a_misspelled_option_that_may_name_a_column_spreads_no_further_faults():
    schema = Schema.of(body="text", n="integer", other="text")
    assert codes(validate(flow(step("word_count_filter", field="body")), schema)) == [("s", "unknown_option")]


@pytest.mark.parametrize(
    ("operator", "why"),
    [
        ("double_sort", "reorders rows"),
        ("testing_words_to_rows", "replaces rows"),
        ("testing_add_summary", "creates rows"),
        ("double_drop", "removes columns ('text')"),
    ],
)
def test_a_condition_is_refused_where_rows_outside_could_not_pass_untouched(operator, why):
    fault = only_fault(flow(step(operator, where="id > 3")), Schema.of(id="integer", text="text", score="number"))
    assert (fault.code, fault.severity) == ("where_not_allowed", "error")
    assert why in fault.message


def test_a_condition_is_refused_where_a_column_would_be_of_two_types():
    faults = validate(flow(step("testing_fail_on", output="id2", where="id > 3")), TEXTS.with_column("id2", "text"))
    assert ("s", "where_not_allowed") in codes(faults)


def test_a_condition_is_checked_against_the_columns_that_will_be_there():
    score = step("double_score", id="a")
    assert validate(flow(score, step("word_count_filter", id="b", where="score > 0.5")), TEXTS) == []
    fault = only_fault(flow(step("word_count_filter", where="scor > 1"), score))
    assert (fault.code, fault.got) == ("invalid_where", "scor > 1")
    fault = only_fault(flow(step("word_count_filter", where='id = "x"')))
    assert fault.code == "invalid_where"


def test_an_operator_may_check_the_columns_itself():
    faults = validate(flow(step("double_picky")), Schema.of(bad_one="text", good="text", bad_two="text"))
    assert codes(faults) == [("s", "unfit_columns")] * 2
    assert "'bad_two'" in faults[1].message


def test_needs_that_are_not_met_say_how_to_meet_them():
    fault = only_fault(flow(step("double_model")))
    assert (fault.code, fault.got) == ("missing_need", "llm")
    assert "DATAFLOW_LLM_BASE_URL" in fault.message
    assert validate(flow(step("double_model")), TEXTS, Resources(needs=frozenset({"llm", "embedder"}))) == []


def test_needs_are_named_together_with_wrong_options():
    assert codes(validate(flow(step("double_model", tries=0)), TEXTS)) == [
        ("s", "option_out_of_bounds"),
        ("s", "missing_need"),
    ]


def test_a_resource_must_be_bound():
    workflow = flow(step("word_count_filter"), resources=("benchmark",))
    fault = only_fault(workflow, resources=Resources(names=frozenset({"benchmarks"})))
    assert (fault.code, fault.got, fault.step) == ("missing_resource", "benchmark", None)
    assert "--resource benchmark=" in fault.message
    assert "'benchmarks'" in fault.message
    for bound in (Resources(names=frozenset({"benchmark"})), Resources(bound={"benchmark": "b.jsonl"})):
        assert validate(workflow, TEXTS, bound) == []


def test_columns_may_depend_on_a_bound_resource():
    workflow = flow(step("double_join"), step("word_count_filter", id="b", column="joined"))
    assert validate(workflow, TEXTS, Resources(bound={"table": "t.csv"})) == []
    faults = validate(workflow, TEXTS)
    assert codes(faults) == [("s", "no_table")]
    assert faults[0].allowed == ["table"]


def test_an_operator_that_breaks_while_it_is_asked_is_a_fault_and_no_crash():
    fault = only_fault(flow(step("double_broken")))
    assert fault.code == "broken_operator"
    assert "KeyError" in fault.message
    assert codes(validate(flow(step("double_refusing")), TEXTS)) == [("s", "unusable_step")]


def test_an_operator_that_breaks_on_a_missing_column_is_one_fault():
    assert codes(validate(flow(step("double_broken", column="nothing")), TEXTS)) == [("s", "missing_column")]


HAZARDS = [
    ("lines_removed_before", [step("double_spaces", id="a", keep_newlines=False), step("double_lines", id="b")], "b"),
    ("rule_before_markup_removed", [step("double_words", id="a"), step("double_strip", id="b")], "a"),
    ("dedup_before_refine", [step("double_dedup", id="a"), step("double_spaces", id="b")], "a"),
    ("repeated_step", [step("double_words", id="a"), step("double_words", id="b", on_null="drop")], "b"),
]


@pytest.mark.parametrize(("code", "steps", "at"), HAZARDS, ids=[code for code, _, _ in HAZARDS])
def test_a_hazard_of_order_is_a_warning_that_its_suggestion_mends(code, steps, at):
    fault = only_fault(flow(*steps))
    assert (fault.code, fault.severity, fault.step) == (code, "warning", at)
    assert validate(mended(flow(*steps), [fault]), TEXTS) == []


def test_equal_steps_around_one_that_is_wrong_are_no_repetition():
    steps = [step("double_words", id="a"), step("zzz", id="b"), step("double_words", id="c")]
    assert codes(validate(flow(*steps), TEXTS)) == [("b", "unknown_operator")]


TWO_TEXTS = TEXTS.with_column("title", "text")


@pytest.mark.parametrize(
    "steps",
    [
        [step("double_spaces", id="a"), step("double_lines", id="b")],
        [step("double_spaces", id="a", keep_newlines=False), step("double_lines", id="b", column="title")],
        [step("double_spaces", id="a", keep_newlines=False, output="flat"), step("double_lines", id="b")],
        [step("double_words", id="a"), step("double_strip", id="b", column="title")],
        [step("double_words", id="a"), step("double_strip", id="b", output="plain")],
        [step("double_dedup", id="a"), step("double_spaces", id="b", column="title")],
        [step("double_dedup", id="a"), step("double_strip", id="b"), step("double_dedup", id="c")],
        [step("double_words", id="a"), step("double_words", id="b", column="title")],
        [step("double_words", id="a", where="id > 1"), step("double_words", id="b", where="id > 2")],
        [step("double_words", id="a"), step("double_picky", id="b"), step("double_words", id="c")],
        [step("double_draw", id="a"), step("double_draw", id="b")],
    ],
)
def test_what_only_looks_like_a_hazard_is_none(steps):
    assert validate(flow(*steps), TWO_TEXTS) == []


def test_a_column_written_anew_ends_the_hazard():
    joined = step("double_spaces", id="a", keep_newlines=False)
    anew = step("double_strip", id="b", column="title", output="text")
    faults = validate(flow(joined, anew, step("double_lines", id="c")), TWO_TEXTS)
    assert codes(faults) == [("b", "overwrites_column")]


def test_writing_over_another_column_is_a_warning():
    fault = only_fault(flow(step("double_score", output="id")))
    assert (fault.code, fault.severity, fault.got) == ("overwrites_column", "warning", "id")
    assert validate(flow(step("double_strip")), TEXTS) == []


def test_faults_carry_no_control_characters_and_stay_short():
    nasty = "\x1b[2J\u202e" + "x" * 5000
    workflow = flow(
        step(nasty, id="a"),
        step("word_count_filter", id="b", **{nasty: 1}),
        step("word_count_filter", id="c", words=nasty),
        step("word_count_filter", id="d", column=nasty),
    )
    for fault in validate(workflow, Schema.of(**{nasty + "!": "text", "other": "text"})):
        assert fault.message.isprintable()
        assert len(fault.message) < 700


def test_the_columns_after_a_workflow_are_known_before_it_runs():
    workflow = flow(step("double_score", id="a"), step("double_join", id="b"), step("double_drop", id="c"))
    after = schema_after(workflow, TEXTS, {"table": "t.csv"})
    assert after == Schema.of(id="integer", score="number", joined="text")
    with pytest.raises(InvalidInput, match="who_knows"):
        schema_after(flow(step("who_knows")), TEXTS)


def test_a_workflow_of_many_steps_is_checked_at_once():
    workflow = flow(*(step("double_score", id=f"s{n}", output=f"score{n}") for n in range(200)))
    assert validate(workflow, TEXTS) == []


def test_suggestions_are_edits_of_the_closed_union():
    faults = validate(flow(step("word_count_filter", min_word=5)), TEXTS)
    assert parse_edit(faults[0].suggestion) == SetOption(step="s", option="min_words", value=5, instead_of="min_word")


def test_a_column_written_only_where_it_is_null_loses_nothing() -> None:
    def warned(where: str) -> list[str]:
        step = Step(id="mask", operator="mask_pii", options={"column": "text", "output": "safe"}, where=where)
        faults = validate(Workflow(steps=(step,)), Schema.of(text="text", safe="text"))
        return [fault.code for fault in faults]

    assert warned("safe is null") == []
    assert warned("text is null") == ["overwrites_column"]
